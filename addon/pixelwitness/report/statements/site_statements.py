"""The statements of one site, made when asked for, out of its exposure alone.

Owns which statements a site has, and their order.  Pure; must not know words, other sites or
where the exposure came from.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, SiteExposure, Standing
from pixelwitness.core.exposure.exposure_parts import ContactGroup, EventGroup
from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.meaning.spot.finding import CONFLICT, CONSENT, IDENTITY, PERSONA, PERSONAL_DATA, SERVER_SIDE
from pixelwitness.report.statements.acts import find_acts
from pixelwitness.report.statements.person_data import as_certainty, find_identifiers, find_personal_data, in_user_data
from pixelwitness.report.statements.set_up import find_settings
from pixelwitness.report.statements.site_kinds import (
    Attribution,
    BodiesNotRecorded,
    BrowserIdentifiers,
    Conflict,
    Consent,
    Contacts,
    Events,
    Identification,
    LimitedUse,
    NoIdentifier,
    NothingSeen,
    OtherFinding,
    PersonalData,
    ServerSide,
    SiteStatement,
    TextHint,
)
from pixelwitness.report.statements.statement import (
    OUTCOMES,
    Carried,
    ContactWay,
    EventName,
    Evidence,
    Outcome,
    Person,
    Way,
)

_OF_USE: Mapping[str, bool] = {"limited_data_use": True, "no_limited_data_use": False}
_OF_TEXTS = ("topic", "interest", "instruction_text")
_ELSEWHERE = frozenset({CONSENT, IDENTITY, SERVER_SIDE, PERSONA, PERSONAL_DATA, *_OF_TEXTS})


@dataclass(frozen=True, slots=True)
class Perspective:
    """What statements of a site need beside its exposure."""

    families: Collection[str] = ()
    """Families of fields that hold user data (``ud`` …)."""
    sayable: Collection[str] = ()
    """Names of events that a renderer puts as what a person did."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What each setting of a pixel is about: ``takes``, ``sends`` or ``limits``."""
    person: Person = "visitor"


def whom_to_address(exposure: Exposure) -> Person:
    """Return ``you`` where every recording was live, or was scanned with a persona."""
    recordings = exposure.recordings
    if recordings and all(recording.kind == "live" or _has_persona(recording.options) for recording in recordings):
        return "you"
    return "visitor"


def _has_persona(options: str) -> bool:
    parsed = loads_or_none(options)
    return isinstance(parsed, dict) and parsed.get("persona") is not None


def site_statements(site: SiteExposure, perspective: Perspective) -> tuple[SiteStatement, ...]:
    """Return all that is said of a site, in the order in which a story tells it."""
    return tuple(_statements(site, perspective))


def _statements(site: SiteExposure, seen_by: Perspective) -> Iterator[SiteStatement]:
    person: Person = "you" if any(finding.kind == PERSONA for finding in site.findings) else seen_by.person
    for outcome in OUTCOMES:
        groups, contacts = event_groups(site, outcome), contact_groups(site, outcome)
        if groups:
            yield from find_acts(site, groups, outcome, seen_by.families, seen_by.sayable, person)
            yield _events(site, groups, outcome)
        if contacts:
            yield _contacts(site, contacts, outcome, further=bool(groups))
    yield from _attribution(site)
    yield from about_whom(site, seen_by, person)
    yield from _findings(site)
    yield from _consent(site)
    yield from find_settings(site, seen_by.settings, seen_by.families)
    if site.server_hints:
        reasons = tuple(dict.fromkeys(hint.evidence for hint in site.server_hints))
        yield ServerSide(certainty="hint", browser_events=site.browser_events, reasons=reasons)
    if site.unread:
        yield BodiesNotRecorded(evidence=Evidence((), site.unread), bodies=site.unread)
    if site.is_silent:
        yield NothingSeen(site=site.site, visits=site.visits)


def event_groups(site: SiteExposure, outcome: Outcome) -> tuple[EventGroup, ...]:
    """Return the groups of events of one outcome."""
    return tuple(group for group in site.events if group.outcome == outcome)


def contact_groups(site: SiteExposure, outcome: Outcome) -> tuple[ContactGroup, ...]:
    """Return the groups of contacts of one outcome."""
    return tuple(group for group in site.contacts if group.outcome == outcome)


def _events(site: SiteExposure, groups: Sequence[EventGroup], outcome: Outcome) -> Events:
    numbers: dict[str | None, int] = {}
    carriers: dict[str, set[str]] = {}
    for group in groups:
        name = group.name or None
        numbers[name] = numbers.get(name, 0) + group.events
        for channel in group.channels:
            known = {transport for transport in group.transports if transport != "unknown"}
            # A group of several channels does not say which of them was carried how.
            carriers.setdefault(channel, set()).update(known if len(group.channels) == 1 else ())
    total = sum(numbers.values())
    return Events(
        evidence=Evidence.of((row for group in groups for row in group.ids), total),
        site=site.site,
        outcome=outcome,
        names=tuple(EventName(name, numbers[name]) for name in sorted(numbers, key=lambda name: (name is None, name))),
        events=total,
        pixels=tuple(sorted({group.pixel_id for group in groups if group.pixel_id})),
        ways=tuple(Way(channel, tuple(sorted(carriers[channel]))) for channel in sorted(carriers)),
        receivers=tuple(sorted({host for group in groups for host in group.receivers if host})),
    )


def _contacts(site: SiteExposure, groups: Sequence[ContactGroup], outcome: Outcome, *, further: bool) -> Contacts:
    ways = tuple(ContactWay(group.channel, rule, number) for group in groups for rule, number in group.rules)
    total = sum(group.contacts for group in groups)
    return Contacts(
        evidence=Evidence.of((row for group in groups for row in group.ids), total),
        site=site.site,
        outcome=outcome,
        further=further,
        ways=ways,
        contacts=total,
        receivers=tuple(sorted({host for group in groups for host in group.receivers})),
    )


def _attribution(site: SiteExposure) -> Iterator[Attribution]:
    """Yield of how many requests it is not certain that the site sent them, where a site is named."""
    total = sum(number for _, number in site.certainties)
    doubtful = sum(number for certainty, number in site.certainties if certainty != "certain")
    if doubtful and site.standing is Standing.SITE:
        yield Attribution(certainty="likely", requests=total, doubtful=doubtful, by_own_word=site.by_own_word)


def about_whom(
    site: SiteExposure, seen_by: Perspective, person: Person = "visitor"
) -> Iterator[PersonalData | BrowserIdentifiers | NoIdentifier | Identification]:
    """Yield whom what a site sent is about, and by what that is known; nothing where nothing may have left."""
    events = event_groups(site, "told") + event_groups(site, "unknown")
    if not events and not contact_groups(site, "told") and not contact_groups(site, "unknown"):
        return
    sure = bool(event_groups(site, "told") or contact_groups(site, "told"))
    data = find_personal_data(site, seen_by.families)
    identifiers = find_identifiers(site)
    yield from data
    if identifiers:
        yield BrowserIdentifiers(identifiers=identifiers, unknown=not sure)
    if not data and not identifiers:
        yield NoIdentifier(bodies_not_recorded=site.unread)
    known = site.known_by
    if known is None or not events:
        return
    elsewhere = tuple(
        dict.fromkeys(
            Carried(one.data_class, one.form)
            for one in data
            if one.reason is not None and not any(in_user_data(name, seen_by.families) for name in one.fields)
        )
    )
    nothing = known.level == "none" and not data and not identifiers
    if not nothing:
        of_device = known.level == "browser" and site.standing is Standing.APP
        yield Identification(
            person=person,
            level="device" if of_device else known.level,  # type: ignore[arg-type] # of the store, which a renderer tells by what it knows
            names=known.names,
            by_content=elsewhere,
            may_be_more=known.may_be_more,
            unknown=known.unknown,
        )


def _findings(site: SiteExposure) -> Iterator[TextHint | Conflict | OtherFinding]:
    for finding in site.findings:
        evidence = Evidence.of(finding.ids, finding.events + finding.contacts)
        if finding.kind in _OF_TEXTS:
            yield TextHint(
                certainty=as_certainty(finding.certainty),
                evidence=evidence,
                about=finding.kind,  # type: ignore[arg-type] # one of `_OF_TEXTS`
                label=finding.label,
                fields=finding.fields,
                reason=finding.evidence,
                events=finding.events,
                contacts=finding.contacts,
            )
        elif finding.kind == CONFLICT:
            yield Conflict(
                certainty=as_certainty(finding.certainty),
                evidence=evidence,
                about=finding.label,
                fields=finding.fields,
                reason=finding.evidence,
                events=finding.events,
                contacts=finding.contacts,
            )
        elif finding.kind not in _ELSEWHERE:
            yield OtherFinding(
                certainty=as_certainty(finding.certainty),
                evidence=evidence,
                finding=finding.kind,
                label=finding.label,
                fields=finding.fields,
                reason=finding.evidence,
                events=finding.events,
                contacts=finding.contacts,
            )


def _consent(site: SiteExposure) -> Iterator[Consent | LimitedUse]:
    by_state: dict[str, list[CountedFinding]] = {}
    for finding in site.consent:
        by_state.setdefault(finding.label, []).append(finding)
    for state in sorted(by_state, key=_consent_rank):
        findings = by_state[state]
        if state in _OF_USE:
            for one in findings:
                yield LimitedUse(asked=_OF_USE[state], events=one.events, unknown=one.unknown, reason=one.evidence)
            continue
        yield Consent(
            certainty=min((as_certainty(one.certainty) for one in findings), key=("hint", "likely", "certain").index),
            evidence=Evidence((), sum(one.events for one in findings)),
            state=state,
            events=sum(one.events for one in findings),
            followed=sum(one.followed for one in findings),
            unknown=sum(one.unknown for one in findings),
            reasons=tuple(dict.fromkeys(one.evidence for one in findings)),
        )


_CONSENT_ORDER = (
    *("nothing_seen", "denied", "after_withdrawal", "gpc", "partial", "granted", "not_opted_out", "not_required"),
    *("present", "not_recorded"),
)


def _consent_rank(state: str) -> tuple[bool, int, str]:
    known = state in _CONSENT_ORDER
    return state in _OF_USE, _CONSENT_ORDER.index(state) if known else len(_CONSENT_ORDER), state
