"""The filter of an assertion: which events and contacts of a session it is about.

Owns the choice by site, pixel, name and time, with its three answers: an event matches, it
does not, or too little of it was recorded to say.  It must not know browsers nor policies.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.wire.sites import Site, site_of, site_of_url
from pixelwitness.policy.case import Case


@dataclass(frozen=True, slots=True)
class Selection:
    """The events and contacts that an assertion is about."""

    matching: tuple[SeenEvent, ...]
    possible: tuple[SeenEvent, ...]
    """Events of which the pixel or the name was not recorded: they may be meant."""
    contacts: tuple[SeenContact, ...]

    @property
    def unread(self) -> int:
        """Requests among them whose body was not recorded."""
        unread = sum(seen.unread for seen in (*self.matching, *self.possible))
        return unread + sum(is_unread(seen.contact.body_state) for seen in self.contacts)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events, or contacts, an assertion is about; None stands for all."""

    site: Site | None = None
    pixel: str | None = None
    name: str | None = None
    after: int = 0
    """The number of the first request that counts."""

    def matches(self, pixel_id: str | None, name: str | None) -> bool:
        """Say whether an event is meant, as far as its pixel and name show."""
        return self.pixel in (None, pixel_id) and self.name in (None, name)

    def select(self, case: Case) -> Selection:
        """Select what the assertion is about, and what may be it, for all that was recorded."""
        matching: list[SeenEvent] = []
        possible: list[SeenEvent] = []
        for seen in case.events:
            event = seen.event
            if not self._is_in_time(seen) or not self._is_of_site(event.page_site):
                continue
            if self.matches(event.pixel_id, event.event_name):
                matching.append(seen)
            elif self.matches(
                self.pixel if event.pixel_id is None else event.pixel_id,
                self.name if event.event_name is None else event.event_name,
            ):
                possible.append(seen)
        contacts = tuple(
            seen for seen in case.contacts if self._is_in_time(seen) and self._is_of_site(seen.contact.page_site)
        )
        return Selection(tuple(matching), tuple(possible), contacts)

    def _is_in_time(self, seen: SeenEvent | SeenContact) -> bool:
        # A copy that comes later belongs to the event that was sent before.
        return min(_positions(seen), default=0) >= self.after

    def _is_of_site(self, site: str | None) -> bool:
        # What names no page may well be the site's.
        return self.site is None or site is None or site == self.site

    def describe(self) -> str:
        """Return in words what is meant: ``Purchase to pixel 1111 from shop.example``."""
        what = self.name or "an event"
        return f"{what}{f' to pixel {self.pixel}' if self.pixel else ''}{f' from {self.site}' if self.site else ''}"


def make_filter(site: str | None, pixel: str | int | None, name: str | None, after: int = 0) -> EventFilter:
    """Make a filter of a test's arguments; a host or a URL stands for its site.

    >>> make_filter("https://www.shop.example/cart", 1234567890, None).describe()
    'an event to pixel 1234567890 from shop.example'
    """
    known = None
    if site is not None:
        known = site_of_url(site) if "//" in site else site_of(site.partition("/")[0].partition(":")[0])
        if known is None:
            raise ValueError(f"site={site!r} names no site; write it as shop.example")
    return EventFilter(known, None if pixel is None else str(pixel), name, after)


def _positions(seen: SeenEvent | SeenContact) -> Iterator[int]:
    """Yield the numbers of the requests that carried an event, or made a contact."""
    if isinstance(seen, SeenEvent):
        yield from (transmission.position for transmission in seen.transmissions)
    else:
        yield seen.contact.position
