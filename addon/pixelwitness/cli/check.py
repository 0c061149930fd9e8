"""``check``: fail when anything was told to Meta."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.shared.options import jobs_option, persona_option, rules_option, warn_of_readable_file
from pixelwitness.cli.shared.output_file import output_option, refuse_database, refuse_input, write_output
from pixelwitness.cli.shared.policy_options import load_terms, policy_options
from pixelwitness.cli.shared.selection import is_database
from pixelwitness.cli.shared.streams import notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide
from pixelwitness.report.formats.format_table import CHECK_FORMATS
from pixelwitness.report.wording.safe_text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.policy.terms import Terms, TermsSources
    from pixelwitness.policy.violations.judgement import Judgement
    from pixelwitness.report.check.check_result import CheckResult, Unread
    from pixelwitness.scan.scan import ScannedInput


@dataclass(frozen=True, slots=True)
class _Request:
    """By what is judged, and where the result goes."""

    paths: tuple[str, ...]
    terms: "Terms"
    root: Path
    format_: str
    output: Path | None
    write_baseline: Path | None
    strict: bool
    exit_zero: bool


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…|DB")
@rules_option
@persona_option
@jobs_option
@click.option(
    "--strict",
    is_flag=True,
    help="Any request body that was not recorded is a gap, cookies to Meta, too, and gaps go before violations.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(CHECK_FORMATS)),
    default="text",
    show_default=True,
    help="How to tell it.",
)
@click.option("--exit-zero", is_flag=True, help="Violations are told, and do not make the command fail.")
@output_option
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Root of the repository, for paths in outputs; by default the nearest folder above with .git, or this one.",
)
@policy_options
def check(
    paths: tuple[str, ...],
    rules: tuple[Path, ...],
    persona: Path | None,
    jobs: int,
    strict: bool,
    format_: str,
    output: Path | None,
    root: Path | None,
    exit_zero: bool,
    sources: "TermsSources",
    write_baseline: Path | None,
) -> ExitCode:
    """Fail when anything was told to Meta that a policy does not allow: for tests and CI.

    Takes recordings as scan does, or one database. Without a policy any event that reaches
    for Meta is a violation (exit 1), and other contacts are warnings. Evidence with gaps is
    exit 4, no requests at all exit 3: what was not looked at is not clean.
    """
    from pixelwitness.cli.shared.repository_paths import find_root

    if output is not None:
        refuse_database(output)
    refuse_input(output, paths)
    refuse_input(write_baseline, paths, "--write-baseline")
    terms = load_terms(sources, write_baseline)
    request = _Request(paths, terms, find_root(root), format_, output, write_baseline, strict, exit_zero)
    database = _find_database(paths)
    if database is not None:
        if persona is not None:
            raise click.UsageError("--persona is for recordings; a database holds what was found at their scan")
        if rules:
            raise click.UsageError("--rules is for recordings; a database holds what was found when they were scanned")
        return _check_database(database, request)
    from pixelwitness.cli.shared.scanning import names_nothing, report_states, scan_with_progress

    if names_nothing(paths):
        return _report_unjudged(ExitCode.NOTHING_TO_SCAN, request)
    warn_of_readable_file(persona)
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        from pixelwitness.scan.scan import ScanOptions

        private = Path(folder, "check.sqlite")
        outcome = scan_with_progress(paths, ScanOptions(db=private, rules=rules, jobs=jobs, persona=persona))
        if not outcome.scanned:
            notify("pixelwitness: no recording was found in what was named")
            return _report_unjudged(ExitCode.NOTHING_TO_SCAN, request)
        report_states(outcome, None)
        failed = [scanned for scanned in outcome.scanned if scanned.state == "failed"]
        if len(failed) == len(outcome.scanned):
            notify("pixelwitness: none of the recordings could be read")
            return _report_unjudged(ExitCode.COULD_NOT_RUN, request, failed)
        return _check_database(private, request, failed=failed, refused=outcome.refused, private=True)


def _find_database(paths: tuple[str, ...]) -> Path | None:
    """Return the database among the paths, None when there is none; it must then stand alone."""
    databases = [path for path in paths if path != "-" and is_database(Path(path))]
    if databases and len(paths) > 1:
        raise click.UsageError(f"{databases[0]} is a database; name one database, or recordings")
    return Path(databases[0]) if databases else None


def _check_database(
    db: Path, request: _Request, *, failed: "Sequence[ScannedInput]" = (), refused: int = 0, private: bool = False
) -> ExitCode:
    """Judge a database; a ``private`` one was made for this alone, and is never named."""
    from pixelwitness.cli.shared.repository_paths import locate, locate_recordings
    from pixelwitness.policy.judge import judge
    from pixelwitness.report.check.check_result import CheckResult
    from pixelwitness.report.check.stored_case import read_case
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.store.database import reading

    terms = request.terms
    with reading(db) as connection:
        case = read_case(connection, load_knowledge().consent if terms.rules.may_ask_consent else None)
        judgement = judge(case, terms, strict=request.strict)
    if request.write_baseline is not None:
        judgement = _write_baseline(judgement, request.write_baseline)
    outcome = Outcome(
        violations=bool(judgement.violations),
        incomplete=judgement.incomplete or bool(failed) or refused > 0,
        nothing=judgement.is_empty,
    )
    code = decide(outcome, strict=request.strict)
    if code is ExitCode.VIOLATIONS and request.exit_zero:
        notify("pixelwitness: violations were found; --exit-zero lets the command end as if there were none")
        code = ExitCode.CLEAN
    elsewhere = locate(request.paths[0], request.root)
    files = locate_recordings(case.recordings, request.root, None if private else elsewhere)
    sources = {recording.id: (*recording.sources, recording.kind)[0] for recording in case.recordings}
    unread = _unread(failed, request.root)
    _write(CheckResult(judgement, vocabulary(), code, files, elsewhere, unread, sources), request)
    return code


def _report_unjudged(code: ExitCode, request: _Request, failed: "Sequence[ScannedInput]" = ()) -> ExitCode:
    """Write that there was nothing to judge: an older file must not stay as it is."""
    from pixelwitness.cli.shared.repository_paths import locate
    from pixelwitness.core.exposure.coverage import Coverage
    from pixelwitness.policy.violations.judgement import Judgement
    from pixelwitness.report.check.check_result import CheckResult
    from pixelwitness.report.wording.vocabulary import vocabulary

    judgement = Judgement(violations=(), warnings=(), gaps=(), coverage=Coverage())
    elsewhere = locate(request.paths[0], request.root)
    _write(CheckResult(judgement, vocabulary(), code, {}, elsewhere, _unread(failed, request.root)), request)
    return code


def _unread(failed: "Sequence[ScannedInput]", root: Path) -> "tuple[Unread, ...]":
    from pixelwitness.cli.shared.repository_paths import locate
    from pixelwitness.report.check.check_result import Unread

    return tuple(
        Unread(locate(scanned.source, root), scanned.problems[0].what if scanned.problems else "it could not be read")
        for scanned in failed
    )


def _write_baseline(judgement: "Judgement", file: Path) -> "Judgement":
    """Write a baseline of what was found, and return the judgement under it; where nothing was seen write nothing."""
    from pixelwitness.policy.baseline import format_baseline, make_baseline
    from pixelwitness.policy.suppression import accept_all

    name = safe_text(str(file), 400)
    if judgement.is_empty:
        notify(f"pixelwitness: {name} was not written: there was nothing to look at")
        return judgement
    baseline = make_baseline(str(file), (*judgement.violations, *judgement.warnings))
    write_output([format_baseline(baseline)], file, shared=True)
    notify(f"pixelwitness: {counted(len(baseline.entries), 'entry', 'entries')} written to {name}")
    return accept_all(judgement, baseline.name)


def _write(result: "CheckResult", request: _Request) -> None:
    # The steps of a pipeline that read it may run as another user.
    write_output(CHECK_FORMATS[request.format_].render(result), request.output, shared=True)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if request.format_ == "github" and summary:
        _append_summary(result, Path(summary))


def _append_summary(result: "CheckResult", file: Path) -> None:
    """Append to the summary of the runner's step; what others wrote there stays."""
    from pixelwitness.report.check.github_summary import MAX_BYTES, render_summary

    try:
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(render_summary(result, MAX_BYTES - stream.tell()) + "\n")
    except OSError as error:
        notify(f"pixelwitness: the summary of the step could not be written: {type(error).__name__}")
