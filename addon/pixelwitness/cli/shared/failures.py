"""Failures of a command: what a user reads of an error, and the exit code that follows from it.

Owns which errors have a message for the user, and that no error shows captured text or
a traceback.
"""

import os

import click

from pixelwitness.cli.shared.streams import discard_stdout, notify
from pixelwitness.policy.exit_code import ExitCode


def report_failure(error: BaseException) -> ExitCode:
    """Print what stopped a command, and return its exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ExitCode.INTERRUPTED
    from pixelwitness.report.wording.safe_text import safe_text

    if isinstance(error, BrokenPipeError):
        discard_stdout()
        return ExitCode.CLEAN
    if isinstance(error, SystemExit):
        return ExitCode.CLEAN if not error.code else ExitCode.COULD_NOT_RUN
    if isinstance(error, click.ClickException):
        _usage(error)
        for line in error.format_message().splitlines():
            notify(f"pixelwitness: {safe_text(line, 1_000)}")
    elif isinstance(error, user_errors()):
        for line in str(error).splitlines():
            notify(f"pixelwitness: {safe_text(line, 1_000)}")
    elif isinstance(error, OSError):
        subject = f"{error.filename}: " if isinstance(error.filename, str) else ""
        notify(f"pixelwitness: {safe_text(subject + (error.strerror or type(error).__name__), 1_000)}")
    else:
        import traceback  # here, as the start needs none

        # Its message may hold captured text, so only its kind and place are shown.
        frames = traceback.extract_tb(error.__traceback__)
        where = f" in {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119
        notify(f"pixelwitness: a fault of its own, {type(error).__name__}{where}; please report it")
    return ExitCode.COULD_NOT_RUN


def user_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose messages are written for the user."""
    from pixelwitness.rulebook.yaml.problems import RulesError
    from pixelwitness.store.errors import StoreError

    return (StoreError, RulesError)


def _usage(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        notify(context.get_usage())
        notify(f"Try '{context.command_path} --help' for help.")


def report_exit(code: object) -> int:
    """Return a command's exit code; print what it means, unless it is 0."""
    known = ExitCode(code) if isinstance(code, int) and code in list(ExitCode) else ExitCode.CLEAN
    if known is not ExitCode.CLEAN:
        notify(f"pixelwitness: exit {int(known)}: {known.meaning}")
    return int(known)
