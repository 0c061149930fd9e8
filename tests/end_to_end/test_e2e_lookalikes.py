"""What looks like a report to Meta and is none."""

import json
from pathlib import Path

from tests.end_to_end.conftest import Store
from tests.har import entry, write

ID = "1234567890123456"
PAGE = "https%3A%2F%2Fshop.example%2F"
FULL = f"id={ID}&ev=PageView&dl={PAGE}&rl=&if=false&ts=1795300000000&sw=1920&v=2.9.324&r=stable&ec=0&o=4126&rqm=GET"
TR = f"https://www.facebook.com/tr/?{FULL}"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}

TO_META = [
    entry(f"https://www.facebook.com/translate?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com/travel?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com/tr/more?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com/x/tr/?id={ID}&ev=PageView"),
    entry("https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fshop.example%2F"),
    entry("https://www.facebook.com/share.php?u=https%3A%2F%2Fshop.example%2F"),
    entry("https://www.facebook.com/dialog/share?app_id=1&href=https%3A%2F%2Fshop.example%2F"),
    entry("https://www.facebook.com/shop.example"),
    entry("https://scontent.xx.fbcdn.net/v/t1.0-9/1.jpg"),
    entry(f"https://graph.facebook.com/v21.0/{ID}/events?access_token=x"),
    entry("https://graph.facebook.com/me?access_token=x"),
    entry(
        "https://graph.facebook.com/v21.0/me", method="POST", headers=JSON, body='{"data": [{"event_name": "Lead"}]}'
    ),
]
"""They go to Meta and report nothing that a rule knows."""

LOOK_ALIKES = [
    entry(f"https://notfacebook.com/tr/?id={ID}&ev=PageView"),
    entry(f"https://facebook.com.evil.example/tr?id={ID}&ev=PageView"),
    entry(f"https://facebook.com.evil.example/tr/?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com@evil.example/tr/?id={ID}&ev=PageView"),
    entry("https://redirect.example/out?u=" + TR.replace("&", "%26").replace("?", "%3F")),
    entry(f"https://redirect.example/out?u={TR.partition('&')[0]}"),
    entry(f"https://redirect.example/https://www.facebook.com/tr/?id={ID}&ev=PageView"),
    entry(f"https://shop.example/#https://www.facebook.com/tr/?id={ID}&ev=PageView"),
    entry(
        f"https://graph.facebook.com.evil.example/v21.0/{ID}/events", method="POST", headers=JSON, body='{"data": [{}]}'
    ),
    # A page's text that holds a pixel's URL.
    entry(
        "https://docs.example/save",
        method="POST",
        headers=JSON,
        body=json.dumps({"html": f'<img src="{TR}">', "note": f"{TR}"}),
    ),
    entry(
        "https://docs.example/save", method="POST", headers={"content-type": "text/plain"}, body=f"see {TR} for more"
    ),
    # Somebody else's id, ev, ts and dl.
    entry(f"https://stats.example/hit?id={ID}&ev=PageView"),
    entry(f"https://stats.example/hit?id={ID}&ev=view&ts=1&dl=x"),
    entry(f"https://stats.example/hit?id=abc&ev=view&dl={PAGE}&ts=1&it=2&ec=3&o=4"),
    entry(
        "https://www.google-analytics.com/collect?v=1&t=event&ec=video&ea=play&dl=https%3A%2F%2Fshop.example%2F&sr=1x1"
    ),
    entry("https://shop.example/tr/?lang=tr"),
    entry("https://shop.example/tr", mime_type="text/html"),
    entry("https://track.example/e", method="POST", headers=FORM, body="ev=click&id=7&ts=1795300000&dl=%2F"),
    entry("data:text/html,https://www.facebook.com/tr/?id=1&ev=PageView"),
    entry("blob:https://www.facebook.com/tr/?id=1"),
]


def test_a_look_alike_is_neither_event_nor_contact(store: Store, tmp_path: Path) -> None:
    store.scan(write(tmp_path / "all.har", LOOK_ALIKES))
    assert store.rows("SELECT rule_id FROM events UNION ALL SELECT rule_id FROM contacts") == []
    number = len(LOOK_ALIKES)
    assert store.rows("SELECT requests_seen, requests_other FROM recordings") == [(number, number)]


def test_what_went_to_meta_and_no_rule_knows_is_a_contact_of_unknown_purpose(store: Store, tmp_path: Path) -> None:
    store.scan(write(tmp_path / "all.har", TO_META))
    assert store.rows("SELECT id FROM events") == []
    found = store.rows("SELECT position, rule_id, channel, confidence FROM contacts ORDER BY position")
    unknown = ("meta-purpose-unknown", "unknown", "certain")
    assert found == [(position, *unknown) for position in range(len(TO_META))]
    assert store.rows("SELECT requests_matched, requests_other, within_meta FROM recordings") == [(len(TO_META), 0, 0)]


SHOP = "https://shop.example/"
OWN = {"referer": "https://www.facebook.com/"}
NAVIGATION = {"sec-fetch-dest": "document"}
API = "https://www.facebook.com/api/graphql/"
WITHIN = {
    "a page of Meta's is opened": (entry("https://www.facebook.com/", headers=NAVIGATION, mime_type="text/html"), 0),
    "a page of Meta's is opened from a shop": (
        entry("https://www.facebook.com/shop", headers={**NAVIGATION, "referer": SHOP}, mime_type="text/html"),
        0,
    ),
    "a page of Meta's asks": (entry(API, method="POST", headers=OWN), 0),
    "a page of Meta's asks for an image": (entry("https://scontent.xx.fbcdn.net/v/1.jpg", headers=OWN), 0),
    "a page of Meta's asks, by Origin alone": (entry(API, headers={"origin": "https://www.instagram.com"}), 0),
    "a shop's page shows an image": (entry("https://scontent.xx.fbcdn.net/v/1.jpg", headers={"referer": SHOP}), 1),
    "a shop's page asks": (entry(API, method="POST", headers={"referer": SHOP}), 1),
    "nobody knows who asks": (entry(API), 1),
    # A frame of Facebook's in a shop's page is called a document, too.
    "a frame": (entry("https://www.facebook.com/x.php", headers={"referer": SHOP}, mime_type="text/html"), 1),
    "an image of a page that only says it is Meta's": (
        entry(API, headers={"referer": "https://facebook.com.evil/"}),
        1,
    ),
}


def test_requests_of_metas_own_pages_are_counted_and_not_stored(store: Store, tmp_path: Path) -> None:
    store.scan(*(write(tmp_path / f"{number}.har", [case[0]]) for number, case in enumerate(WITHIN.values())))
    names = {f"{number}.har": name for number, name in enumerate(WITHIN)}
    found = store.rows(
        "SELECT sources, requests_matched, requests_other, within_meta, (SELECT count(*) FROM contacts"
        " WHERE recording_id = recordings.id) FROM recordings"
    )
    assert {names[Path(json.loads(sources)[0]).name]: counts for sources, *counts in found} == {
        name: [stored, 1 - stored, 1 - stored, stored] for name, (_, stored) in WITHIN.items()
    }


REAL = [
    entry(TR),
    entry(f"https://facebook.com/tr?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com:443/tr/?id={ID}"),
    entry(f"https://WWW.FACEBOOK.COM/tr/?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com./tr/?id={ID}&ev=PageView"),
    entry(f"https://www.facebook.com/tr/?id={ID}&ev="),
    entry(f"https://www.facebook.com/tr/?ev=Kauf&id={ID}"),
    entry(f"https://www.facebook.com/tr/?id={ID}&ev=%D0%9F%D0%BE%D0%BA%D1%83%D0%BF%D0%BA%D0%B0"),
    entry(f"https://www.facebook.com/tr/?id={ID}&ev=12345"),
    entry(f"https://www.facebook.com/tr/?id={ID}&ev=https%3A%2F%2Fshop.example%2Fthanks"),
    entry(f"https://www.facebook.com/tr/?id={ID}&id=999&ev=Lead"),
    entry("https://www.facebook.com/tr/", method="POST", headers=FORM, body=FULL),
    entry(f"https://www.facebook.com/tr/?id={ID}", method="POST", headers=FORM, body="ev=Lead"),
    entry("https://www.facebook.com/tr/", method="POST", headers={"content-type": "text/plain"}, body=FULL),
    entry("https://www.instagram.com/tr/?" + FULL),
    entry(f"https://metrics.shop.example/tr/?{FULL}"),
    entry(f"https://shop.example/anything?{FULL}"),
    entry("https://shop.example/collect", method="POST", headers=FORM, body=FULL),
]


def test_the_real_ones_beside_them_are_all_found(store: Store, tmp_path: Path) -> None:
    store.scan(write(tmp_path / "all.har", [*REAL, *TO_META, *LOOK_ALIKES]))
    found = store.column("SELECT position FROM transmissions ORDER BY position")
    assert found == list(range(len(REAL)))
    assert store.column("SELECT DISTINCT pixel_id FROM events") == [ID]
