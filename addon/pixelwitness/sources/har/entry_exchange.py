"""A decoded entry of a HAR turned into an `Exchange`: method, URL, headers, answer.

Owns what each part of an entry means in its many spellings.  Must not know how
the entry was found, nor rules.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.json_text import Json
from pixelwitness.core.wire.params import Pairs
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState, Headers, Request, Response
from pixelwitness.sources.har.entry_body import Body, BodyContext, body_of, decode_base64
from pixelwitness.sources.har.entry_dates import parse_date
from pixelwitness.sources.har.entry_decoding import ContentPart, Entry, RequestPart, ResponsePart, decode_raw
from pixelwitness.sources.har.entry_delivery import delivery_of
from pixelwitness.sources.har.entry_timings import answer_time

_MAX_HEADERS = 1_000
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NETWORK = frozenset({"http", "https", "ws", "wss"})
_STATUS = re.compile(r"\s*\+?([1-9]\d\d)(?:\.0*)?(?:\s.*)?", re.DOTALL)


def network_url(value: Any) -> str | None:
    """Return the URL of a request that used the network, ``""`` for one that did not, None for none at all.

    >>> network_url(" https://shop.example/ "), network_url("//shop.example/a"), network_url("data:,x")
    ('https://shop.example/', 'https://shop.example/a', '')
    >>> network_url("/tr/?id=1") is None, network_url(7) is None, network_url("  ") is None
    (True, True, True)
    """
    if not isinstance(value, str):
        return None
    url = value.strip()
    if url.startswith("//") and len(url) > 2:
        return "https:" + url
    scheme = _SCHEME.match(url)
    if scheme is None:
        return None
    if scheme[1].lower() in _NETWORK:
        return url if url[scheme.end() : scheme.end() + 2] == "//" else None
    # `shop.example:443`, the target of a CONNECT, looks like a scheme.
    return None if re.fullmatch(r"\d{1,5}(?:/.*)?", url[scheme.end() :], re.DOTALL) else ""


class SentRequest:
    """The request of an entry with its headers and body decoded, before an `Exchange` is made of it."""

    def __init__(self, part: RequestPart, url: str, attachment: Callable[[str], bytes | None]) -> None:
        self.url = url
        self.attachment = attachment
        self.post = decode_raw(part.post)
        self.headers = parse_headers(decode_raw(part.headers))
        self.mime_type = _mime_type(self.post)
        self.content_type = header_value(self.headers, "content-type")
        self.method = _method(part.method, self.post)
        if not self.content_type and self.mime_type:
            # The recorder's copy of the header, where it kept no headers.
            self.headers = (*self.headers, ("content-type", self.mime_type))
            self.content_type = self.mime_type
        self.cookies = _cookies(part.cookies)
        self.body: Body = body_of(
            self.post,
            BodyContext(
                method=self.method,
                size=part.size,
                content_length=header_value(self.headers, "content-length"),
                content_type=self.content_type,
                coding=header_value(self.headers, "content-encoding"),
                attachment=attachment,
            ),
        )


def exchange_of(entry: Entry, sent: SentRequest, *, position: int, line: int, with_text: bool) -> Exchange:
    """Build the exchange of an entry; the answer's text only where asked for."""
    seen_at = parse_date(entry.started)
    request = Request(
        method=sent.method,
        url=sent.url,
        headers=sent.headers,
        body=sent.body.data,
        body_state=sent.body.state,
        form=sent.body.form,
        cookie_pairs=sent.cookies,
        resource_type=entry.kind.strip().lower() if isinstance(entry.kind, str) else "",
        position=position,
        line=line,
        seen_at=seen_at,
        page_ref=reference(entry.page),
        initiator=_initiator(entry.initiator),
    )
    answered_at = answer_time(seen_at, decode_raw(entry.timings))
    response = _response(entry.response, sent.attachment if with_text else None, answered_at)
    return Exchange(request, response, *delivery_of(entry, sent.method, response.status, response.headers))


def reference(value: Any) -> str | None:
    """Return the reference of a page, a text or a number; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return value if isinstance(value, str) and value else None


def parse_headers(recorded: Json) -> Headers:
    """Return headers out of objects, pairs or a mapping; HTTP/2 pseudo headers and what has no name left out.

    >>> parse_headers([{"name": "Accept", "value": None}, ["x-n", 7], {"name": ":path", "value": "/"}, 3])
    (('Accept', ''), ('x-n', '7'))
    >>> parse_headers({"Set-Cookie": ["a=1", "b=2"]})
    (('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'))
    """
    headers: list[tuple[str, str]] = []
    items: list[Json] = []
    if isinstance(recorded, dict):
        items = [[name, text] for name, text in recorded.items()]
    elif isinstance(recorded, list):
        items = recorded
    for item in items[:_MAX_HEADERS]:
        name: Json = None
        text: Json = None
        if isinstance(item, dict):
            name, text = item.get("name"), item.get("value")
        elif isinstance(item, list) and len(item) == 2:
            name, text = item
        if not isinstance(name, str) or not (name := name.strip()) or name.startswith(":"):
            continue
        for value in text if isinstance(text, list) else (text,):
            headers.append((name, "" if value is None else json_text.scalar_text(value)))
    return tuple(headers)


def header_value(headers: Headers, wanted: str) -> str:
    """Return the value of the first header of a lower-case name, empty where there is none."""
    for name, value in headers:
        if name.lower() == wanted:
            return value
    return ""


def parse_status(value: Any) -> int | None:
    """Return an HTTP status; None for 0, a negative one and whatever else stands for "no answer".

    >>> [parse_status(v) for v in (200, "404 Not Found", 304.0, 0, -1, "", "-1", True, None, [200])]
    [200, 404, 304, None, None, None, None, None, None, None]
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        status = _STATUS.fullmatch(value)
        return int(status[1]) if status else None
    if isinstance(value, int | float) and 100 <= value < 1000:
        return int(value)
    return None


def _response(part: object, attachment: Callable[[str], bytes | None] | None, answered_at: float | None) -> Response:
    """Return the answer, one without a status where there was none; its text only with a way to files beside."""
    if not isinstance(part, ResponsePart):
        return Response()
    headers = parse_headers(decode_raw(part.headers))
    if isinstance(part.redirect, str) and part.redirect.strip() and not header_value(headers, "location"):
        headers = (*headers, ("location", part.redirect.strip()))
    if len(part.cookies) > 2 and not header_value(headers, "set-cookie"):
        # The recorder's list of what the answer set, where it kept no such headers.
        set_cookies = parse_headers(decode_raw(part.cookies))
        headers = (*headers, *(("set-cookie", f"{name}={value}") for name, value in set_cookies))
    content = part.content if isinstance(part.content, ContentPart) else None
    mime_type = content.mime_type if content is not None and isinstance(content.mime_type, str) else ""
    text = None
    if attachment is not None and content is not None:
        if content.text:
            text = _text_of(decode_raw(content.text), content.encoding) if len(content.text) <= BODY_LIMIT * 6 else None
        elif isinstance(content.file, str) and (data := attachment(content.file)) is not None:
            text = data.decode("utf-8", "replace") if len(data) <= BODY_LIMIT else None
        if not text:
            text = _unless_sized(text, content.size, part.size)
    return Response(parse_status(part.status), headers, mime_type, text, answered_at)


def _unless_sized(text: str | None, size: Any, on_wire: Any) -> str | None:
    """Return an absent or empty text as the recorder's sizes explain it: left out, or nothing was there."""
    if any(isinstance(stated, int | float) and stated > 0 for stated in (size, on_wire)):
        return None
    return "" if size == 0 else text


def _text_of(text: Json, encoding: Any) -> str | None:
    if not isinstance(text, str):
        return None
    if isinstance(encoding, str) and encoding.strip().lower() == "base64":
        data = decode_base64(text)
        text = text if data is None else data.decode("utf-8", "replace")
    return text if len(text) <= BODY_LIMIT else None


def _mime_type(post: Json) -> str:
    mime_type = post.get("mimeType") if isinstance(post, dict) else None
    return mime_type.strip() if isinstance(mime_type, str) else ""


def _method(value: Any, post: Json) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip().upper()
    holds = isinstance(post, dict) and any(post.get(key) for key in ("text", "params", "_file"))
    return "POST" if holds or (isinstance(post, str) and post) else "GET"


def _cookies(raw: msgspec.Raw) -> Pairs | None:
    value = decode_raw(raw) if len(raw) > 2 else None
    return parse_headers(value) or None


def _initiator(raw: msgspec.Raw) -> str | None:
    value = decode_raw(raw)
    if isinstance(value, dict):
        value = value.get("url")
    return value if isinstance(value, str) and network_url(value) else None


def lacks_body(state: BodyState) -> bool:
    """Say whether a body was there of which the recording lacks the bytes."""
    return state in (BodyState.NOT_RECORDED, BodyState.TOO_BIG)
