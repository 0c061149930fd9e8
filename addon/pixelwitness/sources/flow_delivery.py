"""The delivery of a flow of mitmproxy, and whose deed it was: the same for a live proxy and a flow file.

Owns what a flow says of its end.  An answer that another addon gave looks like the peer's once it
is recorded, but for what mitmproxy's own addons leave behind.  Must not know rules, the store or
the addon.  Needs mitmproxy.
"""

from typing import Any

from mitmproxy import http
from mitmproxy.flow import Error

from pixelwitness.core.wire.delivery import NOT_RECORDED, Delivery, Outcome
from pixelwitness.core.wire.network_errors import judge_error, judge_proxy_answer

REPLAYED = Outcome(Delivery.STOPPED, "answered by a server replay")
BLOCK_LISTED = Outcome(Delivery.STOPPED, "stopped by the proxy's block list")
ANSWERED_HERE = Outcome(Delivery.STOPPED, "answered by another addon")
SENT_ELSEWHERE = Outcome(Delivery.STOPPED, "sent elsewhere by another addon")
NO_CONNECTION = Outcome(Delivery.FAILED, "no connection to the server")
_ANSWERED = Outcome(Delivery.ANSWERED)


def outcome_of(flow: http.HTTPFlow) -> Outcome:
    """Return what became of a flow's request that has ended, or will not go on."""
    if flow.is_replay == "response":
        return REPLAYED
    if flow.metadata.get("blocklisted"):
        return BLOCK_LISTED
    answer = flow.response
    if answer is not None and answer.status_code >= 100:
        server: str = answer.headers.get("server", "")
        return judge_proxy_answer(answer.status_code, (("server", server),)) or _ANSWERED
    if flow.error is None:
        return NOT_RECORDED
    if flow.error.msg == Error.KILLED_MESSAGE and _was_streamed(flow):
        return NOT_RECORDED
    known = judge_error(flow.error.msg)
    if known is None or known.delivery is Delivery.UNKNOWN:
        # A request goes out over the connection that the flow names; without any none can have.
        return NO_CONNECTION if flow.server_conn.peername is None else known or NOT_RECORDED
    return known


def is_operators(flow: http.HTTPFlow) -> bool:
    """Say whether whoever runs the proxy sent a flow again, or changed its request by hand."""
    return flow.is_replay == "request" or is_edited(flow)


def is_edited(flow: http.HTTPFlow) -> bool:
    """Say whether a flow's request was changed by hand: mitmproxy keeps what it was before."""
    # mitmproxy says only whether anything of the flow has changed, its answer and notes among it.
    backup: Any = flow._backup
    if not backup:
        return False
    before = http.Request.from_state(backup["request"])  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
    return fingerprint_of(before) != fingerprint_of(flow.request)


def fingerprint_of(request: http.Request, *, body: bool = True) -> int:
    """Return a number by which a request is known again as the same: where it goes and what it holds."""
    address = request.scheme, request.host, request.port, request.path
    return hash((request.method, *address, request.headers.fields, request.raw_content if body else None))


def _was_streamed(flow: http.HTTPFlow) -> bool:
    """Say whether a request had left piece by piece before anybody could stop it."""
    return flow.request.raw_content is None and flow.request.timestamp_end is not None
