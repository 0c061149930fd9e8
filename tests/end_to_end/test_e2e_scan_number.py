"""The number of the way in which rows are made: raised with every change of them, and what it decides."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Store

from pixelwitness.core.exposure.records import MADE_UNDER
from pixelwitness.meaning.pipeline.record_builder import SCAN
from pixelwitness.rulebook import analyser_setup
from pixelwitness.store import schema
from pixelwitness.store.errors import StoreError

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "addon" / "pixelwitness" / "recordings" / "story.har"
FURTHER = ROOT / "tests" / "sites" / "recordings" / "ways.har"
MASKED = {"tool_version", "suffix_list", "sources", "knowledge_version", *MADE_UNDER}
"""Columns that say what made a row, or where its recording lay, and not what was seen."""

ROWS = (2, "1b9fd0d6fdc30172")
"""`SCAN`, and the digest of the rows that it stands for."""


def digest_of_rows(store: Store) -> str:
    digest = sha256()
    for table, record in schema.RECORDS.items():
        names = [name for name in schema.columns(record) if name not in MASKED]
        for row in sorted(map(json.dumps, store.rows(f"SELECT {', '.join(names)} FROM {table}"))):
            digest.update(f"{table} {row}\n".encode())
    return digest.hexdigest()[:16]


def test_rows_change_together_with_the_number_of_their_making(store: Store, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    store.scan(BUNDLED, FURTHER, key=key)
    assert (SCAN, digest_of_rows(store)) == ROWS, (
        "rows changed: raise SCAN and renew the digest"
        " (where rules or knowledge alone changed them, their hashes tell: renew the digest)"
    )


def test_another_number_replaces_the_rows_of_a_recording_and_the_same_leaves_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one.state for one in store.scan(BUNDLED).scanned] == ["added"]
    assert [one.state for one in store.scan(BUNDLED).scanned] == ["unchanged"]
    monkeypatch.setattr(analyser_setup, "SCAN", SCAN + 1)
    assert [one.state for one in store.scan(BUNDLED).scanned] == ["replaced"]
    assert [json.loads(options)["scan"] for options in store.column("SELECT options FROM recordings")] == [SCAN + 1]


def test_under_another_key_nothing_is_taken_for_unchanged(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(bytes(32))
    store.scan(BUNDLED)
    before = digest_of_rows(store)
    with pytest.raises(StoreError, match="its tokens were not made under the key"):
        store.scan(BUNDLED, key=other)
    assert digest_of_rows(store) == before
