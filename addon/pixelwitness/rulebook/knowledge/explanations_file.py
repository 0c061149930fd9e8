"""What ``uses.yaml`` and ``words.yaml`` may say, and what becomes of it.

Owns the strict shape of what only reports need.  Must not know recordings or reports.
"""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pixelwitness.meaning.names.announced_uses import Advice, AnnouncedUses, Regions, SaidBy, Support, Use, UseSubject
from pixelwitness.meaning.names.glossary import Saying, Word, plain_name
from pixelwitness.rulebook.knowledge.explanations import Explanations
from pixelwitness.rulebook.knowledge.knowledge_file import Head, Problems, Sourced, Strict, Words, checked, repeated
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError

_DAY = r"^20\d\d(?:-[01]\d(?:-[0-3]\d)?)?$"
_REGION = re.compile("[A-Z]{2}")


class _RegionsModel(Strict):
    told: str = Field(min_length=1)
    everywhere: bool = False
    named: Words = Field(default_factory=list)
    reported: Words = Field(default_factory=list)
    left_out: Words = Field(default_factory=list, alias="not")
    is_open: bool = Field(default=False, alias="open")


class _UseModel(Sourced):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")
    claim: str = Field(min_length=1)
    said_by: Literal["meta", "press", "article"]
    quoted: bool = False
    certainty: Literal["certain", "likely", "unsupported"]
    about: Literal["events", "meta_ai", "nothing"]
    announced: str | None = Field(default=None, pattern=_DAY)
    effective: str | None = Field(default=None, pattern=_DAY)
    until: str | None = Field(default=None, pattern=_DAY)
    regions: _RegionsModel
    conflicts: Words = Field(default_factory=list)


class _AdviceModel(Sourced):
    text: str = Field(min_length=1)
    since: str | None = Field(default=None, pattern=_DAY)
    until: str | None = Field(default=None, pattern=_DAY)


class UsesFile(Head):
    """``uses.yaml``."""

    uses: list[_UseModel]
    can_do: list[_AdviceModel]


class _WordModel(Sourced):
    kind: Literal["event", "channel", "cookie", "family", "class", "form", "identity", "consent", "word", "news"]
    name: str = Field(min_length=1)
    text: str = Field(min_length=1)
    aliases: Words = Field(default_factory=list)


class _SayingModel(Sourced):
    event: str = Field(min_length=1)
    about: str = Field(min_length=1)
    alone: str = Field(min_length=1)


class _IdentifierModel(Sourced):
    keys: Words = Field(min_length=1)
    called: str = Field(min_length=1)


class WordsFile(Head):
    """``words.yaml``."""

    sayings: list[_SayingModel]
    identifiers: list[_IdentifierModel]
    words: list[_WordModel]


def compiled(sources: Mapping[str, bytes], sha256: str) -> Explanations:
    """Compile the files, given by name; raise `RulesError` with every problem of both."""
    problems: list[RuleProblem] = []
    uses = checked("uses.yaml", sources, UsesFile, _problems_of_uses, problems)
    words = checked("words.yaml", sources, WordsFile, _problems_of_words, problems)
    if uses is None or words is None or problems:
        raise RulesError(problems)
    return Explanations(
        sha256=sha256,
        announced=_announced(uses),
        words=_words(words),
        events={saying.event: Saying(saying.about, saying.alone) for saying in words.sayings},
        identifiers={key: identifier.called for identifier in words.identifiers for key in identifier.keys},
    )


def _problems_of_uses(read: UsesFile) -> Problems:
    for index, name, _ in repeated(enumerate(use.id for use in read.uses)):
        yield ("uses", index, "id"), f"{name!r} comes twice"
    for index, use in enumerate(read.uses):
        if (use.said_by == "article") != (use.certainty == "unsupported"):
            yield ("uses", index, "certainty"), "what an article says is unsupported, and nothing else is"
        if use.effective and use.announced and use.effective < use.announced[: len(use.effective)]:
            yield (
                ("uses", index, "effective"),
                f"{use.effective!r} lies before {use.announced!r}, when it was announced",
            )
        for name in ("named", "reported", "left_out"):
            for code in getattr(use.regions, name):
                if not _REGION.fullmatch(code):
                    place = ("uses", index, "regions", "not" if name == "left_out" else name)
                    yield place, f"{code!r} is no region; a code such as US or EU is needed"


def _problems_of_words(read: WordsFile) -> Problems:
    named = [(index, (word.kind, name)) for index, word in enumerate(read.words) for name in (word.name, *word.aliases)]
    for index, (_, name) in named:
        if not plain_name(name):
            yield ("words", index), f"{name!r} holds no letter or digit"
    for index, (_, name), first in repeated((index, (kind, plain_name(name))) for index, (kind, name) in named):
        yield ("words", index), f"{name!r} stands in words[{first}], too; one word has one text"
    others = (
        ("sayings", [(index, saying.event) for index, saying in enumerate(read.sayings)]),
        ("identifiers", [(index, key) for index, entry in enumerate(read.identifiers) for key in entry.keys]),
    )
    for part, names in others:
        for index, name, first in repeated(names):
            yield (part, index), f"{name!r} stands in {part}[{first}], too; one name has one text"


def _announced(read: UsesFile) -> AnnouncedUses:
    return AnnouncedUses(
        uses=tuple(_use(use, read) for use in read.uses),
        can_do=tuple(
            Advice(advice.text, advice.since, advice.until, _addresses(advice.sources, read)) for advice in read.can_do
        ),
    )


def _use(use: _UseModel, read: UsesFile) -> Use:
    said_by: SaidBy = use.said_by
    certainty: Support = use.certainty
    about: UseSubject = use.about
    regions = use.regions
    return Use(
        id=use.id,
        claim=" ".join(use.claim.split()),
        said_by=said_by,
        certainty=certainty,
        about=about,
        regions=Regions(
            told=regions.told,
            everywhere=regions.everywhere,
            named=tuple(regions.named),
            reported=tuple(regions.reported),
            left_out=tuple(regions.left_out),
            is_open=regions.is_open,
        ),
        announced=use.announced,
        effective=use.effective,
        until=use.until,
        is_quoted=use.quoted,
        conflicts=tuple(" ".join(text.split()) for text in use.conflicts),
        sources=_addresses(use.sources, read),
    )


def _words(read: WordsFile) -> tuple[Word, ...]:
    return tuple(
        Word(word.kind, word.name, " ".join(word.text.split()), tuple(word.aliases), _addresses(word.sources, read))
        for word in read.words
    )


def _addresses(names: Words, read: Head) -> tuple[str, ...]:
    return tuple(read.sources[name].url for name in names)
