"""Reports of a session out of its store, while it runs and after it.

Owns the way from a session's records to a file.  What a format looks like is the
report's.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.formats import plain
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store import queries
from pixelwitness.store.database import reading

SUFFIXES = {
    ".html": "html",
    ".txt": "text",
    ".md": "markdown",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
}
"""Formats by the suffix of the file."""


@dataclass(frozen=True, slots=True)
class SessionRecords:
    """Where a session's records are: the database, and the recordings in it."""

    db: Path
    ids: tuple[str, ...]

    @property
    def choice(self) -> queries.Choice:
        return queries.Choice(recordings=self.ids)


def read_exposure(recorded: SessionRecords) -> Exposure:
    """Return what a session has shown so far, as far as it is committed; raises `StoreError`."""
    with reading(recorded.db) as connection:
        return queries.exposure(connection, IDENTIFYING, recorded.choice)


def write_report(recorded: SessionRecords, target: Path, vocabulary: Vocabulary) -> None:
    """Write a session's report to a file (0600) in the format of its suffix; a file that is there is replaced.

    Raises `StoreError`, `OSError`, and `ValueError` for a suffix that names no format.
    """
    format_ = SUFFIXES.get(target.suffix.lower())
    if format_ is None:
        known = ", ".join(SUFFIXES)
        raise ValueError(f"{target.name}: {target.suffix or 'no suffix'} names no format; use one of {known}")
    text = "".join(_pieces(recorded, format_, vocabulary))
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _pieces(recorded: SessionRecords, format_: str, vocabulary: Vocabulary) -> Iterator[str]:
    choice = recorded.choice
    with reading(recorded.db) as connection:
        exposure = queries.exposure(connection, IDENTIFYING, choice)
        if format_ == "json":
            # Imported here: most sessions start and end without this report.
            from pixelwitness.report.formats.json_document import as_json

            yield as_json(exposure, vocabulary)
        elif format_ == "jsonl":
            from pixelwitness.report.formats.json_document import as_lines

            events, contacts = queries.events(connection, choice), queries.contacts(connection, choice)
            yield from as_lines(exposure, vocabulary, events, contacts)
        elif format_ == "csv":
            from pixelwitness.report.formats.csv_events import as_csv

            yield from as_csv(vocabulary, queries.events(connection, choice), queries.contacts(connection, choice))
        elif format_ == "html":
            from pixelwitness.report.html.page import Behind, as_html

            visits, signals = queries.visits(connection, choice), queries.signals(connection, choice)
            events, contacts = queries.events(connection, choice), queries.contacts(connection, choice)
            yield as_html(exposure, vocabulary, Behind(visits, signals, events, contacts))
        elif format_ == "markdown":
            from pixelwitness.report.formats.markdown import as_markdown

            yield from (f"{line}\n" for line in as_markdown(exposure, vocabulary))
        else:
            yield from (f"{line}\n" for line in plain.summary(exposure, vocabulary))
