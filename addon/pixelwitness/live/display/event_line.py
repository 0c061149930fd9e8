"""What one request told Meta, as a line: for comments of flows, the terminal and logs.

Owns the line's wording.  It is made of finished records alone, so nothing that the
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
from pixelwitness.core.exposure.exposure import DataSent
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.phrases import way_word
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

LONGEST = 300
"""Characters of a line."""
UNKNOWN = "unknown site"

_SUMS = frozenset({"cd", "custom_data"})
_NAMES = (".value", ".currency")


@dataclass(frozen=True, slots=True)
class Told:
    """One event or contact that a request carried, in words."""

    id: str
    site: str
    """Printable already, as all texts here."""
    what: str
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
        """Return all but site and what, separated by commas."""
        beside = (
            "body not recorded" if self.unread else "",
            "another copy" if self.is_copy else "",
            "blocked" if self.blocked else "",
        )
        return ", ".join(one for one in (*self.data, self.amount, *beside) if one)

    @property
    def line(self) -> str:
        """Return ``shop.example → pixel 1234: Purchase, e-mail (SHA-256), 19.90 EUR``."""
        line = f"{self.site} → {self.what}" + (f", {self.details}" if self.details else "")
        return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


class Teller:
    """Tells in words what records hold; those for kinds of data, which come again with every request, it remembers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._remembered = lru_cache(maxsize=512)(self._named)

    def told(self, rows: Iterable[records.AnyRecord]) -> list[Told]:
        """Return what the records of one request tell, one for each event and contact."""
        events: dict[str, records.Event] = {}
        carried: list[records.Transmission] = []
        contacts: list[records.Contact] = []
        fields: dict[str, list[records.Field]] = {}
        for kind, run in groupby(rows, type):
            # What carries fields comes before them, so a run of fields is of one.
            some: list[Any] = [*run]
            if kind is records.Field:
                fields[some[0].transmission_id or some[0].contact_id] = some
            elif kind is records.Event:
                events |= {one.id: one for one in some}
            elif kind is records.Transmission:
                carried += some
            elif kind is records.Contact:
                contacts += some
        lines = [self._event(events[one.event_id], one, fields.get(one.id, ())) for one in carried]
        return lines + [self._contact(one, fields.get(one.id, ())) for one in contacts]

    def _event(self, event: records.Event, carrier: records.Transmission, fields: Sequence[records.Field]) -> Told:
        name = safe_text(event.event_name, 60) if event.event_name else "(name not recorded)"
        receiver = f"pixel {safe_text(event.pixel_id, 40)}" if event.pixel_id else way_word(carrier.channel)
        data, is_personal = self._data(fields)
        return Told(
            id=event.id,
            site=_site(event.page_site),
            what=f"{receiver}: {name}",
            data=data,
            amount=_amount(fields),
            is_event=True,
            is_personal=is_personal,
            is_copy=event.transmissions > 1,
            blocked=carrier.blocked,
            unread=is_unread(carrier.body_state),
        )

    def _contact(self, contact: records.Contact, fields: Sequence[records.Field]) -> Told:
        pixel = f", pixel {safe_text(contact.pixel_id, 40)}" if contact.pixel_id else ""
        data, is_personal = self._data(fields)
        return Told(
            id=contact.id,
            site=_site(contact.page_site),
            what=self._vocabulary.contact(contact.channel, contact.rule_id) + pixel,
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
        told = [
            (about, one.data_class, one.form, one.matching, one.field)
            for one in fields
            if (about := _told_about(one.data_class, one.field)) is not None and one.form not in SAYS_NOTHING
        ]
        if not told:
            return (), False
        return self._remembered(*(kind[1:] for kind in told)), any(kind[0] is About.PERSON for kind in told)

    def _named(self, *kinds: tuple[str, str, str, str]) -> tuple[str, ...]:
        return self._vocabulary.about_person(
            DataSent(data_class, form, matching, (field,), 1, 1) for data_class, form, matching, field in kinds
        )


def _site(site: str | None) -> str:
    return safe_text(site, 80) if site else UNKNOWN


@lru_cache(maxsize=2_048)
def _told_about(data_class: str, field: str) -> About | None:
    about = about_of(data_class, field)
    return about if about in (About.PERSON, About.BROWSER) else None


def _amount(fields: Sequence[records.Field]) -> str:
    """Return the sum with its currency, as far as they were kept."""
    kept: dict[str, str] = {}
    for one in fields:
        if one.value and one.field.endswith(_NAMES):
            family, _, name = one.field.rpartition(".")
            if family in _SUMS:
                kept.setdefault(name, one.value)
    if "value" not in kept:
        return ""
    return safe_text(f"{kept['value']} {kept.get('currency', '')}".strip(), 40)
