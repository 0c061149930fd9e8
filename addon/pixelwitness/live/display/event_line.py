"""One line of words for each event and contact of a request: for comments of flows, the terminal and logs.

Owns the wording of the line.  It is made of finished records alone, so nothing that the
store may not hold can stand in it; captured text passes the sanitiser here.  Must
not know mitmproxy or a terminal.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any

from pixelwitness.core.exposure import records
from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import OPERATOR, told_by
from pixelwitness.core.exposure.exposure_parts import DataSent
from pixelwitness.core.exposure.outcome import Outcome, outcome_of
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.labels import label_channel
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_LENGTH = 300
"""Characters of a line."""
UNKNOWN = "unknown site"

MOST_OPEN = 4_000
"""Lines of which it is still open what became of the request; the oldest make room."""

_OUTCOMES: Mapping[Outcome | None, str] = MappingProxyType(
    {Outcome.TRIED: "did not leave", Outcome.BLOCKED: "blocked", None: "answered from the cache"}
)
"""What is said of an outcome; that a request went goes without saying."""
_SUMS = frozenset({"cd", "custom_data"})
_NAMES = (".value", ".currency")


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event or contact that a request carried, in words."""

    id: str
    site: str
    """Printable already, as all texts here."""
    label: str
    """``pixel 1234: Purchase``, or the way of a contact."""
    data: tuple[str, ...]
    """What was about the person or the browser."""
    amount: str
    is_event: bool
    is_personal: bool
    """Something about the person went along, readable or not."""
    is_copy: bool
    """The event has been carried before."""
    unread: bool
    carrier: str
    """Id of the transmission, of a contact its own."""
    outcome: Outcome | None
    """What became of this request, as far as it is known yet."""
    by_operator: bool
    """Whoever runs the proxy replayed or changed it: it is no site's deed."""

    @property
    def details(self) -> str:
        """Return all but site and label, separated by commas."""
        beside = (
            "body not recorded" if self.unread else "",
            "another copy" if self.is_copy else "",
            _OUTCOMES.get(self.outcome, ""),
            "replayed or edited here" if self.by_operator else "",
        )
        return ", ".join(text for text in (*self.data, self.amount, *beside) if text)

    @property
    def text(self) -> str:
        """Return ``shop.example → pixel 1234: Purchase, e-mail (SHA-256), 19.90 EUR``."""
        return shorten(f"{self.site} → {self.label}" + (f", {self.details}" if self.details else ""), MAX_LENGTH)


def shorten(text: str, most: int) -> str:
    """Return a text of at most so many characters; what is cut off is marked by an ellipsis.

    >>> shorten("12345", 5), shorten("123456", 5)
    ('12345', '1234…')
    """
    return text if len(text) <= most else text[: most - 1] + "…"


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line of which its request's end says otherwise than was shown: as it was, and as it is."""

    before: EventLine
    after: EventLine


class LineFormatter:
    """Turns records into lines; it remembers the words for kinds of data, which are the same for many requests."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._open: OrderedDict[str, EventLine] = OrderedDict()
        self._words_for = lru_cache(maxsize=512)(self._words)

    def format(self, rows: Iterable[records.AnyRecord]) -> list[EventLine]:
        """Return the lines of one request's records, one for each event and contact."""
        events: dict[str, records.Event] = {}
        carriers: list[records.Transmission] = []
        contacts: list[records.Contact] = []
        fields: dict[str, list[records.Field]] = {}
        for kind, group in groupby(rows, type):
            # The record that carries fields comes before them, so a run of fields belongs to one record.
            run: list[Any] = [*group]
            if kind is records.Field:
                fields[run[0].transmission_id or run[0].contact_id] = run
            elif kind is records.Event:
                events |= {event.id: event for event in run}
            elif kind is records.Transmission:
                carriers += run
            elif kind is records.Contact:
                contacts += run
        lines = [self._event(events[carrier.event_id], carrier, fields.get(carrier.id, ())) for carrier in carriers]
        lines += [self._contact(contact, fields.get(contact.id, ())) for contact in contacts]
        for line in lines:
            if line.outcome is Outcome.UNKNOWN:
                self._open[line.carrier] = line
                if len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
        return lines

    def settle(self, rows: Iterable[records.AnyRecord]) -> list[SettledLine]:
        """Return the lines whose requests, as amendments among the records say, did not leave or were no site's."""
        amendments = [row for row in rows if isinstance(row, records.Amendment)]
        by_operator = {row.id for row in amendments if row.values.get("sender") == OPERATOR}
        settled = []
        for row in amendments:
            before = self._open.pop(row.id, None)
            if before is None:
                continue
            outcome = outcome_of(str(row.values["delivery"]), blocked=False)
            if outcome is Outcome.TRIED or before.id in by_operator:
                after = replace(before, outcome=outcome, by_operator=before.id in by_operator)
                settled.append(SettledLine(before, after))
        return settled

    def _event(self, event: records.Event, carrier: records.Transmission, fields: Sequence[records.Field]) -> EventLine:
        name = safe_text(event.event_name, 60) if event.event_name else "(name not recorded)"
        receiver = f"pixel {safe_text(event.pixel_id, 40)}" if event.pixel_id else label_channel(carrier.channel)
        data, is_personal = self._data(fields)
        return EventLine(
            id=event.id,
            site=_site(told_by(event)),
            label=f"{receiver}: {name}",
            data=data,
            amount=_amount(fields),
            is_event=True,
            is_personal=is_personal,
            is_copy=event.transmissions > 1,
            unread=is_unread(carrier.body_state),
            carrier=carrier.id,
            outcome=outcome_of(carrier.delivery, blocked=carrier.blocked),
            by_operator=event.sender == OPERATOR,
        )

    def _contact(self, contact: records.Contact, fields: Sequence[records.Field]) -> EventLine:
        pixel = f", pixel {safe_text(contact.pixel_id, 40)}" if contact.pixel_id else ""
        data, is_personal = self._data(fields)
        return EventLine(
            id=contact.id,
            site=_site(told_by(contact)),
            label=self._vocabulary.contact(contact.channel, contact.rule_id) + pixel,
            data=data,
            amount="",
            is_event=False,
            is_personal=is_personal,
            is_copy=False,
            unread=is_unread(contact.body_state),
            carrier=contact.id,
            outcome=outcome_of(contact.delivery, blocked=contact.blocked),
            by_operator=contact.sender == OPERATOR,
        )

    def _data(self, fields: Sequence[records.Field]) -> tuple[tuple[str, ...], bool]:
        """Return what is about the person or the browser, and whether any of it is about the person."""
        kinds = [
            (about, field.data_class, field.form, field.matching, field.field)
            for field in fields
            if (about := _person_or_browser(field.data_class, field.field)) is not None
            and field.form not in SAYS_NOTHING
        ]
        if not kinds:
            return (), False
        return self._words_for(*(kind[1:] for kind in kinds)), any(kind[0] is About.PERSON for kind in kinds)

    def _words(self, *kinds: tuple[str, str, str, str]) -> tuple[str, ...]:
        return self._vocabulary.about_person(
            DataSent(data_class, form, matching, (field,), 1, 1) for data_class, form, matching, field in kinds
        )


def _site(site: str | None) -> str:
    return safe_text(site, 80) if site else UNKNOWN


@lru_cache(maxsize=2_048)
def _person_or_browser(data_class: str, field: str) -> About | None:
    about = about_of(data_class, field)
    return about if about in (About.PERSON, About.BROWSER) else None


def _amount(fields: Sequence[records.Field]) -> str:
    """Return the sum with its currency, as far as they were kept."""
    kept: dict[str, str] = {}
    for field in fields:
        if field.value and field.field.endswith(_NAMES):
            family, _, name = field.field.rpartition(".")
            if family in _SUMS:
                kept.setdefault(name, field.value)
    if "value" not in kept:
        return ""
    return safe_text(f"{kept['value']} {kept.get('currency', '')}".strip(), 40)
