"""The statements of the page's sites: made when asked for, and kept where the sites are few.

Owns which rows of the evidence are cited.  Must not know words or templates.
"""

from collections.abc import Mapping, Sequence

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.report.statements.narrative import SiteNarrative, narrate
from pixelwitness.report.statements.site_statements import Perspective

MOST_KEPT = 400
"""Sites whose statements are kept and cited; of more, each one's are made anew, and its first rows are shown."""


class PageStatements:
    """The statements of several sites."""

    def __init__(self, sites: Sequence[SiteExposure], perspective: Perspective) -> None:
        self._perspective = perspective
        self._kept: dict[str, SiteNarrative] = {}
        numbers = []
        for site in sites:
            narrative = narrate(site, perspective)
            numbers.append(len(narrative.statements))
            if len(sites) <= MOST_KEPT:
                self._kept[site.name] = narrative
        self.numbers = tuple(numbers)
        """How many each site has."""

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
