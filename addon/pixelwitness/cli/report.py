"""``report``: what a database holds."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import colour_option, format_option, parse_since, region_option
from pixelwitness.cli.shared.output_file import output_option
from pixelwitness.cli.shared.selection import resolve_recordings, resolve_site
from pixelwitness.cli.shared.streams import notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import safe_text


@click.command()
@click.argument("db", type=click.Path(dir_okay=False, path_type=Path))
@format_option
@output_option
@colour_option
@region_option
@click.option(
    "--site", "sites", multiple=True, metavar="SITE", help="Only this site, or that of this host; may be given again."
)
@click.option("--since", callback=parse_since, metavar="TIME", help="Only what was seen since then (UTC).")
@click.option(
    "--recording", "recordings", multiple=True, metavar="ID", help="Only this recording: its id, or the start of it."
)
def report(
    db: Path,
    format_: str,
    output: Path | None,
    colour: str,
    region: str | None,
    sites: tuple[str, ...],
    since: str | None,
    recordings: tuple[str, ...],
) -> ExitCode:
    """Show what a database holds."""
    from pixelwitness.cli.shared.output import write_report
    from pixelwitness.report.report_data import describe_limits, read_report
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    with reading(db) as connection:
        chosen = resolve_recordings(recordings, [recording.id for recording in queries.recordings(connection)])
        choice = queries.Choice(tuple(dict.fromkeys(map(resolve_site, sites))), since, chosen)
        data = read_report(connection, vocabulary(region), choice, tuple(describe_limits(choice)))
        if data.exposure.coverage.recordings == 0:
            notify("pixelwitness: the database holds no recording yet")
            return ExitCode.NOTHING_TO_SCAN
        there = {site.name for site in data.exposure.sites}
        missing = [name for name in choice.sites if name not in there]
        when = " in that time" if since is not None else ""
        for name in missing:
            notify(
                f"pixelwitness: {safe_text(name)}: nothing of this site was recorded{when}; "
                "that says nothing of what it does"
            )
        if missing and not there:
            return ExitCode.NOTHING_TO_SCAN
        write_report(data, format_, colour, output)
    return ExitCode.CLEAN
