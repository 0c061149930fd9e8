"""A session under way: a Playwright context of the sync API, listened to, and the waiting for it.

Owns every call that goes to the browser.  The waiting is for something to happen or to
have ended, never for a time to pass.  It must not know questions nor policies.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.sources.playwright_context import ContextRecorder, TrackedRequest
from pixelwitness.testing.asking import more_gaps, unrest
from pixelwitness.testing.session_evidence import Evidence, evidence_of
from pixelwitness.testing.verdicts import Case

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is listened to and waited for; times are seconds."""

    quiet: float
    rest_within: float
    endless: str | None
    read_bodies: bool


class Session:
    """Listens to a context from now on."""

    def __init__(self, context: "BrowserContext", setup: AnalyserSetup, manner: Manner) -> None:
        self._context = context
        self._setup = setup
        self._manner = manner
        routed = hosts_of(setup.knowledge.owners) if manner.read_bodies else None
        endless = re.compile(manner.endless) if manner.endless else None
        self.recorder = ContextRecorder(setup.detector.screen, endless=endless, routed=routed)
        self._evidence: tuple[int, Evidence] | None = None
        self._unrest: str | None = None
        context.on("request", self.recorder.request)
        context.on("requestfinished", self.recorder.finished)
        context.on("requestfailed", self.recorder.failed)
        if routed is not None:
            context.route(routed, lambda route: route.fallback())

    def case(self) -> Case:
        """Return what is known of the session once the browser is at rest."""
        self.settle()
        facts = [tracked for tracked in self.recorder.tracked if tracked.lacks_facts]
        for tracked in facts:
            _learn(tracked)
        if self._evidence is None or self._evidence[0] != self.recorder.seen or facts:
            self._evidence = (self.recorder.seen, evidence_of(self.recorder.reading(), self._setup))
        evidence = self._evidence[1]
        gaps = tuple(more_gaps(evidence, self._unrest))
        return Case(evidence, gaps, self._setup.knowledge)

    def settle(self) -> bool:
        """Wait until for ``quiet`` seconds no request began or ended, none is open and every page answers.

        False when it never was so within ``rest_within`` seconds.
        """
        # Imported here: Playwright is an extra.
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as TookTooLong

        recorder, quiet = self.recorder, self._manner.quiet
        started = time.monotonic()
        while True:
            now, still_open, stirred_at = time.monotonic(), recorder.open(), recorder.stirred_at
            # What a click sets off may take its time: the quiet counts from here, not from the last request.
            left = quiet - (now - max(stirred_at, started))
            if left <= 0 and not still_open and self.pages_answer() and stirred_at == recorder.stirred_at:
                self._unrest = None
                return True
            if now - started >= self._manner.rest_within:
                self._unrest = unrest(still_open, is_quiet=left <= 0)
                return False
            try:
                self._context.wait_for_event("request", timeout=1000 * (left if left > 0 else quiet))
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
                page.wait_for_function("() => true", timeout=1000 * self._manner.quiet)
            except TookTooLong:
                return False
            except Error:  # it goes away, and says nothing more
                continue
        return True

    @contextmanager
    def waiting(self, is_it: "Callable[[Request], bool]", within: float) -> Iterator[None]:
        """Wait at the end of the block for a request, at most ``within`` seconds."""
        # Imported here: Playwright is an extra.
        from playwright.sync_api import TimeoutError as TookTooLong

        is_over = False
        try:
            with self._context.expect_event("request", is_it, timeout=within * 1000):
                yield
                is_over = True
        except TookTooLong:
            if not is_over:
                raise  # something in the block itself


def hosts_of(owners: Mapping[str, str]) -> re.Pattern[str]:
    r"""Return what URLs of Meta's own sites and all hosts below them look like.

    >>> pattern = hosts_of({"facebook.com": "Meta"})
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
        tracked.learn(headers, answer.status, answer.headers_array(), text)
    except Error:  # its page is gone
        tracked.learn(None)
