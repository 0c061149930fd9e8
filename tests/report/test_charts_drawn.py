"""Charts as they leave the package: what is drawn for small models, word by word, and the rows that say the same."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from tests.exposed import event
from tests.report.charted import DRAWN, TEN, crowd, modelled

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.charts import channel_chart, data_grid, flow_chart, lanes, timeline
from pixelwitness.report.charts.axis import MOST_CUTS, Stretch, make_ticks, split_axis
from pixelwitness.report.charts.chart_models import (
    Answer,
    ChannelGrid,
    Count,
    DataGrid,
    Datum,
    Flow,
    Lane,
    Mark,
    Moment,
    State,
    Stream,
    Timeline,
    Way,
)

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """Return what is written in a picture, in its order."""
    return [one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}text")]


def told(svg: str) -> list[str]:
    """Return what shows when something is pointed at."""
    return [one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}title")][1:]


def looks(svg: str, tag: str) -> list[str]:
    return [one.get("class", "") for one in ET.fromstring(svg).iter(f"{SVG}{tag}")]


def test_channels_are_drawn_with_their_numbers() -> None:
    chart = channel_chart.draw_channels(
        ChannelGrid(
            (Way("pixel", True), Way("Conversions API gateway", True), Way("Meta's library", False)),
            (
                ("shop.example", (Count(1_234, 4, 5), Count(2), Count(3))),
                ("clinic.example", (Count(), Count(blocked=1), Count(1))),
            ),
        )
    )

    assert texts(chart.svg) == [
        *("Events", "Contacts", "pixel", "Conversions", "API gateway", "Meta's library"),
        *("shop.example", "1,234", "4 ?", "5 tried", "2", "3"),
        *("clinic.example", "·", "1 blocked", "1"),
        *("Meta was told", "?: not recorded whether it left", "tried: nothing left", "blocked"),
    ]
    assert told(chart.svg) == [
        "shop.example: events by pixel: 1,234 told, 4 not recorded whether it left, 5 tried, nothing left, events by "
        "Conversions API gateway: 2 told and contacts by Meta's library: 3 told",
        "clinic.example: events by Conversions API gateway: 1 blocked and contacts by Meta's library: 1 told",
    ]
    assert chart.head == ("Site", "Events: pixel", "Events: Conversions API gateway", "Contacts: Meta's library")
    assert chart.rows == (
        ("shop.example", "1,234 told, 4 not recorded whether it left, 5 tried, nothing left", "2 told", "3 told"),
        ("clinic.example", "none", "1 blocked", "1 told"),
    )


def test_bars_grow_with_numbers_and_what_may_not_have_left_is_hatched_or_hollow() -> None:
    grid = ChannelGrid((Way("pixel", True),), (("a.example", (Count(100, 25, 25, 1),)), ("b.example", (Count(4),))))
    bars = [
        (one.get("class"), one.get("width"), one.get("fill"))
        for one in ET.fromstring(channel_chart.draw_channels(grid, "k").svg).iter(f"{SVG}rect")
        if one.get("class") != "band"
    ]

    assert bars == [
        ("event", "46", None),
        *(("hatched", "23", "url(#k-hatch)"), ("hollow contact", "23", None), ("hollow granted", "4.6", None)),
        ("event", "9.2", None),
        *(("event", "16", None), ("hatched", "16", "url(#k-hatch)")),
        *(("hollow contact", "16", None), ("hollow granted", "16", None)),
    ]


def test_each_state_of_data_has_its_own_sign() -> None:
    silent, hidden = Answer(State.NOT_SENT), Answer(State.NOT_RECORDED)
    chart = data_grid.draw_data(
        DataGrid(
            (Datum("e-mail", About.PERSON), Datum("account id", About.BROWSER), Datum("money", About.EVENT)),
            (
                (
                    "shop.example",
                    (Answer(State.SENT, ("SHA-256", "readable")), silent, Answer(State.SENT, ("masked",))),
                ),
                ("clinic.example", (hidden, hidden, Answer(State.SENT, ("MD5",)))),
                ("open.example", (Answer(State.UNSURE, ("SHA-256",)), silent, silent)),
            ),
        )
    )

    assert texts(chart.svg) == [
        *("e-mail", "account id", "money"),
        *("shop.example", "a#*"),
        *("clinic.example", "#", "??"),
        *("open.example", "#"),
        *("the person", "the browser or account", "what was done"),
        *("a", "readable", "#", "hash", "*", "other form", "#", "not recorded whether it left"),
        *("not sent", "?", "not recorded"),
    ]
    assert told(chart.svg)[3:] == [
        "shop.example; sent: e-mail and money; not sent: account id",
        "clinic.example; sent: money; not recorded: e-mail and account id",
        "open.example; not recorded whether it left: e-mail; not sent: account id and money",
    ]
    assert chart.head == ("Site", "e-mail (the person)", "account id (the browser or account)", "money (what was done)")
    assert chart.rows == (
        ("shop.example", "sent (SHA-256, readable)", "not sent", "sent (masked)"),
        ("clinic.example", "not recorded", "not recorded", "sent (MD5)"),
        ("open.example", "not recorded whether it left (SHA-256)", "not sent", "not sent"),
    )


def test_columns_about_people_stay_when_there_are_too_many() -> None:
    data = (Datum("e-mail", About.PERSON), *(Datum(f"own {n}", About.EVENT) for n in range(60)))
    answers = (Answer(State.NOT_SENT), *[Answer(State.SENT, ("readable",))] * 60)
    chart = data_grid.draw_data(DataGrid(data, (("shop.example", answers),)))

    drawn = texts(chart.svg)[: data_grid.MOST_COLUMNS]
    assert drawn == ["e-mail", *(f"own {n}" for n in range(data_grid.MOST_COLUMNS - 1))]
    assert len(chart.head) == 62


def test_a_timeline_tells_when_and_with_which_consent() -> None:
    chart = timeline.draw_timeline(
        Timeline(
            (
                Lane.of(
                    "shop.example",
                    (
                        Moment(TEN, Mark.VISIT, "visit: shop.example/"),
                        Moment(TEN + 0.1, Mark.BEFORE, "PageView"),
                        Moment(TEN + 0.2, Mark.BEFORE, "PageView"),
                        Moment(TEN + 5, Mark.YES, "onetrust: granted"),
                        Moment(TEN + 10, Mark.GRANTED, "Purchase", Outcome.BLOCKED),
                        Moment(TEN + 10, Mark.CONTACT, "login check", Outcome.UNKNOWN, 3),
                        Moment(None, Mark.CONTACT, "Meta's library"),
                    ),
                ),
                Lane.of("b.example", (Moment(TEN + 8, Mark.AGAINST, "Lead"),)),
            )
        )
    )

    assert texts(chart.svg) == [
        *("shop.example", "2", "3", "b.example"),
        *("10:00:00", "2026-11-20", "10:00:02", "10:00:04", "10:00:06", "10:00:08", "10:00:10"),
        "time not known",
        *("visit", "a signal that agrees", "no consent signal seen", "although a signal refused"),
        *("after a signal that agreed", "contact"),
        *("dashed: not recorded whether it left", "hollow: nothing left"),
    ]
    assert told(chart.svg) == [
        "10:00:00.000: visit: shop.example/",
        "10:00:00.100: PageView ×2, no consent signal seen",
        "10:00:05.000: onetrust: granted",
        "10:00:10.000: Purchase, after a signal that agreed, blocked",
        "10:00:10.000: login check ×3, not recorded whether it left",
        "time not known: Meta's library",
        "10:00:08.000: Lead, although a signal refused",
    ]
    assert looks(chart.svg, "circle")[:2] == ["hollow granted", "hollow dashed contact"]
    assert chart.rows == (
        (
            *("shop.example", "2026-11-20 10:00:00.000", "2026-11-20 10:00:10.000"),
            *("1", "2", "0", "1", "0", "4", "3", "0", "1", "onetrust: granted at 10:00:05"),
        ),
        ("b.example", "2026-11-20 10:00:08.000", "2026-11-20 10:00:08.000", *"001000000", ""),
    )
    assert chart.head[3:] == (
        *("Visit", "No consent signal seen", "Although a signal refused", "After a signal that agreed"),
        *("Consent unclear or not recorded", "Contact"),
        *("Not recorded whether it left", "Tried, nothing left", "Blocked", "Signals"),
    )


@pytest.mark.parametrize(
    ("times", "parts"),
    [
        ([], []),
        ([7], [(7, 7)]),
        ([0, 86_400 * 365], [(0, 86_400 * 365)]),
        ([0, 0.001, 4.9], [(0, 4.9)]),
        ([0, 60, 120, 180], [(0, 180)]),
        ([0, 9, 86_400, 86_409, 86_400 * 30, 86_400 * 30 + 9], [(0, 9), (86_400, 86_409), (2_592_000, 2_592_009)]),
    ],
)
def test_long_silences_are_cut_out(times: list[float], parts: list[tuple[float, float]]) -> None:
    assert [(one.first, one.last) for one in split_axis(times, 0, 600)] == parts


def test_an_axis_has_so_many_cuts_at_most_and_keeps_its_room() -> None:
    parts = split_axis([10.0**n for n in range(1, 12)], 100, 800)

    assert len(parts) <= MOST_CUTS + 1
    assert parts[0].start == 100
    assert parts[-1].end == pytest.approx(800)
    assert all(early.end < late.start for early, late in pairwise(parts))


@pytest.mark.parametrize("span", [0.001, 0.25, 3, 59, 3_601, 86_401, 86_400 * 40, 86_400 * 365 * 900])
def test_every_stretch_has_a_time_written_and_few_of_them(span: float) -> None:
    written = list(make_ticks(Stretch(TEN, TEN + span, 200, 800)))

    assert 1 <= len(written) <= 8
    assert all(200 <= x <= 800 for x, _, _ in written)


@pytest.mark.parametrize(
    "times",
    [
        ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00+23:59", "2026-11-20T10:00:00.000Z", "9999-12-31T23:59:59-23:59"),
        ("2026-11-20", "2026-W47-5", "2026-11-20T10:00", "20261120T100000", "\u0662\u0660", "24:00"),
    ],
)
def test_any_time_that_can_be_read_has_a_place(times: tuple[str, ...]) -> None:
    models = modelled([event(position=place, seen_at=seen_at) for place, seen_at in enumerate(times)])
    chart = timeline.draw_timeline(models.timeline)

    assert sum("PageView" in words for words in told(chart.svg)) >= 1
    assert all(re.match(r"\d{4}-\d\d-\d\d ", row[1]) for row in chart.rows)


def test_a_long_table_of_visits_ends_with_their_number() -> None:
    filled = tuple(Lane.of(f"shop.example/{n}", (Moment(TEN + n, Mark.BEFORE, "PageView"),)) for n in range(230))
    rows = timeline.draw_timeline(Timeline(filled, by_visit=True)).rows

    assert len(rows) == lanes.MOST_LANES + 1
    assert rows[-1] == ("30 more visits", *[""] * 12)


def test_a_flow_joins_the_smaller_ones() -> None:
    streams = [Stream(f"s{n}.example", f"own {n}", About.EVENT, f"gw{n}.example", 100 - n) for n in range(30)]
    chart = flow_chart.draw_flow(Flow((*streams, Stream("s0.example", "not recorded", None, "gw0.example", 1))))

    assert texts(chart.svg) == [
        "Site",
        *(f"s{n}.example" for n in range(flow_chart.MOST_SITES - 1)),
        "21 more sites",
        "Data",
        *(f"own {n}" for n in range(flow_chart.MOST_DATA - 1)),
        *("not recorded", "17 more kinds of data"),
        "Receiver",
        *(f"gw{n}.example" for n in range(flow_chart.MOST_RECEIVERS - 1)),
        "23 more receivers",
        *("what was done", "not recorded"),
    ]
    assert chart.rows[0] == ("s0.example", "own 0", "what was done", "gw0.example", "100")
    assert chart.rows[-1] == ("s0.example", "not recorded", "not recorded", "gw0.example", "1")


def test_ribbons_of_a_flow_are_as_thick_as_they_are_often() -> None:
    chart = flow_chart.draw_flow(
        Flow(
            (
                Stream("shop.example", "e-mail", About.PERSON, "www.facebook[.]com", 3),
                Stream("shop.example", "product", About.EVENT, "www.facebook[.]com", 1),
            )
        )
    )

    ribbons = [one for one in ET.fromstring(chart.svg).iter(f"{SVG}path") if "ribbon" in one.get("class", "")]
    thick = [float(found[1]) for one in ribbons if (found := re.search(r"v([\d.]+)", one.get("d", "")))]
    assert [one.get("class") for one in ribbons] == ["ribbon person", "ribbon act"] * 2
    assert thick[0] == pytest.approx(3 * thick[1], rel=0.01)
    assert thick[:2] == thick[2:]
    assert told(chart.svg)[0] == "shop.example → e-mail: 3 times"


def test_long_tables_of_a_flow_end_with_what_is_left() -> None:
    streams = tuple(Stream("shop.example", f"own {n}", About.EVENT, "gw.example", 1 + n % 2) for n in range(100))
    rows = flow_chart.draw_flow(Flow(streams)).rows

    assert len(rows) == flow_chart.MOST_ROWS + 1
    assert rows[-1] == ("40 more", "", "", "", "40")


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_seen_is_said_so(name: str) -> None:
    chart = DRAWN[name](modelled())

    assert texts(chart.svg) == ["There is nothing to draw."]
    assert chart.rows == ()


def test_sites_beyond_the_room_are_summed_up_or_counted() -> None:
    models = crowd(60, each=2)

    assert "21 more sites" in texts(channel_chart.draw_channels(models.channels).svg)
    assert "21 more sites: see the table" in texts(data_grid.draw_data(models.data).svg)
    assert "48 more sites: see the table" in texts(timeline.draw_timeline(models.timeline).svg)
    assert [len(draw(models).rows) for name, draw in DRAWN.items() if name != "flow"] == [60, 60, 60]
