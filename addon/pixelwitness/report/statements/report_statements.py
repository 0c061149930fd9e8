"""The statements of a whole report: what happened over all sites, what joins them, and in how much it was seen.

Owns their order and which sites each is about.  It sums up what the sites say, one at a time,
and says no more than they do.  Pure; must not know words.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Literal

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.core.exposure.site_sequence import choose_sites, sort_sites
from pixelwitness.report.statements.person_data import find_identifiers, find_personal_data
from pixelwitness.report.statements.report_kinds import (
    AgainstConsent,
    BodiesMissing,
    BrowsersKnown,
    LookedAt,
    NoPersonalData,
    PersonalDataOfSites,
    ReportStatement,
    SharedValue,
    Silence,
    SitesContacted,
    SitesTold,
)
from pixelwitness.report.statements.site_kinds import PersonalData
from pixelwitness.report.statements.site_statements import Perspective, contact_groups, event_groups
from pixelwitness.report.statements.statement import OUTCOMES, Carried, Outcome, Sites

MAX_SITES = 20
"""Sites that a statement names."""
_MOST_GROUPS = 2
"""Groups of sites that sent the same data, each told in a statement of its own; more are told in one."""
_AGAINST: tuple[Literal["denied", "after_withdrawal", "gpc"], ...] = ("denied", "after_withdrawal", "gpc")
_GAPS = (
    *("incomplete", "rejected", "undecodable", "dropped", "rule_faults", "bodies_not_recorded", "tls_refused"),
    *("changed", "headless"),
)


def reporting_sites(exposure: Exposure, perspective: Perspective) -> Sequence[SiteExposure]:
    """Return the sites, and the unknown one, of which anything was seen to go to Meta, as people read of them.

    Those that sent data about the person come first, by the number of its classes and of events; then all
    others, by their names, the unknown one last.
    """

    def order(site: SiteExposure) -> tuple[int, int, bool, str]:
        person = {one.data_class for one in find_personal_data(site, perspective.families)}
        return -len(person), -site.n_events if person else 0, site.site is None, site.name

    sites = choose_sites(exposure.sites, lambda site: site.standing is not Standing.META and not site.is_silent)
    return sort_sites(sites, order)


def lead_statements(exposure: Exposure, perspective: Perspective) -> tuple[ReportStatement, ...]:
    """Return what happened, which a person reads first; without a site that told anything, how far that goes."""
    sites = reporting_sites(exposure, perspective)
    return tuple(_lead(sites, exposure, perspective)) if sites else (silence(exposure),)


def name_sites(sites: Sequence[SiteExposure]) -> Sites:
    """Return sites by their names."""
    return Sites(tuple(site.name for site in sites[:MAX_SITES]), len(sites))


def _lead(sites: Sequence[SiteExposure], exposure: Exposure, seen_by: Perspective) -> Iterator[ReportStatement]:
    for outcome in OUTCOMES:
        telling = choose_sites(sites, partial(event_groups, outcome=outcome))
        if telling or outcome == "told":
            events = sum(group.events for site in telling for group in event_groups(site, outcome))
            yield SitesTold(outcome=outcome, sites=name_sites(telling), events=events)
    sending = choose_sites(sites, lambda site: event_groups(site, "told") or event_groups(site, "unknown"))
    senders = {site.name for site in sending}
    for outcome in OUTCOMES:
        contacting = choose_sites(sites, partial(_contacts_only, senders=senders, outcome=outcome))
        if contacting:
            yield SitesContacted(outcome=outcome, sites=name_sites(contacting), further=bool(sending))
    yield from _about_whom(sites, sending, exposure, seen_by)
    for state in _AGAINST:
        found = [finding for site in sites for finding in site.consent if finding.label == state]
        events = sum(finding.events for finding in found)
        if events:
            yield AgainstConsent(state=state, events=events, unknown=sum(finding.unknown for finding in found))
    unread = sum(site.unread for site in sites)
    if unread:
        yield BodiesMissing(bodies=unread)
    first = min((site.first_seen for site in sites if site.first_seen), default=None)
    last = max((site.last_seen for site in sites if site.last_seen), default=None)
    yield LookedAt(
        recordings=exposure.coverage.recordings,
        requests=exposure.coverage.seen,
        first_day=first[:10] if first else None,
        last_day=last[:10] if last else None,
    )


def _contacts_only(site: SiteExposure, senders: Collection[str], outcome: Outcome) -> bool:
    return bool(contact_groups(site, outcome)) and site.name not in senders and not _was_surer(site, outcome)


def _was_surer(site: SiteExposure, outcome: Outcome) -> bool:
    """Say whether contacts of a site are told already, as ones of which more is known."""
    earlier = OUTCOMES[: OUTCOMES.index(outcome)]
    return any(contact_groups(site, one) for one in earlier)


def _about_whom(
    sites: Sequence[SiteExposure], sending: Sequence[SiteExposure], exposure: Exposure, seen_by: Perspective
) -> Iterator[ReportStatement]:
    data = {site.name: find_personal_data(site, seen_by.families) for site in sites if _may_have_left(site)}
    holders: dict[Carried, dict[str, list[PersonalData]]] = {}
    for name, found in data.items():
        for one in found:
            holders.setdefault(Carried(one.data_class, one.form), {}).setdefault(name, []).append(one)
    by_sites: dict[tuple[str, ...], list[Carried]] = {}
    for carried in sorted(holders, key=lambda one: (one.data_class, one.form)):
        by_sites.setdefault(tuple(holders[carried]), []).append(carried)
    is_mixed = len(by_sites) > _MOST_GROUPS
    if is_mixed:
        by_sites = {tuple(name for name in data if data[name]): [one for group in by_sites.values() for one in group]}
    for names, group in sorted(by_sites.items(), key=lambda one: -len(one[1])):
        said = [one for carried in group for several in holders[carried].values() for one in several]
        yield PersonalDataOfSites(
            certainty=max((one.certainty for one in said), key=("hint", "likely", "certain").index),
            sites=Sites(names[:MAX_SITES], len(names)),
            data=tuple(group),
            is_mixed=is_mixed,
            is_persona=any(one.is_persona for one in said),
            unknown=all(one.unknown >= one.times for one in said),
            one_value=len(group) == 1 and len(names) > 1 and _is_one_value(names, group[0], said, exposure),
        )
    known = choose_sites(sites, lambda site: _may_have_left(site) and find_identifiers(site))
    if sending and not holders:
        unread = sum(site.unread for site in sites)
        yield NoPersonalData(has_identifiers=bool(known), bodies_not_recorded=unread)
    if known:
        sure = any(event_groups(site, "told") or contact_groups(site, "told") for site in known)
        yield BrowsersKnown(sites=name_sites(known), of=len(data), unknown=not sure)


def _may_have_left(site: SiteExposure) -> bool:
    return any(event_groups(site, outcome) or contact_groups(site, outcome) for outcome in ("told", "unknown"))


def _is_one_value(names: Sequence[str], carried: Carried, found: Sequence[PersonalData], exposure: Exposure) -> bool:
    """Say whether several sites sent one and the same value: each has but one, and it is shared by all of them."""
    if any(one.different_values != 1 for one in found):
        return False
    return any(
        (shared.data_class, shared.form) == (carried.data_class, carried.form) and set(names) <= set(shared.sites)
        for shared in exposure.shared
    )


def silence(exposure: Exposure) -> Silence:
    """Return that no site was seen to tell Meta anything, and how far that goes."""
    coverage = exposure.coverage
    to_meta = coverage.matched + coverage.undecodable + coverage.blocked
    if coverage.seen == 0:
        reach = "nothing_scanned"
    elif any(site.standing is Standing.META and not site.is_silent for site in exposure.sites):
        reach = "own_sites_aside"
    elif to_meta:
        reach = "chosen_part"
    else:
        reach = "within_meta" if coverage.within_meta else "everything"
    return Silence(
        reach=reach,  # type: ignore[arg-type] # one of these five
        requests=coverage.seen,
        to_meta=to_meta,
        within_meta=coverage.within_meta,
        gaps=list_gaps(coverage),
    )


def list_gaps(coverage: Coverage) -> dict[str, int]:
    """Return what of the recordings was not seen, by name."""
    return {name: number for name in _GAPS if (number := getattr(coverage, name))}


def shared_values(exposure: Exposure) -> Iterator[SharedValue]:
    """Yield what went from several sites alike, values of the same sites together."""
    numbers: dict[tuple[Carried, tuple[str, ...], int], list[int]] = {}
    for shared in exposure.shared:
        key = (Carried(shared.data_class, shared.form), shared.sites, len(shared.unknown))
        numbers.setdefault(key, []).append(shared.number)
    for (carried, sites, unknown), of in numbers.items():
        yield SharedValue(
            numbers=tuple(of), data=(carried,), sites=Sites(sites[:MAX_SITES], len(sites)), unknown=unknown
        )
