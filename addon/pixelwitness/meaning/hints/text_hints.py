"""Texts of an event: what their words point at, in words of our lists alone.

Owns which fields are read as text, which parts of a page's address count, and what free
text is.  Runs before redaction and lets go of every value; pure.  Must not know what the
lists hold or what reports make of the hints.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from pixelwitness.core.detect import sighting
from pixelwitness.meaning.keep.name_redaction import field_name
from pixelwitness.meaning.names.knowledge import DataClass, Knowledge, plain_key
from pixelwitness.meaning.names.word_lists import (
    MAX_READ,
    NOTHING,
    ListedWord,
    ListKind,
    WordIndex,
    WordMatches,
    shown_word,
)
from pixelwitness.meaning.spot.finding import Finding
from pixelwitness.meaning.text.forms import Form, form_of
from pixelwitness.meaning.text.url_parts import looks_absolute, pairs_of, split_address

MAX_TEXTS = 60
"""Texts of one event in which words are looked for."""
_SHORT = 1_000
"""Characters of a text whose reading is remembered: most fields of a session come again and again."""
MAX_EVIDENCE = 6
"""Words of a list that one hint names."""
FREE_TEXT_WORDS = 12
"""Words from which a text that a site put into an event counts as free text."""

type HintKind = Literal["topic", "interest", "instruction_text"]

_KIND_OF: dict[ListKind, HintKind] = {"topic": "topic", "interest": "interest", "instruction": "instruction_text"}
_TELLING = frozenset({DataClass.PAGE_TITLE, DataClass.PRODUCT, DataClass.SEARCH_TEXT, DataClass.BUTTON_TEXT})
_OTHER_TEXT = frozenset({DataClass.UNKNOWN, DataClass.PAGE_TEXT, DataClass.FORM_STRUCTURE})
"""Texts that are looked into for instructions alone: what a page says of itself covers everything."""
_WORDLESS = ("id", "ids", "sku", "gtin", "mpn", "number", "classlist", "tag", "type", "imageurl", "image", "contents")
"""Ends of names, as `plain_key` writes them, under which no words for people stand."""
_EARLIER = frozenset({"rl", "referrer", "pagereferrer", "referrerurl"})
"""Names of fields that hold the page before: its topics reached Meta again, its interests were found already."""
_FREE = frozenset({DataClass.SEARCH_TEXT, DataClass.PRODUCT, DataClass.UNKNOWN, DataClass.FORM_STRUCTURE})
"""Classes in which text of a person may stand; what a page says of itself is none."""


class _TextField(NamedTuple):
    """How a field is read, by its name."""

    shown: str
    data_class: DataClass
    is_telling: bool
    is_url: bool
    is_earlier: bool


class _FieldWords(NamedTuple):
    """What the words of one field point at."""

    shown: str
    reading: WordMatches
    is_earlier: bool
    is_url: bool = False
    free: Finding | None = None


class TextReader:
    """Reads the texts of events by the lists of the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._index = WordIndex(knowledge.word_lists)
        self._text_field = lru_cache(maxsize=4_096)(self._text_field_of)
        self._of_url = lru_cache(maxsize=2_048)(self._read_url)
        self._remembered = lru_cache(maxsize=2_048)(self._read)

    def hints(
        self, fields: Sequence[sighting.Field], page_url: str | None, event_name: str | None
    ) -> tuple[Finding, ...]:
        """Return what the texts of one event point at.

        ``page_url`` is what the request says of its page beside the fields, its referrer say.
        """
        found: dict[tuple[ListedWord, str], bool] = {}
        beside: frozenset[str] = frozenset()
        free: list[Finding] = []
        for shown, reading, is_earlier in self._readings(fields, page_url, event_name, free):
            if reading.beside:
                beside |= reading.beside
            for entry in reading.entries:
                if not (is_earlier and entry.kind == "interest"):
                    found[entry, shown] = True
        if not found:
            return tuple(free)
        counting = set(self._index.kept({entry for entry, _ in found}, beside))
        words: dict[tuple[ListKind, str, str], list[str]] = {}
        for entry, shown in found:
            if entry in counting:
                words.setdefault((entry.kind, entry.label, shown), []).append(shown_word(entry.written))
        hints = (
            Finding(_KIND_OF[kind], label, shown, "hint", ", ".join(_longest(found_words)[:MAX_EVIDENCE]))
            for (kind, label, shown), found_words in words.items()
        )
        return (*hints, *free)

    def _readings(
        self, fields: Sequence[sighting.Field], page_url: str | None, event_name: str | None, free: list[Finding]
    ) -> Iterator[tuple[str, WordMatches, bool]]:
        budget = MAX_TEXTS
        page_is_read = False
        for field in fields:
            name, text = field.name, field.text
            if len(text) < 3 or len(name) > MAX_READ:
                continue
            text_field = self._text_field(name)
            if text_field is None:
                continue
            budget -= 1
            if budget < 0:
                break
            read = self._remembered(text_field, text) if len(text) <= _SHORT else self._read(text_field, text)
            page_is_read = page_is_read or (read.is_url and text == page_url)
            if read.free is not None:
                free.append(read.free)
            if read.reading is not NOTHING:
                yield read.shown, read.reading, read.is_earlier
        if page_url and not page_is_read:
            yield "referer", self._of_url(page_url[:MAX_READ]), False
        if event_name:
            yield "event_name", self._index.read(event_name[:MAX_READ], humps=True), False

    def _read(self, text_field: _TextField, text: str) -> _FieldWords:
        text = text[:MAX_READ]
        if text_field.is_url or looks_absolute(text):
            return _FieldWords(text_field.shown, self._of_url(text), text_field.is_earlier, is_url=True)
        reading = self._index.read(text)
        if not text_field.is_telling:
            reading = _instructions_alone(reading)
        is_long = text_field.data_class in _FREE and text.count(" ") >= FREE_TEXT_WORDS - 1
        free = _free_text(text_field.shown, text) if is_long and form_of(text) is Form.PLAIN else None
        return _FieldWords(text_field.shown, reading, text_field.is_earlier, free=free)

    def _text_field_of(self, name: str) -> _TextField | None:
        """Return how a field is read, None when it is not."""
        meaning = self._knowledge.field(name)
        entry = meaning.entry
        is_url = entry.is_url or entry.data_class is DataClass.PAGE_URL
        last = plain_key(meaning.rest.rpartition(".")[2])
        is_telling = entry.data_class in _TELLING and entry.keep is None
        if entry.is_secret or not (is_telling or is_url or entry.data_class in _OTHER_TEXT):
            return None
        if last.endswith(_WORDLESS) or (entry.data_class is DataClass.BUTTON_TEXT and last == "name"):
            return None
        rest = field_name(meaning.rest)
        shown = f"{meaning.family}.{rest}" if meaning.family else rest
        return _TextField(shown, entry.data_class, is_telling, is_url, last in _EARLIER)

    def _read_url(self, url: str) -> WordMatches:
        """Read the path of a page's address and what was searched for; of the rest only instructions."""
        address = split_address(url)
        if address.is_opaque or (not address.host and "/" not in address.path):
            return NOTHING  # a host alone says nothing that the site's name does not
        entries: dict[ListedWord, None] = {}
        beside: frozenset[str] = frozenset()
        path = self._index.read(address.path)
        for reading in (path, *self._of_query(address.query or "")):
            entries.update(dict.fromkeys(reading.entries))
            beside |= reading.beside
        return WordMatches(tuple(entries), beside) if entries or beside else NOTHING

    def _of_query(self, query: str) -> Iterator[WordMatches]:
        if len(query) < 3:
            return
        for key, value, _ in pairs_of(query)[:MAX_TEXTS]:
            if len(value) < 3:
                continue
            entry = self._knowledge.key(key, "url")
            if entry is not None and entry.is_secret:
                continue
            reading = self._index.read(value[:MAX_READ])
            is_search = entry is not None and entry.data_class is DataClass.SEARCH_TEXT
            yield reading if is_search else _instructions_alone(reading)


@lru_cache(maxsize=4)
def reader_of(knowledge: Knowledge) -> TextReader:
    """Return the reader of a knowledge: one for all recordings of a process, as making the index takes a while."""
    return TextReader(knowledge)


def _longest(words: Sequence[str]) -> list[str]:
    """Return words in order, those left out that stand in a longer phrase.

    >>> _longest(["hiking", "hiking boot", "camping"])
    ['camping', 'hiking boot']
    """
    return sorted({word for word in words if not any(word != other and f" {word} " in f" {other} " for other in words)})


def _instructions_alone(reading: WordMatches) -> WordMatches:
    entries = tuple(entry for entry in reading.entries if entry.kind == "instruction")
    return WordMatches(entries, reading.beside) if entries else NOTHING


def _free_text(shown: str, text: str) -> Finding:
    number = len(text.split())
    about = "a hundred words or more" if number >= 100 else f"about {round(number, -1)} words"
    return Finding("instruction_text", "free_text", shown, "hint", f"free text of {about}")
