"""Scanning on behalf of a command: the bar on a terminal, and what is said on stderr of the inputs.

Owns these messages.  What is scanned, and how, is `scan`'s.
"""

import glob
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.shared.streams import notify
from pixelwitness.report.wording.safe_text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.scan.scan import ScanOptions, ScanOutcome

MAX_PROBLEMS = 20
"""Problems of inputs that are printed one by one."""


def names_nothing(paths: tuple[str, ...]) -> bool:
    """Say whether none of the paths names anything, with a message: no database is to be made for them."""
    if any(path == "-" or Path(path).exists() or _matches(path) for path in paths):
        return False
    named = ", ".join(safe_text(path) for path in paths[:5])
    notify(f"pixelwitness: there is no such file or folder, nor does a pattern match any: {named}")
    return True


def _matches(pattern: str) -> bool:
    return next(glob.iglob(pattern, recursive=True), None) is not None  # noqa: PTH207  a pattern may be absolute


def scan_with_progress(paths: tuple[str, ...], options: "ScanOptions") -> "ScanOutcome":
    """Scan, with a bar on a terminal."""
    from pixelwitness.scan.scan import scan as scan_inputs

    if not sys.stderr.isatty():
        return scan_inputs(paths, options)
    with click.progressbar(length=1, label="scanning", file=sys.stderr, show_eta=False) as bar:

        def progress(done: int, total: int, _: str) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return scan_inputs(paths, options, progress)


def report_states(outcome: "ScanOutcome", db: Path | None) -> None:
    """Print what became of the inputs, and what was wrong with them."""
    for notice in outcome.notices:
        notify(f"pixelwitness: {safe_text(notice, 1_000)}")
    problems = [(scanned.source, problem) for scanned in outcome.scanned for problem in scanned.problems]
    for source, problem in problems[:MAX_PROBLEMS]:
        where = "" if problem.where in (source, "input") else f"{safe_text(problem.where, 400)}: "
        notify(f"pixelwitness: {safe_text(source, 400)}: {where}{safe_text(problem.what, 400)}")
    if len(problems) > MAX_PROBLEMS:
        notify(f"pixelwitness: … and {counted(len(problems) - MAX_PROBLEMS, 'further problem')}")
    states = [scanned.state for scanned in outcome.scanned]
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
    notify(f"{counted(len(states), 'recording')}: {', '.join(numbers)}{kept}")
    if 0 < failed < len(states):
        notify(f"pixelwitness: {counted(failed, 'input')} could not be read: what it would tell is unknown")
    if outcome.refused:
        notify(f"pixelwitness: {counted(outcome.refused, 'record')} could not be stored; the database counts them")
