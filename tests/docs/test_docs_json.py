import json
from pathlib import Path
from typing import Any

import pytest
from docs import schemas
from tests import program
from tests.docs import reading
from tests.published import problems

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.core.exposure.exposure_parts import SharedValue
from pixelwitness.report.published import report_document
from pixelwitness.report.published.json_encoding import encode_ascii
from pixelwitness.report.schemas import PUBLISHED, json_schema
from pixelwitness.report.statements.report_kinds import REPORT_KINDS
from pixelwitness.report.statements.site_kinds import SITE_KINDS
from pixelwitness.report.wording.vocabulary import vocabulary

PAGE = reading.DOCS / "reference" / "json.md"
STORY = reading.ROOT / "addon" / "pixelwitness" / "recordings" / "story.har"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("schemas") / "docs.sqlite"
    run("scan", str(STORY), "--db", str(db), "--keep-values")
    return db


def run(*words: str) -> str:
    done = program.run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_schemas_are_as_the_program_has_them_now() -> None:
    assert {path: path.read_text("utf-8") for path in schemas.FOLDER.iterdir()} == schemas.files(), (
        "run python docs/make.py"
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_key_of_every_schema_is_described(name: str) -> None:
    bare = [
        f"{model}.{key}"
        for model, shape in json_schema(name)["$defs"].items()
        for key, part in shape["properties"].items()
        if "description" not in part and key not in ("record", "kind")
    ]
    assert bare == []
    assert [model for model, shape in json_schema(name)["$defs"].items() if "description" not in shape] == []


def test_every_model_of_the_report_has_its_table() -> None:
    text = PAGE.read_text("utf-8")
    own = {"RecordingLine", "UseLine", "LedgerLine", "StatementLine"}  # told in a sentence: they have others' keys
    own |= {kind.__name__ for kind in (*SITE_KINDS, *REPORT_KINDS)}  # made in one part
    text += (PAGE.parent / "statements.md").read_text("utf-8")
    assert "<!-- made: statements -->" in text
    models = {model for name in ("report", "report-lines") for model in json_schema(name)["$defs"]}
    assert {model for model in models - own if f"<!-- made: keys {model} -->" not in text} == {"SettingShape"}


def test_the_document_follows_its_schema_and_uses_all_of_it(scanned: Path) -> None:
    report_document = json.loads(run("report", str(scanned), "--format", "json"))
    assert problems("report", report_document) == []
    sites = report_document["sites"]
    unused = {key for key in sites[0] if not any(site[key] for site in sites)}
    assert unused == {"bodies_not_recorded"}


def test_a_shared_value_follows_the_schema() -> None:
    # The sites of the demo share none.
    shared = SharedValue(number=1, data_class="email", form="sha256", sites=("game.example", "shop.example"))
    shared_document = report_document.build_report(
        Exposure(sites=(), shared=(shared,), coverage=Coverage()), vocabulary()
    )
    assert problems("report", json.loads(encode_ascii(shared_document))) == []


def test_every_line_follows_its_schema(scanned: Path) -> None:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in run("report", str(scanned), "--format", "jsonl").splitlines()
    ]
    assert [problem for line in lines for problem in problems("report-lines", line)] == []
    kinds = list(dict.fromkeys(line["record"] for line in lines))
    assert kinds == ["event", "contact", "statement", "announced_use", "recording", "coverage"]


def test_a_key_that_no_schema_knows_is_found() -> None:
    ledger = json.loads(encode_ascii(report_document.build_report(Exposure((), (), Coverage()), vocabulary())))
    assert problems("report", ledger) == []
    ledger["coverage"]["more"] = 1
    (problem,) = problems("report", ledger)
    assert problem.startswith("coverage: Additional properties")
    del ledger["coverage"]["more"], ledger["schema_version"]
    assert len(problems("report", ledger)) == 1
