"""Grouping: what belongs together in an exposure, counted as it comes.

Owns the groups of events, contacts, data and findings.  Pure; which site a group
belongs to is `exposure_builder`'s.  What a group holds at a time grows with the number of
different things said, not with the number of events.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_parts import (
    MAX_IDS,
    ContactGroup,
    DataSent,
    EventContents,
    EventGroup,
    SiteFinding,
)
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.core.exposure.records import Field, Finding

MAX_CONTENTS = 12
"""Different contents of one group of events that are kept; the others are counted."""
MAX_PAGES = 12
"""Pages that are kept of a group."""
MAX_OPENED = 2_000
"""Pages of one site that are kept as opened."""


@dataclass(slots=True)
class DataCounter:
    """Counts fields by class, form and matching."""

    origins: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    times: dict[tuple[str, str, str], int] = field(default_factory=dict)
    tokens: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    values: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    ids: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    unknown: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add_event(self, item: SeenEvent) -> None:
        """Add what the carriers of one event carried."""
        unsure = item.unsure
        sure = {(row.data_class, row.form, row.matching) for row in item.carried if row.transmission_id not in unsure}
        self._add(item.carried, sure, leaves_open=item.outcome in SENT)

    def add_contact(self, item: SeenContact) -> None:
        """Add what one contact carried."""
        self._add(item.fields, set(), leaves_open=item.outcome is Outcome.UNKNOWN)

    def _add(self, fields: Iterable[Field], sure: Collection[tuple[str, str, str]], *, leaves_open: bool) -> None:
        carried = set()
        for row in fields:
            key = (row.data_class, row.form, row.matching)
            carried.add(key)
            self.origins.setdefault(key, set()).add(row.field)
            self.tokens.setdefault(key, set()).add(row.value_token)
            remember_id(self.ids.setdefault(key, {}), row.transmission_id or row.contact_id)
            if row.value is not None:
                self.values.setdefault(key, set()).add(row.value)
        for key in carried:
            self.times[key] = self.times.get(key, 0) + 1
            if leaves_open and key not in sure:
                self.unknown[key] = self.unknown.get(key, 0) + 1

    def build(self) -> tuple[DataSent, ...]:
        """Return what was counted, in the order of classes, forms and ways in."""
        return tuple(
            DataSent(
                *key,
                origins=tuple(sorted(self.origins[key])),
                times=self.times[key],
                different=len(self.tokens[key]),
                values=tuple(sorted(self.values.get(key, ()))),
                unknown=self.unknown.get(key, 0),
                ids=tuple(self.ids[key]),
            )
            for key in sorted(self.times)
        )


@dataclass(slots=True)
class EventCounter:
    """Counts the events of one group."""

    first: SeenEvent
    events: int = 0
    transmissions: int = 0
    unread: int = 0
    transports: set[str] = field(default_factory=set)
    receivers: set[str] = field(default_factory=set)
    confidences: set[str] = field(default_factory=set)
    pages: dict[str, None] = field(default_factory=dict)
    times: list[str] = field(default_factory=list)
    data: DataCounter = field(default_factory=DataCounter)
    contents: dict[object, EventContents] = field(default_factory=dict)
    further: int = 0
    ids: dict[str, None] = field(default_factory=dict)

    def add(self, item: SeenEvent, place: int) -> None:
        """Add one event."""
        event = item.event
        self.events += 1
        self.transmissions += len(item.carriers)
        self.unread += item.unread
        self.transports.update(item.transports)
        self.receivers.update(item.receivers)
        self.confidences.add(event.confidence)
        if event.page_url is not None and len(self.pages) < MAX_PAGES:
            self.pages[event.page_url] = None
        self.times = span(self.times, event.seen_at)
        self.data.add_event(item)
        remember_id(self.ids, event.id)
        self._add_contents(item, place)

    def _add_contents(self, item: SeenEvent, place: int) -> None:
        fields, page_url, unread = distinct(item.carried), item.event.page_url, item.unread > 0
        key = (tuple((row.field, row.form, row.value_token) for row in fields), page_url, unread)
        known = self.contents.get(key)
        if known is not None:
            ids = known.ids if len(known.ids) >= MAX_IDS else (*known.ids, item.event.id)
            self.contents[key] = replace(known, times=known.times + 1, ids=ids)
        elif len(self.contents) < MAX_CONTENTS:
            self.contents[key] = EventContents(fields, 1, page_url, unread, place, item.findings, (item.event.id,))
        else:
            self.further += 1

    def build(self, outcome: Outcome) -> EventGroup:
        """Return what was counted."""
        event = self.first.event
        return EventGroup(
            outcome=outcome,
            pixel_id=event.pixel_id,
            name=event.event_name,
            kind=event.event_kind,
            channels=self.first.channels,
            transports=tuple(sorted(self.transports)),
            receivers=tuple(sorted(self.receivers)),
            events=self.events,
            transmissions=self.transmissions,
            unread=self.unread,
            confidences=tuple(sorted(self.confidences)),
            data=self.data.build(),
            contents=tuple(self.contents.values()),
            further=self.further,
            pages=tuple(self.pages),
            first_seen=self.times[0] if self.times else None,
            last_seen=self.times[1] if self.times else None,
            ids=tuple(self.ids),
        )


@dataclass(slots=True)
class ContactCounter:
    """Counts the contacts of one channel."""

    contacts: int = 0
    unread: int = 0
    receivers: set[str] = field(default_factory=set)
    pixels: set[str] = field(default_factory=set)
    data: DataCounter = field(default_factory=DataCounter)
    rules: dict[str, int] = field(default_factory=dict)
    ids: dict[str, None] = field(default_factory=dict)

    def add(self, item: SeenContact) -> None:
        """Add one contact."""
        self.contacts += 1
        remember_id(self.ids, item.contact.id)
        self.rules[item.contact.rule_id] = self.rules.get(item.contact.rule_id, 0) + 1
        self.unread += is_unread(item.contact.body_state)
        self.receivers.add(item.contact.receiver_host)
        if item.contact.pixel_id is not None:
            self.pixels.add(item.contact.pixel_id)
        self.data.add_contact(item)

    def build(self, channel: str, outcome: Outcome) -> ContactGroup:
        """Return what was counted."""
        return ContactGroup(
            outcome,
            channel,
            tuple(sorted(self.receivers)),
            tuple(sorted(self.pixels)),
            self.contacts,
            self.unread,
            self.data.build(),
            tuple(sorted(self.rules.items())),
            tuple(self.ids),
        )


@dataclass(slots=True)
class FindingCounter:
    """Counts what was understood, by kind, label, certainty and evidence."""

    fields: dict[tuple[str, str, str, str], set[str]] = field(default_factory=dict)
    events: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    contacts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    ids: dict[tuple[str, str, str, str], dict[str, None]] = field(default_factory=dict)
    unknown: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def add(self, findings: Iterable[Finding], outcome: Outcome, *, to: dict[tuple[str, str, str, str], int]) -> None:
        """Add the findings of one event or contact, which counts once for each."""
        keys = set()
        for finding in findings:
            key = (finding.kind, finding.label, finding.certainty, finding.evidence or "")
            keys.add(key)
            fields = self.fields.setdefault(key, set())
            remember_id(self.ids.setdefault(key, {}), finding.event_id or finding.contact_id)
            if finding.field is not None:
                fields.add(finding.field)
        for key in keys:
            to[key] = to.get(key, 0) + 1
            if outcome is Outcome.UNKNOWN:
                self.unknown[key] = self.unknown.get(key, 0) + 1

    def build(self) -> tuple[SiteFinding, ...]:
        """Return what was counted, in the order of kinds, labels and words."""
        return tuple(
            SiteFinding(
                *key,
                fields=tuple(sorted(self.fields[key])),
                events=self.events.get(key, 0),
                contacts=self.contacts.get(key, 0),
                unknown=self.unknown.get(key, 0),
                ids=tuple(self.ids[key]),
            )
            for key in sorted(self.fields)
        )


def remember_id(ids: dict[str, None], row_id: str | None) -> None:
    """Keep the id of a row, as long as there is room."""
    if row_id is not None and len(ids) < MAX_IDS:
        ids[row_id] = None


def span(times: list[str], seen_at: str | None) -> list[str]:
    """Widen [first, last] to a further time; times of this form sort as text."""
    if seen_at is None:
        return times
    return [min(times[0], seen_at), max(times[1], seen_at)] if times else [seen_at, seen_at]


def distinct(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Return fields once each: copies of an event carry the same data again."""
    kept = {(row.field, row.form, row.value_token): row for row in reversed(tuple(fields))}
    return tuple(sorted(kept.values(), key=lambda row: (row.field, row.ordinal, row.form, row.value_token)))
