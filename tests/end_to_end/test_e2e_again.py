"""Scanned again, interrupted, shared among processes, under other rules: the same database, or said so."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write

from pixelwitness.store.dump import dump

RULE = """
id: shop-beacon
version: 1
title: The shop's own beacon
status: experimental
gives: event
channel: relay
confidence: likely
description: The invented shop sends its orders to a relay of its own.
references: [https://shop.example/docs]
match:
  method: [GET]
  host: [beacon.shop.example]
  path: '/hit'
  any: [params.order]
decode:
  pixel_id: params.px
  event_name: params.what
examples:
  - name: an order
    request: GET https://beacon.shop.example/hit?px=1234567890&what=Purchase&order=7
    events:
      - pixel_id: '1234567890'
        event_name: Purchase
  - name: another path
    request: GET https://beacon.shop.example/other?order=7
    events: []
  - name: another host
    request: GET https://www.shop.example/hit?order=7
    events: []
  - name: no order
    request: GET https://beacon.shop.example/hit?px=1
    events: []
  - name: another method
    request: HEAD https://beacon.shop.example/hit?order=7
    events: []
"""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for number in range(12):
        hits = [
            entry(
                f"https://www.facebook.com/tr/?id={number}00000&ev=Lead&dl=https%3A%2F%2Fshop{number}.example%2F&ts={i}&ec={i}"
                f"&ud[em]={i:064x}&cd[value]={i}.50&cd[currency]=EUR",
                seconds=i,
            )
            for i in range(20)
        ]
        write(folder / f"{number:02}.har", [entry("https://beacon.shop.example/hit?order=1"), *hits])
    return folder


def copy_of_key(store: Store, path: Path) -> Store:
    other = Store(path)
    path.with_suffix(".key").write_bytes(store.path.with_suffix(".key").read_bytes())
    return other


@pytest.mark.process
def test_twice_scanned_is_once_scanned_and_jobs_make_no_difference(
    store: Store, recordings: Path, tmp_path: Path
) -> None:
    first = store.scan(recordings)
    assert [one.state for one in first.scanned] == ["added"] * 12
    before = list(dump(store.path))
    assert [one.state for one in store.scan(recordings).scanned] == ["unchanged"] * 12
    assert list(dump(store.path)) == before
    shared = copy_of_key(store, tmp_path / "jobs.sqlite")
    shared.scan(recordings, jobs=2)
    assert list(dump(shared.path)) == before


def test_other_rules_replace_the_rows(store: Store, recordings: Path, tmp_path: Path) -> None:
    store.scan(recordings)
    before = list(dump(store.path))
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "shop-beacon.yaml").write_text(RULE, "utf-8")
    assert {one.state for one in store.scan(recordings, rules=(rules,)).scanned} == {"replaced"}
    assert store.column("SELECT count(*) FROM events WHERE rule_id = 'shop-beacon'") == [12]
    assert {one.state for one in store.scan(recordings).scanned} == {"replaced"}
    assert list(dump(store.path)) == before


def test_keeping_values_is_another_scan_and_going_back_forgets_them(store: Store, recordings: Path) -> None:
    store.scan(recordings)
    before = list(dump(store.path))
    store.scan(recordings, keep_values=True)
    assert store.column("SELECT count(*) FROM fields WHERE field = 'ud.em' AND value IS NULL") == [0]
    store.scan(recordings)
    assert list(dump(store.path)) == before


def test_a_copy_of_a_file_is_the_same_recording_at_two_places(store: Store, recordings: Path) -> None:
    one = recordings / "00.har"
    (recordings / "copy.har").write_bytes(one.read_bytes())
    store.scan(one)
    assert [s.state for s in store.scan(recordings / "copy.har").scanned] == ["unchanged"]
    (sources,) = store.column("SELECT sources FROM recordings")
    assert "00.har" in sources
    assert "copy.har" in sources
    assert [s.state for s in store.scan(one, keep_values=True).scanned] == ["replaced"]
    assert store.column("SELECT sources FROM recordings") == [sources]


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_half_way_and_scanned_again_is_once_scanned(
    store: Store, recordings: Path, tmp_path: Path, jobs: int
) -> None:
    store.scan(recordings)
    expected = list(dump(store.path))
    chance = random.Random(jobs)
    for attempt in range(3):
        other = copy_of_key(store, tmp_path / f"killed{attempt}.sqlite")
        command = [sys.executable, "-m", "pixelwitness", "scan", str(recordings), "--db", str(other.path)]
        process = subprocess.Popen(
            [*command, "--jobs", str(jobs)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.15, 0.8))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        other.scan(recordings)
        assert list(dump(other.path)) == expected
