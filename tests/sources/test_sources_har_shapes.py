"""What stands around the entries, and what an entry is in all its spellings."""

import base64
import gzip
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.sources.reading import OTHER, PIXEL, only, read_bytes, read_value, request

from pixelwitness.core.wire.exchange import Problem, Tally
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState
from pixelwitness.sources.har.entry_dates import parse_date

gzipped = partial(gzip.compress, mtime=0)  # a test's name holds its bytes: no time of day in them


ENTRY = request()
BARE = json.dumps(ENTRY)
LOG = json.dumps({"log": {"version": "1.2", "entries": [ENTRY]}})

WRAPPERS: dict[str, bytes] = {
    "as it should be": LOG.encode(),
    "pretty": json.dumps(json.loads(LOG), indent=4).encode(),
    "byte order mark": b"\xef\xbb\xbf" + LOG.encode(),
    "UTF-16 with mark": LOG.encode("utf-16"),
    "UTF-16 little-endian": LOG.encode("utf-16-le"),
    "UTF-16 big-endian": LOG.encode("utf-16-be"),
    "JSONP": f"onInputData({LOG});\n".encode(),
    "JSONP with a path": f"\n window.har.load ( {LOG} )".encode(),
    "no log": f'{{"entries": [{BARE}]}}'.encode(),
    "a bare list": f"[{BARE}]".encode(),
    "white space around": f" \r\n\t{LOG}\n\n".encode(),
    "entries first": f'{{"log": {{"entries": [{BARE}], "pages": [], "version": "1.1"}}}}'.encode(),
    "brackets in strings before": (
        f'{{"c": "}}]\\"[{{", "log": {{"x": {{"entries": []}}, "entries": [{BARE}]}}}}'.encode()
    ),
    "commas too many": f'{{"log": {{"entries": [,{BARE},,],}}}}'.encode(),
}


@pytest.mark.parametrize("data", WRAPPERS.values(), ids=WRAPPERS)
def test_every_wrapper_gives_the_same_request(tmp_path: Path, data: bytes) -> None:
    outcome = read_bytes(tmp_path, data)
    assert [(one.url, one.position) for one in outcome.requests] == [(PIXEL, 0)]
    assert (outcome.tally, outcome.problems, outcome.complete) == (Tally(), (), True)


ODD: dict[str, tuple[bytes, int, bool, str]] = {
    "a guard against inclusion": (b")]}',\n" + LOG.encode(), 1, True, "text before the JSON document was passed over"),
    "text behind": (LOG.encode() + b" bye", 1, True, "text behind the end of the HAR was not read"),
    "two documents": (LOG.encode() * 2, 1, False, "another JSON document behind the end of the HAR was not read"),
    "two lists of entries": (f'{{"entries": [{BARE}], "entries": [{BARE}]}}'.encode(), 2, True, ""),
    "broken before": (
        f'{{"log": {{"a" 7, "entries": [{BARE}]}}}}'.encode(),
        1,
        True,
        "the JSON before the entries is broken",
    ),
    "cut behind": (f'{{"log": {{"entries": [{BARE}], "pages": [{{"id"'.encode(), 1, False, "the file ends early"),
    "cut between": (f'{{"log": {{"entries": [{BARE},'.encode(), 1, False, "the file ends behind entry 0"),
    "no entries": (b'{"log": {"pages": []}}', 0, True, "no list of entries was found (log.entries)"),
    "entries of a wrong type": (
        b'{"log": {"entries": {"a": 1}}}',
        0,
        True,
        "no list of entries was found (log.entries)",
    ),
    "nested elsewhere": (f'{{"test": {LOG}}}'.encode(), 0, True, "no list of entries was found (log.entries)"),
    "empty": (b"", 0, False, "no list of entries was found (log.entries)"),
    "not JSON": (b"<html>", 0, False, "no list of entries was found (log.entries)"),
    "a number": (b"7", 0, False, "no list of entries was found (log.entries)"),
}


@pytest.mark.parametrize(("data", "requests", "complete", "problem"), ODD.values(), ids=ODD)
def test_what_is_odd_around_the_entries_is_told(
    tmp_path: Path, data: bytes, requests: int, complete: bool, problem: str
) -> None:
    outcome = read_bytes(tmp_path, data)
    told = [one.what for one in outcome.problems]
    assert (len(outcome.requests), outcome.complete, told) == (requests, complete, [problem] if problem else [])
    assert read_bytes(tmp_path, data, fast=False) == outcome


@pytest.mark.parametrize("behind", [False, True])
def test_pages_and_exporter_are_found_before_and_behind_the_entries(tmp_path: Path, behind: bool) -> None:
    around = {
        "creator": {"name": "WebInspector", "version": "537.36"},
        "browser": {"name": "Chromium", "version": 156},
        "pages": [
            {"id": "a", "title": "https://shop.example/a"},
            {"id": "b", "title": "Boots", "_URL": "https://shop.example/b"},
            {"id": "c", "title": "Boots"},
            {"id": 4, "_url": " https://shop.example/d "},
            {"title": "https://shop.example/e"},
            "f",
        ],
    }
    entries = {"entries": [request(headers=[{"name": "User-Agent", "value": "Mozilla/5.0"}])]}
    log = {**entries, **around} if behind else {**around, **entries}
    outcome = read_value(tmp_path, {"log": log})
    assert outcome.pages == {
        "a": "https://shop.example/a",
        "b": "https://shop.example/b",
        "4": "https://shop.example/d",
    }
    assert (outcome.exporter, outcome.user_agent) == ("WebInspector 537.36, Chromium", "Mozilla/5.0")


def test_lines_and_positions_are_those_of_the_opening_braces(tmp_path: Path) -> None:
    entries = [request(url=OTHER), "x", request(), request(url=OTHER), request()]
    text = json.dumps({"log": {"entries": entries}}, indent=2)
    braces = [found.start() for found in re.finditer(r'\{\s*"startedDateTime"', text)]
    wanted = [text.count("\n", 0, brace) + 1 for brace in braces]
    outcome = read_value_text(tmp_path, text)
    assert [(one.position, one.line) for one in outcome] == [(2, wanted[1]), (4, wanted[3])]


def read_value_text(folder: Path, text: str) -> list[Any]:
    found = [
        read_bytes(folder, text.encode(), fast=fast, window=window) for fast in (True, False) for window in (64, 4096)
    ]
    assert all(one == found[0] for one in found)
    return list(found[0].requests)


PICKED: dict[str, tuple[dict[str, Any], int]] = {
    "a site": ({}, 1),
    "another site": ({"url": OTHER}, 0),
    "a literal of the URL": ({"url": "https://shop.example/x-fb-/a"}, 1),
    "a look-alike": ({"url": "https://notfacebook.com/tr/?id=1"}, 0),
    "a literal of the body": ({"url": OTHER, "method": "POST", "postData": {"text": '{"fb.pixel_id": 1}'}}, 1),
    "of a PUT": ({"url": OTHER, "method": "put", "postData": {"text": '{"fb.pixel_id": 1}'}}, 1),
    "of a GET": ({"url": OTHER, "postData": {"text": '{"fb.pixel_id": 1}'}}, 0),
    "of a type without payload": (
        {"url": OTHER, "method": "POST", "postData": {"mimeType": "image/png", "text": '"fb.pixel_id"'}},
        0,
    ),
    "another body": ({"url": OTHER, "method": "POST", "postData": {"text": "a=1"}}, 0),
    "a form without its text": (
        {"url": OTHER, "method": "POST", "postData": {"params": [{"name": "a", "value": "b"}]}},
        1,
    ),
    "data in the URL": ({"url": "data:text/html,https://www.facebook.com/tr/x-fb-"}, 0),
    "a blob": ({"url": "blob:https://www.facebook.com/1"}, 0),
    "an extension": ({"url": "chrome-extension://facebook.com/x-fb-"}, 0),
    "about": ({"url": "about:blank"}, 0),
}


@pytest.mark.parametrize(("parts", "picked"), PICKED.values(), ids=PICKED)
def test_only_what_a_rule_may_match_comes_out(tmp_path: Path, parts: dict[str, Any], picked: int) -> None:
    outcome = read_value(tmp_path, [request(**parts)])
    assert (len(outcome.requests), outcome.tally.other) == (picked, 1 - picked)


PAGES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Any], bool]] = {
    "by resource type": ({"_resourceType": "document"}, {"mimeType": "x/y"}, [], True),
    "an image of HTML": ({"_resourceType": "image"}, {"mimeType": "text/html"}, [], False),
    "by its answer": ({"_resourceType": ...}, {"mimeType": " text/HTML; charset=utf-8"}, [], True),
    "XHTML": ({"_resourceType": None}, {"mimeType": "application/xhtml+xml"}, [], True),
    "by a number for a type": ({"_resourceType": 3}, {"mimeType": "text/html"}, [], True),
    "by its own header": (
        {"_resourceType": ...},
        {"mimeType": "a/b"},
        [{"name": "Sec-Fetch-Dest", "value": "document"}],
        True,
    ),
    "nothing says so": ({"_resourceType": ...}, {"mimeType": "text/css"}, [], False),
}


@pytest.mark.parametrize(("more", "content", "headers", "picked"), PAGES.values(), ids=PAGES)
def test_pages_come_out(
    tmp_path: Path, more: dict[str, Any], content: dict[str, Any], headers: list[Any], picked: bool
) -> None:
    entry = request(url="https://shop.example/", headers=headers)
    entry["response"] = {"status": 200, "headers": [], "content": {**content, "text": "<p>"}}
    entry = {key: value for key, value in {**entry, **more}.items() if value is not ...}
    outcome = read_value(tmp_path, [entry])
    assert len(outcome.requests) == picked
    assert all(response is not None and response.text is None for response in outcome.responses)


URLS: dict[str, tuple[Any, str | None]] = {
    "spaces": (f" {PIXEL}\n", PIXEL),
    "no scheme": ("//www.facebook.com/tr/?id=1", "https://www.facebook.com/tr/?id=1"),
    "capitals": ("HTTPS://WWW.FACEBOOK.COM/tr/", "HTTPS://WWW.FACEBOOK.COM/tr/"),
    "a lone surrogate": (f"{PIXEL}&x=\ud83d", f"{PIXEL}&x=\ufffd"),
    "relative": ("/tr/?id=1", None),
    "blank": ("  ", None),
    "empty": ("", None),
    "null": (None, None),
    "a number": (7, None),
    "a list": ([PIXEL], None),
    "missing": (..., None),
    "a CONNECT's target": ("www.facebook.com:443", None),
}


@pytest.mark.parametrize(("url", "found"), URLS.values(), ids=URLS)
def test_urls(tmp_path: Path, url: Any, found: str | None) -> None:
    outcome = read_value(tmp_path, [request(url=url), request()])
    expected = [found, PIXEL] if found else [PIXEL]
    assert [one.url for one in outcome.requests] == expected
    assert outcome.tally == Tally(rejected=0 if found else 1)
    assert len(outcome.problems) == (0 if found else 1)


def test_entries_without_a_request_are_no_requests(tmp_path: Path) -> None:
    outcome = read_value(
        tmp_path, [None, 7, "x", [], {}, {"request": None}, {"request": "x"}, {"request": []}, request()]
    )
    assert (len(outcome.requests), outcome.requests[0].position) == (1, 8)
    assert outcome.tally == Tally(not_requests=8)
    assert outcome.problems[0] == Problem("line 1", "entry 0 holds no request object")


HEADERS: dict[str, tuple[Any, tuple[tuple[str, str], ...]]] = {
    "objects": ([{"name": "Referer", "value": "https://shop.example/"}], (("Referer", "https://shop.example/"),)),
    "pairs": ([["a", "b"], ["c", None]], (("a", "b"), ("c", ""))),
    "a mapping": ({"a": "b", "c": ["d", 1]}, (("a", "b"), ("c", "d"), ("c", "1"))),
    "pseudo headers": ([{"name": ":method", "value": "GET"}, {"name": "host", "value": "h"}], (("host", "h"),)),
    "null, numbers and rubbish": (
        [None, 3, {"value": "x"}, {"name": 4, "value": "x"}, {"name": " n ", "value": 5}, {"name": "z"}, ["q"]],
        (("n", "5"), ("z", "")),
    ),
    "null": (None, ()),
    "a text": ("a: b", ()),
    "missing": (..., ()),
}


@pytest.mark.parametrize(("headers", "found"), HEADERS.values(), ids=HEADERS)
def test_headers(tmp_path: Path, headers: Any, found: tuple[tuple[str, str], ...]) -> None:
    assert only(tmp_path, request(headers=headers)).headers == found


@pytest.mark.parametrize(
    ("method", "post", "found"),
    [
        ("get", ..., "GET"),
        (" Post ", {"text": "a"}, "POST"),
        (..., ..., "GET"),
        (None, {"text": "a"}, "POST"),
        ("", {"params": [{"name": "a"}]}, "POST"),
        (7, {"text": ""}, "GET"),
    ],
)
def test_methods(tmp_path: Path, method: Any, post: Any, found: str) -> None:
    assert only(tmp_path, request(method=method, postData=post)).method == found


def test_what_stands_beside_a_request(tmp_path: Path) -> None:
    entry = request(cookies=[{"name": "_fbp", "value": "fb.1.2.3"}])
    entry |= {
        "pageref": 7,
        "_initiator": {"type": "script", "url": "https://shop.example/a.js"},
        "_resourceType": "Image",
    }
    found = only(tmp_path, entry)
    assert (found.page_ref, found.initiator, found.resource_type) == ("7", "https://shop.example/a.js", "image")
    assert (found.cookie_pairs, found.cookies) == ((("_fbp", "fb.1.2.3"),), {"_fbp": "fb.1.2.3"})


@pytest.mark.parametrize(
    ("initiator", "found"),
    [
        ("https://shop.example/", "https://shop.example/"),
        ("parser", None),
        ("", None),
        ({"type": "other"}, None),
        ({"url": 7}, None),
        (None, None),
    ],
)
def test_initiators(tmp_path: Path, initiator: Any, found: str | None) -> None:
    assert only(tmp_path, {**request(), "_initiator": initiator}).initiator == found


RESPONSES: dict[str, tuple[Any, Any]] = {
    "missing": (..., (None, (), "", None)),
    "null": (None, (None, (), "", None)),
    "a text": ("x", (None, (), "", None)),
    "empty": ({}, (None, (), "", None)),
    "a redirect": ({"status": 302, "redirectURL": "/x"}, (302, (("location", "/x"),), "", None)),
    "cookies beside no header": (
        {"status": 200, "headers": [], "cookies": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]},
        (200, (("set-cookie", "a=1"), ("set-cookie", "b=2")), "", None),
    ),
    "cookies beside their header": (
        {"status": 200, "headers": [["Set-Cookie", "a=1"]], "cookies": [{"name": "a", "value": "1"}]},
        (200, (("Set-Cookie", "a=1"),), "", None),
    ),
    "a redirect told twice": (
        {"status": "302", "headers": [["Location", "/y"]], "redirectURL": "/x"},
        (302, (("Location", "/y"),), "", None),
    ),
    "blocked": ({"status": 0, "content": {}}, (None, (), "", None)),
    "negative": ({"status": -1, "content": None}, (None, (), "", None)),
    "content of a wrong type": ({"status": 200, "content": []}, (200, (), "", None)),
    "text": ({"status": 200, "content": {"mimeType": "a/b", "text": "é"}}, (200, (), "a/b", "é")),
    "base64": (
        {"status": 200, "content": {"text": base64.b64encode("é".encode()).decode(), "encoding": "base64"}},
        (200, (), "", "é"),
    ),
    "nothing came": ({"status": 200, "content": {"size": 0}, "bodySize": 0}, (200, (), "", "")),
    "nothing came, its size on the wire unknown": ({"status": 200, "content": {"size": 0}}, (200, (), "", "")),
    "an empty text": ({"status": 200, "content": {"text": ""}}, (200, (), "", "")),
    "left out, by its size": ({"status": 200, "content": {"size": 9, "text": ""}}, (200, (), "", None)),
    "left out, by its size on the wire": ({"status": 200, "content": {"size": 0}, "bodySize": 9}, (200, (), "", None)),
    "sizes of wrong types": ({"status": 200, "content": {"size": "0"}, "bodySize": []}, (200, (), "", None)),
    "text too long": ({"status": 200, "content": {"text": "x" * (BODY_LIMIT + 1)}}, (200, (), "", None)),
    "text of a wrong type": ({"status": 200, "content": {"mimeType": 3, "text": {"a": 1}}}, (200, (), "", None)),
}


@pytest.mark.parametrize(("response", "found"), RESPONSES.values(), ids=RESPONSES)
def test_responses(tmp_path: Path, response: Any, found: Any) -> None:
    entry = {key: value for key, value in {**request(), "response": response}.items() if value is not ...}
    (got,) = read_value(tmp_path, [entry]).responses
    assert (got and (got.status, got.headers, got.mime_type, got.text)) == found


NOT_RECORDED, EMPTY, RECORDED = BodyState.NOT_RECORDED, BodyState.EMPTY, BodyState.RECORDED
FORM = "id=12&ev=Lead"
PACKED = base64.b64encode(gzipped(FORM.encode())).decode()


def sized(length: int, *headers: list[str]) -> dict[str, Any]:
    """Return a form that was sent with a length."""
    return {"headers": [["Content-Length", str(length)], *headers], "postData": {"text": FORM}}


BODIES: dict[str, tuple[dict[str, Any], BodyState, bytes | None, Any]] = {
    "text": ({"postData": {"mimeType": "text/plain", "text": FORM}}, RECORDED, FORM.encode(), None),
    "non-ASCII text": ({"postData": {"text": "é\ud83d"}}, RECORDED, "é\ufffd".encode(), None),
    "the bare text": ({"postData": FORM}, RECORDED, FORM.encode(), None),
    "text and params": ({"postData": {"text": FORM, "params": [{"name": "id"}]}}, RECORDED, FORM.encode(), None),
    "text that was cut": (sized(16), NOT_RECORDED, FORM.encode(), None),
    "text as long as was sent": (sized(13), RECORDED, FORM.encode(), None),
    "text without its last line end": (sized(15), RECORDED, FORM.encode(), None),
    "text of which a coding was taken off": (sized(99, ["Content-Encoding", "gzip"]), RECORDED, FORM.encode(), None),
    "text of another charset": (
        sized(26, ["Content-Type", "text/plain; charset=utf-16"]),
        RECORDED,
        FORM.encode(),
        None,
    ),
    "text of a named charset, cut": (
        sized(26, ["Content-Type", 'text/plain; charset="UTF-8"']),
        NOT_RECORDED,
        FORM.encode(),
        None,
    ),
    "text whose line ends were shortened": (
        {"headers": [["Content-Length", "8"]], "postData": {"text": "a\nb\nc\n"}},
        RECORDED,
        b"a\nb\nc\n",
        None,
    ),
    "text already parsed, and shorter so": (
        {"headers": [["Content-Length", "90"]], "postData": {"text": {"a": [1]}}},
        RECORDED,
        b'{"a":[1]}',
        None,
    ),
    "text already parsed": ({"postData": {"text": {"a": [1]}}}, RECORDED, b'{"a":[1]}', None),
    "params": (
        {"postData": {"params": [{"name": "ud[em]", "value": "a b%"}, {"name": "x"}]}},
        RECORDED,
        None,
        [("ud[em]", "a b%"), ("x", "")],
    ),
    "encoded params": (
        {"postData": {"text": "", "params": [{"name": "ud%5Bem%5D", "value": "a%40b+c"}]}},
        RECORDED,
        None,
        [("ud[em]", "a@b c")],
    ),
    "params that only look encoded": (
        {"postData": {"params": [{"name": "ud[em]", "value": "a%40b"}]}},
        RECORDED,
        None,
        [("ud[em]", "a%40b")],
    ),
    "a plus alone": ({"postData": {"params": [{"name": "q", "value": "a+b"}]}}, RECORDED, None, [("q", "a+b")]),
    "a file part": (
        {"postData": {"params": [{"name": "f", "fileName": "a.txt", "contentType": "text/plain", "value": "x"}]}},
        RECORDED,
        None,
        [("f", "x")],
    ),
    "params as a mapping": ({"postData": {"params": {"a": 1, "b": None}}}, RECORDED, None, [("a", "1"), ("b", "")]),
    "params as pairs": ({"postData": {"params": [["a", "b"], 3]}}, RECORDED, None, [("a", "b")]),
    "an empty object": ({"postData": {}, "bodySize": 0}, EMPTY, None, None),
    "an empty object of unknown size": ({"postData": {}, "bodySize": -1}, NOT_RECORDED, None, None),
    "empty text of some size": ({"postData": {"text": ""}, "bodySize": 12}, NOT_RECORDED, None, None),
    "empty text of no size": ({"postData": {"text": ""}, "bodySize": 0}, EMPTY, None, None),
    "a placeholder": ({"postData": {"text": "[REDACTED]"}}, NOT_RECORDED, None, None),
    "another placeholder": ({"postData": {"text": "Text was too long (1,000,000 bytes)"}}, NOT_RECORDED, None, None),
    "a placeholder beside params": (
        {"postData": {"text": "REDACTED", "params": [["a", "b"]]}},
        RECORDED,
        None,
        [("a", "b")],
    ),
    "text that names a placeholder": ({"postData": {"text": "a=REDACTED"}}, RECORDED, b"a=REDACTED", None),
    "nothing, no size": ({"bodySize": 0}, EMPTY, None, None),
    "nothing, some size": ({"bodySize": 7}, NOT_RECORDED, None, None),
    "nothing, size unknown": ({"bodySize": -1}, NOT_RECORDED, None, None),
    "nothing, size missing": ({"bodySize": ...}, NOT_RECORDED, None, None),
    "nothing, size 0, length of some": ({"headers": [["Content-Length", "9"]]}, NOT_RECORDED, None, None),
    "nothing, size unknown, length 0": ({"headers": [["content-length", "0"]], "bodySize": -1}, EMPTY, None, None),
    "nothing, size 0, multipart": (
        {"headers": [["Content-Type", "multipart/form-data; boundary=x"]]},
        NOT_RECORDED,
        None,
        None,
    ),
    "postData null": ({"postData": None, "bodySize": 3}, NOT_RECORDED, None, None),
    "postData a list": ({"postData": [1], "bodySize": 0}, EMPTY, None, None),
    "GET": ({"method": "GET", "bodySize": -1}, EMPTY, None, None),
    "GET with empty postData": (
        {"method": "GET", "postData": {"mimeType": "", "text": "", "params": []}},
        EMPTY,
        None,
        None,
    ),
    "base64": (
        {"postData": {"encoding": "base64", "text": base64.b64encode(b"\xff\0").decode()}},
        RECORDED,
        b"\xff\0",
        None,
    ),
    "base64 told by a comment": ({"postData": {"comment": "Base64", "text": "aWQ9MQ"}}, RECORDED, b"id=1", None),
    "base64 that is none": ({"postData": {"_encoding": "base64", "text": "id=1&a"}}, RECORDED, b"id=1&a", None),
    "base64 of gzip": ({"postData": {"encoding": "base64", "text": PACKED}}, RECORDED, FORM.encode(), None),
    "base64 of gzip, with its header": (
        {"headers": [["content-encoding", "gzip"]], "postData": {"encoding": "base64", "text": PACKED}},
        RECORDED,
        FORM.encode(),
        None,
    ),
    "base64, already decoded in spite of the header": (
        {"headers": [["content-encoding", "gzip"]], "postData": {"encoding": "base64", "text": "aWQ9MQ=="}},
        RECORDED,
        b"id=1",
        None,
    ),
    "broken gzip": (
        {"postData": {"encoding": "base64", "text": base64.b64encode(b"\x1f\x8b\x08rubbish").decode()}},
        BodyState.UNDECODABLE,
        None,
        None,
    ),
    "compressed bytes as text": (
        {
            "headers": [["content-encoding", "gzip"]],
            "postData": {"text": gzipped(FORM.encode()).decode("latin-1")},
        },
        RECORDED,
        FORM.encode(),
        None,
    ),
    "compressed bytes lost in text": (
        {"headers": [["content-encoding", "gzip"]], "postData": {"text": "\x1f\ufffd\b\0"}},
        BodyState.UNDECODABLE,
        None,
        None,
    ),
    "too big": ({"postData": {"text": "x" * (BODY_LIMIT + 1)}}, BodyState.TOO_BIG, None, None),
    "a bomb": (
        {"postData": {"encoding": "base64", "text": base64.b64encode(gzipped(bytes(BODY_LIMIT * 2))).decode()}},
        BodyState.TOO_BIG,
        None,
        None,
    ),
}


@pytest.mark.parametrize(("parts", "state", "body", "form"), BODIES.values(), ids=BODIES)
def test_bodies(tmp_path: Path, parts: dict[str, Any], state: BodyState, body: bytes | None, form: Any) -> None:
    whole = {"method": "POST", "bodySize": 0, **parts}
    outcome = read_value(tmp_path, [request(**whole), request(**{**whole, "url": OTHER})])
    found = outcome.requests[0]
    assert (found.body_state, found.body, found.form) == (state, body, form)
    lost = state in (NOT_RECORDED, BodyState.TOO_BIG)
    assert outcome.tally.bodies_not_recorded == (2 if lost else 0)


def test_a_multipart_body_with_plain_line_ends_is_read(tmp_path: Path) -> None:
    text = '--b\nContent-Disposition: form-data; name="id"\n\n12\n--b--\n'
    post = {"mimeType": "multipart/form-data; boundary=b", "text": text}
    assert list(only(tmp_path, request(method="POST", postData=post)).form_pairs) == [("id", "12")]


def test_the_recorders_type_stands_in_for_a_missing_header_only(tmp_path: Path) -> None:
    post = {"mimeType": "application/json", "text": FORM}
    header = {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}
    found = only(tmp_path, request(method="POST", postData=post, headers=[header]))
    assert list(found.form_pairs) == [("id", "12"), ("ev", "Lead")]
    assert only(tmp_path, request(method="POST", postData=post)).headers == (("content-type", "application/json"),)


NOON = 1795168800.0
DATES: list[tuple[Any, float | None]] = [
    ("2026-11-20T10:00:00Z", NOON),
    ("2026-11-20T10:00:00.5Z", NOON + 0.5),
    ("2026-11-20T10:00:00.123456789Z", NOON + 0.123456),
    ("2026-11-20T11:00:00.000+01:00", NOON),
    ("2026-11-20T05:00:00-0500", NOON),
    ("2026-11-20 10:00:00", NOON),
    ("2026-11-20T10:00:00,5", NOON + 0.5),
    ("2026-11-20T10:00Z", NOON),
    ("2026/11/20 10:00:00", NOON),
    (" 2026-11-20T10:00:00 UTC ", NOON),
    (1795168800, NOON),
    (1795168800000, NOON),
    (1795168800000.0, NOON),
    ("1795168800000", NOON),
    ("1795168800.000", NOON),
    (1795168800000000, NOON),
    ("Fri, 20 Nov 2026 10:00:00 GMT", NOON),
    ("Fri, 20 Nov 2026 11:00:00 +0100", NOON),
    ("Fri Nov 20 2026 11:00:00 GMT+0100 (Central European Standard Time)", NOON),
    ("Nov 20, 2026 10:00:00 AM", NOON),
    ("11/20/2026, 10:00:00 AM", NOON),
    ("20/11/2026 10:00:00", NOON),
    ("20.11.2026, 10:00:00", NOON),
    ("3/4/2026 10:00:00", None),
    ("2026-13-40T10:00:00Z", None),
    ("20261120", None),
    ("yesterday", None),
    ("", None),
    ("0", None),
    (0, None),
    (-5, None),
    (True, None),
    (1e300, None),
    (float("nan"), None),
    (None, None),
    ([], None),
    ("1" * 5000, None),
]


@pytest.mark.parametrize(("value", "seconds"), DATES)
def test_dates(value: Any, seconds: float | None) -> None:
    assert parse_date(value) == seconds


COOKIES: dict[str, tuple[str, Any, Any, bool, bool]] = {
    "DevTools without": ("WebInspector", [], [], True, False),
    "DevTools with a header": ("WebInspector", [{"name": "Cookie", "value": "a=b"}], [], True, True),
    "DevTools with cookies": ("WebInspector", [], [{"name": "a", "value": "b"}], True, True),
    "Firefox without": ("Firefox", [], [], True, True),
    "Playwright without": ("Playwright", [], [], True, True),
    "Playwright, minimal": ("Playwright", [], [], False, False),
}


@pytest.mark.parametrize(("name", "headers", "cookies", "pages", "recorded"), COOKIES.values(), ids=COOKIES)
def test_cookies_left_out_are_unknown(
    tmp_path: Path, name: str, headers: Any, cookies: Any, pages: bool, recorded: bool
) -> None:
    log = {"creator": {"name": name, "version": "1"}, "entries": [request(headers=headers, cookies=cookies)]}
    outcome = read_value(tmp_path, {"log": {**log, "pages": []} if pages else log})
    assert outcome.cookies_recorded is recorded


def test_a_cookie_of_a_request_that_no_rule_wants_counts(tmp_path: Path) -> None:
    cookie = request(url=OTHER, headers=[{"name": "cookie", "value": "a=b"}])
    word = request(url=OTHER, headers=[{"name": "vary", "value": "cookie"}])
    creator = {"name": "WebInspector", "version": "1"}
    assert read_value(tmp_path, {"log": {"creator": creator, "entries": [cookie]}}).cookies_recorded
    assert not read_value(tmp_path, {"log": {"creator": creator, "entries": [word]}}).cookies_recorded
