"""The rows of the page's evidence: the cells of one event, one datum and one finding.

Owns what a row says; how many rows there are is the evidence's.  Must not know templates.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent, SiteExposure
from pixelwitness.core.exposure.exposure_parts import DataSent, EventGroup
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.exposure.records import Transmission
from pixelwitness.meaning.names.subjects import About, about_of
from pixelwitness.meaning.spot.finding import CONSENT, PERSONA, PERSONAL_DATA
from pixelwitness.report.published.report_document import judge_contents, without_scheme
from pixelwitness.report.statements.site_statements import event_groups
from pixelwitness.report.statements.statement import OUTCOMES
from pixelwitness.report.wording.english.consent_messages import label_consent
from pixelwitness.report.wording.labels import label_channel, label_form, label_transport, spell_out
from pixelwitness.report.wording.safe_text import defanged
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_PLACES = 4
MAX_NAMES = 12
MAX_VALUES = 3
"""Places, names and values that one row shows; further ones are counted in it."""

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
    left: str
    """With which consent it left, or that it did not, or that this was not recorded."""
    looks: str
    reason: str
    """What shows that, where it is not told."""
    body: str
    confidence: str
    attributed_by: str
    places: tuple[Place, ...]
    more_places: int
    ids: tuple[str, ...]
    """Of the event and its transmissions, or of the contact: by these a statement finds its row."""
    is_cited: bool = False
    """A statement rests on it."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules with their versions, once each, the main one first."""
        return tuple(dict.fromkeys(f"{place.rule} v{place.version}" for place in self.places))


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
    unknown: int
    """Of these, how often it was not recorded whether it left."""
    different: int
    values: tuple[str, ...]
    more_values: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing understood, as often as it was."""

    kind: str
    label: str
    fields: tuple[str, ...]
    more_fields: int
    certainty: str
    evidence: str
    times: int
    unknown: int
    """Of these, how often it was not recorded whether it left."""


def event_row(seen: SeenEvent) -> Row:
    """Return the row of an event."""
    event = seen.event
    consent = next(
        (word for finding in seen.findings if finding.kind == CONSENT and (word := label_consent(finding.label))), ""
    )
    carriers = [label_transport(transport) for transport in seen.transports if transport != "unknown"]
    ways = ", ".join(map(label_channel, seen.channels))
    return Row(
        event.seen_at or "",
        event.event_name,
        True,
        spell_out(event.event_kind),
        event.pixel_id,
        f"{ways} ({', '.join(carriers)})" if carriers else ways,
        tuple(map(defanged, seen.receivers)),
        without_scheme(event.page_url) or "",
        *_departure(seen.outcome, consent, [carrier.delivery_reason for carrier in seen.carriers]),
        _BODY[judge_contents(seen.unread, len(seen.transmissions))],
        event.confidence,
        spell_out(event.attributed_by),
        tuple(map(_place, seen.transmissions[:MAX_PLACES])),
        max(len(seen.transmissions) - MAX_PLACES, 0),
        (event.id, *(transmission.id for transmission in seen.transmissions)),
    )


def _departure(outcome: Outcome | None, consent: str, reasons: Iterable[str | None]) -> tuple[str, str, str]:
    """Return (in words, looks, what shows it) whether a request left, and with which consent."""
    if outcome is Outcome.TOLD:
        return consent or "sent", "", ""
    if outcome is Outcome.BLOCKED:
        return "blocked", "blocked", ""
    known = dict.fromkeys(reason.removeprefix("net::") for reason in reasons if reason)
    shown = ", ".join(list(known)[:MAX_VALUES])
    if outcome is Outcome.TRIED:
        return "nothing left", "tried", shown
    return "not recorded whether it left", "unknown", shown


def _place(transmission: Transmission) -> Place:
    return Place(
        transmission.recording_id,
        transmission.position,
        transmission.line,
        transmission.rule_id,
        transmission.rule_version,
    )


def contact_row(seen: SeenContact, vocabulary: Vocabulary) -> Row:
    """Return the row of a contact."""
    contact = seen.contact
    return Row(
        contact.seen_at or "",
        vocabulary.contact(contact.channel, contact.rule_id),
        False,
        "contact",
        contact.pixel_id,
        label_channel(contact.channel),
        (defanged(contact.receiver_host),),
        without_scheme(contact.page_url) or "",
        *_departure(seen.outcome, "", [contact.delivery_reason]),
        _BODY[judge_contents(int(is_unread(contact.body_state)), 1)],
        contact.confidence,
        spell_out(contact.attributed_by),
        (Place(contact.recording_id, contact.position, contact.line, contact.rule_id, contact.rule_version),),
        0,
        (contact.id,),
    )


def finding_rows(
    site: SiteExposure, vocabulary: Vocabulary, names: Mapping[tuple[str, str], str]
) -> Iterator[FindingRow]:
    """Yield what was understood of a site; ``called`` names topics and interests by (kind, label)."""
    for kind, word in KINDS.items():
        for finding in (finding for finding in site.findings if finding.kind == kind):
            label = names.get((kind, finding.label)) or vocabulary.label(finding.label)
            fields, more = finding.fields[:MAX_PLACES], len(finding.fields[MAX_PLACES:])
            yield FindingRow(
                word,
                label,
                fields,
                more,
                finding.certainty,
                finding.evidence,
                finding.events + finding.contacts,
                finding.unknown,
            )


def data_rows(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[DataRow]:
    """Yield what was sent, that of the person first."""
    events = _events_by_data(site)
    every = tuple(sorted({group.name or "" for group in _groups(site)}))
    for datum in sorted(_data_of(site), key=lambda one: (_ORDER.index(_about(one)), one.data_class, one.form)):
        of = events.get(_key(datum), ())
        yield _data_row(datum, () if of == every and len(of) > 1 else of, vocabulary)


def count_data(site: SiteExposure) -> int:
    """Return how many rows `data_rows` yields."""
    return len(_data_of(site))


def count_findings(site: SiteExposure) -> int:
    """Return how many rows `finding_rows` yields."""
    return sum(finding.kind in KINDS for finding in site.findings)


def _groups(site: SiteExposure) -> Iterator[EventGroup]:
    return (group for outcome in OUTCOMES for group in event_groups(site, outcome))


def _data_of(site: SiteExposure) -> tuple[DataSent, ...]:
    """Return what may have reached Meta; where nothing left, what was to."""
    return site.data or tuple({_key(datum): datum for group in _groups(site) for datum in group.data}.values())


def _about(datum: DataSent) -> About:
    return about_of(datum.data_class, datum.origins[0])


def _key(datum: DataSent) -> tuple[str, str, str]:
    return datum.data_class, datum.form, datum.matching


def _events_by_data(site: SiteExposure) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Return the names of the events with which each datum went."""
    names: dict[tuple[str, str, str], dict[str, None]] = {}
    for group in _groups(site):
        for datum in group.data:
            names.setdefault(_key(datum), {})[group.name or ""] = None
    return {key: tuple(sorted(found)) for key, found in names.items()}


def _data_row(datum: DataSent, events: tuple[str, ...], vocabulary: Vocabulary) -> DataRow:
    return DataRow(
        _about(datum).value,
        vocabulary.label(datum.data_class),
        label_form(datum.form),
        spell_out(datum.matching),
        datum.origins[:MAX_NAMES],
        len(datum.origins[MAX_NAMES:]),
        events[:MAX_NAMES],
        datum.times,
        datum.unknown,
        datum.different,
        datum.values[:MAX_VALUES],
        len(datum.values[MAX_VALUES:]),
    )
