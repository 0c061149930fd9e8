"""Runs many commands of the program in one process, each with streams of its own; for tests of all outputs.

    python many.py < COMMANDS > RESULTS

Takes a JSON array of ``{"words": [...], "typed": "..."}``, prints one of ``{"code", "out", "err"}``, in that order.
The streams are of bytes, so that the program makes of them what it makes of pipes.
"""

import io
import json
import sys
from typing import Any

from pixelwitness.cli import cli
from pixelwitness.cli.shared.failures import report_exit, report_failure
from pixelwitness.cli.shared.streams import prepare_streams


def done(words: list[str], typed: str) -> dict[str, Any]:
    kept = sys.stdin, sys.stdout, sys.stderr
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2)]
    sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8")
    sys.stdout, sys.stderr = streams
    try:
        prepare_streams()
        try:
            code = cli.main(words, prog_name="pixelwitness", standalone_mode=False)
        except BaseException as error:
            code = report_failure(error)
        code = report_exit(code)
        texts = []
        for stream in streams:
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("utf-8"))
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    return {"code": code, "out": texts[0], "err": texts[1]}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    results = [done(one["words"], one.get("typed", "")) for one in asked]
    json.dump(results, sys.stdout)
