"""Decoding: what a text says once the wrappings of URLs and markup are taken off.

Owns the bounded ways back from percent, markup and base64 encoding.  Must not know
what is looked for.  Pure, raises nothing.
"""

import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

ROUNDS = 3
"""How often a text is freed of one more layer of encoding."""

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r"\\u00([0-7][0-9a-fA-F])")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SECOND = "".join(letter for index, letter in enumerate(_ALPHABET) if not index & 8)
_THIRD = "".join(letter for index, letter in enumerate(_ALPHABET) if not index & 2)


def _base64_of_ascii(extra: str) -> re.Pattern[str]:
    """Whole runs in which four letters stand for three ASCII characters: all such base64, an eighth of other text."""
    letter = f"[A-Za-z0-9{extra}]"
    return re.compile(f"(?<!{letter})(?:[A-Za-f][{_SECOND}][{_THIRD}]{letter}){{2,}}{letter}{{0,3}}(?!{letter})")


# One text may hold a run between slashes, or one of which slashes are a part.
_BASE64 = (("", _base64_of_ascii("")), ("+/", _base64_of_ascii("+/")), ("-_", _base64_of_ascii("_-")))


def decoded(text: str) -> str:
    r"""Take up to ``ROUNDS`` layers of percent and markup encoding off, compatibility forms of letters too.

    >>> decoded("jane.doe%252540example.com"), decoded("jane&#64;example.com"), decoded("jane\\u0040example.com")
    ('jane.doe@example.com', 'jane@example.com', 'jane@example.com')
    """
    for _ in range(ROUNDS):
        before = text
        if "%" in text and _PERCENT.search(text):
            text = unquote(text)
        if "&" in text and ";" in text:
            text = html.unescape(text)
        if "\\u00" in text:
            text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        if text == before:
            break
    # Full-width signs and digits read like the plain ones; invisible ones hide what is read.
    return text if text.isascii() else _plain_letters(text)


def _plain_letters(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cs"))
    return text


def is_still_encoded(text: str) -> bool:
    """Say whether decoded text is wrapped in more layers than are taken off."""
    return "%" in text and _PERCENT.search(text) is not None


def base64_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text that read as base64 of printable ASCII: as they stand, and decoded.

    >>> list(base64_pieces("u-amFuZS5kb2VAZXhhbXBsZS5jb20"))
    [('amFuZS5kb2VAZXhhbXBsZS5jb20', 'jane.doe@example.com')]
    """
    for extra, pattern in _BASE64:
        if extra and extra[0] not in text and extra[1] not in text:
            continue
        for piece in pattern.findall(text):
            inner = _ascii_of_base64(piece)
            if inner is not None:
                yield piece, inner


def _ascii_of_base64(piece: str) -> str | None:
    # A last letter that completes no byte is left aside.
    usable = piece[:-1] if len(piece) % 4 == 1 else piece
    padded = usable.replace("-", "+").replace("_", "/") + "=" * (-len(usable) % 4)
    try:
        inner = binascii.a2b_base64(padded).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return inner if inner.isprintable() else None
