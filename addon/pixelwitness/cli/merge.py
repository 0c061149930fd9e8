"""``merge``: bring the recordings of several databases into one."""

from pathlib import Path

import click

from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode, Outcome, decide
from pixelwitness.report.wording.safe_text import counted, safe_text

_FATES = {
    "added": "added",
    "replaced": "replaced by a more complete one",
    "unchanged": "there already",
    "kept": "less complete than the one there, left out",
}


@click.command()
@click.argument("into", type=click.Path(dir_okay=False, path_type=Path))
@click.argument(
    "others", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="OTHER…"
)
def merge(into: Path, others: tuple[Path, ...]) -> ExitCode:
    """Bring every recording of OTHER databases INTO one, which is made where it does not exist.

    All must have been written under the same key, else their tokens could not be compared. Of a recording
    that several hold, the more complete one stays. The others are left as they are, and merging them again
    changes nothing.

    Exit 2 when a database was refused (the rest is merged), 3 when there was no recording, 4 when one of
    those merged has no end.
    """
    from pixelwitness.store.merge import merge as merge_databases

    merges = merge_databases(into, others)
    for merged in merges:
        name = safe_text(str(merged.source), 400)
        if merged.refused is not None:
            notify(f"pixelwitness: {safe_text(str(merged.refused), 1_000)}; nothing of it was merged")
            continue
        fates = [fate for _, fate in merged.fates]
        parts = [f"{fates.count(fate):,} {words}" for fate, words in _FATES.items() if fate in fates]
        emit([f"{name}: {counted(len(fates), 'recording')}{': ' if parts else ''}{', '.join(parts)}\n"])
    return decide(
        Outcome(
            could_not_run=any(merged.refused for merged in merges),
            incomplete=any(merged.incomplete for merged in merges),
            nothing=not any(merged.fates for merged in merges),
        )
    )
