"""Exposure: all that a site was seen to send, as every report sees it.

Owns the models between the store and the reports; `exposure_builder` fills them.  Must not
know SQLite, words for people or output formats.  The token of a value serves to
show sameness and goes no further than this.
"""

from dataclasses import dataclass
from enum import StrEnum

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import Coverage, is_unread
from pixelwitness.core.exposure.pixel_setup import PixelSettings
from pixelwitness.core.exposure.records import Contact, Event, Field, Finding, Recording, Transmission

MAX_IDS = 8
"""Ids of rows that a group, a datum or a finding keeps as its evidence; how many there are is counted."""


class Standing(StrEnum):
    """What a site is to Meta."""

    SITE = "site"
    META = "meta"
    """Meta's own site, or Meta AI: a person using Meta is not a site leaking."""
    UNKNOWN = "unknown"
    """No page is known."""


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event with its transmissions (the main one first) and their fields."""

    event: Event
    transmissions: tuple[Transmission, ...]
    fields: tuple[Field, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What was understood about it, in the order of kinds, labels and fields."""

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(sorted({transmission.channel for transmission in self.transmissions} or {self.event.channel}))

    @property
    def receivers(self) -> tuple[str, ...]:
        return tuple(sorted({transmission.receiver_host for transmission in self.transmissions}))

    @property
    def transports(self) -> tuple[str, ...]:
        return tuple(sorted({transmission.transport for transmission in self.transmissions}))

    @property
    def unread(self) -> int:
        """Transmissions of which the body could not be read."""
        return sum(is_unread(transmission.body_state) for transmission in self.transmissions)


@dataclass(frozen=True, slots=True)
class SeenContact:
    """A contact with its fields."""

    contact: Contact
    fields: tuple[Field, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSent:
    """One class of datum in one form, as it went with events or contacts."""

    data_class: str
    form: str
    matching: str
    origins: tuple[str, ...]
    """Names of the fields that held it, sorted (``ud.em``, ``udff.em``)."""
    times: int
    """Events and contacts that carried it."""
    different: int
    """Different values among them."""
    values: tuple[str, ...] = ()
    """The values themselves, sorted, where they were kept."""
    ids: tuple[str, ...] = ()
    """Of the transmissions and contacts that carried it, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class EventContents:
    """What events of one group held, equal in every field: they are reported as one."""

    fields: tuple[Field, ...]
    times: int
    page_url: str | None
    unread: bool
    """Part of it, or all, stood in a body that could not be read."""
    first: int
    """Place of the first of them among all events of the exposure, in the order of time."""
    findings: tuple[Finding, ...] = ()
    """What was understood of the first of them; the same fields give the same of each."""
    ids: tuple[str, ...] = ()
    """Of these events, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events of one site with the same pixel, name and channels."""

    pixel_id: str | None
    name: str | None
    kind: str
    channels: tuple[str, ...]
    transports: tuple[str, ...]
    receivers: tuple[str, ...]
    events: int
    transmissions: int
    unread: int
    """Transmissions of which the body could not be read: what they held is not recorded."""
    confidences: tuple[str, ...]
    data: tuple[DataSent, ...]
    contents: tuple[EventContents, ...]
    further: int
    """Events whose contents are not among these."""
    pages: tuple[str, ...]
    first_seen: str | None
    last_seen: str | None
    ids: tuple[str, ...] = ()
    """Of its events, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """Contacts of one site by one channel."""

    channel: str
    receivers: tuple[str, ...]
    pixels: tuple[str, ...]
    contacts: int
    unread: int
    data: tuple[DataSent, ...]
    rules: tuple[tuple[str, int], ...] = ()
    """(id of the rule, contacts it found), in the order of ids."""
    ids: tuple[str, ...] = ()
    """Of its contacts, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class SharedValue:
    """One value that reached Meta from several sites: there they can be joined."""

    number: int
    data_class: str
    form: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """What was understood of a site's events: of consent, or why its server may report to Meta, too."""

    label: str
    certainty: str
    evidence: str
    """Words of ours."""
    events: int
    """Of those that were not blocked; 0 where an answer showed it."""
    followed: int = 0
    """Of these events, those after which the site still showed a signal of consent in the same recording."""


@dataclass(frozen=True, slots=True)
class Identification:
    """By which identifiers Meta could know whom a site's events are about, at their closest."""

    level: str
    """``account``, ``person``, ``browser``, ``click``, ``none`` or ``not recorded``."""
    names: tuple[str, ...]
    """The identifiers of that level and of all beside it, as the findings name them."""
    may_be_more: bool
    """Part of what was sent was not recorded."""


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """One thing understood about what a site sent, as often as it was."""

    kind: str
    label: str
    certainty: str
    evidence: str
    """Words of ours."""
    fields: tuple[str, ...]
    """Names of the fields in which it was found, sorted."""
    events: int
    """Of those that were not blocked; contacts likewise."""
    contacts: int
    ids: tuple[str, ...] = ()
    """Of the events and contacts that give it, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class SiteExposure:
    """All that one site was seen to send."""

    site: str | None
    standing: Standing
    visits: int
    sent: tuple[EventGroup, ...]
    blocked: tuple[EventGroup, ...]
    """Events of which every transmission was blocked: they did not reach Meta."""
    contacts: tuple[ContactGroup, ...]
    blocked_contacts: tuple[ContactGroup, ...]
    data: tuple[DataSent, ...]
    """What reached Meta, with events and contacts together."""
    certainties: tuple[tuple[str, int], ...]
    """How surely events and contacts belong to the site: (certain, likely, hint or none; how many)."""
    first_seen: str | None
    last_seen: str | None
    settings: tuple[PixelSettings, ...] = ()
    """What the recorded configurations of its pixels say."""
    server_hints: tuple[CountedFinding, ...] = ()
    """Why its server may report to Meta, too; that it does cannot be seen."""
    consent: tuple[CountedFinding, ...] = ()
    """What was visible of consent when its events left, or what they asked of Meta's use."""
    known_by: Identification | None = None
    """None where nothing was sent, or the database is older than the question."""
    findings: tuple[SiteFinding, ...] = ()
    """All that was understood, of every kind; consent, identity and hints at a server among it."""
    opened: tuple[str, ...] = ()
    """Addresses of the pages that were visited, each once, as they were first; at most ``grouping.MAX_OPENED``."""

    @property
    def name(self) -> str:
        return self.site if self.site is not None else "unknown"

    @property
    def n_events(self) -> int:
        return sum(group.events for group in self.sent)

    @property
    def n_contacts(self) -> int:
        return sum(group.contacts for group in self.contacts)

    @property
    def pixels(self) -> tuple[str, ...]:
        return tuple(sorted({group.pixel_id for group in self.sent if group.pixel_id is not None}))

    @property
    def browser_events(self) -> int:
        """Events that a browser was seen to send, as opposed to those of servers and apps."""
        servers = {Channel.CAPI, Channel.APP_SDK}
        return sum(group.events for group in self.sent if not servers.issuperset(group.channels))

    def data_of(self, pixel_id: str | None) -> tuple[DataSent, ...]:
        """Return what events that reached one pixel carried, group by group."""
        return tuple(datum for group in self.sent if group.pixel_id == pixel_id for datum in group.data)

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(sorted({channel for group in self.sent for channel in group.channels}))

    @property
    def unread(self) -> int:
        """Transmissions and contacts of which the body could not be read."""
        groups = (*self.sent, *self.blocked)
        return sum(group.unread for group in groups) + sum(group.unread for group in self.contacts)

    @property
    def is_silent(self) -> bool:
        """Say whether nothing at all was seen to go to Meta, blocked or not, and nothing hints at a server."""
        return not (self.sent or self.blocked or self.contacts or self.blocked_contacts or self.server_hints)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The sites, what joins them, and the account of what was examined."""

    sites: tuple[SiteExposure, ...]
    shared: tuple[SharedValue, ...]
    coverage: Coverage
    recordings: tuple[Recording, ...] = ()
    """What was examined, in the order of time."""

    def of(self, standing: Standing) -> tuple[SiteExposure, ...]:
        """Return the sites of one standing."""
        return tuple(site for site in self.sites if site.standing is standing)
