"""Knowledge files: YAML in, `Knowledge` or the list of problems out.

Owns the strict shape of the files under ``rules/knowledge`` and the words for what
does not fit.  Must not know where the files lie or what is done with the answers.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pixelwitness.meaning.knowledge import (
    DataClass,
    Entry,
    Family,
    Knowledge,
    Matching,
    Pattern,
    Realm,
    Shape,
    plain_key,
)
from pixelwitness.rulebook import yamltext
from pixelwitness.rulebook.problems import RuleProblem, RulesError
from pixelwitness.rulebook.yamltext import Document, Place, YamlTextError, label

_REALMS: tuple[Realm, ...] = get_args(Realm.__value__)
_SHAPES = tuple(str(shape) for shape in Shape if shape is not Shape.CHOICE)
_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_CONSEQUENCE = "the file is not used until this is mended"

type Words = list[str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Source(_Strict):
    url: str = Field(pattern=r"^https://\S+$")
    checked_on: str = Field(pattern=r"^20\d\d-[01]\d-[0-3]\d$")


class _Sourced(_Strict):
    sources: Words = Field(min_length=1)


class _FamilyModel(_Sourced):
    names: Words = Field(min_length=1)
    realm: Literal["person", "custom", "context", "cookie"]
    matching: Literal["manual", "automatic", "server", "unknown"]


class _FieldModel(_Sourced):
    data_class: str = Field(alias="class")
    person: Words = []
    custom: Words = []
    context: Words = []
    cookie: Words = []
    url: Words = []
    anywhere: Words = []
    keep: str | Words | None = None
    secret: bool = False
    holds: Literal["url"] | None = None
    matching: Literal["manual", "automatic", "server", "unknown"] | None = None


class _Currencies(_Sourced):
    codes: Words = Field(min_length=1)


class _Head(_Strict):
    version: int = Field(ge=1)
    sources: dict[str, _Source]


class _FieldsFile(_Head):
    families: list[_FamilyModel]
    classes: dict[str, str]
    fields: list[_FieldModel]
    currencies: _Currencies


class _EventsModel(_Sourced):
    kind: Literal["standard", "automatic"]
    names: Words = Field(min_length=1)


class _EventsFile(_Head):
    events: list[_EventsModel]


class _OwnerModel(_Sourced):
    name: str = Field(min_length=1)
    sites: Words = Field(min_length=1)


class _OwnersFile(_Head):
    owners: list[_OwnerModel]


type Problems = list[tuple[Place, str]]


def compiled(sources: Mapping[str, bytes], sha256: str) -> Knowledge:
    """Compile the three files, given by name; raise `RulesError` with every problem of every file."""
    problems: list[RuleProblem] = []
    fields = _checked("fields.yaml", sources, _FieldsFile, _problems_of_fields, problems)
    events = _checked("events.yaml", sources, _EventsFile, _problems_of_events, problems)
    owners = _checked("owners.yaml", sources, _OwnersFile, _problems_of_owners, problems)
    if fields is None or events is None or owners is None or problems:
        raise RulesError(problems)
    entries, patterns = _entries(fields.fields)
    return Knowledge(
        version=f"{fields.version}.{events.version}.{owners.version}",
        sha256=sha256,
        labels={DataClass(name): text for name, text in fields.classes.items()},
        families={name: Family(one.realm, one.matching) for one in fields.families for name in one.names},
        entries=entries,
        patterns=patterns,
        currencies=frozenset(fields.currencies.codes),
        standard_events=frozenset(name for one in events.events if one.kind == "standard" for name in one.names),
        automatic_events=frozenset(name for one in events.events if one.kind == "automatic" for name in one.names),
        owners={site: one.name for one in owners.owners for site in one.sites},
    )


def _checked[M: _Head](
    file: str, sources: Mapping[str, bytes], model: type[M], check: Any, problems: list[RuleProblem]
) -> M | None:
    shown = f"rules/knowledge/{file}"
    try:
        document = yamltext.read(sources[file])
    except YamlTextError as error:
        problems.append(RuleProblem(shown, error.line, "", f"{error}; {_CONSEQUENCE}"))
        return None
    for place, line in document.repeated:
        problems.append(RuleProblem(shown, line, label(place), f"comes twice; {_CONSEQUENCE}"))
    try:
        read = model.model_validate(document.value)
    except ValidationError as error:
        problems += (_of_model(shown, document, one) for one in error.errors(include_url=False))
        return None
    found = [*_problems_of_sources(read), *check(read)]
    problems += (
        RuleProblem(shown, document.line(place), label(document.known(place)), f"{what}; {_CONSEQUENCE}")
        for place, what in found
    )
    return read


def _of_model(file: str, document: Document, error: Any) -> RuleProblem:
    place = tuple(error["loc"])
    known = document.known(place)
    missing = f"{place[-1]!r} is missing" if error["type"] == "missing" else ""
    extra = f"{place[-1]!r} is no key that is known here" if error["type"] == "extra_forbidden" else ""
    what = missing or extra or f"{str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"
    return RuleProblem(file, document.line(place), label(known), f"{what}; {_CONSEQUENCE}")


def _problems_of_sources(read: _Head) -> Iterator[tuple[Place, str]]:
    for name, source in read.sources.items():
        try:
            date.fromisoformat(source.checked_on)
        except ValueError:
            yield (
                ("sources", name, "checked_on"),
                f"{source.checked_on!r} is no day; a date such as 2026-11-21 is needed",
            )
    for part, value in read:
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, _Sourced):
                place = (part, index, "sources") if isinstance(value, list) else (part, "sources")
                for name in one.sources:
                    if name not in read.sources:
                        yield (
                            place,
                            f"{name!r} is not among the file's sources; one of {_listed(read.sources)} is needed",
                        )


def _problems_of_fields(read: _FieldsFile) -> Iterator[tuple[Place, str]]:
    for data_class in DataClass:
        if not read.classes.get(data_class):
            yield ("classes",), f"the class {str(data_class)!r} has no label in plain words"
    for name in read.classes:
        if name not in list(DataClass):
            yield ("classes", name), f"{name!r} is no data class; one of {_listed(DataClass)} is needed"
    seen: dict[tuple[str, str], int] = {}
    for index, one in enumerate(read.fields):
        if one.data_class not in list(DataClass):
            yield (
                ("fields", index, "class"),
                f"{one.data_class!r} is no data class; one of {_listed(DataClass)} is needed",
            )
        if isinstance(one.keep, str) and one.keep not in _SHAPES:
            needed = f"one of {_listed(_SHAPES)}, or a list of the words that may be stored, is needed"
            yield ("fields", index, "keep"), f"{one.keep!r} is no shape; {needed}"
        if one.keep is not None and one.secret:
            yield ("fields", index, "keep"), "says that values may be stored, and secret that they may not"
        if isinstance(one.keep, list) and not all(one.keep):
            yield ("fields", index, "keep"), "lists an empty word; an empty value needs no leave"
        keys = list(_keys(one))
        if not keys:
            yield ("fields", index), f"names no key; one of {_listed((*_REALMS, 'anywhere'))} is needed"
        for stands, realm, key in keys:
            place = ("fields", index, stands)
            plain = ".".join("*".join(map(plain_key, step.split("*"))) for step in key.split("."))
            if key != plain:
                yield place, f"{key!r} can never match; keys are compared without upper case and signs: write {plain!r}"
            first = seen.setdefault((realm, key), index)
            if first != index:
                yield place, f"{key!r} stands in fields[{first}], too ({realm}); one key has one meaning"
    for code in read.currencies.codes:
        if not re.fullmatch("[A-Z]{3}", code):
            yield ("currencies", "codes"), f"{code!r} is no currency code; three capital letters are needed"


def _problems_of_events(read: _EventsFile) -> Iterator[tuple[Place, str]]:
    seen: dict[str, int] = {}
    for index, one in enumerate(read.events):
        for name in one.names:
            if seen.setdefault(name, index) != index:
                yield ("events", index, "names"), f"{name!r} stands in events[{seen[name]}], too; a name has one kind"


def _problems_of_owners(read: _OwnersFile) -> Iterator[tuple[Place, str]]:
    for index, one in enumerate(read.owners):
        for site in one.sites:
            if not _SITE.fullmatch(site):
                yield ("owners", index, "sites"), f"{site!r} is no site; a name such as 'facebook.com' is needed"


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))


def _keys(one: _FieldModel) -> Iterator[tuple[str, Realm, str]]:
    """Yield (where it stands, realm, key); ``anywhere`` is every realm."""
    for realm in _REALMS:
        for key in getattr(one, realm):
            yield realm, realm, key
        for key in one.anywhere:
            yield "anywhere", realm, key


def _entries(
    fields: list[_FieldModel],
) -> tuple[dict[Realm, dict[str, Entry]], dict[Realm, tuple[Pattern, ...]]]:
    entries: dict[Realm, dict[str, Entry]] = {realm: {} for realm in _REALMS}
    patterns: dict[Realm, list[Pattern]] = {realm: [] for realm in _REALMS}
    for one in fields:
        for _, realm, key in _keys(one):
            entry = _entry(one, realm)
            if "*" in key:
                patterns[realm].append(Pattern(key, entry))
            else:
                entries[realm][key] = entry
    return entries, {realm: tuple(found) for realm, found in patterns.items()}


def _entry(one: _FieldModel, realm: Realm) -> Entry:
    matching: Matching | None = one.matching
    choices = frozenset(one.keep) if isinstance(one.keep, list) else frozenset()
    return Entry(
        data_class=DataClass(one.data_class),
        keep=Shape.CHOICE if choices else None if one.keep is None else Shape(str(one.keep)),
        choices=choices,
        # Whoever holds a cookie is the person it stands for.
        is_secret=one.secret or realm == "cookie",
        is_url=one.holds == "url",
        matching=matching,
    )
