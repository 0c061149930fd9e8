"""`pixelwitness live URL`: the browser is found, opened, watched and gone, and the story is told."""

import os
import re
import signal
import stat
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.live.launched import free_port, started
from tests.sites import certificates, stored

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.live.display.closing_report import summarise
from pixelwitness.live.start import browser, launch
from pixelwitness.live.start.browser_window import key_hash_of
from pixelwitness.report.wording.vocabulary import vocabulary

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


def program(folder: Path, name: str, lines: Sequence[str]) -> Path:
    """Write a program that stands on PATH."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def test_the_usual_names_are_looked_for_on_the_path(tmp_path: Path) -> None:
    chrome = program(tmp_path / "bin", "google-chrome", ["exit 0"])
    assert browser.find_browser({"PATH": str(chrome.parent)}) == chrome
    chromium = program(tmp_path / "bin", "chromium", ["exit 0"])
    assert browser.find_browser({"PATH": str(chrome.parent)}) == chromium
    assert browser.find_browser({"PATH": str(chrome.parent), browser.VARIABLE: str(chrome)}) == chrome
    assert browser.find_browser({"PATH": str(tmp_path), browser.VARIABLE: ""}) is None


def test_a_browser_that_is_named_and_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(browser.BrowserError, match="PIXELWITNESS_BROWSER: there is no program 'nowhere'"):
        browser.find_browser({"PATH": str(tmp_path), browser.VARIABLE: "nowhere"})


def test_the_command_line_trusts_the_proxy_alone_and_leaves_the_system_as_it_is(tmp_path: Path) -> None:
    ca, _ = certificates.write_certificate(tmp_path, ["shop.example"])
    key_hash = key_hash_of(ca.read_bytes())
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", key_hash)
    line = browser.build_command(Path("chrome"), tmp_path, "127.0.0.1:8080", key_hash, "https://shop.example/")
    assert line[0] == "chrome"
    assert line[-1] == "https://shop.example/"
    assert {
        f"--user-data-dir={tmp_path}",
        "--proxy-server=http://127.0.0.1:8080",
        "--proxy-bypass-list=<-loopback>",
        f"--ignore-certificate-errors-spki-list={key_hash}",
    } <= set(line)
    assert "--no-sandbox" not in line
    assert "--ignore-certificate-errors" not in line


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript://x", "chrome://settings"])
def test_only_pages_of_the_web_are_opened(url: str) -> None:
    said: list[str] = []
    assert launch.run(url, launch.LiveOptions(), said.append) == launch.COULD_NOT_RUN
    assert said == [f"{url}: a page has an address that begins with https:// or http://"]


@pytest.mark.process
def test_without_a_browser_the_steps_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    if browser.find_browser() is not None:
        pytest.skip("a browser lies where this system always has one")
    with started(tmp_path / "live", free_port(), url="shop.example") as running:
        assert running.proxy.stop() == 0
    said = running.said.read_text()
    assert "There is no Chromium or Chrome here (or name one by PIXELWITNESS_BROWSER)" in said
    assert "then open https://shop.example." in said
    assert [word in said for word in ("Phone: ", "Server: ")] == [True, True]


@pytest.mark.process
def test_a_browser_that_ends_at_once_ends_the_session_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = program(tmp_path / "bin", "wrong", ['echo "$@" > "$(dirname "$0")/arguments"', "exit 7"])
    monkeypatch.setenv(browser.VARIABLE, str(wrong))
    with started(tmp_path / "live", free_port(), url="https://shop.example/") as running:
        assert running.proxy.process.wait(60) == 0
    said = running.said.read_text()
    assert "wrong ended at once with exit code 7; was it the right one?" in said
    assert "Nothing was seen to go to Meta" in said or "Nothing to scan" in said
    profile = re.search(r"--user-data-dir=(\S+)", (tmp_path / "bin" / "arguments").read_text())
    assert profile is not None
    assert not Path(profile[1]).exists()


def test_nothing_seen_is_told_as_such() -> None:
    sentences = ["".join(one) for one in summarise(Exposure((), (), Coverage(seen=3)), vocabulary())]
    assert sentences == [
        "Nothing was seen to go to Meta in 3 requests; unknown: what servers send directly.",
        "What servers send to Meta directly passes no browser and no proxy: it stays out of sight.",
    ]


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}")
def test_when_the_window_closes_the_story_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    debug = free_port()
    flags = f'--headless --disable-gpu --remote-debugging-port={debug} --user-agent="{AGENT}"'
    monkeypatch.setenv(
        browser.VARIABLE,
        str(
            program(
                tmp_path / "bin",
                "chromium",
                ['echo "$@" > "$(dirname "$0")/arguments"', f'exec {CHROMIUM} {flags} "$@"'],
            )
        ),
    )
    with started(tmp_path / "live", free_port(), url="https://shop.example/boots") as running:
        _wait(lambda: "ViewContent" in running.said.read_text())
        with playwright.sync_playwright() as driver:
            there = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{debug}")
            page = there.contexts[0].pages[0]
            secure = page.evaluate("isSecureContext && location.protocol")
            there.new_browser_cdp_session().send("Browser.close")
        assert running.proxy.process.wait(60) == 0
        said = running.said.read_text()
        told = stored.told(running.db)
        # Chromium opens a connection, often gives it up in the midst of the handshake, and opens another.
        assert stored.recording(running.db)["tls_refused"] == 0

    assert secure == "https:"
    assert {event["event_name"] for event in told["events"]} == {"PageView", "ViewContent"}
    assert {event["page_site"] for event in told["events"]} == {"shop.example"}
    # Each arrival was a line, as stdout is no terminal.
    assert "shop.example → pixel 1111222233334444: PageView, browser known by _fbp" in said
    story = said.partition("1 site told Meta of 2 events.\n")[2].splitlines()
    (act,) = (number for number, line in enumerate(story) if line.startswith("shop.example told Meta: a ViewContent"))
    assert "of 89 EUR" in story[act]
    assert story[act + 1].startswith("What servers send to Meta directly passes no browser and no proxy")
    assert story[act + 3].startswith("shop.example  (1 visit, ")
    report = Path(re.search(r"^The report: (.*)$", said, re.MULTILINE)[1])  # type: ignore[index]  # else it fails
    assert report.parent == running.db.parent
    assert report.read_text("utf-8").startswith("<!DOCTYPE html>\n")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert ("--no-sandbox" in said) == browser.runs_as_root()
    profile = re.search(r"--user-data-dir=(\S+)", (tmp_path / "bin" / "arguments").read_text())
    assert profile is not None
    assert not Path(profile[1]).exists()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}")
def test_ending_the_proxy_ends_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(tmp_path / "bin", "chromium", [f'echo $$ > "{tmp_path}/pid"', f'exec {CHROMIUM} --headless "$@"'])
    monkeypatch.setenv(browser.VARIABLE, str(own))
    with started(tmp_path / "live", free_port(), url="https://garden.example/") as running:
        _wait(lambda: any(one.host == "garden.example" for one in running.world.received))
        running.proxy.process.send_signal(signal.SIGINT)
        assert running.proxy.process.wait(60) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    # Whether the page was still answered decides whether it counts as opened.
    assert "nothing was seen to go to meta in " in running.said.read_text().lower()


def _wait(seen: "object") -> None:
    assert callable(seen)
    deadline = time.monotonic() + 90
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.1)
