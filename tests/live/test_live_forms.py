"""One session of mitmproxy, as live store, flow file and HAR."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.sites import client, stored
from tests.sites.watch import Watched, watched

from pixelwitness.scan import ScanOptions, scan

PIXEL = "https://www.facebook.com/tr/"
PAGE = "https%3A%2F%2Fshop.example%2Fboots"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def multipart(pairs: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    head = '--limit\r\ncontent-disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(head.format(*pair) for pair in pairs.items()) + "--limit--\r\n"
    return {"content-type": "multipart/form-data; boundary=limit"}, body.encode()


KNOWN = "id=1111222233334444"
LEAD = {"id": "1111222233334444", "ev": "Lead", "dl": "https://shop.example/boots", "cd[content_name]": "Ä Ж"}
DONATE = gzip.compress(f"{KNOWN}&ev=Donate&dl={PAGE}&cd[content_name]=Über".encode())
VIEW = f"{KNOWN}&ev=ViewContent&dl={PAGE}&ts=1&ec=0"
COPY = "https://www.facebook.com/privacy_sandbox/pixel/register/trigger/"
ITEMS = [{"method": "POST", "relative_url": "v24.0/1111222233334444/events", "body": 'data=[{"event_name":"Lead"}]'}]
TEXT = {"content-type": "text/plain;charset=UTF-8"}

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
    assert hosts == ["graph.facebook.com"] * 2 + ["www.facebook.com"] * 9
    assert sorted(contact["receiver_host"] for contact in told["contacts"]) == [
        "connect.facebook.net",
        "www.facebook.com",
    ]


def test_the_live_store_keeps_no_value_that_tells_who_or_lets_in(session: Watched) -> None:
    for file in (session.db, *session.db.parent.glob("live.sqlite-*")):
        data = file.read_bytes()
        assert [one for one in (b"jane.doe", b"INVENTED-TOKEN", b"203.0.113.7") if one in data] == []
    assert session.db.stat().st_mode & 0o077 == 0
    assert session.key.stat().st_mode & 0o077 == 0
