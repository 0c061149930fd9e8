import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.request import BodyState, Request, Response
from pixelwitness.meaning.spot.session_secrets import SecretPlace, secret_places
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

URL = "https://shop.example/account"
TOKEN = "9f2c4e7d1b0a48c6"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlLW9mLWphbmU"
FORM = "application/x-www-form-urlencoded"


def sent(
    url: str = URL, headers: Mapping[str, str] | None = None, body: str | None = None, **more: Any
) -> tuple[SecretPlace, ...]:
    data = None if body is None else body.encode()
    state = BodyState.EMPTY if body is None else BodyState.RECORDED
    request = Request("POST", url, tuple((headers or {}).items()), data, state, **more)
    return secret_places(Exchange(request), load_knowledge())


def answered(headers: Mapping[str, str] | None = None, text: str | None = None) -> tuple[SecretPlace, ...]:
    response = Response(200, tuple((headers or {}).items()), text=text)
    return secret_places(Exchange(Request("GET", URL), response), load_knowledge())


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Cookie": f"sid={TOKEN}"}, (SecretPlace.COOKIE,)),
        ({"cookie": f"theme=; lang=de; x={TOKEN}"}, (SecretPlace.COOKIE,)),
        ({"Cookie": TOKEN}, (SecretPlace.COOKIE,)),
        ({"Cookie": '{"a":"9f2c4e7d"}'}, (SecretPlace.COOKIE,)),
        ({"Cookie": f"version={TOKEN}"}, (SecretPlace.COOKIE,)),
        ({"Authorization": f"Bearer {TOKEN}"}, (SecretPlace.HEADER,)),
        ({"Proxy-Authorization": "Basic amFuZTpqYW5l"}, (SecretPlace.HEADER,)),
        ({"X-Api-Key": TOKEN}, (SecretPlace.HEADER,)),
        ({"X-CSRF-Token": TOKEN}, (SecretPlace.HEADER,)),
        ({"Referer": f"https://shop.example/?reset_token={TOKEN}"}, (SecretPlace.ADDRESS,)),
        ({"Cookie": f"sid={TOKEN}", "X-Api-Key": TOKEN}, (SecretPlace.COOKIE, SecretPlace.HEADER)),
        # what is left of a sanitised recording, and what never was one
        ({"Cookie": ""}, ()),
        ({"Cookie": "sid=REDACTED; b=[cookie redacted]; c=***********; d=xxxxxxxx"}, ()),
        ({"Cookie": "seen=1; open=true"}, ()),
        ({"Authorization": "Bearer REDACTED"}, ()),
        ({"Authorization": "<removed>"}, ()),
        ({"Accept-Language": "de-DE", "Sec-Fetch-Site": "same-origin", "If-None-Match": TOKEN}, ()),
    ],
)
def test_headers_of_a_request(headers: dict[str, str], found: tuple[SecretPlace, ...]) -> None:
    assert sent(headers=headers) == found


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ((("sid", TOKEN),), (SecretPlace.COOKIE,)),
        ((("sid", ""), ("b", "[removed]")), ()),
        ((), ()),
    ],
)
def test_a_recorders_list_of_cookies_counts_as_the_header_does(
    pairs: tuple[tuple[str, str], ...], found: tuple[SecretPlace, ...]
) -> None:
    assert sent(cookie_pairs=pairs) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"{URL}?access_token={TOKEN}", (SecretPlace.ADDRESS,)),
        (f"{URL}?a=1&user[password]={TOKEN}", (SecretPlace.ADDRESS,)),
        (f"{URL}#id_token={JWT}", (SecretPlace.ADDRESS,)),
        (f"{URL}?next=https%3A%2F%2Fx.example%2F%3Ft%3D{JWT}", (SecretPlace.ADDRESS,)),
        ("https://jane:opensesame@shop.example/", (SecretPlace.ADDRESS,)),
        ("https://jane:REDACTED@shop.example/", ()),
        (f"{URL}?access_token=REDACTED", ()),
        (f"{URL}?fbclid={TOKEN}&id=1234567890123456&ev=Purchase&token_type=bearer", ()),
        ("https://shop.example/token/password-help", ()),
    ],
)
def test_addresses(url: str, found: tuple[SecretPlace, ...]) -> None:
    assert sent(url) == found


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        (FORM, "user=jane&password=opensesame", (SecretPlace.BODY,)),
        (FORM, f"csrf_token={TOKEN}", (SecretPlace.BODY,)),
        ("application/json", json.dumps({"login": {"password": "opensesame"}}), (SecretPlace.BODY,)),
        ("application/json", json.dumps({"variables": [{"refreshToken": TOKEN}]}), (SecretPlace.BODY,)),
        (
            "application/json",
            json.dumps({"query": "…", "variables": json.dumps({"password": "opensesame"})}),
            (SecretPlace.BODY,),
        ),
        (FORM, 'data={"login":{"pwd":"opensesame"}}', (SecretPlace.BODY,)),
        ("text/plain", f"note: Bearer {TOKEN}{TOKEN}", (SecretPlace.BODY,)),
        (FORM, "user=jane&password=********", ()),
        (FORM, "ev=Purchase&ud[em]=" + "86e0b9e56c17cc4d" * 4, ()),
        ("application/json", json.dumps({"password": None, "token": "", "tokens": 4000}), ()),
        ("application/json", '{"password": "opensesame"', ()),
    ],
)
def test_what_was_sent(kind: str, body: str, found: tuple[SecretPlace, ...]) -> None:
    assert sent(headers={"Content-Type": kind}, body=body) == found


@pytest.mark.parametrize(
    ("headers", "text", "found"),
    [
        ({"Set-Cookie": f"sid={TOKEN}; Path=/; HttpOnly"}, None, (SecretPlace.SET_COOKIE,)),
        ({"Set-Cookie": "sid=; Path=/account; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}, None, ()),
        ({"Location": f"https://shop.example/#access_token={TOKEN}"}, None, (SecretPlace.ADDRESS,)),
        ({}, json.dumps({"access_token": TOKEN}), (SecretPlace.ANSWER,)),
        ({}, f"<script>window.jwt='{JWT}'</script>", (SecretPlace.ANSWER,)),
        # words of a page, and what every visitor is given
        ({}, json.dumps({"password": "Enter your password, 8 characters", "token": "/api/v1/token"}), ()),
        ({}, "<p>Basic information: Bearer tokens, passwords = secrets</p>", ()),
        ({}, "var key='pk_live_" + TOKEN + "'", ()),
    ],
)
def test_what_came_back(headers: dict[str, str], text: str | None, found: tuple[SecretPlace, ...]) -> None:
    assert answered(headers, text) == found


@pytest.mark.parametrize("text", ["[{0}{1}]", "[{1},{0}null]"])
def test_a_token_among_very_many_values_is_found(text: str) -> None:
    many, token = "[]," * 200_000, json.dumps({"access_token": TOKEN})
    assert answered({}, text.format(many, token)) == (SecretPlace.ANSWER,)


WORDS = st.text(max_size=60) | st.sampled_from(["Cookie", "password=", "Bearer ", '{"token":', "[[[", "%", "a=b;"])
HEADERS = st.lists(st.tuples(WORDS, WORDS), max_size=4).map(tuple)


@settings(max_examples=200, deadline=None)
@given(WORDS, HEADERS, st.binary(max_size=80) | WORDS.map(lambda text: text.encode("utf-8", "replace")), WORDS)
def test_whatever_stands_there_it_raises_nothing(
    url: str, headers: tuple[tuple[str, str], ...], body: bytes, text: str
) -> None:
    request = Request("POST", f"https://shop.example/{url}", headers, body, BodyState.RECORDED, cookie_pairs=headers)
    found = secret_places(Exchange(request, Response(200, headers, text=text)), load_knowledge())
    assert set(found) <= set(SecretPlace)
