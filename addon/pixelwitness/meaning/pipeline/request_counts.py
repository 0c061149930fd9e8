"""The account of a recording: at which branch each of its requests went.

Owns the counting of what a witness is given.  Must not know rules or rows.
"""

from dataclasses import dataclass

from pixelwitness.core.wire.request import BodyState, Request


@dataclass(slots=True)
class Account:
    """At which branch each exchange went."""

    matched: int = 0
    other: int = 0
    undecodable: int = 0
    blocked: int = 0
    rule_faults: int = 0
    cut: int = 0
    """Of these, requests and answers that held more than is looked at."""
    first_seen: float | None = None
    last_seen: float | None = None

    def date(self, seen_at: float | None) -> None:
        """Widen the span of the recording."""
        if seen_at is not None:
            self.first_seen = seen_at if self.first_seen is None else min(self.first_seen, seen_at)
            self.last_seen = seen_at if self.last_seen is None else max(self.last_seen, seen_at)

    def count(self, request: Request, *, matched: bool, blocked: bool) -> None:
        """Count a request once, at the branch where it went."""
        if not matched:
            self.other += 1
        elif blocked:
            self.blocked += 1
        elif request.body_state is BodyState.UNDECODABLE:
            self.undecodable += 1
        else:
            self.matched += 1
