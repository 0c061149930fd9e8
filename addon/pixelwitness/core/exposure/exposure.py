"""Exposure: all that a site was seen to send, as every report sees it.

Owns the models between the store and the reports; `exposure_builder` fills them.  Must not
know SQLite, words for people or output formats.  The token of a value serves to
show sameness and goes no further than this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import Coverage, is_unread
from pixelwitness.core.exposure.exposure_parts import ContactGroup, DataSent, EventGroup, SharedValue, SiteFinding
from pixelwitness.core.exposure.outcome import SENT, Outcome, outcome_of
from pixelwitness.core.exposure.pixel_setup import PixelSettings
from pixelwitness.core.exposure.records import Contact, Event, Field, Finding, Recording, Transmission


class Standing(StrEnum):
    """What a site is to Meta."""

    SITE = "site"
    META = "meta"
    """Meta's own site, or Meta AI: a person using Meta is not a site leaking."""
    APP = "app"
    """An app that sent by itself; its name is ``app:<package>``."""
    UNKNOWN = "unknown"
    """No page is known."""


OPERATOR = "operator"
"""The sender of what whoever runs the proxy replayed or changed."""
APP = "app:"
"""How the sender begins that is an app."""


def told_by(row: Event | Contact) -> str | None:
    """Return under which name something counts: the app's that sent it, else the site's of the page, None for none."""
    return row.sender if row.sender.startswith(APP) else row.page_site


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event with its transmissions (the main one first) and their fields."""

    event: Event
    transmissions: tuple[Transmission, ...]
    fields: tuple[Field, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What was understood about it, in the order of kinds, labels and fields."""

    @property
    def outcome(self) -> Outcome | None:
        """What may be said of it; None where a cache answered it."""
        return outcome_of(self.event.delivery, blocked=self.event.blocked)

    @property
    def carriers(self) -> tuple[Transmission, ...]:
        """The transmissions for which its outcome stands: of one that may have left, those that may have."""
        if self.outcome not in SENT:
            return self.transmissions
        return tuple(carrier for carrier in self.transmissions if _outcome(carrier) in SENT)

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(sorted({carrier.channel for carrier in self.carriers} or {self.event.channel}))

    @property
    def receivers(self) -> tuple[str, ...]:
        return tuple(sorted({carrier.receiver_host for carrier in self.carriers}))

    @property
    def transports(self) -> tuple[str, ...]:
        return tuple(sorted({carrier.transport for carrier in self.carriers}))

    @property
    def unread(self) -> int:
        """Of its carriers those of which the body could not be read."""
        return sum(is_unread(carrier.body_state) for carrier in self.carriers)

    @property
    def carried(self) -> tuple[Field, ...]:
        """The fields of its carriers."""
        ids = {carrier.id for carrier in self.carriers}
        return tuple(row for row in self.fields if row.transmission_id in ids)

    @property
    def unsure(self) -> frozenset[str]:
        """Ids of the transmissions of which it was not recorded whether they left."""
        return frozenset(carrier.id for carrier in self.transmissions if _outcome(carrier) is Outcome.UNKNOWN)


def _outcome(row: Transmission | Contact) -> Outcome | None:
    return outcome_of(row.delivery, blocked=row.blocked)


@dataclass(frozen=True, slots=True)
class SeenContact:
    """A contact with its fields."""

    contact: Contact
    fields: tuple[Field, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What may be said of it; None where a cache answered it."""
        return _outcome(self.contact)


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """What was understood of a site's events: of consent, or why its server may report to Meta, too."""

    label: str
    certainty: str
    evidence: str
    """Words of ours."""
    events: int
    """Of those that were judged as sent; 0 where an answer showed it."""
    followed: int = 0
    """Of these events, those after which the site still showed a signal of consent in the same recording."""
    unknown: int = 0
    """Of these, events of which it was not recorded whether they left."""


@dataclass(frozen=True, slots=True)
class Identification:
    """By which identifiers Meta could know whom a site's events are about, at their closest."""

    level: str
    """``account``, ``person``, ``browser``, ``click``, ``none`` or ``not recorded``."""
    names: tuple[str, ...]
    """The identifiers of that level and of all beside it, as the findings name them."""
    may_be_more: bool
    """Part of what was sent was not recorded."""
    unknown: bool = False
    """It was not recorded of any event that shows the level whether it left."""


@dataclass(frozen=True, slots=True)
class SiteExposure:
    """All that one site was seen to send."""

    site: str | None
    standing: Standing
    visits: int
    events: tuple[EventGroup, ...]
    """Of every outcome, in the order of names, pixels, channels and outcomes."""
    contacts: tuple[ContactGroup, ...]
    """Of every outcome and channel, also those of an unknown purpose, in the order of channels and outcomes."""
    data: tuple[DataSent, ...]
    """What was sent with events and contacts together; of each it shows how much of it was not recorded to leave."""
    certainties: tuple[tuple[str, int], ...]
    """How surely events and contacts belong to the site: (certain, likely, hint or none; how many)."""
    by_own_word: int
    """Of those that are likely, how many the sender's own word alone gives to the site."""
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
    def told(self) -> tuple[EventGroup, ...]:
        """Events of which Meta was told."""
        return self.events_of(Outcome.TOLD)

    @property
    def unknown(self) -> tuple[EventGroup, ...]:
        """Events of which it was not recorded whether they left."""
        return self.events_of(Outcome.UNKNOWN)

    @property
    def tried(self) -> tuple[EventGroup, ...]:
        """Events that the site tried to tell, and of which nothing left."""
        return self.events_of(Outcome.TRIED)

    @property
    def blocked(self) -> tuple[EventGroup, ...]:
        """Events that our own block kept back."""
        return self.events_of(Outcome.BLOCKED)

    @property
    def sent(self) -> tuple[EventGroup, ...]:
        """Events that are judged as sent: those told and those unknown."""
        return self.events_of(*SENT)

    @property
    def told_contacts(self) -> tuple[ContactGroup, ...]:
        return self.contacts_of(Outcome.TOLD)

    @property
    def unknown_contacts(self) -> tuple[ContactGroup, ...]:
        return self.contacts_of(Outcome.UNKNOWN)

    @property
    def tried_contacts(self) -> tuple[ContactGroup, ...]:
        return self.contacts_of(Outcome.TRIED)

    @property
    def blocked_contacts(self) -> tuple[ContactGroup, ...]:
        return self.contacts_of(Outcome.BLOCKED)

    @property
    def sent_contacts(self) -> tuple[ContactGroup, ...]:
        """Contacts that are judged as made: those told and those unknown."""
        return self.contacts_of(*SENT)

    def events_of(self, *outcomes: Outcome) -> tuple[EventGroup, ...]:
        """Return the groups of events of some outcomes."""
        return tuple(group for group in self.events if group.outcome in outcomes)

    def contacts_of(self, *outcomes: Outcome) -> tuple[ContactGroup, ...]:
        """Return the groups of contacts of some outcomes."""
        return tuple(group for group in self.contacts if group.outcome in outcomes)

    @property
    def n_events(self) -> int:
        """Events that are judged as sent."""
        return sum(group.events for group in self.sent)

    @property
    def n_contacts(self) -> int:
        """Contacts that are judged as made."""
        return sum(group.contacts for group in self.sent_contacts)

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
        return sum(group.unread for group in self.events) + sum(group.unread for group in self.sent_contacts)

    @property
    def is_silent(self) -> bool:
        """Say whether nothing at all went or tried to go to Meta, and nothing hints at a server."""
        return not (self.events or self.contacts or self.server_hints)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The sites, what joins them, and the account of what was examined."""

    sites: Sequence[SiteExposure]
    """Of many each is unpacked when it is reached: iterate, and keep none."""
    shared: tuple[SharedValue, ...]
    coverage: Coverage
    recordings: tuple[Recording, ...] = ()
    """What was examined, in the order of time."""
