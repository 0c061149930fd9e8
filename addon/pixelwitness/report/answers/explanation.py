"""Explanations: what a name means, for a person who is no programmer.

Owns where an explanation comes from: the glossary, the word lists, the rules, the announced
uses, and for a field its family and class.  Must not print.
"""

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.core.detect.rule import Rule
from pixelwitness.meaning.names.announced_uses import AnnouncedUses, introduction
from pixelwitness.meaning.names.glossary import Word, WordKind, index_of, plain_name
from pixelwitness.meaning.names.knowledge import UNKNOWN, DataClass, KeyEntry, Knowledge
from pixelwitness.meaning.names.word_lists import WordList, shown_word
from pixelwitness.report.wording.plain_text import WIDTH
from pixelwitness.report.wording.safe_text import safe_text

SHOWN_WORDS = 12
"""Words of a list that its explanation names."""
LEAST_PART = 4
"""Letters with which a part of a name finds the whole."""
MOST_MEANT = 3
"""Names that are offered in place of an unknown one."""

_KINDS: dict[WordKind, str] = {
    "class": "kind of data",
    "family": "family of fields",
    "identity": "how well Meta knows who",
    "form": "form of a value",
    "topic": "sensitive topic",
    "use": "announced use",
    "word": "word of this program",
    "news": "word of the news",
    "list": "list of words",
}
_MATCHING = {
    "manual": "The site's own code passed it on.",
    "automatic": "Meta's library gathered it by itself.",
    "server": "A server sent it.",
    "unknown": "",
}


class UnknownNameError(KeyError):
    """Nothing here has this name; the message says what may have been meant."""

    def __str__(self) -> str:
        return str(self.args[0])


def build_glossary(
    words: Iterable[Word], knowledge: Knowledge, rules: Iterable[Rule], announced: AnnouncedUses
) -> tuple[Word, ...]:
    """Return every word that can be explained, those of the glossary first."""
    return (
        *words,
        *(_of_list(word_list) for word_list in knowledge.word_lists),
        *(Word("rule", rule.id, _of_rule(rule), sources=tuple(rule.references)) for rule in rules),
        *(
            Word("use", use.id, f"{introduction(use)}: {use.claim}. Where: {use.regions.told}.", sources=use.sources)
            for use in announced.uses
        ),
    )


def find_explanations(name: str, words: Sequence[Word], knowledge: Knowledge) -> tuple[Word, ...]:
    """Return everything that has a name; raise `UnknownNameError` when nothing has."""
    index = index_of(words)
    asked = plain_name(name)
    found = index.get(asked) or index.get(asked.replace("_", "")) or []
    field = _of_field(asked, index, knowledge)
    if field is not None and not any(word.kind in ("cookie", "family", "class") for word in found):
        found = [*found, field]
    if not found:
        raise UnknownNameError(f"nothing here is called {safe_text(name, 80)!r}{_meant(asked, words)}")
    return tuple(found)


def explanation_lines(words: Sequence[Word]) -> Iterator[str]:
    """Yield explanations as text."""
    for index, word in enumerate(words):
        if index:
            yield ""
        yield f"{safe_text(word.name)} ({kind_word(word.kind)})"
        yield from textwrap.wrap(word.text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        if word.aliases:
            also = f"Also called: {', '.join(word.aliases)}"
            yield from textwrap.wrap(also, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        for source in word.sources:
            yield f"  Source: {source.partition('://')[2]}"


def kind_word(kind: WordKind) -> str:
    """Return what a kind of words is called."""
    return _KINDS.get(kind, kind)


def _of_list(word_list: WordList) -> Word:
    shown = ", ".join(map(shown_word, word_list.words[:SHOWN_WORDS]))
    if word_list.kind == "topic":
        text = f"A sensitive topic at which words of an event point. Never more than a hint. Words such as: {shown}."
    elif word_list.kind == "interest":
        text = f"An interest at which words of an event point. Never more than a hint. Words such as: {shown}."
    else:
        text = (
            f"Text in an event that could be taken for an instruction by an AI that reads it. Words such as: {shown}."
        )
    kind: WordKind = "topic" if word_list.kind == "topic" else "interest" if word_list.kind == "interest" else "list"
    return Word(
        kind,
        word_list.called,
        text,
        () if word_list.label == word_list.called else (word_list.label,),
        word_list.sources,
    )


def _of_rule(rule: Rule) -> str:
    return f"{rule.title}. {' '.join(rule.description.split())} How sure: {rule.confidence}."


def _of_field(asked: str, index: dict[str, list[Word]], knowledge: Knowledge) -> Word | None:
    """Explain a field by its family and class; None when nothing is known of it."""
    meaning = knowledge.field(asked)
    entry: KeyEntry | None = meaning.entry if meaning.entry is not UNKNOWN else None
    for realm in ("person", "custom", "context", "cookie") if entry is None and not meaning.family else ():
        entry = entry or knowledge.entries.get(realm, {}).get(asked.replace("_", "").replace(".", ""))
    if entry is None or entry.data_class is DataClass.UNKNOWN:
        return None
    data_class = next((word for word in index.get(plain_name(entry.data_class), ()) if word.kind == "class"), None)
    family = next((word for word in index.get(meaning.family, ()) if word.kind == "family"), None)
    parts = [
        f"A field: {knowledge.label(entry.data_class)}.",
        data_class.text if data_class is not None else "",
        f"{family.name}: {family.text}" if family is not None else "",
        _MATCHING[meaning.matching] if family is None else "",
        "Its value is never stored, in no mode." if entry.is_secret else "",
    ]
    sources = tuple(dict.fromkeys((*(family.sources if family else ()), *(data_class.sources if data_class else ()))))
    return Word("field", asked, " ".join(part for part in parts if part), sources=sources)


def _meant(asked: str, words: Sequence[Word]) -> str:
    names = {plain_name(name): name for word in words for name in (*word.aliases, word.name)}
    holding = [name for name in names if len(asked) >= LEAST_PART and asked in name]
    alike = difflib.get_close_matches(asked, list(names), n=MOST_MEANT, cutoff=0.6)
    near = list(dict.fromkeys((*sorted(holding, key=len), *alike)))[:MOST_MEANT]
    return f"; did you mean {' or '.join(repr(names[name]) for name in near)}?" if near else ""
