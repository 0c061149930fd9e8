"""The report as one self-contained page of HTML.

Owns the page as a whole: what it is made of, its content security policy, and the edge at
which text enters it.  Every value that a template writes is made printable first and
escaped then, whoever made it; what a browser may load is nothing.  The sentences are those
of the other reports.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.meaning.names.announced_uses import introduction
from pixelwitness.report.charts.channel_chart import draw_channels
from pixelwitness.report.charts.chart_builder import ChartBuilder
from pixelwitness.report.charts.chart_models import Chart, ChartModels
from pixelwitness.report.charts.data_grid import draw_data
from pixelwitness.report.charts.flow_chart import draw_flow
from pixelwitness.report.charts.timeline import draw_timeline
from pixelwitness.report.html.cards import MOST_WHOLE, Card, announced_fact, build_card, draw_line
from pixelwitness.report.html.method import MAX_RECORDINGS, keeps_values, list_rules, list_sources, list_versions
from pixelwitness.report.html.page_evidence import PageRoom, gather_rows, share_page, site_evidence
from pixelwitness.report.html.page_statements import PageStatements
from pixelwitness.report.report_data import ReportData
from pixelwitness.report.statements.report_kinds import LookedAt, PersonalDataOfSites, SitesTold
from pixelwitness.report.statements.report_statements import lead_statements, reporting_sites
from pixelwitness.report.statements.statement import Outcome, Statement
from pixelwitness.report.wording.announcements import HEAD, is_main, qualify_use, select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.safe_text import CELL_LIMIT, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.site_words import describe_others

TITLE = "What sites told Meta"
POLICY = "default-src 'none'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
"""The content security policy; the one image is the empty icon, which keeps browsers from asking for another."""

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

SIZE = 980_000
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


def render_html(data: ReportData) -> Iterator[str]:
    """Yield the page in pieces; one that is larger than `SIZE` is never held whole."""
    # Imported here: it would slow the start of all that only ask for the style.
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.rulebook.rules.rule_set import load_rules

    exposure, vocabulary, rows = data.exposure, data.vocabulary, data.rows
    perspective = vocabulary.perspective(exposure)
    sites = reporting_sites(exposure, perspective)
    names: dict[tuple[str, str], str] = {
        (word_list.kind, word_list.label): word_list.called for word_list in load_knowledge().word_lists
    }
    statements = PageStatements(sites, perspective)
    charts = ChartBuilder(sites, vocabulary)
    for visit in rows.visits:
        charts.add_visit(visit)
    for signal in rows.signals:
        charts.add_signal(signal)
    events, contacts = _passed(rows.events, charts.add_event), _passed(rows.contacts, charts.add_contact)
    gathered, rule_uses = gather_rows(statements.needs, statements.cited, events, contacts, vocabulary)
    announcements = select_announcements(exposure, vocabulary)
    style = style_sheet()
    recordings = exposure.recordings
    opening = lead_statements(exposure, perspective)
    content: dict[str, object] = {
        "title": TITLE,
        "style": Markup(style),
        "policy": Markup(POLICY.format(style=style_hash(style))),
        "days": _days(opening),
        "limits": data.limits,
        "opening": [draw_line(one, vocabulary, {}) for one in opening],
        "figures": _figures(opening, statements.pixels, exposure),
        "keeps_values": any(map(keeps_values, recordings)),
        "charts": _charts(charts.build()) if sites else (),
        "names": [(number, site.name) for number, site in enumerate(statements.needs, start=1)],
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

    def cards(room: PageRoom) -> Iterator[Card]:
        shares = share_page(statements.needs, gathered, room)
        for number, (site, share) in enumerate(zip(sites, shares, strict=True), start=1):
            evidence = site_evidence(site, gathered[site.name], share, vocabulary, names)
            announced = announced_fact(site, exposure, vocabulary) if len(sites) <= MOST_WHOLE else None
            yield build_card(number, statements.of(site), evidence, announced, vocabulary, share.lines)

    template = _environment().get_template("page.html")
    room = PageRoom()
    while not room.is_least(len(sites)):
        page = _within(template.generate(content, cards=cards(room)))
        if page is not None:
            yield page
            return
        room = room.smaller()
    yield from template.generate(content, cards=cards(room))


def _within(pieces: Iterable[str]) -> str | None:
    """Return a page of at most `SIZE` bytes, None for a larger one."""
    kept, size = [], 0
    for piece in pieces:
        size += len(piece.encode())
        if size > SIZE:
            return None
        kept.append(piece)
    return "".join(kept)


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


def _days(opening: Sequence[Statement]) -> str:
    """Return the days on which something was seen to go to Meta."""
    looked = next((one for one in opening if isinstance(one, LookedAt)), None)
    if looked is None or looked.first_day is None or looked.last_day is None:
        return ""
    return looked.first_day if looked.first_day == looked.last_day else f"{looked.first_day} to {looked.last_day}"


_TOLD: Mapping[Outcome, tuple[str, str]] = {
    "unknown": ("events of which it was not recorded whether they left", "unknown"),
    "tried": ("events tried, of which nothing left", "tried"),
    "blocked": ("events blocked", "blocked"),
}


def _figures(opening: Sequence[Statement], pixels: int, exposure: Exposure) -> Iterator[Figure]:
    """Yield the numbers that a reader looks for first, as the opening has them."""
    told = {one.outcome: one for one in opening if isinstance(one, SitesTold)}
    yield Figure(f"{told['told'].sites.total if 'told' in told else 0:,}", "sites that told Meta of events")
    yield Figure(f"{told['told'].events if 'told' in told else 0:,}", "events told")
    for outcome, (words, looks) in _TOLD.items():
        if outcome in told:
            yield Figure(f"{told[outcome].events:,}", words, looks)
    kinds = {one.data_class for of in opening if isinstance(of, PersonalDataOfSites) for one in of.data}
    yield Figure(f"{len(kinds):,}", "kinds of data about the person", "sent" if kinds else "")
    yield Figure(f"{pixels:,}", "pixels that received them")
    unread = exposure.coverage.bodies_not_recorded
    yield Figure(f"{unread:,}", "bodies not recorded", "unknown" if unread else "")


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
