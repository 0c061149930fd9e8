"""The report as JSON: how the exposure fills the published models of a document.

Owns the way from exposure to model.  Tokens of values have no place here: sameness
is told by numbers, in the order of appearance.  The lines are filled by `lineshapes`.
"""

from dataclasses import fields
from typing import Any

import msgspec

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import (
    ContactGroup,
    CountedFinding,
    DataSent,
    EventGroup,
    Exposure,
    Identification,
    SiteExposure,
)
from pixelwitness.core.exposure.pixel_setup import PixelSettings
from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.json_text import Json, loads_or_none
from pixelwitness.meaning.names.announced_uses import introduction
from pixelwitness.meaning.names.subjects import about_of
from pixelwitness.report.published import common, site_model
from pixelwitness.report.published.common import Contents
from pixelwitness.report.wording import announced
from pixelwitness.report.wording.ledger_words import unseen
from pixelwitness.report.wording.setup_words import taken_words
from pixelwitness.report.wording.vocabulary import Vocabulary

type Shape = dict[str, Json]

_ELSEWHERE = frozenset({"identity", "consent", "server_side"})
"""Kinds of findings that have keys of their own in a site."""


def contents(unread: int, transmissions: int) -> Contents:
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


def document(exposure: Exposure, vocabulary: Vocabulary) -> site_model.Report:
    """Return the whole exposure."""
    return site_model.Report(
        sites=[_site(site, vocabulary) for site in exposure.sites],
        shared_values=[
            site_model.SharedShape(
                value=f"value {one.number}",
                data_class=one.data_class,
                label=vocabulary.label(one.data_class),
                form=one.form,
                sites=list(one.sites),
            )
            for one in exposure.shared
        ],
        announced_uses=announced_uses(announced.told_of(exposure, vocabulary.announced, vocabulary.region)),
        recordings=[common.RecordingShape(**recording_shape(one)) for one in exposure.recordings],
        coverage=common.Ledger(**sums(exposure.coverage)),
        could_not_be_seen=list(unseen(exposure)),
    )


def sums(coverage: Coverage) -> dict[str, Any]:
    """Return the ledger, as its attributes are named."""
    return {one.name: getattr(coverage, one.name) for one in fields(coverage)}


def recording_shape(recording: Recording) -> dict[str, Any]:
    """Return what the model of a recording is made of."""
    shape = msgspec.structs.asdict(recording)
    options = loads_or_none(recording.options)
    told = options if isinstance(options, dict) else {}
    if "persona" in told:
        # Its mark is made with the study's key, and none of those leaves.
        told["persona"] = told["persona"] is not None
    return {**shape, "sources": list(recording.sources), "options": told}


def known_by_shape(known: Identification | None) -> common.KnownByIds | None:
    """Return by what Meta could know somebody."""
    if known is None:
        return None
    return common.KnownByIds(level=known.level, names=list(known.names), may_be_more=known.may_be_more)


def _site(site: SiteExposure, vocabulary: Vocabulary) -> site_model.SiteShape:
    return site_model.SiteShape(
        site=site.name,
        standing=site.standing.value,
        visits=site.visits,
        n_events=site.n_events,
        n_contacts=site.n_contacts,
        pixels=list(site.pixels),
        channels=list(site.channels),
        known_by=known_by_shape(site.known_by),
        personal_data=list(vocabulary.about_person(site.data)),
        data=[_data(one, vocabulary) for one in site.data],
        sent=[_group(one, vocabulary) for one in site.sent],
        blocked=[_group(one, vocabulary) for one in site.blocked],
        contacts=[_contacts(one, vocabulary) for one in site.contacts],
        blocked_contacts=[_contacts(one, vocabulary) for one in site.blocked_contacts],
        pixel_settings=[_settings(one, site, vocabulary) for one in site.settings],
        consent=[_said(one) for one in site.consent],
        server_side=[_said(one) for one in site.server_hints],
        findings=[
            common.SiteFinding(
                kind=one.kind,
                label=one.label,
                certainty=one.certainty,
                evidence=one.evidence,
                fields=list(one.fields),
                events=one.events,
                contacts=one.contacts,
            )
            for one in site.findings
            if one.kind not in _ELSEWHERE
        ],
        bodies_not_recorded=site.unread,
        attribution=dict(site.certainties),
        first_seen=site.first_seen,
        last_seen=site.last_seen,
    )


def _said(one: CountedFinding) -> common.Said:
    return common.Said(certainty=one.certainty, label=one.label, evidence=one.evidence, events=one.events)


def _settings(one: PixelSettings, site: SiteExposure, vocabulary: Vocabulary) -> site_model.SettingsShape:
    return site_model.SettingsShape(
        pixel_id=one.pixel_id,
        set_to_take=list(taken_words(one, vocabulary)),
        seen_to_take=list(vocabulary.about_person(site.data_of(one.pixel_id))),
        settings=[
            site_model.SettingShape(key=each.key, label=vocabulary.setting(each.key), value=each.parts)
            for each in one.settings
        ],
    )


def _data(one: DataSent, vocabulary: Vocabulary) -> common.Datum:
    return common.Datum(
        data_class=one.data_class,
        label=vocabulary.label(one.data_class),
        about=about_of(one.data_class, one.origins[0]).value,
        form=one.form,
        matching=one.matching,
        fields=list(one.origins),
        times=one.times,
        different_values=one.different,
        values=list(one.values) if one.values else msgspec.UNSET,
    )


def _group(group: EventGroup, vocabulary: Vocabulary) -> site_model.EventsShape:
    return site_model.EventsShape(
        event_name=group.name,
        event_kind=group.kind,
        pixel_id=group.pixel_id,
        channels=list(group.channels),
        transports=list(group.transports),
        receivers=list(group.receivers),
        events=group.events,
        transmissions=group.transmissions,
        contents=contents(group.unread, group.transmissions),
        confidence=list(group.confidences),
        data=[_data(one, vocabulary) for one in group.data],
        pages=[page for page in map(bare, group.pages) if page is not None],
        first_seen=group.first_seen,
        last_seen=group.last_seen,
    )


def _contacts(group: ContactGroup, vocabulary: Vocabulary) -> site_model.ContactsShape:
    return site_model.ContactsShape(
        channel=group.channel,
        receivers=list(group.receivers),
        pixels=list(group.pixels),
        contacts=group.contacts,
        contents=contents(group.unread, group.contacts),
        data=[_data(one, vocabulary) for one in group.data],
    )


def announced_uses(told: announced.Told) -> list[common.AnnouncedUse]:
    """Return the announced uses that an exposure is told of."""
    return [
        common.AnnouncedUse(
            id=one.use.id,
            said_by=one.use.said_by,
            introduction=introduction(one.use),
            claim=one.use.claim,
            certainty=one.use.certainty,
            announced=one.use.announced,
            effective=one.use.effective,
            in_force=one.in_force,
            region=told.region,
            standing=one.standing,
            regions=one.use.regions.told,
            conflicts=list(one.use.conflicts),
            sources=list(one.use.sources),
        )
        for one in told.uses
    ]
