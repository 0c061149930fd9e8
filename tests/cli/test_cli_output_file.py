import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from tests.har import entry, write
from tests.program import run

from pixelwitness.cli.shared.output_file import write_output

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev=Lead&dl=https%3A%2F%2Fshop.example%2F"


@pytest.mark.parametrize("format_", ["table", "story", "json", "jsonl", "csv", "markdown"])
def test_a_report_in_a_file_is_what_stdout_would_get(format_: str, tmp_path: Path) -> None:
    write(tmp_path / "shop.har", [entry(PIXEL)])
    run("scan", "shop.har", cwd=tmp_path)

    shown = run("report", "pixelwitness.sqlite", "--format", format_, cwd=tmp_path)
    written = run("report", "pixelwitness.sqlite", "--format", format_, "-o", "out", cwd=tmp_path)

    assert (shown.returncode, written.returncode, written.stdout) == (0, 0, "")
    assert shown.stdout
    assert (tmp_path / "out").read_text("utf-8") == shown.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_is_replaced_whole_and_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("older and longer")
    file.chmod(0o644)

    write_output(["a", "b\n"], file)

    assert file.read_bytes() == b"ab\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["report.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_shared_file_has_the_rights_of_any_new_one(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_output(["a"], tmp_path / "shared", shared=True)
        assert os.umask(mask) == mask
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == mode


def test_an_output_that_ends_in_a_fault_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("older")

    def pieces() -> Iterator[str]:
        yield "new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_output(pieces(), file)

    assert file.read_text() == "older"
    assert [one.name for one in tmp_path.iterdir()] == ["report.txt"]


def test_a_database_is_never_replaced(tmp_path: Path) -> None:
    db = tmp_path / "evidence.sqlite"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("CREATE TABLE one (two)")
    before = db.read_bytes()

    with pytest.raises(click.UsageError, match=r"evidence\.sqlite is a database"):
        write_output(["report"], db)

    assert db.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path / "shop.har", [entry(PIXEL)])
    run("scan", "shop.har", cwd=tmp_path)

    failed = run("report", "pixelwitness.sqlite", "-o", "nowhere/report.txt", cwd=tmp_path)

    assert failed.returncode == 2
    assert "nowhere" in failed.stderr
    assert "Traceback" not in failed.stderr
