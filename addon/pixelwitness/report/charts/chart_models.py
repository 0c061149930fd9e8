"""What charts are drawn from, and what a drawn chart is: plain frozen models.

Owns their shape.  `chart_builder` fills the models from what a report reads; the charts know
nothing else.  Texts of models are as they were captured: `svg` makes them safe.  Those of a
drawn chart are plain and safe for eyes; whoever puts them into a page escapes them, the
picture alone is markup.
"""

from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from pixelwitness.meaning.names.subjects import About


@dataclass(frozen=True, slots=True)
class Count:
    """How many reached Meta, and how many were blocked."""

    sent: int = 0
    blocked: int = 0


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
    """The three values of an answer."""

    SENT = "sent"
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
    BEFORE = "no consent signal seen yet"
    AGAINST = "although a signal refused"
    GRANTED = "after a signal that agreed"
    UNCLEAR = "consent unclear or not recorded"
    CONTACT = "contact"


SIGNALS = (Mark.YES, Mark.NO, Mark.SIGNAL)
EVENTS = (Mark.BEFORE, Mark.AGAINST, Mark.GRANTED, Mark.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: float | None
    """Seconds since 1970, None where no time is known."""
    mark: Mark
    words: str
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """What happened with one site, or during one visit."""

    name: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes, the most telling first."""

    lanes: tuple[Lane, ...]
    by_visit: bool = False
    """Each lane is a visit to the one site there is."""


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
