"""A real Chromium on the test sites: what the store says against what the fake Meta received."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sites import stored
from tests.sites.server import HOSTS, Received
from tests.sites.watch import Watched, watched

from pixelwitness.scan import ScanOptions, scan

browse = pytest.importorskip("tests.sites.browse", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browse.CHROMIUM.exists(), reason=f"there is no Chromium at {browse.CHROMIUM}"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("browser")
    with watched(folder) as running:
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
