"""Redaction: from captured values to what may be stored.

Owns the allow-list at work: whatever leaves here may stand in a database.  A value
is stored when its field is on the list, its shape is the expected one and no detector
objects; everything else leaves as class, form, length and token.  Pure; the key
behind the tokens stays with whoever made the token function.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from pixelwitness.core import event
from pixelwitness.meaning import personal_data
from pixelwitness.meaning.addresses import looks_absolute
from pixelwitness.meaning.forms import Form, form_of
from pixelwitness.meaning.knowledge import DataClass, Entry, EventKind, Knowledge, Matching
from pixelwitness.meaning.objections import MAX_NAME, PLACEHOLDERS, SECRET, field_name, receiver_host, without_objection
from pixelwitness.meaning.pageurls import MAX_PARTS, Part, kept_url, parts_of_url, stored_url
from pixelwitness.meaning.printable import printable
from pixelwitness.meaning.shapes import fits

MAX_LOOKED_AT_IN_ALL = 100_000
"""Characters of one transmission that detectors read; real ones have some thousands."""
_CACHED = 2_000
"""Characters of a text whose redaction is remembered."""

_ALL = frozenset(PLACEHOLDERS)
_SURE = frozenset({DataClass.EMAIL, DataClass.SECRET})
_PERSONAL = _SURE | {DataClass.PHONE, DataClass.PAYMENT_CARD, DataClass.IP_ADDRESS}
_LOOKED_FOR = {
    # Ids and technical values are long numbers by nature: only what cannot be one is reported in them.
    **dict.fromkeys(DataClass, _SURE),
    **dict.fromkeys((DataClass.UNKNOWN, DataClass.PAGE_URL, DataClass.SEARCH_TEXT, DataClass.BUTTON_TEXT), _ALL),
    **dict.fromkeys((DataClass.PAGE_TITLE, DataClass.PAGE_TEXT, DataClass.FORM_STRUCTURE), _PERSONAL),
    **dict.fromkeys((DataClass.EXTERNAL_ID, DataClass.FULL_NAME, DataClass.FIRST_NAME, DataClass.LAST_NAME), _PERSONAL),
    **dict.fromkeys((DataClass.STREET, DataClass.CITY, DataClass.EMAIL, DataClass.PHONE), _PERSONAL),
}
_READABLE = frozenset({Form.PLAIN, Form.PLAIN_APPENDIX, Form.NUMBER})
_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)
_HEX_ID = r"(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_LIBRARY_ID = re.compile(
    rf"(?:(?:ob3?|pcm|sgwpixel)_plugin-set_{_HEX_ID}|LCP\.[0-9.]{{1,12}}\.{_HEX_ID})(?:_[0-9]{{1,20}})?", re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


class FieldFacts(msgspec.Struct, frozen=True, gc=False):
    """What may be stored of one field, or of one part of it; the columns of ``fields``."""

    field: str
    ordinal: int
    data_class: DataClass
    form: Form
    matching: Matching
    length: int
    value_token: str
    value: str | None


class _Plan(msgspec.Struct, frozen=True):
    """What is done with every value of a field name."""

    name: str
    entry: Entry
    matching: Matching
    looked_for: frozenset[DataClass]


class Redactor:
    """Decides what may be stored, for one study.

    ``token`` makes a value recognisable without being readable.  With ``keep_values``
    readable values are stored, too; secrets never are.
    """

    def __init__(self, knowledge: Knowledge, token: Callable[[str], str], keep_values: bool = False) -> None:
        self.knowledge = knowledge
        self._token = token
        self._keep_values = keep_values
        self._plan = lru_cache(maxsize=4096)(self._plan_of)
        self._short_url = lru_cache(maxsize=1024)(self._url)
        self._found_in_url = lru_cache(maxsize=1024)(lambda name, text: parts_of_url(name, text, knowledge))

    def fields(self, fields: Sequence[event.Field]) -> tuple[FieldFacts, ...]:
        """Return the storable facts of a transmission's fields, parts of a field right after it."""
        rows: list[FieldFacts] = []
        ordinals: dict[str, int] = {}
        budget = MAX_LOOKED_AT_IN_ALL
        for field in fields:
            name, text = field.name, field.text
            # What lies past the budget is not looked into, and so never kept: only its length and token are.
            budget -= min(len(text), personal_data.MAX_LOOKED_AT)
            plan = self._plan(name) if len(name) <= _CACHED else self._plan_of(name[:_CACHED])
            entry = plan.entry
            form = form_of(text)
            storable = entry.keep is not None and not entry.is_secret and fits(text, entry, self.knowledge.currencies)
            rows.append(
                FieldFacts(
                    plan.name,
                    _next(ordinals, plan.name, field.ordinal),
                    entry.data_class,
                    form,
                    plan.matching,
                    len(text),
                    self._token_of(entry.data_class, text),
                    text if storable else self._value(text, entry) if self._keep_values and budget >= 0 else None,
                )
            )
            if budget >= 0 and not storable and not entry.is_secret and form in _READABLE and len(text) > 5:
                for part in self._parts(plan, text):
                    rows.append(self._part_row(part, plan.matching, _next(ordinals, part.name, 0)))
        return tuple(rows)

    def url(self, url: str | None) -> str | None:
        """Return a page's URL as it may be stored: scheme, host, path; objectionable segments as ``{email}``.

        Query and fragment are left out, ``?…`` says that there was a query.  With
        ``keep_values`` both stay, secrets as ``{secret}``.
        """
        if not url or url.isspace():
            return None
        return (self._short_url(url) if len(url) <= _CACHED else self._url(url)) or None

    def event_name(self, name: str | None) -> str | None:
        """Return an event's name, or ``{email}`` and the like when a detector objects to it."""
        if name is not None and looks_absolute(name):
            return self.url(name)
        return None if name is None else self._named(name)

    def pixel_id(self, text: str | None) -> str | None:
        """Return a pixel id; what is none of 5 to 25 digits passes the detectors like any text."""
        if text is None or _PIXEL_ID.fullmatch(text):
            return text
        return self._named(text)

    def receiver(self, host: str) -> str:
        """Return the host of a receiver, whole: who received is the evidence, long random labels included."""
        return receiver_host(host)

    def dedup(self, dedup_id: str | None) -> tuple[str | None, str | None, str | None]:
        """Return (id, token, form) of a dedup id; the id itself only when Meta's library made it.

        ``form`` is ``library``, ``uuid`` or ``other``; an empty id is none.
        """
        if not dedup_id:
            return None, None, None
        token = self._token(dedup_id)
        if _LIBRARY_ID.fullmatch(dedup_id):
            return dedup_id, token, "library"
        form = "uuid" if _UUID.fullmatch(dedup_id) else "other"
        kept = self._keep_values and not personal_data.secrets_in(dedup_id)
        return printable(dedup_id, MAX_NAME) if kept else None, token, form

    def event_kind(self, name: str | None, fields: Sequence[event.Field]) -> EventKind:
        """Return the kind of an event: automatic when it says so (``es=automatic``), else by its name."""
        says_so = any(field.name == "es" and field.text == "automatic" for field in fields)
        return self.knowledge.event_kind(name, is_automatic=says_so)

    # Names -------------------------------------------------------------------

    def _plan_of(self, name: str) -> _Plan:
        meaning = self.knowledge.field(name)
        rest = field_name(meaning.rest)
        entry = meaning.entry
        return _Plan(
            name=f"{meaning.family}.{rest}" if meaning.family else rest,
            entry=entry,
            matching=meaning.matching,
            looked_for=_LOOKED_FOR[entry.data_class] - {entry.data_class},
        )

    def _named(self, text: str) -> str:
        if self._keep_values:
            return SECRET if personal_data.secrets_in(text) else printable(text, MAX_NAME)
        return printable(without_objection(text), MAX_NAME)

    # Values ------------------------------------------------------------------

    def _token_of(self, data_class: DataClass, text: str) -> str:
        # An address is the same in upper case, a phone number the same with blanks.
        if data_class is DataClass.EMAIL and "@" in text:
            text = text.strip().lower()
        elif data_class is DataClass.PHONE and len(text) < 32 and not any(map(str.isalpha, text)):
            text = "".join(filter(str.isdigit, text)) or text
        return self._token(text)

    def _value(self, text: str, entry: Entry) -> str | None:
        """Return a value for ``keep_values``: printable, bounded, never a secret."""
        if entry.is_secret:
            return None
        if entry.is_url or looks_absolute(text):
            return self.url(text)
        return None if personal_data.secrets_in(text) else printable(text, personal_data.MAX_LOOKED_AT)

    def _part_row(self, part: Part, matching: Matching, ordinal: int) -> FieldFacts:
        value = None
        if self._keep_values and not part.is_secret:
            value = self._value(part.text, Entry(part.data_class))
        return FieldFacts(
            part.name,
            ordinal,
            part.data_class,
            form_of(part.text),
            matching,
            len(part.text),
            self._token_of(part.data_class, part.text),
            value,
        )

    # Parts -------------------------------------------------------------------

    def _parts(self, plan: _Plan, text: str) -> Sequence[Part]:
        if plan.entry.is_url or looks_absolute(text):
            if len(text) <= _CACHED:
                return self._found_in_url(plan.name, text)
            return parts_of_url(plan.name, text, self.knowledge)
        kinds = plan.looked_for
        found = (one for one in personal_data.find(text, sure_only=kinds <= _SURE) if one.data_class in kinds)
        return [
            Part(f"{plan.name}#{number}", data_class, part, data_class is DataClass.SECRET)
            for number, (data_class, part) in enumerate(found, 1)
        ][:MAX_PARTS]

    def _url(self, url: str) -> str:
        return kept_url(url, self.knowledge) if self._keep_values else stored_url(url)


def _next(ordinals: dict[str, int], name: str, ordinal: int) -> int:
    """Count names as they leave: two captured names may have become one."""
    ordinal = max(ordinal, ordinals.get(name, 0))
    ordinals[name] = ordinal + 1
    return ordinal
