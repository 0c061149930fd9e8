"""What a report is rendered from: an exposure, the rows behind it, and the words for them.

Owns the one way from a database to all that any format needs.  Must not know formats.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Signal, Visit
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store import queries
from pixelwitness.store.queries import EVERYTHING, Choice


@dataclass(frozen=True, slots=True)
class ReportRows:
    """The rows behind an exposure, each kind in the order of time; they are read once, when they are iterated."""

    visits: Iterable[Visit] = ()
    signals: Iterable[Signal] = ()
    events: Iterable[SeenEvent] = ()
    contacts: Iterable[SeenContact] = ()


@dataclass(frozen=True, slots=True)
class ReportData:
    """All that a format renders."""

    exposure: Exposure
    vocabulary: Vocabulary
    rows: ReportRows = field(default_factory=ReportRows)
    limits: tuple[str, ...] = ()
    """What was left out on request, in sentences."""


def read_report(
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    choice: Choice = EVERYTHING,
    limits: tuple[str, ...] = (),
) -> ReportData:
    """Read what is chosen of a database; the connection must stay open until the report is rendered."""
    rows = ReportRows(
        queries.visits(connection, choice),
        queries.signals(connection, choice),
        queries.events(connection, choice),
        queries.contacts(connection, choice),
    )
    return ReportData(queries.exposure(connection, IDENTIFYING, choice), vocabulary, rows, limits)


def describe_limits(choice: Choice) -> Iterator[str]:
    """Yield to what a choice limits a report, in sentences."""
    if choice.sites:
        yield f"Only what belongs to {listed(choice.sites)}."
    if choice.since is not None:
        yield f"Only what was seen since {choice.since}."
    if choice.recordings:
        yield f"Only {counted(len(choice.recordings), 'recording')} of the database."
