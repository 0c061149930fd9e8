"""``check``: fail when anything was told to Meta."""

import json
import tempfile
from pathlib import Path

import click

from pixelwitness.cli.ending import emit, say
from pixelwitness.cli.options import jobs_option, persona_option, rules_option, warn_of_readers
from pixelwitness.policy.exitcode import ExitCode, Outcome, decide


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…|DB")
@rules_option
@persona_option
@jobs_option
@click.option(
    "--strict", is_flag=True, help="Any request body that was not recorded is a gap, and gaps go before violations."
)
@click.option(
    "--format", "format_", type=click.Choice(["text"]), default="text", show_default=True, help="How to tell it."
)
def check(
    paths: tuple[str, ...], rules: tuple[Path, ...], persona: Path | None, jobs: int, strict: bool, format_: str
) -> ExitCode:
    """Fail when anything was told to Meta: for tests and CI.

    Takes recordings as scan does, or one database. Any event that reaches for Meta is a
    violation (exit 1); other contacts are warnings. Evidence with gaps is exit 4, no
    requests at all exit 3: what was not looked at is not clean.
    """
    database = _database(paths)
    if database is not None:
        if persona is not None:
            raise click.UsageError("--persona is for recordings; a database holds what was found at their scan")
        if rules:
            raise click.UsageError("--rules is for recordings; a database holds what was found when they were scanned")
        return _judged(database, strict=strict, failed=False)
    from pixelwitness.cli.scan import nothing_there, run_scan, tell_states

    if nothing_there(paths):
        return ExitCode.NOTHING_TO_SCAN
    warn_of_readers(persona)
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        from pixelwitness.scan import ScanOptions

        private = Path(folder, "check.sqlite")
        scanned = run_scan(paths, ScanOptions(db=private, rules=rules, jobs=jobs, persona=persona))
        if not scanned.scanned:
            say("pixelwitness: no recording was found in what was named")
            return ExitCode.NOTHING_TO_SCAN
        tell_states(scanned, None)
        failed = [one for one in scanned.scanned if one.state == "failed"]
        if len(failed) == len(scanned.scanned):
            say("pixelwitness: none of the recordings could be read")
            return ExitCode.COULD_NOT_RUN
        return _judged(private, strict=strict, failed=bool(failed) or scanned.refused > 0)


def _judged(db: Path, *, strict: bool, failed: bool) -> ExitCode:
    from pixelwitness.policy.judge import judge
    from pixelwitness.report.checktext import as_text
    from pixelwitness.report.vocabulary import vocabulary
    from pixelwitness.store import queries
    from pixelwitness.store.files import reading

    with reading(db) as connection:
        recordings = queries.recordings(connection)
        judgement = judge(
            recordings,
            queries.events(connection),
            queries.contacts(connection),
            queries.own_sites(connection),
            queries.coverage(connection),
            configs=queries.pixel_configs(connection),
            strict=strict,
        )
    sources = {one.id: one.sources[0] if one.sources else one.kind for one in recordings}
    # Where values were kept, a page's path may hold one; a judgement names none.
    kept = any(json.loads(one.options).get("keep_values") for one in recordings)
    emit(line + "\n" for line in as_text(judgement, vocabulary(), sources, pages=not kept))
    return decide(
        Outcome(
            violations=bool(judgement.violations),
            incomplete=judgement.incomplete or failed,
            nothing=judgement.nothing,
        ),
        strict=strict,
    )


def _database(paths: tuple[str, ...]) -> Path | None:
    """Return the database among the paths, None when there is none; it must then stand alone."""
    databases = [path for path in paths if path != "-" and _is_database(Path(path))]
    if databases and len(paths) > 1:
        raise click.UsageError(f"{databases[0]} is a database; name one database, or recordings")
    return Path(databases[0]) if databases else None


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
