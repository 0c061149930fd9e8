"""The report as one self-contained page of HTML.

Owns the page as a whole: what it is made of, its content security policy, and the edge at
which text enters it.  Every value that a template writes is made printable first and
escaped then, whoever made it; what a browser may load is nothing.  The sentences are those
of the other reports.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.meaning.names.announced_uses import introduction
from pixelwitness.report.charts.channel_chart import draw_channels
from pixelwitness.report.charts.chart_builder import ChartBuilder
from pixelwitness.report.charts.chart_models import Chart, ChartModels
from pixelwitness.report.charts.data_grid import draw_data
from pixelwitness.report.charts.flow_chart import draw_flow
from pixelwitness.report.charts.timeline import draw_timeline
from pixelwitness.report.html.cards import build_cards, person_labels
from pixelwitness.report.html.method import MAX_RECORDINGS, keeps_values, list_rules, list_sources, list_versions
from pixelwitness.report.html.page_evidence import PageRoom, collect_evidence, limit_evidence
from pixelwitness.report.report_data import ReportData
from pixelwitness.report.wording.announcements import HEAD, is_main, qualify_use, select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.lead_paragraph import format_days, lead_sentences
from pixelwitness.report.wording.safe_text import CELL_LIMIT, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.site_words import describe_others, reporting_sites
from pixelwitness.report.wording.vocabulary import Vocabulary

TITLE = "What sites told Meta"
POLICY = "default-src 'none'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
"""The content security policy; the one image is the empty icon, which keeps browsers from asking for another."""

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

SIZE = 950_000
"""Bytes that a page has at the most, as long as each site is left the least of its evidence."""
SHORT = 60
"""Characters of a captured name in a narrow cell."""
MIDDLE = 120
"""Characters of a page's address, a kept value or a reason in a cell."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of the page; ``looks`` as those of a card's mark."""

    number: str
    words: str
    looks: str = ""


def render_html(data: ReportData) -> str:
    """Return the page."""
    # Imported here: it would slow the start of all that only ask for the style.
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.rulebook.rules.rule_set import load_rules

    exposure, vocabulary, rows = data.exposure, data.vocabulary, data.rows
    sites = reporting_sites(exposure)
    names: dict[tuple[str, str], str] = {
        (word_list.kind, word_list.label): word_list.called for word_list in load_knowledge().word_lists
    }
    charts = ChartBuilder(exposure, vocabulary)
    for visit in rows.visits:
        charts.add_visit(visit)
    for signal in rows.signals:
        charts.add_signal(signal)
    events, contacts = _passed(rows.events, charts.add_event), _passed(rows.contacts, charts.add_contact)
    gathered, rule_uses = collect_evidence(sites, events, contacts, vocabulary, names)
    announcements = select_announcements(exposure, vocabulary)
    style = style_sheet()
    recordings = exposure.recordings
    content: dict[str, object] = {
        "title": TITLE,
        "style": Markup(style),
        "policy": Markup(POLICY.format(style=style_hash(style))),
        "days": format_days(sites),
        "limits": data.limits,
        "opening": lead_sentences(exposure, vocabulary),
        "figures": _figures(sites, exposure, vocabulary),
        "keeps_values": any(map(keeps_values, recordings)),
        "charts": _charts(charts.build()) if sites else (),
        "apart": tuple(describe_others(exposure, vocabulary)),
        "uses_head": HEAD,
        "uses": [
            (
                applicable.use,
                introduction(applicable.use),
                tuple(qualify_use(applicable, announcements)),
                is_main(applicable),
            )
            for applicable in announcements.uses
        ],
        "advice": [f"{advice[:1].upper()}{advice[1:]}." for advice in announcements.advice],
        "coverage": exposure.coverage,
        "account": summarise_coverage(exposure.coverage),
        "unseen": list_gaps(exposure),
        "sources": list_sources(recordings),
        "more_sources": len(recordings[MAX_RECORDINGS:]),
        "recording_numbers": {one.id: number for number, one in enumerate(recordings, start=1)},
        "versions": list_versions(recordings),
        "rules": list_rules(rule_uses, {rule.id: rule for rule in load_rules().rules}),
    }
    room = PageRoom()
    while True:
        cards = tuple(build_cards(exposure, limit_evidence(gathered, room), vocabulary, room.sentences))
        page = _environment().get_template("page.html").render(content, cards=cards)
        if len(page.encode()) <= SIZE or room.is_least(len(sites)):
            return page
        room = room.smaller()


def _passed[One](rows: Iterable[One], taker: Callable[[One], None]) -> Iterator[One]:
    """Yield rows after somebody else has taken them, too, so that they are read once."""
    for row in rows:
        taker(row)
        yield row


def _charts(models: ChartModels) -> tuple[Chart, ...]:
    return (
        draw_flow(models.flow),
        draw_data(models.data),
        draw_timeline(models.timeline),
        draw_channels(models.channels),
    )


def _figures(sites: Sequence[SiteExposure], exposure: Exposure, vocabulary: Vocabulary) -> tuple[Figure, ...]:
    """Return the numbers that a reader looks for first."""
    person = {label for site in sites for label in person_labels(site, vocabulary)}
    blocked = sum(group.events for site in sites for group in site.blocked)
    unread = exposure.coverage.bodies_not_recorded
    return (
        Figure(f"{sum(bool(site.sent) for site in sites):,}", "sites that told Meta of events"),
        Figure(f"{sum(site.n_events for site in sites):,}", "events sent"),
        Figure(f"{len(person):,}", "kinds of data about the person", "sent" if person else ""),
        Figure(f"{len({pixel for site in sites for pixel in site.pixels}):,}", "pixels that received them"),
        Figure(f"{blocked:,}", "events blocked", "blocked" if blocked else ""),
        Figure(f"{unread:,}", "bodies not recorded", "unknown" if unread else ""),
    )


def style_sheet() -> str:
    """Return all styles of the page: those of charts, then its own."""
    return _read("charts", "charts.css") + _read("html", "style.css")


def style_hash(style: str) -> str:
    """Return the source by which a content security policy allows one style sheet and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@cache
def _read(package: str, name: str) -> str:
    text = (resources.files(f"pixelwitness.report.{package}") / name).read_text("utf-8")
    # The hash is of these very characters, and a browser reads every line end as one.
    return text.replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pixelwitness.report.html"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["say"] = say
    environment.filters["clock"] = clock
    environment.filters["short"] = short
    environment.filters["middle"] = middle
    environment.filters["address"] = address
    return environment


def _shown(value: object) -> object:
    """Make a value printable before it is escaped; what is markup already has been through here."""
    return value if isinstance(value, Markup) else unlinked(safe_text(str(value), CELL_LIMIT))


def unlinked(text: str) -> str:
    """Return text in which no viewer, mail program or printer sees an address to follow.

    >>> unlinked("https://shop.example/"), unlinked("10:00")
    ('https[:]//shop.example/', '10:00')
    """
    return text.replace("://", "[:]//")


def short(text: str) -> str:
    """Return captured text as a narrow cell takes it."""
    return safe_text(text, SHORT)


def middle(text: str) -> str:
    """Return captured text as a wider cell takes it."""
    return safe_text(text, MIDDLE)


def address(ours: str) -> Markup:
    """Return an address out of our own files, which may be read as one; still no link."""
    return escape(safe_text(ours, CELL_LIMIT))


def say(sentence: Sentence) -> Markup:
    """Return a sentence as markup; what was captured stands apart, and cannot turn the direction of what follows.

    >>> say(("you bought ", Captured("boots & <b>"), " on 2026-11-22."))
    Markup('you bought <bdi>boots &amp; &lt;b&gt;</bdi> on <time>2026-11-22</time>.')
    """
    pieces = (
        Markup("<bdi>{}</bdi>").format(unlinked(safe_text(piece))) if isinstance(piece, Captured) else _ours(piece)
        for piece in sentence
    )
    return Markup("").join(pieces)


def _ours(words: str) -> Markup:
    """Return words of a sentence as markup; a day is kept on one line."""
    between, days = _DAY.split(shown := unlinked(safe_text(words, CELL_LIMIT))), _DAY.findall(shown)
    return Markup("").join(
        escape(text) + (Markup("<time>{}</time>").format(days[index]) if index < len(days) else "")
        for index, text in enumerate(between)
    )


def clock(time: str) -> str:
    """Return a time of the store as it is read: without letters and thousandths.

    >>> clock("2026-11-20T10:00:00.123Z")
    '2026-11-20 10:00:00'
    """
    return time[:19].replace("T", " ")
