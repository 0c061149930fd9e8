"""Findings before they have a place: one thing that was understood of a transmission or contact.

Owns their one shape and the names of their kinds.  Everything in it is a word of ours, a
class of data or the name of a field as redaction leaves it: captured text never is.
"""

from typing import Literal

import msgspec

type Certainty = Literal["certain", "likely", "hint"]

PERSONAL_DATA = "personal_data"
PERSONA = "persona"
IDENTITY = "identity"
CONSENT = "consent"
CONFLICT = "conflict"
"""Two words of one transmission speak against each other; its label says about what (``page``)."""
SERVER_SIDE = "server_side"
"""The kind of findings that hint at a server."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """The columns of ``findings`` that say what was understood."""

    kind: str
    label: str
    field: str | None
    certainty: Certainty
    evidence: str
    form: str = ""
    """The form in which the value was sent; part of the fingerprint, no column."""
