"""The narrative: the statements of each site, in the order in which people read of sites.

Owns the way from an exposure to what all outputs draw.  A site's statements are made when it
is reached.  Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.report.statements.report_statements import reporting_sites
from pixelwitness.report.statements.site_kinds import Contacts, Events, SiteStatement
from pixelwitness.report.statements.site_statements import Perspective, site_statements
from pixelwitness.report.statements.statement import Outcome, Statement


@dataclass(frozen=True)
class SiteNarrative:
    """One site and all that is said of it."""

    site: SiteExposure
    statements: tuple[SiteStatement, ...]

    def of[Kind: Statement](self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Return the statements of a kind."""
        return tuple(one for one in self.statements if isinstance(one, kind))

    def events(self, outcome: Outcome) -> Events | None:
        """Return what is said of the events of an outcome; None where there were none."""
        return next((one for one in self.of(Events) if one.outcome == outcome), None)

    def contacts(self, outcome: Outcome) -> Contacts | None:
        """Return what is said of the contacts of an outcome; None where there were none."""
        return next((one for one in self.of(Contacts) if one.outcome == outcome), None)

    @cached_property
    def pixels(self) -> tuple[str, ...]:
        """Numbers of the receivers of what may have left."""
        events = (one for one in self.of(Events) if one.outcome in ("told", "unknown"))
        return tuple(sorted({pixel for one in events for pixel in one.pixels}))


def narrate(site: SiteExposure, perspective: Perspective) -> SiteNarrative:
    """Return what is said of one site."""
    return SiteNarrative(site, site_statements(site, perspective))


def narrate_all(exposure: Exposure, perspective: Perspective) -> Iterator[SiteNarrative]:
    """Yield what is said of each site of which anything was seen; Meta's own sites are no part of it."""
    for site in reporting_sites(exposure, perspective):
        yield narrate(site, perspective)
