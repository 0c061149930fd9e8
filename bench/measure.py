"""Measures programs from outside: wall and CPU time, and the memory that is their own.

Knows nothing of what the programs do.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

SAMPLING_SECONDS = 0.002


class RunFailedError(Exception):
    """A measured program failed; the message holds the command and the end of its error output."""


@dataclass(frozen=True)
class Cost:
    """Seconds that one run of a program took, its waited-for children included."""

    wall: float
    cpu: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def ratio(self, other: "Cost") -> "Cost | None":
        """Return how many times the other's cost this is; None when the other is too small to tell."""
        if other.wall <= 0 or other.cpu <= 0:
            return None
        return Cost(self.wall / other.wall, self.cpu / other.cpu)


@dataclass(frozen=True)
class Command:
    """A program and its arguments; ``prepare`` runs before each run and is not measured."""

    arguments: Sequence[str | Path]
    prepare: Callable[[], None] | None = None


def cost(command: Command) -> Cost:
    """Run a program once; raises `RunFailedError`."""
    with TemporaryFile() as errors:
        started = time.perf_counter()
        process = _start(command, errors.fileno())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        _check(process, status, errors.fileno())
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def own_memory(command: Command) -> float:
    """Run a program once and return the peak of its own memory in MB (10^6 bytes).

    That is Linux's ``RssAnon``: heap and stacks, without the pages of files that
    it maps, which the kernel may take back at any time.  Sampled, as Linux keeps
    no peak of it: a shorter peak than `SAMPLING_SECONDS` may be missed.
    """
    peak = 0
    with TemporaryFile() as errors:
        process = _start(command, errors.fileno())
        while True:
            pid, status, _ = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _anonymous_kilobytes(process.pid))
            time.sleep(SAMPLING_SECONDS)
        _check(process, status, errors.fileno())
    return peak * 1024 / 1e6


def alternating(commands: Mapping[str, Command], rounds: int) -> dict[str, Cost]:
    """Run the commands in turn, so many rounds; return each one's medians."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(cost(command))
    return {name: Cost(median(c.wall for c in runs), median(c.cpu for c in runs)) for name, runs in costs.items()}


def per_call(function: Callable[[], object], calls: int, rounds: int) -> float:
    """Return the median CPU microseconds of one of the ``calls`` that ``function`` makes, over rounds."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        function()
        taken.append(time.process_time() - started)
    return median(taken) / calls * 1e6


def python(*arguments: str | Path) -> Command:
    """Return the command that runs this interpreter."""
    return Command([sys.executable, *arguments])


def _start(command: Command, errors: int) -> subprocess.Popen[bytes]:
    if command.prepare is not None:
        command.prepare()
    return subprocess.Popen(command.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)


def _check(process: subprocess.Popen[bytes], status: int, errors: int) -> None:
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = os.pread(errors, 2000, max(0, os.fstat(errors).st_size - 2000)).decode("utf-8", "replace")
        shown = " ".join(map(str, process.args if isinstance(process.args, list) else [process.args]))
        raise RunFailedError(f"{shown} ended with {process.returncode}; its last words:\n{end}")


def _anonymous_kilobytes(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("RssAnon:")), "RssAnon: 0 kB")
    return int(line.split()[1])
