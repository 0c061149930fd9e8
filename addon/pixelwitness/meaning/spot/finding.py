"""Findings before they have a place: what was understood of one transmission or contact.

Owns their one shape.  Everything in it is a word of ours, a class of data or the name of a
field as redaction leaves it: captured text never is.
"""

from typing import Literal

import msgspec

type Certainty = Literal["certain", "likely", "hint"]

PERSONAL_DATA = "personal_data"
PERSONA = "persona"
IDENTITY = "identity"
CONSENT = "consent"


class Understood(msgspec.Struct, frozen=True, gc=False):
    """One thing understood; the columns of ``findings`` that say what it is."""

    kind: str
    label: str
    field: str | None
    certainty: Certainty
    evidence: str
    form: str = ""
    """The dress in which the value was sent; part of the fingerprint, no column."""
