"""Writes a HAR the way the Network panel of Chromium's developer tools does, from the events of its protocol.

Like the panel it knows initiators, resource types and pages, leaves answers'
bodies out unless asked, and misses what is sent while a page goes away.
"""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, Page

type Event = dict[str, Any]


class Panel:
    """Listens to one page from now on."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._pages: list[Event] = []
        self._requests: dict[str, Event] = {}
        self._finished: list[Event] = []
        session = context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestWillBeSentExtraInfo", lambda event: self._extra(event, "sent_headers"))
        session.on("Network.responseReceived", self._answered)
        session.on("Network.responseReceivedExtraInfo", lambda event: self._extra(event, "answered_headers"))
        session.on("Network.loadingFinished", lambda event: self._ended(event["requestId"]))
        session.on("Network.loadingFailed", lambda event: self._ended(event["requestId"], event.get("errorText")))
        self._main_frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        session.send("Network.enable", {"maxPostDataSize": 65536})

    def write(self, path: Path) -> None:
        """Write what was seen, packed; what is still under way is left out, as the panel does."""
        creator = {"name": "WebInspector", "version": "537.36"}
        log = {"version": "1.2", "creator": creator, "pages": self._pages, "entries": self._finished}
        path.write_bytes(gzip.compress(json.dumps({"log": log}, indent=2).encode(), mtime=0))

    def _sent(self, event: Event) -> None:
        known = self._requests.get(event["requestId"])
        if known is not None and "redirectResponse" in event:
            known["answer"] = event["redirectResponse"]
            self._ended(event["requestId"])
        if event.get("type") == "Document" and event.get("frameId") == self._main_frame and known is None:
            self._open_page(event)
        self._requests[event["requestId"]] = {"sent": event, "page": self._pages[-1]["id"] if self._pages else None}

    def _open_page(self, event: Event) -> None:
        self._pages.append(
            {
                "startedDateTime": _date(event["wallTime"]),
                "id": f"page_{len(self._pages) + 1}",
                "title": event["request"]["url"],
                "pageTimings": {"onContentLoad": None, "onLoad": None},
            }
        )

    def _answered(self, event: Event) -> None:
        if event["requestId"] in self._requests:
            self._requests[event["requestId"]]["answer"] = event["response"]

    def _extra(self, event: Event, name: str) -> None:
        if event["requestId"] in self._requests:
            self._requests[event["requestId"]][name] = event["headers"]

    def _ended(self, request: str, error: str | None = None) -> None:
        known = self._requests.pop(request, None)
        if known is not None and known["sent"]["request"]["url"].startswith("http"):
            self._finished.append(_entry(known, error))


def _entry(known: Event, error: str | None) -> Event:
    event, answer = known["sent"], known.get("answer") or {}
    request = event["request"]
    headers = known.get("sent_headers") or request["headers"]
    entry: Event = {
        "_connectionId": str(answer.get("connectionId", "")),
        "_initiator": _initiator(event["initiator"]),
        "_priority": request.get("initialPriority"),
        "_resourceType": event.get("type", "Other").lower(),
        "cache": {},
        "request": {
            "method": request["method"],
            "url": request["url"],
            "httpVersion": answer.get("protocol", "http/1.1"),
            "headers": _pairs(headers),
            "queryString": _pairs(dict(parse_qsl(urlsplit(request["url"]).query, keep_blank_values=True))),
            "cookies": [],
            "headersSize": -1,
            "bodySize": len(request.get("postData", "").encode()),
        },
        "response": _response(answer, known.get("answered_headers"), error),
        "serverIPAddress": answer.get("remoteIPAddress", ""),
        "startedDateTime": _date(event["wallTime"]),
        "time": 0,
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
    if known["page"]:
        entry["pageref"] = known["page"]
    if request.get("hasPostData"):
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        # A body that is not text does not reach the panel.
        entry["request"]["postData"] = {"mimeType": kind}
        if "postData" in request:
            entry["request"]["postData"]["text"] = request["postData"]
    return entry


def _initiator(initiator: Event) -> Event:
    kept: Event = {name: initiator[name] for name in ("type", "url", "lineNumber") if name in initiator}
    if "stack" in initiator:
        kept["stack"] = {"callFrames": initiator["stack"]["callFrames"][:1]}
    return kept


def _response(answer: Event, headers: Mapping[str, str] | None, error: str | None) -> Event:
    stated = headers or answer.get("headers") or {}
    location = next((value for name, value in stated.items() if name.lower() == "location"), "")
    return {
        "status": answer.get("status", 0),
        "statusText": answer.get("statusText", ""),
        "httpVersion": answer.get("protocol", ""),
        "headers": _pairs(stated),
        "cookies": [],
        "content": {"size": 0, "mimeType": answer.get("mimeType", "x-unknown")},
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": answer.get("encodedDataLength", 0),
        "_error": error,
    }


def _pairs(stated: Mapping[str, str]) -> list[Event]:
    return [{"name": name, "value": value} for name, value in stated.items()]


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
