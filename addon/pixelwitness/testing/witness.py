"""The witness of a browser session: what a test asks about a Playwright context, and what it is answered.

Owns the assertions and the waiting, which is for something to happen or to have ended,
never for a time to pass.  It only listens, unless asked to read the bodies that Chromium
keeps to itself.  Works without mitmproxy; Playwright is whatever made the context.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pixelwitness.core.exposure import SeenContact, SeenEvent
from pixelwitness.policy.file import find_policy
from pixelwitness.policy.judgement import Judgement
from pixelwitness.report.text import counted
from pixelwitness.sources.browser import Taken, Tape
from pixelwitness.testing import telling
from pixelwitness.testing.asking import Choice, Wanted, judged, more_gaps, terms_of, unrest, wanted
from pixelwitness.testing.evidence import Evidence, Understanding, understanding
from pixelwitness.testing.outcomes import NotRecordedError, ToldMetaError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request

QUIET = 0.5
"""Seconds without any request after which a page is at rest, as Playwright's ``networkidle`` has it."""
REST_WITHIN = 10.0
"""Seconds in which it should come to rest."""

_understanding = lru_cache(maxsize=8)(understanding)


@dataclass(slots=True)
class Expected:
    """What `BrowserWitness.expect_event` waits for; ``value`` is there when its block has ended."""

    found: SeenEvent | None = None

    @property
    def value(self) -> SeenEvent:
        """The event, with its transmissions and their fields."""
        if self.found is None:
            raise RuntimeError("the event is known when the block of expect_event has ended, not inside it")
        return self.found


class BrowserWitness:
    """Listens to one Playwright context (of the sync API) from now on.

    ``quiet`` and ``rest_within`` are seconds; ``endless`` names requests that never end (a
    regular expression, searched in the URL).  ``read_bodies`` has requests to Meta's own
    hosts pass through the test, so that bodies made of a Blob or a file are read, too: it
    switches the browser's cache off, and Playwright then answers CORS preflights itself.
    """

    def __init__(
        self,
        context: "BrowserContext",
        *,
        quiet: float = QUIET,
        rest_within: float = REST_WITHIN,
        endless: str | None = None,
        read_bodies: bool = False,
        rules: Collection[Path] = (),
        persona: Path | None = None,
    ) -> None:
        if iscoroutinefunction(context.close):
            raise TypeError("a context of Playwright's async API was given; BrowserWitness takes one of the sync API")
        self.quiet = quiet
        self.rest_within = rest_within
        self._context = context
        self._known: Understanding = _understanding(tuple(rules), persona)
        routed = hosts_of(self._known.owners) if read_bodies else None
        self._tape = Tape(self._known.detector.screen, endless=re.compile(endless) if endless else None, routed=routed)
        self._evidence: tuple[int, Evidence] | None = None
        self._unrest: str | None = None
        self._withdrawn_at: int | None = None
        context.on("request", self._tape.request)
        context.on("requestfinished", self._tape.finished)
        context.on("requestfailed", self._tape.failed)
        if routed is not None:
            context.route(routed, lambda route: route.fallback())

    # What was seen -----------------------------------------------------------

    @property
    def events(self) -> tuple[SeenEvent, ...]:
        """The events so far, in the order of time, once the browser is at rest."""
        return self._seen().events

    @property
    def contacts(self) -> tuple[SeenContact, ...]:
        """The other requests that reached for Meta so far, once the browser is at rest."""
        return self._seen().contacts

    # What must not be --------------------------------------------------------

    def assert_no_events(
        self, site: str | None = None, *, pixel: str | int | None = None, name: str | None = None
    ) -> None:
        """Pass when no such event reached for Meta; all events of the session, when nothing is named."""
        __tracebackhide__ = True
        ask = wanted(site, pixel, name)
        evidence = self._seen()
        choice = ask.split(evidence)
        judgement = judged(evidence, choice.hits, ())
        if judgement.violations:
            raise ToldMetaError(telling.against(f"{ask.words()} was sent to Meta", judgement))
        self._must_be_told(f"whether {ask.words()} was sent to Meta", evidence, choice, judgement)

    def assert_no_personal_data(
        self, site: str | None = None, *, pixel: str | int | None = None, name: str | None = None
    ) -> None:
        """Pass when nothing that reached for Meta carried data about a person, hashed or not.

        Asked of a site, contacts count, too; asked of a pixel or a name, events alone.
        """
        __tracebackhide__ = True
        ask = wanted(site, pixel, name)
        evidence = self._seen()
        choice = ask.split(evidence)
        contacts = choice.contacts if pixel is None and name is None else ()
        terms = terms_of(self._known.redactor.knowledge, presets=("no-personal-data",))
        judgement = judged(evidence, choice.hits, contacts, terms)
        if judgement.violations:
            raise ToldMetaError(telling.against(f"personal data was sent to Meta with {ask.words()}", judgement))
        self._must_be_told(f"whether personal data was sent to Meta with {ask.words()}", evidence, choice, judgement)

    def check(
        self,
        *,
        policy: Path | str | None = None,
        no_policy: bool = False,
        presets: Collection[str] = (),
        baseline: Path | str | None = None,
    ) -> Judgement:
        """Return what the command ``check`` makes of such a session; nothing is raised for what it finds.

        As there, the policy is the nearest one from the working directory upward unless one is named.
        """
        file = Path(policy) if policy is not None else None if no_policy else find_policy(Path.cwd())
        known = Path(baseline) if baseline is not None else None
        terms = terms_of(self._known.redactor.knowledge, policy=file, presets=presets, baseline=known)
        evidence = self._seen()
        judgement = judged(evidence, evidence.events, evidence.contacts, terms)
        return replace(judgement, gaps=(*judgement.gaps, *self._more_gaps(evidence)))

    def assert_allowed(
        self,
        *,
        policy: Path | str | None = None,
        no_policy: bool = False,
        presets: Collection[str] = (),
        baseline: Path | str | None = None,
    ) -> None:
        """Pass when `check` finds neither a violation nor a gap."""
        __tracebackhide__ = True
        judgement = self.check(policy=policy, no_policy=no_policy, presets=presets, baseline=baseline)
        if judgement.violations:
            raise ToldMetaError(telling.against("the session does not keep the policy", judgement))
        if judgement.gaps:
            what = "nobody can say whether the session keeps the policy"
            raise NotRecordedError(telling.not_recorded(what, judgement.gaps))

    def assert_silent_after_withdrawal(self, site: str | None = None, *, contacts: bool = True) -> None:
        """Pass when nothing reached for Meta since `withdrawn`; without ``contacts`` only events count."""
        __tracebackhide__ = True
        if self._withdrawn_at is None:
            raise RuntimeError("nobody withdrew consent yet: call withdrawn() right after the step that does")
        ask = wanted(site, None, None, after=self._withdrawn_at)
        evidence = self._seen()
        choice = ask.split(evidence)
        judgement = judged(evidence, choice.hits, choice.contacts if contacts else ())
        if judgement.violations or (contacts and judgement.warnings):
            headline = f"Meta was told of the visit{_of(ask)} after consent was withdrawn"
            raise ToldMetaError(telling.against(headline, judgement, contacts=contacts))
        what = f"whether Meta was told of the visit{_of(ask)} after consent was withdrawn"
        self._must_be_told(what, evidence, choice, judgement)

    def _must_be_told(self, what: str, evidence: Evidence, choice: Choice, judgement: Judgement) -> None:
        """Raise when nothing forbidden was seen and that proves nothing."""
        __tracebackhide__ = True
        gaps = (*judgement.gaps, *self._more_gaps(evidence))
        if choice.maybe:
            gaps += (f"the name or the pixel was not recorded of {counted(len(choice.maybe), 'event')}",)
        if gaps:
            raise NotRecordedError(telling.not_recorded(f"nobody can say {what}", gaps, unread=choice.unread > 0))

    def _more_gaps(self, evidence: Evidence) -> tuple[str, ...]:
        return tuple(more_gaps(evidence, frozenset(self._tape.undelivered()), self._unrest))

    # Consent -----------------------------------------------------------------

    def withdrawn(self) -> None:
        """Say that consent was withdrawn just now: what leaves from here on comes after it."""
        self._pages_answer()  # what they sent before has been told when they do
        self._withdrawn_at = self._tape.seen

    # Waiting -----------------------------------------------------------------

    @contextmanager
    def expect_event(
        self, name: str | None = None, *, pixel: str | int | None = None, within: float = REST_WITHIN
    ) -> Iterator[Expected]:
        """Wait until the block has made a page send such an event, at most ``within`` seconds after its end."""
        __tracebackhide__ = True
        from playwright.sync_api import TimeoutError as TookTooLong

        ask = wanted(None, pixel, name, after=self._tape.seen)
        expected = Expected()
        is_over = False
        try:
            with self._context.expect_event("request", lambda told: self._is_it(told, ask), timeout=within * 1000):
                yield expected
                is_over = True
        except TookTooLong:
            if not is_over:
                raise  # something in the block itself
        evidence = self._seen()
        choice = ask.split(evidence)
        if not choice.hits:
            self._missed(ask, within, evidence, choice)
        expected.found = choice.hits[0]

    def _is_it(self, told: "Request", ask: Wanted) -> bool:
        taken = self._tape.taken_of(told)
        if taken is None:
            return False
        try:
            sightings = self._known.detector.detect(taken.exchange().request, None).events
        except Exception:  # a fault of a rule: the ledger of the evidence will say so
            return False
        return any(ask.pixel in (None, one.pixel_id) and ask.name in (None, one.event_name) for one in sightings)

    def _missed(self, ask: Wanted, within: float, evidence: Evidence, choice: Choice) -> NoReturn:
        __tracebackhide__ = True
        others = wanted(None, None, None, after=ask.after).split(evidence).hits
        judgement = judged(evidence, others, ())
        if choice.maybe:
            self._must_be_told(f"whether {ask.words()} was sent to Meta", evidence, choice, judgement)
        raise ToldMetaError(telling.missed(ask.words(), within, others, judgement.gaps))

    def settle(self) -> bool:
        """Wait until for ``quiet`` seconds no request began or ended, none is open and every page answers.

        Every question does so first, as a pixel sends only when its library has come.  False
        when it never was so within ``rest_within`` seconds.
        """
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as TookTooLong

        started = time.monotonic()
        while True:
            now, still_open = time.monotonic(), self._tape.open()
            # What a click sets off may take its time: the quiet counts from here, not from the last request.
            left = self.quiet - (now - max(self._tape.stirred_at, started))
            stirred_at = self._tape.stirred_at
            if left <= 0 and not still_open and self._pages_answer() and stirred_at == self._tape.stirred_at:
                self._unrest = None
                return True
            if now - started >= self.rest_within:
                self._unrest = unrest(still_open, is_quiet=left <= 0)
                return False
            try:
                self._context.wait_for_event("request", timeout=1000 * (left if left > 0 else self.quiet))
            except TookTooLong:
                continue
            except Error:  # the context is closed: nothing more can come
                self._unrest = None
                return True

    def _pages_answer(self) -> bool:
        """Say whether no page is busy with a script, which may be about to send."""
        from playwright.sync_api import Error
        from playwright.sync_api import TimeoutError as TookTooLong

        for page in self._context.pages:
            try:
                page.wait_for_function("() => true", timeout=1000 * self.quiet)
            except TookTooLong:
                return False
            except Error:  # it goes away, and says nothing more
                continue
        return True

    # Inside ------------------------------------------------------------------

    def _seen(self) -> Evidence:
        """Return the evidence as it stands once the browser is at rest."""
        self.settle()
        facts = [one for one in self._tape.taken if one.lacks_facts]
        for one in facts:
            _learn(one)
        if self._evidence is None or self._evidence[0] != self._tape.seen or facts:
            self._evidence = (self._tape.seen, self._known.evidence(self._tape.reading()))
        return self._evidence[1]


def hosts_of(owners: Mapping[str, str]) -> re.Pattern[str]:
    """Return what URLs of Meta's own sites and all hosts below them look like."""
    names = "|".join(sorted(re.escape(site) for site in owners))
    return re.compile(rf"^https?://([^/?#@]+\.)?({names})(:\d+)?([/?#]|$)", re.IGNORECASE)


def _learn(one: Taken) -> None:
    """Fetch the headers of the wire and the answer, as far as the browser still has them."""
    from playwright.sync_api import Error

    try:
        headers = one.told.headers_array()
        answer = one.told.response()
        if answer is None:
            one.learn(headers)
            return
        text = None
        if one.with_text:
            with suppress(Error, UnicodeError):  # a redirect, or dropped by the browser
                text = answer.text()
        one.learn(headers, answer.status, answer.headers_array(), text)
    except Error:  # its page is gone
        one.learn(None)


def _of(ask: Wanted) -> str:
    return f" of {ask.site}" if ask.site else ""
