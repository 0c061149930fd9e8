"""Puts results on stdout or into a file: reports and comparisons, in any format of the table.

Owns the choice between text and a drawing for a terminal, and what is said on stderr beside
a report.  What a format looks like is the report's.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pixelwitness.cli.shared.options import choose_drawing
from pixelwitness.cli.shared.output_file import write_output
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.report.formats.format_table import REPORT_FORMATS, Format
from pixelwitness.report.wording.coverage_words import list_losses

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pixelwitness.report.report_data import ReportData


def write_report(data: "ReportData", format_: str, colour: str, output: Path | None = None) -> None:
    """Write a report to stdout or a file in a format, and on stderr what the format has no place for."""
    chosen = REPORT_FORMATS[format_]
    write(data, chosen, colour, output)
    if not chosen.holds_ledger:
        from pixelwitness.report.formats.plain import closing_lines

        for line in closing_lines(data.exposure, data.vocabulary):
            notify(line)
    warn_of_losses(data.exposure.coverage)


def write[Data](data: Data, format_: Format[Data], colour: str, output: Path | None) -> None:
    """Write data to stdout or a file in a format, drawn where stdout is a terminal and the format can be."""
    draw, in_colour = choose_drawing(colour)
    if draw and output is None and format_.draw is not None:
        draw_parts([format_.draw(data)], colour=in_colour)
    else:
        write_output(format_.render(data), output)


def warn_of_losses(coverage: Coverage) -> None:
    """Say aloud on stderr what should not happen: records dropped, requests that rules failed on."""
    found = list_losses(coverage)
    if found:
        notify(f"pixelwitness: WARNING: {' and '.join(found)}: what is told here is incomplete")


def draw_parts(parts: Iterable["RenderableType"], *, colour: bool) -> None:
    """Draw on the terminal."""
    from pixelwitness.report.formats import terminal

    console = terminal.console(sys.stdout, colour=colour)
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=False)
    emit([captured.get()])
