"""What pixelwitness costs, as ratios to named floors in one run: ``make bench``.

Prints a Markdown table; ends with 1 when a figure is over its bar.  Generated
recordings go to a temporary folder and are removed.  Linux only (own memory).

    python -m bench.run [--only NAME]… [--rounds 5] [--mb 20 300] [--files 40 240] [--large]
"""

import argparse
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import har_gen, matcher, understanding
from bench.measure import Command, Cost, RunFailedError, alternating, own_memory, python


@dataclass(frozen=True)
class Settings:
    """What to measure with, and the folder for generated files."""

    folder: Path
    rounds: int
    small: float
    large: float
    few: int
    many: int
    two_gigabytes: bool


@dataclass(frozen=True)
class Line:
    """One figure; ``measured`` and ``bar`` in ``unit``; ``at_least`` turns the bar around."""

    what: str
    measured: float | None
    bar: float | None
    unit: str
    note: str = ""
    at_least: bool = False

    @property
    def is_over(self) -> bool:
        if self.measured is None or self.bar is None:
            return False
        return self.measured < self.bar if self.at_least else self.measured > self.bar

    def markdown(self, name: str) -> str:
        measured = "too small to tell" if self.measured is None else f"{self.measured:.4g} {self.unit}"
        bar = "" if self.bar is None else f"{'≥' if self.at_least else '≤'} {self.bar:g} {self.unit}"
        verdict = "" if self.bar is None or self.measured is None else "over" if self.is_over else "ok"
        return f"| {self.what} | {measured} | {bar} | {verdict} | {self.note} | `--only {name}` |"


def scan(settings: Settings, *arguments: str | Path) -> Command:
    """Return the command that scans into a new store."""
    store = settings.folder / "store"

    def fresh() -> None:
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()

    program = python("-m", "pixelwitness", "scan", "--db", store / "bench.sqlite", *arguments)
    return Command(program.arguments, fresh)


def cpu(ratio: Cost | None) -> float | None:
    """Return what is judged: on an idle machine wall time says the same, on a busy one it says nothing."""
    return None if ratio is None else ratio.cpu


def wall(ratio: Cost | None) -> str:
    return "" if ratio is None else f"CPU; wall {ratio.wall:.3g}"


def growth(settings: Settings, *, bodies: bool, bar: float) -> Iterator[Line]:
    """How a scan's cost grows with the size of the recording, beside the floor's and other programs'."""
    small, large = settings.folder / "small.har", settings.folder / "large.har"
    har_gen.write_har(small, settings.small, bodies=bodies)
    har_gen.write_har(large, settings.large, bodies=bodies)
    programs: dict[str, Callable[[Path], Command]] = {
        "scan": partial(scan, settings),
        "floor": lambda file: python("-m", "bench.floor", file),
        "json.loads": lambda file: python(
            "-c", "import json, sys; json.loads(open(sys.argv[1], encoding='utf-8').read())", file
        ),
    }
    if jq := shutil.which("jq"):
        programs["jq"] = lambda file: Command([jq, ".log.entries[].request.url", file])
    commands = {f"{name} {file.stem}": made(file) for name, made in programs.items() for file in (small, large)}
    medians = alternating(commands, settings.rounds)
    small.unlink()
    large.unlink()
    grown = {name: medians[f"{name} large"] - medians[f"{name} small"] for name in programs}
    floor = grown["floor"]
    sizes = f"{settings.small:g} to {settings.large:g} MB, {'with' if bodies else 'without'} bodies"
    for name, one in grown.items():
        if name != "floor":
            ratio = one.ratio(floor)
            note = f"{wall(ratio)}; {one.cpu:.3g} s against {floor.cpu:.3g} s"
            yield Line(f"{name}: growth from {sizes}", cpu(ratio), bar if name == "scan" else None, "× floor", note)


def memory(settings: Settings) -> Iterator[Line]:
    """Own memory of a scan at its peak."""
    sizes = [(settings.large, 150.0)] + ([(2000.0, 200.0)] if settings.two_gigabytes else [])
    for megabytes, bar in sizes:
        for bodies in (True, False):
            file = settings.folder / "memory.har"
            har_gen.write_har(file, megabytes, bodies=bodies)
            peak = own_memory(scan(settings, file))
            file.unlink()
            what = f"own memory of scan, {megabytes:g} MB {'with' if bodies else 'without'} bodies"
            yield Line(what, peak, bar, "MB", "peak of RssAnon: pages of mapped files not counted")


def start(settings: Settings) -> Iterator[Line]:
    """What a command costs before its work."""
    file = settings.folder / "one.har"
    har_gen.write_har(file, 0, bodies=False, meta=1)
    commands = {
        "pass": python("-c", "pass"),
        "scan": scan(settings, file),
        "--version": python("-m", "pixelwitness", "--version"),
    }
    medians = alternating(commands, 4 * settings.rounds)
    for name, what, bar in (("scan", "`scan` of one event into a new store", 60.0), ("--version", "`--version`", 12.0)):
        ratio = medians[name].ratio(medians["pass"])
        yield Line(f"start: {what}", cpu(ratio), bar, "× `python -c pass`", wall(ratio))


def jobs(settings: Settings) -> Iterator[Line]:
    """What further files cost with two processes and with one."""
    for number in range(settings.many):
        group = settings.folder / ("few" if number < settings.few else "more")
        group.mkdir(exist_ok=True)
        har_gen.write_har(group / f"{number:04}.har", 0.5, bodies=True, meta=0.02, seed=number)
    few, more = settings.folder / "few", settings.folder / "more"
    commands = {}
    for count in (1, 2):
        commands[f"{count} few"] = scan(settings, "--jobs", str(count), few)
        commands[f"{count} many"] = scan(settings, "--jobs", str(count), few, more)
    medians = alternating(commands, settings.rounds)
    one, two = (medians[f"{count} many"] - medians[f"{count} few"] for count in (1, 2))
    gain = one.wall / two.wall if two.wall > 0 else None
    each = [1000 * seconds / (settings.many - settings.few) for seconds in (one.wall, two.wall, one.cpu, two.cpu)]
    note = "each {:.3g} ms with one, {:.3g} ms with two; CPU {:.3g} and {:.3g} ms".format(*each)
    what = f"`--jobs 2`: gain for further files of 0.5 MB ({settings.few} to {settings.many})"
    yield Line(what, gain, 1.5, "×", note, at_least=True)


def database(settings: Settings) -> Iterator[Line]:
    """How much an event takes in the store."""
    sizes, events = [], []
    for megabytes in (0.5, 5.0):
        file = settings.folder / "events.har"
        har_gen.write_har(file, megabytes, bodies=False, meta=0.2)
        command = scan(settings, file)
        alternating({"scan": command}, 1)
        store = settings.folder / "store" / "bench.sqlite"
        with sqlite3.connect(store) as connection:
            events.append(connection.execute("select count(*) from events").fetchone()[0])
        connection.close()
        sizes.append(sum(file.stat().st_size for file in store.parent.glob("bench.sqlite*") if file.suffix != ".key"))
    each = (sizes[1] - sizes[0]) / (events[1] - events[0])
    yield Line("store: bytes of an event, its transmission and fields", each, None, "bytes", f"{events[1]} events")


EXPERIMENTS: dict[str, Callable[[Settings], Iterator[Line]]] = {
    "matcher": lambda settings: (
        Line(what, microseconds, bar, "µs", "CPU, all built-in rules")
        for what, microseconds, bar in matcher.budgets(settings.rounds)
    ),
    "understanding": lambda settings: (
        Line(what, measured, bar, unit, "CPU, pure functions, events none like another")
        for what, measured, bar, unit in understanding.budgets(settings.rounds)
    ),
    "start": start,
    "bodies": partial(growth, bodies=True, bar=1.6),
    "no-bodies": partial(growth, bodies=False, bar=2.5),
    "memory": memory,
    "jobs": jobs,
    "store": database,
}


def needed_bytes(settings: Settings) -> float:
    """Return the disk space that the generated files take at most, with room for stores."""
    largest = 2000 if settings.two_gigabytes else settings.large + settings.small
    return (largest + settings.many * 0.5 + 200) * 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(EXPERIMENTS), help="measure this (may be repeated)")
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs of which medians are taken")
    parser.add_argument("--mb", type=float, nargs=2, default=[20, 300], metavar=("SMALL", "LARGE"))
    parser.add_argument("--files", type=int, nargs=2, default=[40, 240], metavar=("FEW", "MANY"))
    parser.add_argument("--large", action="store_true", help="own memory at 2 GB, too")
    given = parser.parse_args()
    print(
        f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the start: wall time needs idle ones.\n"
    )
    print("| what | measured | bar | | | repeat: `python -m bench.run` |\n|---|---|---|---|---|---|", flush=True)
    (small, large), (few, many) = given.mb, given.files
    over = 0
    with TemporaryDirectory(prefix="pixelwitness-bench-") as folder:
        settings = Settings(Path(folder), given.rounds, small, large, few, many, given.large)
        free, needed = shutil.disk_usage(folder).free, needed_bytes(settings)
        if free < needed:
            parser.error(f"{folder} has {free / 1e6:.0f} MB free; the generated files need {needed / 1e6:.0f} MB")
        for name in given.only or EXPERIMENTS:
            try:
                for line in EXPERIMENTS[name](settings):
                    print(line.markdown(name), flush=True)
                    over += line.is_over
            except RunFailedError as failure:
                print(failure, file=sys.stderr)
                return 2
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
