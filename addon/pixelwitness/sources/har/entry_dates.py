"""When a request left, in all the ways recorders write it.

Owns the reading of ``startedDateTime``.  What is ambiguous (3/4/2026) is unknown:
a wrong date in evidence is worse than none.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_NUMBER = re.compile(r"\d{9,20}(?:\.\d*)?")
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([AP]M)?", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?:(?:[A-Z][a-z]{2,8}),?\s+)?([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s*([AP]M)?\s*(?:GMT|UTC)?\s*([+-]\d{4})?(?:\s*\([^)]*\))?"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_LENGTH = 100


def parse_date(value: Any) -> float | None:
    """Return POSIX seconds of a recorded date, None when it says nothing sure; a time without a zone is UTC.

    >>> parse_date("2026-11-20T10:00:00.250Z"), parse_date("2026-11-20 11:00:00.2500000+01:00")
    (1795168800.25, 1795168800.25)
    >>> parse_date(1795168800250), parse_date("Fri, 20 Nov 2026 10:00:00 GMT"), parse_date("3/4/2026 10:00")
    (1795168800.25, 1795168800.0, None)
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return _from_odd_text(value.strip()[:_MAX_LENGTH])
        return None if len(value) < 10 or value.isdigit() else _seconds(moment)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    return None


def _seconds(moment: datetime) -> float | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None


def _from_number(number: float) -> float | None:
    """Tell seconds, milliseconds, microseconds and nanoseconds since 1970 apart by their size."""
    for lowest, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0)):
        if lowest <= number < 1e20:
            return number / unit
    return None


def _from_odd_text(text: str) -> float | None:
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    try:
        if found := _ISO.fullmatch(text):
            year, month, day, hour, minute, second, fraction, zone = found.groups()
            return _at(year, month, day, hour, minute, second, fraction, zone)
        if found := _LOCAL.fullmatch(text):
            return _from_locale(found)
        if found := _NAMED.fullmatch(text):
            name, day, year, hour, minute, second, half, zone = found.groups()
            month = str(_MONTHS.index(name) + 1)
            return _at(year, month, day, _hour(hour, half), minute, second, None, zone)
        return _seconds(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_locale(found: re.Match[str]) -> float | None:
    first, mark, second_number, year, hour, minute, second, fraction, half = found.groups()
    if half or int(second_number) > 12:  # only US English writes the hour with AM and PM after slashes
        month, day = first, second_number
    elif mark == "." or int(first) > 12:
        month, day = second_number, first
    else:
        return None
    return _at(year, month, day, _hour(hour, half), minute, second, fraction, None)


def _hour(hour: str, half: str | None) -> str:
    if not half:
        return hour
    return str(int(hour) % 12 + (12 if half.upper() == "PM" else 0))


def _at(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    fraction: str | None,
    zone: str | None,
) -> float | None:
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro, UTC)
    offset = 0
    if zone and zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-60 if zone[0] == "-" else 60)
    return moment.timestamp() - offset
