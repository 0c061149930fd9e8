"""The shapes of machine-readable reports: exposure, events and contacts as plain JSON values.

Owns the names and the order of keys, and ``SCHEMA_VERSION``.  Tokens of values
have no place here: sameness is told by numbers, in the order of appearance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from pixelwitness.core.coverage import Coverage, is_unread
from pixelwitness.core.exposure import (
    ContactGroup,
    DataSent,
    EventGroup,
    Exposure,
    SeenContact,
    SeenEvent,
    SiteExposure,
)
from pixelwitness.core.jsontext import Json
from pixelwitness.core.pixelsetup import PixelSettings
from pixelwitness.core.records import Field
from pixelwitness.meaning.about import IDENTIFYING, about_of
from pixelwitness.report import announced
from pixelwitness.report.ledger import unseen
from pixelwitness.report.setup import taken_words
from pixelwitness.report.vocabulary import Vocabulary

SCHEMA_VERSION = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""

type Shape = dict[str, Json]


@dataclass(slots=True)
class Numbers:
    """Numbers equal values of one class and form alike, from 1 on, as they appear."""

    _given: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def of(self, one: Field) -> int:
        """Return the number of a field's value."""
        return self._given.setdefault((one.data_class, one.form, one.value_token), len(self._given) + 1)


def contents(unread: int, transmissions: int) -> str:
    """Say whether what was sent could be read: ``recorded``, ``partly_recorded`` or ``not_recorded``.

    >>> contents(0, 2), contents(1, 2), contents(2, 2)
    ('recorded', 'partly_recorded', 'not_recorded')
    """
    if not unread:
        return "recorded"
    return "not_recorded" if unread >= transmissions else "partly_recorded"


def bare(url: str | None) -> str | None:
    """Return an address without its scheme, so that no viewer makes a link of it.

    >>> bare("https://shop.example/a?b=1"), bare(None)
    ('shop.example/a?b=1', None)
    """
    return None if url is None else url.partition("://")[2] or url


def document(exposure: Exposure, vocabulary: Vocabulary) -> Shape:
    """Return the whole exposure."""
    return {
        "schema_version": SCHEMA_VERSION,
        "sites": [site_shape(site, vocabulary) for site in exposure.sites],
        "shared_values": [
            {
                "value": f"value {one.number}",
                "data_class": one.data_class,
                "label": vocabulary.label(one.data_class),
                "form": one.form,
                "sites": list(one.sites),
            }
            for one in exposure.shared
        ],
        "announced_uses": announced.shape(announced.told_of(exposure, vocabulary.announced, vocabulary.region)),
        "coverage": coverage_shape(exposure.coverage),
        "could_not_be_seen": list(unseen(exposure)),
    }


def coverage_shape(coverage: Coverage) -> Shape:
    """Return the ledger, as its attributes are named."""
    return {one.name: getattr(coverage, one.name) for one in fields(coverage)}


def site_shape(site: SiteExposure, vocabulary: Vocabulary) -> Shape:
    """Return one site."""
    return {
        "site": site.name,
        "standing": site.standing.value,
        "visits": site.visits,
        "n_events": site.n_events,
        "n_contacts": site.n_contacts,
        "pixels": list(site.pixels),
        "channels": list(site.channels),
        "personal_data": list(vocabulary.about_person(site.data)),
        "data": [_data(one, vocabulary) for one in site.data],
        "sent": [_group(one, vocabulary) for one in site.sent],
        "blocked": [_group(one, vocabulary) for one in site.blocked],
        "contacts": [_contacts(one, vocabulary) for one in site.contacts],
        "blocked_contacts": [_contacts(one, vocabulary) for one in site.blocked_contacts],
        "pixel_settings": [_settings(one, site, vocabulary) for one in site.settings],
        "consent": [
            {"certainty": one.certainty, "label": one.label, "evidence": one.evidence, "events": one.events}
            for one in site.consent
        ],
        "server_side": [
            {"certainty": one.certainty, "label": one.label, "evidence": one.evidence, "events": one.events}
            for one in site.server_hints
        ],
        "bodies_not_recorded": site.unread,
        "attribution": dict(site.certainties),
        "first_seen": site.first_seen,
        "last_seen": site.last_seen,
    }


def _settings(one: PixelSettings, site: SiteExposure, vocabulary: Vocabulary) -> Shape:
    return {
        "pixel_id": one.pixel_id,
        "set_to_take": list(taken_words(one, vocabulary)),
        "seen_to_take": list(vocabulary.about_person(site.data_of(one.pixel_id))),
        "settings": [
            {"key": each.key, "label": vocabulary.setting(each.key), "value": each.parts} for each in one.settings
        ],
    }


def _data(one: DataSent, vocabulary: Vocabulary) -> Shape:
    shape: Shape = {
        "data_class": one.data_class,
        "label": vocabulary.label(one.data_class),
        "about": about_of(one.data_class, one.origins[0]).value,
        "form": one.form,
        "matching": one.matching,
        "fields": list(one.origins),
        "times": one.times,
        "different_values": one.different,
    }
    if one.values:
        shape["values"] = list(one.values)
    return shape


def _group(group: EventGroup, vocabulary: Vocabulary) -> Shape:
    return {
        "event_name": group.name,
        "event_kind": group.kind,
        "pixel_id": group.pixel_id,
        "channels": list(group.channels),
        "transports": list(group.transports),
        "receivers": list(group.receivers),
        "events": group.events,
        "transmissions": group.transmissions,
        "contents": contents(group.unread, group.transmissions),
        "confidence": list(group.confidences),
        "data": [_data(one, vocabulary) for one in group.data],
        "pages": [bare(page) for page in group.pages],
        "first_seen": group.first_seen,
        "last_seen": group.last_seen,
    }


def _contacts(group: ContactGroup, vocabulary: Vocabulary) -> Shape:
    return {
        "channel": group.channel,
        "receivers": list(group.receivers),
        "pixels": list(group.pixels),
        "contacts": group.contacts,
        "contents": contents(group.unread, group.contacts),
        "data": [_data(one, vocabulary) for one in group.data],
    }


def event_shape(seen: SeenEvent, vocabulary: Vocabulary, numbers: Numbers) -> Shape:
    """Return one event with all that carried it."""
    event = seen.event
    return {
        "schema_version": SCHEMA_VERSION,
        "record": "event",
        "id": event.id,
        "recording_id": event.recording_id,
        "seen_at": event.seen_at,
        "site": event.page_site or "unknown",
        "page": bare(event.page_url),
        "event_name": event.event_name,
        "event_kind": event.event_kind,
        "pixel_id": event.pixel_id,
        "channel": event.channel,
        "rule": event.rule_id,
        "confidence": event.confidence,
        "attributed_by": event.attributed_by,
        "attribution_certainty": event.attribution_certainty,
        "blocked": event.blocked,
        "contents": contents(seen.unread, len(seen.transmissions)),
        "data": _fields(seen.fields, vocabulary, numbers),
        "transmissions": [
            {
                "position": one.position,
                "part": one.part,
                "item": one.item,
                "line": one.line,
                "channel": one.channel,
                "rule": one.rule_id,
                "rule_version": one.rule_version,
                "receiver": one.receiver_host,
                "first_party": one.first_party,
                "method": one.method,
                "transport": one.transport,
                "body_state": one.body_state,
                "blocked": one.blocked,
            }
            for one in seen.transmissions
        ],
    }


def contact_shape(seen: SeenContact, vocabulary: Vocabulary, numbers: Numbers) -> Shape:
    """Return one contact."""
    contact = seen.contact
    return {
        "schema_version": SCHEMA_VERSION,
        "record": "contact",
        "id": contact.id,
        "recording_id": contact.recording_id,
        "seen_at": contact.seen_at,
        "site": contact.page_site or "unknown",
        "page": bare(contact.page_url),
        "pixel_id": contact.pixel_id,
        "channel": contact.channel,
        "rule": contact.rule_id,
        "confidence": contact.confidence,
        "attributed_by": contact.attributed_by,
        "attribution_certainty": contact.attribution_certainty,
        "blocked": contact.blocked,
        "contents": contents(int(is_unread(contact.body_state)), 1),
        "position": contact.position,
        "line": contact.line,
        "receiver": contact.receiver_host,
        "method": contact.method,
        "data": _fields(seen.fields, vocabulary, numbers),
    }


def _fields(seen: Sequence[Field], vocabulary: Vocabulary, numbers: Numbers) -> list[Json]:
    shapes: list[Json] = []
    for one in seen:
        shape: Shape = {
            "field": one.field,
            "data_class": one.data_class,
            "label": vocabulary.label(one.data_class),
            "form": one.form,
            "matching": one.matching,
            "length": one.length,
        }
        if one.data_class in IDENTIFYING:
            shape["same_as"] = f"value {numbers.of(one)}"
        if one.value is not None:
            shape["value"] = one.value
        shapes.append(shape)
    return shapes
