"""Comparing: what one exposure holds that another does not, site by site.

Owns what counts as new, gone or changed, and when absence is no evidence: what a side could
not see is never gone from it.  Pure; must not know the store, words for people or formats.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.core.exposure.exposure_parts import EventGroup
from pixelwitness.core.exposure.grouping import MAX_OPENED, MAX_PAGES
from pixelwitness.core.exposure.outcome import Outcome


class Aspect(StrEnum):
    """What of a site is compared; the numbers are of events, or of contacts for contacts."""

    EVENT = "event"
    TRIED_EVENT = "tried_event"
    """One that the site tried to tell, and of which nothing left."""
    BLOCKED_EVENT = "blocked_event"
    PIXEL = "pixel"
    CHANNEL = "channel"
    DATA = "data"
    IDENTIFIER = "identifier"
    """By which Meta could know whom events are about; counted as 1 where it is seen."""
    CONTACT = "contact"
    TRIED_CONTACT = "tried_contact"
    BLOCKED_CONTACT = "blocked_contact"
    CONSENT = "consent"
    """What was visible of consent when events left."""


class Change(StrEnum):
    """What became of one thing from the first side to the second."""

    NEW = "new"
    GONE = "gone"
    MORE = "more"
    FEWER = "fewer"
    NOT_RECORDED = "not_recorded"
    """One side has it, and the other could not have seen it, or not surely."""


class Gap(StrEnum):
    """Why a side may have missed something."""

    SITE_NOT_SEEN = "site_not_seen"
    """Neither a visit of the site nor anything of it was recorded."""
    PAGES_NOT_OPENED = "pages_not_opened"
    """Visits of the site were recorded, and none of a page on which the other side saw it."""
    BODIES = "bodies_not_recorded"
    COOKIES = "cookies_not_recorded"
    INCOMPLETE = "incomplete"
    UNDECODABLE = "undecodable"
    REJECTED = "rejected"
    DROPPED = "dropped"
    RULE_FAULTS = "rule_faults"
    TLS_REFUSED = "tls_refused"
    HEADLESS = "headless"
    """The pixel's library or configuration was loaded and nothing sent: Meta sends such a browser away."""
    PAGE_UNKNOWN = "page_unknown"
    """The like of it was seen, and of which site it is is unknown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs."""

    aspect: Aspect
    name: str | None
    """Of the event (None where it was not recorded), class of data, channel, label …"""
    of: str | None
    """The pixel of an event, the form of a datum."""
    before: int
    after: int
    change: Change
    gaps: tuple[Gap, ...]
    """Why the side that has less of it may have missed some."""


@dataclass(frozen=True, slots=True)
class SiteComparison:
    """What differs in one site."""

    site: str | None
    standing: Standing
    visits: tuple[int, int]
    differences: tuple[Difference, ...]

    @property
    def name(self) -> str:
        return self.site if self.site is not None else "unknown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two exposures."""

    sites: tuple[SiteComparison, ...]
    """Those that differ, in the order of names."""
    alike: tuple[str, ...]
    """Sites in which nothing differs."""
    coverage: tuple[Coverage, Coverage]

    @property
    def changes(self) -> frozenset[Change]:
        """Which kinds of change there are."""
        return frozenset(difference.change for site in self.sites for difference in site.differences)


type _Key = tuple[Aspect, str | None, str | None]
type _SiteKey = tuple[Standing, str | None]

# These carry what the pixel would; seen in the address alone, or only in the body.
_BY_ADDRESS = frozenset({Channel.PIXEL, Channel.LIBRARY, Channel.CONFIG, Channel.SOCIAL_PLUGIN, Channel.LOGIN})
_OF_CONTACTS = (Aspect.CONTACT, Aspect.TRIED_CONTACT, Aspect.BLOCKED_CONTACT)
_EVENTS = {
    Outcome.TOLD: Aspect.EVENT,
    Outcome.UNKNOWN: Aspect.EVENT,
    Outcome.TRIED: Aspect.TRIED_EVENT,
    Outcome.BLOCKED: Aspect.BLOCKED_EVENT,
}
_CONTACTS = {
    Outcome.TOLD: Aspect.CONTACT,
    Outcome.UNKNOWN: Aspect.CONTACT,
    Outcome.TRIED: Aspect.TRIED_CONTACT,
    Outcome.BLOCKED: Aspect.BLOCKED_CONTACT,
}
_NOT_READ = ("not_recorded", "nothing_seen")
"""Labels of consent that speak of what was not there."""


def compare(before: Exposure, after: Exposure) -> Comparison:
    """Return what differs between two exposures, the first taken as the older one."""
    sites_before, sites_after = _by_key(before), _by_key(after)
    unlike, alike = [], []
    for key in sorted({*sites_before, *sites_after}, key=lambda key: (key[1] is None, key[1] or "", key[0])):
        sides = _Side(before, sites_before.get(key)), _Side(after, sites_after.get(key))
        differences = tuple(_differences(*sides))
        visits = tuple(side.site.visits if side.site else 0 for side in sides)
        compared = SiteComparison(key[1], key[0], (visits[0], visits[1]), differences)
        if differences:
            unlike.append(compared)
        else:
            alike.append(compared.name)
    return Comparison(tuple(unlike), tuple(alike), (before.coverage, after.coverage))


def _by_key(exposure: Exposure) -> Mapping[_SiteKey, SiteExposure]:
    return {(site.standing, site.site): site for site in exposure.sites}


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's view of one site; None where it has nothing of it."""

    exposure: Exposure
    site: SiteExposure | None

    def counts(self) -> dict[_Key, int]:
        """Return how often each thing was seen."""
        counted: dict[_Key, int] = {}
        for key, number in _things(self.site) if self.site else ():
            counted[key] = counted.get(key, 0) + number
        return counted

    def gaps(self, key: _Key, other: SiteExposure | None) -> Iterator[Gap]:
        """Yield why this side may have missed something that the other one saw."""
        coverage = self.exposure.coverage
        if self.site is None:
            yield Gap.SITE_NOT_SEEN
        elif other is not None and _only_elsewhere(key, other, self.site):
            yield Gap.PAGES_NOT_OPENED
        if self._bodies_hide(key[0], other):
            yield Gap.BODIES
        if coverage.cookies_not_recorded and _from_cookies(key, other):
            yield Gap.COOKIES
        for number, gap in (
            (coverage.incomplete, Gap.INCOMPLETE),
            (coverage.undecodable, Gap.UNDECODABLE),
            (coverage.rejected, Gap.REJECTED),
            (coverage.dropped, Gap.DROPPED),
            (coverage.rule_faults, Gap.RULE_FAULTS),
            (coverage.tls_refused, Gap.TLS_REFUSED),
        ):
            if number:
                yield gap
        if coverage.headless and key[0] not in _OF_CONTACTS and self._silent_after_loading():
            yield Gap.HEADLESS
        if self.site is None or self.site.standing is not Standing.UNKNOWN:
            unplaced = (
                key for site in self.exposure.sites if site.standing is Standing.UNKNOWN for key, _ in _things(site)
            )
            if key[0] in (Aspect.EVENT, Aspect.CONTACT, Aspect.PIXEL) and key in set(unplaced):
                yield Gap.PAGE_UNKNOWN

    def _bodies_hide(self, aspect: Aspect, other: SiteExposure | None) -> bool:
        if aspect in _OF_CONTACTS or aspect is Aspect.CONSENT:
            return False
        if self.site is not None and self.site.unread:
            return True
        # What a site's own server forwards is known by the body, so a missing one may have been for anybody.
        forwarded = other is not None and any(not _BY_ADDRESS.issuperset(group.channels) for group in other.sent)
        return forwarded and self.exposure.coverage.bodies_not_recorded > 0

    def _silent_after_loading(self) -> bool:
        if self.site is None or self.site.sent:
            return False
        return any(group.channel in (Channel.LIBRARY, Channel.CONFIG) for group in self.site.sent_contacts)


def _only_elsewhere(key: _Key, site: SiteExposure, other: SiteExposure) -> bool:
    """Say whether something was seen only on pages that the other side did not open.

    Pages that are changed by script are no visits; where the side that saw it shows such, nothing is concluded.
    """
    pages = {page for group in site.sent if _concerns(key, group) for page in group.pages}
    if not pages or not other.opened or max(len(site.opened), len(other.opened)) >= MAX_OPENED:
        return False
    many = any(len(group.pages) >= MAX_PAGES for group in site.sent)
    return not many and pages.issubset(site.opened) and pages.isdisjoint(other.opened)


def _concerns(key: _Key, group: EventGroup) -> bool:
    aspect, name, of = key
    match aspect:
        case Aspect.EVENT:
            return (group.name, group.pixel_id) == (name, of)
        case Aspect.PIXEL:
            return group.pixel_id == name
        case Aspect.CHANNEL:
            return name in group.channels
        case Aspect.DATA:
            return any((datum.data_class, datum.form) == (name, of) for datum in group.data)
    return aspect not in (Aspect.TRIED_EVENT, Aspect.BLOCKED_EVENT, *_OF_CONTACTS)


def _things(site: SiteExposure) -> Iterator[tuple[_Key, int]]:
    for group in site.events:
        yield (_EVENTS[group.outcome], group.name, group.pixel_id), group.events
    yield from _ways(site.sent)
    for datum in site.data:
        yield (Aspect.DATA, datum.data_class, datum.form), datum.times
    if site.known_by is not None:
        for name in site.known_by.names:
            yield (Aspect.IDENTIFIER, name, None), 1
    for contact in site.contacts:
        yield (_CONTACTS[contact.outcome], contact.channel, None), contact.contacts
    for finding in site.consent:
        yield (Aspect.CONSENT, finding.label, None), finding.events


def _ways(groups: Iterable[EventGroup]) -> Iterator[tuple[_Key, int]]:
    for group in groups:
        if group.pixel_id is not None:
            yield (Aspect.PIXEL, group.pixel_id, None), group.events
        for channel in group.channels:
            yield (Aspect.CHANNEL, channel, None), group.events


def _from_cookies(key: _Key, site: SiteExposure | None) -> bool:
    """Say whether a datum or identifier could stand in cookies alone."""
    if key[0] is Aspect.IDENTIFIER:
        return True
    if key[0] is Aspect.CONSENT:
        return key[1] not in _NOT_READ
    if key[0] is not Aspect.DATA or site is None:
        return False
    names = (name for datum in site.data if (datum.data_class, datum.form) == key[1:] for name in datum.origins)
    return all(name.startswith(("cookie.", "cookies.")) for name in names)


def _differences(before: _Side, after: _Side) -> Iterator[Difference]:
    counts_before, counts_after = before.counts(), after.counts()
    order = list(Aspect)
    for key in sorted(
        {*counts_before, *counts_after}, key=lambda key: (order.index(key[0]), key[1] or "", key[2] or "")
    ):
        numbers = counts_before.get(key, 0), counts_after.get(key, 0)
        if numbers[0] == numbers[1]:
            continue
        less, more = (before, after) if numbers[0] < numbers[1] else (after, before)
        gaps = tuple(less.gaps(key, more.site))
        yield Difference(*key, *numbers, _change(*numbers, uncertain=bool(gaps)), gaps)


def _change(before: int, after: int, *, uncertain: bool) -> Change:
    if before and after:
        return Change.MORE if after > before else Change.FEWER
    if uncertain:
        return Change.NOT_RECORDED
    return Change.NEW if after else Change.GONE
