"""A session under way: a Playwright context of the sync API, listened to, and the waiting for it.

Owns every call that goes to the browser, and what it shows of the limits of a session.
The waiting is for something to happen or to have ended, never for a time to pass.  It must
not know assertions nor policies.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pixelwitness.policy.case import Case
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.sources.playwright_context import ContextRecorder, TrackedRequest
from pixelwitness.testing.session_case import SessionCase, analyse_session

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request


class Session:
    """Listens to a context from now on; its arguments are those of `BrowserWitness`."""

    def __init__(
        self,
        context: "BrowserContext",
        setup: AnalyserSetup,
        *,
        quiet: float,
        rest_within: float,
        endless: str | None,
        read_bodies: bool,
    ) -> None:
        self._context = context
        self._setup = setup
        self._quiet, self._rest_within = quiet, rest_within
        routed = url_pattern(setup.knowledge.owners) if read_bodies else None
        pattern = re.compile(endless) if endless else None
        self.recorder = ContextRecorder(setup.detector.screen, endless=pattern, routed=routed)
        self._case: tuple[int, Case] | None = None
        """The case of the session when it had made so many requests."""
        self._unrest: Gap | None = None
        context.on("request", self.recorder.request)
        context.on("requestfinished", self.recorder.finished)
        context.on("requestfailed", self.recorder.failed)
        if routed is not None:
            context.route(routed, lambda route: route.fallback())

    def case(self) -> SessionCase:
        """Return what is known of the session once the browser is at rest."""
        self.settle()
        incomplete = [tracked for tracked in self.recorder.tracked if tracked.lacks_facts]
        for tracked in incomplete:
            _learn(tracked)
        if self._case is None or self._case[0] != self.recorder.seen or incomplete:
            self._case = (self.recorder.seen, analyse_session(self.recorder.reading(), self._setup))
        case = self._case[1]
        return SessionCase(case, tuple(_session_gaps(case, self._unrest)), self._setup.knowledge)

    def settle(self) -> bool:
        """Wait until for ``quiet`` seconds no request began or ended, none is open and every page answers.

        False when it never was so within ``rest_within`` seconds.
        """
        # Imported here: Playwright is an extra.
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as TookTooLong

        recorder, quiet = self.recorder, self._quiet
        started = time.monotonic()
        while True:
            now, still_open, stirred_at = time.monotonic(), recorder.open(), recorder.stirred_at
            # What a click sets off may take its time: the quiet counts from here, not from the last request.
            remaining = quiet - (now - max(stirred_at, started))
            if remaining <= 0 and not still_open and self.pages_answer() and stirred_at == recorder.stirred_at:
                self._unrest = None
                return True
            if now - started >= self._rest_within:
                self._unrest = _unrest(still_open, is_quiet=remaining <= 0)
                return False
            try:
                self._context.wait_for_event("request", timeout=1000 * (remaining if remaining > 0 else quiet))
            except TookTooLong:
                continue
            except Error:  # the context is closed: nothing more can come
                self._unrest = None
                return True

    def pages_answer(self) -> bool:
        """Ask every page for an answer: what it sent before has been told when it comes.

        False when one is busy with a script, which may be about to send.
        """
        # Imported here: Playwright is an extra.
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as TookTooLong

        for page in self._context.pages:
            try:
                page.wait_for_function("() => true", timeout=1000 * self._quiet)
            except TookTooLong:
                return False
            except Error:  # it goes away, and says nothing more
                continue
        return True

    @contextmanager
    def expecting(self, matches: "Callable[[Request], bool]", within: float) -> Iterator[None]:
        """Wait at the end of the block for a request, at most ``within`` seconds."""
        # Imported here: Playwright is an extra.
        from playwright.sync_api import TimeoutError as TookTooLong

        is_over = False
        try:
            with self._context.expect_event("request", matches, timeout=within * 1000):
                yield
                is_over = True
        except TookTooLong:
            if not is_over:
                raise  # something in the block itself


def url_pattern(owners: Mapping[str, str]) -> re.Pattern[str]:
    r"""Return the pattern of URLs of Meta's own sites and all hosts below them.

    >>> pattern = url_pattern({"facebook.com": "Meta"})
    >>> [bool(pattern.search(f"https://{host}/tr/")) for host in ("www.facebook.com", "facebook.com.evil.example")]
    [True, False]
    """
    names = "|".join(sorted(re.escape(site) for site in owners))
    return re.compile(rf"^https?://([^/?#@]+\.)?({names})(:\d+)?([/?#]|$)", re.IGNORECASE)


def _learn(tracked: TrackedRequest) -> None:
    """Fetch the headers of the wire and the answer, as far as the browser still has them."""
    # Imported here: Playwright is an extra.
    from playwright.sync_api import Error

    try:
        headers = tracked.request.headers_array()
        answer = tracked.request.response()
        if answer is None:
            tracked.learn(headers)
            return
        text = None
        if tracked.with_text:
            with suppress(Error, UnicodeError):  # a redirect, or dropped by the browser
                text = answer.text()
        by_server = answer.server_addr() is not None
        tracked.learn(headers, answer.status, answer.headers_array(), text, by_server=by_server)
    except Error:  # its page is gone
        tracked.learn(None)


def _unrest(still_open: int, *, is_quiet: bool) -> Gap:
    """Say why a browser is not at rest; ``is_quiet``: no request begins or ends any more."""
    if not is_quiet:
        return Gap(GapKind.UNREST, label="asking")
    return Gap(GapKind.UNREST, still_open, label="open" if still_open else "script")


def _session_gaps(case: Case, unrest: Gap | None) -> Iterator[Gap]:
    """Yield the limits of a session that the browser itself shows."""
    if not case.coverage.seen:
        yield Gap(GapKind.NO_REQUEST)
    if unrest is not None:
        yield unrest
