"""The statements of the page's sites, and how much each has to show: found out in one pass over the sites.

Owns what is kept of the sites: statements where these are few, else numbers alone, since each
site is unpacked when it is reached.  Must not know words or templates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.report.html.evidence_rows import count_data, count_findings
from pixelwitness.report.statements.narrative import SiteNarrative, narrate
from pixelwitness.report.statements.site_statements import Perspective, contact_groups, event_groups
from pixelwitness.report.statements.statement import OUTCOMES

MOST_KEPT = 400
"""Sites whose statements are kept and cited; of more, each one's are made anew, and its first rows are shown."""


@dataclass(frozen=True, slots=True)
class SiteNeeds:
    """How much one site has to show."""

    name: str
    rows: int
    data: int
    findings: int
    statements: int


class PageStatements:
    """The statements of several sites."""

    def __init__(self, sites: Iterable[SiteExposure], perspective: Perspective) -> None:
        self._perspective = perspective
        self._kept: dict[str, SiteNarrative] = {}
        needs = []
        pixels: set[str] = set()
        for site in sites:
            narrative = narrate(site, perspective)
            needs.append(_needs(site, len(narrative.statements)))
            pixels |= {group.pixel_id for group in event_groups(site, "told") if group.pixel_id is not None}
            self._kept[site.name] = narrative
            if len(needs) > MOST_KEPT:
                self._kept.clear()
        self.needs = tuple(needs)
        self.pixels = len(pixels)
        """Different ones that were told."""

    @property
    def cited(self) -> Mapping[str, frozenset[str]]:
        """The ids on which the statements of a site rest, by its name."""
        return {
            name: frozenset(one for statement in narrative.statements for one in statement.evidence.ids)
            for name, narrative in self._kept.items()
        }

    def of(self, site: SiteExposure) -> SiteNarrative:
        """Return all that is said of a site."""
        return self._kept.get(site.name) or narrate(site, self._perspective)


def _needs(site: SiteExposure, statements: int) -> SiteNeeds:
    events = sum(group.events for outcome in OUTCOMES for group in event_groups(site, outcome))
    contacts = sum(group.contacts for outcome in OUTCOMES for group in contact_groups(site, outcome))
    return SiteNeeds(site.name, events + contacts, count_data(site), count_findings(site), statements)
