"""What charts are drawn from, and what a drawn chart is: plain frozen models.

Owns their shape.  `chart_builder` fills the models from what a report reads; the charts know
nothing else.  Texts of models are as they were captured: `svg` makes them safe.  Those of a
drawn chart are plain and safe for eyes; whoever puts them into a page escapes them, the
picture alone is markup.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from markupsafe import Markup

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.meaning.names.subjects import About

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.TOLD: "told",
    Outcome.UNKNOWN: "not recorded whether it left",
    Outcome.TRIED: "tried, nothing left",
    Outcome.BLOCKED: "blocked",
}
"""What became of something, in words."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many went each way, by what became of them."""

    told: int = 0
    unknown: int = 0
    tried: int = 0
    blocked: int = 0

    def parts(self) -> tuple[tuple[Outcome, int], ...]:
        """Return what became of how many, as far as there are any."""
        numbers = zip(OUTCOME_WORDS, (self.told, self.unknown, self.tried, self.blocked), strict=True)
        return tuple((outcome, number) for outcome, number in numbers if number)


@dataclass(frozen=True, slots=True)
class Way:
    """A column: events, or contacts, by one channel."""

    label: str
    is_event: bool


@dataclass(frozen=True, slots=True)
class ChannelGrid:
    """Sites by channels: for each site one count in each column."""

    ways: tuple[Way, ...]
    rows: tuple[tuple[str, tuple[Count, ...]], ...]


class State(StrEnum):
    """The values of an answer."""

    SENT = "sent"
    UNSURE = "not recorded whether it left"
    NOT_SENT = "not sent"
    NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Datum:
    """A column: one class of data."""

    label: str
    about: About


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a site sent a class of data, and in which forms, in words."""

    state: State
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataGrid:
    """Sites by classes of data: for each site one answer in each column."""

    data: tuple[Datum, ...]
    rows: tuple[tuple[str, tuple[Answer, ...]], ...]


class Mark(StrEnum):
    """What happened at a moment."""

    VISIT = "visit"
    YES = "a signal that agrees"
    NO = "a signal that refuses"
    SIGNAL = "another consent signal"
    BEFORE = "no consent signal seen"
    AGAINST = "although a signal refused"
    GRANTED = "after a signal that agreed"
    UNCLEAR = "consent unclear or not recorded"
    CONTACT = "contact"


MOST_SIGNALS = 6
"""Signals of a lane that its row names."""
SIGNALS = (Mark.YES, Mark.NO, Mark.SIGNAL)
EVENTS = (Mark.BEFORE, Mark.AGAINST, Mark.GRANTED, Mark.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: float | None
    """Seconds since 1970, None where no time is known."""
    mark: Mark
    words: str
    outcome: Outcome = Outcome.TOLD
    times: int = 1
    """How often, at about this time."""


@dataclass(slots=True)
class Tally:
    """What the moments of a lane come to: how many of what, first and last, and what the first signals said."""

    marks: Counter[Mark] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    first: float | None = None
    last: float | None = None
    signals: list[Moment] = field(default_factory=list)

    def add(self, moment: Moment) -> None:
        """Count a moment."""
        self.marks[moment.mark] += moment.times
        if moment.mark in EVENTS or moment.mark is Mark.CONTACT:
            self.outcomes[moment.outcome] += moment.times
        if moment.mark in SIGNALS and len(self.signals) < MOST_SIGNALS:
            self.signals.append(moment)
        if moment.at is not None:
            self.first = moment.at if self.first is None else min(self.first, moment.at)
            self.last = moment.at if self.last is None else max(self.last, moment.at)


@dataclass(frozen=True, slots=True)
class Lane:
    """What happened with one site, or during one visit."""

    name: str
    moments: tuple[Moment, ...]
    """Those that are drawn: none in lanes for which there is no room."""
    tally: Tally

    @classmethod
    def of(cls, name: str, moments: Iterable[Moment]) -> "Lane":
        """Return a lane with all of its moments."""
        kept, tally = tuple(moments), Tally()
        for moment in kept:
            tally.add(moment)
        return cls(name, kept, tally)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes, the most telling first."""

    lanes: tuple[Lane, ...]
    by_visit: bool = False
    """Each lane is a visit to the one site there is."""
    more: int = 0
    """Lanes that are not among these."""


@dataclass(frozen=True, slots=True)
class Stream:
    """How often a site sent a kind of data to a receiver."""

    site: str
    data: str
    about: About | None
    """None: what was sent was not recorded."""
    receiver: str
    times: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Streams, those of the most telling site first."""

    streams: tuple[Stream, ...]


MOST_TOLD = 1_000
"""Sites that the table beside a picture names."""


def bound_rows(rows: list[tuple[str, ...]], of: Sequence[object]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table, and where these are not those of all sites one that says so."""
    more = len(of) - len(rows)
    return (*rows, (f"{more:,} more", *[""] * (len(rows[0]) - 1))) if more else tuple(rows)


@dataclass(frozen=True, slots=True)
class ChartModels:
    """All that is drawn for one report."""

    channels: ChannelGrid
    data: DataGrid
    timeline: Timeline
    flow: Flow


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its text alternative."""

    title: str
    description: str
    """What the picture shows and how it is read, in a few sentences."""
    svg: Markup
    head: tuple[str, ...]
    """Heads of the columns of the table that says the same; the first column names each row."""
    rows: tuple[tuple[str, ...], ...]
