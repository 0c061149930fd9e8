"""The builder of charts: from what a report reads to the models of its charts.

Owns which rows a chart is about: sites of which something was seen to go to Meta, in the
order of the story; Meta's own sites and Meta AI stand apart and are in no chart.  What an
exposure holds already is taken from there; times and receivers come from single events.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent, SiteExposure
from pixelwitness.core.exposure.exposure_parts import DataSent
from pixelwitness.core.exposure.records import Field, Signal, Transmission, Visit
from pixelwitness.meaning.hints.consent import ConsentState as Said
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.meaning.spot.finding import CONSENT
from pixelwitness.report.charts.chart_models import (
    Answer,
    ChannelGrid,
    ChartModels,
    Count,
    DataGrid,
    Datum,
    Flow,
    Lane,
    Mark,
    Moment,
    State,
    Stream,
    Timeline,
    Way,
)
from pixelwitness.report.published.report_document import without_scheme
from pixelwitness.report.statements.report_statements import reporting_sites
from pixelwitness.report.wording.labels import label_channel, label_contact, label_form, spell_out
from pixelwitness.report.wording.safe_text import defanged
from pixelwitness.report.wording.vocabulary import Vocabulary

ALWAYS = (DataClass.EMAIL, DataClass.PHONE, DataClass.ACCOUNT_ID, DataClass.BROWSER_ID)
"""Classes that have a column even where nobody was seen to send them: people look for them."""

_ABOUTS = (About.PERSON, About.BROWSER, About.EVENT, About.PAGE)
_CHANNELS = {channel: place for place, channel in enumerate(Channel)}
_CLASSES = {data_class: place for place, data_class in enumerate(DataClass)}
_MARKS = {
    **dict.fromkeys(("denied", "after_withdrawal", "gpc"), Mark.AGAINST),
    **dict.fromkeys(("granted", "partial"), Mark.GRANTED),
    "nothing_seen": Mark.BEFORE,
}
_GRAVEST = (Mark.AGAINST, Mark.GRANTED, Mark.BEFORE)
_SAID = {Said.GRANTED: Mark.YES, Said.DENIED: Mark.NO}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_VISIT = "no visit known"

type _StreamKey = tuple[str, str, About | None, str]


class ChartBuilder:
    """Takes visits and signals, then events and contacts, each in the order of time; returns the models."""

    def __init__(self, exposure: Exposure, vocabulary: Vocabulary) -> None:
        self._sites = reporting_sites(exposure, vocabulary.perspective(exposure))
        self._vocabulary = vocabulary
        self._by_visit = len(self._sites) == 1
        self._pages: dict[str, str] = {}
        self._lanes: dict[str, list[Moment]] = {} if self._by_visit else {site.name: [] for site in self._sites}
        self._names = frozenset(site.name for site in self._sites)
        self._states: dict[tuple[str, str, str], str | None] = {}
        self._streams: dict[_StreamKey, int] = {}

    def add_visit(self, visit: Visit) -> None:
        """Take one visit."""
        words = f"visit: {without_scheme(visit.page_url) or _NO_VISIT}"
        self._pages[visit.id] = without_scheme(visit.page_url) or _NO_VISIT
        self._add(visit.site, visit.id, Moment(_seconds(visit.seen_at), Mark.VISIT, words))

    def add_signal(self, signal: Signal) -> None:
        """Take one signal; one that says what its kind said before on this site is no news."""
        source = (signal.recording_id, signal.site or "", signal.kind)
        if source in self._states and self._states[source] == signal.state:
            return
        self._states[source] = signal.state
        mark = _SAID.get(Said(signal.state)) if signal.state in set(Said) else None
        words = f"{self._vocabulary.signal(signal.kind)}: {spell_out(signal.state or 'seen')}"
        self._add(signal.site, signal.visit_id, Moment(_seconds(signal.seen_at), mark or Mark.SIGNAL, words))

    def add_event(self, seen: SeenEvent) -> None:
        """Take one event."""
        event = seen.event
        if event.channel == Channel.META_AI:
            return
        marks = {
            _MARKS[finding.label] for finding in seen.findings if finding.kind == CONSENT and finding.label in _MARKS
        }
        mark = next((mark for mark in _GRAVEST if mark in marks), Mark.UNCLEAR)
        words = event.event_name or "event (name not recorded)"
        self._add(event.page_site, event.visit_id, Moment(_seconds(event.seen_at), mark, words, event.blocked))
        if event.blocked:
            return
        hosts = {transmission.id: transmission.receiver_host for transmission in seen.transmissions}
        main = seen.transmissions[0].receiver_host if seen.transmissions else ""
        carried = {
            (*kind, hosts.get(field.transmission_id or "", main))
            for field in seen.fields
            for kind in self._reported(field)
        }
        carried |= {
            _unread(transmission.receiver_host)
            for transmission in seen.transmissions
            if is_unread(transmission.body_state)
        }
        empty = {mark.receiver_host for mark in _arrived(seen)} - {receiver for _, _, receiver in carried}
        self._stream(event.page_site, carried | {("the event alone", About.EVENT, host) for host in empty})

    def add_contact(self, seen: SeenContact) -> None:
        """Take one contact."""
        contact = seen.contact
        if contact.channel == Channel.META_AI:
            return
        words = self._vocabulary.contact(contact.channel, contact.rule_id)
        moment = Moment(_seconds(contact.seen_at), Mark.CONTACT, words, contact.blocked)
        self._add(contact.page_site, contact.visit_id, moment)
        if contact.blocked:
            return
        carried = {(*kind, contact.receiver_host) for field in seen.fields for kind in self._reported(field)}
        if is_unread(contact.body_state):
            carried.add(_unread(contact.receiver_host))
        self._stream(contact.page_site, carried or {("the visit alone", About.PAGE, contact.receiver_host)})

    def build(self) -> ChartModels:
        """Return the models."""
        place = {one.name: number for number, one in enumerate(self._sites)}
        streams = sorted(
            self._streams.items(),
            key=lambda one: (place[one[0][0]], -one[1], one[0][1], one[0][3], one[0][2] or ""),
        )
        return ChartModels(
            _channel_grid(self._sites),
            _data_grid(self._sites, self._vocabulary),
            Timeline(tuple(self._ordered_lanes()), self._by_visit),
            Flow(tuple(Stream(*key, times) for key, times in streams)),
        )

    def _add(self, site: str | None, visit_id: str | None, moment: Moment) -> None:
        name = site or "unknown"
        if name not in self._names:
            return
        lane = (visit_id or "") if self._by_visit else name
        self._lanes.setdefault(lane, []).append(moment)

    def _ordered_lanes(self) -> Iterator[Lane]:
        """Yield lanes of sites as they are, of visits those with the most moments first."""
        if not self._by_visit:
            yield from (Lane(name, tuple(moments)) for name, moments in self._lanes.items())
            return
        for visit_id, moments in sorted(self._lanes.items(), key=lambda one: -len(one[1])):
            yield Lane(self._pages.get(visit_id, _NO_VISIT), tuple(moments))

    def _stream(self, site: str | None, carried: Iterable[tuple[str, About | None, str]]) -> None:
        if (name := site or "unknown") in self._names:
            for data, about, receiver in carried:
                key = (name, data, about, defanged(receiver))
                self._streams[key] = self._streams.get(key, 0) + 1

    def _reported(self, datum: Field) -> Iterator[tuple[str, About | None]]:
        about = about_of(datum.data_class, datum.field)
        if about in _ABOUTS and datum.form not in SAYS_NOTHING:
            yield self._vocabulary.label(datum.data_class), about


def _unread(receiver: str) -> tuple[str, About | None, str]:
    return "not recorded", None, receiver


def _arrived(seen: SeenEvent) -> Iterator[Transmission]:
    return (transmission for transmission in seen.transmissions if not transmission.blocked)


def _seconds(text: str | None) -> float | None:
    """Return a time of the store; None for none, and for what a stranger's database may hold in its place."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _channel_grid(sites: Iterable[SiteExposure]) -> ChannelGrid:
    counts = {site.name: _counts(site) for site in sites}
    ways = sorted(
        {key for of in counts.values() for key in of},
        key=lambda key: (not key[0], _CHANNELS.get(key[1], len(_CHANNELS)), key[1]),  # type: ignore[call-overload]
    )
    return ChannelGrid(
        tuple(Way(label_channel(name) if is_event else label_contact(name), is_event) for is_event, name in ways),
        tuple((name, tuple(Count(*of.get(way, (0, 0))) for way in ways)) for name, of in counts.items()),
    )


def _counts(site: SiteExposure) -> dict[tuple[bool, str], tuple[int, int]]:
    """Return (sent, blocked) by (whether it is of events, channel); what went several ways counts in each."""
    found = [((True, channel), group.events, 0) for group in site.sent for channel in group.channels]
    found += [((True, channel), 0, group.events) for group in site.blocked for channel in group.channels]
    found += [((False, group.channel), group.contacts, 0) for group in site.sent_contacts]
    found += [((False, group.channel), 0, group.contacts) for group in site.blocked_contacts]
    counts: dict[tuple[bool, str], tuple[int, int]] = {}
    for key, sent, blocked in found:
        before = counts.get(key, (0, 0))
        counts[key] = before[0] + sent, before[1] + blocked
    return counts


def _data_grid(sites: Iterable[SiteExposure], vocabulary: Vocabulary) -> DataGrid:
    forms = {site.name: _forms(site.data) for site in sites}
    keys = {key for of in forms.values() for key in of}
    if forms:
        keys |= {(about_of(data_class, data_class), str(data_class)) for data_class in ALWAYS}
    columns = sorted(
        keys,
        key=lambda key: (_ABOUTS.index(key[0]), _CLASSES.get(key[1], len(_CLASSES)), key[1]),  # type: ignore[call-overload]
    )
    return DataGrid(
        tuple(Datum(vocabulary.label(data_class), about) for about, data_class in columns),
        tuple(
            (site.name, tuple(_answer(site, key[0], forms[site.name].get(key)) for key in columns)) for site in sites
        ),
    )


def _forms(data: Iterable[DataSent]) -> dict[tuple[About, str], set[str]]:
    """Return the words for the forms of what was sent, by what it is about and its class."""
    forms: dict[tuple[About, str], set[str]] = {}
    for datum in data:
        for origin in datum.origins if datum.form not in SAYS_NOTHING else ():
            about = about_of(datum.data_class, origin)
            if about in _ABOUTS:
                forms.setdefault((about, datum.data_class), set()).add(label_form(datum.form))
    return forms


def _answer(site: SiteExposure, about: About, forms: set[str] | None) -> Answer:
    if forms:
        return Answer(State.SENT, tuple(sorted(forms)))
    unread = any(group.unread for group in site.sent) or any(group.unread for group in site.sent_contacts)
    # Where an exporter leaves cookies out, ids of browser and account may have gone along in them.
    lacking = about is About.BROWSER and site.known_by is not None and site.known_by.may_be_more
    return Answer(State.NOT_RECORDED if unread or lacking else State.NOT_SENT)
