"""What became of an entry's request, as each recorder writes it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.har import SHARED, entry, write
from tests.sources.reading import PIXEL, SCREEN

from pixelwitness.core.wire.delivery import Delivery, Outcome
from pixelwitness.core.wire.network_errors import judge_block, judge_error
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.sources.har.reader import read_har

ANSWERED, SENT, FAILED, STOPPED, CACHED, UNKNOWN = Delivery
NET = "net::ERR_"


def outcomes(path: Path, *, fast: bool = True) -> list[Outcome]:
    (source,) = find_inputs([str(path)])
    return [exchange.outcome for exchange in read_har(source, SCREEN, fast=fast).exchanges]


def recorded(method: str = "GET", status: Any = 200, answer: dict[str, Any] | None = None, **more: Any) -> Any:
    made = entry(PIXEL, method=method, **more)
    made["response"] |= {"status": status, **(answer or {})}
    return made


def _server(version: str) -> dict[str, Any]:
    return {"headers": [{"name": "Server", "value": version}]}


ABORTED = "aborted by a route of the test"
BY_PROXY, NOTHING = "answered by the proxy", "nothing transferred, no connection"
FROM_CACHE = "from the browser's cache"
TABLE: list[tuple[Any, Delivery, str | None]] = [
    # An answer is one, whatever follows.
    (recorded(), ANSWERED, None),
    (recorded(status=404), ANSWERED, None),
    (recorded(status=100), ANSWERED, None),
    (recorded(answer={"_failureText": NET + "ABORTED"}), ANSWERED, None),
    (recorded(answer={"_error": NET + "NAME_NOT_RESOLVED"}), ANSWERED, None),
    # Names that prove that nothing left.
    (recorded(status=0, answer={"_error": NET + "NAME_NOT_RESOLVED"}), FAILED, NET + "NAME_NOT_RESOLVED"),
    (recorded(status=-1, answer={"_failureText": NET + "CONNECTION_REFUSED"}), FAILED, NET + "CONNECTION_REFUSED"),
    (recorded("POST", -1, {"_failureText": NET + "INTERNET_DISCONNECTED"}), FAILED, NET + "INTERNET_DISCONNECTED"),
    (recorded("POST", -1, {"_failureText": NET + "UNSAFE_PORT"}), FAILED, NET + "UNSAFE_PORT"),
    (recorded(status=0, answer={"_error": "NS_ERROR_UNKNOWN_HOST"}), FAILED, "NS_ERROR_UNKNOWN_HOST"),
    (recorded(status=0, answer={"_error": "Could not connect to the server."}), FAILED, "connection refused"),
    (recorded(status=0, answer={"_error": "Unable to resolve host: x.example"}), FAILED, "name not resolved"),
    (recorded(status=0, answer={"statusText": "invalid_hostname"}), FAILED, "name not resolved"),
    (recorded(status=0, answer={"comment": NET + "NAME_NOT_RESOLVED"}), FAILED, NET + "NAME_NOT_RESOLVED"),
    (recorded(status=0, answer={}, _error=NET + "ADDRESS_UNREACHABLE"), FAILED, NET + "ADDRESS_UNREACHABLE"),
    # What kept it back on this side.
    (recorded(status=0, answer={"_error": NET + "BLOCKED_BY_CLIENT"}), STOPPED, NET + "BLOCKED_BY_CLIENT"),
    (recorded(status=0, answer={"_error": NET + "BLOCKED_BY_CLIENT.Inspector"}), STOPPED, NET + "BLOCKED_BY_CLIENT"),
    (recorded(status=0, answer={"_error": NET + "BLOCKED_BY_CSP"}), STOPPED, NET + "BLOCKED_BY_CSP"),
    (recorded(status=-1, answer={"_failureText": "csp"}), STOPPED, "blocked: csp"),
    (recorded(status=0, answer={"_error": "csp"}), STOPPED, "blocked: csp"),
    (recorded(status=0, answer={}, _blockedReason="inspector"), STOPPED, "blocked: inspector"),
    (recorded(status=0, answer={}, _blocked_reason="(blocked:mixed-content)"), STOPPED, "blocked: mixed-content"),
    (recorded(status=0, answer={"_error": "Blocked by Web Inspector"}), STOPPED, "blocked by the inspector"),
    (recorded(status=0, answer={"_error": "Connection killed."}), STOPPED, "connection killed"),
    (recorded("POST", -1, {"_failureText": NET + "FAILED"}, _wasAborted=True), STOPPED, ABORTED),
    (recorded(_wasFulfilled=True), STOPPED, "answered by a route of the test"),
    (recorded(status=204, answer=_server("mitmproxy 12.3.1")), STOPPED, BY_PROXY),
    # Judged on the answer: it had come.
    (recorded(status=-1, answer={"_failureText": NET + "BLOCKED_BY_ORB"}), SENT, NET + "BLOCKED_BY_ORB"),
    (recorded(status=-1, answer={"_failureText": NET + "BLOCKED_BY_RESPONSE.Coep"}), SENT, NET + "BLOCKED_BY_RESPONSE"),
    (recorded(status=-1, answer={"_failureText": "corp-not-same-site"}), SENT, "blocked: corp-not-same-site"),
    (recorded(status=0, answer={"_error": "server closed connection"}), SENT, "server closed connection"),
    # The browser's cache: asked by GET, never a POST, never a redirect that was answered.
    (recorded(_fromCache="disk"), CACHED, FROM_CACHE),
    (recorded(_fromCache="memory", serverIPAddress="1.2.3.4", connection="7"), CACHED, FROM_CACHE),
    (recorded(_fetchType="Disk Cache"), CACHED, FROM_CACHE),
    (recorded(answer={"_transferSize": 0}), CACHED, NOTHING),
    (recorded(answer={"_transferSize": 0}, connection="0"), CACHED, NOTHING),
    (recorded(answer={"headersSize": 0}, _securityState="secure"), CACHED, NOTHING),  # as Firefox 153 writes it
    (recorded(answer={"headersSize": 264}, _securityState="secure"), ANSWERED, None),
    (recorded(answer={"headersSize": 0}, _securityState="secure", serverIPAddress="::1"), ANSWERED, None),
    (recorded("POST", answer={"headersSize": 0}, _securityState="secure"), ANSWERED, None),
    (recorded(answer={"headersSize": 0}), ANSWERED, None),
    (recorded(status=0, answer={"headersSize": 0}, _securityState="insecure"), UNKNOWN, None),
    (recorded(answer={"_transferSize": 0}, serverIPAddress="1.2.3.4"), ANSWERED, None),
    (recorded(answer={"_transferSize": 0}, connection="443"), ANSWERED, None),
    (recorded(answer={"_transferSize": -1}), ANSWERED, None),
    (recorded(answer={"_transferSize": False}), ANSWERED, None),
    (recorded(_fromCache="no"), ANSWERED, None),
    (recorded(_fetchType="Network Load"), ANSWERED, None),
    (recorded("POST", answer={"_transferSize": 0}), ANSWERED, None),
    (recorded("POST", _fromCache="disk"), ANSWERED, None),
    (recorded(status=302, answer={"_transferSize": 0}), ANSWERED, None),
    (recorded(status=0, answer={"_transferSize": 0}), UNKNOWN, None),
    # What stands for several things proves nothing.
    *((recorded(status=-1, answer={"_failureText": NET + name}), UNKNOWN, NET + name) for name in (
        *("ABORTED", "CONNECTION_RESET", "TIMED_OUT", "CONNECTION_TIMED_OUT", "EMPTY_RESPONSE", "FAILED"),
    )),
    (recorded("POST", -1), UNKNOWN, None),
    (recorded(status=0, answer={"statusText": "OK"}), UNKNOWN, None),
    (recorded(status=0, answer={"statusText": "cancelled"}), UNKNOWN, "cancelled"),
    (recorded(status=0, answer={"_error": "NS_BINDING_ABORTED"}), UNKNOWN, "NS_BINDING_ABORTED"),
    (recorded(status=0, answer={"_error": "other"}), UNKNOWN, None),
    (recorded(status=0, answer={"_error": NET + "NAME_NOT_RESOLVED happened to somebody"}), UNKNOWN, None),
    (recorded(status=0, answer={"comment": "csp"}), UNKNOWN, None),
    (recorded(status=0, answer={"_error": [NET + "BLOCKED_BY_CLIENT"]}, _fromCache={"a": 1}), UNKNOWN, None),
    (recorded(answer={"_transferSize": 0}, connection=[]), ANSWERED, None),
    (recorded(status=502, answer=_server("mitmproxy 12.3.1")), UNKNOWN, "error page of the proxy"),
    (recorded(status=200, answer=_server("mitmproxy or so")), ANSWERED, None),
    # A proof counts before a name that proves nothing.
    (recorded(status=0, answer={"_error": NET + "ABORTED"}, _blockedReason="csp"), STOPPED, "blocked: csp"),
    (recorded(status=None), UNKNOWN, None),
]  # fmt: skip


def test_each_form_says_what_became_of_the_request(tmp_path: Path) -> None:
    path = write(tmp_path / "a.har", [made for made, _, _ in TABLE])
    wanted = [Outcome(delivery, reason) for _, delivery, reason in TABLE]
    for fast in (True, False):
        found = outcomes(path, fast=fast)
        pairs = zip(TABLE, found, wanted, strict=True)
        assert [(json.dumps(row[0]["response"]), got) for row, got, right in pairs if got != right] == []


def test_an_entry_without_an_answer_at_all_says_nothing(tmp_path: Path) -> None:
    answers: tuple[Any, ...] = (None, {}, [], "x")
    bare = [{**entry(PIXEL), "response": answer} for answer in answers]
    path = write(tmp_path / "a.har", bare)
    assert outcomes(path) == [Outcome(UNKNOWN)] * 4


@given(st.one_of(st.text(), st.from_regex(r"(net::)?ERR_[A-Z_.]{0,30}", fullmatch=True)))
def test_only_words_of_the_list_become_a_reason(text: str) -> None:
    noted = f"{text} alice@example.org"
    assert judge_error(noted) is None
    assert judge_block(noted) is None


@pytest.mark.skipif(not (SHARED / "delivery").is_dir(), reason="the shared recordings are not here")
def test_the_shared_recordings_of_both_kinds() -> None:
    found = {
        path.stem: [one for one in outcomes(path) if one.delivery is not ANSWERED and "route" not in str(one.reason)]
        for path in (SHARED / "delivery").glob("*.har")
    }
    assert {name: [one.delivery for one in judged] for name, judged in found.items()} == {
        "blocked": [STOPPED],
        "dns": [FAILED],
        "real_offline": [FAILED, FAILED],
        "left": [UNKNOWN, UNKNOWN, SENT, SENT, UNKNOWN],
    }


@pytest.mark.skipif(not (SHARED / "recordings").is_dir(), reason="the shared recordings are not here")
def test_every_answer_to_a_pixel_in_a_real_recording_is_one() -> None:
    found = Counter(
        exchange.outcome
        for source in find_inputs([str(SHARED / "recordings")])
        if "__made__" not in source.name and source.name.endswith(".har")
        for exchange in read_har(source, SCREEN).exchanges
        if SCREEN.wants_url(exchange.request.url) and exchange.response and exchange.response.status
    )
    assert set(found) == {Outcome(ANSWERED)}
    assert found.total() > 150
