"""AnnouncedUses use: what has been said of how Meta uses such data, for a time and a region.

Owns which statements apply to a recording, and how each is introduced.  The statements come
from ``uses.yaml``; they are joined to reports and never stored.  Pure: the time is that of
the traffic, never a clock's.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

type SaidBy = Literal["meta", "press", "article"]
"""Meta's own announcement or documentation, a report by others, a commentary that nobody checked."""

type Support = Literal["certain", "likely", "unsupported"]

type UseSubject = Literal["events", "meta_ai", "nothing"]
"""What of a use a recording can show: events of sites, use of Meta AI, or nothing."""

type Standing = Literal["holds", "reported", "not_named", "left_out", "unknown"]
"""What is said of a region: it is named, it is reported, others were left unnamed, it is not among them; not asked."""

EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
"""Members of the European Union, as ISO 3166 codes them."""


class Regions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a use holds; codes of two letters, ``EU`` for its members."""

    told: str
    everywhere: bool = False
    named: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    is_open: bool = False
    """Further countries were left unnamed."""


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """One statement; days are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""

    id: str
    claim: str
    said_by: SaidBy
    certainty: Support
    about: UseSubject
    regions: Regions
    announced: str | None = None
    """None: long since."""
    effective: str | None = None
    until: str | None = None
    is_quoted: bool = False
    """The page itself was not seen; several sources quote it."""
    conflicts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Addresses."""


class Advice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a person can do, or cannot; days as in `Use`."""

    text: str
    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()


class AnnouncedUses(msgspec.Struct, frozen=True):
    """Everything the file says."""

    uses: tuple[Use, ...] = ()
    can_do: tuple[Advice, ...] = ()


class ApplicableUse(NamedTuple):
    """A statement as it applies to a time and a region."""

    use: Use
    standing: Standing
    in_force: bool
    """It was said to be in force when the data was seen."""


def uses_for(
    uses: Iterable[Use], seen_at: str | None, region: str | None = None, about: Iterable[UseSubject] = ("events",)
) -> Iterator[ApplicableUse]:
    """Yield the statements that hold for data seen at a time, in a region; None as the region: all of them.

    What was announced after ``seen_at`` (a time of the store) is left out, as is what is
    reported not to hold in the region.  For data of an unknown time everything holds.
    """
    asked = frozenset(about)
    for use in uses:
        if use.about not in asked or not _has_begun(use.announced, seen_at) or _has_ended(use.until, seen_at):
            continue
        standing = standing_of(use.regions, region)
        if standing != "left_out":
            yield ApplicableUse(use, standing, _has_begun(use.effective, seen_at))


def advice_for(advice: Iterable[Advice], seen_at: str | None) -> Iterator[Advice]:
    """Yield what a person could do about data seen at a time."""
    for entry in advice:
        if _has_begun(entry.since, seen_at) and not _has_ended(entry.until, seen_at):
            yield entry


def standing_of(regions: Regions, region: str | None) -> Standing:
    """Return what is said of a region.

    >>> some = Regions("the US and others", named=("US",), reported=("US", "GB"), is_open=True)
    >>> [standing_of(some, region) for region in ("US", "GB", "DE", None)]
    ['holds', 'reported', 'not_named', 'unknown']
    """
    if region is None:
        return "unknown"
    if _among(region, regions.left_out):
        return "left_out"
    if regions.everywhere or _among(region, regions.named):
        return "holds"
    if _among(region, regions.reported):
        return "reported"
    return "left_out" if regions.named and not regions.is_open else "not_named"


def introduction(use: Use) -> str:
    """Return the words before a claim; only what Meta said itself is introduced as its word."""
    when = f" ({use.announced})" if use.announced else ""
    if use.said_by == "meta":
        return f"Meta has said{when}, as several sources quote it" if use.is_quoted else f"Meta has said{when}"
    if use.said_by == "press":
        return f"It was reported{when}"
    return f"It was claimed{when}, and nothing by Meta was found to support it"


def _among(region: str, codes: Iterable[str]) -> bool:
    return any(code == region or (code == "EU" and region in EU) for code in codes)


def _has_begun(day: str | None, seen_at: str | None) -> bool:
    return day is None or seen_at is None or seen_at[: len(day)] >= day


def _has_ended(day: str | None, seen_at: str | None) -> bool:
    return day is not None and seen_at is not None and seen_at[: len(day)] > day
