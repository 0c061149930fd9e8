"""Knowledge files: YAML in, `Knowledge` or the list of problems out.

Owns the strict shape of the files under ``rules/knowledge`` and the words for what
does not fit.  Must not know where the files lie or what is done with the answers.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Literal, get_args

from pydantic import Field

from pixelwitness.meaning.names.identifier_names import IdentifierNames, Level
from pixelwitness.meaning.names.knowledge import (
    DataClass,
    Family,
    KeyEntry,
    Knowledge,
    Matching,
    Pattern,
    Realm,
    Shape,
    plain_key,
)
from pixelwitness.meaning.names.word_lists import ValueWords
from pixelwitness.rulebook.knowledge import consent_file, setup_file, word_file
from pixelwitness.rulebook.knowledge.knowledge_file import (
    Head,
    Problems,
    Sourced,
    Strict,
    Words,
    checked,
    listed,
    repeated,
)
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError

_REALMS: tuple[Realm, ...] = get_args(Realm.__value__)
_SHAPES = tuple(str(shape) for shape in Shape if shape is not Shape.CHOICE)
_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class _FamilyModel(Sourced):
    names: Words = Field(min_length=1)
    realm: Literal["person", "custom", "context", "cookie"]
    matching: Literal["manual", "automatic", "server", "unknown"]


class _FieldModel(Sourced):
    data_class: str = Field(alias="class")
    person: Words = Field(default_factory=list)
    custom: Words = Field(default_factory=list)
    context: Words = Field(default_factory=list)
    cookie: Words = Field(default_factory=list)
    url: Words = Field(default_factory=list)
    anywhere: Words = Field(default_factory=list)
    keep: str | Words | None = None
    secret: bool = False
    holds: Literal["url"] | None = None
    matching: Literal["manual", "automatic", "server", "unknown"] | None = None


class _Currencies(Sourced):
    codes: Words = Field(min_length=1)


class _ValueWordsModel(Sourced):
    words: Words = Field(min_length=1)


class _ValuesModel(Strict):
    role_mailboxes: _ValueWordsModel
    no_names: _ValueWordsModel
    genders: _ValueWordsModel


class _IdentifierModel(Sourced):
    name: str = Field(min_length=1)
    level: Literal["account", "person", "browser", "click"]
    cookies: Words = Field(default_factory=list)
    data_class: str | None = Field(default=None, alias="class")


class _IdentitiesModel(Sourced):
    person_families: Words = Field(min_length=1)
    click_fields: Words = Field(min_length=1)


class _FieldsFile(Head):
    families: list[_FamilyModel]
    classes: dict[str, str]
    fields: list[_FieldModel]
    currencies: _Currencies
    identifiers: list[_IdentifierModel]
    identified_by: _IdentitiesModel
    values: _ValuesModel


class _EventsModel(Sourced):
    kind: Literal["standard", "automatic"]
    names: Words = Field(min_length=1)


class _EventsFile(Head):
    events: list[_EventsModel]


class _OwnerModel(Sourced):
    name: str = Field(min_length=1)
    sites: Words = Field(min_length=1)


class _OwnersFile(Head):
    owners: list[_OwnerModel]


def compiled(sources: Mapping[str, bytes], sha256: str) -> Knowledge:
    """Compile the files, given by name; raise `RulesError` with every problem of every file."""
    problems: list[RuleProblem] = []
    fields = checked("fields.yaml", sources, _FieldsFile, _problems_of_fields, problems)
    events = checked("events.yaml", sources, _EventsFile, _problems_of_events, problems)
    owners = checked("owners.yaml", sources, _OwnersFile, _problems_of_owners, problems)
    config = checked("config.yaml", sources, setup_file.ConfigFile, setup_file.problems_of_config, problems)
    agents = checked("agents.yaml", sources, setup_file.AgentsFile, setup_file.problems_of_agents, problems)
    consent = checked("consent.yaml", sources, consent_file.ConsentFile, consent_file.problems_of_consent, problems)
    words = word_file.checked_files(sources, problems)
    if fields is None or events is None or owners is None or config is None or agents is None or consent is None:
        raise RulesError(problems)
    if problems:
        raise RulesError(problems)
    entries, patterns = _entries(fields.fields)
    return Knowledge(
        version=".".join(
            str(file.version) for file in (fields, events, owners, config, agents, consent, *words.values())
        ),
        sha256=sha256,
        labels={DataClass(name): text for name, text in fields.classes.items()},
        families={name: Family(family.realm, family.matching) for family in fields.families for name in family.names},
        entries=entries,
        patterns=patterns,
        currencies=frozenset(fields.currencies.codes),
        standard_events=_event_names(events, "standard"),
        automatic_events=_event_names(events, "automatic"),
        owners={site: owner.name for owner in owners.owners for site in owner.sites},
        settings=setup_file.settings(config),
        agents=setup_file.agents(agents),
        conversions=frozenset(agents.conversions.names),
        id_makers=setup_file.id_makers(agents),
        consent=consent_file.names(consent),
        values=ValueWords(
            role_mailboxes=frozenset(fields.values.role_mailboxes.words),
            no_names=frozenset(fields.values.no_names.words),
            genders=frozenset(fields.values.genders.words),
        ),
        identifiers=_identifiers(fields),
        word_lists=tuple(chain.from_iterable(word_file.word_lists(kind, read) for kind, read in words.items())),
    )


def _problems_of_fields(read: _FieldsFile) -> Problems:
    for data_class in DataClass:
        if not read.classes.get(data_class):
            yield ("classes",), f"the class {str(data_class)!r} has no label in plain words"
    for name in read.classes:
        if name not in list(DataClass):
            yield ("classes", name), f"{name!r} is no data class; one of {listed(DataClass)} is needed"
    first_of: dict[tuple[str, str], int] = {}
    for index, field in enumerate(read.fields):
        if field.data_class not in list(DataClass):
            yield (
                ("fields", index, "class"),
                f"{field.data_class!r} is no data class; one of {listed(DataClass)} is needed",
            )
        if isinstance(field.keep, str) and field.keep not in _SHAPES:
            needed = f"one of {listed(_SHAPES)}, or a list of the words that may be stored, is needed"
            yield ("fields", index, "keep"), f"{field.keep!r} is no shape; {needed}"
        if field.keep is not None and field.secret:
            yield ("fields", index, "keep"), "says that values may be stored, and secret that they may not"
        if isinstance(field.keep, list) and not all(field.keep):
            yield ("fields", index, "keep"), "lists an empty word; an empty value needs no leave"
        keys = list(_keys(field))
        if not keys:
            yield ("fields", index), f"names no key; one of {listed((*_REALMS, 'anywhere'))} is needed"
        for stands, realm, key in keys:
            place = ("fields", index, stands)
            plain = ".".join("*".join(map(plain_key, step.split("*"))) for step in key.split("."))
            if key != plain:
                yield place, f"{key!r} can never match; keys are compared without upper case and signs: write {plain!r}"
            first = first_of.setdefault((realm, key), index)
            if first != index:
                yield place, f"{key!r} stands in fields[{first}], too ({realm}); one key has one meaning"
    for index, identifier in enumerate(read.identifiers):
        if identifier.data_class is not None and identifier.data_class not in list(DataClass):
            what = f"{identifier.data_class!r} is no data class; one of {listed(DataClass)} is needed"
            yield ("identifiers", index, "class"), what
    for name, listing in read.values:
        for word in listing.words:
            if word != word.lower():
                yield ("values", name, "words"), f"{word!r} can never match; values are compared in lower case"
    for code in read.currencies.codes:
        if not re.fullmatch("[A-Z]{3}", code):
            yield ("currencies", "codes"), f"{code!r} is no currency code; three capital letters are needed"


def _problems_of_events(read: _EventsFile) -> Problems:
    names = ((index, name) for index, group in enumerate(read.events) for name in group.names)
    for index, name, first in repeated(names):
        yield ("events", index, "names"), f"{name!r} stands in events[{first}], too; a name has one kind"


def _event_names(read: _EventsFile, kind: str) -> frozenset[str]:
    return frozenset(name for group in read.events if group.kind == kind for name in group.names)


def _problems_of_owners(read: _OwnersFile) -> Problems:
    for index, owner in enumerate(read.owners):
        for site in owner.sites:
            if not _SITE.fullmatch(site):
                yield ("owners", index, "sites"), f"{site!r} is no site; a name such as 'facebook.com' is needed"


def _keys(field: _FieldModel) -> Iterator[tuple[str, Realm, str]]:
    """Yield (where it stands, realm, key); ``anywhere`` is every realm."""
    for realm in _REALMS:
        for key in getattr(field, realm):
            yield realm, realm, key
        for key in field.anywhere:
            yield "anywhere", realm, key


def _entries(
    fields: list[_FieldModel],
) -> tuple[dict[Realm, dict[str, KeyEntry]], dict[Realm, tuple[Pattern, ...]]]:
    entries: dict[Realm, dict[str, KeyEntry]] = {realm: {} for realm in _REALMS}
    patterns: dict[Realm, list[Pattern]] = {realm: [] for realm in _REALMS}
    for field in fields:
        for _, realm, key in _keys(field):
            entry = _entry(field, realm)
            if "*" in key:
                patterns[realm].append(Pattern(key, entry))
            else:
                entries[realm][key] = entry
    return entries, {realm: tuple(found) for realm, found in patterns.items()}


def _identifiers(read: _FieldsFile) -> IdentifierNames:
    named = [(identifier, (Level(identifier.level), identifier.name)) for identifier in read.identifiers]
    return IdentifierNames(
        cookies={cookie: meaning for identifier, meaning in named for cookie in identifier.cookies},
        classes={identifier.data_class: meaning for identifier, meaning in named if identifier.data_class is not None},
        person_families=tuple(read.identified_by.person_families),
        click_fields=frozenset(read.identified_by.click_fields),
    )


def _entry(field: _FieldModel, realm: Realm) -> KeyEntry:
    matching: Matching | None = field.matching
    choices = frozenset(field.keep) if isinstance(field.keep, list) else frozenset()
    return KeyEntry(
        data_class=DataClass(field.data_class),
        keep=Shape.CHOICE if choices else None if field.keep is None else Shape(str(field.keep)),
        choices=choices,
        # Whoever holds a cookie is the person it stands for.
        is_secret=field.secret or realm == "cookie",
        is_url=field.holds == "url",
        matching=matching,
    )
