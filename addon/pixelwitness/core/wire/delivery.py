"""Delivery: what became of a request on its way, as far as a recording or the proxy shows it.

Owns the six answers and what each of them allows to be said.  How a recorder writes them
down is the business of ``sources``, what is said of them that of ``report``.
"""

from enum import StrEnum


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


def delivery_of_copies(copies: "list[Delivery] | tuple[Delivery, ...]") -> Delivery:
    """Return what became of an event that went in several copies: it was told when one of them was.

    >>> delivery_of_copies([Delivery.STOPPED, Delivery.ANSWERED]), delivery_of_copies([Delivery.FAILED, Delivery.UNKNOWN])
    (<Delivery.ANSWERED: 'answered'>, <Delivery.UNKNOWN: 'unknown'>)
    """
    return min(copies, key=_SUREST_FIRST.index, default=Delivery.UNKNOWN)
