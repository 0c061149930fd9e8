"""Gaps: what was lost or not recorded, so that silence would prove nothing.

Owns the kinds of gaps and what each of them tells, as data; the words are the report's.
Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pixelwitness.core.exposure.coverage import Coverage


class GapKind(StrEnum):
    """Why silence would prove nothing."""

    INCOMPLETE = "incomplete"
    """Recordings that end before their end."""
    REJECTED = "rejected"
    """Entries that could not be used."""
    UNDECODABLE = "undecodable"
    """Requests to Meta that could not be decoded."""
    DROPPED = "dropped"
    """Records that could not be stored."""
    RULE_FAULTS = "rule_faults"
    """Requests that were not looked at whole."""
    UNACCOUNTED = "unaccounted"
    """Requests of which it is not known where they went: ``number`` are accounted for ``of`` so many."""
    BODIES = "bodies_not_recorded"
    """Requests, to whomever, of which the body was not recorded."""
    CONTENTS = "contents"
    """Events and contacts of which a body was not recorded that a check would have to know, as for all that follow."""
    COOKIES = "cookies"
    NAME = "name"
    PIXEL = "pixel"
    CONSENT = "consent"
    """``label`` is what was visible of consent, empty for events that cannot show any."""
    HEADLESS = "headless"
    """Recordings in which a headless browser loaded the pixel and nothing followed."""
    HEADLESS_DROPPED = "headless_dropped"
    """The same, and the recorded configuration has events of such browsers dropped."""
    PAGE_MISSING = "page_missing"
    """Recordings in which no page could be opened."""
    SCRIPTS_MISSING = "scripts_missing"
    """Sites whose pixel could not send, as its library or configuration did not arrive."""
    NO_REQUEST = "no_request"
    """A browser session without any request."""
    UNREST = "unrest"
    """A browser session that did not come to rest; ``label`` says why: ``asking``, ``open`` or ``script``."""
    UNDECIDED = "undecided"
    """Events that may be those a test asks about: their name or pixel was not recorded."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """One reason for which silence would prove nothing."""

    kind: GapKind
    number: int = 0
    of: int = 0
    label: str = ""
    sites: tuple[str | None, ...] = ()
    """In the order of names, that of an unknown page last."""


_LOSSES = (GapKind.INCOMPLETE, GapKind.REJECTED, GapKind.UNDECODABLE, GapKind.DROPPED, GapKind.RULE_FAULTS)
"""Named as coverage counts them."""


def recording_gaps(coverage: Coverage, *, strict: bool) -> Iterator[Gap]:
    """Yield what was lost of the recordings themselves."""
    for kind in _LOSSES:
        if number := getattr(coverage, kind):
            yield Gap(kind, number)
    if coverage.accounted != coverage.seen:
        yield Gap(GapKind.UNACCOUNTED, coverage.accounted, coverage.seen)
    if strict and coverage.bodies_not_recorded:
        yield Gap(GapKind.BODIES, coverage.bodies_not_recorded)


def doubt_gaps(doubts: Mapping[tuple[GapKind, str], int], *, strict: bool) -> Iterator[Gap]:
    """Yield what could not be known of events and contacts, from counts by (what about, label).

    Most exports of browsers hold no cookies, and no browser of a test is logged in at Meta: unknown cookies
    are a gap only where everything has to be known.
    """
    for about in GapKind:
        if about is GapKind.COOKIES and not strict:
            continue
        for (what, label), number in sorted(doubts.items()):
            if what == about:
                yield Gap(about, number, label=label)
