"""The checks of a policy: their ids, what each one asks, and the presets that ask several of them.

Owns these lists and the levels that a check can have.  It must not know how a policy is
written down, how it composes with presets, nor how anything is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """How grave it is when a check finds something."""

    OFF = "off"
    """It is not asked."""
    WARN = "warn"
    """It is reported, and the command does not fail for it."""
    ERROR = "error"
    """It is a violation."""


class Judged(StrEnum):
    """Which of the requests are judged; one of which it was not recorded whether it left always is."""

    ATTEMPTS = "attempts"
    """Every one that a page made, also where it is proved that nothing left: the site tried."""
    SENT = "sent"
    """Those alone that may have left."""


class Check(StrEnum):
    """What can be asked of everything that reaches for Meta."""

    EVENT = "event"
    CONTACT = "contact"
    PIXEL = "pixel"
    CHANNEL = "channel"
    DATA = "data"
    FORM = "form"
    PERSONAL_DATA = "personal-data"
    HEALTH = "health"
    CONSENT = "consent"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True)
class CheckWords:
    """What a check is called, and what it means when it speaks."""

    title: str
    help: str
    """A sentence or two for who has to mend it."""


CHECKS: Mapping[str, CheckWords] = MappingProxyType(
    {
        Check.EVENT: CheckWords(
            "Event to Meta that is not allowed",
            "An event was sent, or tried to be sent, to Meta, and the policy does not list its name for this site.",
        ),
        Check.CONTACT: CheckWords(
            "Contact with Meta that is not allowed",
            "A request reached for Meta without an event (a library, a plug-in …); Meta learns of the visit all the "
            "same, and the policy does not list this way for this site.",
        ),
        Check.PIXEL: CheckWords(
            "Event to a pixel that is not allowed",
            "The event is allowed, but it went to a pixel (a dataset) that the policy does not list for this site.",
        ),
        Check.CHANNEL: CheckWords(
            "Event by a channel that is not allowed",
            "The event is allowed, but it also went by a way to Meta that the policy does not list for this site.",
        ),
        Check.DATA: CheckWords(
            "Data that is not allowed",
            "The event is allowed, but it carried a class of data that the policy does not list for this site.",
        ),
        Check.FORM: CheckWords(
            "Data in a form that is not allowed",
            "The class of data is allowed, but not in the form in which it went, as readable instead of hashed.",
        ),
        Check.PERSONAL_DATA: CheckWords(
            "Personal data sent to Meta",
            "Data about a person went along, as user data in any form, hashed too, or readable in the event's own "
            "data or in an address.",
        ),
        Check.HEALTH: CheckWords(
            "Hint at health sent to Meta",
            "The texts of an event (address, title, product, search …) point at a matter of health. It says what the "
            "page was about, not what is true of a person.",
        ),
        Check.CONSENT: CheckWords(
            "Event before consent was seen",
            "The event left when no signal of the visitor's consent had been seen, or after it had been denied, and "
            "the policy allows it with consent only. A signal that was seen, or was not, is no legal judgement.",
        ),
        Check.UNDECLARED: CheckWords(
            "Not in the site's declaration",
            "The site's own declaration does not list this pixel, event, channel, contact or class of data.",
        ),
    }
)
"""Every check by its id; ids are never reused."""


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
