"""Records: what was classified and where it belongs, as rows of the store.

Owns the way from a redacted sighting to the columns of the tables.  Everything
captured passes the redactor here or has passed it before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pixelwitness.core.exposure import records
from pixelwitness.core.exposure.records import time_text
from pixelwitness.core.join.folding import Group
from pixelwitness.core.join.visits import Visit
from pixelwitness.core.wire.delivery import Delivery
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.redacted_items import PageDocument, RedactedSighting, RedactedSign

SCAN = 2
"""Number of the way in which rows are made of a recording; raised whenever a scan of the same bytes would store others
under the same rules, knowledge, options and key.  Then recordings that are scanned again are replaced."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What made the rows: versions and options, stored with every recording."""

    tool_version: str
    rules_sha256: str
    knowledge_sha256: str
    suffix_list: str
    options: str
    """JSON object of the options that change rows, and ``scan``, the number `SCAN`."""


@dataclass(frozen=True, slots=True)
class RecordBuilder:
    """Makes the rows of one recording."""

    recording_id: str
    redactor: Redactor

    def recording(
        self, reading: Reading, origin: Origin, *, sources: tuple[str, ...], sha256: str | None, dropped: int
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
            first_seen=time_text(tally.first_seen),
            last_seen=time_text(tally.last_seen),
            complete=reading.complete,
            tool_version=origin.tool_version,
            rules_sha256=origin.rules_sha256,
            knowledge_sha256=origin.knowledge_sha256,
            suffix_list=origin.suffix_list,
            options=origin.options,
            cookies_recorded=reading.cookies_recorded,
            requests_seen=tally.requests,
            requests_matched=tally.matched,
            requests_other=tally.other,
            undecodable=tally.undecodable,
            rejected=tally.rejected,
            blocked=tally.blocked,
            not_requests=tally.not_requests,
            bodies_not_recorded=tally.bodies_not_recorded,
            tls_refused=tally.tls_refused,
            dropped=dropped,
            rule_faults=tally.rule_faults,
            within_meta=tally.within_meta,
            delivery_failed=tally.deliveries[Delivery.FAILED],
            delivery_stopped=tally.deliveries[Delivery.STOPPED],
            delivery_cached=tally.deliveries[Delivery.CACHED],
            delivery_unknown=tally.deliveries[Delivery.UNKNOWN],
            by_operator=tally.by_operator,
            changed=tally.changed,
        )

    def event(self, group: Group[RedactedSighting]) -> records.Event:
        """Return the event's row: the main transmission's columns, a null filled from the next."""
        members = group.members
        sightings = [member.sighting for member in members]
        main = members[0]
        dedup_id, dedup_token, dedup_form = self.redactor.dedup(_first(sighting.dedup_id for sighting in sightings))
        # What an app sent happened on no page, whatever a copy of it says.
        pages = [member.attribution for member in members] if main.sender == "site" else []
        page = next((page for page in pages if page.site), main.attribution)
        visit = _first(page.visit for page in pages)
        return records.Event(
            id=group.first.id_in(self.recording_id),
            recording_id=self.recording_id,
            visit_id=visit.id if visit else None,
            seen_at=time_text(_first(member.seen_at for member in members)),
            channel=main.channel,
            rule_id=main.rule.id,
            confidence=main.confidence,
            pixel_id=self.redactor.pixel_id(_first(sighting.pixel_id for sighting in sightings)),
            event_name=self.redactor.event_name(_first(sighting.event_name for sighting in sightings)),
            event_kind=next((member.event_kind for member in members if member.sighting.event_name), main.event_kind),
            dedup_id=dedup_id,
            dedup_token=dedup_token,
            dedup_form=dedup_form,
            page_site=page.site,
            page_url=self.redactor.url(page.url),
            attributed_by=page.by,
            attribution_certainty=page.certainty,
            transmissions=len(members),
            blocked=all(member.request.blocked for member in members),
            delivery=group.delivery,
            sender=main.sender,
        )

    def transmission(self, group: Group[RedactedSighting], member: RedactedSighting) -> Iterator[records.AnyRecord]:
        """Yield a transmission's row and those of its fields."""
        request, sighting = member.request, member.sighting
        transmission_id = member.id_in(self.recording_id)
        yield records.Transmission(
            id=transmission_id,
            event_id=group.first.id_in(self.recording_id),
            recording_id=self.recording_id,
            position=request.position,
            part=request.part,
            item=sighting.item,
            line=request.line,
            seen_at=time_text(request.seen_at),
            rule_id=sighting.rule.id,
            rule_version=sighting.rule.version,
            channel=member.channel,
            receiver_host=self.redactor.receiver(request.host),
            first_party=member.first_party,
            method=request.method,
            transport=sighting.transport,
            body_state=request.body_state,
            blocked=request.blocked,
            also_matched=sighting.also_matched,
            delivery=request.outcome.delivery,
            delivery_reason=request.outcome.reason,
        )
        yield from _owned(member.fields, transmission_id, None)

    def contact(self, contact: RedactedSighting) -> Iterator[records.AnyRecord]:
        """Yield a contact's row and those of its fields."""
        request, sighting, page = contact.request, contact.sighting, contact.attribution
        contact_id = contact.id_in(self.recording_id)
        yield records.Contact(
            id=contact_id,
            recording_id=self.recording_id,
            visit_id=page.visit.id if page.visit else None,
            position=request.position,
            part=request.part,
            line=request.line,
            seen_at=time_text(request.seen_at),
            channel=contact.channel,
            rule_id=sighting.rule.id,
            rule_version=sighting.rule.version,
            confidence=contact.confidence,
            pixel_id=self.redactor.pixel_id(sighting.pixel_id),
            page_site=page.site,
            page_url=self.redactor.url(page.url),
            attributed_by=page.by,
            attribution_certainty=page.certainty,
            receiver_host=self.redactor.receiver(request.host),
            first_party=contact.first_party,
            method=request.method,
            body_state=request.body_state,
            blocked=request.blocked,
            also_matched=sighting.also_matched,
            delivery=request.outcome.delivery,
            delivery_reason=request.outcome.reason,
            sender=contact.sender,
        )
        yield from _owned(contact.fields, None, contact_id)

    def visit(self, visit: Visit, page: PageDocument) -> records.Visit:
        """Return the row of a visit."""
        return records.Visit(
            id=visit.id,
            recording_id=self.recording_id,
            position=page.request.position,
            site=visit.site,
            page_url=self.redactor.url(page.url),
            status=page.status,
            seen_at=time_text(page.request.seen_at),
            attributed_by="document" if page.request.page_ref is None else "har_page",
        )

    def sign(self, redacted: RedactedSign, visit: Visit | None, site: Site | None) -> Iterator[records.AnyRecord]:
        """Yield the row of a signal or observation, and those of the settings that it shows."""
        request, sign = redacted.request, redacted.sign
        row_id = f"{self.recording_id}-{request.coordinates}-{sign.rule.id}"
        visit_id, seen_at = visit.id if visit else None, time_text(request.seen_at)
        if sign.rule.gives == "signal":
            yield records.Signal(
                id=row_id,
                recording_id=self.recording_id,
                visit_id=visit_id,
                position=request.position,
                site=site,
                seen_at=seen_at,
                rule_id=sign.rule.id,
                rule_version=sign.rule.version,
                kind=sign.kind,
                state=redacted.state,
            )
            return
        yield records.Observation(
            id=row_id,
            recording_id=self.recording_id,
            visit_id=visit_id,
            position=request.position,
            site=site,
            seen_at=seen_at,
            kind=sign.kind,
            rule_id=sign.rule.id,
            rule_version=sign.rule.version,
            confidence=sign.rule.confidence,
            evidence=redacted.evidence,
        )
        for number, setting in enumerate(redacted.settings):
            yield records.PixelConfig(
                id=f"{row_id}-{number}",
                recording_id=self.recording_id,
                visit_id=visit_id,
                position=request.position,
                site=site,
                pixel_id=self.redactor.pixel_id(setting.pixel_id),
                seen_at=seen_at,
                key=setting.key,
                value=setting.value,
            )


def _first[T](values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _owned(
    fields: Iterable[records.Field], transmission_id: str | None, contact_id: str | None
) -> Iterator[records.Field]:
    # By position, which takes half the time: most of what is made of an event are these.
    return (
        records.Field(
            transmission_id,
            contact_id,
            field.field,
            field.ordinal,
            field.data_class,
            field.form,
            field.matching,
            field.length,
            field.value_token,
            field.value,
        )
        for field in fields
    )
