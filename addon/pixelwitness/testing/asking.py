"""What an assertion asks of the evidence: which events it is about, what is against it, what cannot be told.

Owns the choosing of events and contacts by site, pixel, name and time, with its three
answers (it is one, it is none, nobody can say), and the reasons for which silence would
prove nothing.  The judging itself is the policy's.  It must not know browsers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.wire.sites import Site, site_of, site_of_url
from pixelwitness.policy.judge import Terms, judge
from pixelwitness.policy.violations.judgement import Judgement
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.testing.session_evidence import Evidence, positions


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events, or contacts, are asked about; None asks about all."""

    site: Site | None = None
    pixel: str | None = None
    name: str | None = None
    after: int = 0
    """The number of the first request that counts."""

    def split(self, evidence: Evidence) -> "Choice":
        """Part the evidence into what is asked about, and what may be it, for all that was recorded."""
        hits: list[SeenEvent] = []
        maybe: list[SeenEvent] = []
        for one in evidence.events:
            event = one.event
            told = ((self.pixel, event.pixel_id), (self.name, event.event_name))
            if not self._is_in_time(one) or not self._is_of_site(event.page_site):
                continue
            if all(wanted in (None, found) for wanted, found in told):
                hits.append(one)
            elif all(wanted is None or found in (None, wanted) for wanted, found in told):
                maybe.append(one)
        contacts = tuple(
            one for one in evidence.contacts if self._is_in_time(one) and self._is_of_site(one.contact.page_site)
        )
        return Choice(tuple(hits), tuple(maybe), contacts)

    def _is_in_time(self, seen: SeenEvent | SeenContact) -> bool:
        # A copy that comes later belongs to the event that was told before.
        return min(positions(seen), default=0) >= self.after

    def _is_of_site(self, site: str | None) -> bool:
        # What names no page may well be the site's.
        return self.site is None or site is None or site == self.site

    def words(self) -> str:
        """Say what is asked about: ``Purchase to pixel 1111 from shop.example``."""
        what = self.name or "an event"
        return f"{what}{f' to pixel {self.pixel}' if self.pixel else ''}{f' from {self.site}' if self.site else ''}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The events and contacts that an assertion is about."""

    hits: tuple[SeenEvent, ...]
    maybe: tuple[SeenEvent, ...]
    """Events of which the pixel or the name was not recorded: they may be meant."""
    contacts: tuple[SeenContact, ...]

    @property
    def unread(self) -> int:
        """Requests among them whose body could not be looked at."""
        unread = sum(one.unread for one in (*self.hits, *self.maybe))
        return unread + sum(is_unread(one.contact.body_state) for one in self.contacts)


def wanted(site: str | None, pixel: str | int | None, name: str | None, after: int = 0) -> Wanted:
    """Read what a test asks about; a host or a URL stands for its site.

    >>> wanted("https://www.shop.example/cart", 1234567890, None).words()
    'an event to pixel 1234567890 from shop.example'
    """
    known = None
    if site is not None:
        known = site_of_url(site) if "//" in site else site_of(site.partition("/")[0].partition(":")[0])
        if known is None:
            raise ValueError(f"site={site!r} names no site; write it as shop.example")
    return Wanted(known, None if pixel is None else str(pixel), name, after)


def judged(evidence: Evidence, events: Iterable[SeenEvent], contacts: Iterable[SeenContact], terms: Terms) -> Judgement:
    """Judge what was chosen; whether a pixel kept silent is a question to the whole session."""
    own_sites, coverage = evidence.own_sites, evidence.coverage
    chosen = judge(
        (), events, contacts, own_sites, coverage, visits=evidence.visits, terms=terms, consent=evidence.consent
    )
    whole = judge(
        evidence.recordings,
        evidence.events,
        evidence.contacts,
        own_sites,
        coverage,
        configs=evidence.configs,
        observations=evidence.observations,
        visits=evidence.visits,
    )
    return replace(chosen, gaps=tuple(dict.fromkeys((*chosen.gaps, *whole.gaps))))


def unrest(still_open: int, *, is_quiet: bool) -> str:
    """Say why a browser is not at rest; ``is_quiet``: no request begins or ends any more."""
    if not is_quiet:
        return "it kept asking for more"
    return f"{counted(still_open, 'request')} had no end yet" if still_open else "a script of it was still at work"


def more_gaps(evidence: Evidence, restless: str | None) -> Iterator[str]:
    """Yield what the browser itself tells of the limits of a session."""
    if not evidence.coverage.seen:
        yield "the browser made no request at all; open a page first"
    if restless:
        yield (
            f"the page did not come to rest: {restless}, and what follows was not seen; give it more time "
            "(rest_within), or name requests that never end (endless)"
        )
