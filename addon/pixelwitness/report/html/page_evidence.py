"""The evidence of the page: how many rows each site is given, and which.

Owns the sharing of room, so that a page of a hundred sites stays readable and small; what
has no room is counted, never dropped in silence.  Must not know templates.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.exposure import OPERATOR, SeenContact, SeenEvent, SiteExposure, told_by
from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.report.html.evidence_rows import (
    DataRow,
    FindingRow,
    Row,
    contact_row,
    data_rows,
    event_row,
    finding_rows,
)
from pixelwitness.report.html.page_statements import SiteNeeds
from pixelwitness.report.wording.vocabulary import Vocabulary

ROOM_EVENTS = 1_200
ROOM_FIELDS = 1_000
ROOM_FINDINGS = 400
ROOM_SENTENCES = 800
"""Events and contacts, rows of data, findings and sentences that one page holds at the most."""
AT_LEAST = 3
"""Of each, for each site that has so many, however small the room."""
LEAST_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class PageRoom:
    """How much one page holds of each."""

    events: int = ROOM_EVENTS
    fields: int = ROOM_FIELDS
    findings: int = ROOM_FINDINGS
    sentences: int = ROOM_SENTENCES

    def smaller(self) -> "PageRoom":
        """Return a smaller one; single events go first, what was sent and found stays longest."""
        return PageRoom(self.events // 2, self.fields * 3 // 4, self.findings * 3 // 4, self.sentences * 2 // 3)

    def is_least(self, sites: int) -> bool:
        """Say whether so many sites have the least of everything, so that a smaller room changes nothing."""
        return max(self.events, self.fields, self.findings, self.sentences) <= AT_LEAST * sites


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """What stands in the evidence of one site, and how much more there is."""

    data: tuple[DataRow, ...] = ()
    more_data: int = 0
    findings: tuple[FindingRow, ...] = ()
    more_findings: int = 0
    rows: Sequence[Row] = ()
    more_rows: int = 0

    @property
    def numbers(self) -> Mapping[str, int]:
        """The numbers of the rows that are shown, by the ids of what stands in them."""
        return {one: number for number, row in enumerate(self.rows, start=1) for one in row.ids}


def share_room(needs: Sequence[int], room: int, at_least: int = AT_LEAST) -> tuple[int, ...]:
    """Share room out: nobody gets more than is needed, what one leaves goes to the others.

    >>> share_room((2, 50, 50), 42), share_room((100,) * 3, 6)
    ((2, 20, 20), (3, 3, 3))
    """
    given = [0] * len(needs)
    remaining = room
    by_need = sorted(range(len(needs)), key=lambda index: needs[index])
    for rank, index in enumerate(by_need):
        fair = max(remaining // (len(needs) - rank), at_least)
        given[index] = min(needs[index], fair)
        remaining = max(remaining - given[index], 0)
    return tuple(given)


@dataclass(slots=True)
class SiteRows:
    """The rows of one site while they are gathered: as many as there is room for, and those that are cited."""

    room: int
    cited: frozenset[str] = frozenset()
    """Ids on which statements of the site rest."""
    rows: list[Row] = field(default_factory=list)
    more: int = 0

    def add(self, ids: Iterable[str], draw: Callable[[], Row]) -> None:
        """Take one event or contact, known by its ids; it is drawn where there is room."""
        is_cited = not self.cited.isdisjoint(ids)
        if is_cited or self.room > 0:
            self.room -= not is_cited
            self.rows.append(replace(draw(), is_cited=is_cited))
        else:
            self.more += 1

    def first(self, most: int) -> list[Row]:
        """Return at most so many rows in their order, those that are cited before others."""
        if len(self.rows) <= most:
            return self.rows
        by_worth = sorted(range(len(self.rows)), key=lambda place: (not self.rows[place].is_cited, place))
        return [self.rows[place] for place in sorted(by_worth[:most])]


def gather_rows(
    needs: Sequence[SiteNeeds],
    cited: Mapping[str, frozenset[str]],
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    vocabulary: Vocabulary,
) -> tuple[Mapping[str, SiteRows], Counter[tuple[str, int]]]:
    """Return the rows of each site by its name, as many as any page holds; how often each (rule, version) spoke.

    ``cited`` holds the ids on which statements of a site rest.  What is in no exposure is in no row: what the
    operator did, and what a browser took from its cache.
    """
    rooms = share_room([site.rows for site in needs], ROOM_EVENTS)
    gathered = {
        site.name: SiteRows(room, cited.get(site.name, frozenset())) for site, room in zip(needs, rooms, strict=True)
    }
    rule_uses: Counter[tuple[str, int]] = Counter()
    for event in events:
        of = gathered.get(told_by(event.event) or "unknown")
        if of is None or not _is_exposed(event, event.event):
            continue
        rule_uses.update((transmission.rule_id, transmission.rule_version) for transmission in event.transmissions)
        of.add((event.event.id, *(one.id for one in event.transmissions)), partial(event_row, event))
    for contact in contacts:
        of = gathered.get(told_by(contact.contact) or "unknown")
        if of is None or not _is_exposed(contact, contact.contact):
            continue
        rule_uses[contact.contact.rule_id, contact.contact.rule_version] += 1
        of.add((contact.contact.id,), partial(contact_row, contact, vocabulary))
    return gathered, rule_uses


def _is_exposed(seen: SeenEvent | SeenContact, row: Event | Contact) -> bool:
    return seen.outcome is not None and row.sender != OPERATOR and row.channel != Channel.META_AI


@dataclass(frozen=True, slots=True)
class Share:
    """How much of each one site is given."""

    rows: int
    data: int
    findings: int
    lines: int


def share_page(needs: Sequence[SiteNeeds], gathered: Mapping[str, SiteRows], room: PageRoom) -> Iterator[Share]:
    """Share the room of a page out; ``needs`` are how much each site has to show."""
    shares = (
        share_room([len(gathered[site.name].rows) for site in needs], room.events),
        share_room([site.data for site in needs], room.fields),
        share_room([site.findings for site in needs], room.findings),
        share_room([site.statements for site in needs], room.sentences, LEAST_SENTENCES),
    )
    return (Share(*of) for of in zip(*shares, strict=True))


def site_evidence(
    site: SiteExposure, rows: SiteRows, share: Share, vocabulary: Vocabulary, names: Mapping[tuple[str, str], str]
) -> SiteEvidence:
    """Return as much of the evidence of a site as its share holds; the rest is counted.

    ``names`` are those of topics and interests by (kind, label).
    """
    data, findings = tuple(data_rows(site, vocabulary)), tuple(finding_rows(site, vocabulary, names))
    shown = rows.first(share.rows)
    return SiteEvidence(
        data[: share.data],
        len(data[share.data :]),
        findings[: share.findings],
        len(findings[share.findings :]),
        shown,
        rows.more + len(rows.rows) - len(shown),
    )
