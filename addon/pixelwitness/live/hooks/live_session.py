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
from pixelwitness.core.wire.delivery import NOT_RECORDED, Delivery, Outcome
from pixelwitness.core.wire.exchange import Exchange, Reading, Tally
from pixelwitness.core.wire.request import Request
from pixelwitness.live.hooks.block import Block, blocked_response, is_blocked
from pixelwitness.live.hooks.tls_refusals import TlsRefusals
from pixelwitness.meaning.pipeline.analyser import Analyser
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.sources import flow_delivery, flow_exchange

MOST_KEYS = 3_000
"""Keys by which a later copy finds its event, one or two each; beyond it the oldest are let go, some 10 kB each."""
MOST_OPEN = 20_000
"""Requests of which an answer is waited for; beyond it the oldest are let go."""
BLOCKED = Outcome(Delivery.STOPPED, "blocked by pixelwitness")


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
    sent: int | None = None
    """By which the request is known again; None where no row waits for its end."""


@dataclass(slots=True)
class Session:
    """What one run of the proxy has seen so far."""

    setup: AnalyserSetup
    exporter: str
    block: Block = "off"
    recording_id: str = field(default_factory=lambda: uuid4().hex)
    dropped: int = 0
    """Requests of which records are missing: a fault of ours, or no room on the way to the store."""
    is_changed: Callable[[http.HTTPFlow], bool] | None = None
    """Says of a flow whether mitmproxy has changed its request before it came here; None where it changes none."""
    _screen: Screen = field(init=False)
    _reading: Reading = field(init=False)
    _analyser: Analyser = field(init=False)
    _tally: Tally = field(init=False)
    _flows_seen: int = 0
    _open: dict[str, _OpenRequest] = field(default_factory=dict)
    _asked: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where a request was asked to go, and by what it is known again, by its flow; while other addons change some."""
    _tls_refusals: TlsRefusals = field(default_factory=TlsRefusals)

    def __post_init__(self) -> None:
        self._screen = self.setup.detector.screen
        self._reading = Reading(exchanges=iter(()), kind="live", exporter=self.exporter, complete=False)
        self._analyser = self.setup.analyser(self.recording_id, self._reading, most_keys=MOST_KEYS, most_open=MOST_OPEN)
        self._tally = self._reading.tally

    def asked(self, flow: http.HTTPFlow) -> None:
        """Remember a request as it was asked for; its body is not here yet."""
        if len(self._asked) >= MOST_OPEN:
            del self._asked[next(iter(self._asked))]
        self._asked[flow.id] = flow_exchange.url_of(flow), flow_delivery.fingerprint_of(flow.request, body=False)

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
        by_operator = bool(self._asked) and self._is_made_by_others(flow, is_wanted=wanted)
        if wanted or flow_exchange.may_be_page(flow, destination):
            return self._analysis_of(flow, position, destination, is_wanted=wanted, by_operator=by_operator)
        self._tally.other += 1
        if not destination:
            # Its answer can still turn out to be a page.
            self._remember(flow.id, _OpenRequest(position))
        return None

    def _is_made_by_others(self, flow: http.HTTPFlow, *, is_wanted: bool) -> bool:
        """Say whether another addon sends something to Meta that was asked of somebody else; count what it changed."""
        url, before = self._asked.pop(flow.id, ("", None))
        if before is None or before == flow_delivery.fingerprint_of(flow.request, body=False):
            return False
        was_wanted = self._screen.wants_url(url)
        if was_wanted:
            self._tally.changed += 1
        return is_wanted and not was_wanted and self._screen.wants_url(flow_exchange.url_of(flow))

    def _analysis_of(
        self, flow: http.HTTPFlow, position: int, destination: str, *, is_wanted: bool, by_operator: bool
    ) -> Work:
        request = flow_exchange.request_of(flow, position)
        if is_wanted and self.is_changed is not None and self.is_changed(flow):
            self._tally.changed += 1
        outcome = flow_delivery.outcome_of(flow) if flow.error is not None else NOT_RECORDED
        if self._reading.user_agent is None:
            self._reading.user_agent = request.header_map.get("user-agent")
        # Answered on this machine already, by mitmproxy itself or another addon: it does not leave.
        stays = flow.live and flow.response is not None
        # One that broke off, or is let through as it comes, cannot be kept back any more.
        can_block = not stays and flow.error is None and not flow.request.stream
        blocked = can_block and self._is_to_be_blocked(request)
        if blocked:
            flow.response = blocked_response(flow.request)
            outcome = BLOCKED
        elif stays:
            told = flow_delivery.outcome_of(flow)
            outcome = told if told.delivery is Delivery.STOPPED else flow_delivery.ANSWERED_HERE
        else:
            awaited = is_wanted and self._analyser.awaits_answer(request)
            waits = is_wanted and outcome.delivery is Delivery.UNKNOWN
            sent = flow_delivery.fingerprint_of(flow.request) if waits else None
            self._remember(flow.id, _OpenRequest(position, request.url, destination, awaited, sent))
        exchange = Exchange(request, None, *outcome, by_operator=by_operator or flow_delivery.is_operators(flow))
        return Work(flow, partial(self._analyser.analyse_request, exchange, blocked=blocked))

    def _is_to_be_blocked(self, request: Request) -> bool:
        try:
            return is_blocked(self.block, self.setup.detector, request)
        except Exception:  # where a rule fails, the request passes; the analysis counts the fault
            return False

    def response(self, flow: http.HTTPFlow) -> Work | None:
        """Record what an answer adds to a request recorded before, and that it came."""
        known = self._open.pop(flow.id, None)
        if known is None:
            return None
        shows = known.awaited or flow_exchange.may_be_page(flow, known.destination)
        return self._analysis_of_end(flow, known, shows=shows) if shows or known.sent is not None else None

    def error(self, flow: http.HTTPFlow) -> Work | None:
        """Record a flow that ended in an error: one that broke off or went over a limit has had no `request` before."""
        known = self._open.pop(flow.id, None)
        if known is not None:
            # That no answer came is a fact, too: of a library, say.
            return self._analysis_of_end(flow, known, shows=known.awaited)
        if flow.request.timestamp_end is not None:
            return None
        work = self.request(flow)
        self._open.pop(flow.id, None)
        return work

    def _analysis_of_end(self, flow: http.HTTPFlow, known: _OpenRequest, *, shows: bool) -> Work | None:
        """Return the work that the end of a request leaves: its delivery where a row waits, and what it shows."""
        settle = None if known.sent is None else self._settlement_of(flow, known)
        if not shows:
            return None if settle is None else Work(flow, settle)
        exchange = flow_exchange.exchange_of(flow, known.position, known.url)
        show = partial(self._analyser.analyse_response, exchange)
        return Work(flow, show if settle is None else lambda: [*settle(), *show()])

    def _settlement_of(self, flow: http.HTTPFlow, known: _OpenRequest) -> Callable[[], list[records.AnyRecord]]:
        outcome = flow_delivery.outcome_of(flow)
        edited = False
        if flow_delivery.fingerprint_of(flow.request) != known.sent:
            edited = flow_delivery.is_edited(flow)
            if not edited:
                self._tally.changed += 1
                if Request("GET", flow_exchange.url_of(flow)).host != Request("GET", known.url or "").host:
                    outcome = flow_delivery.SENT_ELSEWHERE
        return partial(self._analyser.settle, known.position, outcome, by_operator=edited)

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
