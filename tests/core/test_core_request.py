import json
from urllib.parse import urlencode

import pytest
import yarl
from hypothesis import example, given
from hypothesis import strategies as st

from pixelwitness.core.detect.locator import Locator, LocatorError, Scope, leaves, resolve
from pixelwitness.core.wire.params import multipart_pairs, nest, query_pairs
from pixelwitness.core.wire.request import Request, Response
from pixelwitness.core.wire.sites import host_of, site_of

TR = "https://www.facebook.com/tr/"
BOUNDARY = "----WebKitFormBoundaryQw3rTyUiOpAsDfGh"


def post(body: str, content_type: str | None = None, url: str = TR) -> Request:
    headers = (("Content-Type", content_type),) if content_type is not None else ()
    return Request("POST", url, headers=headers, body=body.encode("utf-8", "surrogatepass"))


def multipart(*pairs: tuple[str, str], newline: str = "\r\n", end: bool = True) -> str:
    parts = [f'--{BOUNDARY}{newline}Content-Disposition: form-data; name="{n}"{newline * 2}{v}' for n, v in pairs]
    return newline.join([*parts, f"--{BOUNDARY}--" if end else ""]) + (newline if end else "")


PAIRS = (("id", "123"), ("ud[em]", "a b&c=d"), ("cd[contents]", '[{"id": "größe"}]'), ("x", ""))
TREE = {"id": "123", "ud": {"em": "a b&c=d"}, "cd": {"contents": '[{"id": "größe"}]'}, "x": ""}


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", TR + "?" + urlencode(PAIRS)),
        Request("GET", TR + "?" + urlencode(PAIRS) + "#fragment&id=9"),
        post(urlencode(PAIRS), "application/x-www-form-urlencoded"),
        post(urlencode(PAIRS), "application/x-www-form-urlencoded;charset=UTF-8"),
        # A string given to fetch or sendBeacon.
        post(urlencode(PAIRS), "text/plain;charset=UTF-8"),
        post(urlencode(PAIRS)),
        post(multipart(*PAIRS), f"multipart/form-data; boundary={BOUNDARY}"),
        post(multipart(*PAIRS), f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"'),
        # Exporters drop the boundary, the header, or the carriage returns; a body may end early.
        post(multipart(*PAIRS), "multipart/form-data"),
        post(multipart(*PAIRS)),
        post(multipart(*PAIRS, newline="\n"), f"multipart/form-data; boundary={BOUNDARY}"),
        # Split between query and body.
        post(urlencode(PAIRS[1:]), "application/x-www-form-urlencoded", TR + "?id=123"),
        Request("POST", TR, form=PAIRS),
    ],
)
def test_the_same_parameters_are_seen_however_they_travel(request_: Request) -> None:
    assert request_.params == TREE
    assert request_.conflicts == ()


@pytest.mark.parametrize(
    "request_",
    [
        post('{"id": 123}', "application/json"),
        post("id=1 is what I meant, <b>really</b>", "text/plain"),
        post("id=123&ev=PageView", "application/octet-stream"),
        post("", "application/x-www-form-urlencoded"),
        Request("POST", TR),
    ],
)
def test_what_is_no_form_has_no_form_parameters(request_: Request) -> None:
    assert request_.params == {}


def test_the_first_occurrence_wins_query_before_body_and_a_conflict_is_recorded() -> None:
    both = post("id=2&ev=Lead&ev=Purchase", "application/x-www-form-urlencoded", TR + "?id=1")
    assert both.params == {"id": "1", "ev": "Lead"}
    assert both.conflicts == ("id", "ev")


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("ud", "1"), ("ud[em]", "2")], {"ud": {"": "1", "em": "2"}}),
        ([("ud[em]", "2"), ("ud", "1")], {"ud": {"em": "2", "": "1"}}),
        ([("a[b][c]", "1"), ("a[b]", "2")], {"a": {"b": {"c": "1", "": "2"}}}),
        ([("a[b", "1"), ("a]b[", "2"), ("[a]", "3"), ("", "4")], {"a[b": "1", "a]b[": "2", "[a]": "3", "": "4"}),
        ([("a" + "[b]" * 50, "1")], {"a" + "[b]" * 50: "1"}),
    ],
)
def test_names_nest_by_their_brackets(pairs: list[tuple[str, str]], tree: object) -> None:
    assert nest(pairs)[0] == tree


@given(st.lists(st.tuples(st.text(), st.text()), max_size=20))
def test_nesting_never_raises_and_never_loses_a_name(pairs: list[tuple[str, str]]) -> None:
    tree, _ = nest(pairs)
    assert bool(tree) == bool(pairs)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))))
def test_what_urlencode_writes_is_read_back(pairs: dict[str, str]) -> None:
    assert dict(query_pairs(urlencode(pairs))) == pairs


NAMES = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"\\%'), min_size=1)


@given(st.lists(st.tuples(NAMES, st.text(st.characters(codec="utf-8", exclude_characters="\r\n")))))
def test_what_a_multipart_writer_writes_is_read_back(pairs: list[tuple[str, str]]) -> None:
    pairs = [(name, value) for name, value in pairs if BOUNDARY not in value]
    assert list(multipart_pairs(multipart(*pairs), BOUNDARY)) == pairs


@given(
    st.binary(max_size=300), st.sampled_from(["", "multipart/form-data; boundary=x", "application/json", "text/plain"])
)
def test_no_body_makes_a_view_raise(body: bytes, kind: str) -> None:
    request = Request("POST", "https://graph.facebook.com/v1/?batch=1", (("content-type", kind),), body=body)
    assert request.params is not None
    assert isinstance(list(request.parts), list)
    assert request.cookies == {}


@given(st.text(max_size=200))
def test_no_url_makes_host_path_or_site_raise(text: str) -> None:
    for url in (text, "https://" + text, "//" + text):
        request = Request("GET", url)
        assert request.path.startswith(("/", "\\"))
        assert request.host == host_of(url)
        site_of(request.host)
        assert isinstance(request.params, dict)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.facebook.com/tr", "www.facebook.com"),
        ("https://www.facebook.com?id=1", "www.facebook.com"),
        ("https://www.facebook.com:443/tr", "www.facebook.com"),
        ("https://WWW.FACEBOOK.COM./tr", "www.facebook.com"),
        ("https://user:secret@www.facebook.com/tr", "www.facebook.com"),
        ("https://www.facebook.com@evil.example/tr", "evil.example"),
        ("https://evil.example/https://www.facebook.com/tr", "evil.example"),
        ("https://evil.example?u=https://www.facebook.com/tr", "evil.example"),
        ("https://evil.example#@www.facebook.com/tr", "evil.example"),
        ("https://evil.example\\@www.facebook.com/tr", "evil.example"),
        ("http://[2001:db8::7]:8080/tr", "2001:db8::7"),
        ("wss://www.facebook.com/tr", "www.facebook.com"),
        ("blob:https://www.facebook.com/tr", ""),
        ("www.facebook.com/tr", ""),
        ("", ""),
    ],
)
def test_the_host_is_the_one_a_browser_would_connect_to(url: str, host: str) -> None:
    assert host_of(url) == host


def batch(*items: object) -> str:
    return urlencode({"access_token": "t", "batch": json.dumps(items)})


def test_a_graph_batch_becomes_requests_of_its_items() -> None:
    item = {"method": "post", "relative_url": "v21.0/12345/events?x=1", "body": "data=%5B%5D&id=9"}
    request = post(batch(item), "application/x-www-form-urlencoded", "https://graph.facebook.com/v21.0/?id=7")
    (part,) = request.parts
    assert (part.method, part.url, part.part) == ("POST", "https://graph.facebook.com/v21.0/12345/events?x=1", 0)
    assert part.params == {"x": "1", "data": "[]", "id": "9"}
    assert list(part.parts) == []


@pytest.mark.parametrize(
    "relative", ["//evil.example/1/events", "https://evil.example/1/events", "http://[", "../../x"]
)
def test_a_part_never_leaves_the_host_of_its_batch(relative: str) -> None:
    request = post(
        batch({"relative_url": relative}), "application/x-www-form-urlencoded", "https://graph.facebook.com/"
    )
    assert [part.host for part in request.parts] == ["graph.facebook.com"]


def test_odd_batches_have_no_parts() -> None:
    for text in ("batch=5", "batch=%5B1%2Cnull%5D", "batch=%7B%7D", 'batch=[{"relative_url": 5}]', "batch"):
        request = post(text, "application/x-www-form-urlencoded", "https://graph.facebook.com/v1.0")
        assert list(request.parts) == []


SCOPE = Scope(
    Request(
        "POST",
        TR + "?id=1&ud[em]=x&empty=",
        headers=(("X-A", "1"), ("x-a", "2"), ("Cookie", "c_user=100; datr=abc; c_user=200")),
        body=b'{"fb.pixel_id": "7", "list": [{"v": 1.5}, null], "text": "{\\"inner\\": true}", "none": null}',
    ),
    {"version": "v21", "rest": None},
    item={"a": 1},
    response=Response(status=200, headers=(("Set-Cookie", "_fbp=fb.1.2.3; Path=/"),), text='{"ok": 1}'),
)


@pytest.mark.parametrize(
    ("locator", "value"),
    [
        ("params.id", "1"),
        ("params.ud.em", "x"),
        ("params.ud", {"em": "x"}),
        ("params.empty", ""),
        ("params.nothing", None),
        ("params.id.deeper", None),
        ('json["fb.pixel_id"]', "7"),
        ("json.list.0.v", 1.5),
        ("json.list.9", None),
        ("json.none", None),
        ("json.text|json.inner", True),
        ("json.list|json.0.v", 1.5),
        ("params.id|json", 1),
        ('params["e*"]', {"mpty": ""}),
        ('params["zz*"]', None),
        ("headers.X-A", "1, 2"),
        ("cookies.c_user", "100"),
        ("item.a", 1),
        ("path.version", "v21"),
        ("path.rest", None),
        ("response.status", 200),
        ("response.cookies._fbp", "fb.1.2.3"),
        ("response.json.ok", 1),
        ("response.text", '{"ok": 1}'),
    ],
)
def test_a_locator_finds_what_stands_there(locator: str, value: object) -> None:
    assert resolve(Locator(locator), SCOPE) == value


@pytest.mark.parametrize(
    "text", ["", "query.id", "params.", "params[id]", 'params["a]', "params.a|yaml", "response", "path"]
)
def test_a_locator_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(LocatorError):
        Locator(text)


def test_leaves_unpack_json_in_text_and_count_nothing_for_null() -> None:
    found = list(leaves("cd", {"": "own", "a": {"b": [1, None, "x"]}, "c": '{"d": "{\\"e\\": 2}"}', "f": "[broken"}))
    assert found == [("cd", "own"), ("cd.a.b", "1"), ("cd.a.b", "x"), ("cd.c.d.e", "2"), ("cd.f", "[broken")]


@given(st.text(alphabet=st.one_of(st.sampled_from("&=%+;#?[]\t\r\n\x00/:@4cé\ud800"), st.characters())))
@example("\t?a=1")
@example("a=%c3%a9&b=%ff&c=%2&=&&d+e=%2B#x")
def test_a_query_decodes_piece_by_piece_as_it_does_whole(query: str) -> None:
    whole = yarl.URL("?" + query.replace("#", "%23").lstrip("?"), encoded=True).query if query else {}
    assert list(query_pairs(query)) == list(whole.items())
