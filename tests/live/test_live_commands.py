"""Commands, marks and warnings in running tools of mitmproxy."""

import json
import re
import stat
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.live.launched import free_port, started
from tests.live.test_live_launch import EVENT
from tests.sites import client, stored
from tests.sites.watch import watched

pytestmark = pytest.mark.process

ASKING = """
import json
from pathlib import Path
from mitmproxy import ctx
from mitmproxy.exceptions import CommandError

def done_by(command, *arguments):
    try:
        return ctx.master.commands.call_strings(command, arguments)
    except CommandError as error:
        return f"refused: {error}"

def response(flow):
    if flow.request.path == "/ask":
        folder = Path(__file__).parent
        answers = {name: done_by(f"pixelwitness.{name}") for name in ("summary", "sites")}
        for suffix in ("html", "txt", "md", "json", "jsonl", "csv", "xls"):
            answers[suffix] = done_by("pixelwitness.export", str(folder / f"report.{suffix}"))
        (folder / "answers.json").write_text(json.dumps(answers))
"""


def test_commands_answer_for_the_session_under_way(tmp_path: Path) -> None:
    script = tmp_path / "asking.py"
    script.write_text(ASKING)
    with watched(tmp_path, arguments=["-s", script]) as session:
        client.send(session.proxy, "GET", EVENT)
        deadline = time.monotonic() + 90
        while not stored.told(session.db)["events"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        client.send(session.proxy, "GET", "https://shop.example/ask")
        assert session.proxy.stop() == 0
    answers = json.loads((tmp_path / "answers.json").read_text())
    assert answers["sites"] == ["shop.example: PageView"]
    assert answers["summary"].startswith("shop.example  (no visit recorded")
    assert "Looked at: 1 recording, 1 request = 1 for Meta" in answers["summary"]
    written = {suffix: answers[suffix] for suffix in ("html", "txt", "md", "json", "jsonl", "csv")}
    assert written == dict.fromkeys(written)
    for suffix in written:
        report = tmp_path / f"report.{suffix}"
        assert "PageView" in report.read_text("utf-8")
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
    wrong = "report.xls: .xls names no format; use one of .txt, .html, .json, .jsonl, .csv, .md"
    assert answers["xls"] == f"refused: pixelwitness: {wrong}"


def eventually_marked(url: str) -> list[dict[str, Any]]:
    """Return the flows that the web interface shows, once one of them is marked."""
    deadline = time.monotonic() + 90
    while True:
        with urllib.request.urlopen(url, timeout=60) as answer:
            flows: list[dict[str, Any]] = json.load(answer)
        if any(flow["marked"] for flow in flows) or time.monotonic() > deadline:
            return flows
        time.sleep(0.05)


def test_the_web_interface_shows_marks_and_comments(tmp_path: Path) -> None:
    port = free_port()
    more = ["--no-web-open-browser", "--web-port", str(port), "--set", "web_password=look"]
    with started(tmp_path, free_port(), more, ui="web") as running:
        client.send(running.proxy, "GET", EVENT)
        client.send(running.proxy, "GET", "https://shop.example/boots")
        flows = eventually_marked(f"http://127.0.0.1:{port}/flows?token=look")
        view = f"http://127.0.0.1:{port}/flows/{flows[0]['id']}/request/content/pixelwitness.json?token=look"
        with urllib.request.urlopen(view, timeout=60) as answer:
            shown = json.load(answer)
        assert running.proxy.stop() == 0
    assert [(flow["marked"], flow["comment"]) for flow in flows] == [
        ("🟡", "shop.example → pixel 1111222233334444: PageView"),
        ("", ""),
    ]
    assert shown["view_name"] == "pixelwitness"
    assert shown["text"].startswith("Event PageView, by pixel, received by pixel 1111222233334444")


OPEN = [
    (["--listen-host", "0.0.0.0"], "THE PROXY IS OPEN. It listens on 0.0.0.0 and asks for no password"),
    (["--listen-host", "0.0.0.0", "--proxyauth", "jane:doe"], None),
    (["--listen-host", "127.0.0.1"], None),
]


@pytest.mark.parametrize(("arguments", "warning"), OPEN)
def test_a_proxy_that_others_can_use_warns_loudly(arguments: list[str], warning: str | None, tmp_path: Path) -> None:
    with started(tmp_path, free_port(), arguments) as running:
        assert running.proxy.stop() == 0
    said = running.said.read_text()
    assert re.findall(r"THE PROXY IS OPEN.*?no password", said) == ([warning] if warning else [])
    assert stored.recording(running.db)["complete"] == 1
