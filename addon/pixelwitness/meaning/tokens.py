"""Tokens: the same value is recognised again, and cannot be read.

Owns the one way from a value to its token.  Must not know where the key is kept.
"""

import hmac
from collections.abc import Callable

from pixelwitness.meaning.forms import bare

LENGTH = 32
"""Hex digits of a token: 128 bits."""


def tokenizer(key: bytes) -> Callable[[str], str]:
    """Return the function that makes tokens under a study's key (HMAC-SHA-256, 32 hex digits).

    A hash counts in lower case and without its appendix, so that one e-mail address
    has one token in whichever family its hash was sent.

    >>> token = tokenizer(b"key of a study")
    >>> token("AB" * 32) == token("ab" * 32 + ".AQQCAQMC") != token("jane")
    True
    """

    def token(text: str) -> str:
        return hmac.digest(key, bare(text).encode("utf-8", "surrogatepass"), "sha256").hex()[:LENGTH]

    return token
