"""The kinds of statements about one site, a class each.

Owns their arguments.  `site_statements` makes them of an exposure; a renderer has a function
for each.
"""

from typing import Annotated, Literal

from pixelwitness.report.statements.statement import (
    Carried,
    ContactWay,
    Deed,
    EventName,
    Identifier,
    Outcome,
    Person,
    Statement,
    Way,
    says,
)

type Site = Annotated[str | None, says("the sender; null where no page is known")]
type Result = Annotated[Outcome, says("`told`, `unknown` (whether it left was not recorded), `tried` or `blocked`")]


class Events(Statement, frozen=True, kw_only=True, tag="events"):
    """How many events of which names a site told, or tried to tell."""

    site: Site
    outcome: Result
    names: Annotated[tuple[EventName, ...], says("by name, sorted")]
    events: Annotated[int, says("how many in all")]
    pixels: Annotated[tuple[str, ...], says("numbers of the receivers")]
    ways: Annotated[tuple[Way, ...], says("ways taken")]
    receivers: Annotated[tuple[str, ...], says("hosts")]


class Act(Statement, frozen=True, kw_only=True, tag="act"):
    """What a person did, as events tell it: one thing, with all that went with it."""

    site: Site
    outcome: Result
    person: Annotated[Person, says("`you` or `visitor`: whom the words speak of")]
    further: Annotated[bool, says("another act of this site was told before it")]
    deeds: Annotated[tuple[Deed, ...], says("the events")]
    subject: Annotated[str | None, says("last name of the field that says what it was about, or null")]
    texts: Annotated[tuple[str, ...], says("what it was about, where that was kept")]
    value: Annotated[str | None, says("the sum, where it was kept")]
    currency: Annotated[str | None, says("likewise")]
    has_sum: Annotated[bool, says("a sum went with it, kept or not")]
    pages: Annotated[tuple[str, ...], says("addresses of pages that the events name, without scheme and query")]
    more_pages: Annotated[int, says("how many further ones")]
    topics: Annotated[tuple[str, ...], says("sensitive topics at which the texts point: hints")]
    data: Annotated[tuple[Carried, ...], says("data about the person that went with it")]
    identifiers: Annotated[tuple[Identifier, ...], says("by which a browser or account can be known again")]
    is_unread: Annotated[bool, says("part of what was sent was not recorded")]
    channels: Annotated[tuple[str, ...], says("ways taken, where the acts of a site took several")]


class FurtherEvents(Statement, frozen=True, kw_only=True, tag="further_events"):
    """Events of the same kinds with other contents than those that are told."""

    outcome: Result
    events: Annotated[int, says("how many")]


class Contacts(Statement, frozen=True, kw_only=True, tag="contacts"):
    """Requests that carried no event, and by which Meta learns of the visit."""

    site: Site
    outcome: Result
    further: Annotated[bool, says("an event of this site went the same way")]
    ways: Annotated[tuple[ContactWay, ...], says("by channel and rule")]
    contacts: Annotated[int, says("how many in all")]
    receivers: Annotated[tuple[str, ...], says("hosts")]


class PersonalData(Statement, frozen=True, kw_only=True, tag="personal_data"):
    """One class of data about the person in one form, and where it stood."""

    data_class: Annotated[str, says("its class")]
    form: Annotated[str, says("how it was dressed: `plain`, `sha256`, `masked` …")]
    fields: Annotated[tuple[str, ...], says("names of the fields")]
    events: Annotated[tuple[str, ...], says("names of the events with which it went")]
    times: Annotated[int, says("how many events and contacts carried it")]
    unknown: Annotated[int, says("of these, those of which it was not recorded whether they left")]
    different_values: Annotated[int, says("how many different values; 0 where that is not known")]
    is_persona: Annotated[bool, says("it is a datum of the invented person that the scan was given")]
    reason: Annotated[str | None, says("why it is taken for it, in words; null where its field says so")]


class BrowserIdentifiers(Statement, frozen=True, kw_only=True, tag="browser_identifiers"):
    """By what Meta can know the browser, an account or a customer again."""

    identifiers: Annotated[tuple[Identifier, ...], says("by field")]
    unknown: Annotated[bool, says("of nothing that shows it was it recorded that it left")]


class NoIdentifier(Statement, frozen=True, kw_only=True, tag="no_identifier"):
    """No identifier stood in the fields that were read; each request also shows address, browser and page."""

    bodies_not_recorded: Annotated[int, says("bodies of requests to Meta that could not be read")]


class Identification(Statement, frozen=True, kw_only=True, tag="identification"):
    """By which identifiers Meta could know whom the events are about, at their closest."""

    person: Annotated[Person, says("`you` or `visitor`")]
    level: Annotated[
        Literal["account", "person", "browser", "device", "click", "none", "not recorded"],
        says("`account`, `person`, `browser`, `device` of an app, `click`, `none` or `not recorded`"),
    ]
    names: Annotated[tuple[str, ...], says("the identifiers, the closest first")]
    by_content: Annotated[tuple[Carried, ...], says("data about the person that stood elsewhere in what was sent")]
    may_be_more: Annotated[bool, says("part of what was sent was not recorded")]
    unknown: Annotated[bool, says("of nothing that shows it was it recorded that it left")]


class TextHint(Statement, frozen=True, kw_only=True, tag="text_hint"):
    """What texts point at: a sensitive topic, an interest, or words that an AI could take for an order."""

    about: Annotated[Literal["topic", "interest", "instruction_text"], says("`topic`, `interest`, `instruction_text`")]
    label: Annotated[str, says("which, as one word")]
    fields: Annotated[tuple[str, ...], says("names of the fields")]
    reason: Annotated[str, says("words of our lists")]
    events: Annotated[int, says("how many events give it")]
    contacts: Annotated[int, says("likewise contacts")]


class Conflict(Statement, frozen=True, kw_only=True, tag="conflict"):
    """Two words of what was sent, or one of them and what was seen, speak against each other."""

    about: Annotated[str, says("about what: `page`")]
    fields: Annotated[tuple[str, ...], says("names of the fields")]
    reason: Annotated[str, says("which words, in words")]
    events: Annotated[int, says("how many events give it")]
    contacts: Annotated[int, says("likewise contacts")]


class OtherFinding(Statement, frozen=True, kw_only=True, tag="finding"):
    """A finding of any other kind."""

    finding: Annotated[str, says("its kind")]
    label: Annotated[str, says("what was found, as one word")]
    fields: Annotated[tuple[str, ...], says("names of the fields")]
    reason: Annotated[str, says("the reason, in words")]
    events: Annotated[int, says("how many events give it")]
    contacts: Annotated[int, says("likewise contacts")]


class Consent(Statement, frozen=True, kw_only=True, tag="consent"):
    """What was visible of consent when events left."""

    state: Annotated[str, says("`granted`, `denied`, `nothing_seen` …")]
    events: Annotated[int, says("how many")]
    followed: Annotated[int, says("of these, how many were followed by a consent signal of the site")]
    unknown: Annotated[int, says("of these, those of which it was not recorded whether they left")]
    reasons: Annotated[tuple[str, ...], says("which signals, in words")]


class LimitedUse(Statement, frozen=True, kw_only=True, tag="limited_use"):
    """What events asked of Meta's use of them."""

    asked: Annotated[bool, says("whether a limited use was asked for")]
    events: Annotated[int, says("how many")]
    unknown: Annotated[int, says("of these, those of which it was not recorded whether they left")]
    reason: Annotated[str, says("in words")]


class Attribution(Statement, frozen=True, kw_only=True, tag="attribution"):
    """Of how many requests it is not certain that the site sent them."""

    requests: Annotated[int, says("events and contacts in all")]
    doubtful: Annotated[int, says("those of which it is likely or a hint")]
    by_own_word: Annotated[int, says("of these, those that only the sender's own word gives to the site")]


class PixelTakes(Statement, frozen=True, kw_only=True, tag="pixel_takes"):
    """What a pixel is set to take by itself, beside what it was seen to take."""

    pixel_id: Annotated[str | None, says("the pixel")]
    settings: Annotated[tuple[str, ...], says("settings that gather something")]
    fields: Annotated[tuple[str, ...], says("keys of contact details that it takes")]
    seen: Annotated[tuple[Carried, ...], says("data about the person that events to it carried")]
    seen_identifiers: Annotated[tuple[Identifier, ...], says("by which a browser or account can be known again")]
    is_unread: Annotated[bool, says("part of what was sent was not recorded")]


class PixelSends(Statement, frozen=True, kw_only=True, tag="pixel_sends"):
    """Where else a pixel is set to send events."""

    pixel_id: Annotated[str | None, says("the pixel")]
    setting: Annotated[str, says("which setting says so")]
    receivers: Annotated[tuple[str, ...], says("hosts or pixels")]


class PixelLimit(Statement, frozen=True, kw_only=True, tag="pixel_limit"):
    """What a pixel is set not to take."""

    pixel_id: Annotated[str | None, says("the pixel")]
    setting: Annotated[str, says("which setting says so")]
    names: Annotated[tuple[str, ...], says("of data or events")]


class ServerSide(Statement, frozen=True, kw_only=True, tag="server_side"):
    """Why the site's server may report to Meta, too."""

    browser_events: Annotated[int, says("events that a browser sent")]
    reasons: Annotated[tuple[str, ...], says("in words")]


class BodiesNotRecorded(Statement, frozen=True, kw_only=True, tag="bodies_not_recorded"):
    """Bodies of requests to Meta that nobody could look at."""

    bodies: Annotated[int, says("how many")]


class NothingSeen(Statement, frozen=True, kw_only=True, tag="nothing_seen"):
    """A site was visited, and nothing was seen to go to Meta."""

    site: Site
    visits: Annotated[int, says("pages loaded")]


type SiteStatement = (
    Events
    | Act
    | FurtherEvents
    | Contacts
    | PersonalData
    | BrowserIdentifiers
    | NoIdentifier
    | Identification
    | TextHint
    | Conflict
    | OtherFinding
    | Consent
    | LimitedUse
    | Attribution
    | PixelTakes
    | PixelSends
    | PixelLimit
    | ServerSide
    | BodiesNotRecorded
    | NothingSeen
)

SITE_KINDS: tuple[type[Statement], ...] = (
    Events,
    Act,
    FurtherEvents,
    Contacts,
    PersonalData,
    BrowserIdentifiers,
    NoIdentifier,
    Identification,
    TextHint,
    Conflict,
    OtherFinding,
    Consent,
    LimitedUse,
    Attribution,
    PixelTakes,
    PixelSends,
    PixelLimit,
    ServerSide,
    BodiesNotRecorded,
    NothingSeen,
)
"""The kinds in the order of their making."""
