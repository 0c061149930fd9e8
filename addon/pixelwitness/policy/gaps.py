"""Gaps: what was lost or not recorded, so that silence would prove nothing.

Owns the sentences for losses of the recordings, and for contents that a check would have
to know.  Pure.
"""

from collections.abc import Iterator, Mapping

from pixelwitness.core.exposure.coverage import Coverage


def recording_gaps(coverage: Coverage, *, strict: bool) -> Iterator[str]:
    """Yield what was lost of the recordings themselves."""
    if coverage.incomplete:
        yield f"recordings that end before their end: {coverage.incomplete:,}"
    if coverage.rejected:
        yield f"entries that could not be used: {coverage.rejected:,}"
    if coverage.undecodable:
        yield f"requests to Meta that could not be decoded: {coverage.undecodable:,}"
    if coverage.dropped:
        yield f"records that could not be stored: {coverage.dropped:,}"
    if coverage.rule_faults:
        yield f"requests on which a rule failed: {coverage.rule_faults:,}"
    if coverage.accounted != coverage.seen:
        yield f"requests seen {coverage.seen:,}, accounted for {coverage.accounted:,}"
    if strict and coverage.bodies_not_recorded:
        yield f"request bodies that were not recorded: {coverage.bodies_not_recorded:,} (--strict)"


_UNKNOWN: Mapping[str, str] = {
    "contents": "of which a body was not recorded, so that what they held is unknown",
    "cookies": "whose cookies the recorder left out, so that it is unknown whether an account at Meta went along",
    "name": "of which the name was not recorded, so that it is unknown whether they are allowed",
    "pixel": "of which the pixel was not recorded, so that it is unknown whether they are allowed",
    "consent": "of which it is unknown whether consent came before",
}


def doubt_gaps(doubts: Mapping[tuple[str, str], int], *, strict: bool) -> Iterator[str]:
    """Yield what could not be known of events and contacts, from counts by (what about, why).

    Most exports of browsers hold no cookies, and no browser of a test is logged in at Meta: unknown cookies
    are a gap only where everything has to be known.
    """
    for about, words in _UNKNOWN.items():
        if about == "cookies" and not strict:
            continue
        for (what, why), number in sorted(doubts.items()):
            if what == about:
                yield f"events and contacts {words}{f' ({why})' if why else ''}: {number:,}"
