"""Colours, pipes and interruptions, and what the program imports before it has to."""

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.har import entry, har

from pixelwitness.cli import cli
from pixelwitness.cli.shared.failures import report_exit, report_failure
from pixelwitness.policy.exit_code import ExitCode

pytestmark = pytest.mark.process

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev={}&dl=https%3A%2F%2Fshop.example%2F"
PROGRAM = (sys.executable, "-m", "pixelwitness")
# After the ^C that a terminal shows, on a line of its own.
INTERRUPTED = "\npixelwitness: exit 130: it was interrupted; what was done until then is kept\n"


@pytest.fixture(name="db")
def _db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    hostile = PIXEL.format("Own%1B%5B2J%5B%2Fred%5D%C2%9B%E2%80%AE")
    Path("shop.har").write_text(json.dumps(har([entry(hostile)])), encoding="utf-8")
    result = CliRunner().invoke(cli, ["scan", "shop.har"], standalone_mode=False)
    assert result.return_value is ExitCode.CLEAN, result.output
    return tmp_path / "pixelwitness.sqlite"


def on_terminal(*arguments: str, env: dict[str, str]) -> str:
    """Return what a command shows on a terminal of 90 columns."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "90", "PYTHONUTF8": "1", **env}
    process = subprocess.Popen([*PROGRAM, *arguments], stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    shown = io.BytesIO()
    try:
        while True:
            select.select([ours], [], [], 60)
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            shown.write(piece)
    finally:
        os.close(ours)
        process.wait(60)
    return shown.getvalue().decode().replace("\r\n", "\n")


def test_a_terminal_gets_a_drawn_table_in_colour(db: Path) -> None:
    shown = on_terminal("report", str(db), env={})

    assert "\x1b[1" in shown
    assert "Told Meta" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown).isprintable() or "\n" in shown
    bare = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert all(one.isprintable() or one == "\n" for one in bare)
    assert max(map(len, bare.splitlines())) <= 90


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ([], {"NO_COLOR": "1"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"NO_COLOR": ""}, True),
    ],
)
def test_colour_can_be_had_and_refused(db: Path, options: list[str], env: dict[str, str], coloured: bool) -> None:
    shown = on_terminal("report", str(db), *options, env=env)

    assert ("\x1b" in shown) == coloured
    assert "Told Meta" in shown


def test_a_pipe_gets_plain_text_unless_colour_is_forced(db: Path) -> None:
    plain = subprocess.run([*PROGRAM, "report", db], capture_output=True, check=True).stdout
    forced = subprocess.run([*PROGRAM, "report", db, "--color", "always"], capture_output=True, check=True).stdout

    assert (b"\x1b" in plain, b"\x1b" in forced) == (False, True)


def test_output_is_utf8_in_any_locale(db: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*PROGRAM, "report", db, "--format", "markdown"], capture_output=True, check=True, env=environment
    )
    ordinary = subprocess.run([*PROGRAM, "report", db, "--format", "markdown"], capture_output=True, check=True)

    assert done.stdout == ordinary.stdout


def test_a_reader_who_leaves_ends_nothing_but_the_writing(db: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "report", db, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), told) == (0, b"")


def test_check_keeps_its_code_when_the_reader_leaves(db: Path) -> None:
    process = subprocess.Popen([*PROGRAM, "check", db], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let a child be interrupted also where the tests run in the background, which makes all children ignore that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_is_130_and_no_traceback(tmp_path: Path) -> None:
    # Standard input that never ends: the scan waits for it.
    process = subprocess.Popen(
        [*PROGRAM, "scan", "-", "--db", tmp_path / "made.sqlite"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdin is not None
    process.stdin.write(b'{"log": {"entries": [' + b" " * (1 << 20))  # more than a pipe holds: it is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert (process.returncode, told.decode()) == (130, INTERRUPTED)
    assert list(tmp_path.glob("pixelwitness-*")) == []  # what came by standard input is kept nowhere


# Python imports it first of all.
SITECUSTOMIZE = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED_MODULE"]:
            sys.meta_path.remove(self)
            exec("signal.raise_signal(signal.SIGINT)")  # within exec, as when a dataclass is made

sys.meta_path.insert(0, Interrupts())
"""


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("module", ["pixelwitness.cli", "click", "pixelwitness.cli.scan", "msgspec"])
def test_an_interruption_of_an_import_is_130_and_no_traceback(tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "INTERRUPTED_MODULE": module}
    command = [*PROGRAM, "scan", "missing.har", "--db", str(tmp_path / "made.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    assert (done.returncode, done.stderr) == (130, INTERRUPTED)


def test_a_fault_of_its_own_shows_no_captured_text(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("jane.doe@example.com")
    except ValueError as error:
        code = report_failure(error)

    assert report_exit(code) == 2
    told = capsys.readouterr().err
    assert "jane" not in told
    assert re.search(r"a fault of its own, ValueError in test_cli_streams\.py:\d+; please report it", told)


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (["--version"], {"rich", "sqlite3", "msgspec", "pydantic", "yarl", "tldextract", "mitmproxy", "jinja2"}),
        (["--help"], {"rich", "sqlite3", "msgspec", "pydantic", "yarl", "tldextract", "mitmproxy", "jinja2"}),
        (["scan", "missing.har"], {"rich", "pydantic", "ruamel", "mitmproxy", "jinja2"}),
        (["report", "pixelwitness.sqlite"], {"rich", "pydantic", "ruamel", "tldextract", "mitmproxy", "sqlite_utils"}),
    ],
)
def test_a_command_imports_only_what_it_needs(db: Path, arguments: list[str], without: set[str]) -> None:
    code = (
        "import sys\n"
        "from pixelwitness.__main__ import main\n"
        f"sys.argv = ['pixelwitness', *{arguments!r}]\n"
        "main()\n"
        f"sys.stderr.write('imported: ' + ' '.join(sorted({without!r} & set(sys.modules))) + '\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=db.parent)

    assert done.stderr.splitlines()[-1].strip() == "imported:"
