"""Blocking, in a real mitmdump: what does not leave, what it is answered, and that nothing changes while it is off."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.sites import certificates, client, proxy, server, stored
from tests.sites.watch import Watched, watched

from pixelwitness.core.wire.request import Headers, Request
from pixelwitness.live.hooks.block import Block, is_blocked
from pixelwitness.live.start.launch import shim_path
from pixelwitness.rulebook import load_rules

pytestmark = pytest.mark.process

WAYS = Path(__file__).parents[1] / "sites" / "recordings" / "ways.mitm"
PAGE = "https%3A%2F%2Fshop.example%2Fboots"
VIEW = f"https://www.facebook.com/tr/?id=1111222233334444&ev=ViewContent&dl={PAGE}&ts=1&ec=0"
CAPI = "https://graph.facebook.com/v24.0/1111222233334444/events"
LIBRARY = "https://connect.facebook.net/en_US/fbevents.js"
LOGIN = "https://www.facebook.com/x/oauth/status?client_id=600600600600600&origin=1&redirect_uri=https://shop.example/"
SITE = "shop.example"
SHOP = f"https://{SITE}/boots"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
PREFLIGHT = {
    "origin": "https://shop.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
}


def told(session: Watched) -> list[tuple[str, bool, list[bool]]]:
    return [
        (event["event_name"], bool(event["blocked"]), [bool(one["blocked"]) for one in event["carried_by"]])
        for event in stored.told(session.db)["events"]
    ]


def test_blocked_events_do_not_leave_and_the_page_goes_on(tmp_path: Path) -> None:
    with watched(tmp_path, {"pixelwitness_block": "events"}) as session:
        image = client.ask(session.proxy, "GET", VIEW)
        again = client.send(session.proxy, "GET", VIEW)
        fetched = client.ask(session.proxy, "POST", CAPI, {**JSON, "origin": "https://shop.example"}, b'{"data":[{}]}')
        asked = client.ask(session.proxy, "OPTIONS", CAPI, PREFLIGHT)
        body = b"id=1111222233334444&ev=Lead"
        assert client.send(session.proxy, "POST", "https://www.facebook.com/tr/", FORM, body) == again == 204
        passed = [client.send(session.proxy, "GET", url) for url in (LIBRARY, SHOP)]
        assert session.proxy.stop() == 0

    assert passed == [200, 200]
    assert [one.host for one in session.world.received] == ["connect.facebook.net", "shop.example"]
    assert (image.status, image.headers["access-control-allow-origin"], image.body) == (204, "*", b"")
    assert "access-control-allow-credentials" not in image.headers
    for one in (fetched, asked):
        assert one.status == 204
        assert one.headers["access-control-allow-origin"] == "https://shop.example"
        assert one.headers["access-control-allow-credentials"] == "true"
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert asked.headers["access-control-allow-headers"] == "content-type"

    # The image was tried twice: two transmissions of one event.
    assert sorted(told(session), key=repr) == [
        ("Lead", True, [True]),
        ("ViewContent", True, [True, True]),
        (None, True, [True]),
    ]
    recording = stored.recording(session.db)
    counts = {name: recording[name] for name in ("requests_seen", "requests_matched", "requests_other", "blocked")}
    assert counts == {"requests_seen": 7, "requests_matched": 1, "requests_other": 1, "blocked": 5}
    assert "blocking is on (events)" in session.log()


@pytest.mark.parametrize(("block", "left"), [("all", ["www.facebook.com", SITE]), ("all+login", [SITE])])
def test_all_that_reaches_meta_is_blocked_the_login_only_when_named(
    block: str, left: list[str], tmp_path: Path
) -> None:
    with watched(tmp_path, {"pixelwitness_block": block}) as session:
        for url in (VIEW, LIBRARY, LOGIN, SHOP):
            client.send(session.proxy, "GET", url)
        assert session.proxy.stop() == 0
    assert [one.host for one in session.world.received] == left
    contacts = {one["channel"]: bool(one["blocked"]) for one in stored.told(session.db)["contacts"]}
    assert contacts == {"library": True, "login": block == "all+login"}


REFERRED = (("Referer", SHOP),)
OWN = (("Referer", "https://www.facebook.com/"),)


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        ("https://www.facebook.com/fr/u.php?p=1", REFERRED, {"all", "all+login"}),
        ("https://scontent.xx.fbcdn.net/v/1.jpg", (("Origin", "https://shop.example"),), {"all", "all+login"}),
        # A page may need the Graph API after a login.
        ("https://graph.facebook.com/v21.0/me", REFERRED, {"all+login"}),
        ("https://www.facebook.com/fr/u.php?p=1", OWN, set()),
        ("https://scontent.xx.fbcdn.net/v/1.jpg", (), set()),
        ("https://www.facebook.com/shop", (*REFERRED, ("Sec-Fetch-Dest", "document")), set()),
    ],
)
def test_of_requests_of_unknown_purpose_those_of_other_sites_pages_are_blocked(
    url: str, headers: Headers, expected: set[str]
) -> None:
    detector, request = load_rules().detector(), Request("GET", url, headers)
    assert {block for block in get_args(Block.__value__) if is_blocked(block, detector, request)} == expected


def test_an_event_of_which_one_copy_left_was_sent(tmp_path: Path) -> None:
    copy = VIEW.replace("/tr/", "/privacy_sandbox/pixel/register/trigger/")
    with watched(tmp_path, {"pixelwitness_block": "events"}, ["-s", _script(tmp_path, LATE)]) as session:
        assert client.send(session.proxy, "GET", VIEW) == 204
        assert client.send(session.proxy, "GET", copy) == 200
        assert session.proxy.stop() == 0
    ((name, blocked, carried),) = told(session)
    assert (name, blocked, sorted(carried)) == ("ViewContent", False, [False, True])


LATE = """
from pixelwitness.live.hooks import live_session as session
whole = session.is_blocked
def is_blocked(block, detector, request):
    return "privacy_sandbox" not in request.url and whole(block, detector, request)
session.is_blocked = is_blocked
"""


def _script(folder: Path, text: str) -> Path:
    script = folder / "script.py"
    script.write_text(text)
    return script


browse = pytest.importorskip("tests.sites.browse", reason="Playwright is not installed")

FETCHED = """async url => {
  const asked = { method: "POST", credentials: "include", headers: { "content-type": "application/json" }, body: "{}" };
  const answer = await fetch(url, asked);
  return [answer.status, answer.ok, await answer.text()];
}"""


@pytest.mark.browser
@pytest.mark.skipif(not browse.CHROMIUM.exists(), reason=f"there is no Chromium at {browse.CHROMIUM}")
def test_a_page_of_which_all_is_blocked_stays_alive(tmp_path: Path) -> None:
    failed: list[str] = []
    with watched(tmp_path, {"pixelwitness_block": "all"}) as session:
        with browse.chromium(session.proxy.port) as browser:
            page = browse.profile(browser).new_page()
            page.on("pageerror", lambda error: failed.append(str(error)))
            page.goto("https://shop.example/boots")
            fetched = page.evaluate(FETCHED, CAPI)
            beacon = page.evaluate("navigator.sendBeacon('https://www.facebook.com/tr/?id=1111222233334444&ev=Lead')")
            page.goto("https://shop.example/cart")
            title = page.title()
            page.context.close()
        assert session.proxy.stop() == 0
        received = session.world.by_meta()
        recording, told_ = stored.recording(session.db), told(session)
    assert (received, fetched, beacon, failed) == ([], [204, True, ""], True, [])
    assert title.startswith("Your cart")
    assert {(name, blocked) for name, blocked, _ in told_} == {(None, True), ("Lead", True)}
    assert recording["requests_matched"] == 0
    assert recording["blocked"] >= 3


# Nothing is changed ---------------------------------------------------------------------------


def exactly(world: server.World) -> list[tuple[Any, ...]]:
    return sorted((one.method, one.host, one.target, one.headers, one.body) for one in world.received)


@contextmanager
def replayed(folder: Path, more: list[str | Path]) -> Iterator[server.World]:
    """Send a browser's recorded session anew through mitmdump, which ends when all is answered."""
    folder.mkdir()
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    arguments: list[str | Path] = ["-C", WAYS, "--set", "client_replay_concurrency=1", *more]
    with server.running(certificate) as world, proxy.running(world, folder / "proxy", arguments) as running:
        running.process.wait(60)
        yield world


def test_servers_receive_the_same_bytes_with_and_without_the_addon(tmp_path: Path) -> None:
    db = tmp_path / "live.sqlite"
    with replayed(tmp_path / "bare", []) as bare:
        pass
    with replayed(tmp_path / "watched", ["-s", shim_path(), "--set", f"pixelwitness_db={db}"]) as seen:
        pass
    assert len(bare.by_meta()) == 35
    assert exactly(seen) == exactly(bare)
    assert stored.recording(db)["requests_seen"] == len(seen.received)
