"""The timings of an entry of a HAR: when the answer to its request began to come.

Owns which of the phases lie before the answer.  Must not know pages.
"""

from pixelwitness.core.wire.json_text import Json

_BEFORE = ("blocked", "dns", "connect", "send", "wait")
"""Phases before the first byte of the answer; ``ssl`` is part of ``connect`` (HAR 1.2)."""


def answer_time(seen_at: float | None, timings: Json) -> float | None:
    """Return when an answer began to come, as ``seen_at`` in POSIX seconds; None where no ``wait`` is recorded.

    mitmproxy, which writes no ``dns``, has the connection to the server inside ``wait`` and beside it.

    >>> answer_time(100.0, {"blocked": 10, "dns": -1, "connect": 30, "ssl": 20, "send": 0, "wait": 200, "receive": 9})
    100.24
    >>> answer_time(100.0, {"connect": 30, "ssl": 20, "send": 1, "wait": 200, "receive": 9})
    100.201
    >>> [answer_time(100.0, timings) for timings in ({}, {"wait": -1}, {"wait": "x"}, [], None)]
    [None, None, None, None, None]
    """
    if seen_at is None or not isinstance(timings, dict) or _milliseconds(timings.get("wait")) is None:
        return None
    phases = _BEFORE if "dns" in timings else ("send", "wait")
    return seen_at + sum(_milliseconds(timings.get(phase)) or 0.0 for phase in phases) / 1000


def _milliseconds(value: Json) -> float | None:
    """Return a recorded time; None for -1, which stands for a phase that was not, and for what no wait can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 86_400_000 else None
