"""HAR files written by tests: small, made of requests, and like nobody's in particular."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2] / "shared"


def entry(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    seconds: int = 0,
    status: int = 200,
    mime_type: str = "image/gif",
    **more: Any,
) -> dict[str, Any]:
    """Return an entry: a request with its answer."""
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/2.0",
        "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(body or ""),
    }
    if body is not None:
        kind = next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), "")
        request["postData"] = {"mimeType": kind, "text": body}
    return {
        "startedDateTime": f"2026-11-20T10:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000Z",
        "time": 1,
        "request": request,
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/2.0",
            "headers": [],
            "cookies": [],
            "content": {"size": 0, "mimeType": mime_type},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 0,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        **more,
    }


def har(entries: Iterable[Any], *, pages: Iterable[Any] = ()) -> dict[str, Any]:
    """Return a HAR of entries."""
    creator = {"name": "tests", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "pages": list(pages), "entries": list(entries)}}


def write(path: Path, entries: Iterable[Any], *, pages: Iterable[Any] = ()) -> Path:
    """Write a HAR of entries, one a line."""
    log = har(entries, pages=pages)
    head, tail = json.dumps({**log["log"], "entries": []}).split('"entries": []')
    lines = ",\n".join(json.dumps(one) for one in log["log"]["entries"])
    path.write_text(f'{{"log": {head}"entries": [\n{lines}\n]{tail}}}', encoding="utf-8")
    return path
