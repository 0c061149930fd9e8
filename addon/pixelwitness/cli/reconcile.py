"""``reconcile``: what Meta's export lists against what was seen."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.shared.options import db_option, text_or_json_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.core.exposure.exposure import SeenEvent
    from pixelwitness.meaning.hints.reconciliation import SentEvent


@click.command()
@click.argument("export", type=click.Path(exists=True, path_type=Path))
@db_option
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="MINUTES",
    help="How far apart the times of the two may lie.",
)
@text_or_json_option
def reconcile(export: Path, db: Path, tolerance: float, format_: str) -> ExitCode:
    """Compare the archive that you downloaded from Meta with what was seen.

    EXPORT is the archive (zip), its folder, or the file your_activity_off_meta_technologies.json
    in it; Facebook's or Instagram's, in the JSON form. It stays on this machine.
    """
    from pixelwitness.meaning.hints.reconciliation import reconcile
    from pixelwitness.report.answers.reconciliation_text import reconciliation_document, reconciliation_lines
    from pixelwitness.report.formats.format_table import end_lines
    from pixelwitness.report.published.json_encoding import encode_unlinked
    from pixelwitness.sources.meta_export import read_export
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    try:
        read = read_export(export)
    except OSError as error:
        raise click.FileError(str(export), error.strerror or type(error).__name__) from None
    for problem in read.problems:
        notify(f"pixelwitness: {safe_text(problem.where, 400)}: {problem.what}")
    if not read.files:
        return ExitCode.COULD_NOT_RUN
    notify(f"{counted(len(read.listed), 'event')} listed in {counted(len(read.files), 'file')}")
    with reading(db) as connection:
        own = queries.own_sites(connection)
        compared = reconcile(read.listed, _sent(queries.events(connection), own), tolerance * 60)
    if format_ == "json":
        emit([encode_unlinked(reconciliation_document(compared), indent=2) + "\n"])
    else:
        emit(end_lines(reconciliation_lines(compared)))
    if read.problems:
        return ExitCode.INCOMPLETE
    return ExitCode.CLEAN if compared.rows else ExitCode.NOTHING_TO_SCAN


def _sent(events: "Iterable[SeenEvent]", own_sites: frozenset[str]) -> "Iterator[SentEvent]":
    from pixelwitness.meaning.hints.reconciliation import SentEvent

    for seen in events:
        event = seen.event
        if event.page_site is None or event.blocked or event.page_site in own_sites:
            continue
        at = datetime.fromisoformat(event.seen_at).timestamp() if event.seen_at is not None else None
        yield SentEvent(event.id, event.page_site, event.pixel_id, event.event_name, event.event_kind, at)
