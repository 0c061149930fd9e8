"""Which files are recordings, in folders, archives and pipes; what hostile archives cannot do."""

import gzip
import hashlib
import io
import json
import os
import random
import stat
import threading
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.reading import OTHER, PIXEL, Outcome, read, read_path, request

from pixelwitness.core.wire.exchange import Problem
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState
from pixelwitness.sources.files.inputs import Input, find_inputs, sha256_of

gzipped = partial(gzip.compress, mtime=0)  # a test's name holds its bytes: no time of day in them


HAR = json.dumps({"log": {"version": "1.2", "entries": [request(), request(url=OTHER)]}}).encode()
FLOW = b"1234:9:timestamp;"


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def urls(outcome: Outcome) -> list[str]:
    return [one.url for one in outcome.requests]


PACKED: dict[str, bytes] = {
    "x.har": HAR,
    "x.json": HAR,
    "recording": HAR,
    "x.har.gz": gzipped(HAR),
    "x.gz": gzipped(HAR),
    "called gz but plain.har.gz": HAR,
    "two members.har.gz": gzipped(HAR[:50]) + gzipped(HAR[50:]),
    "padded.har.gz": gzipped(HAR) + b"\0" * 40,
    "x.har.zst": zstandard.compress(HAR),
    "two frames.zst": zstandard.compress(HAR[:50]) + zstandard.compress(HAR[50:]),
    "skippable.zst": b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstandard.compress(HAR),
    "long skippable.zst": b"\x50\x2a\x4d\x18\x10\x27\0\0" + b"a" * 10_000 + zstandard.compress(HAR),
    "x.zhar": zlib.compress(HAR),
    "x.har.zip": zipped({"x.har": HAR}),
    "x.zip": zipped({"deep/in/x.har": HAR, "readme.txt": b"hello"}, zipfile.ZIP_STORED),
    "by content.zip": zipped({"x.json": HAR, "y.json": b"{}"}),
    "utf-16.har": HAR.decode().encode("utf-16"),
}


@pytest.mark.parametrize(("name", "data"), PACKED.items(), ids=PACKED)
def test_every_packing_gives_the_same_requests(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (source,) = find_inputs([tmp_path / name])
    outcome = read(source)
    assert (source.kind, source.name, source.path) == ("har", str(tmp_path / name), str(tmp_path / name))
    assert (urls(outcome), outcome.tally.other, outcome.problems, outcome.complete) == ([PIXEL], 1, (), True)
    assert sha256_of(source) == hashlib.sha256(data).hexdigest()


NOT: dict[str, tuple[bytes, str]] = {
    "x.txt": (b"hello", "neither a HAR nor a mitmproxy flow file was found in it"),
    "x.png": (b"\x89PNG\r\n", "neither a HAR nor a mitmproxy flow file was found in it"),
    "empty": (b"", "the file is empty"),
    "text.gz": (gzipped(b"hello"), "neither a HAR nor a mitmproxy flow file was found in it"),
    "session.mitm.gz": (
        gzipped(FLOW),
        "a compressed mitmproxy flow file: only HAR files are read compressed, expand it first",
    ),
    "none.zip": (zipped({"a.txt": b"hello"}), "no recording was found in the zip archive"),
    "damaged.zip": (zipped({"x.har": HAR})[:-30], "the zip archive is damaged"),
    "nested.zip": (
        zipped({"x.har.gz": gzipped(HAR)}),
        "no recording was found in the zip archive: an archive inside the archive was refused",
    ),
}


@pytest.mark.parametrize(("name", "data", "what"), [(name, *case) for name, case in NOT.items()], ids=NOT)
def test_what_is_named_and_no_recording_is_told(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(data)
    (source,) = find_inputs([tmp_path / name])
    assert (source.kind, source.problem) == ("unusable", Problem("input", what))
    assert (read(source).problems, read(source).complete) == ((Problem("input", what),), False)


@pytest.mark.parametrize("given_", ["missing.har", "no*match.har", "a\0b"])
def test_what_is_not_there_is_told(tmp_path: Path, given_: str) -> None:
    (source,) = find_inputs([str(tmp_path / given_)])
    assert source.kind == "unusable"
    assert source.problem is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "b.har": HAR,
        "a/2.har.gz": gzipped(HAR),
        "a/1.har": HAR,
        "a/flows": FLOW,
        "a/session.mitm": FLOW,
        "odd.json": HAR,
        "package.json": b'{"name": "x", "entries": 3}',
        "list.json": b"[1, 2]",
        "notes.txt": b"12:30: lunch",
        "photo.jpg": b"\xff\xd8\xff",
        "docs.zip": zipped({"a.txt": b"a"}),
        "two.zip": zipped({"2.har": HAR, "1.har": HAR}),
        "broken.har": b"\0\1\2",
        "damaged.mitm": b"no flow",
    }
    for name, data in files.items():
        path = tmp_path / "r" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "r"


def test_a_folder_gives_its_recordings_in_order_and_passes_over_the_rest(folder: Path) -> None:
    found = [(one.name.removeprefix(folder.as_posix() + "/"), one.kind) for one in find_inputs([folder])]
    assert found == [
        ("a/1.har", "har"),
        ("a/2.har.gz", "har"),
        ("a/flows", "flows"),
        ("a/session.mitm", "flows"),
        ("b.har", "har"),
        ("broken.har", "har"),
        ("damaged.mitm", "flows"),
        ("odd.json", "har"),
        ("two.zip!1.har", "har"),
        ("two.zip!2.har", "har"),
    ]


def test_a_file_named_twice_is_one_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = find_inputs(["b.har", folder / "b.har", "*.har", "./b.har"])
    assert [one.path for one in found] == ["b.har", "broken.har"]


def test_globs_reach_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert [one.path for one in find_inputs(["**/*.har*"])] == ["a/1.har", "a/2.har.gz", "b.har", "broken.har"]


def test_a_name_with_the_signs_of_a_pattern_is_a_name_first(tmp_path: Path) -> None:
    path = tmp_path / "a[1].har"
    path.write_bytes(HAR)
    assert [one.path for one in find_inputs([path])] == [str(path)]


def test_the_members_of_an_archive_are_recordings_of_their_own(folder: Path) -> None:
    first, second = find_inputs([folder / "two.zip"])
    assert (first.shared, first.member, second.member) == (True, "1.har", "2.har")
    assert sha256_of(first) != sha256_of(second)
    assert [urls(read(one)) for one in (first, second)] == [[PIXEL], [PIXEL]]


def test_flows_in_an_archive_are_told_and_cost_no_other_recording(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"a.mitm": FLOW, "b.har": HAR}))
    har, flows = sorted(find_inputs([tmp_path]), key=lambda one: one.kind)
    assert (har.name, urls(read(har))) == (f"{tmp_path.as_posix()}/x.zip!b.har", [PIXEL])
    assert (flows.name, flows.kind) == (f"{tmp_path.as_posix()}/x.zip!a.mitm", "unusable")


def test_standard_input_is_kept_in_a_private_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzipped(HAR))))
    (source,) = find_inputs(["-"])
    assert (source.name, urls(read(source))) == ("-", [PIXEL])
    assert sha256_of(source) == hashlib.sha256(gzipped(HAR)).hexdigest()
    if os.name == "posix":
        assert stat.S_IMODE(source.file.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_is_named_is_read_and_one_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert find_inputs([tmp_path]) == []
    writer = threading.Thread(target=pipe.write_bytes, args=(HAR,))
    writer.start()
    (source,) = find_inputs([pipe])
    writer.join()
    assert (source.name, urls(read(source))) == (str(pipe), [PIXEL])


CUT: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("gz", gzip.compress, "the compressed data ends early"),
    ("zhar", zlib.compress, "the compressed data ends early"),
    ("zst", zstandard.compress, "the compressed data ends early"),
]
RANDOM = random.Random(1)
LONG = json.dumps([request(url=f"{PIXEL}&n={RANDOM.getrandbits(320):x}") for _ in range(3_000)]).encode()


@pytest.mark.parametrize(("suffix", "pack", "what"), CUT, ids=[case[0] for case in CUT])
def test_a_cut_archive_keeps_what_it_holds(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes], what: str
) -> None:
    path = tmp_path / f"x.{suffix}"
    data = pack(LONG)
    path.write_bytes(data[: len(data) * 9 // 10])
    outcome = read_path(path)
    assert not outcome.complete
    assert outcome.problems[-1] == Problem("file", what)
    assert 1_000 < len(outcome.requests) < 3_000


def test_a_damaged_member_keeps_what_comes_before(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.har": LONG}))
    data[len(data) * 3 // 4] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(data)
    outcome = read_path(tmp_path / "x.zip")
    assert not outcome.complete
    assert Problem("file", "the compressed data is damaged") in outcome.problems
    assert len(outcome.requests) > 1_000


ZEROS = b'{"log": {"entries": [' + HAR[len(b'{"log": {"version": "1.2", "entries": [') : -3] + b", " + b" " * 60_000_000
BOMBS: dict[str, Callable[[], bytes]] = {
    "x.har.gz": lambda: gzipped(ZEROS, 9),
    "x.zhar": lambda: zlib.compress(ZEROS, 9),
    "x.har.zst": lambda: zstandard.compress(ZEROS),
    "x.zip": lambda: zipped({"x.har": ZEROS}),
}


@pytest.mark.parametrize(("name", "bomb"), BOMBS.items(), ids=BOMBS)
def test_a_bomb_is_told_and_costs_little(tmp_path: Path, name: str, bomb: Callable[[], bytes]) -> None:
    (tmp_path / name).write_bytes(bomb())
    tracemalloc.start()
    started = time.process_time()
    outcome = read_path(tmp_path / name)
    spent, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert Problem("file", "the compressed data expands more than 100 to 1") in outcome.problems
    assert (urls(outcome), outcome.complete) == ([PIXEL], False)
    assert spent < 20  # no measurement: an unbounded reader would take minutes
    assert peak < 30_000_000


def test_the_limit_of_expansion_holds_for_any_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixelwitness.sources.files.archives.MAX_EXPANDED", 200_000)
    (tmp_path / "x.har.gz").write_bytes(gzipped(LONG))
    outcome = read_path(tmp_path / "x.har.gz")
    assert outcome.problems[-1] == Problem("file", "the compressed data expands to more than 200000 bytes")
    assert not outcome.complete


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


REFUSED: dict[str, tuple[Any, str]] = {
    "../x.har": ("../x.har", "a member whose name leads out of the archive was refused"),
    "a/../../x.har": ("a/../../x.har", "a member whose name leads out of the archive was refused"),
    "absolute": ("/etc/x.har", "a member whose name leads out of the archive was refused"),
    "a drive": ("C:x.har", "a member whose name leads out of the archive was refused"),
    "backslashes": ("..\\x.har", "a member whose name leads out of the archive was refused"),
    "a stream": ("good.har:x.har", "a member whose name leads out of the archive was refused"),
    "a link": (_link("x.har"), "a member that is a symbolic link was refused"),
    "another case": ("GOOD.har", "a second member of the same name was refused"),
    "nested": ("x.har.zip", "an archive inside the archive was refused"),
}


@pytest.mark.parametrize(("name", "what"), REFUSED.values(), ids=REFUSED)
def test_hostile_members_are_refused_and_told_and_the_others_read(tmp_path: Path, name: Any, what: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("good.har", HAR)
        archive.writestr(name, HAR)
    (source,) = find_inputs([tmp_path / "x.zip"])
    assert (source.member, source.shared, source.notes) == ("good.har", False, (Problem("archive", what),))
    assert urls(read(source)) == [PIXEL]


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.har": HAR}))
    data[6] |= 1  # the flag in the member's own header …
    data[data.index(b"PK\x01\x02") + 8] |= 1  # … and in the directory
    (tmp_path / "x.zip").write_bytes(data)
    (source,) = find_inputs([tmp_path / "x.zip"])
    what = "no recording was found in the zip archive: an encrypted member was refused"
    assert source.problem == Problem("input", what)


def test_a_directory_of_an_archive_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.har": HAR}))
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(data)
    (source,) = find_inputs([tmp_path / "x.zip"])
    assert source.problem is not None
    assert source.problem.what.startswith("the zip archive lists more than")


def _with_file(name: Any) -> bytes:
    entry = request(method="POST", bodySize=5, postData={"mimeType": "text/plain", "_file": name})
    return json.dumps({"log": {"entries": [entry]}}).encode()


def test_bodies_beside_a_har_are_read_from_its_archive(tmp_path: Path) -> None:
    for name, folder in (("flat.zip", ""), ("deep.zip", "a/b/")):
        members = {f"{folder}har.har": _with_file("9f.bin"), f"{folder}9f.bin": b"id=12", "looks.json": HAR}
        (tmp_path / name).write_bytes(zipped(members))
        (source,) = find_inputs([tmp_path / name])
        (found,) = read(source).requests
        assert (found.body, found.body_state) == (b"id=12", BodyState.RECORDED)


def test_answers_beside_a_har_are_read_from_its_archive(tmp_path: Path) -> None:
    entry = request()
    entry["response"]["content"] = {"mimeType": "text/javascript", "_file": "9f.js"}
    members = {"har.har": json.dumps({"log": {"entries": [entry]}}).encode(), "9f.js": "fbq('é')".encode()}
    (tmp_path / "x.har.zip").write_bytes(zipped(members))

    (found,) = read_path(tmp_path / "x.har.zip").responses

    assert found is not None
    assert (found.mime_type, found.text) == ("text/javascript", "fbq('é')")


def test_bodies_beside_a_har_are_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "9f.bin").write_bytes(b"id=12")
    (tmp_path / "big.bin").write_bytes(bytes(BODY_LIMIT + 5))
    for name, expected in (("b/9f.bin", (b"id=12", BodyState.RECORDED)), ("big.bin", (None, BodyState.TOO_BIG))):
        (tmp_path / "x.har").write_bytes(_with_file(name))
        (found,) = read_path(tmp_path / "x.har").requests
        assert (found.body, found.body_state) == expected


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "link", "linked/secret", "r", "missing", "", 7, "a\0b", "x" * 5000]
)
def test_a_recording_names_no_file_elsewhere(tmp_path: Path, name: Any) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "r" / "r").mkdir(parents=True)
    (tmp_path / "r" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "r" / "linked").symlink_to(tmp_path)
    (tmp_path / "r" / "x.har").write_bytes(_with_file(name))
    (found,) = read_path(tmp_path / "r" / "x.har").requests
    assert (found.body, found.body_state) == (None, BodyState.NOT_RECORDED)


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = [HAR, gzipped(HAR), zlib.compress(HAR), zstandard.compress(HAR), zipped({"x.har": HAR, "y.har": HAR})]


@QUICK
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=4),
    size=st.floats(0.5, 1),
)
def test_damaged_files_never_raise(
    tmp_path: Path, seed: bytes, changes: list[tuple[float, bytes]], size: float
) -> None:
    data = bytearray(seed)
    for place, put in changes:
        at = int(place * (len(data) - 1))
        data[at : at + len(put)] = put
    path = tmp_path / "x.har"
    path.write_bytes(data[: int(len(data) * size)])
    for source in find_inputs([path]):
        read(source)
        sha256_of(source) if source.kind != "unusable" else None


def test_an_input_can_be_handed_to_another_process() -> None:
    import pickle

    source = Input("x.har", "har", file=Path("x.har"))
    assert pickle.loads(pickle.dumps(source)) == source
