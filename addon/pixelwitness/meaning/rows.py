"""Rows: what was taken and where it belongs, as records of the store.

Owns the way from a redacted sighting to the columns of the tables.  Everything
captured passes the redactor here or has passed it before.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from pixelwitness.core import jsontext, records
from pixelwitness.core.attribution import Attribution, Visit
from pixelwitness.core.fold import Group
from pixelwitness.core.rule import Confidence
from pixelwitness.core.sites import Site
from pixelwitness.core.times import time_text
from pixelwitness.meaning import identity
from pixelwitness.meaning.fieldfacts import FieldFacts
from pixelwitness.meaning.findings import Understood
from pixelwitness.meaning.redaction import Redactor
from pixelwitness.meaning.serverside import Hint
from pixelwitness.meaning.taken import Page, Place, Seen, Shown
from pixelwitness.meaning.texts import TextHint

SERVER_SIDE = "server_side"
"""The kind of findings that hint at a server."""


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A sighting and the page it belongs to."""

    seen: Seen
    attribution: Attribution
    consent: tuple[Understood, ...] = ()
    """What was visible of the site's consent when it left."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one recording."""

    recording_id: str
    redactor: Redactor
    cookies_recorded: bool = True

    def event(self, group: Group[Placed]) -> records.Event:
        """Return the event's row: the main transmission's columns, a null filled from the next."""
        placed = [member.what for member in group.members]
        seen = [one.seen for one in placed]
        told = [one.sighting for one in seen]
        main = seen[0]
        dedup_id, dedup_token, dedup_form = self.redactor.dedup(_filled(one.dedup_id for one in told))
        page = next((one.attribution for one in placed if one.attribution.site), placed[0].attribution)
        visit = _filled(one.attribution.visit for one in placed)
        return records.Event(
            id=self.id_of(group.first.what.seen),
            recording_id=self.recording_id,
            visit_id=visit.id if visit else None,
            seen_at=time_text(_filled(one.place.seen_at for one in seen)),
            channel=main.channel,
            rule_id=main.rule.id,
            confidence=main.confidence,
            pixel_id=self.redactor.pixel_id(_filled(one.pixel_id for one in told)),
            event_name=self.redactor.event_name(_filled(one.event_name for one in told)),
            event_kind=next((one.event_kind for one in seen if one.sighting.event_name), main.event_kind),
            dedup_id=dedup_id,
            dedup_token=dedup_token,
            dedup_form=dedup_form,
            page_site=page.site,
            page_url=self.redactor.url(page.url),
            attributed_by=page.by,
            attribution_certainty=page.certainty,
            transmissions=len(seen),
            blocked=all(one.place.blocked for one in seen),
        )

    def transmission(self, group: Group[Placed], placed: Placed) -> Iterator[records.AnyRecord]:
        """Yield a transmission's row and those of its fields."""
        seen, place = placed.seen, placed.seen.place
        own = self.id_of(seen)
        yield records.Transmission(
            id=own,
            event_id=self.id_of(group.first.what.seen),
            recording_id=self.recording_id,
            position=place.position,
            part=place.part,
            item=seen.sighting.item,
            line=place.line,
            seen_at=time_text(place.seen_at),
            rule_id=seen.rule.id,
            rule_version=seen.rule.version,
            channel=seen.channel,
            receiver_host=self.redactor.receiver(place.host),
            first_party=_first_party(place, placed.attribution),
            method=place.method,
            transport=seen.sighting.transport,
            body_state=place.body_state,
            blocked=place.blocked,
            also_matched=seen.sighting.also_matched,
        )
        yield from _fields(seen.fields, transmission_id=own)

    def contact(self, placed: Placed) -> Iterator[records.AnyRecord]:
        """Yield a contact's row and those of its fields."""
        seen, place, page = placed.seen, placed.seen.place, placed.attribution
        own = self.id_of(seen)
        yield records.Contact(
            id=own,
            recording_id=self.recording_id,
            visit_id=page.visit.id if page.visit else None,
            position=place.position,
            part=place.part,
            line=place.line,
            seen_at=time_text(place.seen_at),
            channel=seen.channel,
            rule_id=seen.rule.id,
            rule_version=seen.rule.version,
            confidence=seen.confidence,
            pixel_id=self.redactor.pixel_id(seen.sighting.pixel_id),
            page_site=page.site,
            page_url=self.redactor.url(page.url),
            attributed_by=page.by,
            attribution_certainty=page.certainty,
            receiver_host=self.redactor.receiver(place.host),
            first_party=_first_party(place, page),
            method=place.method,
            body_state=place.body_state,
            blocked=place.blocked,
            also_matched=seen.sighting.also_matched,
        )
        yield from _fields(seen.fields, contact_id=own)
        for text in seen.texts:
            yield self._finding(placed, text.kind, text, contact_id=own)
        for found in seen.findings:
            yield self._finding(placed, found.kind, found, contact_id=own)
        if seen.received.names:
            known_by = identity.finding(seen.received, cookies_recorded=self.cookies_recorded)
            yield self._finding(placed, known_by.kind, known_by, contact_id=own)

    def visit(self, visit: Visit, page: Page) -> records.Visit:
        """Return the row of a visit."""
        return records.Visit(
            id=visit.id,
            recording_id=self.recording_id,
            position=page.place.position,
            site=visit.site,
            page_url=self.redactor.url(page.url),
            status=page.status,
            seen_at=time_text(page.place.seen_at),
            attributed_by="document" if page.place.page_ref is None else "har_page",
        )

    def shown(self, shown: Shown, visit: Visit | None, site: Site | None) -> Iterator[records.AnyRecord]:
        """Yield the row of a signal or observation, and those of the settings that it shows."""
        place, sign = shown.place, shown.sign
        own = f"{self.recording_id}-{place.coordinates}-{sign.rule.id}"
        visit_id, seen_at = visit.id if visit else None, time_text(place.seen_at)
        if sign.rule.gives == "signal":
            yield records.Signal(
                id=own,
                recording_id=self.recording_id,
                visit_id=visit_id,
                position=place.position,
                site=site,
                seen_at=seen_at,
                rule_id=sign.rule.id,
                rule_version=sign.rule.version,
                kind=sign.kind,
                state=shown.state,
            )
            return
        yield records.Observation(
            id=own,
            recording_id=self.recording_id,
            visit_id=visit_id,
            position=place.position,
            site=site,
            seen_at=seen_at,
            kind=sign.kind,
            rule_id=sign.rule.id,
            rule_version=sign.rule.version,
            confidence=sign.rule.confidence,
            evidence=shown.evidence,
        )
        for number, told in enumerate(shown.settings):
            yield records.PixelConfig(
                id=f"{own}-{number}",
                recording_id=self.recording_id,
                visit_id=visit_id,
                position=place.position,
                site=site,
                pixel_id=self.redactor.pixel_id(told.pixel_id),
                seen_at=seen_at,
                key=told.key,
                value=told.value,
            )

    def findings(self, group: Group[Placed], newest: Placed | None = None) -> Iterator[records.Finding]:
        """Yield what was understood about an event, each thing once, told of the transmission that showed it first.

        With ``newest``, only what that transmission was the first to show.
        """
        told: set[tuple[str, ...]] = set()
        event_id = self.id_of(group.first.what.seen)
        for placed in sorted((member.what for member in group.members), key=lambda one: one.seen.coordinates):
            # Of the copies the first alone tells what was visible when the event left.
            visible = placed.consent if placed is group.first.what else ()
            for what, finding in self._understood(placed, event_id, visible):
                if what not in told:
                    told.add(what)
                    if newest is None or placed is newest:
                        yield finding

    def _understood(
        self, placed: Placed, event_id: str, visible: tuple[Understood, ...]
    ) -> Iterator[tuple[tuple[str, ...], records.Finding]]:
        """Yield the findings of one transmission, each behind what makes two of them the same."""
        seen = placed.seen
        for hint in seen.hints:
            what = (SERVER_SIDE, hint.label, hint.evidence)
            yield what, self._finding(placed, SERVER_SIDE, hint, event_id=event_id)
        for text in seen.texts:
            yield (text.kind, text.label, text.field), self._finding(placed, text.kind, text, event_id=event_id)
        known_by = identity.finding(seen.received, cookies_recorded=self.cookies_recorded)
        for found in (*seen.findings, known_by, *visible):
            same = (found.kind, found.label, found.field or "", found.certainty, found.evidence)
            yield same, self._finding(placed, found.kind, found, event_id=event_id)

    def _finding(
        self,
        placed: Placed,
        kind: str,
        hint: Hint | TextHint | Understood,
        *,
        event_id: str | None = None,
        contact_id: str | None = None,
    ) -> records.Finding:
        return records.Finding(
            event_id=event_id,
            contact_id=contact_id,
            visit_id=None,
            recording_id=self.recording_id,
            kind=kind,
            label=hint.label,
            field=hint.field,
            certainty=hint.certainty if isinstance(hint, Understood) else Confidence.HINT,
            evidence=hint.evidence,
            knowledge_version=self.redactor.knowledge.version,
            fingerprint=self._fingerprint(placed, kind, *_what(hint, placed)),
        )

    def _fingerprint(self, placed: Placed, kind: str, *what_it_is: str) -> str:
        """Return what a baseline knows a finding by: where it was, and what; no value and no key."""
        told = placed.seen.sighting
        return _hash_of(
            placed.attribution.site,
            self.redactor.pixel_id(told.pixel_id),
            self.redactor.event_name(told.event_name),
            kind,
            *what_it_is,
        )

    def id_of(self, seen: Seen) -> str:
        """Return the id of a sighting: its coordinates, never a value."""
        own = f"{self.recording_id}-{seen.place.coordinates}"
        return own if seen.sighting.item is None else f"{own}-{seen.sighting.item}"


@lru_cache(maxsize=1024)
def _hash_of(*what: str | None) -> str:
    return hashlib.sha256(jsontext.dumps(list(what)).encode("utf-8", "replace")).hexdigest()[:32]


def _what(hint: Hint | TextHint | Understood, placed: Placed) -> tuple[str, ...]:
    """Return what tells a finding from others of its kind on the same event."""
    if isinstance(hint, Understood):
        # Not the rule: which of two copies that leave together comes first differs from run to run.
        return (hint.label, hint.field or "", hint.form, str(placed.seen.channel))
    return (hint.label,)


def _filled[T](values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _first_party(place: Place, attribution: Attribution) -> bool | None:
    if attribution.site is None or place.receiver is None:
        return None
    return place.receiver == attribution.site


def _fields(
    fields: Iterable[FieldFacts], *, transmission_id: str | None = None, contact_id: str | None = None
) -> Iterator[records.Field]:
    # By position, which takes half the time: most of what is made of an event are these.
    return (
        records.Field(
            transmission_id,
            contact_id,
            facts.field,
            facts.ordinal,
            facts.data_class,
            facts.form,
            facts.matching,
            facts.length,
            facts.value_token,
            facts.value,
        )
        for facts in fields
    )
