"""What ``find`` says: which sites sent a value, how often, in which fields and in which form.

Owns the sentences.  It never sees the value, and prints no token.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.report.wording.safe_text import counted, safe_text
from pixelwitness.store.token_search import SentToken

_OUTCOMES = tuple(Outcome)
_SAID = {
    Outcome.TOLD: "",
    Outcome.UNKNOWN: "; whether it left was not recorded",
    Outcome.TRIED: "; tried, and nothing left",
    Outcome.BLOCKED: "; blocked, so it did not arrive",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a site sent the value, or tried to."""

    evidence: str
    fields: tuple[str, ...]
    times: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class FoundSite:
    """A site that sent the value."""

    site: str
    first_seen: str | None
    last_seen: str | None
    ways: tuple[Way, ...]


def group_by_site(sent: Sequence[SentToken], words: Mapping[str, str]) -> tuple[FoundSite, ...]:
    """Return what was found by site; ``words`` tells for each token in which form the value went."""
    sites = []
    for site, rows in groupby(
        sorted(sent, key=lambda sent_token: sent_token.site), key=lambda sent_token: sent_token.site
    ):
        of_site = list(rows)
        times = [
            time for sent_token in of_site for time in (sent_token.first_seen, sent_token.last_seen) if time is not None
        ]
        ways: dict[tuple[str, Outcome], list[SentToken]] = {}
        for sent_token in of_site:
            ways.setdefault((words[sent_token.token], sent_token.outcome), []).append(sent_token)
        sites.append(
            FoundSite(
                site,
                min(times, default=None),
                max(times, default=None),
                tuple(
                    Way(
                        evidence,
                        tuple(sorted({sent_token.field for sent_token in of})),
                        max(sent_token.times for sent_token in of),
                        outcome,
                    )
                    for (evidence, outcome), of in sorted(
                        ways.items(), key=lambda way: (way[0][0], _OUTCOMES.index(way[0][1]))
                    )
                ),
            )
        )
    return tuple(sites)


def search_lines(searched: str, sites: Sequence[FoundSite], coverage: Coverage) -> Iterator[str]:
    """Yield the answer line by line; ``what`` is ``e-mail address`` or ``phone number``."""
    if not sites:
        yield f"No site was seen to send this {searched} to Meta."
    else:
        sent = sum(any(way.outcome in SENT for way in site.ways) for site in sites)
        more = f", and {len(sites) - sent:,} more tried to send it" if sent < len(sites) else ""
        if sent:
            yield f"This {searched} was sent to Meta from {counted(sent, 'site')}{more}:"
        else:
            yield f"No site was seen to send this {searched} to Meta; {counted(len(sites), 'site')} tried to:"
    for site in sites:
        yield f"{safe_text(site.site)}{_span(site)}"
        for way in site.ways:
            fields = ", ".join(safe_text(field) for field in way.fields)
            times = f"up to {counted(way.times, 'time')} in one of them"
            yield f"  as {way.evidence}, in {fields} ({times}){_SAID[way.outcome]}"
    missing = [
        words
        for number, words in (
            (coverage.bodies_not_recorded, counted(coverage.bodies_not_recorded, "body", "bodies") + " not recorded"),
            (coverage.cookies_not_recorded, counted(coverage.cookies_not_recorded, "recording") + " without cookies"),
        )
        if number
    ]
    if missing:
        yield f"What was not recorded cannot be found: {', '.join(missing)}."


def _span(site: FoundSite) -> str:
    if site.first_seen is None or site.last_seen is None:
        return ""
    first, last = safe_text(site.first_seen[:10]), safe_text(site.last_seen[:10])
    return f" ({first})" if first == last else f" ({first} to {last})"
