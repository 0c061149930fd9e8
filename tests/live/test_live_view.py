"""What the terminal shows of a session."""

import io
import logging
import os
import pty
import re
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.live.launched import free_port, started
from tests.live.test_live_launch import EVENT
from tests.live.test_live_told import PURCHASE, WORDS, flow_to, rows_of
from tests.sites import client

from pixelwitness.live.display.event_line import LineFormatter
from pixelwitness.live.display.overview import SessionOverview
from pixelwitness.live.display.view import LogMessages, PlainView, TableView, view_for
from pixelwitness.report.formats.terminal import console

pytestmark = pytest.mark.process


def test_without_a_terminal_every_arrival_is_a_line() -> None:
    stream, overview = io.StringIO(), SessionOverview()
    assert isinstance(view_for(overview, stream), PlainView)
    for rows in rows_of(flow_to(PURCHASE), flow_to("https://connect.facebook.net/en_US/fbevents.js")):
        overview.add(LineFormatter(WORDS).format(rows))
    assert stream.getvalue() == (
        "shop.example → pixel 1234567890123456: Purchase, e-mail (SHA-256), 19.90 EUR\nunknown site → Meta's library\n"
    )


def test_a_reader_who_has_gone_ends_nothing() -> None:
    overview = SessionOverview()
    closed = io.StringIO()
    view_for(overview, closed)
    closed.close()
    overview.add(LineFormatter(WORDS).format(rows_of(flow_to(PURCHASE))[0]))
    assert overview.sites()[0][0] == "shop.example"


def test_the_table_shows_sites_events_and_the_ledger() -> None:
    stream, overview = io.StringIO(), SessionOverview()
    view = TableView(overview, console(stream, colour=False, width=100))
    for rows in rows_of(flow_to(PURCHASE), flow_to(PURCHASE.replace("ts=1", "ts=2").replace("Purchase", "%1b%5b2J"))):
        overview.add(LineFormatter(WORDS).format(rows))
    console(stream, colour=False, width=100).print(view.drawn())
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert [re.split(r" {2,}", line.strip()) for line in lines if line] == [
        ["Site", "To Meta", "With it"],
        ["─" * 98],
        ["shop.example", "pixel 1234567890123456: Purchase", "e-mail (SHA-256), 19.90 EUR"],
        ["pixel 1234567890123456: \\x1b[2J", "e-mail (SHA-256), 19.90 EUR"],
        ["nothing has passed the proxy yet"],
        ["Close the browser's window or press Ctrl-C to end and read the story."],
    ]


def test_messages_are_printable_and_hold_no_traceback() -> None:
    said: list[str] = []

    class Heard(PlainView):
        def show_message(self, message: str) -> None:
            said.append(message)

    logger = logging.getLogger("tests.of.messages")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(LogMessages(Heard(io.StringIO())))
    logger.info("of no interest")
    try:
        raise ValueError("jane.doe@example.com")
    except ValueError:
        logger.exception("odd: %s", "\x1b[2J")
    logger.error("no sudo\n\nStack backtrace:\n   0: <unknown>")
    ours = logging.LogRecord("pixelwitness.live.hooks.addon", logging.INFO, "", 0, "ready", None, None)
    logger.handle(ours)
    assert said == ["odd: \\x1b[2J", "no sudo", "ready"]


def test_on_a_terminal_a_table_grows_and_the_story_follows(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    terminal, size = Path(os.ttyname(theirs)), {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    try:
        with started(tmp_path, free_port(), said=terminal, env=size) as running:
            os.close(theirs)
            client.send(running.proxy, "GET", EVENT.replace("PageView", "Purchase") + "&ud[em]=jane.doe%40example.com")
            shown = _until(ours, lambda text: "Purchase" in text and "1 request, 1 for Meta" in text)
            running.proxy.process.send_signal(signal.SIGINT)
            shown += _until(ours, lambda text: "The report: " in text)
            assert running.proxy.process.wait(60) == 0
    finally:
        os.close(ours)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert "pixel 1111222233334444: Purchase" in plain
    assert re.search(r"1 site told Meta of 1 event\.|Of 1 event of 1 site it was not recorded whether it left\.", plain)
    assert "e-mail (readable)" in plain
    assert "jane.doe" not in plain


def _until(terminal: int, seen: Callable[[str], bool]) -> str:
    text, deadline = b"", time.monotonic() + 90
    while not seen(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text.decode("utf-8", "replace"))):
        assert time.monotonic() < deadline, text.decode("utf-8", "replace")
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                text += os.read(terminal, 65_536)
            except OSError:  # the other side has closed it
                break
    return text.decode("utf-8", "replace")
