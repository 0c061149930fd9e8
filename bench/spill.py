"""What the live spill costs, as frames in a file and as a second SQLite database taken in by ``merge``.

The question was whether the spill needs a format of its own.  Both hold the same batches of
64 rows, what one event gives, and both have the disk confirm them.  Measured are the first batch
after trouble began, every further one, alone and a hundred at a time, the share of the process's
CPU time that a busy thread still gets meanwhile (it stands for mitmproxy's event loop), and the
way into the database.  Medians; the disk is that of ``TMPDIR``.

    python -m bench.spill [--batches 300] [--rounds 5]
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched, count, islice
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from pixelwitness.core.exposure import records
from pixelwitness.live.saving.spill import Batch, Spill, spill_file
from pixelwitness.scan.analysis import analyse_input, load_scan_setup
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.store.key import KeyCheck
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.merge import merge

ROWS = 64
KEY = "0" * 16
STORY = Path(__file__).parents[1] / "addon" / "pixelwitness" / "recordings" / "story.har"


class Frames:
    """The spill as it is: frames of MessagePack with a checksum."""

    name = "frames"

    def __init__(self, folder: Path) -> None:
        self._database = folder / "store.sqlite"
        self._spill = Spill(self._database, KEY)

    def append(self, batches: list[Batch]) -> None:
        self._spill.append(batches)

    def size(self) -> int:
        return spill_file(self._database).stat().st_size

    def take_in(self) -> None:
        with _ledger(self._database) as ledger:
            while self._spill.is_pending:
                group, place = self._spill.read(5000)
                ledger.append([record for batch in group for record in batch])
                self._spill.release(place)

    def close(self) -> None:
        self._spill.close()


class Second:
    """The spill as a second database, written as the first one is and merged into it."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._database = folder / "store.sqlite"
        self._path = folder / "spill.sqlite"
        self._ledger = _ledger(self._path)

    def append(self, batches: list[Batch]) -> None:
        self._ledger.append([record for batch in batches for record in batch])

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._path.parent.glob("spill.sqlite*"))

    def take_in(self) -> None:
        self._ledger.close()
        [outcome] = merge(self._database, [self._path])
        if outcome.refused is not None:
            raise outcome.refused

    def close(self) -> None:
        self._ledger.close()


def _ledger(path: Path) -> Ledger:
    return Ledger.open(path, key_check=KeyCheck(KEY, path.with_suffix(".key")), durable=True)


def batches() -> Iterator[Batch]:
    """Yield what one event after another gives, the recording's own row behind it."""
    [source] = find_inputs([str(STORY)])
    analysis = analyse_input(source, load_scan_setup((), bytes(32), None, keep_values=False))
    rows = list(analysis.rows())
    event = next(row for row in rows if isinstance(row, records.Event))
    transmission = next(row for row in rows if isinstance(row, records.Transmission) and row.event_id == event.id)
    fields = [row for row in rows if isinstance(row, records.Field)]
    recording = next(row for row in rows if isinstance(row, records.Recording))
    for number in count():
        own = f"{recording.id}-{number}"
        yield (
            replace(event, id=own, visit_id=None),
            replace(transmission, id=own, event_id=own),
            *(
                replace(row, transmission_id=own, contact_id=None, ordinal=ordinal)
                for ordinal, row in enumerate(fields[: ROWS - 3])
            ),
            replace(recording, complete=False, requests_seen=number),
        )


@contextmanager
def _other_thread() -> Iterator[Callable[[], float]]:
    """Give a function that returns the rounds of a busy thread for a CPU second of the process, since last asked."""
    rounds, ended = 0, False

    def work() -> None:
        nonlocal rounds
        while not ended:
            sum(range(200))
            rounds += 1

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    at, before = time.process_time(), 0

    def speed() -> float:
        nonlocal at, before
        now, reached = time.process_time(), rounds
        speed = (reached - before) / (now - at)
        at, before = now, reached
        return speed

    try:
        yield speed
    finally:
        ended = True
        thread.join()


def measured(kind: type[Frames] | type[Second], number: int) -> dict[str, float]:
    """Measure one way once, in ms, kB and percent."""
    costs: dict[str, float] = {}
    first, *others = islice(batches(), 1 + 2 * number + 300)
    with tempfile.TemporaryDirectory() as name:
        _ledger(Path(name, "store.sqlite")).close()
        with _timed(costs, "the first batch", 1):
            spill = kind(Path(name))
            spill.append([first])
        before = spill.size()
        with _timed(costs, "a further batch", number):
            for batch in others[:number]:
                spill.append([batch])
        costs["a batch on the disk, kB"] = (spill.size() - before) / number / 1e3
        with _timed(costs, "a batch among a hundred", 300):
            for group in batched(others[number : number + 300], 100):
                spill.append([*group])
        with _other_thread() as speed:
            time.sleep(0.3)
            alone = speed()
            for batch in others[number + 300 :]:
                spill.append([batch])
            costs["CPU time left to another thread, %"] = speed() / alone * 100
        with _timed(costs, "a batch into the database", 1 + len(others)):
            spill.take_in()
        spill.close()
    return costs


@contextmanager
def _timed(costs: dict[str, float], what: str, number: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    costs[f"{what}, ms"] = (time.perf_counter() - wall) / number * 1e3
    costs[f"{what}, CPU ms"] = (time.process_time() - cpu) / number * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    kinds = (Frames, Second)
    runs = {kind.name: [measured(kind, arguments.batches) for _ in range(arguments.rounds)] for kind in kinds}
    print("| what | frames | SQLite | ratio |\n|---|---|---|---|")
    for what in runs["frames"][0]:
        frames, second = (median(run[what] for run in runs[name]) for name in ("frames", "SQLite"))
        print(f"| {what} | {frames:.2f} | {second:.2f} | {second / frames:.1f} |")


if __name__ == "__main__":
    main()
