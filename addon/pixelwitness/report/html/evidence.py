"""The evidence of the page: single events, raw names of parameters, findings, each with its place.

Owns how many rows a site is given and what a row says.  Room is shared, so that a page
of a hundred sites stays readable and small; what has no room is counted, never dropped in
silence.  Must not know templates.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pixelwitness.core.coverage import is_unread
from pixelwitness.core.exposure import DataSent, EventGroup, SeenContact, SeenEvent, SiteExposure
from pixelwitness.core.records import Transmission
from pixelwitness.core.rule import Channel
from pixelwitness.meaning.about import About, about_of
from pixelwitness.meaning.findings import CONSENT, PERSONA, PERSONAL_DATA
from pixelwitness.report.consent import consent_word
from pixelwitness.report.shapes import bare, contents
from pixelwitness.report.text import defanged
from pixelwitness.report.vocabulary import Vocabulary
from pixelwitness.report.words import carrier_word, form_word, own_word, way_word

ROOM_EVENTS = 400
ROOM_FIELDS = 640
ROOM_FINDINGS = 300
"""Rows of events and contacts, of fields and of findings, on one page."""
AT_LEAST = 3
MAX_PLACES = 4
MAX_NAMES = 12
MAX_VALUES = 3

KINDS = {
    PERSONAL_DATA: "personal data",
    PERSONA: "the invented person",
    "topic": "sensitive topic",
    "interest": "interest",
    "instruction_text": "text that could reach an AI",
}
"""Kinds of findings that stand in the evidence; identity, consent and servers are told in sentences."""

_ORDER = (About.PERSON, About.BROWSER, About.EVENT, About.PAGE, About.TECHNICAL)
_BODY = {"recorded": "recorded", "partly_recorded": "partly recorded", "not_recorded": "not recorded"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands: its recording, the entry, the line where the file has lines."""

    recording: str
    position: int
    line: int | None
    rule: str
    version: int


@dataclass(frozen=True, slots=True)
class Row:
    """One event or contact."""

    seen_at: str
    name: str | None
    """None: an event whose name was not recorded."""
    is_event: bool
    kind: str
    pixel_id: str | None
    way: str
    receivers: tuple[str, ...]
    page: str
    consent: str
    blocked: bool
    body: str
    confidence: str
    attributed_by: str
    places: tuple[Place, ...]
    more_places: int

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules with their versions, once each, the main one first."""
        return tuple(dict.fromkeys(f"{one.rule} v{one.version}" for one in self.places))


@dataclass(frozen=True, slots=True)
class DataRow:
    """One class of data in one form, by the raw names it went under."""

    about: str
    label: str
    form: str
    matching: str
    names: tuple[str, ...]
    more_names: int
    events: tuple[str, ...]
    """Names of the events with which it went; empty: with all of the site's."""
    times: int
    different: int
    values: tuple[str, ...]
    more_values: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing understood, as often as it was."""

    kind: str
    label: str
    fields: tuple[str, ...]
    certainty: str
    evidence: str
    times: int


@dataclass(slots=True)
class SiteEvidence:
    """What stands in the evidence of one site, and how much more there is."""

    room: int
    """Rows of events and contacts that are left to it."""
    data: tuple[DataRow, ...] = ()
    more_data: int = 0
    findings: tuple[FindingRow, ...] = ()
    more_findings: int = 0
    rows: list[Row] = field(default_factory=list)
    more_rows: int = 0

    def has_room(self) -> bool:
        """Say whether one more row may be added; one that may not is counted."""
        if len(self.rows) < self.room:
            return True
        self.more_rows += 1
        return False


def shares(needs: Sequence[int], room: int, at_least: int = AT_LEAST) -> tuple[int, ...]:
    """Share room out: nobody gets more than is needed, what one leaves goes to the others.

    >>> shares((2, 50, 50), 42), shares((100,) * 3, 6)
    ((2, 20, 20), (3, 3, 3))
    """
    given = [0] * len(needs)
    left = room
    by_need = sorted(range(len(needs)), key=lambda index: needs[index])
    for rank, index in enumerate(by_need):
        fair = max(left // (len(needs) - rank), at_least)
        given[index] = min(needs[index], fair)
        left = max(left - given[index], 0)
    return tuple(given)


def gather(
    sites: Sequence[SiteExposure],
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    vocabulary: Vocabulary,
    called: Mapping[tuple[str, str], str],
) -> tuple[Mapping[str, SiteEvidence], Counter[tuple[str, int]]]:
    """Return the evidence of each site by its name, and how often each (rule, version) spoke.

    ``called`` names topics and interests by (kind, label).
    """
    gathered = {
        site.name: SiteEvidence(room, data[:fields], len(data[fields:]), found[:findings], len(found[findings:]))
        for site, data, found, room, fields, findings in _with_room(sites, vocabulary, called)
    }
    spoke: Counter[tuple[str, int]] = Counter()
    for event in events:
        evidence = gathered.get(event.event.page_site or "unknown")
        if evidence is None or event.event.channel == Channel.META_AI:
            continue
        spoke.update((one.rule_id, one.rule_version) for one in event.transmissions)
        if evidence.has_room():
            evidence.rows.append(_event_row(event))
    for contact in contacts:
        evidence = gathered.get(contact.contact.page_site or "unknown")
        if evidence is None or contact.contact.channel == Channel.META_AI:
            continue
        spoke[contact.contact.rule_id, contact.contact.rule_version] += 1
        if evidence.has_room():
            evidence.rows.append(_contact_row(contact, vocabulary))
    return gathered, spoke


def _with_room(
    sites: Sequence[SiteExposure], vocabulary: Vocabulary, called: Mapping[tuple[str, str], str]
) -> Iterator[tuple[SiteExposure, tuple[DataRow, ...], tuple[FindingRow, ...], int, int, int]]:
    """Yield each site with its data and findings, and the rows it may have of events, data and findings."""
    data = [tuple(_data_rows(site, vocabulary)) for site in sites]
    found = [tuple(_finding_rows(site, vocabulary, called)) for site in sites]
    events = shares([_events_of(site) + _contacts_of(site) for site in sites], ROOM_EVENTS)
    fields = shares(tuple(map(len, data)), ROOM_FIELDS)
    findings = shares(tuple(map(len, found)), ROOM_FINDINGS)
    return zip(sites, data, found, events, fields, findings, strict=True)


def _events_of(site: SiteExposure) -> int:
    return sum(group.events for group in (*site.sent, *site.blocked))


def _contacts_of(site: SiteExposure) -> int:
    return sum(group.contacts for group in (*site.contacts, *site.blocked_contacts))


def _event_row(seen: SeenEvent) -> Row:
    event = seen.event
    consent = next((word for one in seen.findings if one.kind == CONSENT and (word := consent_word(one.label))), "")
    carriers = [carrier_word(one) for one in seen.transports if one != "unknown"]
    ways = ", ".join(map(way_word, seen.channels))
    return Row(
        event.seen_at or "",
        event.event_name,
        True,
        own_word(event.event_kind),
        event.pixel_id,
        f"{ways} ({', '.join(carriers)})" if carriers else ways,
        tuple(map(defanged, seen.receivers)),
        bare(event.page_url) or "",
        consent,
        event.blocked,
        _BODY[contents(seen.unread, len(seen.transmissions))],
        event.confidence,
        own_word(event.attributed_by),
        tuple(map(_place, seen.transmissions[:MAX_PLACES])),
        max(len(seen.transmissions) - MAX_PLACES, 0),
    )


def _place(one: Transmission) -> Place:
    return Place(one.recording_id, one.position, one.line, one.rule_id, one.rule_version)


def _contact_row(seen: SeenContact, vocabulary: Vocabulary) -> Row:
    contact = seen.contact
    return Row(
        contact.seen_at or "",
        vocabulary.contact(contact.channel, contact.rule_id),
        False,
        "contact",
        contact.pixel_id,
        way_word(contact.channel),
        (defanged(contact.receiver_host),),
        bare(contact.page_url) or "",
        "",
        contact.blocked,
        _BODY[contents(int(is_unread(contact.body_state)), 1)],
        contact.confidence,
        own_word(contact.attributed_by),
        (Place(contact.recording_id, contact.position, contact.line, contact.rule_id, contact.rule_version),),
        0,
    )


def _finding_rows(
    site: SiteExposure, vocabulary: Vocabulary, called: Mapping[tuple[str, str], str]
) -> Iterator[FindingRow]:
    for kind, word in KINDS.items():
        for one in (one for one in site.findings if one.kind == kind):
            label = called.get((kind, one.label)) or vocabulary.label(one.label)
            yield FindingRow(word, label, one.fields, one.certainty, one.evidence, one.events + one.contacts)


def _data_rows(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[DataRow]:
    """Yield what was sent, that of the person first."""
    events = _events_by_data(site)
    every = tuple(sorted({group.name or "" for group in (*site.sent, *site.blocked)}))
    for one in sorted(_data_of(site), key=lambda one: (_ORDER.index(_about(one)), one.data_class, one.form)):
        of = events.get(_key(one), ())
        yield _data_row(one, () if of == every and len(of) > 1 else of, vocabulary)


def _data_of(site: SiteExposure) -> tuple[DataSent, ...]:
    """Return what reached Meta; where all was blocked, what was to."""
    groups: Iterator[EventGroup] = iter(site.blocked)
    return site.data or tuple({_key(one): one for group in groups for one in group.data}.values())


def _about(one: DataSent) -> About:
    return about_of(one.data_class, one.origins[0])


def _key(one: DataSent) -> tuple[str, str, str]:
    return one.data_class, one.form, one.matching


def _events_by_data(site: SiteExposure) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Return the names of the events with which each datum went."""
    names: dict[tuple[str, str, str], dict[str, None]] = {}
    for group in (*site.sent, *site.blocked):
        for one in group.data:
            names.setdefault(_key(one), {})[group.name or ""] = None
    return {key: tuple(sorted(found)) for key, found in names.items()}


def _data_row(one: DataSent, events: tuple[str, ...], vocabulary: Vocabulary) -> DataRow:
    return DataRow(
        _about(one).value,
        vocabulary.label(one.data_class),
        form_word(one.form),
        own_word(one.matching),
        one.origins[:MAX_NAMES],
        len(one.origins[MAX_NAMES:]),
        events[:MAX_NAMES],
        one.times,
        one.different,
        one.values[:MAX_VALUES],
        len(one.values[MAX_VALUES:]),
    )
