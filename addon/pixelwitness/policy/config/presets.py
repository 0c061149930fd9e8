"""Presets: policies by name.

Owns which checks each of them asks.  How they compose with a file is the policy's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pixelwitness.policy.config.checks import Check, Level


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy by name."""

    help: str
    checks: Mapping[Check, Level]


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "no-meta": Preset(
            "Nothing may reach Meta, neither events nor contacts.",
            {Check.EVENT: Level.ERROR, Check.CONTACT: Level.ERROR},
        ),
        "no-personal-data": Preset(
            "No data about a person may go along, in no form: a hash of an e-mail address is one, too.",
            {Check.PERSONAL_DATA: Level.ERROR},
        ),
        "no-health": Preset(
            "No event may say what points at a matter of health.",
            {Check.HEALTH: Level.ERROR},
        ),
        "consent-first": Preset(
            "Nothing may be sent before consent is seen, apart from what `before-consent` of a site allows.",
            {Check.CONSENT: Level.ERROR},
        ),
        "declared": Preset(
            "Nothing may be sent that the site's own declaration does not list.",
            {Check.UNDECLARED: Level.ERROR},
        ),
    }
)
