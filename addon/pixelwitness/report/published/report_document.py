"""The report as JSON: how the exposure fills the published models of a document.

Owns the way from exposure to model.  Tokens of values have no place here: sameness
is told by numbers, in the order of appearance.
"""

from collections.abc import Iterable, Iterator

import msgspec

from pixelwitness.core.exposure.exposure import Exposure, Identification, Standing
from pixelwitness.core.exposure.exposure_parts import ContactGroup, DataSent, EventGroup
from pixelwitness.core.exposure.pixel_setup import PixelSettings
from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.json_text import Json, loads_or_none
from pixelwitness.meaning.names.announced_uses import introduction
from pixelwitness.meaning.names.subjects import about_of
from pixelwitness.report.published import report_model, shared_model
from pixelwitness.report.published.shared_model import Contents, publish
from pixelwitness.report.statements.narrative import SiteNarrative, narrate
from pixelwitness.report.statements.report_statements import lead_statements, shared_values
from pixelwitness.report.statements.site_kinds import BrowserIdentifiers, PersonalData, PixelTakes
from pixelwitness.report.wording import announcements
from pixelwitness.report.wording.coverage_words import list_gaps
from pixelwitness.report.wording.english.cells import about_browser, about_person
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.english.set_up_messages import seen_words, taken_words
from pixelwitness.report.wording.plain_text import unlinked_sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

_ELSEWHERE = frozenset({"identity", "consent", "server_side"})
"""Kinds of findings that have keys of their own in a site."""


def judge_contents(unread: int, transmissions: int) -> Contents:
    """Say whether what was sent could be read: ``recorded``, ``partly_recorded`` or ``not_recorded``.

    >>> judge_contents(0, 2), judge_contents(1, 2), judge_contents(2, 2)
    ('recorded', 'partly_recorded', 'not_recorded')
    """
    if not unread:
        return "recorded"
    return "not_recorded" if unread >= transmissions else "partly_recorded"


def without_scheme(url: str | None) -> str | None:
    """Return an address without its scheme, so that no viewer makes a link of it.

    >>> without_scheme("https://shop.example/a?b=1"), without_scheme(None)
    ('shop.example/a?b=1', None)
    """
    return None if url is None else url.partition("://")[2] or url


def build_report(exposure: Exposure, vocabulary: Vocabulary) -> report_model.Report:
    """Return the whole exposure."""
    perspective = vocabulary.perspective(exposure)
    return report_model.Report(
        statements=[
            shared_model.SaidOfReport(statement=one, words=unlinked_sentence(tell(one, vocabulary)))
            for one in (
                *lead_statements(exposure, perspective),
                *shared_values(exposure),
                *announcements.use_statements(announcements.select_announcements(exposure, vocabulary)),
            )
        ],
        sites=[_site(narrate(site, perspective), vocabulary) for site in exposure.sites],
        shared_values=[
            publish(
                report_model.SharedShape,
                shared,
                value=f"value {shared.number}",
                label=vocabulary.label(shared.data_class),
            )
            for shared in exposure.shared
        ],
        announced_uses=publish_uses(announcements.select_announcements(exposure, vocabulary)),
        recordings=[
            publish(shared_model.RecordingShape, recording, options=public_options(recording))
            for recording in exposure.recordings
        ],
        coverage=publish(shared_model.Ledger, exposure.coverage),
        could_not_be_seen=list(list_gaps(exposure)),
    )


def public_options(recording: Recording) -> dict[str, Json]:
    """Return the options of a recording, without the number of its scan; of a persona only whether there was one."""
    options = loads_or_none(recording.options)
    if not isinstance(options, dict):
        return {}
    # The mark of a persona is made with the study's key, and nothing made with it leaves.
    options.pop("scan", None)
    return {name: value is not None if name == "persona" else value for name, value in options.items()}


def publish_identification(identification: Identification | None) -> shared_model.KnownByIds | None:
    """Return by what Meta could know somebody."""
    return None if identification is None else publish(shared_model.KnownByIds, identification)


def publish_statements(narrative: SiteNarrative, vocabulary: Vocabulary) -> Iterator[shared_model.SaidOfSite]:
    """Yield what is said of a site; a person using Meta's own is no site telling."""
    if narrative.site.standing is not Standing.META:
        for one in narrative.statements:
            yield shared_model.SaidOfSite(statement=one, words=unlinked_sentence(tell(one, vocabulary)))


def _site(narrative: SiteNarrative, vocabulary: Vocabulary) -> report_model.SiteShape:
    site = narrative.site
    return publish(
        report_model.SiteShape,
        site,
        site=site.name,
        standing=site.standing.value,
        known_by=publish_identification(site.known_by),
        statements=list(publish_statements(narrative, vocabulary)),
        personal_data=[
            *about_person(narrative.of(PersonalData), vocabulary),
            *about_browser(narrative.of(BrowserIdentifiers), vocabulary),
        ],
        data=_data(site.data, vocabulary),
        events=[_events(group, vocabulary) for group in site.events],
        contacts=[_contacts(group, vocabulary) for group in site.contacts],
        pixel_settings=[
            _settings(settings, takes, vocabulary)
            for settings, takes in zip(site.settings, narrative.of(PixelTakes), strict=True)
        ],
        consent=[publish(shared_model.Said, finding) for finding in site.consent],
        server_side=[publish(shared_model.Said, finding) for finding in site.server_hints],
        findings=[
            publish(shared_model.SiteFinding, finding) for finding in site.findings if finding.kind not in _ELSEWHERE
        ],
        bodies_not_recorded=site.unread,
        attribution=dict(site.certainties),
    )


def _settings(settings: PixelSettings, takes: PixelTakes, vocabulary: Vocabulary) -> report_model.SettingsShape:
    return report_model.SettingsShape(
        pixel_id=settings.pixel_id,
        set_to_take=list(taken_words(takes, vocabulary)),
        seen_to_take=list(seen_words(takes, vocabulary)),
        settings=[
            report_model.SettingShape(key=setting.key, label=vocabulary.setting(setting.key), value=setting.parts)
            for setting in settings.settings
        ],
    )


def _data(data: Iterable[DataSent], vocabulary: Vocabulary) -> list[shared_model.Datum]:
    return [
        publish(
            shared_model.Datum,
            datum,
            label=vocabulary.label(datum.data_class),
            about=about_of(datum.data_class, datum.origins[0]).value,
            fields=list(datum.origins),
            different_values=datum.different,
            values=list(datum.values) if datum.values else msgspec.UNSET,
        )
        for datum in data
    ]


def _events(group: EventGroup, vocabulary: Vocabulary) -> report_model.EventsShape:
    return publish(
        report_model.EventsShape,
        group,
        event_name=group.name,
        event_kind=group.kind,
        contents=judge_contents(group.unread, group.transmissions),
        confidence=list(group.confidences),
        data=_data(group.data, vocabulary),
        pages=[page for page in map(without_scheme, group.pages) if page is not None],
    )


def _contacts(group: ContactGroup, vocabulary: Vocabulary) -> report_model.ContactsShape:
    return publish(
        report_model.ContactsShape,
        group,
        contents=judge_contents(group.unread, group.contacts),
        data=_data(group.data, vocabulary),
    )


def publish_uses(selected: announcements.Announcements) -> list[shared_model.AnnouncedUse]:
    """Return the announced uses that an exposure is told of."""
    return [
        publish(
            shared_model.AnnouncedUse,
            dated.use,
            introduction=introduction(dated.use),
            in_force=dated.in_force,
            region=selected.region,
            standing=dated.standing,
            regions=dated.use.regions.told,
        )
        for dated in selected.uses
    ]
