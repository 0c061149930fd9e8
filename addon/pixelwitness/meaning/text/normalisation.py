"""Normalisations: every spelling in which Meta's programs send one datum of a person.

Owns the recipes of the browser library (both of its normalisations), the gateway's, the
server SDKs', the tag manager's and Zaraz's, and the words that describe each.  What is
done to a spelling afterwards (hashing, encoding) belongs to ``persona``.  Pure.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

type DatumKind = Literal[
    "email",
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "birth_date",
    "gender",
    "id",
    "phrase",
]
type Spelling = tuple[str, str]
"""(text, what it is in words of ours)"""

_CALLING_CODE = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
"""Codes of one and two digits, as the numbering plan gives them; all others have three."""
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_GENDERS = {"f": "f", "w": "f", "g": "f", "m": "m", "b": "m"}
"""By the first letter: female, woman, weiblich, girl; male, man, männlich, boy."""
_SHORTEST = {"gender": 1, "country": 2, "state": 2, "postal_code": 2, "birth_date": 1, "first_name": 1, "last_name": 1}


def spellings(kind: DatumKind, text: str) -> tuple[Spelling, ...]:
    """Return every spelling of a datum, each once, the normalised before the datum as it was written.

    >>> dict(spellings("country", "Germany"))["ge"]
    'the first two letters of the country'
    """
    shortest = _SHORTEST.get(kind, 4)
    known: dict[str, str] = {}
    for spelling, words in _spellings(kind, text.strip()):
        if len(spelling) >= shortest:
            known.setdefault(spelling, words)
    return tuple(known.items())


def national_numbers(text: str) -> tuple[str, ...]:
    """Return a phone number's digits without the country's code, with and without the zero before them.

    >>> national_numbers("+49 (0)170 1234567"), national_numbers("+1 202 555 0143")
    (('01701234567', '1701234567'), ('2025550143',))
    """
    digits = _international(text)
    code = _CALLING_CODE.match(digits) if text.strip().startswith(("+", "00")) else None
    if code is None:
        return ()
    rest = digits[code.end() :]
    return (rest,) if code[0] == "1" else (f"0{rest}", rest)


def _spellings(kind: DatumKind, text: str) -> Iterator[Spelling]:
    match kind:
        case "email":
            yield from _email(text)
        case "phone":
            yield from _phone(text)
        case "first_name" | "last_name" | "full_name":
            yield from _name(kind, text)
        case "city":
            yield from _city(text)
        case "state" | "country":
            yield from _region(kind, text)
        case "postal_code":
            yield from _postal_code(text)
        case "birth_date":
            yield from _birth_date(text)
        case "gender":
            yield _GENDERS.get(text[:1].lower(), text[:1].lower()), "the first letter of the gender"
            yield text.lower(), "the gender in lower case"
        case "street":
            yield _letters(text.lower()), "the street in lower case without spaces and signs"
            yield text.lower(), "the street in lower case"
            yield from _joined(text.lower(), "the street")
        case "id":
            yield _no_space(text).lower(), "the id in lower case"
        case "phrase":
            yield " ".join(text.lower().split()), "the phrase in lower case"
            yield from _joined(text.lower(), "the phrase")
    yield text, f"{_NOUN[kind]} as written"


_NOUN: dict[str, str] = {
    "email": "the address",
    "phone": "the number",
    "first_name": "the first name",
    "last_name": "the last name",
    "full_name": "first and last name",
    "street": "the street",
    "city": "the city",
    "state": "the state",
    "postal_code": "the postal code",
    "country": "the country",
    "birth_date": "the date",
    "gender": "the gender",
    "id": "the id",
    "phrase": "the phrase",
}


def _email(text: str) -> Iterator[Spelling]:
    lower = text.lower()
    yield lower, "the lower-cased address"
    yield text.upper(), "the upper-cased address"
    # What the library makes of an address of which only the name was given.
    yield f"{lower.partition('@')[0]}@gmail.com", "the name before the @ with @gmail.com added"


def _phone(text: str) -> Iterator[Spelling]:
    digits = _digits(text).lstrip("0")
    full = _international(text)
    yield full, "the digits with the country's code"
    code = _CALLING_CODE.match(full)
    if code is not None and text.startswith(("+", "00")) and code[0] != "1":
        yield f"{code[0]}0{full[code.end() :]}", "the digits with the country's code, the zero in between kept"
    yield digits, "the digits without leading zeros"
    # The alternate normalisation keeps dots and slashes.
    yield (
        re.sub(r"[-@#<>'\",; ()+]|[^\W\d_]", "", text).lstrip("0"),
        "the number without letters, spaces and some signs",
    )
    yield f"+{full}", "the number with + and the country's code"
    yield f"00{full}", "the number with 00 and the country's code"
    once = text.lower()
    for sign in "+- ()":
        once = once.replace(sign, "", 1)
    yield once, "the number without the first of each sign"
    for number in national_numbers(text):
        yield number, f"the digits without the country's code{', with its zero' if number[0] == '0' else ''}"
    yield _digits(text), "all digits"


def _name(kind: DatumKind, text: str) -> Iterator[Spelling]:
    lower, noun = text.lower(), _NOUN[kind]
    bare = _letters(lower)
    yield bare, f"{noun} in lower case without spaces and signs"
    yield lower, f"{noun} in lower case"
    yield _no_space(lower), f"{noun} in lower case without spaces"
    yield _plain(bare), f"{noun} in lower case without spaces, signs and accents"
    yield _plain(lower), f"{noun} in lower case without accents"
    yield from _joined(lower, noun)
    if kind == "full_name":
        return
    yield text.upper(), f"{noun} in upper case"
    if lower.split()[:1] != [lower]:
        yield lower.split()[0], f"the first word of {noun} in lower case"
    yield bare[:5], f"the first five letters of {noun}"
    if kind == "first_name":
        yield bare[:1], "the first letter of the first name"


def _joined(lower: str, noun: str) -> Iterator[Spelling]:
    """Yield words as the addresses of pages join them."""
    for sign in "-_":
        yield sign.join(lower.split()), f"{noun} in lower case, its words joined by {sign}"


def _city(text: str) -> Iterator[Spelling]:
    lower = text.lower()
    yield re.sub(r"[^a-z0-9]", "", lower), "the city in lower case, plain letters and digits only"
    yield re.sub(r"[^a-z]", "", lower), "the city in lower case, plain letters only"
    yield "".join(filter(str.isalpha, lower)), "the city in lower case, letters only"
    yield re.sub(r"[^a-z]", "", _plain(lower)), "the city in lower case without accents, letters only"
    yield lower, "the city in lower case"


def _region(kind: DatumKind, text: str) -> Iterator[Spelling]:
    lower, noun = text.lower(), _NOUN[kind]
    letters = re.sub(r"[^a-z]", "", lower)
    yield letters[:2], f"the first two letters of {noun}"
    yield letters, f"{noun} in lower case, plain letters only"
    yield "".join(filter(str.isalpha, lower)), f"{noun} in lower case, letters only"
    yield lower, f"{noun} in lower case"


def _postal_code(text: str) -> Iterator[Spelling]:
    lower = text.lower()
    yield lower.partition("-")[0].strip(), "the postal code in lower case, cut at the hyphen"
    yield _no_space(lower).partition("-")[0], "the postal code without spaces, cut at the hyphen"
    yield _no_space(lower), "the postal code without spaces"
    yield lower, "the postal code in lower case"


def _birth_date(text: str) -> Iterator[Spelling]:
    date = _ISO_DATE.fullmatch(text)
    if date is None:
        return
    year, month, day = date.groups()
    yield f"{year}{month}{day}", "the date as YYYYMMDD"
    yield f"{day}{month}{year}", "the date as DDMMYYYY"
    yield f"{month}{day}{year}", "the date as MMDDYYYY"
    for sign in "-./":
        for order, parts in (
            ("YYYYMMDD", (year, month, day)),
            ("DDMMYYYY", (day, month, year)),
            ("MMDDYYYY", (month, day, year)),
        ):
            yield sign.join(parts), f"the date as {order} with {sign} between"
    yield year, "the year of the date"
    for part, name in ((month, "month"), (day, "day")):
        yield part, f"the {name} of the date"
        yield part.lstrip("0"), f"the {name} of the date without a zero"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def _international(text: str) -> str:
    """Return the digits from the country's code on; a zero in brackets is for calls within the country."""
    return _digits(text.replace("(0)", "")).lstrip("0")


def _letters(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNM")


def _no_space(text: str) -> str:
    return "".join(text.split())


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
