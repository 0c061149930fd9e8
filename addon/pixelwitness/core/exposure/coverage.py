"""Coverage: what was examined, and what could not be seen.

Owns the account of requests across recordings and what in it counts as a loss.
Not scanned is not clean, so every report prints it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.core.wire.request import BodyState

_UNREAD = frozenset({BodyState.NOT_RECORDED, BodyState.TOO_BIG, BodyState.UNDECODABLE})


def is_unread(body_state: str) -> bool:
    """Say whether a body was there that could not be read.

    >>> is_unread("not_recorded"), is_unread("empty")
    (True, False)
    """
    return body_state in _UNREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The sums over recordings; requests but for the first five, ``carried`` and ``dropped``."""

    recordings: int = 0
    incomplete: int = 0
    """Recordings that end before their end."""
    cookies_not_recorded: int = 0
    """Recordings whose exporter left cookies out."""
    headless: int = 0
    """Recordings made by a browser that says it is headless."""
    redacted: int = 0
    """Recordings that are redacted copies: part of what was stored is no more in them."""
    seen: int = 0
    matched: int = 0
    carrying: int = 0
    """Of those matched, requests that carried events; the others were contacts."""
    carried: int = 0
    """Events that they carried."""
    other: int = 0
    undecodable: int = 0
    rejected: int = 0
    blocked: int = 0
    not_requests: int = 0
    """Entries that hold no request at all; not among those seen."""
    bodies_not_recorded: int = 0
    tls_refused: int = 0
    dropped: int = 0
    rule_faults: int = 0
    failed: int = 0
    """Of the requests that a rule matched, those of which it is proved that nothing left, as ``stopped``."""
    stopped: int = 0
    """Those that something on this side kept back; those ``blocked`` are among them."""
    cached: int = 0
    """Of those that a rule matched, requests that the browser answered from its cache: no contact of the visit."""
    unknown: int = 0
    """Of those that a rule matched, requests of which it was not recorded whether they left."""
    by_operator: int = 0
    """Of those that a rule matched, requests that whoever runs the proxy replayed or changed: no site's deed."""
    within_meta: int = 0
    """Of the others, requests from a page of Meta's own to a host of Meta's that no rule knows."""
    changed: int = 0
    """Requests that another addon of the proxy changed: only what was asked for is known, or only what left."""

    @property
    def accounted(self) -> int:
        """Requests of which it is known where they went; must equal ``seen``."""
        return self.matched + self.other + self.undecodable + self.rejected + self.blocked

    @property
    def has_loss(self) -> bool:
        """Say whether something was lost that should have been examined."""
        lost = self.incomplete + self.undecodable + self.rejected + self.dropped + self.rule_faults
        return lost > 0 or self.accounted != self.seen


_HEADLESS_WORDS = ("headlesschrome", "phantomjs", "curl/", "python-requests")
"""Words of a user agent by which Meta's configuration knows programs, and drops their events.

They stand in the code because stored recordings are judged without the files of knowledge.
"""


def is_headless(user_agent: str | None) -> bool:
    """Say whether a user agent names itself a program without a window.

    >>> is_headless("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36"), is_headless(None)
    (True, False)
    """
    agent = (user_agent or "").lower()
    return any(word in agent for word in _HEADLESS_WORDS)


def is_redacted(recording: Recording) -> bool:
    """Say whether a recording is a redacted copy, as its options say."""
    options = loads_or_none(recording.options)
    return isinstance(options, dict) and options.get("redacted") is True


def coverage_of(recordings: Iterable[Recording], *, carrying: int = 0, carried: int = 0) -> Coverage:
    """Return the sums over recordings; requests that carried events, and these, are counted elsewhere."""
    rows = tuple(recordings)
    return Coverage(
        recordings=len(rows),
        incomplete=sum(not row.complete for row in rows),
        cookies_not_recorded=sum(not row.cookies_recorded for row in rows),
        headless=sum(is_headless(row.user_agent) for row in rows),
        redacted=sum(is_redacted(row) for row in rows),
        seen=sum(row.requests_seen for row in rows),
        matched=sum(row.requests_matched for row in rows),
        carrying=carrying,
        carried=carried,
        other=sum(row.requests_other for row in rows),
        undecodable=sum(row.undecodable for row in rows),
        rejected=sum(row.rejected for row in rows),
        blocked=sum(row.blocked for row in rows),
        not_requests=sum(row.not_requests for row in rows),
        bodies_not_recorded=sum(row.bodies_not_recorded for row in rows),
        tls_refused=sum(row.tls_refused for row in rows),
        dropped=sum(row.dropped for row in rows),
        rule_faults=sum(row.rule_faults for row in rows),
        failed=sum(row.delivery_failed for row in rows),
        stopped=sum(row.delivery_stopped for row in rows),
        cached=sum(row.delivery_cached for row in rows),
        unknown=sum(row.delivery_unknown for row in rows),
        by_operator=sum(row.by_operator for row in rows),
        within_meta=sum(row.within_meta for row in rows),
        changed=sum(row.changed for row in rows),
    )
