"""Results written to a file: whole or not at all, and unless it is shared readable by their owner alone.

Owns the way from pieces of text to ``--output FILE``.  A report may hold what a database
holds, so a new file is as private as that.  It must not know what the pieces say.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from pixelwitness.cli.shared.selection import is_database
from pixelwitness.cli.shared.streams import emit

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file in place of standard output; one that is there is replaced.",
)


def write_output(pieces: Iterable[str], output: Path | None, *, shared: bool = False) -> None:
    """Write results to a file, or to stdout where there is none; an existing file is replaced at the end, at once.

    ``shared`` gives it the rights of any new file: it holds no values, and another user's
    process is to read it.  A database is never replaced: whoever names one as output has
    mixed up two arguments.
    """
    if output is None or str(output) == "-":
        emit(pieces)
        return
    if output.exists() and not output.is_file():
        # A device or a pipe cannot be replaced, and needs no care.
        with output.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        return
    refuse_database(output)
    if not output.parent.is_dir():
        raise click.UsageError(f"{output}: there is no such folder; make it first")
    handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        if shared:
            Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def refuse_database(output: Path) -> None:
    """Raise a usage error where the output would replace a database."""
    if is_database(output):
        raise click.UsageError(f"--output {output} is a database; name a file that may be replaced")


def refuse_input(output: Path | None, inputs: Iterable[str], option: str = "--output") -> None:
    """Raise a usage error where the output would replace what is read: the evidence itself."""
    if output is not None and output.exists() and any(_is_same(Path(path), output) for path in inputs):
        raise click.UsageError(f"{option} {output} is a recording to be looked at; name a file that may be replaced")


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.is_file() and path.samefile(other)
    except (OSError, ValueError):  # a pattern may be no possible name
        return False
