"""Hostile recordings through the whole tool: nothing raises, nothing else is lost, every record is stored."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.end_to_end.conftest import Store
from tests.har import entry, har, write

TR = "https://www.facebook.com/tr/?id=1234567890123456&ev=Lead&ts=1&ec=1&dl=https%3A%2F%2Fshop.example%2F"
FORM = {"content-type": "application/x-www-form-urlencoded", "cookie": "datr=1", "referer": "https://shop.example/"}
REPLACEMENTS: list[Any] = [
    None,
    True,
    -1,
    10**40,
    1e308,
    "",
    "\ud800 \x00\x1b[2J\u202e",
    "x" * 100_000,
    [],
    [None],
    [[["deep"]]],
    {},
    {"name": 5, "value": []},
]


def sample() -> dict[str, Any]:
    body = "id=1234567890123456&ev=Purchase&cd[value]=1&ud[em]=a%40b.example"
    one = entry(
        "https://www.facebook.com/tr/", method="POST", headers=FORM, body=body, pageref="page_1", _resourceType="ping"
    )
    one["_initiator"] = {"type": "script", "url": "https://shop.example/app.js"}
    return one


def paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    if isinstance(value, dict):
        for key, part in value.items():
            yield from paths(part, (*at, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from paths(part, (*at, index))


def replaced(value: Any, at: tuple[str | int, ...], by: Any) -> Any:
    if not at:
        return by
    changed = copy.copy(value)
    changed[at[0]] = replaced(value[at[0]], at[1:], by)
    return changed


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda one: type(one).__name__)
def test_any_field_of_any_type_costs_no_other_entry(replacement: Any, store: Store, tmp_path: Path) -> None:
    broken = [replaced(sample(), at, replacement) for at in paths(sample())]
    entries = [
        one for pair in zip(broken, [entry(TR + f"&eid={i}") for i in range(len(broken))], strict=True) for one in pair
    ]
    pages = [{"id": "page_1", "title": "https://shop.example/", "startedDateTime": replacement}]
    outcome = store.scan(write(tmp_path / "broken.har", entries, pages=pages))
    assert outcome.refused == 0
    assert store.rows("SELECT rule_faults, complete FROM recordings") == [(0, 1)]
    kept = set(store.column("SELECT position FROM transmissions"))
    assert kept >= set(range(1, len(entries), 2))


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda one: type(one).__name__)
def test_any_part_of_the_frame_may_be_of_any_type(replacement: Any, store: Store, tmp_path: Path) -> None:
    whole = har([entry(TR)], pages=[{"id": "page_1", "title": "t"}])
    places = list(paths({"log": {**whole["log"], "entries": 0}}))
    for number, at in enumerate(places):
        (tmp_path / f"{number}.har").write_text(json.dumps(replaced(whole, at, replacement)), "utf-8")
    outcome = store.scan(tmp_path)
    assert len(outcome.scanned) == len(places)
    assert outcome.refused == 0


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["id", "ev", "dl", "rl", "eid", "ts", "ec", "if", "ud[em]", "cd[value]", "cd[contents]", "data", "batch", "x"]
)
PAIRS = st.lists(
    st.tuples(NAMES | st.text(max_size=10), st.text(max_size=30) | JSON_VALUES.map(json.dumps)), max_size=12
)


def encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PAIRS, JSON_VALUES, st.integers(0, 5)), max_size=6))
def test_made_up_payloads_never_raise_and_are_counted(
    tmp_path: Path, made: list[tuple[list[tuple[str, str]], Any, int]]
) -> None:
    store = Store(tmp_path / "made.sqlite")
    entries = []
    for pairs, value, kind in made:
        query, body = encoded(pairs), json.dumps({"data": value, "event_name": value, "fb.pixel_id": "1"})
        entries += [
            entry(f"https://www.facebook.com/tr/?{query}"),
            entry("https://www.facebook.com/tr/", method="POST", headers=FORM, body=query),
            entry("https://graph.facebook.com/v21.0/123456/events", method="POST", body=body),
            entry(f"https://graph.facebook.com/?{query}", method="POST", headers=FORM, body=query),
            entry(f"https://connect.facebook.net/signals/config/1?{query}", mime_type="text/html"),
            {"request": {"method": "POST", "url": "https://www.facebook.com/tr/?id=1", "postData": value}},
        ][: kind + 1]
    outcome = store.scan(write(tmp_path / "made.har", entries))
    (scanned,) = outcome.scanned
    assert outcome.refused == 0
    if scanned.recording is not None:
        assert scanned.recording.rule_faults == 0
        assert scanned.recording.requests_seen == len(entries)


def test_a_file_cut_anywhere_keeps_its_complete_entries(store: Store, tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.har", [entry(TR + f"&eid={number}") for number in range(4)]).read_bytes()
    # The entries stand one a line: a cut keeps those whose line is whole.
    lines = whole.split(b"\n")
    at = len(lines[0]) + 1
    complete = []
    for line in lines[1:5]:
        complete.append(at + len(line.rstrip(b",")))
        at += len(line) + 1
    # The reader is tested at every byte; here the ends of entries count, and what lies between.
    beside = {end + step for end in complete for step in (-1, 0, 1)}
    folder = tmp_path / "cut"
    folder.mkdir()
    for cut in {*range(20, len(whole) - 1, 29), *beside}:
        (folder / f"{cut}.har").write_bytes(whole[:cut])
    for scanned in store.scan(folder).scanned:
        cut = int(Path(scanned.source).stem)
        expected = sum(1 for end in complete if end <= cut)
        if scanned.recording is None:
            assert expected == 0, cut
            continue
        assert (scanned.recording.requests_matched, scanned.recording.complete) == (expected, False), cut
        assert scanned.problems, cut
