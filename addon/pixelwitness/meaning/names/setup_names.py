"""How a pixel is set up: what settings mean, who installs it, and for what its library makes event ids.

Owns the shapes of what ``config.yaml`` and ``agents.yaml`` say.  Must not know
configurations or requests.
"""

from typing import Literal

import msgspec

type KeptAs = Literal["names", "count", "event", "flag", "headless", "host", "number", "pixels", "word"]
"""What may be kept of a part of a setting: names and words to which no detector objects, never free text."""

type Tells = Literal["takes", "sends", "limits", "technical"]
"""What a setting is about: what is taken, to whom it goes, what is left out or blocked, or how it works."""


class KeptPart(msgspec.Struct, frozen=True):
    """One part of a setting that is kept."""

    name: str
    """What we call it."""
    of: str
    """Way to it: names joined by dots, ``*`` for every item; empty for the whole."""
    kept_as: KeptAs


class SettingMeaning(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one setting of a pixel's configuration means."""

    key: str
    label: str
    tells: Tells
    sets: tuple[str, ...] = ()
    """Meta's names for it where it is set."""
    features: tuple[str, ...] = ()
    """Meta's names for it where it is switched on."""
    each: str | None = None
    """Way to the items that are settings of their own; those of an object give their name as ``event``."""
    keep: tuple[KeptPart, ...] = ()
    is_hint: bool = False


class Agent(msgspec.Struct, frozen=True):
    """A program that installs pixels and says so in ``a=``."""

    name: str
    agents: tuple[str, ...]
    """What it says, in lower case, ``*`` for any characters."""
    server: Literal["sends", "may send", "no"]
    """Whether it reports events from the site's server, too."""


class IdMaker(msgspec.Struct, frozen=True):
    """For what Meta's library makes event ids of its own."""

    label: str
    called: str
