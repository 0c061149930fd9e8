"""action.yml and the project's own workflows: their shape, their pins, their permissions, and what the auditor says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTED = (ACTION, *WORKFLOWS)
PINNED = re.compile(
    r"uses: (?:\./(?: # zizmor: ignore\[self-repository\] .+)?|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)\s*$"
)
COMMAND_INPUTS = re.compile(r"\$\{\{")


def load(path: Path) -> dict[str, Any]:
    # YAML 1.2, as GitHub reads it: `on` is a word, not a truth.
    found: dict[str, Any] = YAML(typ="safe").load(path)
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    document = load(path)
    if "runs" in document:
        yield from document["runs"]["steps"]
    for job in document.get("jobs", {}).values():
        yield from job["steps"]


def name(path: Path) -> str:
    return path.name


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", SCRIPTED, ids=name)
def test_every_action_is_pinned_to_a_commit_with_its_version(path: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_one_action_has_one_pin() -> None:
    texts = [path.read_text("utf-8") for path in SCRIPTED]
    pins = {pin for text in texts for pin in re.findall(r"uses: ([\w.-]+/[\w./-]+@\w+)", text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("path", SCRIPTED, ids=name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    assert [step["run"] for step in steps(path) if COMMAND_INPUTS.search(step.get("run", ""))] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_workflows_may_read_and_nothing_else(path: Path) -> None:
    document = load(path)
    assert document["permissions"] == {}
    assert [one["permissions"] for one in document["jobs"].values()] == [{"contents": "read"}] * len(document["jobs"])
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * len(document["jobs"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_workflows_run_on_pushes_of_their_own_and_never_with_the_rights_of_a_foreign_pull_request(path: Path) -> None:
    assert set(load(path)["on"]) <= {"push", "pull_request"}
    assert [job for job, found in load(path)["jobs"].items() if "timeout-minutes" not in found] == []


def test_the_action_is_composite_and_says_what_each_input_means() -> None:
    action = load(ACTION)
    assert (action["name"], action["runs"]["using"]) == ("pixelwitness", "composite")
    assert [key for key, one in action["inputs"].items() if not one["description"].strip()] == []
    assert [key for key, one in action["inputs"].items() if one.get("required")] == ["paths"]
    assert [key for key, one in action["inputs"].items() if not one.get("required") and "default" not in one] == []
    assert all(step["shell"] == "bash" for step in steps(ACTION))


def test_every_input_is_used_and_none_is_used_that_is_not_there() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text("utf-8")))
    assert used == set(load(ACTION)["inputs"])


@pytest.mark.process
def test_the_auditor_of_workflows_finds_nothing() -> None:
    zizmor = shutil.which("zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if zizmor is None:
        pytest.skip("zizmor is not installed")
    done = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--color", "never", str(ACTION), str(ROOT / ".github")],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_of_workflows_finds_nothing() -> None:
    linter = shutil.which("actionlint")
    if linter is None:
        pytest.skip("actionlint is not on this machine: it comes from no package index that the tests could use")
    done = subprocess.run(
        [linter, *map(str, WORKFLOWS)], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
