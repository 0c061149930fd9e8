"""The published models of the report as JSON lines: one event, contact, recording or statement a line.

Owns the names, types and meanings of keys, as `model` does for what is common.
"""

from typing import Annotated

import msgspec

from pixelwitness.report.published.shared_model import (
    SCHEMA_VERSION,
    AnnouncedUse,
    Contents,
    KnownByIds,
    Ledger,
    Model,
    RecordingShape,
    SaidOfSite,
    Version,
    says,
)


class FieldShape(Model, frozen=True, kw_only=True):
    """One datum of an event or contact."""

    field: Annotated[str, says("its name")]
    data_class: Annotated[str, says("its class")]
    label: Annotated[str, says("in words")]
    form: Annotated[str, says("its form")]
    matching: Annotated[str, says("how it got in")]
    length: Annotated[int, says("characters of the value")]
    same_as: Annotated[str | msgspec.UnsetType, says("number of the value, for classes that identify")] = msgspec.UNSET
    value: Annotated[str | msgspec.UnsetType, says("where it is stored")] = msgspec.UNSET


class FindingShape(Model, frozen=True, kw_only=True):
    """One thing understood about an event or contact."""

    kind: Annotated[
        str,
        says(
            "`personal_data`, `persona`, `identity`, `consent`, `topic`, `interest`, `server_side`, "
            "`instruction_text` or `conflict`"
        ),
    ]
    label: Annotated[str, says("what was found, as one word")]
    field: Annotated[str | None, says("where, or null")]
    certainty: Annotated[str, says("`certain`, `likely` or `hint`")]
    evidence: Annotated[str | None, says("the reason, in words")]
    fingerprint: Annotated[str | None, says("by what a baseline knows it: a hash of where and what, of no value")]


class TransmissionShape(Model, frozen=True, kw_only=True):
    """One carrying of an event."""

    position: Annotated[int, says("entry or flow, from 0")]
    part: Annotated[int | None, says("index in a batch, or null")]
    item: Annotated[int | None, says("index in a list of events, or null")]
    line: Annotated[int | None, says("line in the file, or null")]
    channel: Annotated[str, says("the way")]
    rule: Annotated[str, says("id")]
    rule_version: Annotated[int, says("of the rule")]
    receiver: Annotated[str, says("host")]
    first_party: Annotated[bool | None, says("whether the host belongs to the page's site")]
    method: Annotated[str, says("of the request")]
    transport: Annotated[str, says("how it was carried")]
    body_state: Annotated[str, says("`recorded`, `empty`, `not_recorded`, `too_big` or `undecodable`")]
    delivery: Annotated[str, says("`answered`, `sent`, `failed`, `stopped`, `cached` or `unknown`")]
    delivery_reason: Annotated[str | None, says("what shows it, or null")]
    blocked: Annotated[bool, says("true when our own block kept it back")]
    also_matched: Annotated[list[str], says("further rules that matched")]


class EventLine(Model, frozen=True, kw_only=True, tag_field="record", tag="event"):
    """One event with all that carried it."""

    schema_version: Version = SCHEMA_VERSION
    id: Annotated[str, says("of the event")]
    recording_id: Annotated[str, says("of its recording")]
    seen_at: Annotated[str | None, says("UTC")]
    site: Annotated[str, says("or `unknown`")]
    page: Annotated[str | None, says("address")]
    event_name: Annotated[str | None, says("or null")]
    event_kind: Annotated[str, says("`standard`, `custom` or `automatic`")]
    pixel_id: Annotated[str | None, says("or null")]
    channel: Annotated[str, says("of the main transmission")]
    rule: Annotated[str, says("id")]
    confidence: Annotated[str, says("of the rule")]
    attributed_by: Annotated[str, says("how the page is known")]
    attribution_certainty: Annotated[str | None, says("how surely")]
    sender: Annotated[str, says("`site`, `app:` with its package, or `operator`")]
    delivery: Annotated[str, says("of its transmissions the surest that it was told")]
    blocked: Annotated[bool, says("true when our own block kept every transmission back")]
    contents: Annotated[Contents, says("`recorded`, `partly_recorded` or `not_recorded`")]
    known_by: Annotated[KnownByIds | None, says("by what Meta could know whom it is about; null where nobody asked")]
    findings: Annotated[list[FindingShape], says("what was understood, consent among it; below")]
    data: Annotated[list[FieldShape], says("fields of all transmissions, below")]
    transmissions: Annotated[list[TransmissionShape], says("below")]


class ContactLine(Model, frozen=True, kw_only=True, tag_field="record", tag="contact"):
    """One contact."""

    schema_version: Version = SCHEMA_VERSION
    id: Annotated[str, says("of the contact")]
    recording_id: Annotated[str, says("of its recording")]
    seen_at: Annotated[str | None, says("UTC")]
    site: Annotated[str, says("or `unknown`")]
    page: Annotated[str | None, says("address")]
    pixel_id: Annotated[str | None, says("or null")]
    channel: Annotated[str, says("the way")]
    rule: Annotated[str, says("id")]
    confidence: Annotated[str, says("of the rule")]
    attributed_by: Annotated[str, says("how the page is known")]
    attribution_certainty: Annotated[str | None, says("how surely")]
    sender: Annotated[str, says("as above")]
    delivery: Annotated[str, says("as above")]
    delivery_reason: Annotated[str | None, says("what shows it, or null")]
    blocked: Annotated[bool, says("true when our own block kept it back")]
    contents: Annotated[Contents, says("as above")]
    position: Annotated[int, says("entry or flow, from 0")]
    line: Annotated[int | None, says("line in the file, or null")]
    receiver: Annotated[str, says("host")]
    method: Annotated[str, says("of the request")]
    known_by: Annotated[KnownByIds | None, says("as above")]
    findings: Annotated[list[FindingShape], says("as above")]
    data: Annotated[list[FieldShape], says("as above")]


class StatementLine(SaidOfSite, frozen=True, kw_only=True, tag_field="record", tag="statement"):
    """One statement about one site."""

    schema_version: Version = SCHEMA_VERSION
    site: Annotated[str, says("or `unknown`")]


class RecordingLine(RecordingShape, frozen=True, kw_only=True, tag_field="record", tag="recording"):
    """One recording and its own ledger."""

    schema_version: Version = SCHEMA_VERSION


class UseLine(AnnouncedUse, frozen=True, kw_only=True, tag_field="record", tag="announced_use"):
    """One statement about the use of such data."""

    schema_version: Version = SCHEMA_VERSION


class LedgerLine(Ledger, frozen=True, kw_only=True, tag_field="record", tag="coverage"):
    """The last line: the sums over recordings."""

    schema_version: Version = SCHEMA_VERSION
    could_not_be_seen: Annotated[list[str], says("sentences")]


type Line = EventLine | ContactLine | StatementLine | RecordingLine | UseLine | LedgerLine
