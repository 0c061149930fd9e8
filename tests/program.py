"""The program as a user calls it: by words, in a folder, with an environment; its answer is exit code and both outputs.

`run` calls it in this process, which costs a tenth of a start; `start` in a process of
its own, for what only that shows: seeds of hashes, several processes, imports, signals.
As a script it runs many commands in one process, whose environment is theirs:

    python program.py < COMMANDS > ANSWERS

takes a JSON array of ``{"words": [...], "typed": "..."}`` and prints one of
``{"code", "out", "err"}``, in that order.
"""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, chdir
from pathlib import Path
from unittest.mock import patch

from pixelwitness import cli

_OF_THE_CALLER = ("PIXELWITNESS", "COLUMNS", "SOURCE_DATE", "GITHUB", "NO_COLOR", "FORCE_COLOR", "CLICOLOR")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_CALLER)}
"""The environment without what would change an output."""
COMMAND = (sys.executable, "-m", "pixelwitness")

type Finished = subprocess.CompletedProcess[str]


def run(
    *words: object,
    cwd: Path | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    together: bool = False,
) -> Finished:
    """Run a command in this process, as if it were one of its own that ends with it.

    ``together`` sends what goes to standard error the way of standard output, as ``2>&1`` does.
    """
    arguments = [str(word) for word in words]
    typed = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    # Of bytes, so that the program makes of them what it makes of pipes.
    printed = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    said = io.TextIOWrapper(printed.buffer if together else io.BytesIO(), encoding="ascii", line_buffering=True)
    environment = ENVIRONMENT | {"COLUMNS": "80"} | dict(env or {})
    with ExitStack() as its_life:
        its_life.enter_context(patch.dict(os.environ, environment, clear=True))
        its_life.enter_context(patch.multiple(sys, argv=["pixelwitness", *arguments]))
        its_life.enter_context(patch.multiple(sys, stdin=typed, stdout=printed, stderr=said))
        its_life.enter_context(patch("atexit.register", its_life.callback))
        if cwd is not None:
            its_life.enter_context(chdir(cwd))
        code = cli.main()
    out = _text(printed)
    return subprocess.CompletedProcess(arguments, code, out, "" if together else _text(said))


_CALL = re.compile(r"((?:\w+=\w+ )*)pixelwitness((?: [\w./=-]+)+)")


def call(line: str, cwd: Path, env: Mapping[str, str] | None = None) -> Finished | None:
    """Run a line of a shell that is a call of the program and nothing else; return None for any other line."""
    found = _CALL.fullmatch(line)
    if found is None:
        return None
    stated = dict(pair.split("=") for pair in found[1].split())
    return run(*found[2].split(), cwd=cwd, env={**(env or {}), **stated}, together=True)


def start(*words: object, cwd: Path | None = None, stdin: str = "", env: Mapping[str, str] | None = None) -> Finished:
    """Run a command in a process of its own until it ends."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        env=ENVIRONMENT | dict(env or {}),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode("utf-8")


if __name__ == "__main__":
    answers = [run(*asked["words"], stdin=asked["typed"], env=os.environ) for asked in json.load(sys.stdin)]
    json.dump([{"code": one.returncode, "out": one.stdout, "err": one.stderr} for one in answers], sys.stdout)
