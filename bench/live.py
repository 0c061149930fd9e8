"""What the addon costs a running mitmdump: ``make bench-live``.

Runs of mitmdump alternate: bare, with the addon, and with those of `BESIDE`.
Each serves the same requests over kept connections, and its CPU time is read from
outside.  Prints a Markdown table; ends with 1 when a figure is over its bar.  Linux only.

    python -m bench.live [--only NAME]… [--pairs 15] [--requests 400] [--memory-requests 50000]
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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import live_hooks
from bench.run import Line

from pixelwitness.live.launch import shim_path

BESIDE = {
    name: Path(__file__).with_name(f"live_{name}.py")
    # The least that keeps an event as evidence; all of ours but its understanding.
    for name in ("floor", "recording")
}
"""Addons beside which a pixel event is measured."""
MOST_FLOORS = 2.5
"""What everything that is done for an event may add, as a multiple of what storing it adds."""
WARM_UP = 60
_SETTLE = 0.6
"""Seconds after the last request in which the writer commits what waits; its CPU counts."""


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
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()", "-q"]
    command += ["--mode", f"upstream:http://127.0.0.1:{behind}", "--listen-host", "127.0.0.1", "--listen-port", "0"]
    command += ["--set", f"confdir={folder}", "-s", str(Path(__file__).with_name("live_port.py"))]
    if script is not None:
        db = folder / f"live-{time.monotonic_ns()}.sqlite"
        command += ["-s", str(script), "--set", f"pixelwitness_db={db}", "--set", f"pixelwitness_key={folder}/key"]
    process = subprocess.Popen(command, env=os.environ | {"BENCH_PORT_FILE": str(port_file)})
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


KINDS = {"pixel": (pixel_event, None, "ms", 1e3, 1), "other": (other, 30.0, "µs", 1e6, 4)}
"""Name to maker, bar, unit, units of a second, and how many times the requests."""


def costs(folder: Path, pairs: int, requests: int, names: Sequence[str]) -> Iterator[Line]:
    """What a request costs more with the addon than without."""
    added: dict[str, list[float]] = {name: [] for name in names}
    bare: dict[str, list[float]] = {name: [] for name in names}
    beside: dict[str, list[float]] = {name: [] for name in BESIDE if "pixel" in names}
    with upstream() as behind:
        for number in range(pairs):
            per_request: dict[tuple[str, Path | None], float] = {}
            # Who goes first changes, so that what a machine does over time falls on all.
            order = [None, *(BESIDE[name] for name in beside), shim_path()]
            for addon in order if number % 2 else reversed(order):
                with mitmdump(folder, behind, addon) as running:
                    for name in names:
                        make, *_, times = KINDS[name]
                        many = requests * times
                        send(running.port, map(make, range(WARM_UP)))
                        time.sleep(_SETTLE)
                        before = running.cpu()
                        send(running.port, map(make, range(WARM_UP, WARM_UP + many)))
                        time.sleep(_SETTLE)
                        per_request[name, addon] = (running.cpu() - before) / many
            for name in names:
                added[name].append(per_request[name, shim_path()] - per_request[name, None])
                bare[name].append(per_request[name, None])
            for name, values in beside.items():
                values.append(per_request["pixel", BESIDE[name]] - per_request["pixel", None])
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for name in names:
        _, bar, unit, scale, times = KINDS[name]
        low, high = interval([one * scale for one in added[name]])
        what = {"pixel": "a 2 kB pixel event, everything on", "other": "a request that is not Meta's"}[name]
        note = f"95 % interval {low:.3g} to {high:.3g}; bare {median(bare[name]) * scale:.4g}; "
        note += f"{pairs} pairs of {requests * times}"
        yield Line(f"added CPU of {what}", median(added[name]) * scale, bar, unit, note)
    for name, values in beside.items():
        low, high = interval([one * 1e3 for one in values])
        what = {"floor": "the floor: its rows stored", "recording": "all but understanding"}[name]
        note = f"95 % interval {low:.3g} to {high:.3g}"
        yield Line(f"added CPU of a 2 kB pixel event, {what}", median(values) * 1e3, None, "ms", note)
    if beside:
        floors = median(added["pixel"]) / median(beside["floor"])
        yield Line("a 2 kB pixel event with everything on, beside the floor", floors, MOST_FLOORS, "× the floor")


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
            with mitmdump(folder, behind, shim_path() if addon else None) as running:
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
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--memory-requests", type=int, default=50_000)
    stated = parser.parse_args()
    chosen = stated.only or [*KINDS, "memory", "bomb"]
    lines: list[tuple[str, Line]] = []
    with TemporaryDirectory() as made:
        folder = Path(made)
        if names := [name for name in KINDS if name in chosen]:
            for line in costs(folder, stated.pairs, stated.requests, names):
                lines.append(("other" if "not Meta's" in line.what else "pixel", line))
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
