"""What a source yields: requests with their answers, and an account of everything else.

Owns the contract between sources and the rest.  A source builds a `Request` only
for what the `Screen` wants or what may be a page; all other requests it counts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pixelwitness.core.wire.delivery import Delivery, Outcome
from pixelwitness.core.wire.request import BodyState, Request, Response


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and, where one was recorded, its answer."""

    request: Request
    response: Response | None = None
    delivery: Delivery = Delivery.UNKNOWN
    """What became of the request, as far as the source can tell."""
    delivery_reason: str | None = None
    """What shows it: words of ours or a name of a closed list (``net::ERR_NAME_NOT_RESOLVED``), never captured text."""
    by_operator: bool = False
    """Whoever runs the proxy replayed or changed it: it is not the site's deed."""

    @property
    def outcome(self) -> Outcome:
        """The delivery with what shows it."""
        return Outcome(self.delivery, self.delivery_reason)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the input that could not be used: where, what was found, what would be right.

    ``what`` holds words of ours and names of JSON types, never captured text.
    """

    where: str
    what: str


@dataclass(slots=True)
class Tally:
    """What became of every request of a recording, each counted once, and when the first and the last left.

    A source counts what does not come out as an `Exchange`, the analyser everything else.
    """

    other: int = 0
    """Requests which no rule can match, or none did."""
    rejected: int = 0
    """Requests that could not be used (no URL, a wrong JSON type where one is needed)."""
    not_requests: int = 0
    """Entries that hold no request object at all."""
    bodies_not_recorded: int = 0
    """Requests, whoever received them, that had a body of which the recording lacks the bytes."""
    tls_refused: int = 0
    within_meta: int = 0
    """Of the others, requests of a page of Meta's own to a host of Meta's that no rule knows."""
    matched: int = 0
    """Requests that a rule matched, and none of the next two."""
    undecodable: int = 0
    blocked: int = 0
    rule_faults: int = 0
    """Requests and answers that a rule failed at, or that held more than is read."""
    cut: int = 0
    """Of these, those that held more than is read."""
    by_operator: int = 0
    """Requests that a rule matched and whoever runs the proxy replayed or changed."""
    changed: int = 0
    """Requests that another addon of the proxy changed before or after they were recorded."""
    deliveries: Counter[Delivery] = field(default_factory=Counter)
    """What became of the other requests that a rule matched; those blocked by us were stopped."""
    first_seen: float | None = None
    """POSIX seconds, as `last_seen`; None when no request has a time."""
    last_seen: float | None = None

    @property
    def requests(self) -> int:
        """Requests in all."""
        return self.matched + self.undecodable + self.blocked + self.other + self.rejected

    def widen(self, seen_at: float | None) -> None:
        """Take the time of a request into the span of the recording."""
        if seen_at is not None:
            self.first_seen = seen_at if self.first_seen is None else min(self.first_seen, seen_at)
            self.last_seen = seen_at if self.last_seen is None else max(self.last_seen, seen_at)

    def count(
        self, body_state: BodyState, delivery: Delivery, *, matched: bool, blocked: bool, by_operator: bool
    ) -> None:
        """Count a request that was analysed, by what became of its body and of itself."""
        if not matched:
            self.other += 1
            return
        if blocked:
            self.blocked += 1
        elif body_state is BodyState.UNDECODABLE:
            self.undecodable += 1
        else:
            self.matched += 1
        if by_operator:
            self.by_operator += 1
        else:
            self.deliveries[delivery] += 1

    def settle(self, delivery: Delivery, *, by_operator: bool) -> None:
        """Count a request anew that was counted with an unknown delivery."""
        self.deliveries[Delivery.UNKNOWN] -= 1
        if by_operator:
            self.by_operator += 1
        else:
            self.deliveries[delivery] += 1


@dataclass(slots=True)
class Reading:
    """One recording while it is read: iterate ``exchanges`` to the end, then the rest is complete."""

    exchanges: Iterator[Exchange]
    kind: str
    """``har``, ``flows`` or ``live``."""
    tally: Tally = field(default_factory=Tally)
    problems: list[Problem] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    """URL of a page by its reference, as far as the recorder lists its pages."""
    exporter: str | None = None
    """Name and version of the program that wrote the recording."""
    user_agent: str | None = None
    complete: bool = True
    cookies_recorded: bool = True
    """False when the exporter left cookies out: then they are unknown, not absent."""
