"""Reasons: what a policy holds against something, as data; the words are the report's.

Owns the kinds of reasons.  Pure.
"""

from dataclasses import dataclass
from enum import StrEnum


class ReasonKind(StrEnum):
    """What a policy holds against an event or contact."""

    NOT_LISTED = "not_listed"
    """The policy lists others than this ``what`` here."""
    NONE_ALLOWED = "none_allowed"
    """The policy allows no ``what`` here."""
    CONSENT_ONLY = "consent_only"
    """It is allowed with consent only; ``label`` is what was visible of consent."""
    PERSONAL_DATA = "personal_data"
    """Data about a person may not go in any form."""
    LIKE_PERSONAL_DATA = "like_personal_data"
    """It looks like data about a person, no more than that."""
    TOPIC = "topic"
    """The texts of the event point at the topic ``label``."""
    NOT_DECLARED = "not_declared"
    """The site's declaration does not list this ``what``."""
    NO_DECLARATION = "no_declaration"
    """There is no declaration of the site."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a policy holds against something."""

    kind: ReasonKind
    what: str = ""
    """``contact``, ``event``, ``pixel``, ``channel``, ``data`` or ``form``."""
    label: str = ""
