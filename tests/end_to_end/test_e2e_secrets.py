"""Planted secrets: sent to Meta in every place one can think of, and nowhere in what we write."""

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write
from tests.program import run

MAIL = "planted.person@secret-mail.example"
PHONE = "+491701234567"
PHONE_DIGITS = "491701234567"
TOKEN = "EAAplantedTOKENvalue1234567890ZZ"
BEARER = "planted-bearer-9f8e7d6c5b4a"
COOKIE = "planted-cookie-xs-value-77"
ACCOUNT = "100000987654321"
PASSWORD = "planted-pass-phrase-!x"
CARD = "4111111111111111"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlcGxhbnRlZA"
ADDRESS = "203.0.113.77"
HASHED = hashlib.sha256(MAIL.encode()).hexdigest()

SECRETS = [MAIL, PHONE, PHONE_DIGITS, TOKEN, BEARER, COOKIE, ACCOUNT, PASSWORD, CARD, JWT, ADDRESS, HASHED]
SPELLINGS = [
    *SECRETS,
    MAIL.split("@")[0],
    quote(MAIL, safe=""),
    quote(quote(MAIL, safe=""), safe=""),
    base64.b64encode(MAIL.encode()).decode().rstrip("="),
    MAIL.upper(),
]

TR = "https://www.facebook.com/tr/"
GRAPH = "https://graph.facebook.com/v21.0/1234567890123/events"
FORM = {"content-type": "application/x-www-form-urlencoded"}
HEADERS = {"cookie": f"xs={COOKIE}; c_user={ACCOUNT}", "authorization": f"Bearer {BEARER}"}


def pages() -> list[str]:
    twice = quote(quote(MAIL, safe=""), safe="")
    encoded = base64.b64encode(MAIL.encode()).decode()
    return [
        f"https://shop.example/u/{MAIL}/orders",
        f"https://shop.example/u/{quote(MAIL, safe='')}",
        f"https://shop.example/u/{twice}",
        f"https://shop.example/?email={MAIL}&tel={quote(PHONE)}",
        f"https://shop.example/?email={twice}&x={encoded}",
        f"https://shop.example/#{MAIL}",
        f"https://shop.example/#/reset/{JWT}",
        f"https://shop.example/reset/{JWT}",
        f"https://shop.example/pay/{CARD}",
        f"https://shop.example/call/{PHONE_DIGITS}",
        f"https://shop.example/login?password={quote(PASSWORD)}&access_token={TOKEN}&ip={ADDRESS}",
        f"https://{quote(MAIL, safe='')}:{PASSWORD}@shop.example/",
        f"https://shop.example/a;jsessionid={JWT}",
    ]


def hits() -> list[dict[str, object]]:
    told = []
    for number, page in enumerate(pages()):
        data = [
            ("id", "1234567890123456"),
            ("ev", "PageView"),
            ("dl", page),
            ("rl", page),
            ("ts", str(number)),
            ("ec", str(number)),
        ]
        told.append(entry(TR + "?" + urlencode(data), headers={**HEADERS, "referer": page}))
        told.append(entry(page, mime_type="text/html", headers=HEADERS))
    person = [
        ("id", "1234567890123456"),
        ("ev", f"Order for {MAIL}"),
        ("eid", MAIL),
        ("ud[em]", HASHED),
        ("ud[ph]", PHONE),
        ("udff[em]", MAIL),
        ("ud[external_id]", ACCOUNT),
        (f"ud[{MAIL}]", "1"),
        (f"cd[{MAIL}]", MAIL),
        ("cd[value]", MAIL),
        ("cd[currency]", MAIL),
        ("cd[content_type]", MAIL),
        ("cd[content_name]", f"Ticket for {MAIL}"),
        ("cd[contents]", json.dumps([{"id": MAIL, "note": {"deep": [PHONE, json.dumps({"card": CARD})]}}])),
        ("cd[buttonFeatures]", json.dumps({"innerText": f"Pay as {MAIL} {CARD}"})),
        ("cd[buttonText]", PHONE),
        ("pmd[title]", f"Welcome {MAIL}"),
        ("a", MAIL),
        ("v", TOKEN),
        ("r", MAIL),
        ("rqm", MAIL),
        (MAIL, MAIL),
        ("access_token", TOKEN),
        ("token", BEARER),
        ("password", PASSWORD),
        ("fbp", f"fb.1.1795300000000.{ACCOUNT}"),
    ]
    told.append(entry(TR + "?" + urlencode(person), headers=HEADERS))
    told.append(entry(TR, method="POST", headers={**FORM, **HEADERS}, body=urlencode(person)))
    told.append(entry(TR + f"?id={quote(MAIL)}&ev={TOKEN}"))
    event = {
        "event_name": MAIL,
        "event_id": MAIL,
        "event_source_url": pages()[0],
        "action_source": MAIL,
        "user_data": {"em": [MAIL, HASHED], "client_ip_address": ADDRESS, "fb_login_id": ACCOUNT, MAIL: MAIL},
        "custom_data": {"value": MAIL, "order_id": MAIL, "status": MAIL},
        "access_token": TOKEN,
        "data_processing_options": [MAIL],
    }
    body = json.dumps({"data": [event, json.dumps(event)], "access_token": TOKEN, "partner_agent": MAIL})
    told.append(entry(f"{GRAPH}?access_token={TOKEN}", method="POST", headers={**HEADERS}, body=body))
    batch = urlencode(
        {
            "access_token": TOKEN,
            "batch": json.dumps(
                [
                    {
                        "method": "POST",
                        "relative_url": f"v21.0/123456/events?access_token={TOKEN}",
                        "body": "data=" + quote(json.dumps([event])),
                    }
                ]
            ),
        }
    )
    told.append(entry("https://graph.facebook.com/", method="POST", headers={**FORM, **HEADERS}, body=batch))
    told.append(
        entry(
            f"https://www.facebook.com/x/oauth/status?client_id=1&input_token={TOKEN}&redirect_uri={quote(pages()[3])}"
        )
    )
    told.append(entry(f"https://www.facebook.com/plugins/like.php?href={quote(pages()[0])}", headers=HEADERS))
    told.append(entry(f"https://connect.facebook.net/log/error?s={quote(pages()[3])}&e={MAIL}"))
    told.append({"request": {"method": MAIL, "url": f"nonsense {MAIL} {TOKEN}"}})
    told.append({"request": MAIL})
    return told


def leaks(text: str) -> list[str]:
    low = text.lower()
    return [secret for secret in SPELLINGS if secret.lower() in low]


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    return write(tmp_path / "planted.har", hits())


def test_no_planted_secret_is_in_the_database(store: Store, planted: Path) -> None:
    outcome = store.scan(planted)
    assert store.column("SELECT count(*) FROM events")[0] > 15
    assert leaks(repr(outcome)) == []
    for file in sorted(store.path.parent.glob("store.sqlite*")):
        assert leaks(file.read_bytes().decode("latin-1")) == [], file.name


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "markdown"])
def test_no_planted_secret_is_in_what_is_printed(store: Store, planted: Path, output: str) -> None:
    for command in (
        ["scan", str(planted), "--db", str(store.path), "--format", output],
        ["report", str(store.path), "--format", output],
        ["check", str(planted)],
        ["check", str(store.path)],
    ):
        done = run(*command, cwd=planted.parent)
        assert done.stdout
        assert leaks(done.stdout + done.stderr) == [], command


def test_tokens_and_session_values_are_not_kept_even_where_values_are(store: Store, planted: Path) -> None:
    store.scan(planted, keep_values=True)
    found = store.path.read_bytes().decode("latin-1").lower()
    never = [TOKEN, BEARER, COOKIE, PASSWORD]
    assert [secret for secret in never if secret.lower() in found] == []
