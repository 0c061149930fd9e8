"""``diff`` as a user calls it: files, databases, two recordings of one, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from tests.har import entry, write
from tests.program import run
from tests.published import problems

from pixelwitness.scan.scan import ScanOptions, scan

PAGE = "https://shop.example/"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def hit(name: str, more: str = "", seconds: int = 1, **changed: Any) -> dict[str, Any]:
    url = f"https://www.facebook.com/tr/?id=1234567890123456&ev={name}&dl={PAGE}&ts={seconds}&ec={seconds}{more}"
    return entry(url, seconds=seconds, headers={"referer": PAGE}, **changed)


def page() -> dict[str, Any]:
    return entry(PAGE, mime_type="text/html", headers={"sec-fetch-dest": "document"})


@pytest.fixture
def sides(tmp_path: Path) -> Path:
    write(tmp_path / "a.har", [page(), hit("PageView"), hit("Purchase", f"&ud[em]={HASH}", 2)])
    write(tmp_path / "b.har", [page(), hit("PageView"), hit("PageView", seconds=3), hit("Lead", seconds=4)])
    write(tmp_path / "empty.har", [])
    return tmp_path


WITHOUT_TIME = """shop.example  (visits: 1 → 1)
  new           event Lead, pixel 1234567890123456: 0 → 1
  gone          event Purchase, pixel 1234567890123456: 1 → 0
  gone          data: e-mail (SHA-256): 1 → 0
  gone          known by: em: 1 → 0
  more          event PageView, pixel 1234567890123456: 1 → 2
  more          pixel 1234567890123456: 2 → 3
  more          way: pixel: 2 → 3
  more          data: page address (readable): 2 → 3
  more          consent when events left: nothing seen: 2 → 3

Numbers depend on what was done; where the visits differ, so may they.
"""


def test_two_files_are_compared_whole(sides: Path) -> None:
    done = run("diff", "a.har", "b.har", cwd=sides)
    heads, _, rest = done.stdout.partition("\n\n")
    assert (done.returncode, rest) == (0, WITHOUT_TIME)
    assert [line[:18] for line in heads.splitlines()] == ["A: a.har: 1 record", "B: b.har: 1 record"]


def test_files_databases_and_recordings_of_one_database_tell_the_same(sides: Path) -> None:
    for name in ("a", "b"):
        scan([str(sides / f"{name}.har")], ScanOptions(db=sides / f"{name}.sqlite"))
    both = scan([str(sides / "a.har"), str(sides / "b.har")], ScanOptions(db=sides / "both.sqlite"))
    a, b = (one.recording_id for one in both.scanned)
    assert a is not None
    assert b is not None
    for words in (
        ("a.sqlite", "b.sqlite"),
        ("a.har", "b.sqlite"),
        ("both.sqlite", "--recording", a[:6], "--recording", b[:6]),
    ):
        done = run("diff", *words, cwd=sides)
        assert (done.returncode, done.stdout.partition("\n\n")[2]) == (0, WITHOUT_TIME), words


def test_json_follows_its_schema_and_markdown_has_a_table(sides: Path) -> None:
    document = json.loads(run("diff", "a.har", "b.har", "--format", "json", cwd=sides).stdout)
    assert problems("diff", document) == []
    (site,) = document["sites"]
    assert site["differences"][0] == {
        "aspect": "event",
        "name": "Lead",
        "of": "1234567890123456",
        "called": "event Lead, pixel 1234567890123456",
        "a": 0,
        "b": 1,
        "change": "new",
        "could_be_missed": [],
    }
    run("diff", "a.har", "b.har", "--format", "markdown", "-o", "diff.md", cwd=sides)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse((sides / "diff.md").read_text("utf-8"))
    assert [token.type for token in tokens].count("tr_open") == 1 + len(WITHOUT_TIME.split("\n\n")[0].splitlines()) - 1


def test_what_a_side_could_not_see_is_told_with_a_question_mark_in_every_format(sides: Path) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", "referer": PAGE}
    lost = entry("https://www.facebook.com/tr/", method="POST", headers=form, seconds=9)
    lost["request"]["bodySize"] = 900
    write(sides / "lost.har", [page(), hit("PageView"), lost])
    text, markdown = (
        run("diff", "a.har", "lost.har", "--format", format_, cwd=sides).stdout for format_ in ("table", "markdown")
    )
    reason = "(B: bodies of requests were not recorded)"
    assert f"  not recorded  event Purchase, pixel 1234567890123456: 1 → ? {reason}\n" in text
    assert "| event `Purchase`, pixel `1234567890123456` | 1 | ? | not recorded |" in markdown
    assert "B is incomplete: 1 request body not recorded." in text
    document = json.loads(run("diff", "a.har", "lost.har", "--format", "json", cwd=sides).stdout)
    (purchase,) = (one for one in document["sites"][0]["differences"] if one["name"] == "Purchase")
    assert (purchase["change"], purchase["could_be_missed"]) == ("not_recorded", ["bodies_not_recorded"])


def test_a_drawn_table_tells_the_same(sides: Path) -> None:
    drawn = run("diff", "a.har", "b.har", "--color", "always", cwd=sides).stdout
    assert "event Purchase, pixel 1234567890123456" in drawn
    assert "\x1b[32mgone\x1b[0m" in drawn


ENDS = [
    (("a.har", "b.har"), 0, ""),
    (("a.har", "b.har", "--exit-code"), 1, "the two differ"),
    (("a.har", "a.har", "--exit-code"), 0, ""),
    (("a.har", "other.har", "--exit-code"), 4, "the evidence is incomplete"),
    (("a.har", "empty.har"), 3, "B holds no request: there is nothing to compare"),
    (("missing.har", "a.har"), 3, "A holds no request"),
    (("a.har", "broken.har"), 2, "not all of broken.har could be read"),
    (("a.har",), 2, "name a second recording or database"),
    (("a.har", "b.har", "--recording", "1"), 2, "name that database alone"),
    (("a.har", "b.har", "-o", "b.har"), 2, "b.har is a recording to be looked at"),
    (
        ("a.har", "b.har", "--site", "garden.example"),
        0,
        "garden.example: nothing of this site was recorded on either side",
    ),
]


@pytest.mark.parametrize(("words", "code", "said"), ENDS, ids=[" ".join(one[0]) for one in ENDS])
def test_the_exit_code_and_what_is_said(sides: Path, words: tuple[str, ...], code: int, said: str) -> None:
    write(sides / "other.har", [entry("https://garden.example/", mime_type="text/html")])
    (sides / "broken.har").write_text("this is no recording", "utf-8")
    done = run("diff", *words, cwd=sides)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_site_that_only_the_other_side_visited_is_not_gone(sides: Path) -> None:
    write(sides / "other.har", [entry("https://garden.example/", mime_type="text/html")])
    document = json.loads(run("diff", "a.har", "other.har", "--format", "json", cwd=sides).stdout)
    assert {one["change"] for site in document["sites"] for one in site["differences"]} == {"not_recorded"}
    assert document["alike"] == ["garden.example"]
