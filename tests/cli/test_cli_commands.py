"""The commands as a user meets them, with real files."""

import csv
import io
import json
import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, har
from tests.program import run

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev={}&dl=https%3A%2F%2Fshop.example%2Fboots"
HASHED = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"
PURCHASE = PIXEL.format("Purchase") + (
    "&cd[content_name]=hiking+boots&cd[value]=89&cd[currency]=EUR&ud[em]=" + HASHED + "&fbp=fb.1.1795300000000.123"
)


def write(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps(har(entries)), encoding="utf-8")
    return path


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Path:
    return write(
        tmp_path / "shop.har",
        entry("https://shop.example/boots", mime_type="text/html"),
        entry(PIXEL.format("ViewContent"), seconds=1),
        entry(PURCHASE, seconds=2),
        entry("https://cdn.example/app.js", seconds=3),
    )


@pytest.fixture(name="garden")
def _garden(tmp_path: Path) -> Path:
    return write(tmp_path / "garden.har", entry("https://garden.example/", mime_type="text/html"))


def test_scan_makes_a_private_database_and_sums_up(tmp_path: Path, shop: Path) -> None:
    done = run("scan", "shop.har", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "1 recording: 1 added; kept in pixelwitness.sqlite\n")
    assert "shop.example  (1 visit, " in done.stdout
    assert "told Meta  Purchase, ViewContent" in done.stdout
    assert "Looked at: 1 recording, 4 requests = 2 for Meta (2 carried 2 events) + 2 other" in " ".join(
        done.stdout.split()
    )
    assert "stays out of sight" in done.stdout
    assert HASHED not in done.stdout
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "pixelwitness.sqlite").stat().st_mode) == 0o600


def test_scanned_again_it_adds_nothing_and_sums_up_the_same(tmp_path: Path, shop: Path) -> None:
    first, second = run("scan", shop, cwd=tmp_path), run("scan", shop, cwd=tmp_path)

    assert second.stdout == first.stdout
    assert second.stderr == "1 recording: 1 known already; kept in pixelwitness.sqlite\n"


def test_changed_options_replace_the_rows_and_say_so(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    kept = run("scan", "--keep-values", "--format", "story", shop, cwd=tmp_path)

    assert "1 replaced" in kept.stderr
    assert "bought hiking boots for 89 EUR" in " ".join(kept.stdout.split())


def test_the_summary_is_of_what_was_scanned_now(tmp_path: Path, shop: Path, garden: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("scan", garden, cwd=tmp_path)

    assert "shop.example" not in done.stdout
    assert "Visited, nothing seen to go to Meta: garden.example" in done.stdout


def test_standard_input_is_a_recording(tmp_path: Path, shop: Path) -> None:
    done = run("scan", "-", cwd=tmp_path, stdin=shop.read_text(encoding="utf-8"))

    assert done.returncode == 0
    assert "Purchase" in done.stdout


@pytest.mark.parametrize("command", ["scan", "check"])
def test_where_nothing_is_named_nothing_is_scanned_and_no_database_made(tmp_path: Path, command: str) -> None:
    for pattern in ("missing.har", "*.har"):
        done = run(command, pattern, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            f"pixelwitness: there is no such file or folder, nor does a pattern match any: {pattern}\n"
            "pixelwitness: exit 3: there was nothing to scan\n"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_recording_is_incomplete_and_its_whole_entries_count(tmp_path: Path, shop: Path) -> None:
    whole = shop.read_text(encoding="utf-8")
    shop.write_text(whole[: whole.rindex("https://cdn.example")], encoding="utf-8")
    done = run("scan", shop, cwd=tmp_path)

    assert done.returncode == 4
    assert "Purchase" in done.stdout
    assert "1 recording ends before the end" in done.stdout
    assert done.stderr.endswith("pixelwitness: exit 4: the evidence is incomplete\n")


def test_formats_for_machines_can_be_read(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)

    document = json.loads(run("report", "pixelwitness.sqlite", "--format", "json", cwd=tmp_path).stdout)
    assert document["schema_version"] == 2
    assert [(one["site"], one["n_events"]) for one in document["sites"]] == [("shop.example", 2)]
    lines = run("report", "pixelwitness.sqlite", "--format", "jsonl", cwd=tmp_path).stdout.splitlines()
    kinds = [json.loads(line)["record"] for line in lines]
    assert [kinds[:2], [*dict.fromkeys(kinds[2:])]] == [
        ["event", "event"],
        ["statement", "announced_use", "recording", "coverage"],
    ]
    table = run("report", "pixelwitness.sqlite", "--format", "csv", cwd=tmp_path)
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert [(row["event_name"], row["site"], row["contents"]) for row in rows] == [
        ("ViewContent", "shop.example", "recorded"),
        ("Purchase", "shop.example", "recorded"),
    ]
    assert "Looked at: 1 recording" in table.stderr


def test_report_takes_sites_times_and_recordings(tmp_path: Path, shop: Path, garden: Path) -> None:
    run("scan", shop, garden, cwd=tmp_path)

    def sites(*options: str) -> list[tuple[str, int]]:
        done = run("report", "pixelwitness.sqlite", "--format", "json", *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return [(one["site"], one["n_events"]) for one in json.loads(done.stdout)["sites"]]

    assert sites() == [("garden.example", 0), ("shop.example", 2)]
    assert sites("--site", "Shop.Example") == [("shop.example", 2)]
    assert sites("--since", "2026-11-20T11:00:02+01:00") == [("shop.example", 1)]
    assert sites("--since", "2026-11-21") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "yesterday"], "write 2026-11-20 or 2026-11-20T10:00:00Z"),
        (["--recording", "zzz"], "no recording's id begins with 'zzz'; there are 1 in the database"),
        (["--format", "pdf"], "'pdf' is not one of"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(tmp_path: Path, shop: Path, options: list[str], message: str) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("report", "pixelwitness.sqlite", *options, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith("pixelwitness: exit 2: it could not run\n")


def test_a_site_of_which_nothing_was_recorded_is_not_called_clean(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("report", "pixelwitness.sqlite", "--site", "other.example", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert "nothing of this site was recorded" in done.stderr


@pytest.mark.parametrize("named", ["www.shop.example", "WWW.Shop.Example.", "https://www.shop.example/boots?a=1"])
def test_a_host_is_asked_for_by_its_site(tmp_path: Path, shop: Path, named: str) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("report", "pixelwitness.sqlite", "--site", named, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, f"pixelwitness: {named} belongs to the site shop.example\n")
    assert done.stdout.startswith("shop.example  (")


def test_a_site_that_names_none_is_refused(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("report", "pixelwitness.sqlite", "--site", "https://", cwd=tmp_path)

    assert (done.returncode, "names no site; write one as reports do" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["scan", "check"])
@pytest.mark.parametrize("text", ["hello", "[", '{"log": {"version": "1.2", "entries": [{"requ', ""])
def test_a_file_that_is_no_recording_is_not_readable_and_never_silence(
    tmp_path: Path, shop: Path, command: str, text: str
) -> None:
    (tmp_path / "no.har").write_text(text, encoding="utf-8")
    alone = run(command, "no.har", cwd=tmp_path)
    beside = run(command, "no.har", shop, cwd=tmp_path)

    assert (alone.returncode, alone.stdout) == (2, "")
    assert "pixelwitness: no.har: " in alone.stderr
    assert "1 recording: 1 not readable\n" in alone.stderr
    assert "Nothing was seen" not in alone.stderr
    assert beside.returncode == {"scan": 4, "check": 1}[command]
    assert "2 recordings: 1 added, 1 not readable" in beside.stderr
    assert "pixelwitness: 1 input could not be read: what it would tell is unknown" in beside.stderr
    assert "Purchase" in beside.stdout


@pytest.mark.parametrize("command", ["scan", "check"])
def test_a_document_without_entries_has_nothing_to_scan_and_says_what_it_lacks(tmp_path: Path, command: str) -> None:
    (tmp_path / "no.har").write_text('{"a": 1}', encoding="utf-8")
    done = run(command, "no.har", cwd=tmp_path)

    assert done.returncode == 3
    assert "no.har: line 1: no list of entries was found (log.entries)" in done.stderr
    assert "Nothing was seen" not in done.stdout + done.stderr


def test_nothing_of_what_cannot_be_read_is_stored(tmp_path: Path) -> None:
    (tmp_path / "no.har").write_text("hello", encoding="utf-8")
    run("scan", "no.har", cwd=tmp_path)

    with closing(sqlite3.connect(tmp_path / "pixelwitness.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM recordings").fetchone() == (0,)


NOTHING = "Nothing to scan: 0 requests. What was not looked at is not clean."


@pytest.mark.parametrize("format_", ["table", "story", "markdown", "csv"])
def test_without_a_request_every_text_for_people_says_that_nothing_was_looked_at(tmp_path: Path, format_: str) -> None:
    done = run("scan", write(tmp_path / "empty.har"), "--format", format_, cwd=tmp_path)

    assert done.returncode == 3
    assert NOTHING in (done.stderr if format_ == "csv" else done.stdout)
    assert "Nothing was seen" not in done.stdout + done.stderr


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_without_a_request_formats_for_machines_say_so_too(tmp_path: Path, format_: str) -> None:
    done = run("scan", write(tmp_path / "empty.har"), "--format", format_, cwd=tmp_path)

    assert done.returncode == 3
    assert "Nothing was looked at: there was not one request." in done.stdout


@pytest.mark.parametrize(
    ("column", "words"),
    [("rule_faults", "1 request was not looked at whole"), ("dropped", "1 record could not be stored")],
)
def test_what_should_not_happen_is_said_aloud(tmp_path: Path, shop: Path, column: str, words: str) -> None:
    run("scan", shop, cwd=tmp_path)
    with closing(sqlite3.connect(tmp_path / "pixelwitness.sqlite")) as connection, connection:
        connection.execute(f"UPDATE recordings SET {column} = 1")
    again = run("scan", shop, cwd=tmp_path)

    assert again.returncode == 4
    assert f"pixelwitness: WARNING: {words}: what is told here is incomplete\n" in again.stderr
    assert f"LOST: {words}" in " ".join(again.stdout.split())
    assert "WARNING" in run("report", "pixelwitness.sqlite", "--format", "json", cwd=tmp_path).stderr


def test_a_database_in_a_folder_that_is_not_there_is_told_by_the_folder(tmp_path: Path, shop: Path) -> None:
    done = run("scan", shop, "--db", tmp_path / "missing" / "x.sqlite", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"pixelwitness: {tmp_path / 'missing'}: there is no such folder for the database; "
        "make it, or name another with --db"
    )


@pytest.mark.parametrize(
    ("named", "right"),
    [("scann", "did you mean 'scan'?"), ("Check", "did you mean 'check'?"), ("xyzzy", "--help lists the commands")],
)
def test_an_unknown_command_is_answered_with_a_near_one(tmp_path: Path, named: str, right: str) -> None:
    done = run(named, cwd=tmp_path)

    assert done.returncode == 2
    assert f"pixelwitness: there is no command {named!r}; {right}\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path, shop: Path) -> None:
    done = run("report", shop, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"pixelwitness: {shop}: it is not an SQLite database; name a database that pixelwitness made, or a new file",
        "pixelwitness: exit 2: it could not run",
    ]


def test_check_names_each_violation_and_its_evidence_and_keeps_nothing(tmp_path: Path, shop: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = run("check", "shop.har", cwd=tmp_path)

    assert done.returncode == 1
    assert "violation: shop.example: Purchase to pixel 1234567890123456 by pixel\n" in done.stdout
    assert "  page      shop.example/boots\n" in done.stdout
    assert "e-mail" in done.stdout
    assert "  rule      meta-pixel-event (certain)\n" in done.stdout
    assert "  evidence  shop.har (entry 2)\n" in done.stdout
    assert "  to fix    remove the pixel" in done.stdout
    assert HASHED not in done.stdout
    assert "hiking" not in done.stdout
    assert done.stderr.endswith("pixelwitness: exit 1: violations were found\n")
    assert sorted(tmp_path.iterdir()) == before


def test_check_of_a_database_is_that_of_its_recordings(tmp_path: Path, shop: Path) -> None:
    run("scan", "shop.har", cwd=tmp_path)

    assert run("check", "pixelwitness.sqlite", cwd=tmp_path).stdout == run("check", "shop.har", cwd=tmp_path).stdout


def test_check_of_a_database_with_values_names_no_path(tmp_path: Path, shop: Path) -> None:
    run("scan", "--keep-values", shop, cwd=tmp_path)
    done = run("check", "pixelwitness.sqlite", cwd=tmp_path)

    assert done.returncode == 1
    assert "/boots" not in done.stdout


HEADLESS = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"}
LIBRARY = "https://connect.facebook.net/en_US/fbevents.js"


@pytest.mark.parametrize(
    ("entries", "options", "code"),
    [
        ([entry("https://garden.example/", mime_type="text/html")], [], 0),
        ([entry(LIBRARY, status=304)], [], 0),
        ([entry(LIBRARY)], [], 4),
        ([entry(PURCHASE)], [], 1),
        ([], [], 3),
        (
            [
                entry("https://garden.example/", mime_type="text/html", headers=HEADLESS),
                entry(LIBRARY, headers=HEADLESS),
            ],
            [],
            4,
        ),
        ([entry("https://a.example/"), {"request": {"method": "GET"}}], [], 4),
        ([entry(PURCHASE), {"request": {"method": "GET"}}], [], 1),
        ([entry(PURCHASE), {"request": {"method": "GET"}}], ["--strict"], 4),
    ],
)
def test_exit_codes_of_check(tmp_path: Path, entries: list[Any], options: list[str], code: int) -> None:
    path = write(tmp_path / "made.har", *entries)
    done = run("check", path, *options, cwd=tmp_path)

    assert done.returncode == code, done.stdout + done.stderr
    assert ("pixelwitness: exit" in done.stderr) == (code != 0)


def test_check_refuses_a_database_beside_recordings(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    done = run("check", "pixelwitness.sqlite", "shop.har", cwd=tmp_path)

    assert done.returncode == 2
    assert "pixelwitness.sqlite is a database; name one database, or recordings" in done.stderr


def test_options_come_from_the_environment_too(tmp_path: Path, shop: Path) -> None:
    env = {"PIXELWITNESS_DB": "named.sqlite", "PIXELWITNESS_FORMAT": "json"}
    done = run("scan", shop, cwd=tmp_path, env=env)

    assert json.loads(done.stdout)["sites"][0]["site"] == "shop.example"
    assert (tmp_path / "named.sqlite").exists()


def test_broken_rules_are_told_with_file_and_line(tmp_path: Path, shop: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\nversion: one\n", encoding="utf-8")
    done = run("scan", shop, "--rules", "mine.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "pixelwitness: mine.yaml:2: version: " in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_holds_a_database_to_its_sources(tmp_path: Path, shop: Path) -> None:
    run("scan", "shop.har", cwd=tmp_path)
    same = run("verify", "pixelwitness.sqlite", cwd=tmp_path)
    assert (same.returncode, same.stderr) == (0, "1 recording: 1 hold, 0 do not, 0 could not be compared\n")

    shop.write_text(shop.read_text(encoding="utf-8") + " ", encoding="utf-8")
    changed = run("verify", "pixelwitness.sqlite", cwd=tmp_path)
    assert changed.returncode == 1
    assert "shop.har: its source is there and has other bytes now" in changed.stdout

    shop.unlink()
    assert run("verify", "pixelwitness.sqlite", cwd=tmp_path).returncode == 4


def test_rules_are_listed_shown_and_tested(tmp_path: Path) -> None:
    listed = run("rules", "list", cwd=tmp_path)
    assert "meta-pixel-event" in listed.stdout
    shown = run("rules", "show", "meta-pixel-event", cwd=tmp_path)
    assert shown.stdout.startswith("# rules/detect/meta-pixel-event.yaml\nid: meta-pixel-event\n")
    unknown = run("rules", "show", "meta-pxel-event", cwd=tmp_path)
    assert (unknown.returncode, "did you mean 'meta-pixel-event'?" in unknown.stderr) == (2, True)
    tested = run("rules", "test", cwd=tmp_path)
    assert (tested.returncode, tested.stdout) == (0, "")
    assert re.fullmatch(r"\d+ examples of \d+ rules: \d+ hold, 0 fail\n", tested.stderr)


def test_the_demo_tells_its_story_and_leaves_nothing(tmp_path: Path) -> None:
    done = run("demo", cwd=tmp_path)

    assert done.returncode == 0
    assert "This traffic is invented" in done.stderr
    assert "shop.example told Meta: the visitor " in done.stdout
    assert "Looked at: " in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_saves_its_recording_to_a_new_file_only(tmp_path: Path) -> None:
    saved = run("demo", "--save", "story.har", cwd=tmp_path)
    assert (saved.returncode, saved.stdout) == (0, "")
    assert "try: pixelwitness scan story.har" in saved.stderr
    assert "shop.example told Meta" in run("scan", "story.har", "--format", "story", cwd=tmp_path).stdout

    before = (tmp_path / "story.har").read_bytes()
    again = run("demo", "--save", "story.har", cwd=tmp_path)
    assert (again.returncode, "story.har is there already" in again.stderr) == (2, True)
    assert (tmp_path / "story.har").read_bytes() == before


def test_the_demo_tells_of_the_person_first_and_nothing_twice(tmp_path: Path) -> None:
    told = run("demo", cwd=tmp_path).stdout
    once = " ".join(told.split())

    assert told.startswith("shop.example told Meta: the visitor viewed, ")
    assert [once.count(words) for words in ("Browser: 12 events; the server", "444 is set to take:")] == [
        1,
        1,
    ]


@pytest.mark.process
def test_doctor_looks_at_everything_and_changes_nothing(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)

    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "pixelwitness",
        "Python",
        "SQLite",
        "suffix",
        "rules",
        "database",
        "folder",
        "mitmproxy",
        "certificate",
        "browser",
        "port",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
def test_doctor_names_a_missing_key(tmp_path: Path, shop: Path) -> None:
    run("scan", shop, cwd=tmp_path)
    (tmp_path / "pixelwitness.key").unlink()
    done = run("doctor", cwd=tmp_path)

    assert done.returncode == 2
    assert "pixelwitness.key is missing; restore it, or name it with --key" in done.stdout


def test_addon_path_is_a_file_alone_in_its_folder(tmp_path: Path) -> None:
    done = run("addon-path", cwd=tmp_path)

    shim = Path(done.stdout.rstrip("\n"))
    assert (done.returncode, shim.is_file()) == (0, True)


def test_version_and_help(tmp_path: Path) -> None:
    assert re.fullmatch(r"pixelwitness \d+\.\d+\.\d+\n", run("--version", cwd=tmp_path).stdout)
    told = run("--help", cwd=tmp_path).stdout
    assert "PIXELWITNESS_DB" in told
    for command in ("scan", "live", "report", "check", "rules", "verify", "doctor", "demo", "addon-path"):
        assert f"\n  {command} " in told
        help_ = run(command, "--help", cwd=tmp_path)
        assert (help_.returncode, help_.stdout.startswith(f"Usage: pixelwitness {command}")) == (0, True)
