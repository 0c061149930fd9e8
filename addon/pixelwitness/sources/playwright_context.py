"""A browser that Playwright drives, as exchanges: what its context reports of each request.

Owns what Playwright's words mean, for its plain and its async objects alike, and what
of a request it does not hand over.  It asks nothing of the browser itself:
`ContextRecorder` gets the events as they happen, `TrackedRequest.learn` what somebody
fetched later (the headers of the wire, the answer).  It must not import Playwright.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.content_coding import decode_body
from pixelwitness.core.wire.delivery import NOT_RECORDED, Delivery, Outcome
from pixelwitness.core.wire.exchange import Exchange, Reading, Tally
from pixelwitness.core.wire.network_errors import judge_block, judge_error, judge_proxy_answer
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState, Headers, Request, Response
from pixelwitness.sources.har.entry_body import BODY_METHODS
from pixelwitness.sources.har.entry_exchange import header_value, lacks_body, network_url, parse_headers

_ANSWERED = Outcome(Delivery.ANSWERED)
_BY_NOBODY_KNOWN = Outcome(Delivery.UNKNOWN, "no server is known that answered")
_STREAMS = frozenset({"eventsource", "websocket", "media"})
"""Resource types that stay open by nature: nobody waits for their end."""


class PlaywrightRequest(Protocol):
    """What is read from Playwright's request; none of it asks the browser."""

    @property
    def url(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def resource_type(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def post_data_buffer(self) -> bytes | None: ...
    @property
    def frame(self) -> Any: ...
    @property
    def failure(self) -> str | None: ...


@dataclass(slots=True, eq=False, repr=False)  # a debugger's listing must not hold what was sent
class TrackedRequest:
    """A request that a rule may match or that may be a page, and what was learnt of it later."""

    request: Any
    """Playwright's own object."""
    position: int
    url: str
    method: str
    kind: str
    """The resource type; ``iframe`` for the document of a frame."""
    page_ref: str | None
    seen_at: float
    with_text: bool
    """An observation may want the text of its answer."""
    headers: Headers
    """As the page asked for it, without cookies; `learn` brings those of the wire."""
    from_wire: bool = False
    response: Response | None = None
    ended: bool = False
    failed: bool = False
    asked: bool = False
    """Somebody has tried to learn the rest."""
    by_server: bool = True
    """A server is known that answered; else a route of the test may have, or a service worker."""
    handed_over: bool = False
    """It passed through the test, which is given every body there is."""

    @property
    def lacks_facts(self) -> bool:
        """Say whether it has ended and nobody has asked for its headers and its answer yet."""
        return self.ended and not self.asked

    def learn(
        self,
        headers: Sequence[Mapping[str, str]] | None,
        status: int | None = None,
        answered: Sequence[Mapping[str, str]] = (),
        text: str | None = None,
        *,
        by_server: bool = True,
    ) -> None:
        """Add the headers of the wire, None where they are not to be had any more, and the answer's parts."""
        self.asked = True
        self.by_server = by_server
        if headers:
            self.headers = parse_headers([dict(header) for header in headers])
            self.from_wire = True
        if status is not None:
            known = parse_headers([dict(header) for header in answered])
            kind = header_value(known, "content-type")
            short = text if text is not None and len(text) <= BODY_LIMIT else None
            self.response = Response(status, known, kind, short)

    def body(self) -> tuple[bytes | None, BodyState]:
        """Return the body and what became of it: Chromium keeps what stands in a Blob or a file to itself."""
        raw: bytes | None = self.request.post_data_buffer
        length = header_value(self.headers, "content-length").strip()
        stated = int(length) if length.isdecimal() and len(length) < 20 else None
        if not raw:
            nothing = stated == 0 or (stated is None and (self.handed_over or self.method not in BODY_METHODS))
            return None, BodyState.EMPTY if nothing else BodyState.NOT_RECORDED
        if stated is not None and stated > len(raw):
            # Some of its parts only: what a Blob among them held was left out.
            return None, BodyState.NOT_RECORDED
        return decode_body(raw, header_value(self.headers, "content-encoding"))

    def exchange(self) -> Exchange:
        """Return the request and, as far as it is known, its answer."""
        body, state = self.body()
        request = Request(
            method=self.method,
            url=self.url,
            headers=self.headers,
            body=body,
            body_state=state,
            resource_type=self.kind,
            position=self.position,
            seen_at=self.seen_at,
            page_ref=self.page_ref,
        )
        # An answer that the browser has dropped since is unknown, one that failed is none.
        return Exchange(request, self.response or (Response() if self.failed else None), *self._outcome())

    def _outcome(self) -> Outcome:
        """Return what became of the request, as far as Playwright tells."""
        if self.response is not None and self.response.status is not None:
            by_proxy = judge_proxy_answer(self.response.status, self.response.headers)
            return by_proxy or (_ANSWERED if self.by_server else _BY_NOBODY_KNOWN)
        if not self.failed:
            return NOT_RECORDED
        failure = self.request.failure or ""
        return judge_error(failure) or judge_block(failure) or NOT_RECORDED


@dataclass(eq=False, repr=False)  # without slots: Playwright keeps a note on the object whose methods it calls
class ContextRecorder:
    """Records the requests of one context in the order of Playwright's events; its methods are the handlers."""

    screen: Screen
    endless: re.Pattern[str] | None = None
    """URLs of requests that never end, one or one after the other; nobody waits for them."""
    routed: re.Pattern[str] | None = None
    """URLs of requests that pass through the test."""
    exporter: str = "Playwright"
    clock: Callable[[], float] = time.time
    seen: int = 0
    """Requests so far; the position of the next one."""
    stirred_at: float = field(default_factory=time.monotonic)
    """When a request that ends began or ended the last time, on the monotonic clock."""
    tracked: list[TrackedRequest] = field(default_factory=list)
    _open: dict[int, Any] = field(default_factory=dict)
    _by_request: dict[int, TrackedRequest] = field(default_factory=dict)
    _pages: list[Any] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _user_agent: str | None = None

    def request(self, request: PlaywrightRequest) -> None:
        """Record a request as it leaves."""
        position = self.seen
        self.seen += 1
        if request.resource_type not in _STREAMS and not (self.endless and self.endless.search(request.url)):
            self.stirred_at = time.monotonic()
            self._open[id(request)] = request
        headers = tuple(request.headers.items())
        if self._user_agent is None:
            self._user_agent = header_value(headers, "user-agent") or None
        kind, page_ref = self._place(request)
        url = network_url(request.url)
        tracked = TrackedRequest(
            request=request,
            position=position,
            url=url or "",
            method=request.method.upper(),
            kind=kind,
            page_ref=page_ref,
            seen_at=round(self.clock(), 6),
            with_text=bool(url) and self.screen.wants_url(request.url),
            headers=headers,
            # What a service worker asks for stands in no tab, and passes nobody.
            handed_over=page_ref is not None and bool(self.routed and self.routed.search(request.url)),
        )
        if url and (tracked.with_text or kind == "document" or self._wants_body(tracked)):
            self.tracked.append(tracked)
            self._by_request[id(request)] = tracked
            return
        self._tally.other += 1
        if url and lacks_body(tracked.body()[1]):
            self._tally.bodies_not_recorded += 1

    def finished(self, request: PlaywrightRequest) -> None:
        """Note that a request came to its end."""
        self._ended(request, failed=False)

    def failed(self, request: PlaywrightRequest) -> None:
        """Note that a request got no answer; it had left, or the page had tried, all the same."""
        self._ended(request, failed=True)

    def open(self) -> int:
        """Return how many requests wait for their end, those of closed pages and streams left out."""
        for key, request in list(self._open.items()):
            if _is_gone(request):
                del self._open[key]
        return len(self._open)

    def reading(self) -> Reading:
        """Return all that was recorded so far."""
        tally = Tally(self._tally.other, bodies_not_recorded=self._tally.bodies_not_recorded)
        exchanges = [tracked.exchange() for tracked in self.tracked]
        tally.bodies_not_recorded += sum(lacks_body(exchange.request.body_state) for exchange in exchanges)
        return Reading(
            iter(exchanges),
            "browser",
            tally,
            exporter=self.exporter,
            user_agent=self._user_agent,
            cookies_recorded=all(tracked.from_wire for tracked in self.tracked if tracked.kind == "document"),
        )

    def find_tracked(self, request: PlaywrightRequest) -> TrackedRequest | None:
        """Return what is kept of a request, None when it was only counted."""
        return self._by_request.get(id(request))

    def _ended(self, request: PlaywrightRequest, *, failed: bool) -> None:
        if self._open.pop(id(request), None) is not None:
            self.stirred_at = time.monotonic()
        tracked = self._by_request.get(id(request))
        if tracked is not None:
            tracked.ended, tracked.failed = True, failed

    def _place(self, request: PlaywrightRequest) -> tuple[str, str | None]:
        """Return the resource type (``iframe`` for the document of a frame) and the tab."""
        try:
            frame = request.frame
            page = frame.page
            inner = frame.parent_frame is not None
        except Exception:  # a service worker's request, or the first one of a page, has no frame
            return request.resource_type, None
        number = next((at for at, known in enumerate(self._pages) if known is page), None)
        if number is None:
            number = len(self._pages)
            self._pages.append(page)
        kind = "iframe" if inner and request.resource_type == "document" else request.resource_type
        return kind, f"tab {number + 1}"

    def _wants_body(self, tracked: TrackedRequest) -> bool:
        if tracked.method not in BODY_METHODS:
            return False
        body, _ = tracked.body()
        return body is not None and self.screen.wants_body(header_value(tracked.headers, "content-type"), body)


def _is_gone(request: PlaywrightRequest) -> bool:
    try:
        return bool(request.frame.page.is_closed())
    except Exception:  # no frame: nothing closes it
        return False
