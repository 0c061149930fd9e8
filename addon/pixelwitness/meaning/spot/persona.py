"""Persona: the tester's invented identity, looked for in everything that goes to Meta.

Owns the tables of every spelling, hash and encoding of the persona's data, and what counts
as finding one.  The tables live in memory; nothing of them is ever part of a finding, which
holds names of normalisations alone.  Pure.
"""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.spot.finding import Certainty
from pixelwitness.meaning.text.decoding import base64_pieces, decoded
from pixelwitness.meaning.text.encodings import TELLING, code_key, codes, mask_key, masked
from pixelwitness.meaning.text.forms import Form, form_of, without_appendix
from pixelwitness.meaning.text.normalisation import DatumKind, national_numbers, spellings

MAX_LOOKED_AT = 20_000
_REMEMBERED = 100
"""Characters of a text of which is remembered what was found in it: most fields say the same each time."""
_SHORTEST_HASH = 32
_SHORTEST_BASE64 = 8
_LAYERS = 3
_DEPTH = 2
"""Base64 inside base64 is followed this far."""


class Datum(msgspec.Struct, frozen=True):
    """One thing that is known of the persona."""

    kind: DatumKind
    text: str


@dataclass(frozen=True)
class Persona:
    """An invented identity."""

    data: tuple[Datum, ...]

    def mark(self, key: bytes) -> str:
        """Return 16 hex digits that tell personas apart under a study's key, and say nothing of them."""
        lines = sorted(f"{datum.kind}\n{datum.text}" for datum in self.data)
        return hmac.digest(key, "\0".join(lines).encode("utf-8", "surrogatepass"), "sha256").hex()[:16]

    @cached_property
    def all(self) -> tuple[Datum, ...]:
        """The data and the full names made of them."""
        names = {
            kind: [datum.text for datum in self.data if datum.kind == kind] for kind in ("first_name", "last_name")
        }
        full = [
            Datum("full_name", whole)
            for first in names["first_name"]
            for last in names["last_name"]
            for short in dict.fromkeys((first, first.split()[0]))
            for whole in (*(f"{short}{joint}{last}" for joint in " -._"), f"{last}, {short}")
        ]
        return (*self.data, *dict.fromkeys(full))


class PersonaMatch(NamedTuple):
    """One datum of the persona found in a text."""

    kind: DatumKind
    certainty: Certainty
    evidence: str


LABELS: Mapping[DatumKind, str] = {
    "email": "your e-mail",
    "phone": "your phone number",
    "first_name": "your first name",
    "last_name": "your last name",
    "full_name": "your name",
    "street": "your street",
    "city": "your city",
    "state": "your state",
    "postal_code": "your postal code",
    "country": "your country",
    "birth_date": "your date of birth",
    "gender": "your gender",
    "id": "your id",
    "phrase": "a phrase of yours",
}
_CLASSES: Mapping[DataClass, DatumKind] = {
    DataClass.EMAIL: "email",
    DataClass.PHONE: "phone",
    DataClass.FIRST_NAME: "first_name",
    DataClass.LAST_NAME: "last_name",
    DataClass.FULL_NAME: "full_name",
    DataClass.STREET: "street",
    DataClass.CITY: "city",
    DataClass.STATE: "state",
    DataClass.POSTAL_CODE: "postal_code",
    DataClass.COUNTRY: "country",
    DataClass.BIRTH_DATE: "birth_date",
    DataClass.GENDER: "gender",
    DataClass.EXTERNAL_ID: "id",
    DataClass.ACCOUNT_ID: "id",
    DataClass.LOGIN_ID: "id",
    DataClass.ORDER_ID: "id",
    DataClass.SUBSCRIPTION_ID: "id",
    DataClass.LEAD_ID: "id",
    DataClass.DEVICE_ID: "id",
}
_COMMON: frozenset[DatumKind] = frozenset({"gender", "country", "state", "city", "postal_code"})
"""Shared with millions: counted only where a field says that it is one."""
_NAMES: frozenset[DatumKind] = frozenset({"first_name", "last_name"})
_ORDER: Mapping[DatumKind, int] = {"email": 0, "full_name": 1}
_JOINTS: Mapping[DatumKind, str] = {"email": "._%+-", "first_name": "._@+-", "last_name": "._@+-", "birth_date": "."}
"""Signs that join what stands beside them to one word."""
_PIECE = re.compile(r"[A-Za-z0-9+/_=-]{6,}")
_NUMBER = re.compile(r"\+?\(?\d(?:[ \u00a0().\-/]{0,3}\d){6,18}")
_PERCENT = ("", ", percent-encoded", ", percent-encoded twice", ", percent-encoded three times")


class _PersonaEntry(NamedTuple):
    datum: Datum
    evidence: str
    is_telling: bool


class Recogniser:
    """A persona's tables, made once."""

    def __init__(self, persona: Persona) -> None:
        self._codes: dict[str, list[_PersonaEntry]] = {}
        """Hashes in lower-case hex or in Base64, and Base64 of spellings, without ``=``."""
        self._whole: dict[str, list[_PersonaEntry]] = {}
        """Spellings in lower case: what a field's whole value may be."""
        self._needles: list[tuple[str, _PersonaEntry]] = []
        self._masks: dict[str, list[_PersonaEntry]] = {}
        self._numbers: dict[str, _PersonaEntry] = {}
        self._remembered = lru_cache(maxsize=4096)(self._within)
        # An address goes first: what it is made of is then no name of its own.
        for datum in sorted(persona.all, key=lambda datum: _ORDER.get(datum.kind, 2)):
            self._learn(datum)

    def _learn(self, datum: Datum) -> None:
        for text, words in spellings(datum.kind, datum.text):
            telling = len(text) >= TELLING and datum.kind not in _COMMON
            known = _PersonaEntry(datum, words, telling)
            _add(self._whole, text.lower(), known)
            if telling and not _is_part(datum, text):
                self._needles.append((" ".join(text.lower().split()), known))
            for code, evidence in codes(text, words):
                _add(self._codes, code, _PersonaEntry(datum, evidence, telling))
            if len(text) >= TELLING:
                _add(self._masks, mask_key(masked(text)), _PersonaEntry(datum, "the masked form", telling))
            if datum.kind == "phone" and len(digits := "".join(filter(str.isdigit, text)).lstrip("0")) >= 7:
                self._numbers.setdefault(digits, known)
        if datum.kind == "phone":
            for number in national_numbers(datum.text):
                self._numbers[number.lstrip("0")] = _PersonaEntry(datum, "the digits without the country's code", False)

    def whole(self, data_class: DataClass, text: str) -> tuple[PersonaMatch, ...]:
        """Recognise a whole value: a spelling, a hash or an encoding of it, or its masked form."""
        kind = _CLASSES.get(data_class)
        text = text[:MAX_LOOKED_AT].strip()
        bare = without_appendix(text) if "." in text else text
        # A number may be another thing's where no field says whose it is.
        sure: Certainty = "likely" if bare.isdigit() and kind is None else "certain"
        found = self._chosen(self._whole.get(bare.lower(), ()), kind, ", readable", sure)
        found = found or self._chosen(self._codes.get(code_key(bare), ()), kind, "")
        if not found and ("*" in text or "#" in text) and form_of(text) is Form.MASKED:
            alike = (entry for entry in self._masks.get(mask_key(text), ()) if entry.datum.kind == kind)
            known = next(alike, None)
            if known is not None:
                # Many values have the shape of one another: the longer, the fewer.
                found = (PersonaMatch(known.datum.kind, "likely" if len(text) >= 8 else "hint", known.evidence),)
        return found

    def within(self, data_class: DataClass, text: str) -> tuple[PersonaMatch, ...]:
        """Recognise what stands anywhere in a text, whole values included."""
        if len(text) < 2:
            return self.whole(data_class, text)
        return (self._remembered if len(text) <= _REMEMBERED else self._within)(data_class, text)

    def _within(self, data_class: DataClass, text: str) -> tuple[PersonaMatch, ...]:
        text = text[:MAX_LOOKED_AT]
        if text.isdigit() and len(text) < _SHORTEST_HASH:  # a price, a time, an id
            known = self._numbers.get(text.lstrip("0"))
            return self.whole(data_class, text) or self._dialled(known)
        return self.whole(data_class, text) or tuple(dict.fromkeys(self._search(data_class, text, _DEPTH, "")))

    def _dialled(self, known: "_PersonaEntry | None") -> tuple[PersonaMatch, ...]:
        if known is None:
            return ()
        return (PersonaMatch("phone", "certain" if known.is_telling else "likely", f"{known.evidence}, readable"),)

    def hides(self, text: str) -> bool:
        """Say whether text that is to be stored holds a datum of the persona."""
        return any(match.certainty != "hint" for match in self.within(DataClass.UNKNOWN, text))

    def _chosen(
        self, known: Sequence[_PersonaEntry], kind: DatumKind | None, how: str, sure: Certainty = "certain"
    ) -> tuple[PersonaMatch, ...]:
        fitting = [entry for entry in known if entry.datum.kind == kind]
        fitting = fitting or [entry for entry in known if entry.is_telling]
        return tuple(PersonaMatch(entry.datum.kind, sure, entry.evidence + how) for entry in fitting[:1])

    def _search(self, data_class: DataClass, text: str, depth: int, wrapped: str) -> Iterator[PersonaMatch]:
        found: set[DatumKind] = set()
        for layer in range(_LAYERS + 1):
            if layer:
                if "%" not in text or (further := unquote(text)) == text:
                    break
                text = further
            how = f", readable{_PERCENT[layer]}{wrapped}"
            yield from self._readable(data_class, text, how, found)
            yield from self._coded(text, f"{_PERCENT[layer]}{wrapped}")
        plain = decoded(text) if "&" in text or "\\u" in text or not text.isascii() else text
        if plain != text:
            yield from self._readable(
                data_class, plain, f", readable, with its signs written otherwise{wrapped}", found
            )
        if depth and len(text) >= _SHORTEST_BASE64:
            for _, inner in base64_pieces(text):
                yield from self._search(data_class, inner, depth - 1, f"{wrapped}, in Base64")

    def _readable(self, data_class: DataClass, text: str, how: str, found: set[DatumKind]) -> Iterator[PersonaMatch]:
        lower = " ".join(text.lower().split())
        if "+" in lower:  # which in a query stands for a space
            lower = f"{lower}\n{' '.join(lower.replace('+', ' ').split())}"
        for needle, known in self._needles:
            kind = known.datum.kind
            if kind in found or needle not in lower or not _stands_alone(needle, lower, kind):
                continue
            found.add(kind)
            lower = lower.replace(needle, "|")
            yield PersonaMatch(kind, _certainty(kind, data_class), known.evidence + how)
        if self._numbers and "phone" not in found:
            for number in _NUMBER.findall(text):
                digits = "".join(filter(str.isdigit, number)).lstrip("0")
                dialled = self._numbers.get(digits)
                if dialled is not None:
                    found.add("phone")
                    yield PersonaMatch("phone", "certain" if dialled.is_telling else "likely", dialled.evidence + how)
                    break

    def _coded(self, text: str, how: str) -> Iterator[PersonaMatch]:
        for run in _PIECE.findall(text):
            for piece in dict.fromkeys((run, *run.split("/"), *run.split("="))):
                yield from self._chosen(self._codes.get(code_key(piece), ()), None, how)


def _certainty(kind: DatumKind, data_class: DataClass) -> Certainty:
    if kind in _NAMES and _CLASSES.get(data_class) != kind:
        # The page of a book may hold a name, too.
        return "hint" if data_class in (DataClass.PAGE_TITLE, DataClass.PAGE_TEXT) else "likely"
    return "likely" if kind == "birth_date" and _CLASSES.get(data_class) != kind else "certain"


def _is_part(datum: Datum, text: str) -> bool:
    """Say whether a spelling is looked for as a whole value alone: numbers, and parts of names."""
    if datum.kind == "phone" or (datum.kind == "birth_date" and text.isdigit()):
        return True
    return datum.kind in _NAMES and len(text) < len(_bare(datum.text))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _stands_alone(needle: str, text: str, kind: DatumKind) -> bool:
    """Say whether a needle stands in a text by itself, not as part of a longer word or address."""
    joints = _JOINTS.get(kind, "")
    at = text.find(needle)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(needle) : at + len(needle) + 2]
        first, second = after[:1], after[1:]
        bounded = not before.isalnum() and not first.isalnum() and (not before or before not in joints)
        # A full stop or hyphen before a space ends a sentence, not a name.
        if bounded and not (first and first in joints and second.isalnum()):
            return True
        at = text.find(needle, at + 1)
    return False


def _add(table: dict[str, list[_PersonaEntry]], key: str, known: _PersonaEntry) -> None:
    here = table.setdefault(key, [])
    if all(entry.datum != known.datum for entry in here):
        here.append(known)
