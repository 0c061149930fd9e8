"""`merge` as a user meets it: the command behind a second process's or a rescued database."""

import json
from pathlib import Path

from tests.har import entry, har
from tests.program import run

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev=PageView&dl=https%3A%2F%2F{}%2F"


def scanned(folder: Path, name: str, site: str, *more: str) -> None:
    (folder / f"{name}.har").write_text(json.dumps(har([entry(PIXEL.format(site))])), encoding="utf-8")
    done = run("scan", f"{name}.har", "--db", f"{name}.sqlite", *more, cwd=folder)
    assert done.returncode == 0, done.stderr


def test_recordings_of_one_study_come_together(tmp_path: Path) -> None:
    scanned(tmp_path, "shop", "shop.example")
    scanned(tmp_path, "news", "news.example", "--key", "shop.key")

    first = run("merge", "all.sqlite", "shop.sqlite", "news.sqlite", cwd=tmp_path)
    again = run("merge", "all.sqlite", "news.sqlite", cwd=tmp_path)

    assert (first.returncode, first.stdout) == (
        0,
        "shop.sqlite: 1 recording: 1 added\nnews.sqlite: 1 recording: 1 added\n",
    )
    assert (again.returncode, again.stdout) == (0, "news.sqlite: 1 recording: 1 there already\n")
    report = run("report", "all.sqlite", "--format", "csv", cwd=tmp_path).stdout
    assert ("shop.example" in report, "news.example" in report) == (True, True)


def test_another_study_is_refused_and_the_rest_is_merged(tmp_path: Path) -> None:
    scanned(tmp_path, "shop", "shop.example")
    scanned(tmp_path, "other", "garden.example")
    scanned(tmp_path, "news", "news.example", "--key", "shop.key")

    done = run("merge", "shop.sqlite", "other.sqlite", "news.sqlite", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "news.sqlite: 1 recording: 1 added\n")
    assert "other.sqlite: its tokens were made under another key than those of shop.sqlite" in done.stderr
    assert "nothing of it was merged" in done.stderr


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    scanned(tmp_path, "shop", "shop.example")
    (tmp_path / "note.txt").write_text("no database", encoding="utf-8")

    done = run("merge", "shop.sqlite", "note.txt", cwd=tmp_path)

    assert done.returncode == 2
    assert "note.txt: it is not an SQLite database" in done.stderr
    assert "Traceback" not in done.stderr
