"""The mitmproxy addon: each hook checks a flow; what goes to Meta is analysed soon after and handed to the writer.

Owns the life of a session inside mitmproxy: options, opening, hooks, the end.
Nothing of the traffic is changed unless blocking is on, and no fault in here
reaches it: a fault is caught in its hook, counted, shown at once and at the end.
"""

import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from mitmproxy import contentviews, ctx, http, tls
from mitmproxy import version as mitmproxy_version
from mitmproxy.addonmanager import Loader
from mitmproxy.exceptions import OptionsError
from mitmproxy.flow import Flow
from mitmproxy.hooks import UpdateHook

from pixelwitness.core.exposure import records
from pixelwitness.live.display.event_line import LineFormatter
from pixelwitness.live.display.overview import SessionOverview
from pixelwitness.live.hooks.addon_options import (
    PREFIX,
    Settings,
    declare_options,
    find_misstated,
    options_error,
    read_settings,
    saves_flows_as_they_end,
)
from pixelwitness.live.hooks.commands import Commands
from pixelwitness.live.hooks.deferred_queue import DeferredQueue
from pixelwitness.live.hooks.live_session import Session, Work
from pixelwitness.live.hooks.mitmproxy_checks import version_problem, warn_when_open
from pixelwitness.live.hooks.mitmproxy_views import PixelWitnessView, mark, mark_settled
from pixelwitness.live.hooks.request_changes import find_changes, maps_requests
from pixelwitness.live.hooks.session_setup import load_live_setup, open_spill
from pixelwitness.live.saving.session_report import SessionRecords
from pixelwitness.live.saving.session_store import open_session_store
from pixelwitness.live.saving.spill import spill_file
from pixelwitness.live.saving.writer import Writer
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.rulebook import RulesError
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.store.errors import StoreError

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10.0
_LOSSES_SHOWN = frozenset(10**power for power in range(9))
"""Numbers of lost requests at which the loss is shown at once."""
_STEADY_SECONDS = 1.0
"""How often the counts are brought to the store while only other traffic passes."""


class PixelWitness:
    """Watches what passes the proxy on its way to Meta and stores what it means."""

    def __init__(self, overview: SessionOverview | None = None, *, is_alone: bool = False) -> None:
        """``is_alone``: the process is ours, so its memory may be arranged, and other addons come before this one."""
        self.faults = Counter[str]()
        """Faults of pixelwitness itself, by the hook they happened in."""
        self.recorded: SessionRecords | None = None
        """Where the records of this run are."""
        self.lost = 0
        """Requests of ended sessions whose records are not in the store."""
        self._settings: Settings | None = None
        self._session: Session | None = None
        self._writer: Writer | None = None
        self._counted_at = 0.0
        self._is_running = False
        self._db = Path()
        """Where the records of the session go."""
        self.unsaved: Path | None = None
        """The spill that holds what the database of the last session did not take."""
        self._overview = overview
        self._is_alone = is_alone
        self._is_changed: Callable[[http.HTTPFlow], bool] | None = None
        self.requestheaders: Callable[[http.HTTPFlow], None] | None = None
        """A hook only while other addons may change what a browser asks for before it comes here."""
        self._words = vocabulary()
        self._formatter = LineFormatter(self._words)
        self._deferred: DeferredQueue[tuple[str, Work]] = DeferredQueue(self._analyse)
        """What hooks have put off, each with the hook's name."""
        self._at_once = False
        """Flows go to a file as soon as they end, so their marks must be set by then."""

    # The life of a session ---------------------------------------------------

    def load(self, loader: Loader) -> None:
        """Declare the options."""
        reason = version_problem(mitmproxy_version.VERSION)
        if reason is not None:
            # Logged as well: while a script loads, mitmproxy drops an OptionsError without a word.
            log.error("pixelwitness: %s", reason)
            raise options_error(reason)
        declare_options(loader)
        Commands(lambda: self.recorded, self._words).declare(loader)
        contentviews.add(PixelWitnessView(self._setup, self._words))
        _log_misstated()

    def configure(self, updated: Collection[str]) -> None:
        """Check the options and open the store early, so that what is wrong is said before anything passes."""
        self._at_once = saves_flows_as_they_end(ctx.options)
        self.requestheaders = self._asked if self._is_alone and maps_requests(ctx.options) else None
        self._is_changed = find_changes(ctx.options, is_last=self._is_alone)
        if self._session is not None:
            self._session.is_changed = self._is_changed
        try:
            settings = read_settings(ctx.options)
            if settings != self._settings and any(name.startswith(PREFIX) for name in updated):
                self.end()
                self._begin(settings)
        except OptionsError as error:
            if self._is_running:
                raise  # mitmproxy shows the text and keeps the option as it was
            # The start ends by an error logged, and without the traceback of one raised.
            log.error("%s", error)

    def running(self) -> None:
        """Say where the records go."""
        _log_misstated()
        if self._session is None:
            self.configure({PREFIX})
        self._is_running = True
        if self._is_alone:
            # What is kept until the end need not be looked through: a collection would hold everything up for 60 ms.
            gc.collect()
            gc.freeze()
        if self._session is not None and self._settings is not None:
            log.info("pixelwitness: what reaches Meta is recorded in %s", self._db)
            if self._settings.block != "off":
                log.warning("pixelwitness: blocking is on (%s): pages behave differently", self._settings.block)
        warn_when_open()

    def done(self) -> None:
        """Bring everything that waits into the store and end the recording."""
        if self._is_alone:
            gc.unfreeze()
        self.end()
        if self.unsaved:
            log.error("pixelwitness: %s holds what the database did not take; the next start takes it in", self.unsaved)
        if self.faults or self.lost:
            where = ", ".join(f"{hook}: {count}" for hook, count in sorted(self.faults.items()))
            log.error(
                "pixelwitness: incomplete: %d faults (%s), %d requests not stored",
                self.faults.total(),
                where,
                self.lost,
            )

    def _setup(self) -> AnalyserSetup | None:
        return None if self._session is None else self._session.setup

    def _begin(self, settings: Settings) -> None:
        try:
            setup = load_live_setup(settings)
            store, notices = open_session_store(settings.db, settings.key, setup.knowledge.owners)
        except (StoreError, RulesError) as error:
            raise options_error(f"pixelwitness: {error}") from None
        for notice in notices:
            log.warning("pixelwitness: %s", notice)
        self._settings = settings
        self._db = store.path
        self._session = Session(
            setup, f"mitmproxy {mitmproxy_version.VERSION}", settings.block, is_changed=self._is_changed
        )
        before = self.recorded.ids if self.recorded is not None and self.recorded.db == store.path else ()
        self.recorded = SessionRecords(store.path, (*before, self._session.recording_id))
        self._writer = writer = Writer(store, _log_trouble, open_spill(store))
        store.on_moved = lambda path, notice: self._moved(writer, path, notice)
        self._hand_over(self._session, [])

    def _moved(self, writer: Writer, path: Path, notice: str) -> None:
        log.error("pixelwitness: %s", notice)
        self._db = path
        if self.recorded is not None:
            self.recorded = SessionRecords(path, self.recorded.ids)
        writer.move_spill(path)

    def end(self) -> None:
        """End the recording in order, if one is under way."""
        self.catch_up()
        session, writer = self._session, self._writer
        self._session = self._writer = None
        if session is None or writer is None:
            return
        if not writer.finish(DRAIN_SECONDS, [session.recording(complete=True)]):
            log.error("pixelwitness: not everything reached the store within %d seconds", DRAIN_SECONDS)
        self.lost += writer.state.dropped + writer.state.damaged
        self.unsaved = spill_file(self._db) if writer.state.spill_pending else None

    # The traffic -------------------------------------------------------------

    def request(self, flow: http.HTTPFlow) -> None:
        """Record a request that is about to leave."""
        self._handle("request", Session.request, flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Record what an answer shows."""
        self._handle("response", Session.response, flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Record a flow that ended early."""
        self._handle("error", Session.error, flow)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Count a client that did not trust the proxy."""
        self._handle("tls_failed_client", Session.tls_failed, data)

    def tls_established_client(self, data: tls.TlsData) -> None:
        """Note a client that did."""
        self._handle("tls_established_client", Session.tls_established, data)

    def _asked(self, flow: http.HTTPFlow) -> None:
        """Remember what a browser asks for, before other addons change it."""
        self._handle("requestheaders", Session.asked, flow)

    def _handle[Subject](self, hook: str, handler: Callable[[Session, Subject], Work | None], subject: Subject) -> None:
        session = self._session
        if session is None:
            return
        try:
            work = handler(session, subject)
        except Exception as fault:  # whatever it is: browsing goes on, and the count says that something is missing
            self._miss(session, hook, fault)
            return
        if work is not None:
            self._deferred.add((hook, work))
            if self._at_once:
                self.catch_up()
        elif time.monotonic() - self._counted_at >= _STEADY_SECONDS:
            # Only other traffic passes: its counts are brought to the store all the same.
            self._hand_over(session, [])

    def catch_up(self) -> None:
        """Do now what hooks have put off."""
        self._deferred.catch_up()

    def _analyse(self, deferred: Sequence[tuple[str, Work]]) -> None:
        """Do what hooks have put off: make the records, hand them over, show them."""
        session = self._session
        if session is None:
            return
        shown: list[Flow] = []
        for hook, work in deferred:
            try:
                rows = work.analyse()
                self._hand_over(session, rows)
            except Exception as fault:  # as above
                self._miss(session, hook, fault)
                continue
            if rows and self._show(work.flow, rows):
                shown.append(work.flow)
        if shown:
            # As mitmproxy itself does when a mark is set by hand: its interfaces draw these flows again.
            ctx.master.addons.trigger(UpdateHook(shown))

    def _show(self, flow: http.HTTPFlow, rows: list[records.AnyRecord]) -> bool:
        """Show the events and contacts of a flow on the flow itself and in the overview; the writer has its records."""
        try:
            lines, settled = self._formatter.format(rows), self._formatter.settle(rows)
            mark(flow, lines)
            if settled:
                mark_settled(flow, settled)
            if self._overview is not None:
                self._overview.add(lines)
                self._overview.settle(settled)
        except Exception as fault:  # as above, but nothing is missing
            self._count_fault("showing", fault, "")
            return False
        return bool(lines or settled)

    def _hand_over(self, session: Session, rows: list[records.AnyRecord]) -> None:
        if self._writer is None:
            return
        self._counted_at = time.monotonic()
        # The counts travel with the rows they count: one transaction holds both.
        recording = session.recording(complete=False)
        if self._overview is not None:
            self._overview.recording = recording
        if not self._writer.put([*rows, recording]) and records.holds_rows(rows):
            session.dropped += 1
            if session.dropped in _LOSSES_SHOWN:
                log.error("pixelwitness: no room is left for records: %d requests are missing", session.dropped)

    def _miss(self, session: Session, hook: str, fault: Exception) -> None:
        session.dropped += 1
        self._count_fault(hook, fault, ", this request is missing")

    def _count_fault(self, hook: str, fault: Exception, loss: str) -> None:
        self.faults[hook] += 1
        if self.faults[hook] == 1:
            # The type alone: the text of an error may hold captured values.
            log.error("pixelwitness: a fault (%s) in %s; browsing goes on%s", _describe_fault(fault), hook, loss)
        if self._settings is not None and self._settings.on_error == "stop":
            ctx.master.shutdown()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped


def _log_misstated() -> None:
    # An error logged during the start ends it; that is better than a proxy that watches nothing.
    for problem in find_misstated(ctx.options):
        log.error("pixelwitness: %s", problem)


def _describe_fault(fault: Exception) -> str:
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = "" if at is None else f" at {at.tb_frame.f_globals.get('__name__')}:{at.tb_lineno}"
    return type(fault).__name__ + where


def _log_trouble(error: StoreError) -> None:
    log.error("pixelwitness: nothing can be stored now, records wait: %s", error)
