"""The hooks of this repository, run by pre-commit itself in a repository of a user's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.har import entry, write

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {one["id"]: one for one in YAML(typ="safe").load(MANIFEST)}
SECRET = "9f2c4e7d1b0a48c6"
PURCHASE = "https://www.facebook.com/tr/?id=1234567890123456&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F"

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    names = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PRE_COMMIT_HOME": str(cwd / ".cache")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PIXELWITNESS"))}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**environment, **names, "PATH": path, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_pre_commit_accepts_the_manifest(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("visit.har", True),
        ("tests/a b/visit.har.gz", True),
        ("visit.har.zst", True),
        ("visit.har.zip", True),
        ("visit.harvest", False),
        ("har.txt", False),
        ("visit.har.bak", False),
    ],
)
def test_hooks_take_recordings_and_nothing_else(hook: str, name: str, *, taken: bool) -> None:
    assert (re.search(HOOKS[hook]["files"], name) is not None) is taken


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """Make a user's repository with both hooks, which use the environment at hand instead of one of their own."""
    local = [{**one, "language": "system"} for one in HOOKS.values()]
    with (tmp_path / ".pre-commit-config.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"repos": [{"repo": "local", "hooks": local}]}, file)
    run("git", "init", "--quiet", cwd=tmp_path)
    return tmp_path


def hooks(repository: Path) -> dict[str, tuple[str, str]]:
    """Run all hooks over what is staged; return what each came to and what it said."""
    run("git", "add", "--all", "--", ":!.cache", cwd=repository)
    found: dict[str, tuple[str, str]] = {}
    for name in HOOKS:
        done = run(sys.executable, "-m", "pre_commit", "run", "--color", "never", name, cwd=repository)
        outcome = re.search(r"\.{3,}(?:\([\w ]+\))?(Passed|Failed|Skipped)$", done.stdout, re.MULTILINE)
        assert outcome is not None, done.stdout
        assert (done.returncode == 0) is (outcome[1] != "Failed")
        found[name] = outcome[1], done.stdout
    return found


def outcomes(repository: Path) -> dict[str, str]:
    return {name: outcome for name, (outcome, _) in hooks(repository).items()}


@needs_git
def test_a_repository_without_recordings_is_not_held_up(repository: Path) -> None:
    (repository / "read.me").write_text("no recording", encoding="utf-8")
    assert outcomes(repository) == {"pixelwitness": "Skipped", "no-unsanitised-har": "Skipped"}


@needs_git
def test_a_clean_and_sanitised_recording_passes_both(repository: Path) -> None:
    write(repository / "visit.har", [entry("https://shop.example/", mime_type="text/html")])
    assert outcomes(repository) == {"pixelwitness": "Passed", "no-unsanitised-har": "Passed"}


@needs_git
def test_a_session_is_kept_out_and_an_event_is_told(repository: Path) -> None:
    page = entry("https://shop.example/", headers={"Cookie": f"sid={SECRET}"}, mime_type="text/html")
    write(repository / "a visit.har", [page, entry(PURCHASE, seconds=1)])

    found = hooks(repository)

    assert {name: outcome for name, (outcome, _) in found.items()} == dict.fromkeys(HOOKS, "Failed")
    assert "a visit.har:2: entry 0: cookies that were sent" in found["no-unsanitised-har"][1]
    assert "shop.example: Purchase to pixel 1234567890123456" in found["pixelwitness"][1]
    assert SECRET not in "".join(said for _, said in found.values())


@needs_git
def test_a_recording_that_is_cut_off_does_not_pass(repository: Path) -> None:
    whole = write(repository / "visit.har", [entry("https://shop.example/"), entry("https://shop.example/b")])
    whole.write_bytes(whole.read_bytes()[:-700])
    assert outcomes(repository) == {"pixelwitness": "Failed", "no-unsanitised-har": "Failed"}
