import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import get_args

import click
import pytest
from docs import make
from tests import program
from tests.docs import reading

from pixelwitness.core.detect.locator import SOURCES
from pixelwitness.core.detect.rule import Channel, Confidence
from pixelwitness.core.detect.transport import Transport
from pixelwitness.core.join.attribution import AttributedBy
from pixelwitness.core.wire.request import BodyState
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.policy.config import policy_model
from pixelwitness.policy.config.policy_file import read_declaration, read_policy
from pixelwitness.report.formats import csv_sites
from pixelwitness.report.formats.csv_events import COLUMNS
from pixelwitness.rulebook.rules import rule_model
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.store import schema

REFERENCE = reading.DOCS / "reference"
STORY = reading.ROOT / "addon" / "pixelwitness" / "recordings" / "story.har"


@pytest.mark.parametrize("words", [words for words in make.commands() if words])
def test_every_command_has_a_heading_and_every_option_stands_under_it(words: str) -> None:
    page = (REFERENCE / "commands.md").read_text("utf-8")
    section = re.search(rf"^#+ {re.escape(words)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section is not None, f"{words} has no heading"
    options = [one for one in make.commands()[words].params if isinstance(one, click.Option)]
    missing = [name for one in options for name in one.opts if not re.search(rf"(?<![\w-]){name}\b", section[1])]
    assert missing == []


def test_every_option_has_a_help() -> None:
    options = [(words, one) for words, command in make.commands().items() for one in command.params]
    assert [(words, one.name) for words, one in options if isinstance(one, click.Option) and not one.help] == []


def test_no_command_is_documented_that_is_not_there() -> None:
    page = (REFERENCE / "commands.md").read_text("utf-8")
    documented = re.findall(r"<!-- made: help (.+) -->", page)
    assert sorted(documented) == sorted({words or "pixelwitness" for words in make.commands()})


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("docs") / "docs.sqlite"
    run("scan", str(STORY), "--db", str(db), "--keep-values")
    return db


def run(*words: str) -> str:
    done = program.run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_table_and_column_of_the_store_is_documented(scanned: Path) -> None:
    with closing(sqlite3.connect(scanned)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        ]
        there = {
            name: [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
            for name in names
            if not name.startswith("sqlite_")
        }
    page = REFERENCE / "store.md"
    assert set(there) == {*schema.TABLES, "exposure"}
    assert {name: reading.first_words(page, name) for name in reading.tables(page)} == there


def test_the_ledger_names_columns_that_exist() -> None:
    columns = set(schema.columns(schema.RECORDS["recordings"]))
    (page,) = (rows for rows in reading.tables(REFERENCE / "ledger.md").values())
    assert {row[0].strip("`") for row in page} - columns == set()


def test_every_rule_is_listed_and_described() -> None:
    page = REFERENCE / "rules.md"
    ids = {rule.id for rule in load_rules().rules}
    described = set(re.findall(r"^### (\S+)$", page.read_text("utf-8"), re.MULTILINE))
    listed = {re.sub(r"\(.*\)", "", word) for word in reading.first_words(page, "Rules")}
    assert (listed, described) == (ids, ids)


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("Top level", rule_model.RuleModel),
        ("match", rule_model.MatchModel),
        ("decode", rule_model.DecodeModel),
        ("examples", rule_model.ExampleModel),
    ],
)
def test_every_key_of_a_rule_is_documented_with_an_example(heading: str, model: type[rule_model.Strict]) -> None:
    keys = [info.alias or name for name, info in model.model_fields.items()]
    page = REFERENCE / "rule-format.md"
    assert reading.first_words(page, heading) == keys
    bare = [row[0] for row in reading.tables(page)[heading] if len(row) < 3 or not row[2]]
    assert [key for key in bare if key.strip("`") not in ("match", "decode", "examples")] == []


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("reference/rule-format.md", Channel),
        ("reference/rule-format.md", BodyState),
        ("reference/rule-format.md", rule_model.PAGE_CLAIMS),
        ("reference/rule-format.md", SOURCES),
        ("reference/store.md", Transport),
        ("reference/store.md", BodyState),
        ("reference/csv.md", Transport),
        ("explanation/how-sure.md", Confidence),
        ("explanation/attribution.md", get_args(AttributedBy.__value__)),
    ],
)
def test_every_word_of_a_closed_list_is_documented(page: str, words: Iterable[str]) -> None:
    text = (reading.DOCS / page).read_text("utf-8")
    assert [str(word) for word in words if f"`{word}`" not in text] == []


def test_the_columns_of_csv_are_documented_in_their_order() -> None:
    assert reading.first_words(REFERENCE / "csv.md", "CSV") == list(COLUMNS)
    assert reading.first_words(REFERENCE / "csv.md", "One row for each site") == list(csv_sites.COLUMNS)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Keys of the file", policy_model.Policy),
        ("Sites", policy_model.SitePolicy),
        ("Sites", policy_model.Allowed),
        ("Declaration", policy_model.Declared),
        ("Ignores", policy_model.Ignore),
    ],
)
def test_every_key_of_a_policy_stands_in_the_table_of_its_part(heading: str, kind: type[policy_model.Strict]) -> None:
    page = (REFERENCE / "policy.md").read_text("utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert section is not None
    told = {
        name for row in re.findall(r"^\| (`.*?) \|", section[1], re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }
    assert {info.alias for info in kind.model_fields.values()} - told == set()


def test_the_page_of_policies_tells_of_every_state_of_consent() -> None:
    page = (REFERENCE / "policy.md").read_text("utf-8")
    section = re.search(r"^## Consent\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert [state for state in ConsentState if f"`{state}`" not in section[1]] == []


def test_the_example_of_a_policy_is_one(tmp_path: Path) -> None:
    for name, read in (("pixelwitness.toml", read_policy), ("declared.toml", read_declaration)):
        page = (REFERENCE / "policy.md").read_text("utf-8")
        (block,) = re.findall(rf"<!-- file: {name} -->\n```toml\n(.*?)```", page, re.DOTALL)
        path = tmp_path / name
        path.write_text(block, encoding="utf-8")
        assert read(path)
