"""Delivery: what became of a request on its way, as far as a recording or the proxy shows it.

Owns the six answers and what each of them allows to be said.  How a recorder writes them
down is the business of ``sources``, what is said of them that of ``report``.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import msgspec


class Delivery(StrEnum):
    """What became of a request; `UNKNOWN` never means that it did not leave."""

    ANSWERED = "answered"
    """The peer sent an HTTP status of at least 100, whatever error followed."""
    SENT = "sent"
    """It left, and no status is recorded: an answer came and was kept from the page, or the peer closed."""
    FAILED = "failed"
    """An error proves that nothing left: the name did not resolve, the connection was refused …"""
    STOPPED = "stopped"
    """Something on this side kept it back: a blocker, a content security policy, the proxy."""
    CACHED = "cached"
    """The browser answered it from its own cache: nobody was asked."""
    UNKNOWN = "unknown"
    """Whether it left was not recorded."""


TOLD = frozenset({Delivery.ANSWERED, Delivery.SENT})
"""The receiver was told."""
TRIED = frozenset({Delivery.FAILED, Delivery.STOPPED})
"""The sender tried to tell the receiver, and it is proved that nothing left."""

_SUREST_FIRST = (
    Delivery.ANSWERED,
    Delivery.SENT,
    Delivery.UNKNOWN,
    Delivery.CACHED,
    Delivery.STOPPED,
    Delivery.FAILED,
)


class Outcome(NamedTuple):
    """What became of a request, and what shows it: words of ours or a name of a closed list, None for nothing."""

    delivery: Delivery
    reason: str | None = None


NOT_RECORDED = Outcome(Delivery.UNKNOWN)


class Settling(msgspec.Struct):
    """The outcome of one request as far as it is known by now: shared by all that the request carried.

    Live traffic is stored before its answer comes, so this changes once; of a recording it never does.
    """

    outcome: Outcome


def delivery_of_copies(copies: Iterable[Delivery]) -> Delivery:
    """Return what became of an event that went in several copies: it was told when one of them was.

    >>> delivery_of_copies([Delivery.STOPPED, Delivery.ANSWERED])
    <Delivery.ANSWERED: 'answered'>
    >>> delivery_of_copies([Delivery.FAILED, Delivery.UNKNOWN])
    <Delivery.UNKNOWN: 'unknown'>
    """
    return min(copies, key=_SUREST_FIRST.index, default=Delivery.UNKNOWN)
