"""What is known of one field, before and after its value was looked at.

Owns the small frozen shapes between redaction and rows.  ``FieldFacts`` holds nothing
that may not be stored.
"""

import msgspec

from pixelwitness.meaning.names.knowledge import DataClass, Entry, Matching
from pixelwitness.meaning.spot.finding import Understood
from pixelwitness.meaning.spot.leaks import Where


class FieldFacts(msgspec.Struct, frozen=True, gc=False):
    """What may be stored of one field, or of one part of it; the columns of ``fields``.

    Class and form are plain text: SQLite binds members of an enumeration at three times the cost.
    """

    field: str
    ordinal: int
    data_class: str
    form: str
    matching: Matching
    length: int
    value_token: str
    value: str | None


class Plan(msgspec.Struct, frozen=True, gc=False):
    """What is done with every value of a field name."""

    name: str
    """The field's name as it may be stored."""
    entry: Entry
    matching: Matching
    looked_for: frozenset[DataClass]
    where: Where | None
    """Where personal data in it would stand; None where there can be no leak: Meta's own cookies."""


class Looked(msgspec.Struct, frozen=True, gc=False):
    """What one field gives by itself; ordinals are counted where it stands among others."""

    rows: tuple[FieldFacts, ...]
    leaks: tuple[Understood, ...]
