"""Broken, cut, hostile and huge recordings: what is whole is kept, what is lost is told, nothing is raised."""

import copy
import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.har import SHARED
from tests.sources.reading import OTHER, PIXEL, Outcome, read, read_bytes, read_path, request

from pixelwitness.core.wire.exchange import Problem
from pixelwitness.core.wire.request import Request
from pixelwitness.sources.files.inputs import Input
from pixelwitness.sources.har.entry_filter import MAX_PROBLEMS
from pixelwitness.sources.har.text_window import TextWindow, read_thinned

ENTRIES = [
    request(headers=[{"name": "Referer", "value": 'https://shop.example/{[\\"}],\n'}]),
    request(url=OTHER, method="POST", bodySize=5),
    request(method="POST", postData={"mimeType": "text/plain", "text": 'a={"b":"}},{"}'}),
    request(url="https://shop.example/x"),
    request(url=PIXEL + "&x=é\\", cookies=[{"name": "a", "value": "b"}]),
]


POSITION = [field.name for field in dataclasses.fields(Request)].index("position")


def urls(outcome: Outcome) -> list[str]:
    return [one.url for one in outcome.requests]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_cut_anywhere_keeps_every_whole_entry(tmp_path: Path, indent: int | None) -> None:
    text = json.dumps({"log": {"version": "1.2", "entries": ENTRIES, "comment": ""}}, indent=indent, ensure_ascii=False)
    data = text.encode()
    ends = list(_entry_ends(data))
    whole = [read_bytes(tmp_path, data[: ends[-1]] + b"]}}")]
    assert (whole[0].counted, whole[0].complete) == (len(ENTRIES), True)
    for cut in range(len(data)):
        fast = cut % 2 == 0
        outcome = read_bytes(tmp_path, data[:cut], fast=fast, window=256)
        kept = sum(end <= cut for end in ends)
        assert outcome.counted == kept, cut
        assert outcome.exchanges == tuple(one for one in whole[0].exchanges if one[0][POSITION] < kept), cut
        assert not outcome.complete, cut
        assert len(outcome.problems) == 1, cut


def _entry_ends(data: bytes) -> Iterator[int]:
    """Yield where each entry ends, found by a decoder that is not ours."""
    text = data.decode()
    decoder = json.JSONDecoder()
    at = text.index("[", text.index('"entries"')) + 1
    for _ in ENTRIES:
        at = text.index("{", at)
        _, at = decoder.raw_decode(text, at)
        yield len(text[:at].encode())


def test_the_problem_of_a_cut_file_names_line_and_entry(tmp_path: Path) -> None:
    text = '{"entries": [\n' + json.dumps(request()) + ",\n" + json.dumps(request())[:-5]
    outcome = read_bytes(tmp_path, text.encode())
    assert (len(outcome.requests), outcome.complete) == (1, False)
    assert outcome.problems == (Problem("line 3", "the file ends inside entry 1"),)


WRONG: tuple[Any, ...] = (None, True, 7, -1.5, 1e300, "", "x", "\ud83d", [], [1, None], [[]], {}, {"a": {"b": []}})


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


FULL = {
    **request(
        method="POST",
        headers=[{"name": "Referer", "value": "https://shop.example/"}],
        cookies=[{"name": "a", "value": "b"}],
        postData={"mimeType": "text/plain", "text": "id=1", "params": [{"name": "id", "value": "1"}]},
    ),
    "pageref": "p",
    "_initiator": {"type": "script", "url": "https://shop.example/a.js"},
    "response": {
        "status": 200,
        "headers": [{"name": "a", "value": "b"}],
        "redirectURL": "",
        "content": {"mimeType": "text/plain", "text": "aGk=", "encoding": "base64", "size": 2},
    },
}


def test_any_field_of_any_type_costs_no_other_entry_and_both_paths_agree(tmp_path: Path) -> None:
    before, after = request(), request(url=PIXEL + "&n=2")
    (whole,) = read_bytes(tmp_path, json.dumps([FULL]).encode()).requests
    for path in _paths(FULL):
        for wrong in WRONG:
            changed = copy.deepcopy(FULL)
            place: Any = changed
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = wrong
            data = json.dumps([before, changed, after]).encode()
            fast = read_bytes(tmp_path, data)
            assert read_bytes(tmp_path, data, fast=False, window=64) == fast, path
            assert fast.counted + fast.tally.not_requests == 3, path
            assert fast.complete, path
            kept = urls(fast)
            assert (kept[0], kept[-1]) == (PIXEL, PIXEL + "&n=2"), path
            for found in fast.requests[1:-1]:
                assert isinstance(found.url, str), path
                if path[0] == "response":
                    assert (found.url, found.method, found.body, found.headers) == (
                        *(whole.url, whole.method, whole.body, whole.headers),
                    ), path


ITEM = json.dumps(request(url=OTHER))
GOOD = json.dumps(request())
BROKEN: dict[str, tuple[str, int, int]] = {
    "a lone surrogate": (GOOD.replace("tr/?", "tr/?\\ud83d&"), 0, 1),
    "a lone surrogate in what is not needed": (GOOD[:-1] + ', "x": "\\udc00"}', 0, 1),
    "NaN": (GOOD[:-1] + ', "time": NaN, "a": -Infinity}', 0, 1),
    "a number out of range": (GOOD[:-1] + ', "_resourceType": 1e999}', 0, 1),
    "5,000 digits": (GOOD.replace('"bodySize": 0', '"bodySize": ' + "9" * 5000), 0, 1),
    "5,000 digits in what is not needed": (GOOD[:-1] + ', "time": ' + "9" * 5000 + "}", 0, 1),
    "control characters": (GOOD.replace("tr/?", "tr/?\x01\t"), 0, 1),
    "a bad escape": (GOOD[:-1] + r', "x": "\x41 \ "}', 0, 1),
    "a comma too many": (GOOD[:-1] + ', "x": [1, 2,],}', 0, 1),
    "deep": (GOOD[:-1] + ', "x": ' + "[" * 20_000 + "]" * 20_000 + "}", 0, 1),
    "deep in the headers": (
        GOOD.replace('"headers": []', '"headers": ' + '[{"a":' * 20_000 + "1" + "}]" * 20_000, 1),
        0,
        1,
    ),
    "a key twice": (GOOD[:-1] + ', "request": {"url": "https://www.facebook.com/tr/?id=2"}}', 0, 1),
    "a key twice, first of a wrong type": ('{"request": 7, "response": [], ' + GOOD[1:], 0, 1),
    "no JSON": ('{"request": {"url": nothing}}', 1, 0),
    "no JSON and no request": ("{nothing}", 1, 0),
    "a quote too many": (GOOD.replace('"method": "GET"', '"method": "GE"T"'), 1, 0),
    "a quote missing": (GOOD.replace('"method": "GET"', '"method": "GET'), 1, 0),
    "a bracket too many": (GOOD.replace('"cookies": []', '"cookies": []]', 1), 1, 0),
    "a bracket missing": (GOOD.replace('"cookies": []', '"cookies": [', 1), 1, 0),
}


@pytest.mark.parametrize("indent", [False, True])
@pytest.mark.parametrize(("entry", "lost", "found"), BROKEN.values(), ids=BROKEN)
def test_a_broken_entry_costs_itself_alone(tmp_path: Path, entry: str, lost: int, found: int, indent: bool) -> None:
    around = (", \n" if indent else ",").join([GOOD, ITEM, GOOD, entry, ITEM, GOOD, ITEM, GOOD])
    data = ('{"log": {"entries": [' + around + "]}}").encode()
    outcome = read_bytes(tmp_path, data)
    assert (len(outcome.requests), outcome.tally.other) == (4 + found, 3)
    assert outcome.tally.rejected + outcome.tally.not_requests == lost
    assert (len(outcome.problems), outcome.complete) == (lost, True)
    for window in (64, 1000):
        assert read_bytes(tmp_path, data, window=window) == outcome
    slow = read_bytes(tmp_path, data, fast=False)
    # Of what nests too deep the strict decoder and the lenient one keep the same of all that is looked at.
    assert slow == outcome


def test_bytes_that_are_not_utf_8_cost_nothing(tmp_path: Path) -> None:
    data = f"[{GOOD},{GOOD.replace('image', 'im§ge')},{GOOD.replace('tr/?', 'tr/?§')}]".encode("latin-1")
    outcome = read_bytes(tmp_path, data)
    assert urls(outcome) == [PIXEL, PIXEL, PIXEL.replace("tr/?", "tr/?\ufffd")]
    assert read_bytes(tmp_path, data, fast=False) == outcome


def test_problems_are_bounded(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, b'{"entries": [' + b",".join([b"7"] * 5000) + b"]}")
    assert outcome.tally.not_requests == 5000
    assert len(outcome.problems) == MAX_PROBLEMS + 1
    assert outcome.problems[-1] == Problem("file", "4900 further problems are not listed")


def test_problems_never_hold_captured_text(tmp_path: Path) -> None:
    bad = request(url="/secret@shop.example")
    data = f'{{"secret": 1, "entries": [{json.dumps(bad)}, secret, {{"secret"}}, {GOOD}] "secret'.encode()
    outcome = read_bytes(tmp_path, data)
    assert outcome.problems
    assert "secret" not in repr(outcome.problems)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([PIXEL, OTHER]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["request", "url", "headers", "postData", "text", "params", "name", "value", "response", "content", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = ("request", "response", "_resourceType", "pageref", "_initiator", "startedDateTime", "x")
PARTS = ("method", "headers", "cookies", "postData", "bodySize")
WILD = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, JSON),
        "request": JSON | st.fixed_dictionaries({"url": st.just(PIXEL) | JSON}, optional=dict.fromkeys(PARTS, JSON)),
    },
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(
    entries=st.lists(WILD | JSON, max_size=6),
    indent=st.sampled_from([None, 1]),
    window=st.sampled_from([16, 300, 1 << 17]),
)
def test_any_har_reads_the_same_on_both_paths(
    tmp_path: Path, entries: list[Any], indent: int | None, window: int
) -> None:
    data = json.dumps({"log": {"entries": [ENTRIES[0], *entries, ENTRIES[4]]}}, indent=indent).encode()
    fast = read_bytes(tmp_path, data, window=window)
    assert read_bytes(tmp_path, data, fast=False) == fast
    assert fast.counted + fast.tally.not_requests == len(entries) + 2


@QUICK
@given(
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4), st.binary(max_size=3)), max_size=4),
    window=st.sampled_from([64, 1 << 17]),
)
def test_a_damaged_har_reads_the_same_on_both_paths_and_never_raises(
    tmp_path: Path, cuts: list[tuple[int, int, bytes]], window: int
) -> None:
    data = json.dumps({"log": {"entries": ENTRIES}}).encode()
    for at, length, put in cuts:
        data = data[:at] + put + data[at + length :]
    fast = read_bytes(tmp_path, data, window=window)
    assert read_bytes(tmp_path, data, fast=False) == fast


@QUICK
@given(data=st.binary(max_size=200) | st.text('{}[]",:\\ logentris', max_size=80).map(str.encode))
def test_any_bytes_are_read_without_an_exception(tmp_path: Path, data: bytes) -> None:
    read_bytes(tmp_path, data, window=16)
    read_bytes(tmp_path, b'{"log": {"entries": [' + data, window=16, fast=False)


def test_a_string_of_many_megabytes_is_cut_and_the_entry_kept(tmp_path: Path) -> None:
    big = request()
    big["response"]["content"]["text"] = "x" * 17_200_000
    lots = request(method="POST", postData={"text": '"' * 9_000_000})
    data = json.dumps([request(), big, request(), lots, request()]).encode()
    outcome = read_bytes(tmp_path, data)
    assert (urls(outcome), outcome.problems) == ([PIXEL] * 5, ())
    assert outcome.requests[3].body_state == "too_big"


@pytest.mark.parametrize("size", [3, 7, 64])
def test_a_value_is_thinned_at_whole_escapes(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(b'{"a": "\\u00e9\\u00e9\\\\\\"\\"z", "b": "\\\\", "c": [1]} ,7')
    with path.open("rb") as file:
        window = TextWindow(file, size)
        assert read_thinned(window, 1000, 7) == b'{"a": "\\u00e9", "b": "\\\\", "c": [1]}'
        assert window.skip_blank() == b"7"


def test_a_hostile_bracket_costs_no_time(tmp_path: Path) -> None:
    started = time.process_time()
    for data in (
        b"[" * 1_000_000,
        b'{"log":' * 100_000,
        b'[{"a":' * 200_000,
        b'["' + b"\\" * 1_000_000,
        b"[" + b"{}," * 100_000,
    ):
        outcome = read_bytes(tmp_path, data)
        assert not outcome.complete
    assert time.process_time() - started < 30  # no measurement: a runaway search would never end


def test_a_file_of_another_recorder_is_read_while_it_is_missing_or_locked(tmp_path: Path) -> None:
    outcome = read(Input("x.har", "har", file=tmp_path / "x.har"))
    assert (outcome.counted, outcome.complete) == (0, False)
    assert outcome.problems == (Problem("file", "it cannot be opened or read to its end"),)


@pytest.mark.skipif(not SHARED.is_dir(), reason="other people's recordings do not lie beside the repository")
def test_recordings_of_many_programs_are_read_whole() -> None:
    truth = json.loads((SHARED / "recordings" / "truth.json").read_text("utf-8"))
    wrong = {}
    for one in truth:
        path = SHARED / "recordings" / one["file"]
        fast = read_path(path)
        if fast.counted != one["requests"] or not fast.complete:
            wrong[one["file"]] = (fast.counted, one["requests"], fast.problems)
        if path.stat().st_size < 400_000:
            assert read(Input(str(path), "har", file=path), fast=False, window=5000) == fast, path.name
    assert (bool(truth), wrong) == (True, {})
