"""Starts programs in a tenth of the time: forked from a Python that has imported mitmproxy and the addon already.

Owns that Python, one for each process of tests, and what a test may do with a program that it
started.  A test whose claim is about the start itself starts a Python of its own.
"""

import contextlib
import multiprocessing
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# pytest, because a child reads the script that its parent was started by.
_IMPORTED = (__name__, "mitmproxy.tools.main", "pixelwitness.live.hooks.addon", "tldextract", "sqlite_utils", "pytest")

_context: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
_context.set_forkserver_preload(list(_IMPORTED))


class Forked:
    """A program under way, with what of `subprocess.Popen` tests use."""

    def __init__(self, main: Callable[..., object], *given: object, output: Path, env: Mapping[str, str]) -> None:
        """Begin ``main(*given)`` with that environment; both its outputs go to a file or a terminal."""
        output.write_bytes(b"")
        self._process = _context.Process(target=_run, args=(main, given, str(output), dict(env)))
        self._process.start()
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, minus the signal that ended it, or None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, seconds: float) -> int:
        """Return the exit code; raises `subprocess.TimeoutExpired`."""
        self._process.join(seconds)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(str(self._process), seconds)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; one that has ended takes none."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _run(main: Callable[..., object], given: tuple[object, ...], output: str, env: dict[str, str]) -> None:
    file = os.open(output, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.environ.clear()
    os.environ.update(env)
    main(*given)
