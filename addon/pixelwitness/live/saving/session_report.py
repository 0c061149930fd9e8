"""Reports of a session out of its store, while it runs and after it.

Owns the way from a session's records to a file.  What a format looks like is the
report's.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.formats.format_table import REPORT_FORMATS
from pixelwitness.report.report_data import read_report
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.store import queries
from pixelwitness.store.database import reading


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
    by_suffix = {format_.suffix: format_ for format_ in REPORT_FORMATS.values() if format_.suffix is not None}
    if target.suffix.lower() not in by_suffix:
        known = ", ".join(by_suffix)
        raise ValueError(f"{target.name}: {target.suffix or 'no suffix'} names no format; use one of {known}")
    with reading(recorded.db) as connection:
        data = read_report(connection, vocabulary, recorded.choice)
        text = "".join(by_suffix[target.suffix.lower()].render(data))
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
