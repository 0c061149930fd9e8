"""What ``config.yaml`` and ``agents.yaml`` may say, and what becomes of it.

Owns the strict shape of the two files on how a pixel is set up.  Must not know
configurations or requests.
"""

import re
from typing import Literal

from pydantic import Field

from pixelwitness.meaning.names.setup_names import Agent, IdMaker, KeptAs, KeptPart, SettingMeaning, Tells
from pixelwitness.rulebook.knowledge.knowledge_file import Head, Problems, Sourced, Strict, Words, repeated

_KEY = re.compile(r"[a-z][a-z0-9_]{1,40}")


class _KeptModel(Strict):
    of: str
    kept_as: KeptAs = Field(alias="as")


class _SettingModel(Sourced):
    key: str
    label: str = Field(min_length=1)
    tells: Tells
    sets: Words = Field(default_factory=list)
    features: Words = Field(default_factory=list)
    each: str | None = None
    keep: dict[str, _KeptModel] = Field(default_factory=dict)
    certainty: Literal["hint"] | None = None


class ConfigFile(Head):
    """``config.yaml``."""

    settings: list[_SettingModel]


class _AgentModel(Sourced):
    name: str = Field(min_length=1)
    agents: Words = Field(min_length=1)
    server: Literal["sends", "may send", "no"]


class _Conversions(Sourced):
    names: Words = Field(min_length=1)


class _IdMakerModel(Sourced):
    prefixes: Words = Field(min_length=1)
    label: str = Field(min_length=1)
    called: str = Field(min_length=1)


class AgentsFile(Head):
    """``agents.yaml``."""

    agents: list[_AgentModel]
    conversions: _Conversions
    id_makers: list[_IdMakerModel]


def problems_of_config(read: ConfigFile) -> Problems:
    """Yield what is wrong with well-formed settings."""
    for index, setting in enumerate(read.settings):
        at = ("settings", index)
        if not _KEY.fullmatch(setting.key):
            yield (*at, "key"), f"{setting.key!r} is no key; small letters, digits and _ are needed"
        if not setting.sets and not setting.features:
            yield at, "names neither sets nor features, so nothing would ever give it"
        if (setting.keep or setting.each is not None) and not setting.sets:
            yield (*at, "keep"), "has no effect: only what is set has parts; name it in sets"
        if {"on", "event", "certainty"} & set(setting.keep) and (setting.each is not None or "on" in setting.keep):
            yield (*at, "keep"), "on, event and certainty are given by themselves; choose other names"
    for index, key, first in repeated(enumerate(setting.key for setting in read.settings)):
        yield ("settings", index, "key"), f"{key!r} stands in settings[{first}], too; a key has one meaning"


def problems_of_agents(read: AgentsFile) -> Problems:
    """Yield what is wrong with well-formed agents."""
    agents = [(index, agent) for index, program in enumerate(read.agents) for agent in program.agents]
    for index, agent in agents:
        if agent != agent.lower():
            yield ("agents", index, "agents"), f"{agent!r} can never match; agents are compared in lower case"
    prefixes = ((index, prefix) for index, maker in enumerate(read.id_makers) for prefix in maker.prefixes)
    for index, prefix, first in repeated(prefixes):
        yield ("id_makers", index, "prefixes"), f"{prefix!r} stands in id_makers[{first}], too"
    for index, agent, first in repeated(agents):
        yield ("agents", index, "agents"), f"{agent!r} stands in agents[{first}], too"


def settings(read: ConfigFile) -> tuple[SettingMeaning, ...]:
    """Return the meanings of settings, in the order of the file."""
    return tuple(
        SettingMeaning(
            key=setting.key,
            label=setting.label,
            tells=setting.tells,
            sets=tuple(setting.sets),
            features=tuple(setting.features),
            each=setting.each,
            keep=tuple(KeptPart(name, kept.of, kept.kept_as) for name, kept in setting.keep.items()),
            is_hint=setting.certainty == "hint",
        )
        for setting in read.settings
    )


def agents(read: AgentsFile) -> tuple[Agent, ...]:
    """Return the agents, in the order of the file."""
    return tuple(Agent(program.name, tuple(program.agents), program.server) for program in read.agents)


def id_makers(read: AgentsFile) -> dict[str, IdMaker]:
    """Return for what the library makes event ids, by their prefixes."""
    return {prefix: IdMaker(maker.label, maker.called) for maker in read.id_makers for prefix in maker.prefixes}
