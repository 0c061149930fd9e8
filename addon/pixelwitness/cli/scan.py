"""``scan``: recordings into a database, and the summary of what they hold."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import (
    colour_option,
    db_option,
    format_option,
    jobs_option,
    keep_option,
    key_option,
    persona_option,
    region_option,
    rules_option,
    warn_of_readable_file,
)
from pixelwitness.cli.shared.scanning import names_nothing, report_states, scan_with_progress
from pixelwitness.cli.shared.streams import notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@db_option
@rules_option
@keep_option
@key_option
@persona_option
@jobs_option
@format_option
@colour_option
@region_option
@click.option("--strict", is_flag=True, help="Exit 4, too, when any request body was not recorded.")
def scan(
    paths: tuple[str, ...],
    db: Path,
    rules: tuple[Path, ...],
    keep_values: bool,
    key: Path | None,
    persona: Path | None,
    jobs: int,
    format_: str,
    colour: str,
    region: str | None,
    strict: bool,
) -> ExitCode:
    """Scan recordings into a database and sum up what sites told Meta.

    PATH is a HAR file (also .gz, .zst, .zip), a flow file of mitmproxy, a folder, a glob,
    or - for standard input. A recording that was scanned before adds nothing.
    """
    from pixelwitness.scan.scan import ScanOptions

    if names_nothing(paths):
        return ExitCode.NOTHING_TO_SCAN
    warn_of_readable_file(persona)
    options = ScanOptions(db=db, rules=rules, keep_values=keep_values, key=key, jobs=jobs, persona=persona)
    scanned = scan_with_progress(paths, options)
    if not scanned.scanned:
        notify("pixelwitness: no recording was found in what was named")
        return ExitCode.NOTHING_TO_SCAN
    report_states(scanned, db)
    ids = tuple(source.recording_id for source in scanned.scanned if source.recording_id is not None)
    if not ids:
        notify("pixelwitness: none of the recordings could be read")
        return ExitCode.COULD_NOT_RUN
    from pixelwitness.cli.shared.output import write_report
    from pixelwitness.report.report_data import describe_limits, read_report
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.store.database import reading
    from pixelwitness.store.queries import Choice

    words, choice = vocabulary(region), Choice(recordings=ids)
    with reading(db) as connection:
        data = read_report(connection, words, choice, tuple(describe_limits(choice)))
        write_report(data, format_, colour)
    coverage = data.exposure.coverage
    failed = any(source.state == "failed" for source in scanned.scanned)
    lost = coverage.has_loss or failed or scanned.refused > 0 or (strict and coverage.bodies_not_recorded > 0)
    return decide(Outcome(incomplete=lost, nothing=coverage.seen == 0), strict=strict)
