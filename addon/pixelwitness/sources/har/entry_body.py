"""The body of a recorded request, out of all the shapes that exporters give ``postData``.

Owns the decision what became of a body.  "Nothing was sent" is said only where
the recording shows it; a body that merely lacks is not recorded.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.content_coding import decode_body
from pixelwitness.core.wire.json_text import Json
from pixelwitness.core.wire.params import Pairs
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState

BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})

_MAX_PARAMS = 10_000
_PLACEHOLDER = re.compile(
    r"\W{0,2}(?:redacted|removed|sanitized|omitted|masked|binary(?: data| file| content)?|blob|file)\W{0,2}"
    r"|[\[<(]?(?:(?:request |post ?|body )?(?:text|body|data|content)) (?:(?:was|is) )?(?:too (?:long|large|big)"
    r"|not (?:recorded|available|captured)|omitted|removed|truncated|redacted|skipped)\b.{0,80}",
    re.IGNORECASE | re.DOTALL,
)
_ENCODED_ONLY = re.compile(r"(?:[\w.~*'()!+-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_OTHER_CHARSET = re.compile(r"charset\s*=\s*(?!\"?utf-?8)", re.IGNORECASE)
_SLACK = 2
"""Bytes that a recorder may leave out at the end of a body: its last line end."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_COMPRESSED_NAME = re.compile(r"gzip|br|deflate|zstd", re.IGNORECASE)
_CODING_BY_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))


class Body(NamedTuple):
    """What became of a body: its bytes, or the pairs of a form of which only they were kept, or neither."""

    state: BodyState
    data: bytes | None = None
    form: Pairs | None = None


@dataclass(frozen=True, slots=True)
class BodyContext:
    """What the rest of a request states about its body."""

    method: str
    size: Any
    """``bodySize`` as recorded."""
    content_length: str
    content_type: str
    coding: str
    attachment: Callable[[str], bytes | None]


def body_of(post: Json, context: BodyContext) -> Body:
    """Decide from ``postData`` (None when there is none) what became of a body."""
    if isinstance(post, str):  # the bare text, as hand-written exporters put it
        post = {"text": post}
    if not isinstance(post, dict):
        return _missing(context)
    text = post.get("text")
    is_own = isinstance(text, str)
    if text is not None and not isinstance(text, str):
        # Parsed by the recorder: written again, the names and values are the same.
        text = json_text.dumps(text) if isinstance(text, list | dict) else json_text.scalar_text(text)
    name = post.get("_file")
    if not text and isinstance(name, str):
        data = context.attachment(name)
        return Body(BodyState.NOT_RECORDED) if data is None else _decoded(data, context.coding)
    pairs = _pairs(post.get("params"))
    if text and not _PLACEHOLDER.fullmatch(text):
        body = _from_text(text, _is_base64(post), context)
        # What there is of a body that was cut is looked at, and the rest stays unknown.
        return body._replace(state=BodyState.NOT_RECORDED) if is_own and _is_cut(body, context) else body
    if pairs:
        return Body(BodyState.RECORDED, None, _as_sent(pairs))
    return Body(BodyState.NOT_RECORDED) if text else _missing(context)


def _missing(context: BodyContext) -> Body:
    """Judge a request without any body in the recording."""
    length = context.content_length.strip()
    size = context.size if isinstance(context.size, int | float) and -1 <= context.size < 1e18 else None
    if length.isdecimal() and len(length) < 20:
        sent = int(length) > 0
    elif size is not None and size > 0:
        sent = True
    elif context.method not in BODY_METHODS:
        sent = False
    else:
        # A multipart body is never empty, whatever size an exporter that did not see it gives.
        sent = size != 0 or context.content_type.lower().lstrip().startswith("multipart/")
    return Body(BodyState.NOT_RECORDED if sent else BodyState.EMPTY)


def _is_cut(body: Body, context: BodyContext) -> bool:
    """Say whether more was sent than stands in the recording; codings and charsets change the length, and tell nothing.

    Line ends may have been shortened, and blanks at the end left out.
    """
    length = context.content_length.strip()
    if body.state is not BodyState.RECORDED or body.data is None or context.coding:
        return False
    if not length.isdecimal() or len(length) > 18 or _OTHER_CHARSET.search(context.content_type):
        return False
    return int(length) > len(body.data) + body.data.count(b"\n") - body.data.count(b"\r\n") + _SLACK


def _is_base64(post: dict[str, Json]) -> bool:
    notes = (post.get("encoding"), post.get("_encoding"), post.get("comment"))
    return any(isinstance(note, str) and "base64" in note.lower() for note in notes)


def _from_text(text: str, is_base64: bool, context: BodyContext) -> Body:
    coding = context.coding
    if len(text) > BODY_LIMIT * (4 if is_base64 else 1):
        return Body(BodyState.TOO_BIG)
    if is_base64 and (data := decode_base64(text)) is not None:
        return _decoded(data, coding)
    if coding and _COMPRESSED_NAME.search(coding):
        if text.startswith("\x1f\x8b") and max(text) <= "\xff":  # bytes kept as Latin-1, as Firefox does
            return _decoded(text.encode("latin-1"), coding)
        if "\ufffd" in text[:64]:  # compressed bytes pressed into text
            return Body(BodyState.UNDECODABLE)
    data = _sent_bytes(text, context)
    return Body(BodyState.RECORDED, data) if len(data) <= BODY_LIMIT else Body(BodyState.TOO_BIG)


def _sent_bytes(text: str, context: BodyContext) -> bytes:
    """Return the bytes that a text stands for; mitmproxy writes a form without a charset byte by byte as Latin-1.

    The size gives it away, or, where a coding was taken off, that the bytes are UTF-8.
    """
    data = text.encode("utf-8", "replace")
    if len(data) == len(text) or max(text) > "\xff":
        return data
    bytewise = text.encode("latin-1")
    if context.size == len(bytewise):
        return bytewise
    return bytewise if context.coding and context.size != len(data) and _is_utf8(bytewise) else data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode_base64(text: str) -> bytes | None:
    """Decode base64 in either alphabet, with or without padding and line ends; None when it is none."""
    packed = "".join(text.split())
    if not _BASE64.fullmatch(packed):
        return None
    packed = packed.rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), "-_" if re.search("[-_]", packed) else None)
    except (binascii.Error, ValueError):
        return None


def _decoded(data: bytes, coding: str) -> Body:
    """Take off a coding that is still on: most exporters have done so before, whatever the header says."""
    coding_in_use = next((name for magic, name in _CODING_BY_MAGIC if data.startswith(magic)), None)
    names = coding.lower()
    is_recognisable = "gzip" in names or "zstd" in names
    if coding_in_use is None and (is_recognisable or not names):
        names = ""  # decoded already
    body, state = decode_body(data, names or coding_in_use)
    if state is BodyState.UNDECODABLE and coding_in_use is None and _is_text(data):
        return Body(BodyState.RECORDED, data)
    return Body(state, body)


def _is_text(data: bytes) -> bool:
    return _is_utf8(data) and (data.decode("utf-8").isprintable() or data[:1] in b"{[-")


def _pairs(params: Json) -> list[tuple[str, str]]:
    """Return the pairs of ``params`` in any of its shapes; a file part without text has an empty value."""
    if isinstance(params, dict):
        return [(name, _text(value)) for name, value in list(params.items())[:_MAX_PARAMS]]
    pairs: list[tuple[str, str]] = []
    for item in params[:_MAX_PARAMS] if isinstance(params, list) else ():
        if isinstance(item, dict) and item.get("name") is not None:
            pairs.append((_text(item["name"]), _text(item.get("value"))))
        elif isinstance(item, list) and len(item) == 2:
            pairs.append((_text(item[0]), _text(item[1])))
    return pairs


def _text(value: Json) -> str:
    return "" if value is None else json_text.scalar_text(value)


def _as_sent(pairs: Sequence[tuple[str, str]]) -> Pairs:
    """Decode pairs that a recorder kept percent-encoded.

    They are encoded when something is escaped and nothing stands there that an
    encoder would have escaped; else they are taken as they are.

    >>> _as_sent([("cd%5Bvalue%5D", "89.9"), ("q", "a+b")]), _as_sent([("off", "10%25 now")])
    ([('cd[value]', '89.9'), ('q', 'a b')], [('off', '10%25 now')])
    """
    texts = [text for pair in pairs for text in pair]
    encoded = any("%" in text for text in texts) and all(_ENCODED_ONLY.fullmatch(text) for text in texts)
    return [(unquote_plus(name), unquote_plus(value)) for name, value in pairs] if encoded else pairs
