"""mitmproxy's flows, one by one and as files, whole, cut and damaged."""

import base64
import gzip
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.flow import Flow
from mitmproxy.io import tnetstring
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import tflow
from tests.sites.server import META

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Reading, Tally
from pixelwitness.core.wire.request import BodyState
from pixelwitness.rulebook import load_rules
from pixelwitness.sources.flow_exchange import exchange_of, url_of
from pixelwitness.sources.flow_file import read_flows

gzipped = partial(gzip.compress, mtime=0)  # a test's name holds its bytes: no time of day in them


WAYS = Path(__file__).parents[1] / "sites" / "recordings"
PIXEL = "https://www.facebook.com/tr/?id=1111222233334444&ev=PageView"


@pytest.fixture(scope="module")
def screen() -> Screen:
    return load_rules().detector().screen


def a_flow(url: str = PIXEL, method: str = "GET", body: bytes = b"", **headers: str) -> http.HTTPFlow:
    stated = http.Headers([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])
    flow = tflow.tflow(req=http.Request.make(method, url, body, stated))
    assert isinstance(flow, http.HTTPFlow)
    return flow


def written(path: Path, flows: Iterable[Flow]) -> Path:
    path.write_bytes(b"".join(tnetstring.dumps(flow.get_state()) for flow in flows))
    return path


def taken(path: Path, screen: Screen) -> tuple[list[tuple[int, str]], Reading]:
    reading = read_flows(path, screen)
    return [(one.request.position, one.request.url) for one in reading.exchanges], reading


def test_everything_that_meta_received_comes_out_of_the_flow_file(screen: Screen) -> None:
    received = sorted(
        (row["method"], f"https://{row['host']}{row['target']}", base64.b64decode(row["body"]))
        for row in json.loads((WAYS / "ways.json").read_text())
        if row["host"] in META
    )
    reading = read_flows(WAYS / "ways.mitm", screen)
    found = [one.request for one in reading.exchanges if one.request.host in META]
    assert sorted((one.method, one.url, one.body or b"") for one in found) == received
    assert reading.complete
    assert reading.problems == []


def test_what_no_rule_can_match_is_counted_and_pages_come_out(tmp_path: Path, screen: Screen) -> None:
    page = a_flow("https://shop.example/", sec_fetch_dest="document")
    style = a_flow("https://shop.example/style.css")
    path = written(tmp_path / "a.mitm", [page, style, a_flow(), tflow.ttcpflow()])
    found, reading = taken(path, screen)
    assert found == [(0, "https://shop.example/"), (2, PIXEL)]
    assert reading.tally == Tally(other=1, not_requests=1)


def test_an_html_answer_to_a_client_that_says_nothing_may_be_a_page(tmp_path: Path, screen: Screen) -> None:
    flow = a_flow("https://shop.example/")
    flow.response = http.Response.make(200, b"<h1>Boots</h1>", {"content-type": "text/html; charset=utf-8"})
    frame = a_flow("https://pay.example/", sec_fetch_dest="iframe")
    frame.response = flow.response
    assert taken(written(tmp_path / "a.mitm", [flow, frame]), screen)[0] == [(0, "https://shop.example/")]


HOSTS = [
    # host of the flow, SNI towards the server, SNI of the client, mode, Host header -> host of the URL
    ("www.facebook.com", None, None, "regular", "www.facebook.com", "www.facebook.com"),
    ("shop.example", None, None, "regular", "www.facebook.com", "shop.example"),
    ("www.facebook.com", "shop.example", "shop.example", "regular", "shop.example", "www.facebook.com"),
    ("203.0.113.9", "www.facebook.com", "www.facebook.com", "transparent", "shop.example", "www.facebook.com"),
    ("203.0.113.9", None, "www.facebook.com", "transparent", "shop.example", "www.facebook.com"),
    ("203.0.113.9", None, None, "transparent", "www.facebook.com", "www.facebook.com"),
    ("203.0.113.9", None, None, "wireguard", "www.facebook.com:443", "www.facebook.com"),
    ("203.0.113.9", None, None, "regular", "www.facebook.com", "203.0.113.9"),
    ("203.0.113.9", "203.0.113.9", None, "transparent", "", "203.0.113.9"),
    ("203.0.113.9", None, None, "transparent", "]:evil", "203.0.113.9"),
]


@pytest.mark.parametrize(("host", "server_sni", "client_sni", "mode", "header", "expected"), HOSTS)
def test_the_host_is_what_the_connection_says(
    host: str, server_sni: str | None, client_sni: str | None, mode: str, header: str, expected: str
) -> None:
    flow = a_flow(f"https://{host}/tr/?id=1111222233334444&ev=Lead")
    flow.request.headers["host"] = header
    flow.server_conn.sni = server_sni
    flow.client_conn.sni = client_sni
    flow.client_conn.proxy_mode = ProxyMode.parse(mode)
    assert url_of(flow) == f"https://{expected}/tr/?id=1111222233334444&ev=Lead"
    assert exchange_of(flow, 0).request.host == expected


BODIES = [
    (b"ev=Lead", "", (b"ev=Lead", BodyState.RECORDED)),
    (b"", "", (None, BodyState.EMPTY)),
    (gzipped(b"ev=Lead"), "gzip", (b"ev=Lead", BodyState.RECORDED)),
    (gzipped(bytes(20_000_000)), "gzip", (None, BodyState.TOO_BIG)),
    (b"ev=Lead", "gzip", (None, BodyState.UNDECODABLE)),
    (b"ev=Lead", "rot13", (None, BodyState.UNDECODABLE)),
    (None, "", (None, BodyState.NOT_RECORDED)),
]


@pytest.mark.parametrize(("raw", "coding", "expected"), BODIES)
def test_a_body_is_decoded_with_a_bound(
    raw: bytes | None, coding: str, expected: tuple[bytes | None, BodyState], tmp_path: Path, screen: Screen
) -> None:
    flow = a_flow("https://www.facebook.com/tr/", "POST")
    flow.request.headers["content-encoding"] = coding
    flow.request.raw_content = raw
    reading = read_flows(written(tmp_path / "a.mitm", [flow]), screen)
    (request,) = [one.request for one in reading.exchanges]
    assert (request.body, request.body_state) == expected
    assert reading.tally.bodies_not_recorded == (raw is None)


def test_bytes_that_are_no_text_neither_raise_nor_pass_as_surrogates(tmp_path: Path, screen: Screen) -> None:
    flow = a_flow(PIXEL)
    flow.request.data.path = b"/tr/?id=1111222233334444&ev=\xff\xd0\x96"
    flow.request.headers.fields = ((b"Referer", b"https://shop.example/\xff"),)
    (request,) = [one.request for one in read_flows(written(tmp_path / "a.mitm", [flow]), screen).exchanges]
    assert request.url == "https://www.facebook.com/tr/?id=1111222233334444&ev=\ufffdЖ"
    assert request.headers == (("Referer", "https://shop.example/\ufffd"),)


def test_a_file_cut_anywhere_gives_every_whole_flow(tmp_path: Path, screen: Screen) -> None:
    urls = [f"{PIXEL}{n}" for n in range(3)]
    whole = written(tmp_path / "whole.mitm", [a_flow(url) for url in urls]).read_bytes()
    ends = [len(whole) * (n + 1) // 3 for n in range(3)]
    cut = tmp_path / "cut.mitm"
    for length in range(0, len(whole), 37):
        cut.write_bytes(whole[:length])
        found, reading = taken(cut, screen)
        n_whole = sum(end <= length for end in ends)
        assert found == list(enumerate(urls))[:n_whole]
        assert reading.complete == (length in (0, *ends))


def nested(depth: int) -> bytes:
    tower = b"0:~"
    for _ in range(depth):
        tower = b"%d:%s]" % (len(tower), tower)
    tower = b"1:a," + tower
    return b"%d:%s}" % (len(tower), tower)


def test_a_flow_behind_stray_bytes_is_found(tmp_path: Path, screen: Screen) -> None:
    path = tmp_path / "a.mitm"
    path.write_bytes(b"stray\n" + tnetstring.dumps(a_flow().get_state()))
    found, reading = taken(path, screen)
    assert found == [(1, PIXEL)]
    assert not reading.complete


@pytest.mark.parametrize(
    "damage",
    [
        lambda flow: b"x" + flow[1:],  # its length is no number
        lambda flow: b"9" + flow[:-300],  # its length points past the end of the file
        lambda flow: flow[: len(flow) // 2],  # its second half is missing
        lambda flow: flow[:-1] + b"]",  # its type is another
        lambda flow: flow[:40] + b"\x00" * 20 + flow[60:],  # its inside is overwritten
        lambda flow: tnetstring.dumps({"version": 20, "type": "http"}),  # nothing is in it
        lambda flow: tnetstring.dumps({"version": 10**9}),  # a mitmproxy to come wrote it
        lambda flow: tnetstring.dumps(["no", "flow"]),  # a list stands in its place
        lambda flow: nested(2_000),  # it is a tower
    ],
)
def test_a_damaged_flow_costs_no_other(damage: object, tmp_path: Path, screen: Screen) -> None:
    assert callable(damage)
    flows = [tnetstring.dumps(a_flow(f"{PIXEL}{n}").get_state()) for n in range(4)]
    path = tmp_path / "a.mitm"
    path.write_bytes(flows[0] + flows[1] + damage(flows[2]) + flows[3])
    found, reading = taken(path, screen)
    assert found == [(0, f"{PIXEL}0"), (1, f"{PIXEL}1"), (3, f"{PIXEL}3")]
    assert not reading.complete
    assert [problem.where for problem in reading.problems] == ["flow 2"]
    assert reading.tally.rejected == 1


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.binary(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.binary(max_size=3), max_size=2),
)


def places(state: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(state, dict):
        inner = state.items()
    elif isinstance(state, (list, tuple)):
        inner = enumerate(state)
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def replaced(state: object, path: tuple[object, ...], value: object) -> object:
    if not path:
        return value
    head, *rest = path
    if isinstance(state, dict):
        return {key: replaced(old, tuple(rest), value) if key == head else old for key, old in state.items()}
    assert isinstance(state, (list, tuple))
    return [replaced(old, tuple(rest), value) if n == head else old for n, old in enumerate(state)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_field_of_a_flow_replaced_by_anything_costs_at_most_that_flow(
    data: st.DataObject, tmp_path: Path, screen: Screen
) -> None:
    state = a_flow(f"{PIXEL}1", "POST", b"ev=Lead", content_type="text/plain").get_state()
    place = data.draw(st.sampled_from(places(state)))
    odd = tnetstring.dumps(replaced(state, place, data.draw(ANY)))  # type: ignore[arg-type]
    good = tnetstring.dumps(a_flow().get_state())
    path = tmp_path / "a.mitm"
    path.write_bytes(good + odd + good)
    found, reading = taken(path, screen)
    assert [one for one in found if one[0] != 1] == [(0, PIXEL), (2, PIXEL)]
    assert len(found) + reading.tally.rejected + reading.tally.other + reading.tally.not_requests == 3


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=200))
def test_a_file_that_is_no_flow_file_is_read_as_incomplete(noise: bytes, tmp_path: Path, screen: Screen) -> None:
    path = tmp_path / "a.mitm"
    path.write_bytes(noise)
    found, reading = taken(path, screen)
    assert found == []
    assert reading.complete == (noise == b"")
