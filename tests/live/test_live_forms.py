"""One session of mitmproxy, as live store, flow file and HAR."""

import gzip
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from tests.sites import client, stored
from tests.sites.server import SET_UP
from tests.sites.watch import Watched, watched

from pixelwitness.scan.scan import ScanOptions, scan

pytestmark = pytest.mark.process

gzipped = partial(gzip.compress, mtime=0)  # a test's name holds its bytes: no time of day in them


PIXEL = "https://www.facebook.com/tr/"
PAGE = "https%3A%2F%2Fshop.example%2Fboots"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def multipart(pairs: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    head = '--limit\r\ncontent-disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(head.format(*pair) for pair in pairs.items()) + "--limit--\r\n"
    return {"content-type": "multipart/form-data; boundary=limit"}, body.encode()


KNOWN = "id=1111222233334444"
LEAD = {"id": "1111222233334444", "ev": "Lead", "dl": "https://shop.example/boots", "cd[content_name]": "Ä Ж"}
DONATE = gzipped(f"{KNOWN}&ev=Donate&dl={PAGE}&cd[content_name]=Über".encode())
VIEW = f"{KNOWN}&ev=ViewContent&dl={PAGE}&ts=1&ec=0"
COPY = "https://www.facebook.com/privacy_sandbox/pixel/register/trigger/"
ITEMS = [{"method": "POST", "relative_url": "v24.0/1111222233334444/events", "body": 'data=[{"event_name":"Lead"}]'}]
TEXT = {"content-type": "text/plain;charset=UTF-8"}
OF_SHOP = {"referer": "https://shop.example/boots"}
BUILT = "fbp=fb.1.1795304924588.386876714.AQQCAQMC"
BOUGHT = f"{KNOWN}&ev=Purchase&dl={PAGE}&ts=2&ec=1&eid=order-1&a=woocommerce-9.1-3.4&{BUILT}"

type Sent = tuple[str, str, Mapping[str, str], bytes | None]
SENT: list[Sent] = [
    ("GET", "https://shop.example/boots", {"sec-fetch-dest": "document", "user-agent": "Mozilla/5.0"}, None),
    ("GET", "https://garden.example/", {}, None),
    ("GET", f"{PIXEL}?{VIEW}", {"sec-fetch-dest": "image"}, None),
    ("GET", f"{COPY}?{VIEW}", {}, None),
    ("GET", f"https://www.facebook.com/tr?{KNOWN}&ev=PageView", {"referer": "https://shop.example/"}, None),
    ("POST", PIXEL, *multipart(LEAD)),
    ("POST", PIXEL, FORM, f"{KNOWN}&ev=Контакт&dl={PAGE}&ud[em]=jane.doe%40example.com".encode()),
    ("POST", PIXEL, {**FORM, "content-encoding": "gzip"}, DONATE),
    ("POST", PIXEL, TEXT, f"{KNOWN}&ev=Search&cd[search_string]=ä".encode()),
    ("POST", PIXEL, FORM, b""),
    ("GET", f"{PIXEL}?{KNOWN}&ev=caf%C3%A9&dl=%FF&cd[a]=1&cd[a]=2", {}, None),
    ("POST", "https://graph.facebook.com/", FORM, f"batch={json.dumps(ITEMS)}".encode()),
    ("GET", "https://connect.facebook.net/signals/config/1111222233334444?domain=shop.example", {}, None),
    ("GET", "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fnews.example%2Farticle", {}, None),
    ("GET", f"https://www.facebook.com.evil.example/tr/?{KNOWN}&ev=PageView", {}, None),
    ("GET", f"https://notfacebook.example/tr/?{KNOWN}&ev=PageView", {}, None),
    ("GET", f"http://www.facebook.com/tr?{KNOWN}&ev=PageView", {}, None),
    ("GET", f"https://connect.facebook.net/signals/config/{SET_UP}?domain=shop.example", OF_SHOP, None),
    ("GET", "https://shop.example/g/collect?v=2&en=page_view", OF_SHOP, None),
    ("GET", "https://garden.example/landing", {"sec-fetch-dest": "document"}, None),
    ("GET", f"{COPY}?{BOUGHT}", OF_SHOP, None),
    ("GET", f"{PIXEL}?{BOUGHT}", OF_SHOP, None),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("session")
    with watched(folder) as running:
        client.report_order_as_a_server(running.proxy)
        client.send_all(running.proxy, SENT)
        assert running.proxy.stop() == 0
    return running


def scanned(session: Watched, recording: Path, folder: Path) -> Path:
    db = folder / "scanned.sqlite"
    outcome = scan([str(recording)], ScanOptions(db=db, key=session.key))
    assert [one.problems for one in outcome.scanned] == [()]
    return db


def test_the_flow_file_says_what_the_live_store_says(session: Watched, tmp_path: Path) -> None:
    db = scanned(session, session.flows, tmp_path)
    assert stored.differences(db, session.db) == []


def test_the_har_says_what_the_live_store_says(session: Watched, tmp_path: Path) -> None:
    db = scanned(session, session.har, tmp_path)
    assert stored.differences(db, session.db) == []


def test_the_ledgers_agree(session: Watched, tmp_path: Path) -> None:
    counts = ("requests_seen", "requests_matched", "requests_other", "undecodable", "rejected", "bodies_not_recorded")
    live, flows = stored.recording(session.db), stored.recording(scanned(session, session.flows, tmp_path))
    assert {name: live[name] for name in counts} == {name: flows[name] for name in counts}
    assert live["requests_seen"] == len(SENT) + 1
    assert live["complete"] == flows["complete"] == 1


def test_every_request_to_meta_is_found_and_no_look_alike(session: Watched) -> None:
    told = stored.told(session.db)
    hosts = sorted(one["receiver_host"] for event in told["events"] for one in event["carried_by"])
    assert hosts == ["graph.facebook.com"] * 2 + ["www.facebook.com"] * 11
    # What no rule knows went to Meta all the same; what only looks like Meta did not.
    assert sorted((contact["receiver_host"], contact["channel"]) for contact in told["contacts"]) == [
        ("connect.facebook.net", "config"),
        ("connect.facebook.net", "config"),
        ("www.facebook.com", "social-plugin"),
        ("www.facebook.com", "unknown"),
    ]


def test_the_live_store_keeps_no_value_that_tells_who_or_lets_in(session: Watched) -> None:
    for file in (session.db, *session.db.parent.glob("live.sqlite-*")):
        data = file.read_bytes()
        assert [one for one in (b"jane.doe", b"INVENTED-TOKEN", b"203.0.113.7") if one in data] == []
    assert session.db.stat().st_mode & 0o077 == 0
    assert session.key.stat().st_mode & 0o077 == 0


def test_what_a_pixel_is_set_to_take_is_told_live(session: Watched) -> None:
    rows = [row for row in stored.told(session.db)["pixel_configs"] if row["pixel_id"] == SET_UP]
    assert {(row["site"], row["visit"].partition(" ")[2]) for row in rows} == {
        ("shop.example", "https://shop.example/boots")
    }
    assert {(row["key"], row["value"]) for row in rows} == {
        ("automatic_matching", '{"on":true,"fields":["em","ph","fn"]}'),
        ("gateway", '{"on":true,"host":"capig.shop.example"}'),
        ("unwanted_data", '{"on":true,"event":"PageView","address":["{email}"],"certainty":"hint"}'),
        ("bot_blocking", '{"on":true,"headless":true}'),
        ("event_rule", '{"name":"Lead","conditions":1}'),
    }


def test_cookies_that_a_server_sets_are_observed_live(session: Watched) -> None:
    told = stored.told(session.db)["observations"]
    assert [
        (row["kind"], row["site"], row["visit"] and row["visit"].partition(" ")[2], row["confidence"]) for row in told
    ] == [
        ("pixel_config", None, None, "certain"),
        ("pixel_config", "shop.example", "https://shop.example/boots", "certain"),
        ("server_set_cookie", "shop.example", "https://shop.example/boots", "hint"),
        ("server_tag_cookie", "shop.example", "https://shop.example/boots", "likely"),
        ("server_set_cookie", "garden.example", "https://garden.example/landing", "hint"),
        ("server_tag_cookie", "garden.example", "https://garden.example/landing", "likely"),
    ]


def test_an_event_hints_once_at_a_server_whichever_copy_came_first(session: Watched) -> None:
    (bought,) = [
        event
        for event in stored.told(session.db)["events"]
        if event["event_name"] == "Purchase" and event["channel"] == "pixel"
    ]
    assert sorted(one["channel"] for one in bought["carried_by"]) == ["pixel", "pixel"]
    hints = [one for one in bought["findings"] if one["kind"] == "server_side"]
    assert sorted((one["label"], one["field"], one["certainty"]) for one in hints) == [
        ("agent", "a", "hint"),
        ("dedup_id", "eid", "hint"),
        ("parameter_builder", "fbp", "hint"),
    ]
