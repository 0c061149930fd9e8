"""Real databases of every version that was ever written: every command reads them, and they become the newest."""

import gzip
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.program import run
from tests.sinks import Study, tell

from pixelwitness.store import schema
from pixelwitness.store.dump import dump
from pixelwitness.store.ledger import Ledger

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT / "tests" / "sites" / "recordings"
KEY = b"pixelwitness: the key of a test."
VERSIONS = range(1, schema.VERSION + 1)
OLDER = range(1, schema.VERSION)


def unpack(version: int, folder: Path, name: str = "pixelwitness.sqlite") -> Path:
    """Put a database of a version and the key of its tokens into a folder, with the recordings that it was made of."""
    packed = Path(__file__).parent / "versions" / f"{version}.sqlite.gz"
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "addon" / "pixelwitness" / "recordings" / "story.har", folder / "recordings")
    shutil.copy(RECORDINGS / "ways.mitm", folder / "recordings")
    database = folder / name
    database.touch(mode=0o600)
    database.write_bytes(gzip.decompress(packed.read_bytes()))
    database.with_suffix(".key").write_bytes(KEY)
    database.with_suffix(".key").chmod(0o600)
    return database


def schema_of(database: Path) -> list[str]:
    """Every table, index and view, with the very words by which SQLite knows it."""
    return [line for line in dump(database) if line.startswith('["sqlite_schema"')]


def stored(database: Path, table: str) -> list[str]:
    return [line for line in dump(database) if line.startswith(f'["{table}"')]


@pytest.fixture(params=VERSIONS, ids="version {}".format)
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


def test_there_is_a_database_and_a_spill_of_every_version_with_rows_and_no_path_of_a_machine() -> None:
    folder = Path(__file__).parent / "versions"
    assert {file.name for file in folder.glob("*.gz")} == {
        f"{number}.{kind}.gz" for number in VERSIONS for kind in ("sqlite", "spill")
    }, "python tests/store/versions/write.py writes those of the newest"
    for file in folder.glob("*.gz"):
        held = gzip.decompress(file.read_bytes())
        assert b"story.har" in held or b"PageView" in held
        for word in (b"/home/", b"/root/", b"/tmp/", b"/Users/", b"/work/"):
            assert word not in held, file.name


@pytest.mark.process
def test_every_command_reads_a_database_as_it_is_and_says_the_same_once_it_is_up_to_date(
    version: int, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    export = tmp_path / "your_activity_off_meta_technologies.json"
    activity = {"off_facebook_activity_v2": [{"name": "shop.example", "events": [{"id": 1, "type": "PURCHASE"}]}]}
    export.write_text(json.dumps(activity), "utf-8")

    def told() -> dict[str, Any]:
        before = database.read_bytes(), other.read_bytes()
        results = tell(Study(folder, folder / "recordings", database, other, export), of_database=True)
        assert (database.read_bytes(), other.read_bytes()) == before
        assert stored(folder / "merged.sqlite", "fields") == stored(database, "fields")
        for name in ("merged.sqlite", "copy.sqlite", "summary.md"):
            (folder / name).unlink()
        return results

    database, other = unpack(version, folder), unpack(version, folder, "other.sqlite")
    as_it_is = told()
    assert {name for name, result in as_it_is.items() if result.code == 2} == set()
    if version < schema.VERSION:
        for file in (database, other):
            Ledger.open(file).close()
        assert told() == as_it_is


def test_an_upgraded_database_has_the_schema_of_a_new_one_and_the_rows_of_before(version: int, tmp_path: Path) -> None:
    database, new = unpack(version, tmp_path), tmp_path / "new.sqlite"
    before = list(dump(database))
    Ledger.open(database).close()
    Ledger.open(new).close()
    assert schema_of(database) == schema_of(new)
    assert list(dump(database)) == before


@pytest.mark.parametrize("number", OLDER)
def test_scanning_into_an_older_database_brings_it_up_to_date_and_keeps_it_as_it_was(
    number: int, tmp_path: Path
) -> None:
    database = unpack(number, tmp_path)
    before = database.read_bytes()

    first = run("scan", RECORDINGS / "ways.har", "recordings", cwd=tmp_path)
    again = run("scan", RECORDINGS / "ways.har", "recordings", cwd=tmp_path)

    copy = tmp_path / f"pixelwitness.sqlite.v{number}-backup"
    notice = (
        f"brought from schema {number} to {schema.VERSION}; as it was it is kept in {copy.name}, which you may delete"
    )
    assert first.returncode == 0
    assert first.stderr.count(notice) == 1
    assert "1 added" in first.stderr
    assert "2 replaced" in first.stderr
    assert "brought" not in again.stderr
    assert "3 known already" in again.stderr
    unpacked = unpack(number, tmp_path / "unpacked")
    assert unpacked.read_bytes() == before
    assert list(dump(copy)) == list(dump(unpacked))
    if os.name != "nt":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    verified = run("verify", database, cwd=tmp_path)
    assert verified.stdout.count("same") >= 2, verified.stdout


@pytest.mark.process
def test_a_further_session_goes_into_a_database_of_any_version(version: int, tmp_path: Path) -> None:
    database = unpack(version, tmp_path)
    rows = len(stored(database, "events"))
    addon = run("addon-path", cwd=tmp_path).stdout.strip()
    words = ["--set", f"confdir={tmp_path / 'conf'}", "-n", "-q", "-r", "recordings/ways.mitm", "-s", addon]
    subprocess.run(
        [Path(sys.executable).with_name("mitmdump"), *words, "--set", f"pixelwitness_db={database}"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert len(stored(database, "events")) == rows + 15
    assert stored(database, "rejected_records") == []


def test_databases_of_any_version_are_merged_into_one_of_any_version(version: int, tmp_path: Path) -> None:
    database = unpack(version, tmp_path / "into")
    live = [line for number in VERSIONS for line in stored(unpack(number, tmp_path / f"{number}"), "recordings")]
    others = [tmp_path / f"{number}" / "pixelwitness.sqlite" for number in VERSIONS if number != version]
    newest = tmp_path / "newest.sqlite"
    shutil.copy(database.with_suffix(".key"), newest.with_suffix(".key"))
    assert run("scan", RECORDINGS / "ways.har", "--db", newest, cwd=tmp_path).returncode == 0
    merged = run("merge", database, newest, *others, cwd=tmp_path)
    # Recordings of one id that were made under other rules are refused, and said to be.
    assert merged.returncode == 2, merged.stderr
    assert "was made under other rules, knowledge or options" in merged.stderr
    assert len(stored(database, "recordings")) == 4
    assert set(stored(database, "recordings")) & set(live)


@pytest.mark.parametrize("number", OLDER)
def test_a_redacted_copy_of_an_older_database_is_of_the_newest_version(number: int, tmp_path: Path) -> None:
    database, copy = unpack(number, tmp_path), tmp_path / "copy.sqlite"
    assert run("export", database, "--redacted", "-o", copy, cwd=tmp_path).returncode == 0
    assert schema_of(copy) == schema_of(database)
    assert next(dump(copy)) == next(dump(database))
    assert len(stored(copy, "events")) == len(stored(database, "events"))
