"""Page addresses: a captured URL as it may be stored, and the parts of it that point at a person.

Owns what of a URL is kept, in either mode, and how its parts are named.  Must not
know fields, tokens or events.
"""

import re
from collections.abc import Iterator

import msgspec

from pixelwitness.meaning.keep.name_redaction import (
    MAX_FIELD_NAME,
    SECRET,
    field_name,
    printable,
    stored_host,
    stored_segment,
)
from pixelwitness.meaning.names.knowledge import DataClass, Knowledge
from pixelwitness.meaning.spot import personal_data
from pixelwitness.meaning.text.decoding import decoded
from pixelwitness.meaning.text.url_parts import Address, pairs_of, split_address

MAX_URL = 500
MAX_PARTS = 40
"""Parts of one text that are reported by themselves."""

_PORT = re.compile(r"(\[[0-9a-f:.]*\]|[^:]*)(:\d{1,5})?", re.ASCII)
_SURE = (DataClass.EMAIL, DataClass.SECRET)


class Part(msgspec.Struct, frozen=True):
    """A part of a value that is reported by itself: its name, class and decoded text."""

    name: str
    data_class: DataClass
    text: str
    is_secret: bool = False
    by_key: bool = False
    """Its key names its class."""


def stored_url(url: str) -> str:
    """Return scheme, host and path, objectionable segments as ``{email}``; ``?…`` says that there was a query.

    >>> stored_url("https://shop.example/u/jane%40example.com/orders?page=2#top")
    'https://shop.example/u/{email}/orders?…'
    """
    address = split_address(url[: MAX_URL * 4])
    if address.is_opaque:
        return f"{address.scheme}:blank" if address.path == "blank" else f"{address.scheme}:…"
    if address.scheme == "file":
        return "file://…"  # its path names the person's own folders
    segments = "/".join(map(stored_segment, address.path.split("/")))
    asked = "?…" if address.query else ""
    return printable(f"{_before_path(address)}{segments}{asked}", MAX_URL)


def kept_url(url: str, knowledge: Knowledge) -> str:
    """Return the whole URL for whoever asked for values: without userinfo, secrets as ``{secret}``."""
    full = _without_secrets(url, knowledge)
    if personal_data.secrets_in(full.replace(SECRET, "")):
        return stored_url(url)
    return printable(full, personal_data.MAX_LOOKED_AT)


def _before_path(address: Address) -> str:
    if not address.host:
        return ""
    whole = _PORT.fullmatch(address.host)
    name, port = (whole[1], whole[2] or "") if whole else (address.host, "")
    host = f"[{stored_host(name[1:-1])}]" if name[:1] == "[" and name[-1:] == "]" else stored_host(name)
    return f"{address.scheme}://{host}{port}" if address.scheme else f"//{host}{port}"


def _without_secrets(url: str, knowledge: Knowledge) -> str:
    address = split_address(url)
    if address.is_opaque:
        return f"{address.scheme}:{address.path[:MAX_URL]}"
    segments = (segment.partition(";")[0] for segment in address.path.split("/"))
    path = "/".join(SECRET if personal_data.secrets_in(segment) else segment for segment in segments)
    query = "" if address.query is None else f"?{_shown_pairs(address.query, knowledge)}"
    fragment = "" if address.fragment is None else f"#{_shown_pairs(address.fragment, knowledge)}"
    return f"{_before_path(address)}{path}{query}{fragment}"


def _shown_pairs(query: str, knowledge: Knowledge) -> str:
    return "&".join(_shown_pair(key, value, part, knowledge) for key, value, part in pairs_of(query))


def _shown_pair(key: str, value: str, part: str, knowledge: Knowledge) -> str:
    if personal_data.secrets_in(key):
        return SECRET
    entry = knowledge.key(key, "url")
    if (entry is not None and entry.is_secret) or personal_data.secrets_in(value):
        return f"{part.partition('=')[0]}={SECRET}"
    return part


def parts_of_url(name: str, text: str, knowledge: Knowledge) -> tuple[Part, ...]:
    """Return the parts of a URL that point at a person, by detector or by the key that names them.

    ``name`` is the field's; parts are called ``dl.userinfo``, ``dl.path#2`` (the second
    segment), ``dl.query.email``, ``dl.fragment`` and ``dl.fragment.token``.
    """
    address = split_address(text[: personal_data.MAX_LOOKED_AT])
    parts: list[Part] = []
    if address.userinfo:
        parts.append(Part(f"{name}.userinfo", DataClass.SECRET, address.userinfo, is_secret=True))
    for number, segment in enumerate(address.path.strip("/").split("/")[:MAX_PARTS], 1):
        parts += parts_of_text(f"{name}.path#{number}", segment)
    if address.query:
        parts += _parts_of_pairs(f"{name}.query", address.query, knowledge)
    if address.fragment:
        if "=" in address.fragment:
            parts += _parts_of_pairs(f"{name}.fragment", address.fragment, knowledge)
        else:
            parts += parts_of_text(f"{name}.fragment", address.fragment)
    return tuple(parts[:MAX_PARTS])


def parts_of_text(name: str, text: str) -> list[Part]:
    """Return everything that a detector finds in a text, under one name."""
    return [
        Part(name, data_class, part, data_class is DataClass.SECRET) for data_class, part in personal_data.find(text)
    ]


def _parts_of_pairs(name: str, query: str, knowledge: Knowledge) -> Iterator[Part]:
    for key, value, _ in pairs_of(query):
        full_name = f"{name}.{field_name(key)}"[:MAX_FIELD_NAME]
        yield from parts_of_text(full_name, key)
        if not value:
            continue
        entry = knowledge.key(key, "url")
        inner = parts_of_text(full_name, value)
        if entry is None:
            yield from inner
        elif any(part.data_class is entry.data_class for part in inner):
            for one in inner:
                yield Part(one.name, one.data_class, one.text, one.is_secret, one.data_class is entry.data_class)
        else:
            yield Part(full_name, entry.data_class, decoded(value), entry.is_secret, by_key=True)
            # A search for an e-mail address is both; what a secret holds is not looked into.
            yield from (one for one in inner if one.data_class in _SURE and not entry.is_secret)
