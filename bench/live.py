"""What the addon costs a running mitmdump: ``make bench-live``.

For each pair there are new processes of mitmdump: bare, with the addon, and with those
of `BESIDE`.  They take turns at serving the same requests over kept connections, on a
processor of their own, and their CPU time is read from outside.  Prints a Markdown
table; ends with 1 when a figure is over its bar.  Linux only.

    python -m bench.live [--only NAME]… [--pairs 15] [--requests 600] [--memory-requests 50000]
"""

import argparse
import http.client
import os
import random
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import live_hooks
from bench.run import Line

from pixelwitness.live.start.launch import shim_path

BESIDE = {
    name: Path(__file__).with_name(f"live_{name}.py")
    # The least that keeps an event as evidence; all of ours but its understanding.
    for name in ("floor", "recording")
}
"""Addons beside which a pixel event is measured."""
TURNS = 4
"""How often the processes of a pair take turns."""
WARM_UP = 60
_SETTLE = 0.6
"""Seconds after the last request in which the writer commits what waits; its CPU counts."""

_CPUS = sorted(os.sched_getaffinity(0))
_PROXY, _REST = {_CPUS[0]}, set(_CPUS[1:]) or set(_CPUS)
"""Processors of the proxies, of which one works at a time, and of all else: to move about costs as much as a hook."""


def pixel_event(number: int) -> tuple[str, str, bytes | None]:
    """Return method, URL and body of a pixel event of 2 kB."""
    return "GET", live_hooks.event_url(number, 2_000), None


def other(number: int) -> tuple[str, str, bytes | None]:
    """Return an ordinary request that is not Meta's."""
    return "GET", f"http://www.shop.example/static/js/app.{number:06d}.js?v=1.2.3&cache=no", None


@dataclass(frozen=True)
class Running:
    """A mitmdump under measurement."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the CPU seconds of all its threads so far, to the nanosecond."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
        return total / 1e9

    def own_memory(self) -> float:
        """Return its own memory, RssAnon, in MB (10^6 bytes)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
        return int(line.split()[1]) * 1024 / 1e6


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "image/gif")
        self.send_header("content-length", "43")
        self.end_headers()
        self.wfile.write(bytes(43))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Keep quiet."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def upstream() -> Iterator[int]:
    """Answer every request, as a proxy behind the proxy, until the context ends; yield its port."""
    with _Server(("127.0.0.1", 0), _Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def mitmdump(folder: Path, behind: int, script: Path | None) -> Iterator[Running]:
    """Run mitmdump until the context ends."""
    folder.mkdir()
    port_file = folder / "port"
    command = [sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()", "-q"]
    command += ["--mode", f"upstream:http://127.0.0.1:{behind}", "--listen-host", "127.0.0.1", "--listen-port", "0"]
    command += ["--set", f"confdir={folder}", "-s", str(Path(__file__).with_name("live_port.py"))]
    if script is not None:
        db = folder / "live.sqlite"
        command += ["-s", str(script), "--set", f"pixelwitness_db={db}", "--set", f"pixelwitness_key={folder}/key"]
    process = subprocess.Popen(command, env=os.environ | {"BENCH_PORT_FILE": str(port_file)})
    os.sched_setaffinity(process.pid, _PROXY)
    try:
        deadline = time.monotonic() + 60
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("mitmdump did not start")
            time.sleep(0.02)
        yield Running(int(port_file.read_text()), process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def send(port: int, requests: Iterable[tuple[str, str, bytes | None]]) -> None:
    """Send requests over one connection; raises when an answer is not 200."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for method, url, body in requests:
            connection.request(method, url, body, {"user-agent": "Mozilla/5.0", "referer": "http://www.shop.example/"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"an answer has the status {answer.status}")


def cpu_used(
    running: Mapping[str, Running], make: Callable[[int], tuple[str, str, bytes | None]], requests: int
) -> dict[str, float]:
    """Return the CPU seconds of a request in each process; they take turns, so that drift falls on all alike."""
    used = dict.fromkeys(running, 0.0)
    for one in running.values():
        send(one.port, map(make, range(WARM_UP)))
    time.sleep(_SETTLE)
    at, each = WARM_UP, requests // TURNS
    for turn in range(TURNS):
        for name, one in [*running.items()][:: 1 if turn % 2 else -1]:
            before = one.cpu()
            send(one.port, map(make, range(at, at + each)))
            time.sleep(_SETTLE)
            used[name] += one.cpu() - before
        at += each
    return {name: seconds / (each * TURNS) for name, seconds in used.items()}


KINDS = {"other": (other, None, "µs", 1e6, 2), "pixel": (pixel_event, 0.8, "ms", 1e3, 1)}
"""Name to maker, bar, unit, units of a second, and how many times the requests.

One process of mitmdump differs from the next by more than the addon may cost a request that is not Meta's: that bar
is in `live_dispatch`.
"""
WHAT = {
    ("other", "all"): "a request that is not Meta's",
    ("pixel", "all"): "a 2 kB pixel event, everything on",
    ("pixel", "floor"): "a 2 kB pixel event, the floor: its rows stored",
    ("pixel", "recording"): "a 2 kB pixel event, all but understanding",
}
"""Kind and addon to what is measured."""


def costs(folder: Path, pairs: int, requests: int, name: str) -> Iterator[Line]:
    """What a request of a kind costs more with the addon than without; each kind has processes of its own."""
    make, bar, unit, scale, times = KINDS[name]
    addons = {"bare": None, "all": shim_path()} | (BESIDE if name == "pixel" else {})
    bare: list[float] = []
    added: dict[str, list[float]] = {one: [] for one in addons if one != "bare"}
    with upstream() as behind:
        for number in range(pairs):
            with ExitStack() as processes:
                running = {
                    one: processes.enter_context(mitmdump(folder / f"{name}-{number}-{one}", behind, addon))
                    for one, addon in addons.items()
                }
                used = cpu_used(running, make, requests * times)
            bare.append(used["bare"])
            for one, values in added.items():
                values.append(used[one] - used["bare"])
            print(f"pair {number + 1} of {pairs}: {added['all'][-1] * scale:.3g} {unit}", file=sys.stderr)
    for one, values in added.items():
        low, high = interval([value * scale for value in values])
        note = f"95 % interval {low:.3g} to {high:.3g}"
        if one == "all":
            note += f"; bare {median(bare) * scale:.4g}; {pairs} pairs of {requests * times}"
        yield Line(f"added CPU of {WHAT[name, one]}", median(values) * scale, bar if one == "all" else None, unit, note)
    if name == "pixel":
        floors = median(added["all"]) / median(added["floor"])
        yield Line("a 2 kB pixel event with everything on, beside the floor", floors, None, "× the floor")


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of a median, by resampling with a fixed seed."""
    chance = random.Random(1)
    medians = sorted(median(chance.choices(values, k=len(values))) for _ in range(2_000))
    return medians[50], medians[-51]


def memory(folder: Path, requests: int) -> Iterator[Line]:
    """How much more memory grows with the addon than without, over the last four fifths of many requests."""
    grown: dict[bool, float] = {}
    with upstream() as behind:
        for addon in (False, True):
            with mitmdump(folder / f"memory-{addon}", behind, shim_path() if addon else None) as running:
                sizes = []
                for part in range(5):
                    many = range(part * requests // 5, (part + 1) * requests // 5)
                    send(running.port, (pixel_event(n) if n % 2 else other(n) for n in many))
                    time.sleep(_SETTLE)
                    sizes.append(running.own_memory())
                grown[addon] = sizes[-1] - sizes[0]
                shown = " ".join(f"{size:.1f}" for size in sizes)
                print(f"own memory {'with' if addon else 'without'} the addon, MB: {shown}", file=sys.stderr)
    note = f"bare grew {grown[False]:.3g} MB, with the addon {grown[True]:.3g} MB; half of them pixel events"
    what = f"added growth of memory from request {requests // 5:,} to {requests:,}"
    yield Line(what, grown[True] - grown[False], 10.0, "MB", note)


def bomb() -> Iterator[Line]:
    """What a body of 1 MB that unpacks to 1 GB costs in the hook."""
    seconds, megabytes = live_hooks.measured_in_child("bomb")
    yield Line("hook with a gzip bomb of 1 MB: CPU", seconds * 1e3, 50.0, "ms", "median of 5")
    yield Line("hook with a gzip bomb of 1 MB: memory", megabytes, 50.0, "MB", "growth of the peak of resident memory")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[*KINDS, "memory", "bomb"])
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--memory-requests", type=int, default=50_000)
    stated = parser.parse_args()
    os.sched_setaffinity(0, _REST)
    chosen = stated.only or [*KINDS, "memory", "bomb"]
    lines: list[tuple[str, Line]] = []
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name in KINDS:
            if name in chosen:
                lines += [(name, line) for line in costs(folder, stated.pairs, stated.requests, name)]
        if "memory" in chosen:
            lines += [("memory", line) for line in memory(folder, stated.memory_requests)]
        if "bomb" in chosen:
            lines += [("bomb", line) for line in bomb()]
    print("| what | measured | bar | | how | again |\n|---|---|---|---|---|---|")
    for name, line in lines:
        print(line.markdown(name))
    return int(any(line.is_over for _, line in lines))


if __name__ == "__main__":
    sys.exit(main())
