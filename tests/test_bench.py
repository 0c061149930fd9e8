import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]


def test_a_small_benchmark_runs_every_measurement_and_leaves_nothing_behind(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("own memory is read from Linux's /proc")
    small = ["--rounds", "1", "--mb", "0.1", "1", "--files", "1", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.run", *small],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode in (0, 1), done.stderr  # so little work may well be over a bar
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    peers = ["json.loads", *(["jq"] if shutil.which("jq") else [])]
    assert [row[0].removeprefix("| ") for row in rows] == [
        "what",
        "matcher: a URL, rules bound to sites",
        "matcher: a URL, all rules",
        "matcher: a body of 64 kB, the slowest type",
        "detect, fold and attribute an event",
        "redaction of it",
        "understanding it, beside redaction",
        "the same with a persona",
        "start: `scan` of one event into a new store",
        "start: `--version`",
        *(f"{name}: growth from 0.1 to 1 MB, with bodies" for name in ["scan", *peers]),
        *(f"{name}: growth from 0.1 to 1 MB, without bodies" for name in ["scan", *peers]),
        "own memory of scan, 1 MB with bodies",
        "own memory of scan, 1 MB without bodies",
        "`--jobs 2`: gain for further files of 0.5 MB (1 to 2)",
        "store: bytes of an event, its transmission and fields",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bodies", [[], ["--bodies"]])
def test_the_same_arguments_make_the_same_recording(bodies: list[str], tmp_path: Path) -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        out = tmp_path / f"{hash_seed}.har"
        subprocess.run(
            [sys.executable, "-m", "bench.har_gen", out, "0.3", "--meta", "0.05", *bodies],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
        entries = json.loads(out.read_text(encoding="utf-8"))["log"]["entries"]
        assert 300_000 < out.stat().st_size < 330_000
        assert any("text" in entry["response"]["content"] for entry in entries) is bool(bodies)
        assert any(entry["request"]["url"].startswith("https://www.facebook.com/tr/?") for entry in entries)

    assert len(digests) == 1
