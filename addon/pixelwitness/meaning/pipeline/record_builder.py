"""Rows: what was taken and where it belongs, as records of the store.

Owns the way from a redacted sighting to the columns of the tables.  Everything
captured passes the redactor here or has passed it before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pixelwitness.core.exposure import records
from pixelwitness.core.join.attribution import Attribution, Visit
from pixelwitness.core.join.folding import Group
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.core.wire.sites import Site
from pixelwitness.core.wire.times import time_text
from pixelwitness.meaning.keep.field_facts import FieldFacts
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.redacted import Page, Place, Placed, Shown
from pixelwitness.meaning.pipeline.request_counts import Account


@dataclass(frozen=True, slots=True)
class Origin:
    """What made the rows: versions and options, stored with every recording."""

    tool_version: str
    rules_sha256: str
    knowledge_sha256: str
    suffix_list: str
    options: str
    """JSON object of the options that change rows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one recording."""

    recording_id: str
    redactor: Redactor

    def recording(
        self,
        reading: Reading,
        account: Account,
        origin: Origin,
        *,
        sources: tuple[str, ...],
        sha256: str | None,
        dropped: int,
    ) -> records.Recording:
        """Return the row of the recording itself, with the ledger in which every request is counted once."""
        tally = reading.tally
        return records.Recording(
            id=self.recording_id,
            sources=sources,
            kind=reading.kind,
            sha256=sha256,
            exporter=reading.exporter,
            user_agent=reading.user_agent,
            first_seen=time_text(account.first_seen),
            last_seen=time_text(account.last_seen),
            complete=reading.complete,
            tool_version=origin.tool_version,
            rules_sha256=origin.rules_sha256,
            knowledge_sha256=origin.knowledge_sha256,
            suffix_list=origin.suffix_list,
            options=origin.options,
            cookies_recorded=reading.cookies_recorded,
            requests_seen=(
                account.matched + account.other + account.undecodable + account.blocked + tally.other + tally.rejected
            ),
            requests_matched=account.matched,
            requests_other=account.other + tally.other,
            undecodable=account.undecodable,
            rejected=tally.rejected,
            blocked=account.blocked,
            not_requests=tally.not_requests,
            bodies_not_recorded=tally.bodies_not_recorded,
            tls_refused=tally.tls_refused,
            dropped=dropped,
            rule_faults=account.rule_faults,
        )

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
            id=group.first.what.seen.id_in(self.recording_id),
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
        own = seen.id_in(self.recording_id)
        yield records.Transmission(
            id=own,
            event_id=group.first.what.seen.id_in(self.recording_id),
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
        own = seen.id_in(self.recording_id)
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
