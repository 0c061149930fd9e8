"""Consent in recordings: what is told where cookies, pages or signals lack, and where others speak."""

from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import Store
from tests.har import entry, write

PAGE = {"sec-fetch-dest": "document"}
OF_SHOP = {"referer": "https://shop.example/"}
EVENT = "https://www.facebook.com/tr/?id=1111222233334444&ev=PageView&dl=https%3A%2F%2Fshop.example%2F"


def page(seconds: int, **headers: str) -> dict[str, Any]:
    sent = PAGE | {name.replace("_", "-"): value for name, value in headers.items()}
    return entry("https://shop.example/", headers=sent, mime_type="text/html", seconds=seconds)


def event(seconds: int, more: str = "") -> dict[str, Any]:
    return entry(f"{EVENT}{more}", headers=OF_SHOP, seconds=seconds)


def without_cookies(path: Path, entries: list[Any]) -> Path:
    """Write a recording as the panel of Chrome exports it by default."""
    text = write(path, entries).read_text()
    path.write_text(text.replace('"name": "tests"', '"name": "WebInspector"'))
    return path


def told(store: Store) -> list[tuple[str, str]]:
    return store.rows(
        "SELECT label, evidence FROM findings JOIN events ON events.id = event_id"
        " WHERE findings.kind = 'consent' ORDER BY events.seen_at, label"
    )


def test_a_recording_without_cookies_is_told_not_recorded(store: Store, tmp_path: Path) -> None:
    store.scan(without_cookies(tmp_path / "a.har", [page(1), event(2)]))
    assert store.column("SELECT cookies_recorded FROM recordings") == [0]
    assert told(store) == [("not_recorded", "the recording holds no cookies, and no other signal was seen")]


def test_one_with_cookies_but_no_consent_among_them_is_told_that_nothing_was_seen(store: Store, tmp_path: Path) -> None:
    store.scan(write(tmp_path / "a.har", [page(1, cookie="basket=1"), event(2)]))
    assert told(store) == [("nothing_seen", "no consent signal of this site had been seen when it left")]


def test_without_a_page_of_the_site_nothing_could_have_been_seen(store: Store, tmp_path: Path) -> None:
    other = entry("https://news.example/", headers=PAGE | {"cookie": "a=1"}, mime_type="text/html")
    store.scan(write(tmp_path / "a.har", [other, event(2)]))
    assert told(store) == [("not_recorded", "no page of the site is in the recording, and no other signal was seen")]


def test_neighbours_speak_for_the_page_they_came_from(store: Store, tmp_path: Path) -> None:
    collect = "https://region1.google-analytics.com/g/collect?v=2&tid=G-INVENTED&gcs={}&en=page_view"
    entries = [
        page(1),
        entry(collect.format("G111"), headers={"referer": "https://news.example/"}, seconds=2),
        event(3),
        entry(collect.format("G100"), headers=OF_SHOP, seconds=4),
        event(5, "&ec=1"),
    ]
    store.scan(without_cookies(tmp_path / "a.har", entries))
    assert told(store) == [
        ("not_recorded", "the recording holds no cookies, and no other signal was seen"),
        ("denied", "Google's consent mode, in a neighbouring request: denied"),
    ]
    assert store.rows("SELECT kind, state, site FROM signals ORDER BY position") == [
        ("google_consent", "granted", "news.example"),
        ("google_consent", "denied", "shop.example"),
    ]
    assert store.column("SELECT requests_other FROM recordings") == [3]


def test_an_event_that_asks_for_limited_use_says_so_for_certain(store: Store, tmp_path: Path) -> None:
    entries = [page(1, cookie="usprivacy=1YYN"), event(2, "&dpo=LDU&dpoco=1&dpost=1000"), event(3, "&dpo=&ec=1")]
    store.scan(write(tmp_path / "a.har", entries))
    denied = ("denied", "US privacy string, in a cookie of the site: denied")
    assert told(store) == [
        denied,
        ("limited_data_use", "the event asks for Limited Data Use: California, United States"),
        denied,
        ("no_limited_data_use", "the event says that Limited Data Use is not asked for"),
    ]


def test_a_servers_event_has_no_page_whose_consent_could_be_seen(store: Store, tmp_path: Path) -> None:
    body = '{"data": [{"event_name": "Purchase", "event_source_url": "https://shop.example/thanks", "user_data": {}}]}'
    sent = entry(
        "https://graph.facebook.com/v24.0/1111222233334444/events",
        method="POST",
        headers={"content-type": "application/json"},
        body=body,
        seconds=2,
    )
    store.scan(write(tmp_path / "a.har", [page(1, cookie="a=1"), sent]))
    assert store.column("SELECT channel FROM events") == ["capi"]
    assert told(store) == []


def test_no_value_of_a_signal_reaches_the_store(store: Store, tmp_path: Path) -> None:
    chosen = "CookieConsent={stamp:%27c3RhbXBlZA==%27%2Cnecessary:true%2Cmarketing:false}"
    store.scan(write(tmp_path / "a.har", [page(1, cookie=chosen), event(2)]))
    assert told(store) == [("denied", "Cookiebot, in a cookie of the site: denied")]
    assert b"c3RhbXBlZA" not in store.path.read_bytes()
