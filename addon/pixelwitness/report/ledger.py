"""The ledger in words: what was looked at, and what could not be seen.

Owns the sentences that every report ends with.  Not scanned is not clean.
"""

from collections.abc import Iterator

from pixelwitness.core.coverage import Coverage
from pixelwitness.core.exposure import Exposure
from pixelwitness.report.text import counted

ALWAYS = "What servers send to Meta directly passes no browser and no proxy: it stays out of sight."


def account(coverage: Coverage) -> str:
    """Return where every request went, as one sum."""
    parts = (
        f"{coverage.matched:,} to Meta",
        f"{coverage.other:,} other",
        f"{coverage.undecodable:,} undecodable",
        f"{coverage.rejected:,} unusable",
        f"{coverage.blocked:,} blocked",
    )
    return f"{counted(coverage.recordings, 'recording')}, {counted(coverage.seen, 'request')} = {' + '.join(parts)}"


def unseen(exposure: Exposure) -> tuple[str, ...]:
    """Return what could not be seen, in plain sentences; the last one always holds."""
    return (*_losses(exposure.coverage), *_gaps(exposure), ALWAYS)


def _losses(coverage: Coverage) -> Iterator[str]:
    if coverage.incomplete:
        many = coverage.incomplete > 1
        which = f"{coverage.incomplete} recordings end" if many else "1 recording ends"
        yield f"{which} before the end: what came after is unknown."
    if coverage.rejected:
        yield f"{counted(coverage.rejected, 'entry', 'entries')} of recordings could not be used (no address in them)."
    if coverage.undecodable:
        yield f"{counted(coverage.undecodable, 'request')} to Meta could not be decoded: the contents are unknown."
    if coverage.dropped:
        yield f"{counted(coverage.dropped, 'record')} could not be stored and were dropped."
    if coverage.rule_faults:
        yield f"A rule failed on {counted(coverage.rule_faults, 'request')}: what they held may be missing."
    if coverage.accounted != coverage.seen:
        yield f"The sum does not add up: {coverage.seen:,} requests seen, {coverage.accounted:,} accounted for."


def _gaps(exposure: Exposure) -> Iterator[str]:
    coverage = exposure.coverage
    at_meta = sum(site.unread for site in exposure.sites)
    if coverage.bodies_not_recorded or at_meta:
        total = max(coverage.bodies_not_recorded, at_meta)
        of_meta = f", {at_meta:,} of them to Meta" if at_meta else ", none of them to Meta"
        yield (
            f"{counted(total, 'request body was', 'request bodies were')} not recorded{of_meta}: "
            "what they held is unknown, not absent."
        )
    if coverage.cookies_not_recorded:
        left_out = counted(coverage.cookies_not_recorded, "recording")
        yield f"The exporter left cookies out of {left_out}: whether Meta's account cookies went along is unknown."
    if coverage.tls_refused:
        refused = counted(coverage.tls_refused, "connection")
        yield f"{refused} refused to be looked into (pinned certificates): what they carried is unknown."
    if coverage.headless:
        made = counted(coverage.headless, "recording")
        yield f"A headless browser made {made}: Meta's configurations send it away, so silence proves nothing."
