"""Encodings: what is made of a spelling before it is sent: hashes, Base64, both twice over, and the mask.

Owns these and their words, so that a datum is recognised by looking it up.  Pure.
"""

import base64
import hashlib
from collections.abc import Iterator

TELLING = 4
"""Characters from which on a spelling says something by itself."""
_HASHES = (("SHA-256", hashlib.sha256), ("MD5", hashlib.md5), ("SHA-1", hashlib.sha1))


def codes(text: str, words: str) -> Iterator[tuple[str, str]]:
    """Yield hashes and encodings of a spelling, once and twice over, with the words for each."""
    raw = text.encode("utf-8", "surrogatepass")
    for name, make in _HASHES:
        digest = make(raw, usedforsecurity=False)
        hexed = digest.hexdigest()
        yield hexed, f"{name} of {words}"
        yield _base64(digest.digest()), f"{name} of {words}, in Base64"
        yield _base64(hexed.encode()), f"{name} of {words}, its digits in Base64"
        for outer, again in _HASHES:
            for written in (hexed, hexed.upper()):
                yield again(written.encode(), usedforsecurity=False).hexdigest(), f"{outer} of the {name} of {words}"
        yield make(base64.b64encode(raw), usedforsecurity=False).hexdigest(), f"{name} of the Base64 of {words}"
    if len(raw) >= TELLING:
        yield _base64(raw), f"Base64 of {words}"
        yield _base64(base64.b64encode(raw)), f"Base64, twice over, of {words}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def code_key(text: str) -> str:
    """Bring the ways of writing a hash or Base64 to one: hex in lower case, Base64 without ``-``, ``_`` and ``=``."""
    if len(text) in (32, 40, 64):
        lower = text.lower()
        if not lower.strip("0123456789abcdef"):
            return lower
    return text.rstrip("=").replace("-", "+").replace("_", "/")


def masked(text: str) -> str:
    """Return the masked form in which the library sends a value's shape.

    >>> masked("Jane.Doe@Example.com")
    '^***.^**@^******.***'
    """
    return "".join(
        "^" if "A" <= char <= "Z" else "*" if "a" <= char <= "z" else "#" if "0" <= char <= "9" else _kept(char)
        for char in text
    )


def mask_key(mask: str) -> str:
    """Return a mask as it is compared: whoever types an address may begin it with a capital."""
    return mask.strip().replace("^", "*")


def _kept(char: str) -> str:
    return char if char.isascii() else "~"
