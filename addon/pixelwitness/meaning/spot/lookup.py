"""Looking one address or number up: its tokens in every spelling, hash and encoding.

Owns the way from what a person types to what a store may hold of it.  Pure; nothing of the
text is in what comes out but tokens and the names of normalisations.
"""

from collections.abc import Callable, Mapping

from pixelwitness.meaning.text.encodings import codes
from pixelwitness.meaning.text.normalisation import DatumKind, spellings


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
    if 7 <= digits <= 15 and all(one.isdigit() or one in "+ ()-./\u00a0" for one in text):
        return "phone"
    return None


def tokens_of(kind: DatumKind, text: str, token: Callable[[str], str]) -> Mapping[str, str]:
    """Return by each token under which a value may be stored, in which dress it was then sent."""
    told: dict[str, str] = {}
    for spelling, words in spellings(kind, text):
        told.setdefault(token(spelling), f"{words}, readable")
        if kind == "email":
            # A readable address is stored under the token of its lower case.
            told.setdefault(token(spelling.lower()), f"{words}, readable")
    for spelling, words in spellings(kind, text):
        for code, evidence in codes(spelling, words):
            for written in (code, f"{code}{'=' * (-len(code) % 4)}", code.replace("+", "-").replace("/", "_")):
                told.setdefault(token(written), evidence)
    return told
