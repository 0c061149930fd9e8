"""The filter of a HAR's entries: which become exchanges; all others are counted.

Owns the first check of every entry, the hot loop of a scan.  An entry that fails it
is only counted; the others are read further, and yielded where a rule may match, where
they may be a page, or where the body may hold a payload.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Exchange, Problem, Reading
from pixelwitness.sources.har.entry_body import BODY_METHODS
from pixelwitness.sources.har.entry_decoding import ContentPart, Entry, ResponsePart, decode_raw
from pixelwitness.sources.har.entry_exchange import SentRequest, exchange_of, lacks_body, network_url, parse_headers

MAX_PROBLEMS = 100
_FIRST_ENTRIES = 50
_DOCUMENTS = frozenset({"document", "main_frame"})
_COOKIE_NAME = re.compile(rb'"name"\s{0,9}:\s{0,9}"[Cc]\Z')
_SEEMS_DOCUMENT = re.compile(rb'"document"|text/html|application/xhtml', re.IGNORECASE)


class ProblemList:
    """The list of problems of a reading, bounded: a hostile file must not fill memory with complaints."""

    def __init__(self, reading: Reading) -> None:
        self._list = reading.problems
        self._unlisted = 0

    def add(self, where: str, reason: str, *, always: bool = False) -> None:
        """Note a problem, or only count it when there are many and it does not concern the whole file."""
        if always or len(self._list) < MAX_PROBLEMS:
            self._list.append(Problem(where, reason))
        else:
            self._unlisted += 1

    def finish(self) -> None:
        """Say how many were not listed."""
        if self._unlisted:
            self._list.append(Problem("file", f"{self._unlisted} further problems are not listed"))


class EntryFilter:
    """Turns runs of entries into exchanges and keeps the tally."""

    def __init__(
        self, screen: Screen, reading: Reading, problems: ProblemList, attachment: Callable[[str], bytes | None]
    ) -> None:
        self._screen = screen
        self._reading = reading
        self._tally = reading.tally
        self._problems = problems
        self._attachment = attachment
        self.cookie_seen = False

    def look_for_cookies(self, text: bytes) -> None:
        """Look for any ``Cookie`` header in the raw text; quotes inside JSON strings are escaped, so none deceives."""
        at = 0
        while not self.cookie_seen and (at := text.find(b'ookie"', at + 1)) >= 0:
            self.cookie_seen = _COOKIE_NAME.search(text, max(0, at - 32), at) is not None

    def exchanges(self, entries: Sequence[Entry], first: int, line_of: Callable[[int], int]) -> Iterable[Exchange]:
        """Yield the exchanges of a run of entries; ``first`` is the position of the first of them."""
        if first < _FIRST_ENTRIES and self._reading.user_agent is None:
            self._find_user_agent(entries[: _FIRST_ENTRIES - first])
        picked = self._pick(entries)
        self._tally.other += len(entries) - len(picked)
        for index in picked:
            exchange = self._read(entries[index], first + index, lambda index=index: line_of(index))  # type: ignore[misc]  # a default binds the index
            if exchange is not None:
                yield exchange

    def _pick(self, entries: Sequence[Entry]) -> list[int]:
        """Return the indices of entries that must be read further; every nanosecond counts here."""
        wants_url = self._screen.wants_url
        picked: list[int] = []
        pick = picked.append
        for index, entry in enumerate(entries):
            request = entry.request
            if request is None:
                pick(index)
                continue
            url = request.url
            if type(url) is not str or url[:4] != "http" or request.method != "GET" or request.post or wants_url(url):
                pick(index)
            elif (kind := entry.kind) is None or type(kind) is not str:
                if _may_be_document(entry):
                    pick(index)
            elif kind in _DOCUMENTS or (kind[:1].isupper() and kind.lower() in _DOCUMENTS) or not kind.strip():
                pick(index)
        return picked

    def _read(self, entry: Entry, position: int, line_of: Callable[[], int]) -> Exchange | None:
        part = entry.request
        if part is None:
            self._tally.not_requests += 1
            self._problem(line_of(), position, "holds no request object")
            return None
        url = network_url(part.url)
        if url is None:
            self._tally.rejected += 1
            url_found = "an empty or relative URL" if isinstance(part.url, str) else "no text"
            self._problem(line_of(), position, f"has {url_found} where an absolute URL is needed")
            return None
        if not url:  # data:, blob:, about:, an extension's own page: nothing was sent
            self._tally.other += 1
            return None
        sent = SentRequest(part, url, self._attachment)
        if lacks_body(sent.body.state):
            self._tally.bodies_not_recorded += 1
        wants_url = self._screen.wants_url(url)
        if not (wants_url or _is_document(entry) or self._wants_body(sent)):
            self._tally.other += 1
            return None
        exchange = exchange_of(entry, sent, position=position, line=line_of(), with_text=wants_url)
        if not self.cookie_seen:
            self.cookie_seen = "cookie" in exchange.request.header_map or bool(exchange.request.cookie_pairs)
        if self._reading.user_agent is None:
            self._reading.user_agent = exchange.request.header_map.get("user-agent")
        return exchange

    def _wants_body(self, sent: SentRequest) -> bool:
        if sent.method not in BODY_METHODS:
            return False
        if sent.body.data is None:
            # Of a form of which only the pairs were kept no text is left to be searched.
            return bool(sent.body.form)
        return any(self._screen.wants_body(kind, sent.body.data) for kind in {sent.content_type, sent.mime_type})

    def _find_user_agent(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.request is None:
                continue
            for name, value in parse_headers(decode_raw(entry.request.headers)):
                if name.lower() == "user-agent" and value:
                    self._reading.user_agent = value
                    return

    def _problem(self, line: int, position: int, reason: str) -> None:
        self._problems.add(f"line {line}", f"entry {position} {reason}")


def _is_document(entry: Entry) -> bool:
    kind = entry.kind
    if isinstance(kind, str) and kind.strip():
        return kind.strip().lower() in _DOCUMENTS
    return _may_be_document(entry)


def _may_be_document(entry: Entry) -> bool:
    """Say whether an entry without a resource type may be a page: by its answer's type or its own headers."""
    response = entry.response
    if isinstance(response, ResponsePart):
        content = response.content
        mime_type = content.mime_type if isinstance(content, ContentPart) else None
        if isinstance(mime_type, str) and mime_type:
            if mime_type.lstrip()[:21].lower().startswith(("text/html", "application/xhtml")):
                return True
        elif response.headers and _SEEMS_DOCUMENT.search(bytes(response.headers)):
            return True
    request = entry.request
    # `Sec-Fetch-Dest: document` tells a navigation, whatever came back.
    return request is not None and b'"document"' in bytes(request.headers)
