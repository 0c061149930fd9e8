"""The published models of ``check`` as JSON: the judgement, its violations, where they stand.

Owns the names, types and meanings of keys, as `model` does for what is common.
"""

from typing import Annotated, Literal

from pixelwitness.report.published.shared_model import SCHEMA_VERSION, Ledger, Model, Version, says


class PlaceShape(Model, frozen=True, kw_only=True):
    """Where one piece of evidence stands."""

    file: Annotated[str, says("path of the recording below the root, with `/`")]
    stands_in: Annotated[bool, says("true where the recording is no file below the root, and another is named for it")]
    recording_id: Annotated[str, says("of the recording")]
    position: Annotated[int, says("entry or flow, from 0")]
    line: Annotated[int | None, says("line of the entry in the file, or null")]


class CarriedShape(Model, frozen=True, kw_only=True):
    """One class of data in one form."""

    data_class: Annotated[str, says("its [class](fields.md)")]
    label: Annotated[str, says("the class in words")]
    form: Annotated[str, says("how it was dressed: `plain`, `sha256`, `masked` …")]


class SuppressedShape(Model, frozen=True, kw_only=True):
    """Why a violation does not count."""

    by: Annotated[Literal["baseline", "ignore"], says("`baseline` or `ignore`")]
    reason: Annotated[str, says("as it was written down")]
    expires: Annotated[str | None, says("the last day on which it holds, or null")]


class OutcomesShape(Model, frozen=True, kw_only=True):
    """How many of the requests came to which outcome."""

    told: Annotated[int, says("left: answered, or sent as far as the browser shows")]
    unknown: Annotated[int, says("whether they left was not recorded; judged like sent")]
    tried: Annotated[int, says("the site tried to send them, and it is proved that nothing left")]
    blocked: Annotated[int, says("pixelwitness itself kept them back")]


class ConflictShape(Model, frozen=True, kw_only=True):
    """Two words about whose page it was that speak against each other."""

    text: Annotated[str, says("which of them, in words")]
    times: Annotated[int, says("of how many requests")]


class ReasonShape(Model, frozen=True, kw_only=True):
    """What a policy holds against something."""

    kind: Annotated[str, says("`not_listed`, `none_allowed`, `consent_only`, `personal_data` …")]
    what: Annotated[str, says("of which the policy or declaration says something: `event`, `data` …; else empty")]
    label: Annotated[str, says("the topic, or what was visible of consent; else empty")]


class GapShape(Model, frozen=True, kw_only=True):
    """One reason for which silence would prove nothing."""

    kind: Annotated[str, says("`incomplete`, `contents`, `scripts_missing` …")]
    number: Annotated[int, says("how many recordings, requests, events or sites")]
    of: Annotated[int, says("of how many, for `unaccounted`; else 0")]
    label: Annotated[str, says("what was visible of consent, for `consent`; else empty")]
    sites: Annotated[list[str | None], says("which, for `scripts_missing`; null for an unknown page")]
    text: Annotated[str, says("the same in a sentence")]


class StaleShape(Model, frozen=True, kw_only=True):
    """What of a baseline or of the ignores is out of date."""

    kind: Annotated[str, says("`ignore_unmatched`, `ignore_expired`, `entry_unmatched` or `baseline_older`")]
    name: Annotated[str, says("number of the ignore, fingerprint of the entry, or the baseline")]
    about: Annotated[list[str], says("what the entry is about, in its own words")]
    expired: Annotated[str, says("the last day on which it held; else empty")]
    kinds: Annotated[list[str], says("channels of contacts that the baseline does not know")]
    contacts: Annotated[int, says("how many contacts of these")]
    sites: Annotated[int, says("on how many sites")]
    text: Annotated[str, says("the same in a sentence")]


class ViolationShape(Model, frozen=True, kw_only=True):
    """Events, or contacts, of one kind that one check of the policy does not allow."""

    check: Annotated[str, says("id of the [check](policy.md#checks) that speaks")]
    level: Annotated[str, says("`error` or `warn`")]
    fingerprint: Annotated[str, says("by which a baseline knows it")]
    kind: Annotated[Literal["event", "contact"], says("`event` or `contact`")]
    site: Annotated[str, says("or `unknown`")]
    page: Annotated[str | None, says("of the first of them, without scheme and query, or null")]
    event_name: Annotated[str | None, says("null for contacts, and where it was not recorded")]
    pixel_id: Annotated[str | None, says("the receiver, or null")]
    channels: Annotated[list[str], says("ways taken")]
    rule: Annotated[str, says("id of the [rule](rules.md) that recognised it")]
    confidence: Annotated[str, says("of the rule")]
    subject: Annotated[
        str | None, says("what the check objects to: a class of data, a channel, a topic; null for the whole")
    ]
    headline: Annotated[str, says("what was sent, or tried to be sent, in words")]
    reason: Annotated[ReasonShape, says("what the policy holds against it")]
    why: Annotated[str, says("the same in a sentence")]
    times: Annotated[int, says("how often")]
    outcomes: Annotated[OutcomesShape, says("what became of them; the numbers add up to `times`")]
    data: Annotated[list[CarriedShape], says("what they carried, never a value")]
    fields: Annotated[list[str], says("names of the fields in which what is objected to stood")]
    places: Annotated[list[PlaceShape], says("where the evidence stands, the first few of `times`")]
    own_word: Annotated[int, says("of how many nothing but the sender's own word says that they are the site's")]
    conflicts: Annotated[list[ConflictShape], says("what speaks against what about whose page it was")]
    remedies: Annotated[list[str], says("what would help, in words")]
    suppressed: Annotated[SuppressedShape | None, says("why it does not count, or null")]


class UnreadShape(Model, frozen=True, kw_only=True):
    """An input that could not be read."""

    file: Annotated[str, says("its path below the root, or its name")]
    why: Annotated[str, says("what was found, in words")]


class CheckReport(Model, frozen=True, kw_only=True):
    """What a policy makes of recordings."""

    schema_version: Version = SCHEMA_VERSION
    exit_code: Annotated[int, says("the [exit code](exit-codes.md)")]
    meaning: Annotated[str, says("the exit code in words")]
    policy: Annotated[str, says("what was applied, in words")]
    presets: Annotated[list[str], says("presets that were applied")]
    violations: Annotated[list[ViolationShape], says("of the level `error`, below")]
    warnings: Annotated[list[ViolationShape], says("of the level `warn`")]
    suppressed: Annotated[list[ViolationShape], says("known to a baseline, or ignored")]
    gaps: Annotated[list[GapShape], says("why silence would prove nothing; empty when all was seen")]
    unread: Annotated[list[UnreadShape], says("inputs that could not be read")]
    stale: Annotated[list[StaleShape], says("what of the baseline and the ignores is out of date")]
    own_events: Annotated[int, says("events on Meta's own sites, which are not judged")]
    not_sent: Annotated[int, says('events and contacts that did not leave, not judged under `judge = "sent"`; else 0')]
    coverage: Annotated[Ledger, says("the [ledger](ledger.md), summed over recordings")]
