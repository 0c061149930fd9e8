"""The kinds of statements about a whole report, a class each.

Owns their arguments.  `report_statements` makes them of an exposure.
"""

from typing import Annotated, Literal

from pixelwitness.report.statements.site_kinds import Result
from pixelwitness.report.statements.statement import Carried, Sites, Statement, says


class SitesTold(Statement, frozen=True, kw_only=True, tag="sites_told"):
    """How many sites told Meta of how many events, or tried to."""

    outcome: Result
    sites: Annotated[Sites, says("which")]
    events: Annotated[int, says("how many")]


class SitesContacted(Statement, frozen=True, kw_only=True, tag="sites_contacted"):
    """Sites that told of no event, and let Meta know of the visit."""

    outcome: Result
    sites: Annotated[Sites, says("which")]
    further: Annotated[bool, says("other sites told of events")]


class PersonalDataOfSites(Statement, frozen=True, kw_only=True, tag="personal_data_of_sites"):
    """Data about the person that the same sites sent."""

    sites: Annotated[Sites, says("which")]
    data: Annotated[tuple[Carried, ...], says("by class and form")]
    is_mixed: Annotated[bool, says("not each site sent all of it")]
    is_persona: Annotated[bool, says("data of the invented person among it")]
    one_value: Annotated[bool, says("it is one value that all of them sent")]
    unknown: Annotated[bool, says("of nothing that shows it was it recorded that it left")]


class NoPersonalData(Statement, frozen=True, kw_only=True, tag="no_personal_data"):
    """Nothing about the person stood in the fields that were read."""

    has_identifiers: Annotated[bool, says("identifiers of a browser or an account did")]
    bodies_not_recorded: Annotated[int, says("bodies of requests to Meta that could not be read")]


class BrowsersKnown(Statement, frozen=True, kw_only=True, tag="browsers_known"):
    """Sites that sent something by which Meta can know the browser again."""

    sites: Annotated[Sites, says("which")]
    of: Annotated[int, says("of how many of which something may have left")]
    unknown: Annotated[bool, says("of nothing that shows it was it recorded that it left")]


class AgainstConsent(Statement, frozen=True, kw_only=True, tag="against_consent"):
    """Events that left although somebody had said no."""

    state: Annotated[Literal["denied", "after_withdrawal", "gpc"], says("`denied`, `after_withdrawal` or `gpc`")]
    events: Annotated[int, says("how many")]
    unknown: Annotated[int, says("of these, those of which it was not recorded whether they left")]


class BodiesMissing(Statement, frozen=True, kw_only=True, tag="bodies_missing"):
    """Bodies of requests to Meta, of all sites, that nobody could look at."""

    bodies: Annotated[int, says("how many")]


class LookedAt(Statement, frozen=True, kw_only=True, tag="looked_at"):
    """When and in how much it was seen."""

    recordings: Annotated[int, says("how many")]
    requests: Annotated[int, says("how many")]
    first_day: Annotated[str | None, says("of what went to Meta")]
    last_day: Annotated[str | None, says("likewise")]


class Silence(Statement, frozen=True, kw_only=True, tag="silence"):
    """No site was seen to tell Meta anything, and how far that goes."""

    reach: Annotated[
        Literal["nothing_scanned", "own_sites_aside", "chosen_part", "within_meta", "everything"],
        says(
            "`nothing_scanned`; `own_sites_aside`, `chosen_part` and `within_meta` where other requests went to Meta; "
            "`everything`"
        ),
    ]
    requests: Annotated[int, says("how many were looked at")]
    to_meta: Annotated[int, says("how many of them were for Meta")]
    within_meta: Annotated[int, says("how many went to Meta from its own pages, and no rule knows them")]
    gaps: Annotated[dict[str, int], says("what was not seen, by its name in `coverage`")]


class SharedValue(Statement, frozen=True, kw_only=True, tag="shared_value"):
    """Values that reached Meta from the same several sites: there they can be joined."""

    numbers: Annotated[tuple[int, ...], says("the numbers of the values")]
    data: Annotated[tuple[Carried, ...], says("as what they were sent")]
    sites: Annotated[Sites, says("which")]
    unknown: Annotated[int, says("of these, sites of which it was not recorded whether it left")]


class Announcement(Statement, frozen=True, kw_only=True, tag="announced_use"):
    """What has been said of the use of such data, and where it holds."""

    use: Annotated[str, says("id of the statement in `announced_uses`")]
    region: Annotated[str | None, says("for which was asked, or null")]
    standing: Annotated[
        Literal["holds", "reported", "not_named", "left_out", "unknown"],
        says("`holds`, `reported`, `not_named`, `left_out` or `unknown`"),
    ]
    in_force: Annotated[bool, says("whether it was said to be in force when the traffic was seen")]
    was_seen_before: Annotated[bool, says("part of the traffic is older than the announcement")]


type ReportStatement = (
    SitesTold
    | SitesContacted
    | PersonalDataOfSites
    | NoPersonalData
    | BrowsersKnown
    | AgainstConsent
    | BodiesMissing
    | LookedAt
    | Silence
    | SharedValue
    | Announcement
)

REPORT_KINDS: tuple[type[Statement], ...] = (
    SitesTold,
    SitesContacted,
    PersonalDataOfSites,
    NoPersonalData,
    BrowsersKnown,
    AgainstConsent,
    BodiesMissing,
    LookedAt,
    Silence,
    SharedValue,
    Announcement,
)
"""The kinds in the order of their making."""
