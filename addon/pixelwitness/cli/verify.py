"""``verify``: scan the sources of a database again and compare."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import key_option, persona_option, rules_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide
from pixelwitness.report.wording.safe_text import counted, safe_text


@click.command()
@click.argument("db", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@rules_option
@key_option
@persona_option
def verify(db: Path, rules: tuple[Path, ...], key: Path | None, persona: Path | None) -> ExitCode:
    """Hash the sources of a database again, scan them again, and compare every row.

    Exit 1 when a source or its rows differ, 4 when some could not be compared.
    """
    from pixelwitness.verify import FAILED, MEANING
    from pixelwitness.verify import verify as compare

    verdicts = compare(db, rules=rules, key=key, persona=persona)
    if not verdicts:
        notify("pixelwitness: the database holds no recording yet")
        return ExitCode.NOTHING_TO_SCAN
    for one in verdicts:
        name = one.recording.sources[0] if one.recording.sources else one.recording.kind
        rows = ", ".join(f"{table} {number:,}" for table, number in one.different)
        differs = f" (rows that only one side has: {rows})" if rows else ""
        emit([f"{one.recording.id}  {safe_text(name, 400)}: {MEANING[one.verdict]}{differs}\n"])
    failed = [one for one in verdicts if one.verdict in FAILED]
    open_ = [one for one in verdicts if one.verdict not in FAILED and one.verdict != "same"]
    notify(
        f"{counted(len(verdicts), 'recording')}: {len(verdicts) - len(failed) - len(open_):,} hold, "
        f"{len(failed):,} do not, {len(open_):,} could not be compared"
    )
    return decide(Outcome(violations=bool(failed), incomplete=bool(open_)))
