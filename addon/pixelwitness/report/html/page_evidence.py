"""The evidence of the page: how many rows each site is given, and which.

Owns the sharing of room, so that a page of a hundred sites stays readable and small; what
has no room is counted, never dropped in silence.  Must not know templates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent, SiteExposure
from pixelwitness.report.html.evidence_rows import (
    DataRow,
    FindingRow,
    Row,
    contact_row,
    data_rows,
    event_row,
    finding_rows,
)
from pixelwitness.report.wording.vocabulary import Vocabulary

ROOM_EVENTS = 1_200
ROOM_FIELDS = 1_000
ROOM_FINDINGS = 400
ROOM_SENTENCES = 800
"""Events and contacts, rows of data, findings and sentences that one page holds at the most."""
AT_LEAST = 3
"""Of each, for each site that has so many, however small the room."""


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


@dataclass(slots=True)
class SiteEvidence:
    """What stands in the evidence of one site, and how much more there is."""

    data: tuple[DataRow, ...] = ()
    more_data: int = 0
    findings: tuple[FindingRow, ...] = ()
    more_findings: int = 0
    rows: list[Row] = field(default_factory=list)
    more_rows: int = 0


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


def collect_evidence(
    sites: Sequence[SiteExposure],
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    vocabulary: Vocabulary,
    names: Mapping[tuple[str, str], str],
) -> tuple[Mapping[str, SiteEvidence], Counter[tuple[str, int]]]:
    """Return the evidence of each site by its name, as much as any page holds; how often each (rule, version) spoke.

    ``called`` names topics and interests by (kind, label).
    """
    gathered = {
        site.name: SiteEvidence(tuple(data_rows(site, vocabulary)), 0, tuple(finding_rows(site, vocabulary, names)))
        for site in sites
    }
    room = dict(zip(gathered, share_room([_seen(site) for site in sites], ROOM_EVENTS), strict=True))
    rule_uses: Counter[tuple[str, int]] = Counter()
    for event in events:
        name = event.event.page_site or "unknown"
        if name not in gathered or event.event.channel == Channel.META_AI:
            continue
        rule_uses.update((transmission.rule_id, transmission.rule_version) for transmission in event.transmissions)
        if len(gathered[name].rows) < room[name]:
            gathered[name].rows.append(event_row(event))
        else:
            gathered[name].more_rows += 1
    for contact in contacts:
        name = contact.contact.page_site or "unknown"
        if name not in gathered or contact.contact.channel == Channel.META_AI:
            continue
        rule_uses[contact.contact.rule_id, contact.contact.rule_version] += 1
        if len(gathered[name].rows) < room[name]:
            gathered[name].rows.append(contact_row(contact, vocabulary))
        else:
            gathered[name].more_rows += 1
    return gathered, rule_uses


def limit_evidence(gathered: Mapping[str, SiteEvidence], room: PageRoom) -> Mapping[str, SiteEvidence]:
    """Return as much of the evidence as a room holds; the rest is counted."""
    whole = tuple(gathered.values())
    rows = share_room([len(evidence.rows) for evidence in whole], room.events)
    data = share_room([len(evidence.data) for evidence in whole], room.fields)
    findings = share_room([len(evidence.findings) for evidence in whole], room.findings)
    return {
        name: SiteEvidence(
            evidence.data[:fields],
            len(evidence.data[fields:]),
            evidence.findings[:found],
            len(evidence.findings[found:]),
            evidence.rows[:events],
            evidence.more_rows + len(evidence.rows[events:]),
        )
        for (name, evidence), events, fields, found in zip(gathered.items(), rows, data, findings, strict=True)
    }


def _seen(site: SiteExposure) -> int:
    events = sum(group.events for group in (*site.sent, *site.blocked))
    return events + sum(group.contacts for group in (*site.contacts, *site.blocked_contacts))
