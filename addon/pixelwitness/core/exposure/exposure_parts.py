"""The parts of an exposure: groups of events and contacts, data, findings and values that sites share.

Owns their shapes; `grouping` counts them.  Must not know the store, words for people or formats.
"""

from dataclasses import dataclass

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.exposure.records import Field, Finding

MAX_IDS = 8
"""Ids of rows that a group, a datum or a finding keeps as its evidence; how many there are is counted."""


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
    unknown: int = 0
    """Of ``times`` those of which it was not recorded whether they left."""
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
    """Place of the first of them among the events of the site, in the order of time."""
    findings: tuple[Finding, ...] = ()
    """What was understood of the first of them; the same fields give the same of each."""
    ids: tuple[str, ...] = ()
    """Of these events, the first `MAX_IDS`."""


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events of one site with the same pixel, name, channels and outcome."""

    outcome: Outcome
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
    """Contacts of one site by one channel, with one outcome."""

    outcome: Outcome
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
    unknown: tuple[str, ...] = ()
    """Of these, sites of which it was not recorded whether it left."""


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
    """Of those that were judged as sent; contacts likewise."""
    contacts: int
    unknown: int = 0
    """Of these events and contacts, those of which it was not recorded whether they left."""
    ids: tuple[str, ...] = ()
    """Of the events and contacts that give it, the first `MAX_IDS`."""
