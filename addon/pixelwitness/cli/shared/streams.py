"""The streams of a command: results on stdout, messages on stderr.

Owns how both are set up and written.  A reader of stdout who has gone ends the writing,
not the command.  It must not know what is written.
"""

import contextlib
import os
import sys
from collections.abc import Iterable


def prepare_streams() -> None:
    """Make output the same everywhere: UTF-8 where no terminal reads it, and never a failure over one character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def notify(text: str) -> None:
    """Write one line to stderr; it must be printable already."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def emit(pieces: Iterable[str]) -> None:
    """Write results to stdout; a reader who has gone (``| head``) ends the writing, not the command."""
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()


def discard_stdout() -> None:
    """Send what is still to be written to stdout nowhere: Python flushes it at its end, and would complain there."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
