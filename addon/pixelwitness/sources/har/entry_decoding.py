"""An entry of a HAR as far as it is needed, decoded strictly where possible and leniently where not.

Owns the two decoders and that both give the same `Entry`.  The strict one decodes
a run of entries at once and leaves what is seldom needed undecoded; the lenient
one takes whatever JSON browsers and hand-written exporters produce.  A field of a
wrong type counts as missing, it never costs another field.  Of a key that comes
twice the last one wins, in both.
"""

import json
import math
import re
from typing import Any

import msgspec

from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json, NotJsonError

_NOTHING = msgspec.Raw(b"")
_STRICT_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)


# What recorders were seen to put in an object's place; strictly decoded, too, for it comes with every entry then.
type _Wrong = list[Any] | str | int | float | bool | None


class RequestPart(msgspec.Struct, gc=False):
    """``entry.request``; ``Any`` takes every JSON type, so that a wrong one costs nothing else."""

    method: Any = None
    url: Any = None
    headers: msgspec.Raw = _NOTHING
    cookies: msgspec.Raw = _NOTHING
    post: msgspec.Raw = msgspec.field(name="postData", default=_NOTHING)
    size: Any = msgspec.field(name="bodySize", default=None)


class ContentPart(msgspec.Struct, gc=False):
    """``entry.response.content``."""

    mime_type: Any = msgspec.field(name="mimeType", default=None)
    text: msgspec.Raw = _NOTHING
    encoding: Any = None
    size: Any = None
    file: Any = msgspec.field(name="_file", default=None)
    """Playwright's name of a file beside the recording that holds the body."""


class ResponsePart(msgspec.Struct, gc=False):
    """``entry.response``."""

    status: Any = None
    headers: msgspec.Raw = _NOTHING
    cookies: msgspec.Raw = _NOTHING
    content: ContentPart | _Wrong = None
    redirect: Any = msgspec.field(name="redirectURL", default=None)
    size: Any = msgspec.field(name="bodySize", default=None)
    headers_size: Any = msgspec.field(name="headersSize", default=None)
    transferred: Any = msgspec.field(name="_transferSize", default=None)
    error: Any = msgspec.field(name="_error", default=None)
    failure: Any = msgspec.field(name="_failureText", default=None)
    status_text: Any = msgspec.field(name="statusText", default=None)
    comment: Any = None


class Entry(msgspec.Struct, gc=False):
    """One entry; ``request`` None: it holds no request object."""

    request: RequestPart | None = None
    response: ResponsePart | _Wrong = None
    kind: Any = msgspec.field(name="_resourceType", default=None)
    page: Any = msgspec.field(name="pageref", default=None)
    initiator: msgspec.Raw = msgspec.field(name="_initiator", default=_NOTHING)
    started: Any = msgspec.field(name="startedDateTime", default=None)
    timings: msgspec.Raw = _NOTHING
    address: Any = msgspec.field(name="serverIPAddress", default=None)
    connection: Any = None
    from_cache: Any = msgspec.field(name="_fromCache", default=None)
    security: Any = msgspec.field(name="_securityState", default=None)
    """Firefox's, of every request that it knows the end of."""
    fetch_type: Any = msgspec.field(name="_fetchType", default=None)
    error: Any = msgspec.field(name="_error", default=None)
    block: Any = msgspec.field(name="_blockedReason", default=None)
    block_: Any = msgspec.field(name="_blocked_reason", default=None)
    aborted: Any = msgspec.field(name="_wasAborted", default=None)
    fulfilled: Any = msgspec.field(name="_wasFulfilled", default=None)


_decode_run = msgspec.json.Decoder(list[Entry]).decode
_decode_spans = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_one = msgspec.json.Decoder(Entry).decode

# A string; an object or list without another inside; else one bracket.
_TOKEN = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?'
    r'|\{(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+\}|\[(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+\]|[\[\]{}]',
    re.DOTALL,
)
_SLIP = re.compile(r'("(?:[^"\\]++|\\.)*+"?)|,(?=\s*[\]}])', re.DOTALL)
_BAD_ESCAPE = re.compile(r'(\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})|\\')
_FRACTION = re.compile("[.eE]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_run(text: bytes) -> list[Entry] | None:
    """Decode a JSON list of entries strictly; None when anything in it is not as it should be."""
    try:
        return _decode_run(text)
    except _STRICT_ERRORS:
        return None


def split_entries(text: bytes) -> list[msgspec.Raw]:
    """Split a list that `decode_run` accepted into its undecoded elements."""
    return _decode_spans(text)


def decode_entry(text: bytes, *, strict: bool = True) -> Entry | None:
    """Decode one element of the list of entries; None when it is not JSON at all.

    Without ``strict`` the lenient decoder reads it at once; the outcome is the same.
    """
    if strict:
        try:
            return _decode_one(text)
        except _STRICT_ERRORS:
            pass
    try:
        value = decode_leniently(text)
    except NotJsonError:
        return None
    return _lenient_entry(value)


def decode_leniently(text: bytes | str) -> Json:
    """Decode JSON leniently: slips repaired, what nests too deep left out, lone surrogates replaced.

    Raise `NotJsonError` when even that yields nothing.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if text.count("[") + text.count("{") > json_text.MAX_DEPTH:
        text = _pruned(text)
    try:
        value = _parsed(text)
    except NotJsonError:
        value = _parsed(_SLIP.sub(_repaired, text))
    return _clean(value) if "\\u" in text else value


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(
            text.removeprefix("\ufeff"), parse_int=_number, parse_float=_number, parse_constant=str, strict=False
        )
    except (ValueError, RecursionError) as problem:
        raise NotJsonError("not JSON") from problem
    return value


def _number(text: str) -> int | float | None:
    """Decode a number; one of many digits by its size only, as a float."""
    if len(text) <= json_text.MAX_DIGITS and not _FRACTION.search(text):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def decode_raw(raw: msgspec.Raw) -> Json:
    """Decode what the strict decoder left alone; None when it is missing or unusable."""
    if not raw:
        return None
    try:
        return decode_leniently(bytes(raw))
    except NotJsonError:
        return None


def _pruned(text: str) -> str:
    """Put ``null`` in place of whatever nests deeper than the limit.

    >>> _pruned('{"a":' + "[" * 70 + "]" * 70 + ',"b":1}').count("[")
    63
    """
    kept: list[str] = []
    depth = copied = 0
    for token in _TOKEN.finditer(text):
        begin, end = token.span()
        sign = text[begin]
        flat = end - begin > 1
        if sign in "[{":
            depth += 1
            if depth == json_text.MAX_DEPTH + 1:
                kept += (text[copied:begin], "null")
                copied = len(text)
        if sign in "]}" or (flat and sign != '"'):
            depth -= 1
            if depth == json_text.MAX_DEPTH:
                copied = end
    return "".join(kept) + text[copied:] if kept else text


def _repaired(found: re.Match[str]) -> str:
    return _BAD_ESCAPE.sub(lambda escape: escape[1] or "\\\\", found[1]) if found[1] else ""


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", name): _clean(item) for name, item in value.items()}
    return value


def _lenient_entry(value: Json) -> Entry:
    if not isinstance(value, dict):
        return Entry()
    request, response = value.get("request"), value.get("response")
    return Entry(
        request=_lenient_request(request) if isinstance(request, dict) else None,
        response=_lenient_response(response) if isinstance(response, dict) else None,
        kind=value.get("_resourceType"),
        page=value.get("pageref"),
        initiator=_raw(value, "_initiator"),
        started=value.get("startedDateTime"),
        timings=_raw(value, "timings"),
        address=value.get("serverIPAddress"),
        connection=value.get("connection"),
        from_cache=value.get("_fromCache"),
        security=value.get("_securityState"),
        fetch_type=value.get("_fetchType"),
        error=value.get("_error"),
        block=value.get("_blockedReason"),
        block_=value.get("_blocked_reason"),
        aborted=value.get("_wasAborted"),
        fulfilled=value.get("_wasFulfilled"),
    )


def _lenient_request(value: dict[str, Json]) -> RequestPart:
    return RequestPart(
        method=value.get("method"),
        url=value.get("url"),
        headers=_raw(value, "headers"),
        cookies=_raw(value, "cookies"),
        post=_raw(value, "postData"),
        size=value.get("bodySize"),
    )


def _lenient_response(value: dict[str, Json]) -> ResponsePart:
    content = value.get("content")
    part = None
    if isinstance(content, dict):
        part = ContentPart(
            mime_type=content.get("mimeType"),
            text=_raw(content, "text"),
            encoding=content.get("encoding"),
            size=content.get("size"),
            file=content.get("_file"),
        )
    return ResponsePart(
        status=value.get("status"),
        headers=_raw(value, "headers"),
        cookies=_raw(value, "cookies"),
        content=part,
        redirect=value.get("redirectURL"),
        size=value.get("bodySize"),
        headers_size=value.get("headersSize"),
        transferred=value.get("_transferSize"),
        error=value.get("_error"),
        failure=value.get("_failureText"),
        status_text=value.get("statusText"),
        comment=value.get("comment"),
    )


def _raw(value: dict[str, Json], name: str) -> msgspec.Raw:
    """Write a value as the strict decoder would have left it."""
    return msgspec.Raw(json_text.dumps(value[name]).encode()) if name in value else _NOTHING
