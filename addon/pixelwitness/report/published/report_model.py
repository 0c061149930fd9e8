"""The published models of the report as one JSON document: sites, their groups, what joins them.

Owns the names, types and meanings of keys, as `model` does for what is common.
"""

from typing import Annotated, Any, Literal

from pixelwitness.report.published.shared_model import (
    SCHEMA_VERSION,
    AnnouncedUse,
    Contents,
    Datum,
    KnownByIds,
    Ledger,
    Model,
    RecordingShape,
    Said,
    SaidOfReport,
    SaidOfSite,
    SiteFinding,
    Version,
    says,
)


class EventsShape(Model, frozen=True, kw_only=True):
    """Events of one site with the same pixel, name and ways."""

    outcome: Annotated[str, says("`told`, `unknown` (whether they left was not recorded), `tried` or `blocked`")]
    event_name: Annotated[str | None, says("null where it was not recorded")]
    event_kind: Annotated[str, says("`standard`, `custom` or `automatic`")]
    pixel_id: Annotated[str | None, says("the receiver")]
    channels: Annotated[list[str], says("ways taken")]
    transports: Annotated[list[str], says("how they were carried")]
    receivers: Annotated[list[str], says("hosts")]
    events: Annotated[int, says("how many")]
    transmissions: Annotated[int, says("requests, or items of requests, that carried them")]
    contents: Annotated[Contents, says("`recorded`, `partly_recorded` or `not_recorded`")]
    confidence: Annotated[list[str], says("of the rules")]
    data: Annotated[list[Datum], says("as above")]
    pages: Annotated[list[str], says("where it happened, at most 12")]
    first_seen: Annotated[str | None, says("UTC")]
    last_seen: Annotated[str | None, says("UTC")]


class ContactsShape(Model, frozen=True, kw_only=True):
    """Contacts of one site by one way."""

    outcome: Annotated[str, says("as above")]
    channel: Annotated[str, says("the way")]
    receivers: Annotated[list[str], says("hosts")]
    pixels: Annotated[list[str], says("receivers, where the request names one")]
    contacts: Annotated[int, says("how many")]
    contents: Annotated[Contents, says("as above")]
    data: Annotated[list[Datum], says("as above")]


class SettingShape(Model, frozen=True, kw_only=True):
    """One setting of a pixel."""

    key: Annotated[str, says("its [name](fields.md#settings-of-a-pixel)")]
    label: Annotated[str, says("in words")]
    value: Annotated[dict[str, Any], says("the parts that are kept of it")]


class SettingsShape(Model, frozen=True, kw_only=True):
    """What the recorded configuration of one pixel says."""

    pixel_id: Annotated[str | None, says("the pixel")]
    set_to_take: Annotated[list[str], says("what it gathers by itself, in words")]
    seen_to_take: Annotated[list[str], says("what it was seen to take of person and browser, in words")]
    settings: Annotated[
        list[SettingShape],
        says("each setting: its [`key`](fields.md#settings-of-a-pixel), its `label` in words, its `value`"),
    ]


class SiteShape(Model, frozen=True, kw_only=True):
    """All that one site was seen to send."""

    site: Annotated[str, says("its name, or `unknown`")]
    standing: Annotated[
        Literal["site", "meta", "app", "unknown"], says("`site`, `app`, `unknown`, or `meta` for Meta's own")
    ]
    visits: Annotated[int, says("pages loaded")]
    statements: Annotated[
        list[SaidOfSite], says("all that is said of it, as statements with their words, below; none of Meta's own")
    ]
    n_events: Annotated[int, says("events that may have left: `told` and `unknown`")]
    n_contacts: Annotated[int, says("contacts, likewise")]
    pixels: Annotated[list[str], says("numbers of the receivers")]
    channels: Annotated[list[str], says("ways taken")]
    known_by: Annotated[
        KnownByIds | None, says("by what Meta could know whom its events are about, below; null without events")
    ]
    personal_data: Annotated[list[str], says("data about the person and by what the browser is known, in words")]
    data: Annotated[list[Datum], says("all data, below")]
    events: Annotated[list[EventsShape], says("events of every outcome, grouped, below")]
    contacts: Annotated[list[ContactsShape], says("contacts of every outcome, grouped, below")]
    pixel_settings: Annotated[
        list[SettingsShape],
        says("what the site's pixels are set to take, where a recording holds their configuration; below"),
    ]
    consent: Annotated[
        list[Said],
        says("what was [visible of consent](../explanation/consent.md) when its events left; below"),
    ]
    server_side: Annotated[list[Said], says("hints that the site's server reports to Meta, too; below")]
    findings: Annotated[list[SiteFinding], says("what else was understood of events and contacts, below")]
    bodies_not_recorded: Annotated[int, says("bodies of requests to Meta that nobody could look at")]
    attribution: Annotated[dict[str, int], says("number of events and contacts by how surely their page is known")]
    first_seen: Annotated[str | None, says("UTC")]
    last_seen: Annotated[str | None, says("UTC")]


class SharedShape(Model, frozen=True, kw_only=True):
    """One value that went from several sites."""

    value: Annotated[str, says("its number")]
    data_class: Annotated[str, says("class")]
    label: Annotated[str, says("in words")]
    form: Annotated[str, says("form")]
    sites: Annotated[list[str], says("sites that sent it")]


class Report(Model, frozen=True, kw_only=True):
    """What sites were seen to tell Meta: the output of ``--format json``."""

    schema_version: Version = SCHEMA_VERSION
    statements: Annotated[list[SaidOfReport], says("what is said of all sites together, as statements, below")]
    sites: Annotated[list[SiteShape], says("one object for each site, below")]
    shared_values: Annotated[list[SharedShape], says("values that went from several sites, below")]
    announced_uses: Annotated[list[AnnouncedUse], says("what has been announced about such data, below")]
    recordings: Annotated[list[RecordingShape], says("what was looked at, one by one, below")]
    coverage: Annotated[Ledger, says("the [ledger](ledger.md), summed over recordings")]
    could_not_be_seen: Annotated[list[str], says("sentences")]
