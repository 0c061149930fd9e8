"""The comparison of two commits: equal trees are the same, and what differs is found."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench import same

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of its own that holds what runs, and the scripts that compare."""
    folder = tmp_path / "repository"
    for name in ("addon", "rules", "bench"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    who = ("-c", "user.name=test", "-c", "user.email=test@test.example")
    for words in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message", "Before")):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder


def compared(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.same", "--base", "HEAD", *words],
        cwd=repository,
        env=os.environ | {"XDG_CACHE_HOME": str(repository.parent / "cache")},
        capture_output=True,
        text=True,
    )


@needs_git
def test_a_tree_is_the_same_as_itself_and_a_changed_word_is_found(repository: Path) -> None:
    # Both run, each with another seed of its hashes.
    itself = compared(repository, "--only", "demo", "--fresh")
    assert itself.returncode == 0, itself.stderr
    assert itself.stderr.splitlines() == [f"same: running the {side} over demo" for side in ("base", "head")]
    assert itself.stdout.endswith("\nthe same\n")
    told = next(
        path for path in (repository / "addon").rglob("*.py") if "This traffic is invented" in path.read_text("utf-8")
    )
    told.write_text(told.read_text("utf-8").replace("This traffic is invented", "This traffic was made up"), "utf-8")

    changed = compared(repository, "--only", "demo")

    assert changed.returncode == 1
    assert "demo: demo: 1 same, " in changed.stdout  # the recording that it saves has no such words
    assert "\n  -This traffic is invented" in changed.stdout
    assert "\n  +This traffic was made up" in changed.stdout


def content(data: dict[str, str]) -> tuple[dict[str, str], dict[str, bytes]]:
    return {name: f"hash of {text}" for name, text in data.items()}, {
        f"hash of {text}": text.encode() for text in data.values()
    }


def differences(base: dict[str, str], head: dict[str, str]) -> list[str]:
    (before, of_before), (after, of_after) = content(base), content(head)
    blobs = of_before | of_after
    ((_, lines),) = same.compare({"scan": before}, {"scan": after}, blobs.__getitem__, lines=6)
    return lines


def test_what_only_one_side_has_is_told() -> None:
    case = {"stdout": "hash"}
    sides = {"scan": case, "report --format old": case}, {"scan": case, "report --format new": case}
    assert dict(same.compare(*sides, lambda _: b"", lines=6)) == {
        "scan": [],
        "report --format old": ["only in base"],
        "report --format new": ["only in head"],
    }
    assert differences({"exit": "0"}, {"exit": "0", "summary.md": "text"}) == ["summary.md: only in head"]


def test_a_new_column_does_not_hide_what_else_differs() -> None:
    rows = [{"id": "a", "kind": "pixel"}, {"id": "b", "kind": "capi"}]

    def lines(rows: list[dict[str, str]]) -> str:
        return "".join(json.dumps(row) + "\n" for row in rows)

    more = [{**row, "delivery": "sent"} for row in rows]
    assert differences({"events.rows": lines(rows)}, {"events.rows": lines(more)}) == [
        "events.rows: columns only in head: delivery"
    ]
    more[1]["kind"] = "relay"
    found = differences({"events.rows": lines(rows)}, {"events.rows": lines(more)})
    assert found[0] == "events.rows: columns only in head: delivery"
    assert found[-2:] == ['-["b", "capi"]', '+["b", "relay"]']


def test_json_on_one_line_is_compared_by_its_members() -> None:
    before, after = ({"site": "a.example", "events": number, "contacts": 1} for number in (1, 2))
    assert differences({"stdout": json.dumps(before)}, {"stdout": json.dumps(after)})[-4:] == [
        '  "site": "a.example",',
        '- "events": 1,',
        '+ "events": 2,',
        '  "contacts": 1',
    ]
    spaced = json.dumps(before, indent=1)
    assert differences({"stdout": json.dumps(before)}, {"stdout": spaced})  # byte by byte, after all
