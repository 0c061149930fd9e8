"""Stale entries: what of the baseline and the ignores is out of date, as data; the words are the report's.

Owns the kinds of such entries.  Pure.
"""

from dataclasses import dataclass
from enum import StrEnum


class StaleKind(StrEnum):
    """What is out of date."""

    BASELINE_OLDER = "baseline_older"
    """The baseline ``name`` was written before contacts of some ``kinds`` were told apart, which do not count."""
    IGNORE_UNMATCHED = "ignore_unmatched"
    """The ignore of the number ``name`` matches nothing any more."""
    IGNORE_EXPIRED = "ignore_expired"
    """What the ignore of the number ``name`` covered counts again since the day ``expired``."""
    ENTRY_UNMATCHED = "entry_unmatched"
    """The entry of the baseline with the fingerprint ``name`` matches nothing any more."""


@dataclass(frozen=True, slots=True)
class Stale:
    """One thing that is out of date."""

    kind: StaleKind
    name: str
    about: tuple[str, ...] = ()
    """What the entry is about, in its own words: ``site shop.example``, ``event Lead``."""
    expired: str = ""
    """As ``2027-01-31``."""
    kinds: tuple[str, ...] = ()
    contacts: int = 0
    sites: int = 0
