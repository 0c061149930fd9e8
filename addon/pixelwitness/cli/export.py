"""``export``: a redacted copy of a database, for sharing."""

from pathlib import Path

import click

from pixelwitness.cli.shared.selection import resolve_recordings
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import counted, safe_text


@click.command()
@click.argument("db", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--redacted", is_flag=True, help="Take out what need not be shared; there is no other export.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The new database; a file that is there is never replaced.",
)
@click.option(
    "--recording", "recordings", multiple=True, metavar="ID", help="Only this recording: its id, or the start of it."
)
def export(db: Path, redacted: bool, output: Path, recordings: tuple[str, ...]) -> ExitCode:
    """Write a redacted copy of a database, for sharing evidence without what was sent.

    Values, dedup ids, addresses of pages below their host, seconds, paths of sources and
    details of the browser are left out; tokens are made anew under a key that is thrown away,
    so that nobody can search the copy or join it with another study. All commands read it.

    It still says which sites were visited, when to the minute, what kinds of data they sent
    and what was understood of it.
    """
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading
    from pixelwitness.store.redact import redact

    if not redacted:
        raise click.UsageError(
            f"an export is for sharing, and --redacted makes one; to have all of {db}, copy the file yourself, "
            "as carefully as what it holds asks for"
        )
    with reading(db) as connection:
        known = [recording.id for recording in queries.recordings(connection)]
    if not known:
        notify("pixelwitness: the database holds no recording yet")
        return ExitCode.NOTHING_TO_SCAN
    redacted_db = redact(db, output, resolve_recordings(recordings, known))
    emit(
        [
            f"{safe_text(str(output), 400)}: {counted(redacted_db.recordings, 'recording')}, "
            f"{counted(redacted_db.events, 'event')}, {counted(redacted_db.contacts, 'contact')}\n",
            f"Taken out: {counted(redacted_db.values, 'value')}; {counted(redacted_db.pages, 'address', 'addresses')} "
            "cut to the host; dedup ids, seconds, exact lengths, sources, details of browser and exporter.\n",
            "Made anew: tokens, under a key that was thrown away.\n",
            "Still in it: sites, receivers, pixels, names of events and fields, kinds of data, findings, minutes.\n",
        ]
    )
    return ExitCode.CLEAN
