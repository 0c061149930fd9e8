"""What ``topics.yaml``, ``interests.yaml`` and ``instructions.yaml`` may say, and what becomes of it.

Owns the strict shape of the word lists.  Must not know texts or how words are found in them.
"""

import re
from collections.abc import Mapping
from typing import get_args

from pydantic import Field

from pixelwitness.meaning.names.word_lists import STEM, Exclusion, ListKind, WordList, plain_word
from pixelwitness.rulebook.knowledge.knowledge_file import Head, Problems, Sourced, Strict, Words, checked, repeated
from pixelwitness.rulebook.yaml.problems import RuleProblem

KINDS: tuple[ListKind, ...] = get_args(ListKind.__value__)
"""A file for each: ``topics.yaml`` and so on."""

_LABEL = re.compile(r"[a-z][a-z0-9_]{1,30}")


class _UnlessModel(Strict):
    words: Words = Field(min_length=1)
    beside: Words = Field(min_length=1)


class _ListModel(Sourced):
    label: str
    called: str = Field(min_length=1)
    words: Words = Field(min_length=1)
    unless: list[_UnlessModel] = Field(default_factory=list)


class WordsFile(Head):
    """A file of word lists."""

    lists: list[_ListModel] = Field(min_length=1)


def checked_files(sources: Mapping[str, bytes], problems: list[RuleProblem]) -> dict[ListKind, WordsFile]:
    """Read and check the files, given by name; one that is wrong is left out and gives further problems."""
    read = {kind: checked(f"{kind}s.yaml", sources, WordsFile, problems_of_words, problems) for kind in KINDS}
    return {kind: file for kind, file in read.items() if file is not None}


def problems_of_words(read: WordsFile) -> Problems:
    """Yield what is wrong with well-formed lists."""
    for index, entry in enumerate(read.lists):
        if not _LABEL.fullmatch(entry.label):
            yield ("lists", index, "label"), f"{entry.label!r} is no label; a word such as 'mental_health' is needed"
        words: dict[str, str] = {}
        for at, word in enumerate(entry.words):
            place = ("lists", index, "words", at)
            wrong = _wrong(word)
            if wrong:
                yield place, wrong
            first = words.setdefault(plain_word(word), word)
            if first is not word:
                yield place, f"{word!r} is the same as {first!r} before it"
        for number, unless in enumerate(entry.unless):
            for word in unless.words:
                if word not in entry.words:
                    where = ("lists", index, "unless", number, "words")
                    yield where, f"{word!r} is none of the list's words, so this rule has no effect"
            for word in unless.beside:
                wrong = _wrong(word)
                if wrong:
                    yield ("lists", index, "unless", number, "beside"), wrong
    for index, label, earlier in repeated(enumerate(entry.label for entry in read.lists)):
        yield ("lists", index, "label"), f"{label!r} stands in lists[{earlier}], too"


def _wrong(word: str) -> str | None:
    plain = plain_word(word)
    bare = plain.strip("*")
    if not bare:
        return f"{word!r} holds no letter or digit"
    if plain.startswith("*") and " " in plain:
        return f"{word!r} is a phrase that begins with *; only its end may be open"
    if plain.startswith("*") and plain.endswith("*"):
        return f"{word!r} is open at both ends; one * is needed"
    if plain != bare and len(bare.rpartition(" ")[2]) < STEM:
        return f"{word!r} is short for a word with *; at least {STEM} letters are needed"
    return None


def word_lists(kind: ListKind, read: WordsFile) -> tuple[WordList, ...]:
    """Compile the lists of a file."""
    return tuple(
        WordList(
            kind=kind,
            label=entry.label,
            called=entry.called,
            words=tuple(map(plain_word, entry.words)),
            sources=tuple(read.sources[name].url for name in entry.sources),
            unless=tuple(
                Exclusion(tuple(map(plain_word, rule.words)), tuple(map(plain_word, rule.beside)))
                for rule in entry.unless
            ),
        )
        for entry in read.lists
    )
