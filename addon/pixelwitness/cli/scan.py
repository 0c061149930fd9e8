"""``scan``: recordings into a database, and the summary of what they hold."""

import glob
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.ending import say
from pixelwitness.cli.options import (
    colour_option,
    db_option,
    format_option,
    jobs_option,
    keep_option,
    key_option,
    persona_option,
    region_option,
    rules_option,
    warn_of_readers,
)
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide
from pixelwitness.report.wording.safe_text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.scan.scan import ScanOptions, ScanOutcome

MAX_PROBLEMS = 20
"""Problems of inputs that are told one by one."""


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

    if nothing_there(paths):
        return ExitCode.NOTHING_TO_SCAN
    warn_of_readers(persona)
    options = ScanOptions(db=db, rules=rules, keep_values=keep_values, key=key, jobs=jobs, persona=persona)
    scanned = run_scan(paths, options)
    if not scanned.scanned:
        say("pixelwitness: no recording was found in what was named")
        return ExitCode.NOTHING_TO_SCAN
    tell_states(scanned, db)
    ids = tuple(one.recording_id for one in scanned.scanned if one.recording_id is not None)
    if not ids:
        say("pixelwitness: none of the recordings could be read")
        return ExitCode.COULD_NOT_RUN
    from pixelwitness.cli.output import show
    from pixelwitness.store.queries import Choice

    coverage = show(db, format_, colour, Choice(recordings=ids), region).coverage
    failed = any(one.state == "failed" for one in scanned.scanned)
    lost = coverage.has_loss or failed or scanned.refused > 0 or (strict and coverage.bodies_not_recorded > 0)
    return decide(Outcome(incomplete=lost, nothing=coverage.seen == 0), strict=strict)


def nothing_there(paths: tuple[str, ...]) -> bool:
    """Say, on stderr too, that none of the paths names anything, before a database is made for it."""
    if any(path == "-" or Path(path).exists() or _matches(path) for path in paths):
        return False
    named = ", ".join(safe_text(path) for path in paths[:5])
    say(f"pixelwitness: there is no such file or folder, nor does a pattern match any: {named}")
    return True


def _matches(pattern: str) -> bool:
    return next(glob.iglob(pattern, recursive=True), None) is not None  # noqa: PTH207  a pattern may be absolute


def run_scan(paths: tuple[str, ...], options: "ScanOptions") -> "ScanOutcome":
    """Scan, with a bar on a terminal."""
    from pixelwitness.scan.scan import scan as scan_inputs

    if not sys.stderr.isatty():
        return scan_inputs(paths, options)
    with click.progressbar(length=1, label="scanning", file=sys.stderr, show_eta=False) as bar:

        def progress(done: int, total: int, _: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return scan_inputs(paths, options, progress)


def tell_states(outcome: "ScanOutcome", db: Path | None) -> None:
    """Say on stderr what became of the inputs, and what was wrong with them."""
    for notice in outcome.notices:
        say(f"pixelwitness: {safe_text(notice, 1_000)}")
    problems = [(one.source, problem) for one in outcome.scanned for problem in one.problems]
    for source, problem in problems[:MAX_PROBLEMS]:
        where = "" if problem.where in (source, "input") else f"{safe_text(problem.where, 400)}: "
        say(f"pixelwitness: {safe_text(source, 400)}: {where}{safe_text(problem.what, 400)}")
    if len(problems) > MAX_PROBLEMS:
        say(f"pixelwitness: … and {counted(len(problems) - MAX_PROBLEMS, 'further problem')}")
    states = [one.state for one in outcome.scanned]
    numbers = [
        f"{states.count(state):,} {words}"
        for state, words in (
            ("added", "added"),
            ("replaced", "replaced (rules, knowledge or options have changed)"),
            ("unchanged", "known already"),
            ("failed", "not readable"),
        )
        if state in states
    ]
    failed = states.count("failed")
    kept = f"; kept in {safe_text(str(db), 400)}" if db is not None and failed < len(states) else ""
    say(f"{counted(len(states), 'recording')}: {', '.join(numbers)}{kept}")
    if 0 < failed < len(states):
        say(f"pixelwitness: {counted(failed, 'input')} could not be read: what it would tell is unknown")
    if outcome.refused:
        say(f"pixelwitness: {counted(outcome.refused, 'record')} could not be stored; the database counts them")
