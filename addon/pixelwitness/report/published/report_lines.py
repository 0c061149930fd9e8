"""The report as JSON lines: how events, contacts and the rest fill the published models of a line.

Owns the way from what was seen to a line, and the numbers that tell equal values alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Contact, Event, Field, Finding
from pixelwitness.meaning.hints.identity import summarise_identity
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.meaning.spot.finding import IDENTITY
from pixelwitness.report.published import line_model
from pixelwitness.report.published.report_document import judge_contents, publish_identification, without_scheme
from pixelwitness.report.published.shared_model import publish
from pixelwitness.report.wording.vocabulary import Vocabulary


@dataclass(slots=True)
class ValueNumbers:
    """Numbers equal values of one class and form alike, from 1 on, as they appear."""

    _given: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def number_of(self, datum: Field) -> int:
        """Return the number of a field's value."""
        return self._given.setdefault((datum.data_class, datum.form, datum.value_token), len(self._given) + 1)


def identify(findings: Sequence[Finding]) -> Identification | None:
    """Return by what Meta could know whom an event or contact is about; None where nobody asked."""
    levels = [(finding.label, finding.evidence or "") for finding in findings if finding.kind == IDENTITY]
    return summarise_identity(levels) if levels else None


def publish_event(seen: SeenEvent, vocabulary: Vocabulary, numbers: ValueNumbers) -> line_model.EventLine:
    """Return one event with all that carried it."""
    return publish(
        line_model.EventLine,
        seen.event,
        **_common(seen.event, seen, vocabulary, numbers),
        contents=judge_contents(seen.unread, len(seen.transmissions)),
        transmissions=[
            publish(
                line_model.TransmissionShape,
                transmission,
                rule=transmission.rule_id,
                receiver=transmission.receiver_host,
            )
            for transmission in seen.transmissions
        ],
    )


def publish_contact(seen: SeenContact, vocabulary: Vocabulary, numbers: ValueNumbers) -> line_model.ContactLine:
    """Return one contact."""
    return publish(
        line_model.ContactLine,
        seen.contact,
        **_common(seen.contact, seen, vocabulary, numbers),
        contents=judge_contents(int(is_unread(seen.contact.body_state)), 1),
        receiver=seen.contact.receiver_host,
    )


def _common(
    record: Event | Contact, seen: SeenEvent | SeenContact, vocabulary: Vocabulary, numbers: ValueNumbers
) -> dict[str, object]:
    """Return the keys that lines of events and of contacts make in the same way."""
    return {
        "site": record.page_site or "unknown",
        "page": without_scheme(record.page_url),
        "rule": record.rule_id,
        "known_by": publish_identification(identify(seen.findings)),
        "findings": [publish(line_model.FindingShape, finding) for finding in seen.findings],
        "data": [_field(field, vocabulary, numbers) for field in seen.fields],
    }


def _field(field: Field, vocabulary: Vocabulary, numbers: ValueNumbers) -> line_model.FieldShape:
    return publish(
        line_model.FieldShape,
        field,
        label=vocabulary.label(field.data_class),
        same_as=f"value {numbers.number_of(field)}" if field.data_class in IDENTIFYING else msgspec.UNSET,
        value=field.value if field.value is not None else msgspec.UNSET,
    )
