"""What a source yields: requests with their answers, and an account of everything else.

Owns the contract between sources and the rest.  A source builds a `Request` only
for what the `Screen` wants or what may be a page; all other requests it counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pixelwitness.core.wire.request import Request, Response


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and, where one was recorded, its answer."""

    request: Request
    response: Response | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the input that could not be used: where, what was found, what would be right.

    ``what`` holds words of ours and names of JSON types, never captured text.
    """

    where: str
    what: str


@dataclass(slots=True)
class Tally:
    """What became of every request of a recording that did not come out as an `Exchange`."""

    other: int = 0
    """Requests which no rule can match."""
    rejected: int = 0
    """Requests that could not be used (no URL, a wrong JSON type where one is needed)."""
    not_requests: int = 0
    """Entries that hold no request object at all."""
    bodies_not_recorded: int = 0
    """Requests, whoever received them, that had a body of which the recording lacks the bytes."""
    tls_refused: int = 0


@dataclass(slots=True)
class Reading:
    """One recording while it is read: iterate ``exchanges`` to the end, then the rest is complete."""

    exchanges: Iterator[Exchange]
    kind: str
    """``har``, ``flows`` or ``live``."""
    tally: Tally = field(default_factory=Tally)
    problems: list[Problem] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    """URL of a page by its reference, as far as the recorder's list of pages tells it."""
    exporter: str | None = None
    """Name and version of the program that wrote the recording."""
    user_agent: str | None = None
    complete: bool = True
    cookies_recorded: bool = True
    """False when the exporter left cookies out: then they are unknown, not absent."""
