"""Coverage in words: the ledger of what was looked at, and the gaps.

Owns the sentences that every report ends with.  Not scanned is not clean.
"""

from collections.abc import Iterator
from dataclasses import replace

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.policy.violations.gaps import recording_gaps
from pixelwitness.report.wording.english.consent_messages import CAUTION
from pixelwitness.report.wording.english.gap_messages import tell_gap
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import counted

SERVER_GAP = "What servers send to Meta directly passes no browser and no proxy: it stays out of sight."


def summarise_coverage(coverage: Coverage) -> str:
    """Return where every request went, as one sum, and what was lost beside it."""
    carried = (
        f"{coverage.carrying:,} carried {counted(coverage.carried, 'event')}" if coverage.carrying else "",
        counted(coverage.matched - coverage.carrying, "contact") if coverage.matched > coverage.carrying else "",
    )
    of_these = "; ".join(filter(None, (", ".join(filter(None, carried)), *_undelivered(coverage))))
    parts = (
        f"{coverage.matched:,} for Meta" + (f" ({of_these})" if of_these else ""),
        f"{coverage.other:,} other",
        f"{coverage.undecodable:,} undecodable",
        f"{coverage.rejected:,} unusable",
        f"{coverage.blocked:,} blocked",
    )
    lost = "".join(f"; LOST: {loss}" for loss in list_losses(coverage))
    recordings, requests = counted(coverage.recordings, "recording"), counted(coverage.seen, "request")
    return f"{recordings}, {requests} = {' + '.join(parts)}{lost}"


def _undelivered(coverage: Coverage) -> Iterator[str]:
    """Yield how many of the requests for Meta did not leave, or may not have; those that we blocked stand apart."""
    kept_back = coverage.failed + coverage.stopped - coverage.blocked
    if kept_back > 0:
        yield f"{kept_back:,} never left"
    if coverage.unknown:
        yield f"of {coverage.unknown:,} it was not recorded whether they left"
    if coverage.cached:
        yield f"{coverage.cached:,} answered by the browser's cache"
    if coverage.by_operator:
        yield f"{coverage.by_operator:,} replayed or edited by the operator"


def list_losses(coverage: Coverage) -> tuple[str, ...]:
    """Name what should not happen: records that were not stored, requests that our own rules failed on."""
    losses = (
        (coverage.dropped, "record could not be stored", "records could not be stored"),
        (coverage.rule_faults, "request was not looked at whole", "requests were not looked at whole"),
    )
    return tuple(counted(number, noun, plural) for number, noun, plural in losses if number)


def describe_unrecorded(coverage: Coverage) -> Iterator[str]:
    """Yield in sentences what recorders left out, whoever it was for."""
    if coverage.bodies_not_recorded:
        yield _unread(coverage.bodies_not_recorded)
    if coverage.cookies_not_recorded:
        left_out = counted(coverage.cookies_not_recorded, "recording")
        yield f"The exporter left cookies out of {left_out}: whether Meta's account cookies went along is unknown."


def list_gaps(exposure: Exposure) -> tuple[str, ...]:
    """Return what could not be seen, in plain sentences; the last one always holds."""
    return (*_losses(exposure.coverage), *_gaps(exposure), SERVER_GAP)


def _losses(coverage: Coverage) -> Iterator[str]:
    if coverage.seen == 0:
        yield "Nothing was looked at: there was not one request."
    yield from (plain_sentence(tell_gap(gap)) for gap in recording_gaps(coverage, strict=False))


def _unread(bodies: int, which: str = "") -> str:
    many = counted(bodies, "request body was", "request bodies were")
    return f"{many} not recorded{which}: what they held is unknown, not absent."


def _gaps(exposure: Exposure) -> Iterator[str]:
    coverage = exposure.coverage
    at_meta = sum(site.unread for site in exposure.sites)
    if coverage.bodies_not_recorded or at_meta:
        total = max(coverage.bodies_not_recorded, at_meta)
        of_meta = f", {at_meta:,} of them to Meta" if at_meta else ", none of them to Meta"
        yield _unread(total, of_meta)
    yield from describe_unrecorded(replace(coverage, bodies_not_recorded=0))
    if coverage.redacted:
        copies = counted(coverage.redacted, "recording is a redacted copy", "recordings are redacted copies")
        yield f"{copies}: values, pages below their host and seconds were taken out for sharing."
    if coverage.tls_refused:
        refused = counted(coverage.tls_refused, "connection")
        yield (
            f"{refused} refused to be looked into: what they carried is unknown. Either the program accepts certain "
            "certificates only (it pins them), or it does not trust the proxy's certificate yet."
        )
    if coverage.changed:
        were = counted(coverage.changed, "request was", "requests were")
        yield (
            f"{were} changed by the proxy itself or by another addon: only what the page asked for is known of them, "
            "or only what left."
        )
    if coverage.headless:
        made = counted(coverage.headless, "recording")
        yield f"A headless browser made {made}: Meta's configurations send it away, so silence proves nothing."
    if any(site.consent for site in exposure.sites):
        yield CAUTION
