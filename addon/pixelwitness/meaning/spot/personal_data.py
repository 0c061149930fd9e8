"""Detectors: personal data and secrets in text that nobody declared to be personal.

Owns what is looked for in pages' addresses, titles, names and free text.  Linear in
the text and bounded: of a longer text the first ``MAX_LOOKED_AT`` characters are
looked at, so whoever stores text stores no more than these.  Pure, raises nothing.
"""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.text.decoding import base64_pieces, decoded, is_still_encoded
from pixelwitness.meaning.text.numbers import numbers

MAX_LOOKED_AT = 20_000
MAX_FOUND = 50
_SHORT = 1_000
"""Characters of a text of which it is remembered what was found: hosts, paths and titles come again and again."""
_DEPTH = 3
"""Base64 inside base64 is followed this far."""


class PersonalDatum(NamedTuple):
    """One part of a text: what it is, and the part itself, decoded."""

    data_class: DataClass
    text: str


_DOMAIN = re.compile(r"@((?:[\w-]{1,63}\.){1,126}(?:xn--[\w-]{2,59}|[^\W\d_]{2,24}))")
_LOCAL_END = re.compile(r"[^\s@,;:<>()\[\]{}\"\\/?&=#|]{1,64}\Z")
_FILE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "ico", "css", "js", "mjs", "map"})
"""``logo@2x.png`` is a picture for fine screens."""
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"EAA[A-Za-z0-9]{8,}"
    r"|eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"
    r"|(?:Bearer|Basic)\s{1,3}[A-Za-z0-9+/=._~|-]{6,}"
    r"|[0-9]{9,}\|[A-Za-z0-9_-]{8,}"
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|xox[abprs]-[A-Za-z0-9-]{8,}|AIza[\w-]{20,}"
    r")"
)
_USERINFO = re.compile(r"(?<=://)[^\s/@?#]{1,300}(?=@)")
_SECRET_PAIR = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|token|secret|otp|session_?id|sessid|sid|authorization|auth|api_?key|client_?key"
    r"|(?<![\w-])(?:xs|c_user|datr))"
    r"(?:[\"']?\s{0,2}=\s{0,2}|[\"']\s{0,2}:\s{0,2})[\"']?([^\s&;\"'<>]{3,})",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_RUN = re.compile(r"[A-Za-z0-9_+=-]{20,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?<![A-Za-z0-9])(?=[0-9]*[A-Fa-f])(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{20,}(?![A-Za-z0-9])")
_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])")
_THREE_DIGITS = re.compile(r"\d[\d ().\-/\u00a0]{4,}\d")
_COORDINATES = re.compile(
    r"(?<![\d.,-])-?(?:[0-8]?\d|90)\.\d{4,15}[ ;,]{1,2}-?(?:1[0-7]\d|180|\d{1,2})\.\d{4,15}(?![\d.])", re.ASCII
)
"""Two numbers on the globe to 10 metres or finer; prices have fewer decimals."""
_RANK = {
    DataClass.SECRET: 0,
    DataClass.EMAIL: 1,
    DataClass.PHONE: 2,
    DataClass.PAYMENT_CARD: 3,
    DataClass.IP_ADDRESS: 4,
    DataClass.LOCATION: 5,
    DataClass.LONG_NUMBER: 6,
    DataClass.OPAQUE_TOKEN: 7,
}
_GAP = "|"
"""What is left of a part that was found; it joins nothing."""


def find(text: str, *, sure_only: bool = False) -> tuple[PersonalDatum, ...]:
    """Return the personal data and secrets in a text, decoded, the most telling kinds first, each once.

    ``sure_only`` looks for e-mail addresses and secrets alone: an id is a long number by nature.

    >>> [(str(kind), part) for kind, part in find("Thank you, jane.doe%40example.com!")]
    [('email', 'jane.doe@example.com')]
    >>> find("hiking-boots-waterproof-leather-2024")
    ()
    """
    return remembered(text, sure_only) if len(text) <= _SHORT else _found(text[:MAX_LOOKED_AT], sure_only)


def _found(text: str, sure_only: bool) -> tuple[PersonalDatum, ...]:
    found: dict[PersonalDatum, None] = {}
    _search(text, found, _DEPTH, sure_only)
    if not found:
        return ()
    return tuple(sorted(found, key=lambda datum: _RANK[datum.data_class])[:MAX_FOUND])


remembered = lru_cache(maxsize=4096)(_found)


def objection(text: str) -> DataClass | None:
    """Return the most telling kind of personal data in a text; None when nothing speaks against storing it."""
    found = find(text)
    return found[0].data_class if found else None


def secrets_in(text: str) -> bool:
    """Say whether a text holds an access token, a password or the like, or may hold one out of sight."""
    return len(text) > MAX_LOOKED_AT or any(
        datum.data_class is DataClass.SECRET for datum in find(text, sure_only=True)
    )


def _search(text: str, found: dict[PersonalDatum, None], depth: int, sure_only: bool) -> None:
    text = decoded(text)
    text = _secrets(text, found)
    if "@" in text:
        text = _emails(text, found)
    if depth:
        text = _wrapped(text, found, depth, sure_only)
    if sure_only:
        return
    if len(text) >= 20:
        text = _opaque(text, found)
    dots = text.count(".")
    if dots >= 2 and len(text) >= 13:
        text = _replace(_COORDINATES, DataClass.LOCATION, text, found)
    if dots >= 3 or text.count(":") >= 2:
        text = _addresses(text, found)
    if _THREE_DIGITS.search(text):
        for kind, number in numbers(text):
            found[PersonalDatum(DataClass(kind), number)] = None
    if is_still_encoded(text):
        found[PersonalDatum(DataClass.OPAQUE_TOKEN, text)] = None


def _replace(pattern: re.Pattern[str], data_class: DataClass, text: str, found: dict[PersonalDatum, None]) -> str:
    def keep(match: re.Match[str]) -> str:
        found[PersonalDatum(data_class, match[0])] = None
        return _GAP

    return pattern.sub(keep, text)


def _secrets(text: str, found: dict[PersonalDatum, None]) -> str:
    if len(text) >= 11:
        text = _replace(_SECRET, DataClass.SECRET, text, found)
    if "://" in text and "@" in text:
        text = _replace(_USERINFO, DataClass.SECRET, text, found)
    if "=" in text or ":" in text:
        text = _SECRET_PAIR.sub(lambda match: _kept_secret(match, found), text)
    return text


def _kept_secret(match: re.Match[str], found: dict[PersonalDatum, None]) -> str:
    found[PersonalDatum(DataClass.SECRET, match[1])] = None
    return _GAP


def _emails(text: str, found: dict[PersonalDatum, None]) -> str:
    kept: list[str] = []
    at = 0
    for match in _DOMAIN.finditer(text):
        local = _LOCAL_END.search(text, max(at, match.start() - 64), match.start())
        if local is None or match[1].rpartition(".")[2].lower() in _FILE_ENDINGS:
            continue
        kept += (text[at : local.start()], _GAP)
        at = match.end()
        found[PersonalDatum(DataClass.EMAIL, local[0].lstrip(".'-+*!") + match[0])] = None
    return "".join((*kept, text[at:]))


def _wrapped(text: str, found: dict[PersonalDatum, None], depth: int, sure_only: bool) -> str:
    for piece, inner in base64_pieces(text):
        within: dict[PersonalDatum, None] = {}
        _search(inner, within, depth - 1, sure_only)
        if any(datum.data_class is not DataClass.OPAQUE_TOKEN for datum in within):
            found.update(within)
            text = text.replace(piece, _GAP)
    return text


def _opaque(text: str, found: dict[PersonalDatum, None]) -> str:
    if "-" in text:
        text = _replace(_UUID, DataClass.OPAQUE_TOKEN, text, found)

    def judge(match: re.Match[str]) -> str:
        if not is_opaque(match[0]):
            return match[0]
        found[PersonalDatum(DataClass.OPAQUE_TOKEN, match[0])] = None
        return _GAP

    return _RUN.sub(judge, text)


def is_opaque(run: str) -> bool:
    """Say whether a run of 20 or more letters and digits was drawn by a machine rather than put in words.

    What tells them apart is how often lower case, upper case and digits take turns.

    >>> is_opaque("IwAR2xK8pQz7LmN4vB1cT9"), is_opaque("4c8379124cb742c1f6fec9bf"), is_opaque("SubscribedButtonClick")
    (True, True, False)
    """
    if _HEX.search(run):
        return True
    changes = len(_CHANGE.findall(run))
    if any(map(str.isdigit, run)):
        return changes * 4 >= len(run)
    return changes * 2 >= len(run)


def _addresses(text: str, found: dict[PersonalDatum, None]) -> str:
    text = _replace(_IPV4, DataClass.IP_ADDRESS, text, found)
    if text.count(":") < 2:
        return text

    def judge(match: re.Match[str]) -> str:
        try:
            ipaddress.IPv6Address(match[0])
        except ValueError:
            return match[0]
        if len(match[0]) < 4 or not any(map(str.isdigit, match[0])):
            return match[0]  # a::b is a name in a programming language
        found[PersonalDatum(DataClass.IP_ADDRESS, match[0])] = None
        return _GAP

    return _IPV6.sub(judge, text)
