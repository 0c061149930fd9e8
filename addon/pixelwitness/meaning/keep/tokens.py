"""Tokens: the same value is recognised again, and cannot be read.

Owns the one way from a value to its token, and the tokens of an address or number in every
spelling, hash and encoding.  Must not know where the key is kept.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from pixelwitness.meaning.text.encodings import codes
from pixelwitness.meaning.text.forms import bare
from pixelwitness.meaning.text.normalisation import DatumKind, spellings

LENGTH = 32
"""Hex digits of a token: 128 bits."""
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""


def tokenizer(key: bytes) -> Callable[[str], str]:
    """Return the function that makes tokens under a study's key (HMAC-SHA-256, 32 hex digits).

    A hash counts in lower case and without its appendix, so that one e-mail address
    has one token in whichever family its hash was sent.

    >>> token = tokenizer(b"key of a study")
    >>> token("AB" * 32) == token("ab" * 32 + ".AQQCAQMC") != token("jane")
    True
    """
    # HMAC written out: its two hashes are begun once with the key, which more than halves the cost of a token.
    padded = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = sha256(bytes(byte ^ 0x36 for byte in padded)), sha256(bytes(byte ^ 0x5C for byte in padded))

    def token(text: str) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(bare(text).encode("utf-8", "surrogatepass"))
        around.update(within.digest())
        return around.hexdigest()[:LENGTH]

    return token


def kind_of(text: str) -> DatumKind | None:
    """Say whether a text is an e-mail address or a phone number; None when it is neither.

    >>> kind_of("jane.doe@example.com"), kind_of("+49 170 1234567"), kind_of("Jane"), kind_of("12345")
    ('email', 'phone', None, None)
    """
    text = text.strip()
    local, at, host = text.partition("@")
    if at and local and "." in host.strip(".") and "@" not in host and not any(map(str.isspace, text)):
        return "email"
    digits = sum(map(str.isdigit, text))
    if 7 <= digits <= 15 and all(char.isdigit() or char in "+ ()-./\u00a0" for char in text):
        return "phone"
    return None


def tokens_of(kind: DatumKind, text: str, token: Callable[[str], str]) -> Mapping[str, str]:
    """Return by each token under which a value may be stored, in which form it was then sent."""
    forms: dict[str, str] = {}
    for spelling, words in spellings(kind, text):
        forms.setdefault(token(spelling), f"{words}, readable")
        if kind == "email":
            # A readable address is stored under the token of its lower case.
            forms.setdefault(token(spelling.lower()), f"{words}, readable")
    for spelling, words in spellings(kind, text):
        for code, evidence in codes(spelling, words):
            for written in (code, f"{code}{'=' * (-len(code) % 4)}", code.replace("+", "-").replace("/", "_")):
                forms.setdefault(token(written), evidence)
    return forms
