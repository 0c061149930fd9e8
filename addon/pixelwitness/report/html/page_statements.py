"""The statements of the page's sites: made when asked for, and kept where the sites are few.

Owns which rows of the evidence are cited.  Must not know words or templates.
"""

from collections.abc import Mapping, Sequence

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.report.statements.site_kinds import SiteStatement
from pixelwitness.report.statements.site_statements import Perspective, site_statements

MOST_KEPT = 400
"""Sites whose statements are kept and cited; of more, each one's are made anew, and its first rows are shown."""


class PageStatements:
    """The statements of several sites."""

    def __init__(self, sites: Sequence[SiteExposure], perspective: Perspective) -> None:
        self._perspective = perspective
        self._kept: dict[str, tuple[SiteStatement, ...]] = {}
        numbers = []
        for site in sites:
            statements = site_statements(site, perspective)
            numbers.append(len(statements))
            if len(sites) <= MOST_KEPT:
                self._kept[site.name] = statements
        self.numbers = tuple(numbers)
        """How many each site has."""

    @property
    def cited(self) -> Mapping[str, frozenset[str]]:
        """The ids on which the statements of a site rest, by its name."""
        return {
            name: frozenset(one for statement in statements for one in statement.evidence.ids)
            for name, statements in self._kept.items()
        }

    def of(self, site: SiteExposure) -> tuple[SiteStatement, ...]:
        """Return all that is said of a site."""
        kept = self._kept.get(site.name)
        return site_statements(site, self._perspective) if kept is None else kept
