import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pixelwitness.store.dump import dump
from pixelwitness.store.errors import StoreError
from pixelwitness.store.key import (
    KEY_BYTES,
    KeyCheck,
    fingerprint,
    key_check,
    key_file,
    require_same_key,
    stored_fingerprint,
    study_key,
)
from pixelwitness.store.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.sqlite"


def test_the_key_is_made_once_beside_the_database_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        key = study_key(path)
    finally:
        os.umask(before)
    file = path.with_name("study.key")
    assert [one.name for one in path.parent.iterdir()] == ["study.key"]
    assert file.read_bytes() == key
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name == "nt"
    assert study_key(path) == key
    assert study_key(path.with_name("other.sqlite")) != key


@pytest.mark.parametrize(
    ("database", "named", "file"),
    [
        ("study.sqlite", None, "study.key"),
        ("study", None, "study.key"),
        ("a.b.db", None, "a.b.key"),
        ("study.key", None, "study.key.key"),
        ("study.sqlite", "mine.bin", "mine.bin"),
    ],
)
def test_where_the_key_lies(tmp_path: Path, database: str, named: str | None, file: str) -> None:
    assert key_file(tmp_path / database, tmp_path / named if named else None) == tmp_path / file


def test_a_file_that_holds_no_key_is_refused_and_left_alone(path: Path) -> None:
    file = path.with_name("study.key")
    for content in (b"", b"k" * 31, b"k" * 33):
        file.write_bytes(content)
        with pytest.raises(StoreError, match="it holds no key of 32 bytes"):
            study_key(path)
        assert file.read_bytes() == content
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreError, match=r"Is a directory|Permission denied"):
        study_key(path)


def test_a_key_for_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no: there is no such folder for the database; make it"):
        study_key(tmp_path / "no" / "study.sqlite")


def test_a_database_holds_the_fingerprint_and_not_the_key(path: Path) -> None:
    assert stored_fingerprint(path) is None
    check = key_check(path)
    Ledger.open(path, key_check=check).close()
    Ledger.open(path, key_check=check).close()
    key = study_key(path)
    assert check == KeyCheck(fingerprint(key), path.with_name("study.key"))
    assert stored_fingerprint(path) == fingerprint(key)
    assert key not in path.read_bytes()
    assert key.hex() not in "".join(dump(path))


def test_another_key_is_refused_with_both_files_named_and_nothing_written(path: Path, rows: Any) -> None:
    sample = rows.sample("aa")
    with Ledger.open(path, key_check=key_check(path)) as ledger:
        ledger.replace(sample.recording, sample.rows)
    before = list(dump(path))
    other = path.with_name("other.key")
    study_key(path.with_name("other.sqlite"))
    with pytest.raises(StoreError) as error:
        Ledger.open(path, key_check=key_check(path, other))
    assert str(error.value) == (
        f"{path}: its tokens were not made under the key in {other}; "
        "name its own key file with --key, or another database"
    )
    assert list(dump(path)) == before
    Ledger.open(path, key_check=key_check(path)).close()


def test_a_lost_key_is_not_replaced_by_a_new_one(path: Path) -> None:
    Ledger.open(path, key_check=key_check(path)).close()
    path.with_name("study.key").unlink()
    with pytest.raises(StoreError, match=r"study\.key: the key of .*study\.sqlite is missing; restore it"):
        study_key(path)
    assert [one.name for one in path.parent.iterdir()] == ["study.sqlite"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")
def test_a_key_that_others_may_read_is_noticed(path: Path) -> None:
    check = key_check(path)
    check.file.chmod(0o644)
    with Ledger.open(path, key_check=check) as ledger:
        assert ledger.notices == (
            f"{check.file}: other users of this machine may open it (mode 0644); chmod 600 would stop that",
        )


def test_databases_under_different_keys_are_not_merged(tmp_path: Path) -> None:
    one, same, other, none = (tmp_path / name for name in ("one.sqlite", "same.sqlite", "other.sqlite", "none.sqlite"))
    for path, key in ((one, None), (same, tmp_path / "one.key"), (other, None)):
        Ledger.open(path, key_check=key_check(path, key)).close()
    Ledger.open(none).close()
    require_same_key(one, same)
    require_same_key(one, none)
    require_same_key(none, one)
    with pytest.raises(StoreError, match=r"other\.sqlite: its tokens were made under another key than those of .*one"):
        require_same_key(one, other)


@pytest.mark.process
def test_a_key_made_meanwhile_by_another_process_is_the_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, child: Callable[[Callable[[], None]], int]
) -> None:
    link = os.link

    def slow_link(source: Path, target: Path) -> None:
        if not target.exists():
            with monkeypatch.context() as once:
                once.setattr(os, "link", link)
                assert child(lambda: (study_key(path), None)[1]) == 0
        link(source, target)

    monkeypatch.setattr(os, "link", slow_link)
    key = study_key(path)
    assert path.with_name("study.key").read_bytes() == key
    assert [one.name for one in path.parent.iterdir()] == ["study.key"]


def test_a_file_system_without_links_still_gets_a_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    key = study_key(path)
    assert study_key(path) == key
    assert [one.name for one in path.parent.iterdir()] == ["study.key"]
