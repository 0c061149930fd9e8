"""Judging: which events and contacts a policy forbids, and whether the evidence is complete enough to say so.

Owns the way from a case to a judgement.  Pure.  It must not know databases, outputs or
vocabularies; it hands on classes of data, never values.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent, Standing
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.core.wire.sites import site_of
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.gaps import doubt_gaps, recording_gaps
from pixelwitness.policy.suppression import Suppression
from pixelwitness.policy.terms import DEFAULT, Terms
from pixelwitness.policy.unproven_silence import Silence
from pixelwitness.policy.violations.aggregation import Aggregation
from pixelwitness.policy.violations.evaluation import evaluate
from pixelwitness.policy.violations.facts import Facts, contact_facts, event_facts
from pixelwitness.policy.violations.judgement import DEFAULT_POLICY, EvidencePlace, Judgement
from pixelwitness.policy.violations.site_rules import page_host

MOST_UNUSED = 5
"""Tables without a page that are named; the others are counted."""


def judge(case: Case, terms: Terms = DEFAULT, *, strict: bool = False) -> Judgement:
    """Judge a case; ``strict`` makes a gap of any body, and of cookies to Meta, that were not recorded."""
    judging = _Judging(case, terms)
    for event in case.events:
        judging.add_event(event)
    for contact in case.contacts:
        judging.add_contact(contact)
    return judging.judgement(strict=strict)


class _Judging:
    """Collects what the checks object to, and what could not be known, event by event."""

    def __init__(self, case: Case, terms: Terms) -> None:
        self._case = case
        self._terms = terms
        self._standing = ExposureBuilder(case.own_sites, ()).standing
        self._without_cookies = {recording.id for recording in case.recordings if not recording.cookies_recorded}
        self._silence = Silence(case)
        self._aggregation = Aggregation()
        self._doubts: Counter[tuple[str, str]] = Counter()
        self._pages = {(visit.site, page_host(visit.page_url, visit.site)) for visit in case.visits}
        """(site, host) of what was recorded."""
        self._own_events = 0

    def add_event(self, seen: SeenEvent) -> None:
        event = seen.event
        self._silence.add_event(event)
        if self._standing(event.page_site, event.channel) is Standing.META:
            self._own_events += 1
            return
        main = seen.transmissions[0] if seen.transmissions else None
        place = EvidencePlace(event.recording_id, main.position, main.line) if main else None
        hosts = (transmission.receiver_host for transmission in seen.transmissions)
        unknown = self._lacks_cookies(event.recording_id, hosts)
        self._evaluate(event, event_facts(seen, self._terms.user_data, cookies_unknown=unknown), place)

    def add_contact(self, seen: SeenContact) -> None:
        contact, terms = seen.contact, self._terms
        if self._standing(contact.page_site, contact.channel) is Standing.META:
            return
        self._silence.add_contact(contact, blocked_counts=terms.rules.policy.judge_blocked)
        place = EvidencePlace(contact.recording_id, contact.position, contact.line)
        consent = self._case.consent.get(contact.id, ())
        unknown = self._lacks_cookies(contact.recording_id, (contact.receiver_host,))
        self._evaluate(contact, contact_facts(seen, terms.user_data, consent, cookies_unknown=unknown), place)

    def judgement(self, *, strict: bool) -> Judgement:
        case, terms = self._case, self._terms
        suppression = Suppression(terms.rules.policy.ignore, terms.baseline, terms.today)
        violations = [suppression.apply(violation) for violation in self._aggregation.violations()]
        counted = [violation for violation in violations if violation.suppressed is None]
        return Judgement(
            violations=tuple(violation for violation in counted if violation.level is Level.ERROR),
            warnings=tuple(violation for violation in counted if violation.level is not Level.ERROR),
            gaps=(
                *recording_gaps(case.coverage, strict=strict),
                *doubt_gaps(self._doubts, strict=strict),
                *self._silence.gaps(lambda site: self._standing(site) is Standing.META),
            ),
            coverage=case.coverage,
            own_events=self._own_events,
            suppressed=tuple(violation for violation in violations if violation.suppressed is not None),
            stale=suppression.stale(),
            policy=_describe_terms(terms, self._pages),
            presets=terms.rules.presets,
        )

    def _lacks_cookies(self, recording_id: str, hosts: Iterable[str]) -> bool:
        return recording_id in self._without_cookies and any(site_of(host) in self._case.own_sites for host in hosts)

    def _evaluate(self, row: Event | Contact, facts: Facts, place: EvidencePlace | None) -> None:
        rules = self._terms.rules
        self._pages.add((row.page_site, page_host(row.page_url, row.page_site)))
        if row.blocked and not rules.policy.judge_blocked:
            return
        evaluation = evaluate(facts, rules.for_page(row.page_site, row.page_url))
        for objection in evaluation.objections:
            self._aggregation.add(row, facts, objection, place)
        # Each doubt once, whatever number of checks has it.
        self._doubts.update({(doubt.about, doubt.why) for doubt in evaluation.doubts})


def _describe_terms(terms: Terms, pages: Collection[tuple[str | None, str | None]]) -> str:
    """Return what is applied: the file, the presets, else the default; and which of its tables fit no page."""
    rules = terms.rules
    parts = [terms.name] if terms.name else []
    if rules.presets:
        parts.append(f"preset{'s' if len(rules.presets) > 1 else ''} {', '.join(rules.presets)}")
    elif rules.is_default:
        has_levels = rules.policy.checks or any(table.checks for table in rules.policy.site)
        parts.append("the default with levels of its own" if has_levels else DEFAULT_POLICY)
    unused = rules.unused_patterns(pages)
    if unused and pages:
        more = f" and {len(unused) - MOST_UNUSED:,} more" if len(unused) > MOST_UNUSED else ""
        parts.append(f"no page was seen for {', '.join(unused[:MOST_UNUSED])}{more}")
    return "; ".join(parts)
