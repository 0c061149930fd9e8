"""What pages tell people to paste into their CI: it is read by the same parsers, and names what there is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.docs import reading

ACTION: dict[str, Any] = YAML(typ="safe").load(reading.ROOT / "action.yml")
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(reading.ROOT / ".pre-commit-hooks.yaml")
PINNED = re.compile(r"(?:[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER/pixelwitness@COMMIT)")
HOWTO = reading.DOCS / "howto"


def blocks(language: str) -> list[tuple[Path, reading.Block]]:
    return [(page, one) for page in reading.PAGES for one in reading.blocks(page) if one.language == language]


def parsed() -> Iterator[Any]:
    for _, block in blocks("yaml"):
        yield YAML(typ="safe").load(block.text)


def inside(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (inner for name, inner in value.items() if name == key)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from inside(one, key)


@pytest.mark.parametrize(("page", "block"), blocks("yaml"), ids=lambda one: getattr(one, "name", ""))
def test_actions_to_paste_are_pinned_as_our_own_are(page: Path, block: reading.Block) -> None:
    YAML(typ="safe").load(block.text)
    used = [line.partition("uses: ")[2] for line in block.text.splitlines() if "uses: " in line]
    assert [one for one in used if not PINNED.fullmatch(one)] == []
    ours = (reading.ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    shared = [one for one in used if f"{one.partition('@')[0]}@" in ours]
    assert [one for one in shared if one not in ours] == []


def test_inputs_of_the_action_are_those_it_has() -> None:
    steps = [step for document in parsed() for group in inside(document, "steps") for step in group]
    given = [step["with"] for step in steps if step.get("uses", "").startswith("OWNER/pixelwitness@")]
    assert len(given) >= 2
    assert {name for one in given for name in one} <= set(ACTION["inputs"])
    listed = " ".join(reading.first_words(HOWTO / "fail-a-ci-job.md", "GitHub"))
    assert set(re.findall(r"[\w-]+", listed)) == set(ACTION["inputs"])


def test_hooks_to_paste_are_those_there_are() -> None:
    named = {one["id"] for document in parsed() for hooks in inside(document, "hooks") for one in hooks}
    assert named == {one["id"] for one in HOOKS}


@pytest.mark.parametrize(("page", "block"), blocks("toml"), ids=lambda one: getattr(one, "name", ""))
def test_toml_to_paste_is_toml(page: Path, block: reading.Block) -> None:
    assert tomllib.loads(block.text)
