"""What ``config.yaml`` and ``agents.yaml`` may say, and what becomes of it.

Owns the strict shape of the two files on how a pixel is set up.  Must not know
configurations or requests.
"""

import re
from typing import Literal

from pydantic import Field

from pixelwitness.meaning.names.knowledge import Agent, Kept, KeptAs, SettingMeaning, Tells
from pixelwitness.rulebook.knowledge.knowledge_file import Found, Head, Sourced, Strict, Words

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


class AgentsFile(Head):
    """``agents.yaml``."""

    agents: list[_AgentModel]
    conversions: _Conversions


def problems_of_config(read: ConfigFile) -> Found:
    """Yield what is wrong with well-formed settings."""
    seen: dict[str, int] = {}
    for index, one in enumerate(read.settings):
        at = ("settings", index)
        if not _KEY.fullmatch(one.key):
            yield (*at, "key"), f"{one.key!r} is no key; small letters, digits and _ are needed"
        if seen.setdefault(one.key, index) != index:
            yield (*at, "key"), f"{one.key!r} stands in settings[{seen[one.key]}], too; a key has one meaning"
        if not one.sets and not one.features:
            yield at, "names neither sets nor features, so nothing would ever give it"
        if (one.keep or one.each is not None) and not one.sets:
            yield (*at, "keep"), "has no effect: only what is set has parts; name it in sets"
        if {"on", "event", "certainty"} & set(one.keep) and (one.each is not None or "on" in one.keep):
            yield (*at, "keep"), "on, event and certainty are given by themselves; choose other names"


def problems_of_agents(read: AgentsFile) -> Found:
    """Yield what is wrong with well-formed agents."""
    seen: dict[str, int] = {}
    for index, one in enumerate(read.agents):
        for agent in one.agents:
            if agent != agent.lower():
                yield ("agents", index, "agents"), f"{agent!r} can never match; agents are compared in lower case"
            if seen.setdefault(agent, index) != index:
                yield ("agents", index, "agents"), f"{agent!r} stands in agents[{seen[agent]}], too"


def settings(read: ConfigFile) -> tuple[SettingMeaning, ...]:
    """Return the meanings of settings, in the order of the file."""
    return tuple(
        SettingMeaning(
            key=one.key,
            label=one.label,
            tells=one.tells,
            sets=tuple(one.sets),
            features=tuple(one.features),
            each=one.each,
            keep=tuple(Kept(name, kept.of, kept.kept_as) for name, kept in one.keep.items()),
            is_hint=one.certainty == "hint",
        )
        for one in read.settings
    )


def agents(read: AgentsFile) -> tuple[Agent, ...]:
    """Return the agents, in the order of the file."""
    return tuple(Agent(one.name, tuple(one.agents), one.server) for one in read.agents)
