"""Scripts: whether the pixel, where a page asked for it, could have sent anything at all.

Owns the reading of what answers showed of the pixel's library and configuration.  A page
whose library never came keeps silent, whatever it is built to tell.  Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LIBRARY_DELIVERED = "library_delivered"
LIBRARY_MISSING = "library_missing"
CONFIG_MISSING = "config_missing"
"""Kinds of observations that rules make of the answers."""

MOST_NAMED = 5
"""Sites that the gap names; the others are counted."""

LONGEST = 80
"""Characters of a site that it tells."""

type _Where = tuple[str, str | None]
"""(recording, site of the page); a script that came to one page of a site came to the site."""


@dataclass(slots=True)
class Scripts:
    """Collects where scripts came, where they did not, and where events were seen all the same."""

    _came: set[_Where] = field(default_factory=set)
    _missed: set[_Where] = field(default_factory=set)
    _stopped: set[_Where] = field(default_factory=set)
    _spoke: set[_Where] = field(default_factory=set)

    def note(self, recording_id: str, site: str | None, kind: str) -> None:
        """Take an observation of any kind."""
        if kind == LIBRARY_DELIVERED:
            self._came.add((recording_id, site))
        elif kind == LIBRARY_MISSING:
            self._missed.add((recording_id, site))
        elif kind == CONFIG_MISSING:
            self.stopped(recording_id, site)

    def stopped(self, recording_id: str, site: str | None) -> None:
        """Take a script without which the pixel keeps silent though its library came, or one that was blocked."""
        self._stopped.add((recording_id, site))

    def speak(self, recording_id: str, site: str | None) -> None:
        """Take an event: the pixel was able to send."""
        self._spoke.add((recording_id, site))

    def gaps(self, is_own: Callable[[str | None], bool]) -> Iterator[str]:
        """Yield why silence proves nothing; of sites that are Meta's ``own`` nothing is asked."""
        silent = ((self._missed - self._came) | self._stopped) - self._spoke
        sites = {site for _, site in silent if not is_own(site)}
        names = sorted(site if len(site) <= LONGEST else f"{site[:LONGEST]}…" for site in sites if site is not None)
        if not sites:
            return
        more = len(names) - MOST_NAMED
        told = [*names[:MOST_NAMED], *([f"{more:,} more"] if more > 0 else [])]
        if None in sites:
            told.append("an unknown page")
        yield (
            f"Meta's library was asked for and did not arrive ({', '.join(told)}), so it could not send and silence "
            "proves nothing: let the browser reach it, or answer for it in the test"
        )
