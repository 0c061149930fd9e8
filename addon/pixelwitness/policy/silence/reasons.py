"""Silence: whether it proves anything that no event was seen.

Owns what is remembered of a store for that question: which recordings spoke, whose pixel
was loaded, whose scripts came, whose pages opened.  Pure.
"""

from collections.abc import Callable, Iterable, Iterator

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import is_headless
from pixelwitness.core.exposure.records import Contact, Event, Observation, PixelConfig, Recording, Visit
from pixelwitness.policy.silence import gaps
from pixelwitness.policy.silence.pages import unopened
from pixelwitness.policy.silence.scripts import Scripts


class Silence:
    """Takes events and contacts, and tells of the recordings without an event why."""

    def __init__(self, recordings: Iterable[Recording], visits: Iterable[Visit], observations: Iterable[Observation]):
        self._headless = {one.id for one in recordings if is_headless(one.user_agent)}
        self._visits, self._observations = tuple(visits), tuple(observations)
        self._with_events: set[str] = set()
        self._with_contacts: set[str] = set()
        self._loaded: set[str] = set()
        self._scripts = Scripts()
        for one in self._observations:
            self._scripts.note(one.recording_id, one.site, one.kind)

    def event(self, event: Event) -> None:
        """Take an event of any site."""
        self._with_events.add(event.recording_id)
        self._scripts.speak(event.recording_id, event.page_site)

    def contact(self, contact: Contact, *, blocked_counts: bool) -> None:
        """Take a contact of a site that is not Meta's own; one that was blocked may be left out."""
        self._with_contacts.add(contact.recording_id)
        if contact.channel in (Channel.LIBRARY, Channel.CONFIG):
            self._loaded.add(contact.recording_id)
            if contact.blocked and blocked_counts:
                self._scripts.stopped(contact.recording_id, contact.page_site)

    def gaps(self, configs: Iterable[PixelConfig], is_own: Callable[[str | None], bool]) -> Iterator[str]:
        """Yield why silence proves nothing; of sites that are Meta's ``own`` nothing is asked."""
        yield from gaps.of_silence(self._headless, self._with_events, self._loaded, gaps.blocking(configs))
        yield from unopened(self._visits, self._observations, self._with_events | self._with_contacts)
        yield from self._scripts.gaps(is_own)
