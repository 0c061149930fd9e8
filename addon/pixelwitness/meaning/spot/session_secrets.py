"""What of an exchange would let whoever reads a recording in: sessions, passwords, tokens.

Owns which secret_places are looked at and what counts as a value there.  Every cookie counts:
nobody can tell by its name which one keeps a session.  What a sanitiser left in a
value's place does not.  Pure, linear in the text, raises nothing; hands on where
something stands, never what.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import unquote_plus

from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.json_text import Json, embedded, loads_or_none
from pixelwitness.core.wire.params import query_pairs
from pixelwitness.core.wire.request import Headers, Request, Response
from pixelwitness.meaning.names.knowledge import Knowledge


class SecretPlace(StrEnum):
    """Where something stands that lets others in."""

    COOKIE = "cookie"
    SET_COOKIE = "set_cookie"
    HEADER = "header"
    ADDRESS = "address"
    BODY = "body"
    ANSWER = "answer"


_COOKIES = {"cookie": SecretPlace.COOKIE, "set-cookie": SecretPlace.SET_COOKIE}
_AUTHORISING = frozenset({"authorization", "proxy-authorization"})
_ADDRESSES = frozenset({"location", "referer", "content-location", "refresh"})
_ATTRIBUTES = frozenset(
    {"path", "expires", "max-age", "domain", "samesite", "secure", "httponly", "priority", "partitioned", "version"}
)
_USERINFO = re.compile(r"\A[a-z][a-z0-9+.-]{1,20}://([^\s/@?#]{1,300})@", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"[*xX•.\-_#?]*"  # ****, xxxx, ...
    r"|.{0,40}(?<![a-z0-9])(?:redacted|removed|sanitized|sanitised|masked|scrubbed|filtered|omitted|anonymized"
    r"|anonymised|hidden|deleted|placeholder|dummy)(?![a-z0-9]).{0,40}"
    r"|[<\[{(]+[a-z _.:-]{0,60}[>\]})]+"
    r"|null|none|undefined|true|false",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST = 4
"""Characters from which on a value can keep a session."""
_DRAWN = re.compile(r"(?!/|https?:)(?=\D*\d)[^\s<>\"']{12,4096}")
"""What a machine drew: of an answer only that, for its words ("password": "Password?") are for everybody."""
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}"
    r"|Bearer\s{1,3}(?=[A-Za-z+/=._~-]{0,200}[0-9])[A-Za-z0-9+/=._~-]{20,}"
    r"|sk_live_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{12,}"
    r")"
)
"""Shapes that are a token wherever they stand; keys that a page carries for everybody are none."""
_LONGEST_NAME = 200


def secret_places(exchange: Exchange, knowledge: Knowledge) -> tuple[SecretPlace, ...]:
    """Return the places of an exchange that hold a session, a password or a token, each once, in a fixed order."""
    found = {*_of_request(exchange.request, knowledge)}
    if exchange.response is not None:
        found.update(_of_response(exchange.response, knowledge))
    return tuple(place for place in SecretPlace if place in found)


def _of_request(request: Request, knowledge: Knowledge) -> Iterator[SecretPlace]:
    yield from _of_headers(request.headers, knowledge)
    if any(_is_value(value) for _, value in request.cookie_pairs or ()):
        yield SecretPlace.COOKIE
    if _address_holds(request.url, knowledge):
        yield SecretPlace.ADDRESS
    held = any(
        _is_secret(name, value, knowledge) or _json_holds(embedded(value), knowledge, drawn=False)
        for name, value in request.form_pairs
    )
    if held or _json_holds(request.json, knowledge, drawn=False) or _TOKEN.search(request.text):
        yield SecretPlace.BODY


def _of_response(response: Response, knowledge: Knowledge) -> Iterator[SecretPlace]:
    yield from _of_headers(response.headers, knowledge)
    text = response.text
    if text and (_TOKEN.search(text) or _json_holds(_json_of(text), knowledge, drawn=True)):
        yield SecretPlace.ANSWER


def _of_headers(headers: Headers, knowledge: Knowledge) -> Iterator[SecretPlace]:
    for name, value in headers:
        name = name.strip().lower()
        if name in _COOKIES:
            if any(_is_value(text) for text in _cookie_values(value, _COOKIES[name])):
                yield _COOKIES[name]
        elif name in _AUTHORISING:
            if _is_value(value.strip().rpartition(" ")[2]):
                yield SecretPlace.HEADER
        elif name in _ADDRESSES:
            if _address_holds(value, knowledge):
                yield SecretPlace.ADDRESS
        elif _is_secret(name, value, knowledge):
            yield SecretPlace.HEADER


def _cookie_values(line: str, place: SecretPlace) -> Iterator[str]:
    """Yield the values of a ``Cookie`` or ``Set-Cookie`` line, the attributes of the latter left out.

    >>> list(_cookie_values("sid=9f2c4e7d; Path=/; Secure", SecretPlace.SET_COOKIE))
    ['9f2c4e7d']
    >>> list(_cookie_values("path=9f2c4e7d; b=1", SecretPlace.COOKIE))
    ['9f2c4e7d', '1']
    """
    for piece in re.split(r"[;\n]", line):
        name, equals, value = piece.partition("=")
        if place is SecretPlace.COOKIE or name.strip().lower() not in _ATTRIBUTES:
            yield (value if equals else name).strip().strip('"')


def _address_holds(url: str, knowledge: Knowledge) -> bool:
    userinfo = _USERINFO.match(url.strip())
    if userinfo is not None and _is_value(userinfo[1].rpartition(":")[2]):
        return True
    before, _, fragment = url.partition("#")
    pairs = [*query_pairs(before.partition("?")[2]), *(query_pairs(fragment) if "=" in fragment else ())]
    if any(_is_secret(name, value, knowledge) for name, value in pairs):
        return True
    return _TOKEN.search(unquote_plus(url)) is not None


def _json_of(text: str) -> Json:
    start = text.lstrip("\ufeff \t\r\n")[:1]
    return loads_or_none(text) if start in ("{", "[") and start else None


def _json_holds(value: Json, knowledge: Knowledge, *, drawn: bool) -> bool:
    """Say whether JSON holds a secret under a name of one; ``drawn``: only what a machine drew."""
    todo: list[Json] = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            for name, inner in node.items():
                if not isinstance(inner, str):
                    todo.append(inner)
                elif _is_secret(name, inner, knowledge) and (not drawn or _DRAWN.fullmatch(inner)):
                    return True
                else:
                    todo.append(embedded(inner))
    return False


def _is_secret(name: str, value: str, knowledge: Knowledge) -> bool:
    if len(name) > _LONGEST_NAME or not _is_value(value):
        return False
    entry = knowledge.key(name, "custom")
    return entry is not None and entry.is_secret


def _is_value(value: str) -> bool:
    """Say whether a value is one, not what a sanitiser left in its place.

    >>> [_is_value(text) for text in ("d41d8cd98f00", "", "REDACTED", "[token redacted]", "*****", "xxxx")]
    [True, False, False, False, False, False]
    """
    value = value.strip()
    if len(value) < _SHORTEST:
        return False
    # Of a long one the beginning tells.
    return _LEFT_OUT.fullmatch(value[:200]) is None
