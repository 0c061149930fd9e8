"""What stands beside the sites that told something, and when a site was visited, in few words.

Owns these words.  Must not know outputs.
"""

from collections.abc import Iterator

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.core.exposure.site_sequence import choose_sites
from pixelwitness.report.statements.report_statements import name_sites, shared_values
from pixelwitness.report.statements.statement import Sites
from pixelwitness.report.wording.english.data_words import name_data
from pixelwitness.report.wording.safe_text import counted, safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary


def describe_others(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what stands beside the sites that told something, each as its head and its words."""
    silent = choose_sites(exposure.sites, lambda site: site.standing is Standing.SITE and site.is_silent)
    if silent:
        yield "Visited, nothing seen to go to Meta", _named(name_sites(silent))
    own = choose_sites(exposure.sites, lambda site: site.standing is Standing.META and not site.is_silent)
    if own:
        yield (
            "Apart, Meta's own (a person using Meta is no site leaking)",
            tuple(
                f"{safe_text(site.name)} ({counted(site.n_events, 'event')}, {counted(site.n_contacts, 'contact')})"
                for site in own
            ),
        )
    for shared in shared_values(exposure):
        datum = ", ".join(name_data(shared.data, vocabulary))
        numbers = ", ".join(map(str, shared.numbers))
        if len(shared.numbers) == 1:
            yield f"One and the same {datum} (value {numbers}) went from", _named(shared.sites)
        else:
            yield f"The same {datum} (values {numbers}) went from", _named(shared.sites)


def _named(sites: Sites) -> tuple[str, ...]:
    more = sites.total - len(sites.names)
    return (*map(safe_text, sites.names), *((f"{more:,} more",) if more else ()))


def describe_span(site: SiteExposure) -> tuple[str, ...]:
    """Tell visits and times."""
    words = [counted(site.visits, "visit") if site.visits else "no visit recorded"]
    if site.first_seen is not None and site.last_seen is not None:
        first, last = safe_text(site.first_seen, 30), safe_text(site.last_seen, 30)
        day, start, end = first[:10], first[11:16], last[11:16]
        if last[:10] != day:
            words.append(f"{day} to {last[:10]}")
        else:
            words.append(f"{day} {start} UTC" if start == end else f"{day} {start} to {end} UTC")
    return tuple(words)
