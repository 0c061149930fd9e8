"""What ``uses.yaml`` and ``words.yaml`` may say, and what becomes of it.

Owns the strict shape of what only reports need.  Must not know recordings or reports.
"""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pixelwitness.meaning.names.announced_uses import Advice, Announced, Regions, SaidBy, Subject, Sureness, Use
from pixelwitness.meaning.names.glossary import Saying, Word, asked_for
from pixelwitness.rulebook.knowledge.knowledge_file import Found, Head, Sourced, Strict, Words, checked
from pixelwitness.rulebook.knowledge.sayings import Sayings
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
    kind: Literal["event", "channel", "cookie", "family", "class", "form", "identity", "consent", "word"]
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


def compiled(sources: Mapping[str, bytes], sha256: str) -> Sayings:
    """Compile the files, given by name; raise `RulesError` with every problem of both."""
    problems: list[RuleProblem] = []
    uses = checked("uses.yaml", sources, UsesFile, _problems_of_uses, problems)
    words = checked("words.yaml", sources, WordsFile, _problems_of_words, problems)
    if uses is None or words is None or problems:
        raise RulesError(problems)
    return Sayings(
        sha256=sha256,
        announced=_announced(uses),
        words=_words(words),
        events={saying.event: Saying(saying.about, saying.alone) for saying in words.sayings},
        identifiers={key: identifier.called for identifier in words.identifiers for key in identifier.keys},
    )


def _problems_of_uses(read: UsesFile) -> Found:
    seen: set[str] = set()
    for index, one in enumerate(read.uses):
        if one.id in seen:
            yield ("uses", index, "id"), f"{one.id!r} comes twice"
        seen.add(one.id)
        if (one.said_by == "article") != (one.certainty == "unsupported"):
            yield ("uses", index, "certainty"), "what an article says is unsupported, and nothing else is"
        if one.effective and one.announced and one.effective < one.announced[: len(one.effective)]:
            yield (
                ("uses", index, "effective"),
                f"{one.effective!r} lies before {one.announced!r}, when it was announced",
            )
        for name in ("named", "reported", "left_out"):
            for code in getattr(one.regions, name):
                if not _REGION.fullmatch(code):
                    place = ("uses", index, "regions", "not" if name == "left_out" else name)
                    yield place, f"{code!r} is no region; a code such as US or EU is needed"


def _problems_of_words(read: WordsFile) -> Found:
    seen: dict[tuple[str, str], int] = {}
    for index, one in enumerate(read.words):
        for name in (one.name, *one.aliases):
            key = (one.kind, asked_for(name))
            if not key[1]:
                yield ("words", index), f"{name!r} holds no letter or digit"
            if seen.setdefault(key, index) != index:
                yield ("words", index), f"{name!r} stands in words[{seen[key]}], too; one word has one text"
    named = (
        ("sayings", [[saying.event] for saying in read.sayings]),
        ("identifiers", [identifier.keys for identifier in read.identifiers]),
    )
    for part, lists in named:
        first: dict[str, int] = {}
        for index, names in enumerate(lists):
            for name in names:
                if first.setdefault(name, index) != index:
                    yield (part, index), f"{name!r} stands in {part}[{first[name]}], too; one name has one text"


def _announced(read: UsesFile) -> Announced:
    return Announced(
        uses=tuple(_use(one, read) for one in read.uses),
        can_do=tuple(Advice(one.text, one.since, one.until, _addresses(one.sources, read)) for one in read.can_do),
    )


def _use(one: _UseModel, read: UsesFile) -> Use:
    said_by: SaidBy = one.said_by
    certainty: Sureness = one.certainty
    about: Subject = one.about
    regions = one.regions
    return Use(
        id=one.id,
        claim=" ".join(one.claim.split()),
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
        announced=one.announced,
        effective=one.effective,
        until=one.until,
        is_quoted=one.quoted,
        conflicts=tuple(" ".join(text.split()) for text in one.conflicts),
        sources=_addresses(one.sources, read),
    )


def _words(read: WordsFile) -> tuple[Word, ...]:
    return tuple(
        Word(one.kind, one.name, " ".join(one.text.split()), tuple(one.aliases), _addresses(one.sources, read))
        for one in read.words
    )


def _addresses(names: Words, read: Head) -> tuple[str, ...]:
    return tuple(read.sources[name].url for name in names)
