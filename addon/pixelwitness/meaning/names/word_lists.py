"""Word lists: which words of ours stand in a text.

Owns how texts are brought to comparable words, and the index in which all lists are
looked up at once, so that a further list costs nothing.  Must not know fields, events
or what a list is about.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from pixelwitness.meaning.text.decoding import decoded

MAX_READ = 2_000
"""Characters of one text in which words are looked for."""
STEM = 4
"""Letters by which the start or end of a longer word is looked up; a word with ``*`` needs as many."""
_CACHED = 4_096

type ListKind = Literal["topic", "interest", "instruction"]
"""Sensitive topics, everyday interests, texts that look like instructions to an AI."""

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_APOSTROPHES = str.maketrans("", "", "'`\u2019\u00b4")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Exclusion(msgspec.Struct, frozen=True):
    """Words that count for nothing where one of others stands in the same event."""

    words: tuple[str, ...]
    beside: tuple[str, ...]


class ValueWords(msgspec.Struct, frozen=True):
    """Words that tell what a value is, in lower case."""

    role_mailboxes: frozenset[str] = frozenset()
    """Names before the @ behind which a business stands."""
    no_names: frozenset[str] = frozenset()
    """What stands where a name is missing."""
    genders: frozenset[str] = frozenset()


class WordList(msgspec.Struct, frozen=True, omit_defaults=True):
    """One list of words and phrases, as `plain_word` writes them."""

    kind: ListKind
    label: str
    called: str
    words: tuple[str, ...]
    unless: tuple[Exclusion, ...] = ()
    sources: tuple[str, ...] = ()
    """Addresses."""


class ListedWord(NamedTuple):
    """A word or phrase of a list."""

    kind: ListKind
    label: str
    written: str
    """As `plain_word` writes it."""


class WordMatches(NamedTuple):
    """What stands in one text: entries of the lists, and words beside which others count for nothing."""

    entries: tuple[ListedWord, ...]
    beside: frozenset[str]


NOTHING = WordMatches((), frozenset())


def words_of(text: str, *, humps: bool = False) -> list[str]:
    """Return the words of a text: decoded, lower case, umlauts as ae, oe, ue, other accents left out.

    ``humps``: a capital letter inside a word begins a new one, as in names of events.

    >>> words_of("Women%27s+Hiking-Boots / Grö\u00dfe 40"), words_of("fb_LevelAchieved", humps=True)
    (['womens', 'hiking', 'boots', 'groesse', '40'], ['fb', 'level', 'achieved'])
    """
    text = decoded(text[:MAX_READ])
    if humps:
        text = _HUMP.sub(" ", text)
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).translate(_GERMAN))
        text = "".join(char for char in text if not unicodedata.combining(char))
    return _WORD.findall(text.translate(_APOSTROPHES))


def plain_word(written: str) -> str:
    """Return a word or phrase of a list as it is compared, ``*`` kept.

    >>> plain_word("Kinderwunsch*"), plain_word("long-covid"), plain_word("*krebs")
    ('kinderwunsch*', 'long covid', '*krebs')
    """
    start, end = written[:1] == "*", written[-1:] == "*"
    return f"{'*' * start}{' '.join(words_of(written))}{'*' * end}"


def shown_word(written: str) -> str:
    """Return a word of a list as evidence shows it.

    >>> shown_word("kinderwunsch*")
    'kinderwunsch…'
    """
    return written.replace("*", "…")


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    entry: ListedWord | None
    """None for a phrase of ``beside``."""
    written: str


class WordIndex:
    """All lists, ready to be looked up in texts."""

    def __init__(self, lists: Iterable[WordList]) -> None:
        self._whole: dict[str, list[_Phrase]] = {}
        self._starts: dict[str, list[_Phrase]] = {}
        self._ends: dict[str, list[_Phrase]] = {}
        self._unless: dict[ListedWord, frozenset[str]] = {}
        beside: set[str] = set()
        for word_list in lists:
            kind, label, words = word_list.kind, word_list.label, set(word_list.words)
            for written in word_list.words:
                self._add(written, ListedWord(kind, label, written), takes_s=f"{written}s" not in words)
            for rule in word_list.unless:
                beside.update(rule.beside)
                for written in rule.words:
                    entry = ListedWord(kind, label, written)
                    self._unless[entry] = self._unless.get(entry, frozenset()) | set(rule.beside)
        for written in sorted(beside):
            self._add(written, None)
        self.read = lru_cache(maxsize=_CACHED)(self._read)

    def _add(self, written: str, entry: ListedWord | None, *, takes_s: bool = True) -> None:
        words = tuple(written.split())
        phrase = _Phrase(words, entry, written)
        first = words[0]
        if first[0] == "*":
            self._ends.setdefault(first[-STEM:], []).append(phrase)
        elif first[-1] == "*":
            self._starts.setdefault(first[:STEM], []).append(phrase)
        else:
            self._whole.setdefault(first, []).append(phrase)
            if takes_s and len(words) == 1 and len(first) > 2 and first[-1] != "s":
                self._whole.setdefault(first + "s", []).append(_Phrase((first + "s",), entry, written))

    def kept(self, entries: Iterable[ListedWord], beside: frozenset[str]) -> Iterator[ListedWord]:
        """Yield the entries that count, beside all words of an event."""
        for entry in entries:
            unless = self._unless.get(entry)
            if unless is None or unless.isdisjoint(beside):
                yield entry

    def _read(self, text: str, humps: bool = False) -> WordMatches:
        words = words_of(text, humps=humps)
        found: dict[ListedWord, None] = {}
        beside: set[str] = set()
        whole, starts, ends = self._whole, self._starts, self._ends
        for at, word in enumerate(words):
            phrases = whole.get(word)
            if phrases is not None:
                self._match(phrases, words, at, found, beside)
            phrases = starts.get(word[:STEM])
            if phrases is not None:
                self._match(phrases, words, at, found, beside)
            phrases = ends.get(word[-STEM:])
            if phrases is not None:
                self._match(phrases, words, at, found, beside)
        return WordMatches(tuple(found), frozenset(beside)) if found or beside else NOTHING

    @staticmethod
    def _match(
        phrases: Sequence[_Phrase], words: Sequence[str], at: int, found: dict[ListedWord, None], beside: set[str]
    ) -> None:
        for phrase in phrases:
            last = len(phrase.words) - 1
            if at + last >= len(words):
                continue
            if all(
                _fits(words[at + step], expected, is_last=step == last and last > 0)
                for step, expected in enumerate(phrase.words)
            ):
                if phrase.entry is None:
                    beside.add(phrase.written)
                else:
                    found[phrase.entry] = None


def _fits(word: str, expected: str, *, is_last: bool) -> bool:
    if expected[0] == "*":
        return word.endswith(expected[1:])
    if expected[-1] == "*":
        return word.startswith(expected[:-1])
    return word == expected or (is_last and word == expected + "s")
