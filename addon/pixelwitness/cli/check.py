"""``check``: fail when anything was told to Meta."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pixelwitness.cli.shared.check_output import FORMATS
from pixelwitness.cli.shared.options import jobs_option, persona_option, rules_option, warn_of_readable_file
from pixelwitness.cli.shared.output_file import output_option, refuse_database, refuse_input
from pixelwitness.cli.shared.policy_options import PolicyChoice, policy_options, terms_of
from pixelwitness.cli.shared.selection import is_database
from pixelwitness.cli.shared.streams import notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide

if TYPE_CHECKING:
    from pixelwitness.policy.judge import Terms
    from pixelwitness.report.check.judged import Unread
    from pixelwitness.scan.scan import ScannedInput


@dataclass(frozen=True, slots=True)
class _Telling:
    """How the judgement is told."""

    format_: str
    output: Path | None
    root: Path
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """By what is judged, and what becomes of it."""

    terms: "Terms"
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
    "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="How to tell it."
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
    chosen: PolicyChoice,
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
    refuse_input(chosen.write_baseline, paths, "--write-baseline")
    telling = _Telling(format_, output, find_root(root), paths)
    terms = terms_of(chosen)
    asked = _Asked(terms, chosen.write_baseline, strict, exit_zero)
    database = _database(paths)
    if database is not None:
        if persona is not None:
            raise click.UsageError("--persona is for recordings; a database holds what was found at their scan")
        if rules:
            raise click.UsageError("--rules is for recordings; a database holds what was found when they were scanned")
        return _judged(database, telling, asked)
    from pixelwitness.cli.shared.scanning import names_nothing, report_states, scan_with_progress

    if names_nothing(paths):
        return _unjudged(ExitCode.NOTHING_TO_SCAN, telling)
    warn_of_readable_file(persona)
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        from pixelwitness.scan.scan import ScanOptions

        private = Path(folder, "check.sqlite")
        scanned = scan_with_progress(paths, ScanOptions(db=private, rules=rules, jobs=jobs, persona=persona))
        if not scanned.scanned:
            notify("pixelwitness: no recording was found in what was named")
            return _unjudged(ExitCode.NOTHING_TO_SCAN, telling)
        report_states(scanned, None)
        failed = [one for one in scanned.scanned if one.state == "failed"]
        if len(failed) == len(scanned.scanned):
            notify("pixelwitness: none of the recordings could be read")
            return _unjudged(ExitCode.COULD_NOT_RUN, telling, failed)
        return _judged(private, telling, asked, failed=failed, refused=scanned.refused, private=True)


def _judged(
    db: Path,
    telling: _Telling,
    asked: _Asked,
    *,
    failed: "Sequence[ScannedInput]" = (),
    refused: int = 0,
    private: bool = False,
) -> ExitCode:
    """Judge a database; a ``private`` one was made for this alone, and is never named."""
    from pixelwitness.cli.shared.check_output import tell
    from pixelwitness.cli.shared.policy_options import known_from_now, read_and_judge
    from pixelwitness.cli.shared.repository_paths import locate, locate_recordings
    from pixelwitness.report.check.check_text import as_text
    from pixelwitness.report.check.judged import Checked
    from pixelwitness.report.wording.vocabulary import vocabulary
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading

    with reading(db) as connection:
        recordings = queries.recordings(connection)
        judgement = read_and_judge(connection, asked.terms, strict=asked.strict)
    if asked.write_baseline is not None:
        judgement = known_from_now(judgement, asked.write_baseline)
    outcome = Outcome(
        violations=bool(judgement.violations),
        incomplete=judgement.incomplete or bool(failed) or refused > 0,
        nothing=judgement.nothing,
    )
    code = decide(outcome, strict=asked.strict)
    if code is ExitCode.VIOLATIONS and asked.exit_zero:
        notify("pixelwitness: violations were found; --exit-zero lets the command end as if there were none")
        code = ExitCode.CLEAN
    words = vocabulary()
    elsewhere = locate(telling.paths[0], telling.root)
    files = locate_recordings(recordings, telling.root, None if private else elsewhere)
    checked = Checked(judgement, words, code, files, elsewhere, _unread(failed, telling))
    sources = {one.id: one.sources[0] if one.sources else one.kind for one in recordings}
    tell(checked, telling.format_, as_text(judgement, words, sources), telling.output)
    return code


def _unjudged(code: ExitCode, telling: _Telling, failed: "Sequence[ScannedInput]" = ()) -> ExitCode:
    """Tell that there was nothing to judge; people were told on stderr, where an older file must not stay as it is."""
    from pixelwitness.cli.shared.check_output import tell
    from pixelwitness.cli.shared.repository_paths import locate
    from pixelwitness.core.exposure.coverage import Coverage
    from pixelwitness.policy.violations.judgement import Judgement
    from pixelwitness.report.check.judged import Checked
    from pixelwitness.report.wording.vocabulary import vocabulary

    judgement = Judgement(violations=(), warnings=(), gaps=(), coverage=Coverage())
    elsewhere = locate(telling.paths[0], telling.root)
    checked = Checked(judgement, vocabulary(), code, {}, elsewhere, _unread(failed, telling))
    tell(checked, telling.format_, (), telling.output)
    return code


def _unread(failed: "Sequence[ScannedInput]", telling: _Telling) -> "tuple[Unread, ...]":
    from pixelwitness.cli.shared.repository_paths import locate
    from pixelwitness.report.check.judged import Unread

    return tuple(
        Unread(locate(one.source, telling.root), one.problems[0].what if one.problems else "it could not be read")
        for one in failed
    )


def _database(paths: tuple[str, ...]) -> Path | None:
    """Return the database among the paths, None when there is none; it must then stand alone."""
    databases = [path for path in paths if path != "-" and is_database(Path(path))]
    if databases and len(paths) > 1:
        raise click.UsageError(f"{databases[0]} is a database; name one database, or recordings")
    return Path(databases[0]) if databases else None
