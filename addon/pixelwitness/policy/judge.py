"""Judging: which events and contacts a policy forbids, and whether the evidence is complete enough to say so.

Owns the way from a case to a judgement.  Pure.  It must not know databases, outputs or
vocabularies; it hands on classes of data, never values.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent, Standing, told_by
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.core.wire.sites import site_of
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.checks import Judged, Level
from pixelwitness.policy.kept_back import kept_back
from pixelwitness.policy.suppression import Suppression
from pixelwitness.policy.terms import DEFAULT, Terms
from pixelwitness.policy.unproven_silence import Silence
from pixelwitness.policy.violations.aggregation import Aggregation
from pixelwitness.policy.violations.evaluation import Objection, evaluate
from pixelwitness.policy.violations.facts import Facts, contact_facts, event_facts
from pixelwitness.policy.violations.gaps import GapKind, doubt_gaps, recording_gaps
from pixelwitness.policy.violations.judgement import Applied, EvidencePlace, Judgement
from pixelwitness.policy.violations.site_rules import page_host


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
        self._doubts: Counter[tuple[GapKind, str]] = Counter()
        self._pages = {(visit.site, page_host(visit.page_url, visit.site)) for visit in case.visits}
        """(site, host) of what was recorded."""
        self._sent_only = terms.rules.policy.judge == Judged.SENT
        self._own_events = self._not_sent = 0

    def add_event(self, seen: SeenEvent) -> None:
        event = seen.event
        self._silence.add_event(event)
        if self._standing(event.page_site, event.channel) is Standing.META:
            self._own_events += 1
            return
        objections = self._judge_event(seen)
        copies = None if self._sent_only else kept_back(seen)
        if copies is not None:
            self._judge_event(copies, beyond=objections)

    def _judge_event(self, seen: SeenEvent, beyond: Collection[Objection] = ()) -> Collection[Objection]:
        event = seen.event
        main = seen.carriers[0] if seen.carriers else None
        place = EvidencePlace(event.recording_id, main.position, main.line) if main else None
        hosts = (carrier.receiver_host for carrier in seen.carriers)
        unknown = self._lacks_cookies(event.recording_id, hosts)
        facts = event_facts(seen, self._terms.user_data, cookies_unknown=unknown)
        return self._evaluate(event, seen.outcome, facts, place, beyond)

    def add_contact(self, seen: SeenContact) -> None:
        contact, terms = seen.contact, self._terms
        if self._standing(contact.page_site, contact.channel) is Standing.META:
            return
        self._silence.add_contact(contact, stopped_counts=not self._sent_only)
        place = EvidencePlace(contact.recording_id, contact.position, contact.line)
        consent = self._case.consent.get(contact.id, ())
        unknown = self._lacks_cookies(contact.recording_id, (contact.receiver_host,))
        facts = contact_facts(seen, terms.user_data, consent, cookies_unknown=unknown)
        self._evaluate(contact, seen.outcome, facts, place)

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
            not_sent=self._not_sent,
            suppressed=tuple(violation for violation in violations if violation.suppressed is not None),
            stale=suppression.stale(),
            policy=_applied(terms, self._pages),
        )

    def _lacks_cookies(self, recording_id: str, hosts: Iterable[str]) -> bool:
        return recording_id in self._without_cookies and any(site_of(host) in self._case.own_sites for host in hosts)

    def _evaluate(
        self,
        row: Event | Contact,
        outcome: Outcome | None,
        facts: Facts,
        place: EvidencePlace | None,
        beyond: Collection[Objection] = (),
    ) -> Collection[Objection]:
        """Add what is held against an event or contact, ``beyond`` what is held against it already, and return it."""
        site = told_by(row)
        self._pages.add((site, page_host(row.page_url, site)))
        if outcome is None:
            return ()
        if self._sent_only and outcome not in SENT:
            self._not_sent += 1
            return ()
        evaluation = evaluate(facts, self._terms.rules.for_page(site, row.page_url))
        known = {objection.identity for objection in beyond}
        for objection in evaluation.objections:
            if objection.identity not in known:
                self._aggregation.add(row, outcome, facts, objection, place)
        # Each doubt once, whatever number of checks has it.
        self._doubts.update({(doubt.about, doubt.label) for doubt in evaluation.doubts})
        return evaluation.objections


def _applied(terms: Terms, pages: Collection[tuple[str | None, str | None]]) -> Applied:
    rules = terms.rules
    return Applied(
        file=terms.name,
        presets=rules.presets,
        is_default=rules.is_default,
        has_levels=bool(rules.policy.checks) or any(table.checks for table in rules.policy.site),
        sent_only=rules.policy.judge == Judged.SENT,
        unused=rules.unused_patterns(pages) if pages else (),
    )
