"""The HTML report for tests: made from invented rows or a database, and taken apart by a strict parser."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from tests.exposed import recording, visit

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import Recording, Signal, Visit
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.meaning.spot.finding import CONSENT
from pixelwitness.report.html.page import render_html
from pixelwitness.report.report_data import ReportData, ReportRows, read_report
from pixelwitness.report.wording.vocabulary import Vocabulary, vocabulary
from pixelwitness.store.database import reading

OWN = frozenset({"facebook.com"})
ELEMENTS = frozenset(
    {
        *("html", "head", "meta", "title", "link", "style", "body", "header", "nav", "main", "footer", "section"),
        *("article", "figure", "figcaption", "details", "summary", "div", "span", "p", "h1", "h2", "h3", "ul", "ol"),
        *("li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b", "i", "bdi", "br"),
        *("code", "q", "small", "strong", "time"),
        *("svg", "desc", "defs", "pattern", "g", "path", "rect", "circle", "text"),
    }
)
"""All that a page is made of."""


def made(
    events: Sequence[SeenEvent] = (),
    contacts: Sequence[SeenContact] = (),
    *,
    recordings: Sequence[Recording] | None = None,
    visits: Sequence[Visit] | None = None,
    signals: Sequence[Signal] = (),
    words: Vocabulary | None = None,
    limits: Sequence[str] = (),
) -> str:
    """Return the page of invented rows."""
    rows = [recording()] if recordings is None else list(recordings)
    visited = [visit()] if visits is None else list(visits)
    builder = ExposureBuilder(OWN, IDENTIFYING)
    for one in visited:
        builder.add_visit(one)
    for event in events:
        builder.add_event(event)
        for found in event.findings if not event.event.blocked else ():
            if found.kind == CONSENT:
                said = CountedFinding(found.label, found.certainty, found.evidence or "", 1)
                builder.add_consent(event.event.page_site, said)
    for contact in contacts:
        builder.add_contact(contact)
    exposure = builder.build(coverage_of(rows), tuple(rows))
    rows_behind = ReportRows(visited, signals, events, contacts)
    return "".join(render_html(ReportData(exposure, words or vocabulary(), rows_behind, tuple(limits))))


def of_database(db: Path, region: str | None = None) -> str:
    """Return the page of a database, as ``report --format html`` writes it."""
    with reading(db) as connection:
        return "".join(render_html(read_report(connection, vocabulary(region))))


def parsed(page: str) -> Element:
    """Return the tree of a page; raise where a browser would have to guess what was meant."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert isinstance(tree, Element)
    return tree


def tag(element: Element) -> str:
    """Return the bare name of an element, of pictures too."""
    return str(element.tag).rpartition("}")[2]


def elements(tree: Element, *names: str) -> Iterator[Element]:
    """Yield the elements of some names, in the order of the page; without names all."""
    for one in tree.iter():
        if isinstance(one.tag, str) and (not names or tag(one) in names):
            yield one


def text(element: Element) -> str:
    """Return the text of an element as one line."""
    return " ".join("".join(map(str, element.itertext())).split())


def by_id(tree: Element, name: str) -> Element:
    """Return the one element with an id."""
    (found,) = (one for one in elements(tree) if one.get("id") == name)
    return found


def rows(table: Element) -> list[list[str]]:
    """Return the cells of a table's body."""
    return [[text(cell) for cell in row if tag(cell) in ("td", "th")] for row in elements(_body(table), "tr")]


def _body(table: Element) -> Element:
    (body,) = elements(table, "tbody")
    return body


def table(tree: Element, caption: str) -> Element:
    """Return the table with a caption."""
    (found,) = (one for one in elements(tree, "table") if text(_caption(one)) == caption)
    return found


def _caption(found: Element) -> Element:
    (caption,) = elements(found, "caption")
    return caption


def unprintable(page: str) -> Iterable[str]:
    """Return what of a page is neither printable nor a line end."""
    return sorted({f"{ord(one):04x}" for one in page if one != "\n" and not one.isprintable()})
