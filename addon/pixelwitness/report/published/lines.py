"""The report as JSON lines: how events, contacts and the rest fill the published models of a line.

Owns the way from what was seen to a line, and the numbers that tell equal values alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Field, Finding
from pixelwitness.meaning.hints.identity import closest
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.meaning.spot.finding import IDENTITY
from pixelwitness.report.published import line_model
from pixelwitness.report.published.document import bare, contents, known_by_shape
from pixelwitness.report.wording.vocabulary import Vocabulary


@dataclass(slots=True)
class Numbers:
    """Numbers equal values of one class and form alike, from 1 on, as they appear."""

    _given: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def of(self, one: Field) -> int:
        """Return the number of a field's value."""
        return self._given.setdefault((one.data_class, one.form, one.value_token), len(self._given) + 1)


def known_by(findings: Sequence[Finding]) -> Identification | None:
    """Return by what Meta could know whom an event or contact is about; None where nobody asked."""
    told = [(one.label, one.evidence or "") for one in findings if one.kind == IDENTITY]
    return closest(told) if told else None


def event_line(seen: SeenEvent, vocabulary: Vocabulary, numbers: Numbers) -> line_model.EventLine:
    """Return one event with all that carried it."""
    event = seen.event
    return line_model.EventLine(
        id=event.id,
        recording_id=event.recording_id,
        seen_at=event.seen_at,
        site=event.page_site or "unknown",
        page=bare(event.page_url),
        event_name=event.event_name,
        event_kind=event.event_kind,
        pixel_id=event.pixel_id,
        channel=event.channel,
        rule=event.rule_id,
        confidence=event.confidence,
        attributed_by=event.attributed_by,
        attribution_certainty=event.attribution_certainty,
        blocked=event.blocked,
        contents=contents(seen.unread, len(seen.transmissions)),
        known_by=known_by_shape(known_by(seen.findings)),
        findings=_findings(seen.findings),
        data=_fields(seen.fields, vocabulary, numbers),
        transmissions=[
            line_model.TransmissionShape(
                position=one.position,
                part=one.part,
                item=one.item,
                line=one.line,
                channel=one.channel,
                rule=one.rule_id,
                rule_version=one.rule_version,
                receiver=one.receiver_host,
                first_party=one.first_party,
                method=one.method,
                transport=one.transport,
                body_state=one.body_state,
                blocked=one.blocked,
                also_matched=list(one.also_matched),
            )
            for one in seen.transmissions
        ],
    )


def contact_line(seen: SeenContact, vocabulary: Vocabulary, numbers: Numbers) -> line_model.ContactLine:
    """Return one contact."""
    contact = seen.contact
    return line_model.ContactLine(
        id=contact.id,
        recording_id=contact.recording_id,
        seen_at=contact.seen_at,
        site=contact.page_site or "unknown",
        page=bare(contact.page_url),
        pixel_id=contact.pixel_id,
        channel=contact.channel,
        rule=contact.rule_id,
        confidence=contact.confidence,
        attributed_by=contact.attributed_by,
        attribution_certainty=contact.attribution_certainty,
        blocked=contact.blocked,
        contents=contents(int(is_unread(contact.body_state)), 1),
        position=contact.position,
        line=contact.line,
        receiver=contact.receiver_host,
        method=contact.method,
        known_by=known_by_shape(known_by(seen.findings)),
        findings=_findings(seen.findings),
        data=_fields(seen.fields, vocabulary, numbers),
    )


def _findings(findings: Sequence[Finding]) -> list[line_model.FindingShape]:
    return [
        line_model.FindingShape(
            kind=one.kind,
            label=one.label,
            field=one.field,
            certainty=one.certainty,
            evidence=one.evidence,
            fingerprint=one.fingerprint,
        )
        for one in findings
    ]


def _fields(seen: Sequence[Field], vocabulary: Vocabulary, numbers: Numbers) -> list[line_model.FieldShape]:
    return [
        line_model.FieldShape(
            field=one.field,
            data_class=one.data_class,
            label=vocabulary.label(one.data_class),
            form=one.form,
            matching=one.matching,
            length=one.length,
            same_as=f"value {numbers.of(one)}" if one.data_class in IDENTIFYING else msgspec.UNSET,
            value=one.value if one.value is not None else msgspec.UNSET,
        )
        for one in seen
    ]
