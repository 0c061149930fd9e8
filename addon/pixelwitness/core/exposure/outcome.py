"""Outcome: what may be said of an event or contact, by what became of the requests that carried it.

Owns the four outcomes and which of them are judged as sent.
"""

from enum import StrEnum

from pixelwitness.core.wire.delivery import TOLD, TRIED, Delivery


class Outcome(StrEnum):
    """What may be said of an event or contact; a request that a cache answered has none, since it asked nobody."""

    TOLD = "told"
    """The receiver was told."""
    UNKNOWN = "unknown"
    """Whether it left was not recorded; judged as if it had, and counted apart."""
    TRIED = "tried"
    """The sender tried to tell the receiver, and it is proved that nothing left."""
    BLOCKED = "blocked"
    """Our own block kept it back."""


_OUTCOMES: dict[str, Outcome | None] = {
    **dict.fromkeys(TOLD, Outcome.TOLD),
    **dict.fromkeys(TRIED, Outcome.TRIED),
    Delivery.CACHED: None,
}


def outcome_of(delivery: str, *, blocked: bool) -> Outcome | None:
    """Return what may be said of an event or contact; None where a cache answered, unknown for what no version wrote.

    >>> outcome_of("answered", blocked=False), outcome_of("stopped", blocked=True), outcome_of("cached", blocked=False)
    (<Outcome.TOLD: 'told'>, <Outcome.BLOCKED: 'blocked'>, None)
    """
    return Outcome.BLOCKED if blocked else _OUTCOMES.get(delivery, Outcome.UNKNOWN)


SENT = frozenset({Outcome.TOLD, Outcome.UNKNOWN})
"""Outcomes that are judged as sent; of an unknown one it is said that whether it left was not recorded."""
