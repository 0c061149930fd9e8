"""A live session: flows in, their analysis out as work for later, every request counted.

Owns the numbering of flows, the first check of each, and the session's ledger of
counts.  What the analysis needs of a flow is copied at once, so that it is what left,
whatever becomes of the flow.  Must not know when the work is done, how records are
written, mitmproxy's options or its log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import msgspec
from mitmproxy import http, tls

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.exposure import records
from pixelwitness.core.wire.exchange import Exchange, Reading, Tally
from pixelwitness.core.wire.request import Request
from pixelwitness.live.hooks.block import Block, blocked_response, is_blocked
from pixelwitness.live.hooks.tls_refusals import TlsRefusals
from pixelwitness.meaning.pipeline.analyser import Analyser
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.sources import flow_exchange

MOST_KEYS = 3_000
"""Keys by which a later copy finds its event, one or two each; beyond it the oldest are let go, some 10 kB each."""
MOST_OPEN = 20_000
"""Requests of which an answer is waited for; beyond it the oldest are let go."""


class Work(msgspec.Struct, frozen=True, gc=False):
    """The analysis of a flow, to be done later; the order is that of the hooks."""

    flow: http.HTTPFlow
    analyse: Callable[[], list[records.AnyRecord]]
    """Makes the records of the flow; to be called once."""


class _OpenRequest(msgspec.Struct, frozen=True, gc=False):
    """A request whose answer is waited for."""

    position: int
    url: str | None = None
    """Where it went; None where nobody has had to know."""
    destination: str = ""
    """The browser's ``Sec-Fetch-Dest``, empty where it sent none."""
    awaited: bool = False
    """Its answer can show something, whether or not it is a page."""


@dataclass(slots=True)
class Session:
    """What one run of the proxy has seen so far."""

    setup: AnalyserSetup
    exporter: str
    block: Block = "off"
    recording_id: str = field(default_factory=lambda: uuid4().hex)
    dropped: int = 0
    """Requests of which records are missing: a fault of ours, or no room on the way to the store."""
    _screen: Screen = field(init=False)
    _reading: Reading = field(init=False)
    _analyser: Analyser = field(init=False)
    _tally: Tally = field(init=False)
    _flows_seen: int = 0
    _open: dict[str, _OpenRequest] = field(default_factory=dict)
    _tls_refusals: TlsRefusals = field(default_factory=TlsRefusals)

    def __post_init__(self) -> None:
        self._screen = self.setup.detector.screen
        self._reading = Reading(exchanges=iter(()), kind="live", exporter=self.exporter, complete=False)
        self._analyser = self.setup.analyser(self.recording_id, self._reading, most_keys=MOST_KEYS)
        self._tally = self._reading.tally

    def request(self, flow: http.HTTPFlow) -> Work | None:
        """Record a request that is about to leave: what it sends leaves with it, whatever the answer.

        One that is to be blocked gets its answer here, before its records are made.
        """
        position = self._flows_seen
        self._flows_seen += 1
        if flow_exchange.lacks_body(flow):
            self._tally.bodies_not_recorded += 1
        wanted = flow_exchange.wants(self._screen, flow)
        destination = flow_exchange.destination_of(flow)
        if wanted or flow_exchange.may_be_page(flow, destination):
            return self._analysis_of(flow, position, destination, is_wanted=wanted)
        self._tally.other += 1
        if not destination:
            # Its answer can still turn out to be a page.
            self._remember(flow.id, _OpenRequest(position))
        return None

    def _analysis_of(self, flow: http.HTTPFlow, position: int, destination: str, *, is_wanted: bool) -> Work:
        request = flow_exchange.request_of(flow, position)
        if self._reading.user_agent is None:
            self._reading.user_agent = request.header_map.get("user-agent")
        # Answered on this machine already, by mitmproxy itself or another addon: it does not leave either.
        stays = flow.live and flow.response is not None
        # One that broke off, or is let through as it comes, cannot be kept back any more.
        can_block = not stays and flow.error is None and not flow.request.stream
        if can_block and self._is_to_be_blocked(request):
            flow.response = blocked_response(flow.request)
            stays = True
        else:
            awaited = is_wanted and self._analyser.awaits_answer(request)
            self._remember(flow.id, _OpenRequest(position, request.url, destination, awaited))
        return Work(flow, partial(self._analyser.analyse_request, Exchange(request), blocked=stays))

    def _is_to_be_blocked(self, request: Request) -> bool:
        try:
            return is_blocked(self.block, self.setup.detector, request)
        except Exception:  # where a rule fails, the request passes; the analysis counts the fault
            return False

    def response(self, flow: http.HTTPFlow) -> Work | None:
        """Record what an answer adds to a request recorded before."""
        known = self._open.pop(flow.id, None)
        if known is None or not (known.awaited or flow_exchange.may_be_page(flow, known.destination)):
            return None
        return self._analysis_of_answer(flow, known)

    def error(self, flow: http.HTTPFlow) -> Work | None:
        """Record a flow that ended in an error: one that broke off or went over a limit has had no `request` before."""
        known = self._open.pop(flow.id, None)
        if known is not None:
            # That no answer came is a fact, too: of a library, say.
            return self._analysis_of_answer(flow, known) if known.awaited else None
        if flow.request.timestamp_end is not None:
            return None
        work = self.request(flow)
        self._open.pop(flow.id, None)
        return work

    def _analysis_of_answer(self, flow: http.HTTPFlow, known: _OpenRequest) -> Work:
        exchange = flow_exchange.exchange_of(flow, known.position, known.url)
        return Work(flow, partial(self._analyser.analyse_response, exchange))

    def tls_failed(self, data: tls.TlsData) -> None:
        """Count a client that refused the proxy's certificate: that traffic was not seen."""
        self._tls_refusals.failed(data)

    def tls_established(self, data: tls.TlsData) -> None:
        """Note a client that accepted the proxy's certificate."""
        self._tls_refusals.established(data)

    def recording(self, *, complete: bool) -> records.Recording:
        """Return the row of the session itself as it stands; complete only once the proxy has ended in order."""
        self._reading.complete = complete
        self._tally.tls_refused = self._tls_refusals.refused
        return self._analyser.recording(sources=("live",), sha256=None, dropped=self.dropped)

    def _remember(self, flow_id: str, known: _OpenRequest) -> None:
        if len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[flow_id] = known
