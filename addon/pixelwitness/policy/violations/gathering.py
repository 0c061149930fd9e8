"""Gathering: objections to events and contacts of one kind become one violation.

Owns what makes two of them the same, and their order.  Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pixelwitness.core.exposure.records import Contact, Event
from pixelwitness.policy.config.checks import CHECKS, Level
from pixelwitness.policy.violations.facts import Carried, Facts
from pixelwitness.policy.violations.judgement import Forbidden, Place, fingerprint
from pixelwitness.policy.violations.objections import Objection
from pixelwitness.policy.violations.remedies import remedies

MAX_PLACES = 5
"""Places that one violation names; the others are counted."""

_ORDER = {check: number for number, check in enumerate(CHECKS)}


@dataclass(slots=True)
class _Kind:
    """Counts events or contacts of one kind."""

    objection: Objection
    site: str | None
    page_url: str | None
    name: str | None
    pixel_id: str | None
    rule_id: str
    confidence: str
    is_contact: bool
    fingerprint: str
    level: Level
    channels: set[str] = field(default_factory=set)
    times: int = 0
    blocked: int = 0
    carried: dict[Carried, None] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)

    def add(self, objection: Objection, facts: Facts, place: Place | None, *, blocked: bool) -> None:
        """Take one more."""
        self.times += 1
        self.blocked += blocked
        self.channels.update(facts.channels)
        self.carried |= dict.fromkeys(facts.carried if objection.carried is None else objection.carried)
        self.fields.update(objection.places, (one.field for one in objection.carried or ()))
        if objection.level is Level.ERROR:
            self.level = Level.ERROR
        if place is not None and len(self.places) < MAX_PLACES:
            self.places.append(place)

    def done(self) -> Forbidden:
        """Return what was counted."""
        return Forbidden(
            site=self.site,
            page_url=self.page_url,
            name=self.name,
            pixel_id=self.pixel_id,
            channels=tuple(sorted(self.channels)),
            rule_id=self.rule_id,
            confidence=self.confidence,
            times=self.times,
            blocked=self.blocked,
            data=tuple(sorted({(one.data_class, one.form) for one in self.carried})),
            places=tuple(self.places),
            remedies=remedies(self.objection.check, self.channels, self.carried),
            check=self.objection.check,
            level=self.level,
            fingerprint=self.fingerprint,
            why=self.objection.why,
            subject=self.objection.subject,
            is_contact=self.is_contact,
            fields=tuple(sorted(self.fields)),
        )


class Gathered:
    """Everything that checks objected to so far."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def add(self, row: Event | Contact, facts: Facts, objection: Objection, place: Place | None) -> None:
        """Take an objection to an event or contact that stands at a place."""
        # Of events the name and pixel count, of contacts what they are for, which their rule tells.
        told: tuple[str | None, str | None, tuple[str, ...]] = (
            (row.event_name, row.pixel_id, (row.channel,))
            if isinstance(row, Event)
            else (None, None, (row.channel, row.rule_id))
        )
        name, pixel_id, way = told
        # The unknown site comes last, an event before contacts, one without a name first.
        order = (row.page_site is None, row.page_site or "", facts.is_contact, name or "", pixel_id or "", way)
        key = (*order, _ORDER[objection.check], objection.what)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind(
                objection,
                row.page_site,
                row.page_url,
                name,
                row.pixel_id,
                row.rule_id,
                row.confidence,
                facts.is_contact,
                fingerprint(objection.check, row.page_site, pixel_id, name, *way, *objection.what),
                objection.level,
            )
        kind.add(objection, facts, place, blocked=row.blocked)

    def done(self) -> Iterator[Forbidden]:
        """Yield all of it, sites in the order of their names, the unknown one last."""
        for key in sorted(self._kinds):
            yield self._kinds[key].done()
