"""Puts reports on stdout or into a file: from a database, in any format.

Owns the way from a database and a format to bytes.  What a format looks like is
the report's.
"""

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pixelwitness.cli.shared.options import choose_drawing
from pixelwitness.cli.shared.output_file import write_output
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.formats import plain
from pixelwitness.report.wording.ledger_words import losses, silence
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.site_facts import telling_sites
from pixelwitness.report.wording.vocabulary import Vocabulary, vocabulary
from pixelwitness.store import queries
from pixelwitness.store.database import reading
from pixelwitness.store.queries import EVERYTHING, Choice

if TYPE_CHECKING:
    from rich.console import RenderableType


def show(db: Path, format_: str, colour: str, choice: Choice = EVERYTHING, region: str | None = None) -> Exposure:
    """Write what a database holds to stdout, in a format; return it."""
    words = vocabulary(region)
    with reading(db) as connection:
        exposure = queries.exposure(connection, IDENTIFYING, choice)
        show_exposure(connection, exposure, words, format_, colour, choice)
    return exposure


def show_exposure(
    connection: sqlite3.Connection,
    exposure: Exposure,
    words: Vocabulary,
    format_: str,
    colour: str,
    choice: Choice = EVERYTHING,
    output: Path | None = None,
) -> None:
    """Write an exposure to stdout or a file; formats of single events read these from the database."""
    if format_ in ("table", "story"):
        _show_text(exposure, words, format_, colour, output)
    elif format_ == "json":
        from pixelwitness.report.formats.json_document import as_json

        write_output([as_json(exposure, words)], output)
    elif format_ == "jsonl":
        from pixelwitness.report.formats.json_document import as_lines

        events, contacts = queries.events(connection, choice), queries.contacts(connection, choice)
        write_output(as_lines(exposure, words, events, contacts), output)
    elif format_ in ("csv", "csv-sites"):
        from pixelwitness.report.formats.csv_events import as_csv
        from pixelwitness.report.formats.csv_sites import as_site_csv

        by_site = format_ == "csv-sites"
        events, contacts = queries.events(connection, choice), queries.contacts(connection, choice)
        write_output(as_site_csv(exposure, words) if by_site else as_csv(words, events, contacts), output)
        # Rows of a ledger would break the columns; it is told all the same.
        if not telling_sites(exposure):
            notify(silence(exposure))
        for line in plain.ending(exposure):
            notify(line)
    elif format_ == "html":
        write_output([page(connection, exposure, words, choice)], output)
    else:
        from pixelwitness.report.formats.markdown import as_markdown

        write_output(lines(as_markdown(exposure, words)), output)
    warn_of_losses(exposure.coverage)


def page(connection: sqlite3.Connection, exposure: Exposure, words: Vocabulary, choice: Choice = EVERYTHING) -> str:
    """Return an exposure as a page of HTML."""
    from pixelwitness.report.html.page import Behind, as_html

    behind = Behind(
        queries.visits(connection, choice),
        queries.signals(connection, choice),
        queries.events(connection, choice),
        queries.contacts(connection, choice),
    )
    return as_html(exposure, words, behind, tuple(_limits(choice)))


def _limits(choice: Choice) -> Iterator[str]:
    """Yield in words to what a report was limited."""
    if choice.sites:
        yield f"Only what belongs to {listed(choice.sites)}."
    if choice.since is not None:
        yield f"Only what was seen since {choice.since}."
    if choice.recordings:
        yield f"Only {counted(len(choice.recordings), 'recording')} of the database."


def warn_of_losses(coverage: Coverage) -> None:
    """Say aloud on stderr what should not happen: records dropped, requests that rules failed on."""
    found = losses(coverage)
    if found:
        notify(f"pixelwitness: WARNING: {' and '.join(found)}: what is told here is incomplete")


def _show_text(exposure: Exposure, words: Vocabulary, format_: str, colour: str, output: Path | None) -> None:
    draw, in_colour = choose_drawing(colour)
    if not draw or output is not None:
        told = (
            [*plain.told(exposure, words), *plain.ending(exposure)]
            if format_ == "story"
            else plain.summary(exposure, words)
        )
        write_output(lines(told), output)
        return
    from pixelwitness.report.formats import terminal

    parts = (
        [terminal.told(exposure, words), terminal.ending(exposure)]
        if format_ == "story"
        else [terminal.summary(exposure, words)]
    )
    draw_parts(parts, colour=in_colour)


def draw_parts(parts: Iterable["RenderableType"], *, colour: bool) -> None:
    """Draw on the terminal."""
    from pixelwitness.report.formats import terminal

    console = terminal.console(sys.stdout, colour=colour)
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=False)
    emit([captured.get()])


def lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts with line ends."""
    for text in texts:
        yield text + "\n"
