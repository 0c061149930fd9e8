"""The report as CSV for spreadsheets, in short: one row for each site.

Owns the columns; cells and their guard are those of `csv_events`.
"""

from collections.abc import Iterator

from pixelwitness.core.exposure.exposure import CountedFinding, Exposure
from pixelwitness.report.formats.csv_events import finding_cell, format_row, join_unique, known_by_cell
from pixelwitness.report.statements.narrative import SiteNarrative, narrate
from pixelwitness.report.statements.statement import OUTCOMES
from pixelwitness.report.wording.english.cells import about_whom, list_events
from pixelwitness.report.wording.safe_text import counted, unlinked
from pixelwitness.report.wording.vocabulary import Vocabulary

COLUMNS = (
    "site",
    "standing",
    "visits",
    "events",
    "events_unknown",
    "events_tried",
    "events_blocked",
    "contacts",
    "contacts_unknown",
    "contacts_tried",
    "contacts_blocked",
    "event_names",
    "pixels",
    "channels",
    "contact_channels",
    "personal_data",
    "known_by",
    "consent",
    "server_side",
    "findings",
    "bodies_not_recorded",
    "first_seen",
    "last_seen",
)
_ELSEWHERE = ("identity", "consent", "server_side")


def render_site_csv(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the rows, the head first; a site that was visited and told nothing has one, too."""
    yield format_row(COLUMNS)
    perspective = vocabulary.perspective(exposure)
    for site in exposure.sites:
        yield format_row(_site(narrate(site, perspective), vocabulary))


def _site(narrative: SiteNarrative, vocabulary: Vocabulary) -> tuple[object, ...]:
    site, told, contacts = narrative.site, narrative.events("told"), narrative.contacts("told")
    return (
        site.name,
        site.standing.value,
        site.visits,
        *(one.events if one else 0 for one in map(narrative.events, OUTCOMES)),
        *(one.contacts if one else 0 for one in map(narrative.contacts, OUTCOMES)),
        "; ".join(list_events(told, unlinked)),
        " ".join(narrative.pixels),
        " ".join(way.channel for way in (told.ways if told else ())),
        " ".join(dict.fromkeys(way.channel for way in (contacts.ways if contacts else ()))),
        "; ".join(about_whom(narrative, vocabulary)),
        known_by_cell(site.known_by),
        _counted(site.consent),
        _counted(site.server_hints),
        join_unique(
            f"{finding.kind} {finding_cell(finding.label, finding.evidence)}, {finding.certainty}"
            for finding in site.findings
            if finding.kind not in _ELSEWHERE
        ),
        site.unread,
        site.first_seen,
        site.last_seen,
    )


def _counted(findings: tuple[CountedFinding, ...]) -> str:
    return join_unique(
        f"{finding_cell(finding.label, finding.evidence)}: {counted(finding.events, 'event')}" for finding in findings
    )
