"""The table of formats: what ``report``, ``scan``, ``live``, ``diff`` and ``check`` can write, each format by its name.

Owns which formats there are, and what each gives a file, a pipe and a terminal.  A format is a
module of its own, which the functions here import when they render: to know the names costs
a start nothing.  Every format yields its text in pieces; those of single rows (``jsonl``, ``csv``) do so while these
are read from the database.  Must not know files or streams.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pixelwitness.report.answers.difference import DifferenceData
    from pixelwitness.report.check.check_result import CheckResult
    from pixelwitness.report.report_data import ReportData


@dataclass(frozen=True, slots=True)
class Format[Data]:
    """One format of one kind of data."""

    render: Callable[[Data], Iterable[str]]
    """Yields the text in pieces, line ends included."""
    draw: "Callable[[Data], RenderableType] | None" = None
    """Returns what a terminal is shown in place of the text; None: the text."""
    suffix: str | None = None
    """The ending of files by which this format is chosen; None: by its name only."""
    holds_ledger: bool = True
    """Whether it says what was looked at and what could not be seen; else that is said beside it."""


def end_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with their line ends."""
    for line in lines:
        yield line + "\n"


# Reports ---------------------------------------------------------------------------


def _table(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.plain import summary_lines

    return end_lines(summary_lines(data.exposure, data.vocabulary))


def _draw_table(data: "ReportData") -> "RenderableType":
    from pixelwitness.report.formats.terminal import draw_summary

    return draw_summary(data.exposure, data.vocabulary)


def _story(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.plain import ledger_lines, story_lines

    yield from end_lines(story_lines(data.exposure, data.vocabulary))
    yield from end_lines(ledger_lines(data.exposure))


def _draw_story(data: "ReportData") -> "RenderableType":
    from rich.console import Group

    from pixelwitness.report.formats.terminal import draw_ledger, draw_story

    return Group(draw_story(data.exposure, data.vocabulary), draw_ledger(data.exposure))


def _html(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.html.page import render_html

    return render_html(data)


def _json(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.json_document import render_json

    yield render_json(data.exposure, data.vocabulary)


def _json_lines(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.json_document import render_json_lines

    return render_json_lines(data.exposure, data.vocabulary, data.rows.events, data.rows.contacts)


def _csv(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.csv_events import render_csv

    return render_csv(data.vocabulary, data.rows.events, data.rows.contacts)


def _csv_sites(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.csv_sites import render_site_csv

    return render_site_csv(data.exposure, data.vocabulary)


def _markdown(data: "ReportData") -> Iterator[str]:
    from pixelwitness.report.formats.markdown import render_markdown

    return end_lines(render_markdown(data.exposure, data.vocabulary))


REPORT_FORMATS: "Mapping[str, Format[ReportData]]" = {
    "table": Format(_table, _draw_table, ".txt"),
    "story": Format(_story, _draw_story),
    "html": Format(_html, suffix=".html"),
    "json": Format(_json, suffix=".json"),
    "jsonl": Format(_json_lines, suffix=".jsonl"),
    "csv": Format(_csv, suffix=".csv", holds_ledger=False),
    "csv-sites": Format(_csv_sites, holds_ledger=False),
    "markdown": Format(_markdown, suffix=".md"),
}
"""The formats of a report by their names."""


# Comparisons -----------------------------------------------------------------------


def _difference_lines(data: "DifferenceData") -> Iterator[str]:
    from pixelwitness.report.answers.difference import render_lines

    return end_lines(render_lines(data))


def _draw_difference(data: "DifferenceData") -> "RenderableType":
    from pixelwitness.report.answers.difference_formats import draw_table

    return draw_table(data)


def _difference_markdown(data: "DifferenceData") -> Iterator[str]:
    from pixelwitness.report.answers.difference_formats import render_markdown

    return end_lines(render_markdown(data))


def _difference_json(data: "DifferenceData") -> Iterator[str]:
    from pixelwitness.report.answers.difference_formats import render_json

    yield render_json(data)


DIFFERENCE_FORMATS: "Mapping[str, Format[DifferenceData]]" = {
    "table": Format(_difference_lines, _draw_difference),
    "markdown": Format(_difference_markdown),
    "json": Format(_difference_json),
}
"""The formats of a comparison by their names."""


# Judgements ------------------------------------------------------------------------


def _check_text(result: "CheckResult") -> Iterator[str]:
    from pixelwitness.report.check.check_text import render_text

    return end_lines(render_text(result))


def _check_json(result: "CheckResult") -> Iterator[str]:
    from pixelwitness.report.check.check_json import render_json

    yield render_json(result)


def _sarif(result: "CheckResult") -> Iterator[str]:
    from pixelwitness.report.check.sarif import render_sarif

    yield render_sarif(result)


def _junit(result: "CheckResult") -> Iterator[str]:
    from pixelwitness.report.check.junit import render_junit

    yield render_junit(result)


def _github(result: "CheckResult") -> Iterator[str]:
    from pixelwitness.report.check.github import render_github

    return end_lines(render_github(result))


CHECK_FORMATS: "Mapping[str, Format[CheckResult]]" = {
    "text": Format(_check_text),
    "json": Format(_check_json),
    "sarif": Format(_sarif),
    "junit": Format(_junit),
    "github": Format(_github),
}
"""The formats of a judgement by their names."""
