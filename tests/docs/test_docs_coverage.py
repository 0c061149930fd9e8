import ast
from functools import cache

import pytest
from docs import peers
from tests.docs import reading

from pixelwitness.core.detect.rule import Channel
from pixelwitness.rulebook.rules.rule_examples import examples_of
from pixelwitness.rulebook.rules.rule_set import load_rules

ROWS = (*range(1, 29), 48)
NOT_DONE = {24}
CHANNELS = reading.DOCS / "reference" / "channels"


@cache
def functions_of(path: str) -> set[str]:
    file = reading.ROOT / path
    if not path.startswith("tests/") or not file.is_file():
        return set()
    return {one.name for one in ast.parse(file.read_bytes()).body if isinstance(one, ast.FunctionDef)}


def test_what_shows_a_row_is_there() -> None:
    examples = {(one.rule_id, one.name) for one in examples_of(load_rules())}
    rules = {rule for rule, _ in examples}
    missing = []
    for row, name, example in peers.proofs():
        path, colons, test = name.partition("::")
        if colons:
            is_there = example is None and test.startswith("test_") and test in functions_of(path)
        else:
            is_there = name in rules if example is None else (name, example) in examples
        if not is_there:
            missing.append((row, name, example))
    assert missing == []


def test_a_test_or_file_that_is_not_there_is_noticed() -> None:
    assert "test_a_test_or_file_that_is_not_there_is_noticed" in functions_of("tests/docs/test_docs_coverage.py")
    assert functions_of("tests/docs/test_docs_nothing.py") == functions_of("docs/peers.py") == set()


def test_every_row_is_there_and_shown_but_for_what_is_not_done() -> None:
    rows = peers.stated()["rows"]
    assert tuple(row["number"] for row in rows) == ROWS
    assert {row["number"] for row in rows} - {row for row, _, _ in peers.proofs()} == NOT_DONE
    assert {row["number"] for row in rows if "not done" in row["does"]} == NOT_DONE


def test_every_tool_has_one_of_four_answers_in_every_row() -> None:
    found = peers.stated()
    answers = [row["others"].split() for row in found["rows"]]
    assert {len(one) for one in answers} == {len(found["tools"])}
    assert {answer for one in answers for answer in one} == {"Y", "P", "-", "n/a"}


def test_every_channel_has_a_page_with_its_rules() -> None:
    pages = {page.stem: page.read_text("utf-8") for page in CHANNELS.glob("*.md") if page.stem != "README"}
    assert set(pages) == set(Channel)
    assert {name: text.count(f"<!-- made: channel {name} -->") for name, text in pages.items()} == dict.fromkeys(
        pages, 1
    )
    described = {rule.id: rule.channel for rule in load_rules().rules if rule.channel is not None}
    found = {head: name for name in pages for head in reading.anchors(CHANNELS / f"{name}.md")}
    assert {rule: found.get(rule) for rule in described} == described


@pytest.mark.parametrize("name", list(Channel))
def test_a_page_says_what_a_finding_proves_and_what_not(name: str) -> None:
    heads = reading.anchors(CHANNELS / f"{name}.md")
    assert {"what-it-is", "what-a-finding-proves", "what-it-does-not-prove", "rules"} <= heads
