"""The witness of a browser session: what a test can assert of a Playwright context.

Owns the assertions and their arguments.  It only listens, unless asked to read the
bodies that Chromium keeps to itself.  Works without mitmproxy; Playwright is whatever
made the context.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.violations.judgement import Judgement
from pixelwitness.testing import assertions
from pixelwitness.testing.browser_session import Session
from pixelwitness.testing.event_filter import EventFilter, make_filter
from pixelwitness.testing.session_case import load_session_setup

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request

QUIET = 0.5
"""Seconds without any request after which a page is at rest, as Playwright's ``networkidle`` has it."""
REST_WITHIN = 10.0
"""Seconds in which it should come to rest."""

_session_setup = lru_cache(maxsize=8)(load_session_setup)


@dataclass(slots=True)
class ExpectedEvent:
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

    An assertion raises `ToldMetaError` or `NotRecordedError`, or passes.  It first waits until
    the browser is at rest, as a pixel sends only when its library has come.
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
        self._setup = _session_setup(tuple(rules), persona)
        self._session = Session(
            context, self._setup, quiet=quiet, rest_within=rest_within, endless=endless, read_bodies=read_bodies
        )
        self._withdrawn_at: int | None = None

    @property
    def events(self) -> tuple[SeenEvent, ...]:
        """The events so far, in the order of time, once the browser is at rest."""
        return tuple(self._session.case().case.events)

    @property
    def contacts(self) -> tuple[SeenContact, ...]:
        """The other requests that reached for Meta so far, once the browser is at rest."""
        return tuple(self._session.case().case.contacts)

    def assert_no_events(
        self, site: str | None = None, *, pixel: str | int | None = None, name: str | None = None
    ) -> None:
        """Pass when no such event reached for Meta; none of the session, when nothing is named."""
        __tracebackhide__ = True
        events = make_filter(site, pixel, name)
        assertions.assert_no_events(self._session.case(), events)

    def assert_no_personal_data(
        self, site: str | None = None, *, pixel: str | int | None = None, name: str | None = None
    ) -> None:
        """Pass when nothing that reached for Meta carried data about a person, hashed or not.

        Asked of a site, contacts count, too; asked of a pixel or a name, events alone.
        """
        __tracebackhide__ = True
        events = make_filter(site, pixel, name)
        assertions.assert_no_personal_data(self._session.case(), events)

    def withdrawn(self) -> None:
        """Note that consent was withdrawn just now: what leaves from here on comes after it."""
        self._session.pages_answer()
        self._withdrawn_at = self._session.recorder.seen

    def assert_silent_after_withdrawal(self, site: str | None = None, *, contacts: bool = True) -> None:
        """Pass when nothing reached for Meta since `withdrawn`; without ``contacts`` only events count."""
        __tracebackhide__ = True
        if self._withdrawn_at is None:
            raise RuntimeError("nobody withdrew consent yet: call withdrawn() right after the step that does")
        events = make_filter(site, None, None, after=self._withdrawn_at)
        assertions.assert_silent(self._session.case(), events, contacts=contacts)

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
        return assertions.check(self._session.case(), policy, presets, baseline, no_policy=no_policy)

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
        assertions.assert_allowed(self.check(policy=policy, no_policy=no_policy, presets=presets, baseline=baseline))

    @contextmanager
    def expect_event(
        self, name: str | None = None, *, pixel: str | int | None = None, within: float = REST_WITHIN
    ) -> Iterator[ExpectedEvent]:
        """Wait until the block has made a page send such an event, at most ``within`` seconds after its end."""
        __tracebackhide__ = True
        events = make_filter(None, pixel, name, after=self._session.recorder.seen)
        expected = ExpectedEvent()
        with self._session.expecting(lambda request: self._carries(request, events), within):
            yield expected
        session = self._session.case()
        matching = events.select(session.case).matching
        if not matching:
            assertions.fail_as_missing(session, events, within)
        expected.found = matching[0]

    def settle(self) -> bool:
        """Wait until the browser is at rest; False when it never was."""
        return self._session.settle()

    def _carries(self, request: "Request", events: EventFilter) -> bool:
        """Say whether a request carries an event that the filter means."""
        tracked = self._session.recorder.find_tracked(request)
        if tracked is None:
            return False
        try:
            sightings = self._setup.detector.detect(tracked.exchange().request, None).events
        except Exception:  # a fault of a rule: the ledger of the evidence will say so
            return False
        return any(events.matches(sighting.pixel_id, sighting.event_name) for sighting in sightings)
