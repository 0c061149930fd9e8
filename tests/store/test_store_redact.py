"""A redacted copy: what is in it, what is not, and that the commands read it and call it what it is."""

import json
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.program import run

from pixelwitness.core.exposure.comparison import compare
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store import queries, schema
from pixelwitness.store.database import reading
from pixelwitness.store.errors import StoreError
from pixelwitness.store.merge import merge
from pixelwitness.store.redact import Change, RedactedCopy, decide, redact
from pixelwitness.verify import verify

STORY = Path(__file__).parents[2] / "addon" / "pixelwitness" / "recordings" / "story.har"
BY_WORDS = ("topic", "interest", "instruction_text")
IDS = ("id", "recording_id", "visit_id", "event_id", "contact_id", "transmission_id")

# What of a database is still in its copy, text for text.  Everything else is changed on the way.
KEPT = {
    "recordings": {"kind", "sha256", "tool_version", "rules_sha256", "knowledge_sha256", "suffix_list"},
    "visits": {"site", "attributed_by"},
    "events": {
        *("channel", "rule_id", "confidence", "pixel_id", "event_name", "event_kind", "dedup_form", "page_site"),
        *("attributed_by", "attribution_certainty", "delivery", "sender"),
    },
    "contacts": {
        *("channel", "rule_id", "confidence", "pixel_id", "page_site", "attributed_by", "attribution_certainty"),
        *("receiver_host", "body_state", "also_matched", "delivery", "delivery_reason", "sender"),
    },
    "transmissions": {
        *("rule_id", "channel", "receiver_host", "transport", "body_state", "also_matched"),
        *("delivery", "delivery_reason"),
    },
    "fields": {"field", "data_class", "form", "matching"},
    "signals": {"site", "rule_id", "kind", "state"},
    "observations": {"site", "kind", "rule_id", "confidence", "evidence"},
    "pixel_configs": {"site", "pixel_id", "key", "value"},
    "findings": {"kind", "label", "field", "certainty", "knowledge_version", "fingerprint"},
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    db = tmp_path / "study.sqlite"
    scan([str(STORY)], ScanOptions(db=db, keep_values=True))
    return db


def exposure(db: Path) -> Exposure:
    with reading(db) as connection:
        return queries.exposure(connection, IDENTIFYING)


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(statement).fetchall()


def texts(table: str) -> list[str]:
    shape = schema.columns(schema.RECORDS[table])
    return [name for name, (kind, _) in shape.items() if kind is str and name not in IDS]


def planted(table: str, column: str) -> str:
    return f"planted-{table}-{column}-here"


def plant(db: Path) -> None:
    """Put a text of its own into every column of text, as whoever fills a database could."""
    with closing(sqlite3.connect(db)) as connection, connection:
        for table in schema.RECORDS:
            for column in texts(table):
                mark = planted(table, column)
                value = {
                    "page_url": f"https://shop.example/{mark}?{mark}#{mark}",
                    "sources": json.dumps([mark]),
                    "also_matched": json.dumps([mark]),
                    "options": json.dumps({"keep_values": True, "persona": mark, "x": mark}),
                }.get(column, mark)
                number = " || rowid" if (table, column) == ("fields", "field") else ""
                connection.execute(f"UPDATE {table} SET {column} = ?{number}", (value,))  # names of ours
                (there,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                assert there, f"nothing to plant in {table}"


def test_of_every_column_only_what_is_listed_is_in_the_bytes_of_the_copy(study: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(study)) as connection, connection:
        # The story has no signal and no observation of its own.
        (visit, recording) = connection.execute("SELECT id, recording_id FROM visits").fetchone()
        connection.execute(
            "INSERT INTO signals (id, recording_id, visit_id, position, rule_id, rule_version, kind)"
            " VALUES ('s', ?, ?, 0, 'x', 1, 'x')",
            (recording, visit),
        )
    plant(study)
    redact(study, tmp_path / "copy.sqlite")
    copy = (tmp_path / "copy.sqlite").read_bytes()
    found = {
        table: {column for column in texts(table) if planted(table, column).encode() in copy}
        for table in schema.RECORDS
    }
    assert found == KEPT


def test_somebody_has_decided_about_every_column_of_a_database(study: Path) -> None:
    with closing(sqlite3.connect(study)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {
            f"{table}.{name}" for table in tables for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")
        }
    decided = {f"{table}.{name}" for table, changes in decide(str).items() for name in changes}
    assert columns - decided == set(), "decide in store/redact.py what `export --redacted` does with these columns"
    assert decided - columns == set(), "store/redact.py decides about columns that no database has"


def test_what_nobody_has_decided_about_is_not_in_the_copy(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(token: Callable[[str], str]) -> dict[str, dict[str, Change]]:
        known = {table: dict(changes) for table, changes in decide(token).items()}
        del known["findings"]["field"], known["site_owners"]
        return known

    monkeypatch.setattr("pixelwitness.store.redact.decide", undecided)
    with pytest.raises(StoreError):
        redact(study, tmp_path / "copy.sqlite")
    with closing(sqlite3.connect(study)) as connection, connection:
        connection.execute("DELETE FROM site_owners")
    redact(study, tmp_path / "copy.sqlite")
    assert rows(study, "SELECT count(*) FROM findings WHERE field IS NOT NULL") != [(0,)]
    assert rows(tmp_path / "copy.sqlite", "SELECT DISTINCT field FROM findings") == [(None,)]


def test_evidence_of_a_kind_that_nobody_knows_is_taken_for_captured_words(study: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(study)) as connection, connection:
        connection.execute("UPDATE findings SET kind = 'new', evidence = 'seven dwarfs'")
    redact(study, tmp_path / "copy.sqlite")
    assert rows(tmp_path / "copy.sqlite", "SELECT DISTINCT evidence FROM findings") == [("redacted",)]


def test_values_tokens_and_paths_are_nowhere_in_the_bytes(study: Path, tmp_path: Path) -> None:
    told = redact(study, tmp_path / "copy.sqlite")
    copy = (tmp_path / "copy.sqlite").read_bytes().decode("latin-1")
    values = {value for (value,) in rows(study, "SELECT value FROM fields WHERE length(value) > 5")}
    secrets = {token for (token,) in rows(study, "SELECT value_token FROM fields")}
    secrets |= {token for (token,) in rows(study, "SELECT dedup_token FROM events WHERE dedup_token IS NOT NULL")}
    secrets |= {one for (one,) in rows(study, "SELECT dedup_id FROM events WHERE dedup_id IS NOT NULL")}
    secrets |= {url.rpartition("/")[2] for (url,) in rows(study, "SELECT page_url FROM visits") if len(url) > 40}
    assert len(values) > 20
    assert len(secrets) > 100
    # Hosts and words of ours say nothing of what was sent.
    words = {evidence for (evidence,) in rows(study, "SELECT evidence FROM findings WHERE kind NOT LIKE 'topic'")}
    words |= {name for row in rows(study, "SELECT event_name, event_kind FROM events") for name in row}
    words |= {host for (host,) in rows(study, "SELECT page_url FROM visits")}
    words |= {field for row in rows(study, "SELECT field, matching, data_class FROM fields") for field in row}
    known = {
        value
        for value in values
        if not value.endswith(".example/") and not any(value in word for word in words if word)
    }
    assert len(known) > 20
    assert {value for value in known | secrets if value in copy} == set()
    assert told == RedactedCopy(1, 24, 28, told.values, told.pages)
    assert told.values == len(rows(study, "SELECT 1 FROM fields WHERE value IS NOT NULL"))
    assert told.pages > 20
    assert rows(tmp_path / "copy.sqlite", "SELECT DISTINCT value, dedup_id FROM fields, events") == [(None, None)]


def test_the_copy_tells_the_same_of_every_site(study: Path, tmp_path: Path) -> None:
    redact(study, tmp_path / "copy.sqlite")
    before, after = exposure(study), exposure(tmp_path / "copy.sqlite")
    compared = compare(before, after)
    assert (compared.sites, len(compared.alike)) == ((), len(before.sites))
    assert [(one.data_class, one.form, one.sites) for one in after.shared] == [
        (one.data_class, one.form, one.sites) for one in before.shared
    ]
    told = [
        {
            (one.kind, one.label, one.certainty, one.evidence if one.kind not in BY_WORDS else "")
            for one in site.findings
        }
        for side in (before, after)
        for site in side.sites
    ]
    assert told[: len(before.sites)] == told[len(before.sites) :]
    words = {one.evidence for site in after.sites for one in site.findings if one.kind in BY_WORDS}
    assert words == {"redacted"}
    assert (after.coverage.redacted, before.coverage.redacted) == (1, 0)


def test_equal_values_stay_equal_and_two_copies_do_not_join(study: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.sqlite", tmp_path / "two.sqlite"
    redact(study, one)
    redact(study, two)
    query = "SELECT value_token FROM fields ORDER BY transmission_id, contact_id, field, ordinal"
    tokens = [[token for (token,) in rows(db, query)] for db in (study, one, two)]
    alike = [[each.index(token) for token in each] for each in tokens]
    assert alike[0] == alike[1] == alike[2]
    assert set(tokens[0]).isdisjoint(tokens[1])
    assert set(tokens[1]).isdisjoint(tokens[2])
    marks = {rows(db, "SELECT key_fingerprint FROM study")[0] for db in (study, one, two)}
    assert len(marks) == 3


def test_times_lengths_and_addresses_are_coarse(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    redact(study, copy)
    times = {
        time
        for table in ("visits", "events", "transmissions", "contacts")
        for (time,) in rows(copy, f"SELECT seen_at FROM {table}")
    }
    assert {time[16:] for time in times} == {":00.000Z"}
    assert {length % 16 for (length,) in rows(copy, "SELECT length FROM fields")} == {0}
    assert {(url.partition("://")[2].partition("/")[2]) for (url,) in rows(copy, "SELECT page_url FROM events")} <= {
        "",
        "…",
    }


URLS = [
    ("https://shop.example/boots?email=jane", "https://shop.example/…"),
    ("https://shop.example/", "https://shop.example/"),
    ("https://shop.example", "https://shop.example/"),
    ("https://jane:secret@shop.example:8443/", "https://shop.example/"),
    ("https://shop.example?x", "https://shop.example/…"),
    ("nonsense jane", None),
    (None, None),
]
AGENTS = [
    ("Mozilla/5.0 (X11; Linux) HeadlessChrome/140.0.0.0 Safari/537.36", "HeadlessChrome"),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edg"),
    ("Jane's own browser", None),
    (None, None),
]


def test_addresses_and_browsers_one_by_one(study: Path, tmp_path: Path) -> None:
    for column, table, cases in (("page_url", "visits", URLS), ("user_agent", "recordings", AGENTS)):
        for number, (stored, expected) in enumerate(cases):
            with closing(sqlite3.connect(study)) as connection, connection:
                connection.execute(f"UPDATE {table} SET {column} = ?", (stored,))  # names of ours
            copy = tmp_path / f"{column}{number}.sqlite"
            redact(study, copy)
            assert set(rows(copy, f"SELECT {column} FROM {table}")) == {(expected,)}, stored


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_copy_is_its_owners_alone_and_the_source_stays_as_it_is(study: Path, tmp_path: Path) -> None:
    before = study.read_bytes()
    mask = os.umask(0)
    try:
        redact(study, tmp_path / "copy.sqlite")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "copy.sqlite").stat().st_mode) == 0o600
    assert study.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.sqlite", "study.key", "study.sqlite"]


@pytest.mark.parametrize("there", ["a file", "a link to nowhere"])
def test_nothing_is_ever_replaced(study: Path, tmp_path: Path, there: str) -> None:
    target = tmp_path / "copy.sqlite"
    if there == "a file":
        target.write_text("mine", "utf-8")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="it is there already; name a new file"):
        redact(study, target)
    assert target.is_symlink() or target.read_text("utf-8") == "mine"


def test_a_folder_that_is_not_there_is_named(study: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere.copy.sqlite: there is no such folder for it"):
        redact(study, tmp_path / "nowhere" / "copy.sqlite")


def test_one_of_two_recordings(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.har"
    text = STORY.read_text("utf-8").replace("1111222233334444", "5555666677778888")
    other.write_text(text, "utf-8")
    second = scan([str(other)], ScanOptions(db=study, keep_values=True)).scanned[0].recording_id
    assert second is not None
    copy = tmp_path / "copy.sqlite"
    assert redact(study, copy, [second]).recordings == 1
    for table in schema.RECORDS:
        if table != "fields":
            column = "id" if table == "recordings" else "recording_id"
            assert set(rows(copy, f"SELECT {column} FROM {table}")) <= {(second,)}  # names of ours
    assert len(rows(copy, "SELECT 1 FROM fields")) == len(rows(study, "SELECT 1 FROM fields")) // 2
    assert rows(copy, "PRAGMA foreign_key_check") == []


# The commands -------------------------------------------------------------------------


def test_without_redacted_it_says_what_to_do_instead(study: Path) -> None:
    done = run("export", study, "-o", "copy.sqlite", cwd=study.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "copy the file yourself" in done.stderr
    assert not (study.parent / "copy.sqlite").exists()


def test_the_command_says_what_it_took_out(study: Path) -> None:
    done = run("export", study, "--redacted", "-o", "copy.sqlite", cwd=study.parent)
    assert done.returncode == 0
    first, second, third, fourth = done.stdout.splitlines()
    assert first == "copy.sqlite: 1 recording, 24 events, 28 contacts"
    assert second.startswith("Taken out: ")
    assert "under a key that was thrown away" in third
    assert fourth.startswith("Still in it: sites, ")


COMMANDS = [
    (("report", "copy.sqlite"), 0, "1 recording is a redacted copy"),
    (("report", "copy.sqlite", "--format", "story"), 0, "1 recording is a redacted copy"),
    (("report", "copy.sqlite", "--format", "markdown"), 0, "1 recording is a redacted copy"),
    (("report", "copy.sqlite", "--format", "json"), 0, '"redacted": true'),
    (("report", "copy.sqlite", "--format", "html"), 0, "1 recording is a redacted copy"),
    (("profile", "copy.sqlite"), 0, "1 recording is a redacted copy"),
    (("check", "copy.sqlite", "--no-policy"), 1, "Purchase"),
    (("diff", "study.sqlite", "copy.sqlite"), 0, "No difference was seen."),
    (("verify", "copy.sqlite"), 4, "it is a redacted copy, and cannot be compared"),
    (("merge", "new.sqlite", "copy.sqlite"), 0, "1 recording: 1 added"),
]


@pytest.mark.parametrize(("words", "code", "said"), COMMANDS, ids=[" ".join(one[0]) for one in COMMANDS])
def test_commands_read_the_copy_and_call_it_one(study: Path, words: tuple[str, ...], code: int, said: str) -> None:
    redact(study, study.parent / "copy.sqlite")
    done = run(*words, cwd=study.parent)
    assert (done.returncode, said in " ".join(done.stdout.split())) == (code, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    "words", [("find", "copy.sqlite"), ("scan", "story.har", "--db", "copy.sqlite")], ids=["find", "scan"]
)
def test_what_needs_the_key_says_that_there_is_none(study: Path, words: tuple[str, ...]) -> None:
    redact(study, study.parent / "copy.sqlite")
    (study.parent / "story.har").write_bytes(STORY.read_bytes())
    done = run(*words, cwd=study.parent, stdin="jane.doe@example.com\n")
    assert done.returncode == 2
    assert "it is a redacted copy, and the key of its tokens was thrown away" in done.stderr
    assert not (study.parent / "copy.key").exists()


def test_a_copy_and_its_source_are_never_merged(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    redact(study, copy)
    (joined,) = merge(study, [copy])
    assert "its tokens were made under another key" in str(joined.refused)


def test_verifying_a_copy_holds_nothing_against_it(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    redact(study, copy)
    assert [one.verdict for one in verify(copy)] == ["redacted"]
    assert [one.verdict for one in verify(study)] == ["same"]
