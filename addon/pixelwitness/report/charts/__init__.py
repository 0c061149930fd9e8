"""Charts for a page: static SVG, and the same in words and rows.

    models = gathered(exposure, vocabulary, visits, signals, events, contacts)
    for chart in charts(models):
        chart.title, chart.description, chart.svg, chart.head, chart.rows

Each takes its looks from ``charts.css`` (`stylesheet`), which the page holds: no style stands
in a picture, and nothing is fetched.  A page puts each picture into ``<div class="chart-frame">``.
"""

from pixelwitness.report.charts.channels import draw_channels
from pixelwitness.report.charts.chart import Chart
from pixelwitness.report.charts.datagrid import draw_data
from pixelwitness.report.charts.flow import draw_flow
from pixelwitness.report.charts.gather import Gathering, gathered
from pixelwitness.report.charts.models import Models
from pixelwitness.report.charts.timeline import draw_timeline

__all__ = [
    "Chart",
    "Gathering",
    "Models",
    "charts",
    "draw_channels",
    "draw_data",
    "draw_flow",
    "draw_timeline",
    "gathered",
    "stylesheet",
]


def charts(models: Models) -> tuple[Chart, ...]:
    """Draw all charts of a report."""
    return (
        draw_channels(models.channels),
        draw_data(models.data),
        draw_timeline(models.timeline),
        draw_flow(models.flow),
    )


def stylesheet() -> str:
    """Return the styles that a page with charts holds."""
    from importlib.resources import files

    return files(__name__).joinpath("charts.css").read_text("utf-8")
