"""Silence: whether it proves anything that no event was seen.

Owns the reasons for which a recording without events proves nothing: no page could be
opened, the pixel's scripts did not arrive, or the pixel does not wake for such a browser.
Pure.
"""

from collections.abc import Callable, Iterable, Iterator

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import is_headless
from pixelwitness.core.exposure.records import Contact, Event, Observation, PixelConfig
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.delivery import Delivery
from pixelwitness.policy.case import Case
from pixelwitness.policy.violations.gaps import Gap, GapKind

PAGE_MISSING = "page_missing"
LIBRARY_DELIVERED = "library_delivered"
LIBRARY_MISSING = "library_missing"
CONFIG_MISSING = "config_missing"
"""Kinds of observations that rules make of the answers."""

type _Where = tuple[str, str | None]
"""(recording, site of the page); a script that came to one page of a site came to the site."""


class Silence:
    """Collects which recordings and sites sent events, and yields for the others why silence proves nothing."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._observations = tuple(case.observations)
        self._with_events: set[str] = set()
        self._with_contacts: set[str] = set()
        self._with_scripts: set[str] = set()
        self._sending: set[_Where] = set()
        self._stopped: set[_Where] = set()

    def add_event(self, event: Event) -> None:
        """Take an event of any site: its pixel was able to send."""
        self._with_events.add(event.recording_id)
        self._sending.add((event.recording_id, event.page_site))

    def add_contact(self, contact: Contact, *, stopped_counts: bool) -> None:
        """Take a contact of a site that is not Meta's own; that one was stopped may be what the policy wants."""
        self._with_contacts.add(contact.recording_id)
        if contact.channel in (Channel.LIBRARY, Channel.CONFIG):
            self._with_scripts.add(contact.recording_id)
            if stopped_counts and (contact.blocked or contact.delivery == Delivery.STOPPED):
                self._stopped.add((contact.recording_id, contact.page_site))

    def gaps(self, is_own: Callable[[str | None], bool]) -> Iterator[Gap]:
        """Yield why silence proves nothing; sites that are Meta's ``own`` are left out."""
        yield from self._headless_gaps(is_own)
        yield from self._page_gaps()
        yield from self._script_gaps(is_own)

    def _headless_gaps(self, is_own: Callable[[str | None], bool]) -> Iterator[Gap]:
        """Yield recordings of headless browsers in which the pixel was loaded and no event followed."""
        headless = {recording.id for recording in self._case.recordings if is_headless(recording.user_agent)}
        # A library out of the browser's cache is no contact of the visit; it was there all the same.
        others = (seen for seen in self._observations if not is_own(seen.site))
        loaded = self._with_scripts | _recordings_with(others, LIBRARY_DELIVERED)
        silent = (headless & loaded) - self._with_events
        explained = silent & _blocking_recordings(self._case.configs)
        if explained:
            yield Gap(GapKind.HEADLESS_DROPPED, len(explained))
        if unexplained := silent - explained:
            yield Gap(GapKind.HEADLESS, len(unexplained))

    def _page_gaps(self) -> Iterator[Gap]:
        """Yield recordings of error pages alone, which show nothing of what the site's own pages send."""
        failed = _recordings_with(self._observations, PAGE_MISSING)
        opened = self._with_events | self._with_contacts
        for visit in self._case.visits:
            (failed if visit.status is not None and visit.status >= 400 else opened).add(visit.recording_id)
        if unopened := failed - opened:
            yield Gap(GapKind.PAGE_MISSING, len(unopened))

    def _script_gaps(self, is_own: Callable[[str | None], bool]) -> Iterator[Gap]:
        """Yield sites whose pixel could not send, as its library or configuration did not arrive."""
        delivered, missing, unconfigured = (
            {(seen.recording_id, seen.site) for seen in self._observations if seen.kind == kind}
            for kind in (LIBRARY_DELIVERED, LIBRARY_MISSING, CONFIG_MISSING)
        )
        silent = ((missing - delivered) | unconfigured | self._stopped) - self._sending
        sites = {site for _, site in silent if not is_own(site)}
        if sites:
            in_order = sorted(sites, key=lambda site: (site is None, site or ""))
            yield Gap(GapKind.SCRIPTS_MISSING, len(sites), sites=tuple(in_order))


def _recordings_with(observations: Iterable[Observation], kind: str) -> set[str]:
    return {observation.recording_id for observation in observations if observation.kind == kind}


def _blocking_recordings(configs: Iterable[PixelConfig]) -> set[str]:
    """Return the recordings in which a configuration was read that has events of programs dropped."""
    blocking = set()
    for config in configs:
        parts = json_text.loads_or_none(config.value) if config.key == "bot_blocking" else None
        if isinstance(parts, dict) and parts.get("on") is not False and parts.get("headless") is not False:
            blocking.add(config.recording_id)
    return blocking
