"""The renderer of English: each kind of statement as one whole message.

Owns the table of kinds; a test finds a kind that is missing in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pixelwitness.report.statements import report_kinds, site_kinds
from pixelwitness.report.statements.statement import Statement
from pixelwitness.report.wording.english import (
    consent_messages,
    finding_messages,
    report_messages,
    set_up_messages,
    site_messages,
)
from pixelwitness.report.wording.english.act_words import tell_act
from pixelwitness.report.wording.english.use_messages import tell_announcement
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

RENDERERS: Mapping[type[Statement], Callable[[Any, Vocabulary], Sentence]] = {
    site_kinds.Events: site_messages.tell_events,
    site_kinds.Act: tell_act,
    site_kinds.FurtherEvents: site_messages.tell_further_events,
    site_kinds.Contacts: site_messages.tell_contacts,
    site_kinds.PersonalData: site_messages.tell_personal_data,
    site_kinds.BrowserIdentifiers: site_messages.tell_browser_identifiers,
    site_kinds.NoIdentifier: site_messages.tell_no_identifier,
    site_kinds.Identification: site_messages.tell_identification,
    site_kinds.TextHint: finding_messages.tell_text_hint,
    site_kinds.Conflict: finding_messages.tell_conflict,
    site_kinds.OtherFinding: finding_messages.tell_finding,
    site_kinds.Consent: consent_messages.tell_consent,
    site_kinds.LimitedUse: consent_messages.tell_limited_use,
    site_kinds.Attribution: site_messages.tell_attribution,
    site_kinds.PixelTakes: set_up_messages.tell_pixel_takes,
    site_kinds.PixelSends: set_up_messages.tell_pixel_sends,
    site_kinds.PixelLimit: set_up_messages.tell_pixel_limit,
    site_kinds.ServerSide: site_messages.tell_server_side,
    site_kinds.BodiesNotRecorded: site_messages.tell_bodies,
    site_kinds.NothingSeen: site_messages.tell_nothing_seen,
    report_kinds.SitesTold: report_messages.tell_sites,
    report_kinds.SitesContacted: report_messages.tell_contacted,
    report_kinds.PersonalDataOfSites: report_messages.tell_data_of_sites,
    report_kinds.NoPersonalData: report_messages.tell_no_personal_data,
    report_kinds.BrowsersKnown: report_messages.tell_browsers_known,
    report_kinds.AgainstConsent: report_messages.tell_against_consent,
    report_kinds.BodiesMissing: report_messages.tell_bodies_missing,
    report_kinds.LookedAt: report_messages.tell_looked_at,
    report_kinds.Silence: report_messages.tell_silence,
    report_kinds.SharedValue: report_messages.tell_shared_value,
    report_kinds.Announcement: tell_announcement,
}
"""The message of each kind."""


def tell(statement: Statement, vocabulary: Vocabulary) -> Sentence:
    """Return a statement as a whole message; what was captured in it is marked."""
    return RENDERERS[type(statement)](statement, vocabulary)


IN_CELLS: tuple[type[Statement], ...] = (
    site_kinds.Events,
    site_kinds.Act,
    site_kinds.FurtherEvents,
    site_kinds.Contacts,
    site_kinds.PersonalData,
    site_kinds.BrowserIdentifiers,
    site_kinds.NoIdentifier,
    site_kinds.TextHint,
    site_kinds.Conflict,
    site_kinds.OtherFinding,
)
"""Kinds that a summary tells in cells."""


def tell_beside_cells(statements: Iterable[Statement], vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Yield the messages of the statements that stand in no cell of a summary."""
    return (tell(one, vocabulary) for one in statements if not isinstance(one, IN_CELLS))
