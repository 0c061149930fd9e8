"""Aggregation: objections to events and contacts of one kind become one violation.

Owns what makes two of them the same, and their order.  Pure.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pixelwitness.core.exposure.exposure import told_by
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.policy.config.checks import CHECKS, Level
from pixelwitness.policy.violations.evaluation import Objection
from pixelwitness.policy.violations.facts import Carried, Facts
from pixelwitness.policy.violations.judgement import EvidencePlace, Violation, fingerprint
from pixelwitness.policy.violations.remedies import find_remedies

MAX_PLACES = 5
"""Places that one violation names; the others are counted."""

_ORDER = {check: number for number, check in enumerate(CHECKS)}


@dataclass(slots=True)
class _Group:
    """Objections of one kind: ``row`` and ``objection`` are the first of them."""

    row: Event | Contact
    objection: Objection
    fingerprint: str
    level: Level
    channels: set[str] = field(default_factory=set)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    carried: dict[Carried, None] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    places: list[EvidencePlace] = field(default_factory=list)
    own_word: int = 0
    conflicts: Counter[str] = field(default_factory=Counter)

    def add(self, objection: Objection, outcome: Outcome, facts: Facts, place: EvidencePlace | None) -> None:
        self.outcomes[outcome] += 1
        self.channels.update(facts.channels)
        self.own_word += facts.is_own_word
        self.conflicts.update(facts.conflicts)
        self.carried |= dict.fromkeys(facts.carried if objection.carried is None else objection.carried)
        self.fields.update(objection.fields, (datum.field for datum in objection.carried or ()))
        if objection.level is Level.ERROR:
            self.level = Level.ERROR
        if place is not None and len(self.places) < MAX_PLACES:
            self.places.append(place)

    def violation(self) -> Violation:
        row = self.row
        return Violation(
            site=told_by(row),
            page_url=row.page_url,
            name=row.event_name if isinstance(row, Event) else None,
            pixel_id=row.pixel_id,
            channels=tuple(sorted(self.channels)),
            rule_id=row.rule_id,
            confidence=row.confidence,
            times=self.outcomes.total(),
            outcomes=tuple((outcome, self.outcomes[outcome]) for outcome in Outcome if self.outcomes[outcome]),
            data=tuple(sorted({(datum.data_class, datum.form) for datum in self.carried})),
            places=tuple(self.places),
            remedies=find_remedies(self.objection.check, self.channels, self.carried),
            check=self.objection.check,
            level=self.level,
            fingerprint=self.fingerprint,
            why=self.objection.why,
            subject=self.objection.subject,
            is_contact=isinstance(row, Contact),
            fields=tuple(sorted(self.fields)),
            own_word=self.own_word,
            conflicts=tuple(sorted(self.conflicts.items())),
        )


class Aggregation:
    """Collects everything that checks object to."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}

    def add(
        self,
        row: Event | Contact,
        outcome: Outcome,
        facts: Facts,
        objection: Objection,
        place: EvidencePlace | None,
    ) -> None:
        """Add an objection to an event or contact whose evidence stands at a place."""
        # Events of one name and pixel are of one kind, contacts of one purpose, which their rule shows.
        name, pixel_id, way = (
            (row.event_name, row.pixel_id, (row.channel,))
            if isinstance(row, Event)
            else (None, None, (row.channel, row.rule_id))
        )
        # The unknown site comes last, an event before contacts, one without a name first.
        site = told_by(row)
        order = (site is None, site or "", facts.is_contact, name or "", pixel_id or "", way)
        key = (*order, _ORDER[objection.check], objection.key)
        group = self._groups.get(key)
        if group is None:
            known_by = fingerprint(objection.check, site, pixel_id, name, *way, *objection.key)
            group = self._groups[key] = _Group(row, objection, known_by, objection.level)
        group.add(objection, outcome, facts, place)

    def violations(self) -> Iterator[Violation]:
        """Yield all of them, sites in the order of their names, the unknown one last."""
        for key in sorted(self._groups):
            yield self._groups[key].violation()
