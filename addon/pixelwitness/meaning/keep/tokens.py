"""Tokens: the same value is recognised again, and cannot be read.

Owns the one way from a value to its token.  Must not know where the key is kept.
"""

from collections.abc import Callable
from hashlib import sha256

from pixelwitness.meaning.text.forms import bare

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
