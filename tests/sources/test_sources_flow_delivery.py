"""What became of a flow's request, and whose deed it was: live and in a flow file."""

from collections.abc import Callable
from pathlib import Path

from mitmproxy import http
from mitmproxy.flow import Error
from mitmproxy.test import tflow
from tests.sources.reading import PIXEL, SCREEN
from tests.sources.test_sources_flows import written

from pixelwitness.core.wire.delivery import Delivery, Outcome
from pixelwitness.sources.flow_delivery import is_operators, outcome_of
from pixelwitness.sources.flow_file import read_flows

ANSWERED, SENT, FAILED, STOPPED, _, UNKNOWN = Delivery
REFUSED = "[Errno 111] Connect call failed ('157.240.1.35', 443)"
CUT_OFF = "[Errno -2] Name or service not known"


def ended(
    error: str | None = None, status: int | None = None, change: Callable[[http.HTTPFlow], object] | None = None
) -> http.HTTPFlow:
    flow = tflow.tflow(req=http.Request.make("GET", PIXEL))
    flow.response = None if status is None else http.Response.make(status)
    flow.error = None if error is None else Error(error)
    if change is not None:
        change(flow)
    return flow


def _never_connected(flow: http.HTTPFlow) -> None:
    flow.server_conn.peername = None


def _streamed(flow: http.HTTPFlow) -> None:
    flow.request.raw_content, flow.request.timestamp_end = None, 1.0


def _broken_off(flow: http.HTTPFlow) -> None:
    flow.request.raw_content, flow.request.timestamp_end = None, None


def _listed(flow: http.HTTPFlow) -> None:
    flow.metadata["blocklisted"] = True


def _named(server: str) -> Callable[[http.HTTPFlow], object]:
    return lambda flow: flow.response.headers.update({"Server": server}) if flow.response else None


def _replayed(kind: str) -> Callable[[http.HTTPFlow], object]:
    return lambda flow: setattr(flow, "is_replay", kind)


ENDS: list[tuple[http.HTTPFlow, Delivery, str | None]] = [
    (ended(status=200), ANSWERED, None),
    (ended("Client disconnected.", 200), ANSWERED, None),
    (ended("Connection killed.", 200), ANSWERED, None),
    (ended("server closed connection"), SENT, "server closed connection"),
    (ended("Connection killed."), STOPPED, "connection killed"),
    (ended("Connection killed.", change=_broken_off), STOPPED, "connection killed"),
    (ended("Connection killed.", change=_streamed), UNKNOWN, None),
    (ended("Request body exceeds mitmproxy's body_size_limit."), STOPPED, "over the proxy's limit of sizes"),
    (ended(REFUSED), FAILED, "connection failed"),
    (ended(f"Multiple exceptions: {REFUSED}, {REFUSED}"), FAILED, "connection failed"),
    (ended(CUT_OFF), FAILED, "name not resolved"),
    (ended("Client disconnected."), UNKNOWN, "client disconnected"),
    (ended("Client disconnected.", change=_never_connected), FAILED, "no connection to the server"),
    (ended("HTTP/2 protocol error: something"), UNKNOWN, None),
    (ended("[Errno 104] Connection reset by peer"), UNKNOWN, None),
    (ended(), UNKNOWN, None),
    (ended(status=204, change=_replayed("response")), STOPPED, "answered by a server replay"),
    (ended(status=204, change=_replayed("request")), ANSWERED, None),
    (ended(status=204, change=_listed), STOPPED, "stopped by the proxy's block list"),
    (ended("Connection killed.", change=_listed), STOPPED, "stopped by the proxy's block list"),
    (ended(status=200, change=_named("mitmproxy 12.2.3")), STOPPED, "answered by the proxy"),
    (ended(status=200, change=_named("proxygen")), ANSWERED, None),
]  # fmt: skip


def test_each_end_of_a_flow_says_what_became_of_its_request(tmp_path: Path) -> None:
    wanted = [Outcome(delivery, reason) for _, delivery, reason in ENDS]
    assert [outcome_of(flow) for flow, _, _ in ENDS] == wanted
    found = read_flows(written(tmp_path / "a.mitm", [flow for flow, _, _ in ENDS]), SCREEN).exchanges
    assert [exchange.outcome for exchange in found] == wanted


def test_what_was_replayed_or_edited_is_the_operators_and_nothing_else_is(tmp_path: Path) -> None:
    def edit(flow: http.HTTPFlow) -> None:
        flow.backup()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
        flow.request.query["ev"] = "Purchase"

    def note(flow: http.HTTPFlow) -> None:
        flow.backup()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
        flow.comment = "seen"

    def change_answer(flow: http.HTTPFlow) -> None:
        flow.backup()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
        flow.response = http.Response.make(404)

    changes = {_replayed("request"): True, edit: True, note: False, change_answer: False, _replayed("response"): False}
    flows = [ended(status=200, change=change) for change in changes]
    assert [is_operators(flow) for flow in flows] == [*changes.values()]
    found = read_flows(written(tmp_path / "a.mitm", flows), SCREEN).exchanges
    assert [exchange.by_operator for exchange in found] == [*changes.values()]
