"""``diff``: what differs between two recordings or databases."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.shared.options import colour_option, jobs_option, parse_since, rules_option
from pixelwitness.cli.shared.output_file import output_option, refuse_input
from pixelwitness.cli.shared.selection import is_database, resolve_recordings, resolve_site
from pixelwitness.cli.shared.streams import notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.formats.format_table import DIFFERENCE_FORMATS
from pixelwitness.report.wording.safe_text import safe_text

if TYPE_CHECKING:
    from pixelwitness.core.exposure.comparison import Comparison
    from pixelwitness.core.exposure.exposure import Exposure
    from pixelwitness.store.queries import Choice


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="[B]", required=False)
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(DIFFERENCE_FORMATS)),
    default="table",
    show_default=True,
    help="How to show it.",
)
@output_option
@colour_option
@click.option(
    "--recording",
    "recordings",
    multiple=True,
    metavar="ID",
    help="Of one database: the recording that is A, and given again, the one that is B; or the start of their ids.",
)
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", help="Only this site, or that of this host; may be given again."
)
@click.option("--since", callback=parse_since, metavar="TIME", help="Only what was seen since then (UTC).")
@rules_option
@jobs_option
@click.option(
    "--exit-code", is_flag=True, help="Exit 1 when anything is new, gone or changed; 4 when that cannot be told."
)
def diff(
    a: str,
    b: str | None,
    format_: str,
    output: Path | None,
    colour: str,
    recordings: tuple[str, ...],
    sites: tuple[str, ...],
    since: str | None,
    rules: tuple[Path, ...],
    jobs: int,
    exit_code: bool,
) -> ExitCode:
    """Show what differs between A and B: before and after a change, with and without consent.

    Each is a database or recordings, as scan takes them; or A alone is a database, and
    --recording, given twice, names two recordings in it. Told by site: events, pixels, ways,
    data and contacts that are new, gone, or changed in number. What one side could not see is
    never gone.

    A difference is no failure: the exit code is 0, unless --exit-code asks for another; 3 when
    a side holds no request.
    """
    from pixelwitness.cli.shared.output import write
    from pixelwitness.core.exposure.comparison import compare
    from pixelwitness.report.answers.difference import DifferenceData
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.store.queries import Choice

    refuse_input(output, (a, b) if b else (a,))
    wanted = Choice(tuple(dict.fromkeys(map(resolve_site, sites))), since)
    if b is None:
        before, after, names = _two_of_one(Path(a), recordings, wanted)
    elif recordings:
        raise click.UsageError("--recording chooses two recordings of one database; name that database alone")
    else:
        names = (a, b)
        before, after = (_side(path, rules, jobs, wanted) for path in (a, b))
    for letter, side in zip("AB", (before, after), strict=True):
        if side is None or side.coverage.seen == 0:
            notify(f"pixelwitness: {letter} holds no request: there is nothing to compare")
            return ExitCode.NOTHING_TO_SCAN
    if before is None or after is None:
        return ExitCode.NOTHING_TO_SCAN
    compared = compare(before, after)
    known = {site.name for side in (before, after) for site in side.sites}
    for site in wanted.sites:
        if site not in known:
            notify(f"pixelwitness: {safe_text(site)}: nothing of this site was recorded on either side")
    data = DifferenceData(compared, names, vocabulary())
    write(data, DIFFERENCE_FORMATS[format_], colour, output)
    return _code(compared) if exit_code else ExitCode.CLEAN


def _two_of_one(
    db: Path, recordings: tuple[str, ...], wanted: "Choice"
) -> tuple["Exposure | None", "Exposure | None", tuple[str, str]]:
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    if len(recordings) != 2:
        raise click.UsageError("name a second recording or database; or of one database two recordings, --recording")
    with reading(db) as connection:
        known = {recording.id: recording for recording in queries.recordings(connection)}
    sides, names = [], []
    for start in recordings:
        chosen = resolve_recordings((start,), list(known))
        if len(chosen) > 1:
            raise click.UsageError(f"{len(chosen)} recordings' ids begin with {start!r}; write more of it")
        sides.append(_stored(db, queries.Choice(wanted.sites, wanted.since, chosen)))
        names.append(f"{(*known[chosen[0]].sources, known[chosen[0]].kind)[0]} ({chosen[0]})")
    return sides[0], sides[1], (names[0], names[1])


def _side(path: str, rules: tuple[Path, ...], jobs: int, wanted: "Choice") -> "Exposure | None":
    """Return what one side holds, None where there is nothing; raise when it cannot be read."""
    from pixelwitness.cli.shared.scanning import names_nothing, report_states, scan_with_progress
    from pixelwitness.scan.scan import ScanOptions

    if path != "-" and is_database(Path(path)):
        return _stored(Path(path), wanted)
    if names_nothing((path,)):
        return None
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        private = Path(folder, "diff.sqlite")
        scanned = scan_with_progress((path,), ScanOptions(db=private, rules=rules, jobs=jobs))
        if not scanned.scanned:
            return None
        report_states(scanned, None)
        if scanned.refused or any(source.state == "failed" for source in scanned.scanned):
            # What it would have told is unknown, so nothing could be said to be gone.
            raise click.ClickException(f"not all of {path} could be read; name what can be, or leave out what cannot")
        return _stored(private, wanted)


def _stored(db: Path, choice: "Choice") -> "Exposure":
    from pixelwitness.meaning.names.subjects import IDENTIFYING
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    with reading(db) as connection:
        return queries.exposure(connection, IDENTIFYING, choice)


def _code(compared: "Comparison") -> ExitCode:
    from pixelwitness.core.exposure.comparison import Change

    if compared.changes - {Change.NOT_RECORDED}:
        notify("pixelwitness: the two differ")
        return ExitCode.VIOLATIONS
    return ExitCode.INCOMPLETE if compared.changes else ExitCode.CLEAN
