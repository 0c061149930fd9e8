"""One line of words for each event and contact of a request: for comments of flows, the terminal and logs.

Owns the wording of the line.  It is made of finished records alone, so nothing that the
store may not hold can stand in it; captured text passes the sanitiser here.  Must
not know mitmproxy or a terminal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from pixelwitness.core.exposure import records
from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure_parts import DataSent
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.labels import label_channel
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_LENGTH = 300
"""Characters of a line."""
UNKNOWN = "unknown site"

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
    blocked: bool
    """This request did not leave."""
    unread: bool

    @property
    def details(self) -> str:
        """Return all but site and label, separated by commas."""
        beside = (
            "body not recorded" if self.unread else "",
            "another copy" if self.is_copy else "",
            "blocked" if self.blocked else "",
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


class LineFormatter:
    """Turns records into lines; it remembers the words for kinds of data, which are the same for many requests."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
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
        return lines + [self._contact(contact, fields.get(contact.id, ())) for contact in contacts]

    def _event(self, event: records.Event, carrier: records.Transmission, fields: Sequence[records.Field]) -> EventLine:
        name = safe_text(event.event_name, 60) if event.event_name else "(name not recorded)"
        receiver = f"pixel {safe_text(event.pixel_id, 40)}" if event.pixel_id else label_channel(carrier.channel)
        data, is_personal = self._data(fields)
        return EventLine(
            id=event.id,
            site=_site(event.page_site),
            label=f"{receiver}: {name}",
            data=data,
            amount=_amount(fields),
            is_event=True,
            is_personal=is_personal,
            is_copy=event.transmissions > 1,
            blocked=carrier.blocked,
            unread=is_unread(carrier.body_state),
        )

    def _contact(self, contact: records.Contact, fields: Sequence[records.Field]) -> EventLine:
        pixel = f", pixel {safe_text(contact.pixel_id, 40)}" if contact.pixel_id else ""
        data, is_personal = self._data(fields)
        return EventLine(
            id=contact.id,
            site=_site(contact.page_site),
            label=self._vocabulary.contact(contact.channel, contact.rule_id) + pixel,
            data=data,
            amount="",
            is_event=False,
            is_personal=is_personal,
            is_copy=False,
            blocked=contact.blocked,
            unread=is_unread(contact.body_state),
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
