"""The one shape of a request, whatever recorded it, and its views.

Owns what a rule can read.  A view is computed when first asked for and kept:
a request that no rule reads costs nothing.  Must not know rules, sources,
mitmproxy or the store; raises nothing on hostile input.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from urllib.parse import urljoin

from pixelwitness.core.wire import json_text, sites
from pixelwitness.core.wire.json_text import Json
from pixelwitness.core.wire.params import MAX_PAIRS, Pairs, Tree, multipart_pairs, nest, query_pairs


class BodyState(StrEnum):
    """What became of a body; ``not_recorded`` never means that nothing was sent."""

    RECORDED = "recorded"
    EMPTY = "empty"
    NOT_RECORDED = "not_recorded"
    TOO_BIG = "too_big"
    UNDECODABLE = "undecodable"


BODY_LIMIT = 2_000_000
"""Bytes of a decoded body that are read; a larger one is ``too_big``."""

type Headers = tuple[tuple[str, str], ...]

_PATH = re.compile(r"[^/?#\\]*([^?#]*)")
"""What follows a host: from the first slash or backslash up to query and fragment."""
_BATCH_PATH = re.compile(r"/(?:v\d+(?:\.\d+)?/?)?")
_FORM_TEXT = re.compile(r"[\w.~%+\-\[\]*]+=[^\s{}<>]*")
_MAX_PARTS = 1_000


class CaseInsensitive(dict[str, str]):
    """A mapping of headers by lower-case name; several values of a name are joined by ``, ``."""

    def __init__(self, headers: Headers) -> None:
        super().__init__()
        for name, value in headers:
            key = name.strip().lower()
            self[key] = f"{self[key]}, {value}" if key in self else value


@dataclass(frozen=True, eq=False)
class Response:
    """What came back, as far as an observation or a visit needs it."""

    status: int | None = None
    """HTTP status; None when there was no answer (the request has left all the same)."""
    headers: Headers = ()
    mime_type: str = ""
    text: str | None = None
    """The decoded body, None when not recorded."""
    seen_at: float | None = None
    """When it began to come: POSIX seconds, UTC; None when not recorded."""

    @cached_property
    def header_map(self) -> Mapping[str, str]:
        return CaseInsensitive(self.headers)

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """Cookies which the answer sets, by name."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            if name.lower() == "set-cookie":
                for line in value.split("\n"):
                    key, equals, rest = line.partition("=")
                    if equals:
                        found.setdefault(key.strip(), rest.partition(";")[0].strip())
        return found

    @cached_property
    def json(self) -> Json:
        return json_text.loads_or_none(self.text) if self.text else None

    @property
    def brings_script(self) -> bool:
        """Say whether a script can have come: a success, of which nothing recorded says that it is empty or a page."""
        if self.status == 304:
            return True
        if self.status is None or not 200 <= self.status < 300 or self.status in (204, 205):
            return False
        begin = None if self.text is None else self.text.lstrip()[:1]
        return begin not in ("", "<")

    @property
    def is_html(self) -> bool:
        kind = self.mime_type or self.header_map.get("content-type", "")
        return kind.lstrip().lower().startswith(("text/html", "application/xhtml"))


@dataclass(frozen=True, eq=False)
class Request:
    """One request, live or recorded, as it left.

    ``url`` is the absolute URL as recorded; ``body`` its bytes after the content
    coding, or None (then ``body_state`` says why); of one that was cut they are the
    part that is there, and the state is ``not_recorded``; ``form`` the pairs of a form
    of which a recorder kept only the pairs.  The rest is where it stood.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    body_state: BodyState = BodyState.EMPTY
    form: Pairs | None = None
    cookie_pairs: Pairs | None = None
    """Cookies as a recorder lists them beside the headers; the ``Cookie`` header wins."""
    connection_host: str = ""
    """The host of the connection where a proxy knows it better than the URL does."""
    resource_type: str = ""
    """The recorder's word, lower case: ``document``, ``image``, ``xhr``, ``fetch``, ``ping`` …"""
    position: int = 0
    """0-based index of the entry or flow in its recording."""
    part: int | None = None
    """Index in a batch, None for a request of its own."""
    line: int | None = None
    """1-based line of the entry in its file, None where there are no lines."""
    seen_at: float | None = None
    """When it left: POSIX seconds, UTC; None when not recorded."""
    page_ref: str | None = None
    initiator: str | None = None
    """URL of the document or script that caused it, as the recorder says."""
    host_claimed: bool = False
    """Only the request's own Host header names the host: the connection went to an address, without TLS."""
    client: str = ""
    """Address of the client on a live proxy: visits of two clients never mix."""
    inherited: Pairs = ()
    """Query pairs that a part of a batch takes over from the request around it."""

    @cached_property
    def host(self) -> str:
        return self.connection_host or sites.host_of(self.url)

    @cached_property
    def site(self) -> sites.Site | None:
        return sites.site_of(self.host)

    @cached_property
    def path(self) -> str:
        """The path as it stands in the URL, ``/`` when empty, without the query."""
        found = _PATH.match(self.url.partition("://")[2])
        return (found and found[1]) or "/"

    @cached_property
    def query(self) -> str:
        return self.url.partition("#")[0].partition("?")[2]

    @cached_property
    def header_map(self) -> Mapping[str, str]:
        return CaseInsensitive(self.headers)

    @cached_property
    def content_type(self) -> str:
        return self.header_map.get("content-type", "").strip()

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        line = self.header_map.get("cookie", "")
        for piece in re.split(r"; *|, (?=[^;=, ]+=)", line):
            name, equals, value = piece.partition("=")
            if equals and name.strip():
                found.setdefault(name.strip(), value.strip())
        if not found and self.cookie_pairs:
            for name, value in self.cookie_pairs:
                found.setdefault(name, value)
        return found

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", "replace") if self.body else ""

    @cached_property
    def json(self) -> Json:
        """The body as JSON whatever its declared type (beacons say ``text/plain``), else None."""
        start = self.text.lstrip("\ufeff \t\r\n")[:1]
        return json_text.loads_or_none(self.text) if start in ("{", "[") and start else None

    @cached_property
    def form_pairs(self) -> Pairs:
        """Names and values of a form body, URL-encoded or multipart; empty when it is none."""
        if not self.body:
            return self.form or ()
        kind = self.content_type.lower()
        if kind.startswith("multipart/") or (not kind and self.text.startswith("--")):
            boundary = re.search(r'boundary="?([^";]+)', self.content_type, re.IGNORECASE)
            return multipart_pairs(self.text, boundary[1].strip() if boundary else None)
        if "urlencoded" in kind:
            return query_pairs(self.text.strip())
        # A hand-written sender's string: fetch and sendBeacon then say text/plain or nothing.
        plain = not kind or kind.startswith("text/plain")
        if plain and self.json is None and _FORM_TEXT.fullmatch(self.text.strip()):
            return query_pairs(self.text.strip())
        return ()

    @cached_property
    def _nested(self) -> tuple[Tree, tuple[str, ...]]:
        return nest([*query_pairs(self.query), *self.form_pairs, *self.inherited])

    @property
    def params(self) -> Tree:
        """Query and form, names nested by their brackets; the first occurrence wins, query before body."""
        return self._nested[0]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Names of parameters that came again with another value."""
        return self._nested[1]

    @property
    def cut(self) -> bool:
        """Say whether there may be more parameters, or more of such parts, than are read."""
        many = len(self.form_pairs) >= MAX_PAIRS or self.query.count("&") >= MAX_PAIRS
        return many or (self.part is not None and self.part >= _MAX_PARTS - 1)

    @property
    def parts(self) -> Iterator["Request"]:
        """Requests inside this one: items of a Graph ``batch``, lines of a batched GA4 body."""
        if self.part is not None or (not self.body and not self.form and "batch=" not in self.query):
            return
        if self.host.startswith("graph.") and _BATCH_PATH.fullmatch(self.path):
            yield from self._graph_parts()
        elif self.path.endswith("/collect") and "=" in self.text:
            for index, row in enumerate(self.text.splitlines()[:_MAX_PARTS]):
                url = self.url.partition("?")[0] + "?" + row.strip()
                yield self._part(index, "GET", url, None)

    def _graph_parts(self) -> Iterator["Request"]:
        batch = self.params.get("batch")
        items: Json = json_text.embedded(batch) if isinstance(batch, str) else None
        if items is None and isinstance(self.json, dict):
            items = self.json.get("batch")
            items = json_text.embedded(items) if isinstance(items, str) else items
        if isinstance(items, dict):
            items = list(items.values())
        for index, item in enumerate(items[:_MAX_PARTS] if isinstance(items, list) else ()):
            item = json_text.embedded(item) if isinstance(item, str) else item
            if not isinstance(item, dict) or not isinstance(relative := item.get("relative_url"), str):
                continue
            body = item.get("body")
            if body is not None and not isinstance(body, str):
                body = json_text.dumps(body)
            method = item.get("method")
            url = urljoin_or_self(f"https://{self.host}/", relative)
            yield self._part(index, method if isinstance(method, str) else "GET", url, body)

    def _part(self, index: int, method: str, url: str, body: str | None) -> "Request":
        is_json = (body or "").lstrip().startswith(("{", "["))
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers = (*(h for h in self.headers if h[0].lower() != "content-type"), ("content-type", kind))
        return replace(
            self,
            method=method.upper(),
            url=url,
            headers=headers,
            body=body.encode("utf-8", "replace") if body else None,
            body_state=BodyState.RECORDED if body else BodyState.EMPTY,
            form=None,
            part=index,
            inherited=tuple(query_pairs(self.query)),
        )


def urljoin_or_self(base: str, relative: str) -> str:
    """Join a relative URL to its base; what cannot be joined stays under the base.

    >>> urljoin_or_self("https://graph.facebook.com/", "v21.0/1/events")
    'https://graph.facebook.com/v21.0/1/events'
    """
    try:
        joined = urljoin(base, relative.lstrip("/"))
    except ValueError:
        joined = base + relative
    return joined if sites.host_of(joined) == sites.host_of(base) else base + relative
