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

from pixelwitness.core.detect import sighting
from pixelwitness.core.exposure import records
from pixelwitness.meaning.keep.field_treatment import PERSONA_MARK, SURE, FieldTreatment, treatment_of
from pixelwitness.meaning.keep.name_redaction import (
    MAX_NAME,
    SECRET,
    is_number_of_metas,
    printable,
    receiver_host,
    without_objection,
)
from pixelwitness.meaning.keep.page_urls import MAX_PARTS, Part, kept_url, parts_of_url, stored_url
from pixelwitness.meaning.keep.value_shapes import fits
from pixelwitness.meaning.names.knowledge import DataClass, EventKind, KeyEntry, Knowledge, Matching, Shape
from pixelwitness.meaning.names.word_lists import ValueWords
from pixelwitness.meaning.spot import personal_data
from pixelwitness.meaning.spot.finding import Finding
from pixelwitness.meaning.spot.leaks import PERSONAL, LeakPlace, leak_finding
from pixelwitness.meaning.spot.persona import Recogniser
from pixelwitness.meaning.text.forms import Form, form_of, is_cut
from pixelwitness.meaning.text.url_parts import looks_absolute

MAX_LOOKED_AT_IN_ALL = 100_000
"""Characters of one transmission that detectors read; real ones have some thousands."""
_REMEMBERED = 1_000
"""Characters of a text whose field is remembered: most fields of a session come again and again."""
_CACHED = 2_000
"""Characters of a text whose redaction is remembered."""

_READABLE = frozenset({Form.PLAIN, Form.PLAIN_APPENDIX, Form.NUMBER, Form.TRUNCATED})
_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)
_HEX_ID = r"(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_LIBRARY_ID = re.compile(
    rf"(?:(?:ob3?|pcm|sgwpixel)_plugin-set_{_HEX_ID}|LCP\.[0-9.]{{1,12}}\.{_HEX_ID})(?:_[0-9]{{1,20}})?", re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_COUNTED = frozenset({Shape.NUMBER, Shape.CURRENCY, Shape.TIME, Shape.FLAG, Shape.CHOICE})
"""Shapes in which a value is the persona's by chance alone."""


class RedactedField(msgspec.Struct, frozen=True, gc=False):
    """What one field gives by itself: rows without owner; ordinals are counted where it stands among others."""

    rows: tuple[records.Field, ...]
    leaks: tuple[Finding, ...]


class Redactor:
    """Decides what may be stored, for one study.

    ``token`` makes a value recognisable without being readable.  With ``keep_values``
    readable values are stored, too; secrets never are, nor what the ``recogniser`` knows.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        token: Callable[[str], str],
        keep_values: bool = False,
        recogniser: Recogniser | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.recogniser = recogniser
        """Knows the persona, where there is one."""
        self._token = token
        self._keep_values = keep_values
        self._hides = None if recogniser is None else recogniser.hides
        self._short_treatment = lru_cache(maxsize=4096)(self._treatment)
        self._short_url = lru_cache(maxsize=1024)(self._url)
        self._short_name = lru_cache(maxsize=1024)(self._name)
        self._remembered = lru_cache(maxsize=2048)(self._field)

    def fields(self, fields: Sequence[sighting.Field]) -> tuple[records.Field, ...]:
        """Return the rows of a transmission's fields, which lack their owner; parts of a field come right after it."""
        return self.fields_and_leaks(fields)[0]

    def fields_and_leaks(
        self, fields: Sequence[sighting.Field]
    ) -> tuple[tuple[records.Field, ...], tuple[Finding, ...]]:
        """Return the rows of fields, and the findings of readable personal data in them, each once."""
        rows: list[records.Field] = []
        leaks: dict[Finding, None] = {}
        ordinals: dict[str, int] = {}
        budget = MAX_LOOKED_AT_IN_ALL
        for field in fields:
            name, text = field.name, field.text
            if (length := len(text)) <= _REMEMBERED and budget >= length:
                budget -= length
                redacted = self._remembered(name[:_CACHED], text)
            else:
                # What lies past the budget is not looked into, and so never kept: only its length and token are.
                budget -= min(length, personal_data.MAX_LOOKED_AT)
                redacted = self._field(name[:_CACHED], text, inside=budget >= 0)
            at_least = field.ordinal
            for row in redacted.rows:
                ordinal = max(at_least, ordinals.get(row.field, 0))
                ordinals[row.field] = ordinal + 1
                at_least = 0
                rows.append(row if ordinal == 0 else msgspec.structs.replace(row, ordinal=ordinal))
            if redacted.leaks:
                leaks |= dict.fromkeys(redacted.leaks)
        return tuple(rows), tuple(leaks)

    def _field(self, name: str, text: str, *, inside: bool = True) -> RedactedField:
        """Redact one field alone; ``inside`` its text is searched for personal data, too."""
        treatment = self.treatment(name)
        entry = treatment.entry
        form = form_of(text)
        if form is Form.PLAIN and is_cut(treatment.name, len(text)):
            form = Form.TRUNCATED
        storable = entry.keep is not None and not entry.is_secret and fits(text, entry, self.knowledge.currencies)
        value = self._kept(text, entry) if storable else self._value(text, entry) if inside else None
        rows = [self._row(treatment.name, entry.data_class, form, treatment.matching, text, value)]
        leaks: list[Finding | None] = []
        values = self.knowledge.values
        if entry.data_class in PERSONAL and treatment.where is not None:
            leaks.append(
                leak_finding(treatment.where, entry.data_class, treatment.name, text, form, values, by_key=True)
            )
        if inside and not storable and not entry.is_secret and form in _READABLE and len(text) > 5:
            for part in self._parts(treatment, text):
                part_form = form_of(part.text)
                kept = self._keep_values and not part.is_secret
                part_value = self._value(part.text, KeyEntry(part.data_class)) if kept else None
                rows.append(self._row(part.name, part.data_class, part_form, treatment.matching, part.text, part_value))
                if part.data_class in PERSONAL and treatment.where is not None:
                    leaks.append(_leak_of(treatment, part, part_form, values))
        return RedactedField(tuple(rows), tuple(finding for finding in leaks if finding is not None))

    def _row(
        self, name: str, data_class: DataClass, form: Form, matching: Matching, text: str, value: str | None
    ) -> records.Field:
        # Class and form as plain text: SQLite binds members of an enumeration at three times the cost.
        token = self._token_of(data_class, text)
        return records.Field(None, None, name, 0, str(data_class), str(form), matching, len(text), token, value)

    def treatment(self, name: str) -> FieldTreatment:
        """Return how a field is treated, by its name."""
        return self._short_treatment(name) if len(name) <= _CACHED else self._treatment(name[:_CACHED])

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
        if name is None or (is_number_of_metas(name) and not (self._hides is not None and self._hides(name))):
            return name
        return self._named(name)

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
        kept = kept and not (self._hides is not None and self._hides(dedup_id))
        return printable(dedup_id, MAX_NAME) if kept else None, token, form

    def event_kind(self, name: str | None, fields: Sequence[sighting.Field]) -> EventKind:
        """Return the kind of an event: automatic when it says so (``es=automatic``), else by its name."""
        says_so = any(field.name == "es" and field.text == "automatic" for field in fields)
        return self.knowledge.event_kind(name, is_automatic=says_so)

    # Names -------------------------------------------------------------------

    def _treatment(self, name: str) -> FieldTreatment:
        return treatment_of(name, self.knowledge, self._hides)

    def _named(self, text: str) -> str:
        return self._short_name(text) if len(text) <= _REMEMBERED else self._name(text)

    def _name(self, text: str) -> str:
        if self._hides is not None and self._hides(text):
            return PERSONA_MARK
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

    def _kept(self, text: str, entry: KeyEntry) -> str | None:
        """Return a value of the allow-list, unless it is the persona's."""
        hidden = self._hides is not None and entry.keep not in _COUNTED and self._hides(text)
        return None if hidden else text

    def _value(self, text: str, entry: KeyEntry) -> str | None:
        """Return a value for ``keep_values``: printable, bounded, never a secret or the persona's."""
        if not self._keep_values or entry.is_secret or (self._hides is not None and self._hides(text)):
            return None
        if entry.is_url or looks_absolute(text):
            return self.url(text)
        return None if personal_data.secrets_in(text) else printable(text, personal_data.MAX_LOOKED_AT)

    # Parts -------------------------------------------------------------------

    def _parts(self, treatment: FieldTreatment, text: str) -> Sequence[Part]:
        if treatment.entry.is_url or looks_absolute(text):
            return parts_of_url(treatment.name, text, self.knowledge)
        classes = treatment.searched_for
        found = (datum for datum in personal_data.find(text, sure_only=classes <= SURE) if datum.data_class in classes)
        return [
            Part(f"{treatment.name}#{number}", data_class, part, data_class is DataClass.SECRET)
            for number, (data_class, part) in enumerate(found, 1)
        ][:MAX_PARTS]

    def _url(self, url: str) -> str:
        if self._hides is None:
            return kept_url(url, self.knowledge) if self._keep_values else stored_url(url)
        if self._keep_values and not self._hides(url):
            return kept_url(url, self.knowledge)
        host, slash, path = (stored := stored_url(url)).partition("://")[2].partition("/")
        if not slash or not self._hides(path):
            return stored
        hides = self._hides
        segments = (PERSONA_MARK if hides(segment) else segment for segment in path.split("/"))
        return f"{stored.partition('://')[0]}://{host}/{'/'.join(segments)}"


def _leak_of(treatment: FieldTreatment, part: Part, form: Form, values: ValueWords) -> Finding | None:
    in_url = "." in part.name.removeprefix(treatment.name)
    where: LeakPlace = "address" if in_url else treatment.where or "text"
    return leak_finding(where, part.data_class, part.name, part.text, form, values, by_key=part.by_key)
