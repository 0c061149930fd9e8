"""How the program ends: streams, errors, exit codes.

Owns stderr, what a user's mistake looks like there, and that no error shows
captured text or a traceback.
"""

import contextlib
import os
import sys
import traceback
from collections.abc import Iterable

import click

from pixelwitness.policy.exit_code import ExitCode


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


def say(text: str) -> None:
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
        _leave_stdout()


def _leave_stdout() -> None:
    # Python flushes stdout once more at its end, and would complain there.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def failure(error: BaseException) -> ExitCode:
    """Tell what stopped a command, and return its exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ExitCode.INTERRUPTED
    from pixelwitness.report.wording.safe_text import safe_text

    if isinstance(error, BrokenPipeError):
        _leave_stdout()
        return ExitCode.CLEAN
    if isinstance(error, SystemExit):
        return ExitCode.CLEAN if not error.code else ExitCode.COULD_NOT_RUN
    if isinstance(error, click.ClickException):
        _usage(error)
        for line in error.format_message().splitlines():
            say(f"pixelwitness: {safe_text(line, 1_000)}")
    elif isinstance(error, user_errors()):
        for line in str(error).splitlines():
            say(f"pixelwitness: {safe_text(line, 1_000)}")
    elif isinstance(error, OSError):
        subject = f"{error.filename}: " if isinstance(error.filename, str) else ""
        say(f"pixelwitness: {safe_text(subject + (error.strerror or type(error).__name__), 1_000)}")
    else:
        # Its message may hold captured text, so only its kind and place are told.
        frames = traceback.extract_tb(error.__traceback__)
        where = f" in {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119
        say(f"pixelwitness: a fault of its own, {type(error).__name__}{where}; please report it")
    return ExitCode.COULD_NOT_RUN


def user_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose messages are written for the user."""
    from pixelwitness.rulebook.yaml.problems import RulesError
    from pixelwitness.store.database import StoreError

    return (StoreError, RulesError)


def _usage(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        say(context.get_usage())
        say(f"Try '{context.command_path} --help' for help.")


def end(code: object) -> int:
    """Return a command's exit code, its meaning told on stderr unless it is 0."""
    known = ExitCode(code) if isinstance(code, int) and code in list(ExitCode) else ExitCode.CLEAN
    if known is not ExitCode.CLEAN:
        say(f"pixelwitness: exit {int(known)}: {known.meaning}")
    return int(known)
