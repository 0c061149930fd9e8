"""The steps of action.yml, run by bash as a runner does: inputs as variables, outputs by file."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.har import entry, write

ROOT = Path(__file__).parents[2]
SOURCES = ("action.yml", "addon", "rules", "pyproject.toml", "README.md", "LICENSE")
PURCHASE = "https://www.facebook.com/tr/?id=1234567890123456&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F"

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name == "nt", reason="a runner brings a bash of its own on Windows"),
]


@dataclass(frozen=True)
class Ended:
    code: int
    outputs: dict[str, str]
    log: str


@dataclass(frozen=True)
class Runner:
    """What of a runner the action meets: folders, and the expressions that it uses."""

    action: Path
    workspace: Path
    temp: Path

    def run(self, installed: str | None = None, **inputs: str) -> Ended:
        """Run the steps; with ``installed``, the folder of an earlier installation, those after the first."""
        document: dict[str, Any] = YAML(typ="safe").load(self.action / "action.yml")
        given = {name: one.get("default", "") for name, one in document["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        outputs = {} if installed is None else {"install": {"bin": installed}}
        last = Ended(0, {}, "")
        for step in document["runs"]["steps"]:
            if step["id"] not in outputs:
                variables = {name: self._value(text, given, outputs) for name, text in step["env"].items()}
                last = self._step(step["run"], variables, last.log)
                outputs[step["id"]] = last.outputs
            if last.code:
                break
        return last

    def _step(self, script: str, variables: dict[str, str], log: str) -> Ended:
        file = self.temp / "output"
        file.write_bytes(b"")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env={**self._environment(), **variables, "GITHUB_OUTPUT": str(file)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        pairs = [line.partition("=") for line in file.read_text("utf-8").splitlines()]
        return Ended(done.returncode, {name: value for name, _, value in pairs}, log + done.stdout)

    def _value(self, text: str, inputs: dict[str, str], outputs: dict[str, dict[str, str]]) -> str:
        found = re.fullmatch(r"\$\{\{ (github\.action_path|inputs\.([\w-]+)|steps\.(\w+)\.outputs\.(\w+)) \}\}", text)
        assert found is not None, f"{text}: no expression that this runner knows"
        if found[2]:
            return inputs[found[2]]
        return outputs[found[3]][found[4]] if found[3] else str(self.action)

    def _environment(self) -> dict[str, str]:
        """Return a runner's variables; pip takes what is installed here instead of asking an index."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "RUNNER_TEMP": str(self.temp),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the wrong way round
            "PYTHONPATH": str(self.temp / "libraries"),
        }


@pytest.fixture(scope="module", name="home")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Check the action out, and lay what it depends on beside it, this project left out."""
    folder = tmp_path_factory.mktemp("runner")
    (folder / "action").mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / "action" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / "action" / name)
    libraries = folder / "temp" / "libraries"
    libraries.mkdir(parents=True)
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.startswith(("pixelwitness", "__editable__", "pip")):
            (libraries / one.name).symlink_to(one)
    return folder


@pytest.fixture(name="runner")
def _runner(home: Path, tmp_path: Path) -> Runner:
    write(tmp_path / "clean.har", [entry("https://shop.example/", mime_type="text/html")])
    cookie = {"Cookie": "sid=9f2c4e7d1b0a48c6"}
    write(tmp_path / "a shop's.har", [entry("https://shop.example/", headers=cookie), entry(PURCHASE, seconds=1)])
    return Runner(home / "action", tmp_path, home / "temp")


@pytest.fixture(scope="module", name="installed")
def _installed(home: Path) -> str:
    """Install once, as the first step does."""
    runner = Runner(home / "action", home, home / "temp")
    ended = runner.run(paths="\n", python=sys.executable)
    assert ended.code == 3, ended.log
    return str(home / "temp" / "pixelwitness" / "bin")


def test_a_clean_recording_ends_well(runner: Runner) -> None:
    ended = runner.run(paths="clean.har", python=sys.executable)
    assert (ended.code, ended.outputs) == (0, {"exit-code": "0"}), ended.log


def test_an_event_fails_the_step_and_writes_every_file_that_was_asked_for(runner: Runner, installed: str) -> None:
    ended = runner.run(
        installed,
        paths="clean.har\na shop's.har\n",
        presets="no-meta\n",
        sarif_file="out.sarif",
        junit_file="out.xml",
    )

    assert (ended.code, ended.outputs) == (1, {"exit-code": "1"}), ended.log
    assert "::error file=a shop's.har,line=3," in ended.log
    sarif = json.loads((runner.workspace / "out.sarif").read_text("utf-8"))
    results = [one["locations"][0]["physicalLocation"] for one in sarif["runs"][0]["results"]]
    assert results[0]["artifactLocation"]["uri"] == "a%20shop%27s.har"
    assert "<testsuites" in (runner.workspace / "out.xml").read_text("utf-8")


def test_guard_goes_before_and_shows_no_value(runner: Runner, installed: str) -> None:
    ended = runner.run(installed, paths="a shop's.har", guard="true")
    assert (ended.code, ended.outputs) == (1, {"exit-code": "1"})
    assert "a shop's.har:2: entry 0: cookies that were sent" in ended.log
    assert "9f2c4e7d" not in ended.log
    assert "Purchase" not in ended.log


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"paths": "\n"}, 3),
        ({"paths": "missing/**/*.har"}, 3),
        ({"paths": "clean.har", "policy": "missing.toml"}, 2),
        ({"paths": "clean.har", "presets": "no-such-preset"}, 2),
    ],
)
def test_what_cannot_be_looked_at_is_no_success(
    runner: Runner, installed: str, inputs: dict[str, str], code: int
) -> None:
    ended = runner.run(installed, **inputs)
    assert (ended.code, ended.outputs) == (code, {"exit-code": str(code)}), ended.log


HOSTILE = '"; touch owned; echo "$(touch owned)`touch owned`\' && touch owned #'


@pytest.mark.parametrize("name", ["paths", "policy", "presets", "baseline", "strict", "guard", "format", "sarif_file"])
def test_no_input_is_ever_run(runner: Runner, installed: str, name: str) -> None:
    runner.run(installed, **{"paths": "clean.har", name: HOSTILE})
    assert not (runner.workspace / "owned").exists()


def test_an_old_python_is_refused_with_what_would_be_right(runner: Runner, tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")  # what the question for 3.12 comes to there
    old.chmod(0o755)

    ended = runner.run(paths="clean.har", python=str(old))

    assert (ended.code, ended.outputs) == (2, {})
    assert ended.log == (
        "::error title=pixelwitness::Python 3.12 or newer is needed; let actions/setup-python run before this action\n"
    )
