"""One flow of mitmproxy as an `Exchange`: the same for a live proxy and a flow file.

Owns what an HTTP flow means.  Bodies are taken raw and decoded here with a bound;
nothing of a flow is changed.  Must not know rules, the store or the addon.  Needs
mitmproxy.
"""

import re
from ipaddress import ip_address

from mitmproxy import http
from mitmproxy.net.http import url as mitmproxy_url

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.content_coding import decode_body
from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.request import BodyState, Headers, Request, Response
from pixelwitness.sources.flow_delivery import is_operators, outcome_of

_POSTS = frozenset({"POST", "PUT", "PATCH"})
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_TRANSPARENT = frozenset({"transparent", "wireguard", "local", "tun"})
_NAME = re.compile(r"[\w.-]{1,253}")
_HTML = ("text/html", "application/xhtml")


def url_of(flow: http.HTTPFlow) -> str:
    """Return the absolute URL of a flow's request: what the connection says, never a Host header beside it.

    Where the flow knows its server as an address only (phones, transparent set-ups), the
    name comes from the TLS handshake with the server, else from the client's; without
    TLS, and only if the proxy is transparent, from the Host header.
    """
    request = flow.request
    name, _ = _name_behind_address(flow)
    if name is None:
        return _text(request.url)
    return _text(mitmproxy_url.unparse(request.scheme, name, request.port, request.path))


def _name_behind_address(flow: http.HTTPFlow) -> tuple[str | None, bool]:
    """Return the name of a server of which the flow knows the address, and whether the Host header alone says it."""
    if not _is_address(flow.request.host):
        return None, False
    name = flow.server_conn.sni or flow.client_conn.sni
    claimed = not name and flow.client_conn.proxy_mode.type_name in _TRANSPARENT
    if claimed:
        name = mitmproxy_url.parse_authority(flow.request.host_header or "", check=False)[0]
    if not name or not _NAME.fullmatch(name) or _is_address(name):
        return None, False
    return name, claimed


def request_of(flow: http.HTTPFlow, position: int, url: str | None = None) -> Request:
    """Return the request of a flow; ``position`` is its number in the recording, from 0."""
    request = flow.request
    body, state = body_of(request)
    client = flow.client_conn.peername
    return Request(
        method=_text(request.method).upper(),
        url=url or url_of(flow),
        headers=_headers(request),
        body=body,
        body_state=state,
        position=position,
        seen_at=round(request.timestamp_start, 6),  # to the microsecond, as mitmproxy's HAR has it
        client=str(client[0]) if client else "",
        host_claimed=_name_behind_address(flow)[1],
    )


def response_of(flow: http.HTTPFlow) -> Response:
    """Return the answer of a flow, one without a status when there was none; its text only where it is text."""
    answer = flow.response
    if answer is None:
        return Response()
    kind = _content_type(answer)
    text = None
    if answer.raw_content is not None and not kind.lower().startswith(("image/", "video/", "audio/", "font/")):
        body, state = body_of(answer)
        text = "" if state is BodyState.EMPTY else None if body is None else _decoded(body, kind)
    return Response(answer.status_code, _headers(answer), kind, text, round(answer.timestamp_start, 6))


def exchange_of(flow: http.HTTPFlow, position: int, url: str | None = None) -> Exchange:
    """Return a flow's request and answer, of one that has ended."""
    parts = request_of(flow, position, url), response_of(flow)
    return Exchange(*parts, *outcome_of(flow), by_operator=is_operators(flow))


def body_of(message: http.Message) -> tuple[bytes | None, BodyState]:
    """Return the body without its content coding, at most the bound of `core.coding`, and what became of it."""
    raw = message.raw_content
    if raw is None:
        return None, BodyState.NOT_RECORDED
    return decode_body(raw, message.headers.get("content-encoding") if raw else None)


def lacks_body(flow: http.HTTPFlow) -> bool:
    """Say whether the request had a body of which the flow holds no bytes: it was streamed, or is over a limit."""
    return flow.request.raw_content is None


def wants(screen: Screen, flow: http.HTTPFlow) -> bool:
    """Say whether a rule may match a flow's request, by its URL or its body."""
    request = flow.request
    host: str = request.host
    # The URL without its port says enough, and takes a fifth of the time.
    url = url_of(flow) if _is_address(host) else f"{request.scheme}://{host}{request.path}"
    if screen.wants_url(url):
        return True
    if not request.raw_content or request.method not in _POSTS:
        return False
    kind = _content_type(request)
    if not screen.wants_type(kind):
        return False
    body, _ = body_of(request)
    return body is not None and screen.wants_body(kind, body)


def destination_of(flow: http.HTTPFlow) -> str:
    """Return for what a browser says that it makes the request (``Sec-Fetch-Dest``); empty where nothing says it."""
    return _header(flow.request, b"sec-fetch-dest")


def may_be_page(flow: http.HTTPFlow, destination: str) -> bool:
    """Say whether a flow may be a page: its destination says so, or nothing does and the answer is HTML."""
    if destination:
        return destination == "document"
    answer = flow.response
    return answer is not None and _content_type(answer).lstrip().lower().startswith(_HTML)


def _content_type(message: http.Message) -> str:
    return _header(message, b"content-type")


def _header(message: http.Message, name: bytes) -> str:
    """Return a header's value, empty where there is none; every request is asked, so mitmproxy's mapping is not."""
    values = [value for key, value in message.headers.fields if key.lower() == name]
    return b", ".join(values).decode("utf-8", "replace") if values else ""


def _headers(message: http.Message) -> Headers:
    return tuple(
        (name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in message.headers.fields
    )


def _text(text: str) -> str:
    """Replace what mitmproxy smuggles through as lone surrogates: bytes that were no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(body: bytes, kind: str) -> str:
    named = _CHARSET.search(kind)
    try:
        return body.decode(named[1] if named else "utf-8", "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _is_address(host: str) -> bool:
    # Names are almost all there is: an IPv4 address ends in a digit, an IPv6 one holds a colon.
    if not host or not (host[-1].isdigit() or ":" in host):
        return False
    try:
        ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True
