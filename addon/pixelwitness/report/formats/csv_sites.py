"""The report as CSV for spreadsheets, in short: one row for each site.

Owns the columns; cells and their guard are those of `csv_events`.
"""

from collections.abc import Iterator

from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, SiteExposure
from pixelwitness.report.formats.csv_events import finding_cell, format_row, join_unique, known_by_cell
from pixelwitness.report.wording.safe_text import counted, numbered
from pixelwitness.report.wording.site_words import count_events
from pixelwitness.report.wording.vocabulary import Vocabulary

COLUMNS = (
    "site",
    "standing",
    "visits",
    "events",
    "events_blocked",
    "contacts",
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
    for site in exposure.sites:
        yield format_row(_site(site, vocabulary))


def _site(site: SiteExposure, vocabulary: Vocabulary) -> tuple[object, ...]:
    return (
        site.name,
        site.standing.value,
        site.visits,
        site.n_events,
        sum(group.events for group in site.blocked),
        site.n_contacts,
        sum(group.contacts for group in site.blocked_contacts),
        "; ".join(numbered(name, number) for name, number in count_events(site.sent).items()),
        " ".join(site.pixels),
        " ".join(site.channels),
        " ".join(group.channel for group in site.contacts),
        "; ".join(vocabulary.about_person(site.data)),
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
