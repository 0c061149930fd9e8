"""What ``check`` writes for machines, as a pipeline runs it: real recordings, real files, the same exit codes."""

import json
import os
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
from tests.har import entry, write
from tests.markdown import PLAIN, tokens_of
from tests.program import Finished, run
from tests.published import problems
from tests.runner import commands_in

from pixelwitness.report.check.github_summary import MAX_BYTES
from pixelwitness.report.formats.format_table import CHECK_FORMATS

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev={}&dl=https%3A%2F%2Fshop.example%2Fboots"
LEAK = [entry("https://shop.example/boots", mime_type="text/html"), entry(PIXEL.format("Purchase"))]
CLEAN = [entry("https://garden.example/", mime_type="text/html")]
CUT: list[Any] = [*CLEAN, {"request": {"method": "GET"}}]
SARIF = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
MACHINES = [one for one in CHECK_FORMATS if one != "text"]


def check(*arguments: str | Path, cwd: Path, summary: Path | str = "") -> Finished:
    return run("check", *arguments, cwd=cwd, env={"GITHUB_STEP_SUMMARY": str(summary)})


def sarif(*arguments: str | Path, cwd: Path) -> Any:
    log = json.loads(check(*arguments, "--format", "sarif", cwd=cwd).stdout)
    jsonschema.Draft7Validator(SARIF).validate(log)
    return log["runs"][0]


def place(*arguments: str | Path, cwd: Path) -> tuple[str, int]:
    """Return the file and the line of the first result."""
    location = sarif(*arguments, cwd=cwd)["results"][0]["locations"][0]["physicalLocation"]
    return location["artifactLocation"]["uri"], location["region"]["startLine"]


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """A repository with a recording in a folder of it."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "tests" / "recordings").mkdir(parents=True)
    write(root / "tests" / "recordings" / "shop.har", LEAK)
    return root


@pytest.mark.parametrize(
    ("entries", "code"), [(CLEAN, 0), (LEAK, 1), ([], 3), (CUT, 4), ([*LEAK, *CUT], 1), (None, 2), ("missing", 3)]
)
def test_the_exit_code_is_the_same_in_every_format(tmp_path: Path, entries: Any, code: int) -> None:
    if entries is None:
        (tmp_path / "made.har").write_text("hello", encoding="utf-8")
    elif entries != "missing":
        write(tmp_path / "made.har", entries)
    codes = {format_: check("made.har", "--format", format_, cwd=tmp_path).returncode for format_ in CHECK_FORMATS}

    assert codes == dict.fromkeys(CHECK_FORMATS, code)


@pytest.mark.parametrize("format_", CHECK_FORMATS)
def test_a_file_holds_what_stdout_would_get(repository: Path, format_: str) -> None:
    shown = check("tests", "--format", format_, cwd=repository)
    written = check("tests", "--format", format_, "--output", "out", cwd=repository)

    assert written.stdout == ""
    assert shown.stdout
    assert (repository / "out").read_text("utf-8") == shown.stdout


@pytest.mark.parametrize("entries", [None, [], "missing"])
@pytest.mark.parametrize("format_", MACHINES)
def test_what_could_not_be_judged_leaves_no_green_document_behind(tmp_path: Path, format_: str, entries: Any) -> None:
    write(tmp_path / "good.har", CLEAN)
    check("good.har", "--format", format_, "-o", "out", cwd=tmp_path)
    green = (tmp_path / "out").read_text("utf-8")
    if entries is None:
        (tmp_path / "made.har").write_text("hello", encoding="utf-8")
    elif entries == []:
        write(tmp_path / "made.har", [])
    check("made.har", "--format", format_, "-o", "out", cwd=tmp_path)
    text = (tmp_path / "out").read_text("utf-8")

    assert text != green
    if format_ == "sarif":
        (invocation,) = json.loads(text)["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
    elif format_ == "junit":
        assert junitparser.JUnitXml.fromstring(text.encode()).errors > 0
    elif format_ == "json":
        assert json.loads(text)["exit_code"] in (2, 3)
        assert problems("check", json.loads(text)) == []
    else:
        assert [one.name for one in commands_in(text)] == ["error"]


def test_json_of_a_real_recording_follows_its_schema(repository: Path) -> None:
    document = json.loads(check("tests", "--format", "json", cwd=repository).stdout)

    assert problems("check", document) == []
    (one,) = document["violations"]
    assert (document["exit_code"], one["check"], one["site"], one["event_name"], one["page"]) == (
        1,
        "event",
        "shop.example",
        "Purchase",
        "shop.example/boots",
    )
    assert [(each["file"], each["position"], each["stands_in"]) for each in one["places"]] == [
        ("tests/recordings/shop.har", 1, False)
    ]


def test_the_line_is_that_of_the_entry(repository: Path) -> None:
    file = repository / "tests" / "recordings" / "shop.har"
    uri, line = place("tests", cwd=repository)

    assert (repository / uri) == file
    assert "ev=Purchase" in file.read_text("utf-8").splitlines()[line - 1]


def test_paths_are_told_from_the_root_wherever_the_command_runs(repository: Path) -> None:
    folder = repository / "tests" / "recordings"
    outside = repository.parent

    assert place("shop.har", cwd=folder)[0] == "tests/recordings/shop.har"
    assert place(folder / "shop.har", cwd=repository)[0] == "tests/recordings/shop.har"
    assert place("../tests/./recordings/shop.har", cwd=repository / ".git")[0] == "tests/recordings/shop.har"
    assert place("shop.har", "--root", "..", cwd=folder)[0] == "recordings/shop.har"
    assert place("repository/tests", "--root", "repository", cwd=outside)[0] == "tests/recordings/shop.har"


def test_what_lies_elsewhere_is_told_by_its_name_alone(repository: Path) -> None:
    write(repository.parent / "else where.har", LEAK)

    assert place("../else where.har", cwd=repository) == ("else%20where.har", 1)
    (one,) = commands_in(check("../else where.har", "--format", "github", cwd=repository).stdout)
    assert set(one.properties) == {"title"}


def test_a_database_is_told_by_its_recordings_where_they_are_below_the_root_else_by_itself(repository: Path) -> None:
    write(repository.parent / "else.har", LEAK)
    run("scan", "tests", "--db", "here.sqlite", cwd=repository)
    run("scan", "../else.har", "--db", "there.sqlite", cwd=repository)

    assert place("here.sqlite", cwd=repository)[0] == "tests/recordings/shop.har"
    assert place("there.sqlite", cwd=repository) == ("there.sqlite", 1)
    shutil.move(repository / "there.sqlite", repository.parent / "there.sqlite")
    assert place("../there.sqlite", cwd=repository) == ("else.har", 1)


def test_live_traffic_is_told_by_its_database(repository: Path) -> None:
    run("scan", "tests", "--db", "live.sqlite", cwd=repository)
    with closing(sqlite3.connect(repository / "live.sqlite")) as connection, connection:
        connection.execute("""UPDATE recordings SET kind = 'live', sources = '["live"]'""")

    assert place("live.sqlite", cwd=repository) == ("live.sqlite", 1)


def test_an_archive_is_told_as_the_file_it_is(repository: Path) -> None:
    with zipfile.ZipFile(repository / "both.zip", "w") as archive:
        archive.write(repository / "tests" / "recordings" / "shop.har", "a.har")
        archive.write(write(repository / "b.har", [*LEAK, *CLEAN]), "b.har")
    (repository / "b.har").unlink()

    assert place("both.zip", cwd=repository)[0] == "both.zip"


def test_standard_input_is_called_so(repository: Path) -> None:
    text = (repository / "tests" / "recordings" / "shop.har").read_text("utf-8")
    done = run("check", "-", "--format", "sarif", cwd=repository, stdin=text)
    location = json.loads(done.stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]

    assert location["artifactLocation"]["uri"] == "recording"


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_the_name_of_a_file_takes_no_effect(repository: Path) -> None:
    name = "\n::error::x%0A,line=9 [a](https:b) <img> | `c` \x1b[2J ##[add-mask]\udcff.har"
    write(repository / name, LEAK)
    uri, line = place(name, cwd=repository)

    assert line > 1
    assert uri.startswith("%0A%3A%3Aerror%3A%3Ax%250A%2Cline%3D9%20%5Ba%5D%28https%3Ab%29")
    for format_ in ("text", "json", "sarif", "junit"):
        assert list(commands_in(check(name, "--format", format_, cwd=repository).stdout)) == []
    summary = {"GITHUB_STEP_SUMMARY": str(repository / "summary.md")}
    done = run("check", name, "--format", "github", cwd=repository, env=summary)
    assert [(one.name, one.properties["line"]) for one in commands_in(done.stdout)] == [("error", str(line))]
    assert list(commands_in(done.stderr)) == []
    assert {one.type for one in tokens_of((repository / "summary.md").read_text("utf-8"))} <= PLAIN


def test_the_summary_of_the_step_is_added_to_what_stands_there(repository: Path) -> None:
    summary = repository.parent / "summary.md"
    summary.write_text("# Of another step\n", encoding="utf-8")
    check("tests", "--format", "github", cwd=repository, summary=summary)
    text = summary.read_text("utf-8")

    assert text.startswith("# Of another step\n## pixelwitness: 1 violation on 1 site, 0 warnings.\n")
    assert "| `shop.example` | `Purchase` to pixel `1234567890123456` by pixel on `shop.example/boots` |" in text
    assert {one.type for one in tokens_of(text)} <= PLAIN


def test_the_summary_leaves_the_rest_of_its_step_in_place(repository: Path) -> None:
    summary = repository.parent / "summary.md"
    summary.write_text("x" * (MAX_BYTES - 3_000), encoding="utf-8")
    write(repository / "many.har", [entry(PIXEL.format(f"Own{n:03d}")) for n in range(100)])
    check("many.har", "--format", "github", cwd=repository, summary=summary)

    assert summary.stat().st_size <= MAX_BYTES
    assert "more; the other formats tell all of them." in summary.read_text("utf-8")


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "junit"])
def test_other_formats_write_no_summary(repository: Path, format_: str) -> None:
    check("tests", "--format", format_, cwd=repository, summary=repository / "summary.md")

    assert not (repository / "summary.md").exists()


def test_a_summary_that_cannot_be_written_changes_nothing_else(repository: Path) -> None:
    done = check("tests", "--format", "github", cwd=repository, summary=repository / "no" / "summary.md")

    assert done.returncode == 1
    assert "pixelwitness: the summary of the step could not be written: FileNotFoundError\n" in done.stderr


def test_a_database_is_never_replaced_by_an_output(repository: Path) -> None:
    run("scan", "tests", "--db", "here.sqlite", cwd=repository)
    done = check("tests", "--format", "sarif", "-o", "here.sqlite", cwd=repository)

    assert done.returncode == 2
    assert "is a database; name a file that may be replaced" in done.stderr


@pytest.mark.parametrize("option", ["--output", "--write-baseline"])
def test_a_recording_is_never_replaced_by_what_is_made_of_it(repository: Path, option: str) -> None:
    har = next((repository / "tests").rglob("*.har"))
    before = har.read_bytes()
    name = har.relative_to(repository)
    done = check(str(name), option, f".{os.sep}{name}", cwd=repository)

    assert done.returncode == 2
    assert f"{option} {name} is a recording to be looked at; name a file that may be replaced" in done.stderr
    assert har.read_bytes() == before


def test_an_output_in_no_folder_is_refused_with_its_name(repository: Path) -> None:
    done = check("tests", "-o", "no/told.txt", cwd=repository)

    assert done.returncode == 2
    assert f"{Path('no', 'told.txt')}: there is no such folder; make it first" in done.stderr


@pytest.mark.parametrize("format_", MACHINES)
def test_pages_of_a_database_with_values_are_not_named(repository: Path, format_: str) -> None:
    run("scan", "--keep-values", "tests", "--db", "kept.sqlite", cwd=repository)
    done = check("kept.sqlite", "--format", format_, cwd=repository, summary=repository / "summary.md")
    summary = repository / "summary.md"

    assert "/boots" not in done.stdout + (summary.read_text("utf-8") if summary.exists() else "")
