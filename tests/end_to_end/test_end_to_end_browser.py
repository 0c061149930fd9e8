"""A real Chromium on the test sites: what the store says against what the fake Meta received."""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tests.sites import stored
from tests.sites.server import HOSTS, LOOK_ALIKES, Received
from tests.sites.watch import Watched, watched

from pixelwitness.scan.scan import ScanOptions, scan

browse = pytest.importorskip("tests.sites.browse", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browse.CHROMIUM.exists(), reason=f"there is no Chromium at {browse.CHROMIUM}"),
]


WITH_RECORDER = """
import base64, json
from pathlib import Path
from pixelwitness.live.hooks.addon import PixelWitness

class AsHandedOver:
    # Stands before the addon: it keeps what the browser handed to the proxy.
    def __init__(self):
        self.kept = Path(__file__).with_name("handed-over.jsonl").open("w")

    def request(self, flow):
        one = flow.request
        headers = sorted((n.decode().lower(), v.decode()) for n, v in one.headers.fields)
        row = [one.method, one.pretty_host, one.path, headers, base64.b64encode(one.raw_content or b"").decode()]
        print(json.dumps(row), file=self.kept, flush=True)

addons = [AsHandedOver(), PixelWitness()]
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("browser")
    script = folder / "with_recorder.py"
    script.write_text(WITH_RECORDER)
    with watched(folder, script=script) as running:
        with browse.chromium(running.proxy.port) as browser:
            context = browse.profile(browser, folder / "browser.har")
            page, second = context.new_page(), context.new_page()
            browse.buy_boots(page)
            browse.ask_for_an_appointment(second)
            browse.use_the_other_ways(page)
            context.close()
        assert running.proxy.stop() == 0
        yield running


def carries_event(one: Received) -> bool:
    return one.host == "www.facebook.com" and re.fullmatch(r"/tr/?|/privacy_sandbox/pixel/.*", one.path) is not None


def name_and_pixel(one: Received) -> tuple[str | None, str | None]:
    text = one.target + one.body.decode("utf-8", "replace")
    multipart = re.search(r'name="ev"\s+(\w+)', text), re.search(r'name="id"\s+(\d+)', text)
    plain = re.search(r"[?&]ev=(\w+)", text), re.search(r"(?:[?&]|^/tr/)id=(\d+)", text)
    name, pixel = multipart if multipart[0] else plain
    return name and name[1], pixel and pixel[1]


def test_every_request_that_meta_received_is_a_transmission_and_nothing_else_is(session: Watched) -> None:
    received = Counter((*name_and_pixel(one), one.method) for one in session.world.received if carries_event(one))
    told = Counter(
        (event["event_name"], event["pixel_id"], one["method"])
        for event in stored.told(session.db)["events"]
        for one in event["carried_by"]
    )
    assert told == received


def test_every_other_request_that_meta_received_is_a_contact(session: Watched) -> None:
    received = Counter(one.host for one in session.world.by_meta() if not carries_event(one))
    assert Counter(one["receiver_host"] for one in stored.told(session.db)["contacts"]) == received


SITES = {
    "1111222233334444": {"shop.example"},
    "2222333344445555": {"clinic.example"},
    "2222333344445566": {"clinic.example"},
    "3333444455556666": {"news.example"},
    "4444555566667777": {"game.example"},
    "5555666677778888": {"shop.example", "pay.example"},
}


def test_every_event_has_its_site(session: Watched) -> None:
    for event in stored.told(session.db)["events"]:
        assert event["page_site"] in SITES[event["pixel_id"]], event


def test_the_purchase_is_told_with_all_that_went_along(session: Watched) -> None:
    (purchase,) = [one for one in stored.told(session.db)["events"] if one["event_name"] == "Purchase"]
    assert purchase["page_url"] == "https://shop.example/thanks"
    assert sorted(one["transport"] for one in purchase["carried_by"]) == ["image", "image"]
    fields = {one["field"]: one for one in purchase["carried_by"][0]["fields"]}
    assert (fields["ud.em"]["data_class"], fields["ud.em"]["form"]) == ("email", "sha256")
    assert (fields["cd.value"]["value"], fields["cd.currency"]["value"]) == ("89", "EUR")
    assert fields["fbp"]["data_class"] == "browser_id"
    assert fields["cd.content_name"]["value"] is None


# Connections, and how cookies and the name of the host are written, differ between HTTP/2 and 1.1.
BETWEEN_VERSIONS = {"host", "cookie", "connection", "content-length"}


def test_servers_receive_what_the_browser_handed_over(session: Watched) -> None:
    kept = (session.db.parent / "handed-over.jsonl").read_text().splitlines()

    def alike(method: str, host: str, target: str, headers: Iterable[Iterable[str]], body: str) -> str:
        shown = sorted(tuple(one) for one in headers if next(iter(one)) not in BETWEEN_VERSIONS)
        return json.dumps([method, host, target, shown, body])

    handed_over = Counter(alike(*json.loads(line)) for line in kept)
    received = Counter(
        alike(one.method, one.host, one.target, one.headers, b64encode(one.body).decode())
        for one in session.world.received
    )
    assert received == handed_over


def carried_how(one: Received) -> str:
    """Tell from the headers alone, as the server got them, how a browser sent a request."""
    headers = dict(one.headers)
    how = one.method, headers["sec-fetch-dest"], headers["sec-fetch-mode"]
    return {
        ("GET", "image", "no-cors"): "image",
        ("POST", "iframe", "navigate"): "form",
        ("POST", "empty", "no-cors"): "beacon",
    }[how]


FRAMED = "5555666677778888"


def site_of_page(one: Received, pixel: str | None) -> str | None:
    """Return the site that the browser names; of what a frame sends it names the frame."""
    if pixel == FRAMED:
        return None
    host = re.match(r"https://([^/]+)/", dict(one.headers)["referer"])
    return host and host[1].removeprefix("www.")


def test_request_by_request_site_pixel_name_and_transport_are_right(session: Watched) -> None:
    received = Counter(
        (*name_and_pixel(one), site_of_page(one, name_and_pixel(one)[1]), carried_how(one))
        for one in session.world.received
        if carries_event(one)
    )
    told = Counter(
        (
            event["event_name"],
            event["pixel_id"],
            None if event["pixel_id"] == FRAMED else event["page_site"],
            one["transport"],
        )
        for event in stored.told(session.db)["events"]
        for one in event["carried_by"]
    )
    assert told == received


def test_look_alikes_were_asked_and_nothing_of_them_is_stored(session: Watched) -> None:
    assert {one.host for one in session.world.received} >= set(LOOK_ALIKES)
    told = stored.told(session.db)
    hosts = {one["receiver_host"] for event in told["events"] for one in event["carried_by"]}
    assert hosts | {one["receiver_host"] for one in told["contacts"]} == {"www.facebook.com", "connect.facebook.net"}


PAGES = [
    ("3333444455556666", "PageView", "https://news.example/"),  # only after the consent, which came late
    ("4444555566667777", "PageView", "https://game.example/"),
    ("4444555566667777", "PageView", "https://game.example/level/7"),  # no document was loaded for it
    ("2222333344445555", "PageView", "https://www.clinic.example/"),
    ("2222333344445566", "PageView", "https://www.clinic.example/"),  # two pixels on one page
]


@pytest.mark.parametrize(("pixel", "name", "page"), PAGES)
def test_every_kind_of_visit_is_told_with_its_page(session: Watched, pixel: str, name: str, page: str) -> None:
    told = {(one["pixel_id"], one["event_name"], one["page_url"]) for one in stored.told(session.db)["events"]}
    assert (pixel, name, page) in told


def test_events_of_two_tabs_belong_to_the_visits_of_their_own(session: Watched) -> None:
    told = stored.told(session.db)
    sites = {f"{one['seen_at']} {one['page_url']}": one["site"] for one in told["visits"]}
    placed = [one for one in told["events"] if one["visit"] is not None and one["pixel_id"] != FRAMED]
    assert len(placed) > 10
    assert [one for one in placed if sites[one["visit"]] != one["page_site"]] == []


def test_every_way_of_sending_was_met(session: Watched) -> None:
    met = {
        (event["event_name"], one["transport"])
        for event in stored.told(session.db)["events"]
        for one in event["carried_by"]
    }
    assert {
        ("PageView", "image"),
        ("ArticleRead", "beacon"),
        ("PlayEnded", "beacon"),
        ("ViewContent", "form"),
        ("LevelCompleted", "image"),
        ("AppointmentRequested", "image"),
        ("SubscribedButtonClick", "image"),
    } <= met


def test_flow_file_and_har_of_the_session_say_the_same(session: Watched, tmp_path: Path) -> None:
    for recording in (session.flows, session.har):
        db = tmp_path / f"{recording.suffix[1:]}.sqlite"
        scan([str(recording)], ScanOptions(db=db, key=session.key))
        assert stored.differences(db, session.db) == [], recording.suffix


def test_the_browsers_own_har_differs_in_what_it_lacks_alone(session: Watched, tmp_path: Path) -> None:
    db = tmp_path / "browser.sqlite"
    scan([str(session.db.parent / "browser.har")], ScanOptions(db=db, key=session.key))

    def sites(of: Path) -> Counter[tuple[str, str, str]]:
        events = stored.told(of)["events"]
        return Counter((one["event_name"], one["pixel_id"], one["page_site"]) for one in events)

    assert sites(db) <= sites(session.db)
    assert sum(sites(db).values()) > 0.8 * sum(sites(session.db).values())


def test_nothing_but_the_test_sites_passed_the_proxy(session: Watched) -> None:
    assert {one.host for one in session.world.received} <= set(HOSTS)
