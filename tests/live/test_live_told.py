"""What a flow is marked and called, and what the contentview makes of it: from real requests through the session."""

import msgspec
import pytest
from mitmproxy import contentviews, ctx, http
from mitmproxy.contentviews._registry import ContentviewRegistry
from mitmproxy.options import Options
from mitmproxy.test import tflow

from pixelwitness.core.exposure import records
from pixelwitness.live.display.event_line import EventLine, LineFormatter
from pixelwitness.live.display.overview import OverviewLine, SessionOverview
from pixelwitness.live.hooks import mitmproxy_views as views
from pixelwitness.live.hooks.block import Block
from pixelwitness.live.hooks.live_session import Session, Work
from pixelwitness.live.hooks.mitmproxy_views import PixelWitnessView
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.analyser_setup import set_up_analysis

WORDS = vocabulary()
PAGE = "dl=https%3A%2F%2Fshop.example%2Fboots"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PURCHASE = (
    f"https://www.facebook.com/tr/?id=1234567890123456&ev=Purchase&{PAGE}&ts=1&ec=0"
    f"&ud[em]={HASH}&cd[value]=19.90&cd[currency]=EUR"
)


SETUP = set_up_analysis(load_rules(), b"k" * 32)


def flow_to(
    url: str, method: str = "GET", headers: dict[str | bytes, str | bytes] | None = None, body: bytes = b""
) -> http.HTTPFlow:
    flow = tflow.tflow()
    flow.live = True
    flow.request = http.Request.make(method, url, body, headers or {})
    return flow


def rows_of(*flows: http.HTTPFlow, block: Block = "off") -> list[list[records.AnyRecord]]:
    session = Session(SETUP, "test", block)
    return [made(session.request(flow)) for flow in flows]


def made(work: Work | None) -> list[records.AnyRecord]:
    """Return the records of a piece of work, none of none."""
    return [] if work is None else work.analyse()


LINES = [
    (
        PURCHASE,
        "shop.example → pixel 1234567890123456: Purchase, e-mail (SHA-256), 19.90 EUR",
        views.PERSONAL,
    ),
    (
        f"https://www.facebook.com/tr?id=1234567890123456&ev=PageView&{PAGE}",
        "shop.example → pixel 1234567890123456: PageView",
        views.EVENT,
    ),
    (
        "https://www.facebook.com/tr?id=1234567890123456&ev=jane.doe%40example.com",
        "unknown site → pixel 1234567890123456: {email}",
        views.EVENT,
    ),
    (
        "https://www.facebook.com/tr?id=1234567890123456&ev=a%1B%5B2Jb%E2%80%AEc",
        "unknown site → pixel 1234567890123456: a\\x1b[2Jb\\u202ec",
        views.EVENT,
    ),
    ("https://connect.facebook.net/en_US/fbevents.js", "unknown site → Meta's library", views.CONTACT),
    ("https://www.facebook.com.evil.example/tr/?id=1234567890123456&ev=PageView", "", ""),
]


@pytest.mark.parametrize(("url", "line", "mark"), LINES)
def test_a_flow_to_meta_is_marked_and_says_what_it_told(url: str, line: str, mark: str) -> None:
    flow = flow_to(url)
    (rows,) = rows_of(flow)
    views.mark(flow, LineFormatter(WORDS).format(rows))
    assert (flow.comment, flow.marked) == (line, mark)


def test_a_copy_and_a_blocked_request_say_so() -> None:
    rows = rows_of(flow_to(PURCHASE), flow_to(PURCHASE), block="events")
    lines = [line.text for several in rows for line in LineFormatter(WORDS).format(several)]
    whole = "shop.example → pixel 1234567890123456: Purchase, e-mail (SHA-256), 19.90 EUR"
    assert lines == [f"{whole}, blocked", f"{whole}, another copy, blocked"]


def test_the_comment_and_the_mark_of_a_user_stay() -> None:
    commented, marked = flow_to(PURCHASE), flow_to(PURCHASE)
    commented.comment, marked.marked = "look here", ":star:"
    for flow in (commented, marked):
        views.mark(flow, LineFormatter(WORDS).format(rows_of(flow)[0]))
    assert (commented.comment, commented.marked) == ("look here", views.PERSONAL)
    assert (marked.comment, marked.marked) == (LINES[0][1], ":star:")


def test_what_is_read_later_is_what_left() -> None:
    flow = flow_to(PURCHASE)
    session = Session(SETUP, "test")
    work = session.request(flow)
    flow.request.url = "https://elsewhere.example/"
    flow.request.headers["referer"] = "https://elsewhere.example/"
    (event,) = (row for row in made(work) if isinstance(row, records.Event))
    assert (event.page_site, event.event_name) == ("shop.example", "Purchase")


def test_the_board_counts_events_once_and_forgets_the_oldest() -> None:
    overview, heard = SessionOverview(), list[EventLine]()
    overview.on_line = heard.append
    for rows in rows_of(flow_to(PURCHASE), flow_to(PURCHASE), flow_to(PURCHASE.replace("ts=1", "ts=2"))):
        overview.add(LineFormatter(WORDS).format(rows))
    assert overview.sites() == [
        (
            "shop.example",
            [
                OverviewLine(
                    "pixel 1234567890123456: Purchase",
                    times=2,
                    data=("e-mail (SHA-256)",),
                    amount="19.90 EUR",
                    is_personal=True,
                )
            ],
        )
    ]
    assert [one.is_copy for one in heard] == [False, True, False]
    many = (
        flow_to(PURCHASE.replace("shop.example", f"shop-{number}.example").replace("ts=1", f"ts=1{number}"))
        for number in range(250)
    )
    for rows in rows_of(*many):
        overview.add(LineFormatter(WORDS).format(rows))
    assert [len(overview.sites()), overview.sites()[-1][0]] == [200, "shop-249.example"]


def settled(rows: list[records.AnyRecord], delivery: str) -> list[records.AnyRecord]:
    """Return what the end of a request says of the carriers among its records."""
    ids = [row.id for row in rows if isinstance(row, records.Transmission)]
    return [records.Amendment(table="transmissions", id=one, values={"delivery": delivery}) for one in ids]


@pytest.mark.parametrize(
    ("ends", "tried", "said"),
    [
        (["answered"], 0, 1),
        (["failed"], 1, 2),
        (["stopped"], 1, 2),
        (["failed", "answered"], 0, 3),
        (["failed", "stopped"], 1, 4),
        (["unknown"], 0, 1),
    ],
)
def test_what_did_not_leave_is_said_when_that_is_known(ends: list[str], tried: int, said: int) -> None:
    formatter, overview, heard = LineFormatter(WORDS), SessionOverview(), list[EventLine]()
    overview.on_line = heard.append
    copies = rows_of(*(flow_to(PURCHASE) for _ in ends))
    for rows in copies:
        overview.add(formatter.format(rows))
    for rows, end in zip(copies, ends, strict=True):
        overview.settle(formatter.settle(settled(rows, end)))
        # The same again changes nothing.
        overview.settle(formatter.settle(settled(rows, end)))
    ((_, (line,)),) = overview.sites()
    assert (line.times, line.tried, line.blocked, len(heard)) == (1, tried, 0, said)
    assert [one.text.endswith(", did not leave") for one in heard[len(ends) :]] == [True] * (said - len(ends))


def test_a_flow_that_did_not_leave_loses_its_mark_and_says_so_unless_they_are_the_users() -> None:
    for comment, mark in (("", ""), ("look here", ":star:")):
        flow, formatter = flow_to(PURCHASE), LineFormatter(WORDS)
        flow.comment, flow.marked = comment, mark
        (rows,) = rows_of(flow)
        views.mark(flow, formatter.format(rows))
        views.mark_settled(flow, formatter.settle(settled(rows, "failed")))
        assert flow.comment == (comment or f"{LINES[0][1]}, did not leave")
        assert flow.marked == (mark or views.KEPT_BACK)


def test_what_whoever_runs_the_proxy_did_is_shown_and_not_counted() -> None:
    overview, heard = SessionOverview(), list[EventLine]()
    overview.on_line = heard.append
    rows = [
        msgspec.structs.replace(row, sender="operator") if isinstance(row, records.Event) else row
        for row in rows_of(flow_to(PURCHASE))[0]
    ]
    overview.add(LineFormatter(WORDS).format(rows))
    assert [one.text.rpartition(", ")[2] for one in heard] == ["replayed or edited here"]
    assert overview.sites() == []


def test_what_turns_out_to_be_edited_is_counted_no_more() -> None:
    overview, formatter = SessionOverview(), LineFormatter(WORDS)
    flows = rows_of(flow_to(PURCHASE), flow_to(PURCHASE.replace("ts=1", "ts=2")))
    for rows in flows:
        overview.add(formatter.format(rows))
    counts = []
    for rows in flows:
        (event,) = (row for row in rows if isinstance(row, records.Event))
        edited = records.Amendment(table="events", id=event.id, values={"sender": "operator"})
        overview.settle(formatter.settle([*settled(rows, "answered"), edited]))
        counts.append([line.times for _, lines in overview.sites() for line in lines])
    assert counts == [[1], []]


# The contentview ------------------------------------------------------------------------------

VIEW = PixelWitnessView(lambda: SETUP, WORDS)


@pytest.fixture(autouse=True)
def _options(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give mitmproxy's own code the options that it looks up while it shows a message."""
    monkeypatch.setattr(ctx, "options", Options(), raising=False)


def seen(flow: http.HTTPFlow, view: str = "auto", *, known: bool = True) -> tuple[str | None, str]:
    registry = ContentviewRegistry()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
    for name in contentviews.registry:
        registry.register(contentviews.registry[name])
    registry.register(VIEW if known else PixelWitnessView(lambda: None, WORDS))
    result = contentviews.prettify_message(flow.request, flow, view, registry)
    return result.view_name, result.text


def test_the_contentview_reads_the_payload_in_words() -> None:
    assert seen(flow_to(PURCHASE)) == (
        "pixelwitness",
        "Event Purchase, by pixel, received by pixel 1234567890123456 (rule meta-pixel-event, certain)\n"
        "  ud.em        e-mail (SHA-256), 64 characters, not kept\n"
        "  cd.value     19.90  (amount of money)\n"
        "  cd.currency  EUR  (amount of money)\n"
        "  dl           page address (readable), 26 characters, not kept\n"
        "  ts           time (readable), 1 character, not kept\n"
        "  ec           0  (technical detail)",
    )


def test_the_contentview_reads_batches_and_names_no_value_that_is_not_kept() -> None:
    event = '{"event_name":"Lead","user_data":{"em":["jane.doe@example.com"]}}'
    body = f'{{"data":[{event},{event}],"access_token":"INVENTED-TOKEN-0123456789"}}'.encode()
    url = "https://graph.facebook.com/v24.0/1234567890123456/events"
    name, text = seen(flow_to(url, "POST", {"content-type": "application/json"}, body))
    assert name == "pixelwitness"
    assert text.count("Event Lead, by Conversions API, received by pixel 1234567890123456") == 2
    assert "e-mail (readable), 20 characters, not kept" in text
    assert [secret for secret in ("jane.doe", "INVENTED-TOKEN") if secret in text] == []


def test_hostile_and_huge_payloads_stay_printable_and_bounded() -> None:
    pairs = "&".join(f"cd[a{number}%1b%5b31m]=%1b%5b2J%e2%80%ae{'x' * 100}" for number in range(2_000))
    body = f"id=1234567890123456&ev=%1b%5b2J&{pairs}".encode()
    kind: dict[str | bytes, str | bytes] = {"content-type": "application/x-www-form-urlencoded"}
    name, text = seen(flow_to("https://www.facebook.com/tr/", "POST", kind, body))
    assert name == "pixelwitness"
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text) < 60_000


@pytest.mark.parametrize("url", ["https://shop.example/?id=1&ev=PageView", "https://notfacebook.example/tr?id=1&ev=a"])
def test_other_traffic_is_left_to_other_views(url: str) -> None:
    assert seen(flow_to(url))[0] != "pixelwitness"
    assert "finds nothing in this that goes to Meta" in seen(flow_to(url), "pixelwitness")[1]


def test_a_message_without_its_flow_is_read_and_an_answer_is_not() -> None:
    flow = flow_to(PURCHASE)
    alone = contentviews.Metadata(flow=None, http_message=flow.request)
    assert VIEW.prettify(b"", alone).startswith("Event Purchase, by pixel, received by pixel 1234567890123456")
    answer = contentviews.Metadata(flow=flow, http_message=http.Response.make(200, b"{}"))
    assert [VIEW.render_priority(b"", one) for one in (alone, answer, contentviews.Metadata())] == [2.0, -1.0, -1.0]
    assert seen(flow, known=False)[0] != "pixelwitness"


def test_a_body_that_is_not_there_is_called_unknown() -> None:
    flow = flow_to("https://www.facebook.com/tr/?id=1234567890123456&ev=Lead", "POST")
    flow.request.raw_content = None
    text = VIEW.prettify(b"", contentviews.Metadata(flow=flow, http_message=flow.request))
    assert text.endswith("The body is not here (not recorded): what it held is unknown, not absent.")
