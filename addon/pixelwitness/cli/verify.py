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
    from pixelwitness.verify import verify as verify_recordings

    verifications = verify_recordings(db, rules=rules, key=key, persona=persona)
    if not verifications:
        notify("pixelwitness: the database holds no recording yet")
        return ExitCode.NOTHING_TO_SCAN
    for verification in verifications:
        recording = verification.recording
        name = (*recording.sources, recording.kind)[0]
        rows = ", ".join(f"{table} {number:,}" for table, number in verification.different)
        differs = f" (rows that only one side has: {rows})" if rows else ""
        emit([f"{recording.id}  {safe_text(name, 400)}: {MEANING[verification.verdict]}{differs}\n"])
    failed = sum(verification.verdict in FAILED for verification in verifications)
    same = sum(verification.verdict == "same" for verification in verifications)
    unknown = len(verifications) - failed - same
    notify(
        f"{counted(len(verifications), 'recording')}: {same:,} hold, "
        f"{failed:,} do not, {unknown:,} could not be compared"
    )
    return decide(Outcome(violations=failed > 0, incomplete=unknown > 0))
