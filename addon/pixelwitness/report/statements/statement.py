"""Statements: the shape that all kinds share, and the types of their arguments.

Owns what a statement is: a kind, typed arguments, how sure it is, and the rows behind it.  A
kind is a class of its own in `site_kinds` or `report_kinds`.  Must not know words for people:
a renderer turns each kind into a whole message.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from pixelwitness.core.exposure.exposure_parts import MAX_IDS

type Certainty = Literal["certain", "likely", "hint"]

type Outcome = Literal["told", "unknown", "tried", "blocked"]
"""What became of it: it left; whether it left was not recorded; nothing left; our own block kept it back."""

OUTCOMES: tuple[Outcome, ...] = ("told", "unknown", "tried", "blocked")

type Person = Literal["you", "visitor"]
"""Whom a report may speak to: ``you`` where a persona or a live session makes it so."""


def says(description: str) -> msgspec.Meta:
    """Return what a key holds, for the schema and the documentation."""
    return msgspec.Meta(description=description)


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """The rows behind a statement."""

    ids: Annotated[tuple[str, ...], says(f"of events, transmissions, contacts or recordings, at most {MAX_IDS}")] = ()
    total: Annotated[int, says("how many rows there are")] = 0

    @classmethod
    def of(cls, ids: Iterable[str], total: int) -> "Evidence":
        """Return the evidence of so many rows; of more ids than are kept the first ones."""
        return cls(tuple(dict.fromkeys(ids))[:MAX_IDS], total)


NONE = Evidence()


class Statement(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One thing that a report says; ``kind`` tells which."""

    certainty: Annotated[Certainty, says("`certain`, `likely` or `hint`")] = "certain"
    evidence: Annotated[Evidence, says("the rows behind it")] = NONE


class EventName(msgspec.Struct, frozen=True, gc=False):
    """Events of one name."""

    name: Annotated[str | None, says("null where it was not recorded")]
    events: Annotated[int, says("how many")]


class Way(msgspec.Struct, frozen=True, gc=False):
    """One way that events took, and what carried them."""

    channel: Annotated[str, says("the way")]
    transports: Annotated[tuple[str, ...], says("how they were carried, where that is known of this way alone")]


class ContactWay(msgspec.Struct, frozen=True, gc=False):
    """Contacts that one rule found."""

    channel: Annotated[str, says("the way")]
    rule: Annotated[str, says("id of the rule")]
    contacts: Annotated[int, says("how many")]


class Carried(msgspec.Struct, frozen=True, gc=False):
    """One class of data about the person in one form."""

    data_class: Annotated[str, says("its class")]
    form: Annotated[str, says("how it was dressed: `plain`, `sha256`, `masked` …")]


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """By what a browser, an account or a customer is known again."""

    data_class: Annotated[str, says("its class")]
    name: Annotated[str, says("the last part of the field's name, in lower case")]


class Deed(msgspec.Struct, frozen=True, gc=False):
    """Events of one name that tell of the same thing."""

    name: Annotated[str | None, says("of the event, null where it was not recorded")]
    kind: Annotated[str, says("`standard`, `custom` or `automatic`")]
    times: Annotated[int, says("how many")]


class Sites(msgspec.Struct, frozen=True, gc=False):
    """Some sites by their names."""

    names: Annotated[tuple[str, ...], says("the first of them")]
    total: Annotated[int, says("how many there are")]
