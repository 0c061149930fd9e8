"""The builder of charts: from what a report reads to the models of its charts.

Owns which rows a chart is about: sites of which something was seen to go to Meta, in the
order of the story; Meta's own sites and Meta AI stand apart and are in no chart.  What an
exposure holds already is taken from there; times and receivers come from single events.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import (
    OPERATOR,
    SeenContact,
    SeenEvent,
    SiteExposure,
    told_by,
)
from pixelwitness.core.exposure.exposure_parts import DataSent
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.core.exposure.records import Field, Signal, Visit
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
    Mark,
    Moment,
    State,
    Stream,
    Way,
)
from pixelwitness.report.charts.lanes import Lanes
from pixelwitness.report.published.report_document import without_scheme
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
UNKNOWN = "unknown"
"""The name of the exposure of which no page is known."""
_NONE, _HIDDEN, _SILENT = Count(), Answer(State.NOT_RECORDED), Answer(State.NOT_SENT)

type _StreamKey = tuple[str, str, About | None, str]

MOST_FLOWING = 400
"""Sites of which each stream is followed by itself; what the others sent is followed together."""
UNSURE = "not recorded whether it left"


class ChartBuilder:
    """Takes visits and signals, then events and contacts, each in the order of time; returns the models."""

    def __init__(self, sites: Sequence[SiteExposure], vocabulary: Vocabulary) -> None:
        """Begin with the sites of which anything was seen, in the order in which people read of them."""
        self._sites = sites
        self._vocabulary = vocabulary
        self._pages: dict[str, str] = {}
        names = [site.name for site in self._sites]
        self._lanes = Lanes(names)
        others = f"{len(names[MOST_FLOWING:]):,} more sites"
        self._flowing = dict(zip(names, [*names[:MOST_FLOWING], *[others] * len(names[MOST_FLOWING:])], strict=True))
        self._states: dict[tuple[str, str, str], str | None] = {}
        self._streams: dict[_StreamKey, int] = {}

    def add_visit(self, visit: Visit) -> None:
        """Take one visit."""
        words = f"visit: {without_scheme(visit.page_url) or _NO_VISIT}"
        if len(self._sites) == 1:
            self._pages[visit.id] = without_scheme(visit.page_url) or _NO_VISIT
        self._lanes.add(visit.site or UNKNOWN, visit.id, Moment(_seconds(visit.seen_at), Mark.VISIT, words))

    def add_signal(self, signal: Signal) -> None:
        """Take one signal; one that says what its kind said before on this site is no news."""
        if (signal.site or UNKNOWN) not in self._flowing:
            return
        source = (signal.recording_id, signal.site or "", signal.kind)
        if source in self._states and self._states[source] == signal.state:
            return
        self._states[source] = signal.state
        mark = _SAID.get(Said(signal.state)) if signal.state in set(Said) else None
        words = f"{self._vocabulary.signal(signal.kind)}: {spell_out(signal.state or 'seen')}"
        moment = Moment(_seconds(signal.seen_at), mark or Mark.SIGNAL, words)
        self._lanes.add(signal.site or UNKNOWN, signal.visit_id, moment)

    def add_event(self, seen: SeenEvent) -> None:
        """Take one event."""
        event, outcome = seen.event, seen.outcome
        if event.channel == Channel.META_AI or outcome is None or event.sender == OPERATOR:
            return
        marks = {
            _MARKS[finding.label] for finding in seen.findings if finding.kind == CONSENT and finding.label in _MARKS
        }
        mark = next((mark for mark in _GRAVEST if mark in marks), Mark.UNCLEAR)
        words = event.event_name or "event (name not recorded)"
        name = told_by(event) or UNKNOWN
        self._lanes.add(name, event.visit_id, Moment(_seconds(event.seen_at), mark, words, outcome))
        if outcome not in SENT:
            return
        hosts = {carrier.id: carrier.receiver_host for carrier in seen.carriers}
        main = seen.carriers[0].receiver_host if seen.carriers else ""
        sure = [carrier for carrier in seen.carriers if carrier.id not in seen.unsure]
        carried = {
            (*kind, hosts.get(field.transmission_id or "", main))
            for field in seen.carried
            if field.transmission_id not in seen.unsure
            for kind in self._reported(field)
        }
        carried |= {_unread(carrier.receiver_host) for carrier in sure if is_unread(carrier.body_state)}
        carried |= {(UNSURE, None, carrier.receiver_host) for carrier in seen.carriers if carrier.id in seen.unsure}
        empty = {carrier.receiver_host for carrier in sure} - {receiver for _, _, receiver in carried}
        self._stream(name, carried | {("the event alone", About.EVENT, host) for host in empty})

    def add_contact(self, seen: SeenContact) -> None:
        """Take one contact."""
        contact, outcome = seen.contact, seen.outcome
        if contact.channel == Channel.META_AI or outcome is None or contact.sender == OPERATOR:
            return
        words = self._vocabulary.contact(contact.channel, contact.rule_id)
        name = told_by(contact) or UNKNOWN
        self._lanes.add(name, contact.visit_id, Moment(_seconds(contact.seen_at), Mark.CONTACT, words, outcome))
        if outcome is Outcome.UNKNOWN:
            self._stream(name, {(UNSURE, None, contact.receiver_host)})
        elif outcome is Outcome.TOLD:
            carried = {(*kind, contact.receiver_host) for field in seen.fields for kind in self._reported(field)}
            if is_unread(contact.body_state):
                carried.add(_unread(contact.receiver_host))
            self._stream(name, carried or {("the visit alone", About.PAGE, contact.receiver_host)})

    def build(self) -> ChartModels:
        """Return the models."""
        place = {name: number for number, name in enumerate(dict.fromkeys(self._flowing.values()))}
        streams = sorted(
            self._streams.items(),
            key=lambda one: (place[one[0][0]], -one[1], one[0][1], one[0][3], one[0][2] or ""),
        )
        return ChartModels(
            _channel_grid(self._sites),
            _data_grid(self._sites, self._vocabulary),
            self._lanes.build(self._pages),
            Flow(tuple(Stream(*key, times) for key, times in streams)),
        )

    def _stream(self, name: str, carried: Iterable[tuple[str, About | None, str]]) -> None:
        if (flowing := self._flowing.get(name)) is not None:
            for data, about, receiver in carried:
                key = (flowing, data, about, defanged(receiver))
                self._streams[key] = self._streams.get(key, 0) + 1

    def _reported(self, datum: Field) -> Iterator[tuple[str, About | None]]:
        about = about_of(datum.data_class, datum.field)
        if about in _ABOUTS and datum.form not in SAYS_NOTHING:
            yield self._vocabulary.label(datum.data_class), about


def _unread(receiver: str) -> tuple[str, About | None, str]:
    return "not recorded", None, receiver


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
        tuple((name, tuple(Count(**of[way]) if way in of else _NONE for way in ways)) for name, of in counts.items()),
    )


def _counts(site: SiteExposure) -> dict[tuple[bool, str], dict[str, int]]:
    """Return how many have each outcome, by (whether it is of events, channel); what went two ways counts in each."""
    found = [((True, channel), group.outcome, group.events) for group in site.events for channel in group.channels]
    found += [((False, group.channel), group.outcome, group.contacts) for group in site.contacts]
    counts: dict[tuple[bool, str], dict[str, int]] = {}
    for key, outcome, number in found:
        of = counts.setdefault(key, {})
        of[outcome.value] = of.get(outcome.value, 0) + number
    return counts


def _data_grid(sites: Sequence[SiteExposure], vocabulary: Vocabulary) -> DataGrid:
    """Return what each site sent; of many sites one is looked at after the other."""
    keys = {key for site in sites for key in _forms(site.data)}
    if len(sites):
        keys |= {(about_of(data_class, data_class), str(data_class)) for data_class in ALWAYS}
    columns = sorted(
        keys,
        key=lambda key: (_ABOUTS.index(key[0]), _CLASSES.get(key[1], len(_CLASSES)), key[1]),  # type: ignore[call-overload]
    )
    return DataGrid(
        tuple(Datum(vocabulary.label(data_class), about) for about, data_class in columns),
        tuple((site.name, tuple(_answers(site, columns))) for site in sites),
    )


def _answers(site: SiteExposure, columns: Iterable[tuple[About, str]]) -> Iterator[Answer]:
    forms = _forms(site.data)
    return (_answer(*forms[key]) if key in forms else _silent_answer(site, key[0]) for key in columns)


@lru_cache(maxsize=1_000)
def _answer(state: State, forms: frozenset[str]) -> Answer:
    """Return an answer, the same one for all sites that have it."""
    return Answer(state, tuple(sorted(forms)))


def _forms(data: Iterable[DataSent]) -> dict[tuple[About, str], tuple[State, frozenset[str]]]:
    """Return whether what was sent is sure to have left, and in which forms, by what it is about and its class."""
    sure: dict[tuple[About, str], set[str]] = {}
    unsure: dict[tuple[About, str], set[str]] = {}
    for datum in data:
        for origin in datum.origins if datum.form not in SAYS_NOTHING else ():
            about = about_of(datum.data_class, origin)
            if about in _ABOUTS:
                of = unsure if datum.unknown == datum.times else sure
                of.setdefault((about, datum.data_class), set()).add(label_form(datum.form))
    return {key: (State.UNSURE, frozenset(forms)) for key, forms in unsure.items()} | {
        key: (State.SENT, frozenset(forms)) for key, forms in sure.items()
    }


def _silent_answer(site: SiteExposure, about: About) -> Answer:
    unread = any(group.unread for group in site.sent) or any(group.unread for group in site.sent_contacts)
    # Where an exporter leaves cookies out, ids of browser and account may have gone along in them.
    lacking = about is About.BROWSER and site.known_by is not None and site.known_by.may_be_more
    return _HIDDEN if unread or lacking else _SILENT
