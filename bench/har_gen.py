"""Makes HAR files of a given size, as a browser's developer tools export them.

The same arguments give the same bytes.  Sites, people and ids are invented.

    python -m bench.har_gen OUT MB [--bodies] [--meta 0.005] [--seed 1]
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

BODY_PIECES = (
    "function", "return", "const", "=>", "'use strict'", '"use strict"', "it's", "\\n", "\t", "\\u00e9", "café",
    '{"price":89.9}', '<a class="b">', "//", "/*", "0x1f", ";", "!0", "größe", "данные",
)  # fmt: skip
"""What scripts and pages are made of: quotes, escapes and letters beyond ASCII among them."""

KINDS = (
    ("script", "js", "text/javascript"),
    ("image", "webp", "image/webp"),
    ("fetch", "json", "application/json"),
    ("stylesheet", "css", "text/css"),
)
REQUEST_HEADERS = (
    "accept", "accept-encoding", "accept-language", "cache-control", "cookie", "referer", "sec-ch-ua",
    "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "user-agent", "x-request-id",
)  # fmt: skip
RESPONSE_HEADERS = (
    "age", "alt-svc", "cache-control", "content-encoding", "content-type", "date", "etag", "last-modified",
    "server", "strict-transport-security", "vary", "x-cache",
)  # fmt: skip
EVENTS = ("PageView", "ViewContent", "AddToCart", "Purchase")
START = 1_795_255_200_000
"""2026-11-21T10:00:00Z in milliseconds: the time of the first request."""


def entries(seed: int, meta: float, *, bodies: bool) -> Iterator[str]:
    """Yield entries as JSON, without end; ``meta`` is the share of pixel requests."""
    random = Random(seed)
    number = 0
    while True:
        yield json.dumps(_entry(number, random, meta, bodies=bodies), ensure_ascii=False, separators=(",", ":"))
        number += 1


def write_har(out: Path, megabytes: float, *, bodies: bool, meta: float = 0.005, seed: int = 1) -> int:
    """Write a HAR of about so many megabytes (10^6 bytes), one entry at the least; return its number of entries."""
    size = count = 0
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[')
        file.write(json.dumps(_page(0)))
        file.write('],"entries":[\n')
        for entry in entries(seed, meta, bodies=bodies):
            file.write(f",\n{entry}" if count else entry)
            size += len(entry.encode()) + 2
            count += 1
            if size >= megabytes * 1e6:
                break
        file.write("\n]}}\n")
    return count


def pixel_url(number: int, random: Random) -> str:
    """Return the URL of a pixel's GET of the usual length (about 700 characters)."""
    name = EVENTS[number % len(EVENTS)]
    sent = START + 90 * number
    params = {
        "id": "1234567890123456",
        "ev": name,
        "dl": f"https://www.shop.example/products/{number}?colour=blue",
        "rl": "https://www.search.example/",
        "if": "false",
        "ts": str(sent),
        "sw": "1920",
        "sh": "1080",
        "v": "2.9.300",
        "r": "stable",
        "ec": str(number % 5),
        "o": "4126",
        "fbp": f"fb.1.{START}.{random.getrandbits(50)}",
        "it": str(START),
        "coo": "false",
        "rqm": "GET",
    }
    if name == "Purchase":
        params |= {"cd[value]": "89.90", "cd[currency]": "EUR", "cd[content_name]": "Hiking boots & laces"}
    if number % 5 == 0:
        params["ud[em]"] = f"{random.getrandbits(256):064x}"
    return f"https://www.facebook.com/tr/?{urlencode(params, quote_via=quote)}"


def _entry(number: int, random: Random, meta: float, *, bodies: bool) -> dict[str, object]:
    is_pixel = random.random() < meta
    kind, suffix, mime_type = ("image", "gif", "image/gif") if is_pixel else KINDS[number % len(KINDS)]
    if is_pixel:
        url = pixel_url(number, random)
    else:
        path = f"assets/{random.getrandbits(64):016x}/part-{number}.{suffix}"
        url = f"https://static{number % 9}.shop{number % 60}.example/{path}?v={random.getrandbits(32)}&id={number}"
    content: dict[str, object] = {"size": 40, "mimeType": mime_type}
    if bodies and not is_pixel:
        content["text"] = " ".join(random.choices(BODY_PIECES, k=3000))
    return {
        "_initiator": {"type": "script", "url": "https://www.shop.example/app.js", "lineNumber": number % 400},
        "_priority": "Low",
        "_resourceType": kind,
        "cache": {},
        "pageref": "page_0",
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "h2",
            "headers": _headers(REQUEST_HEADERS, random),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": _headers(RESPONSE_HEADERS, random),
            "cookies": [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 40,
            "_transferSize": 300,
        },
        "serverIPAddress": "203.0.113.7",
        "startedDateTime": _moment(START + 90 * number),
        "time": 12.5,
        "timings": {"blocked": 1.1, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 9.1, "receive": 1.2},
    }


def _headers(names: tuple[str, ...], random: Random) -> list[dict[str, str]]:
    # A destination that is no document: the site's assets are no page loads.
    return [
        {"name": name, "value": "empty" if name == "sec-fetch-dest" else f"{random.getrandbits(120):030x}"}
        for name in names
    ]


def _page(number: int) -> dict[str, object]:
    return {
        "startedDateTime": _moment(START),
        "id": f"page_{number}",
        "title": "https://www.shop.example/",
        "pageTimings": {},
    }


def _moment(milliseconds: int) -> str:
    """Return a time of the day of `START`, or of one after it, as HAR writes it."""
    seconds, rest = divmod(milliseconds - START, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours + 10, 24)
    return f"2026-11-{21 + days:02d}T{hour:02d}:{minute:02d}:{second:02d}.{rest:03d}Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("megabytes", type=float, metavar="MB")
    parser.add_argument("--bodies", action="store_true")
    parser.add_argument("--meta", type=float, default=0.005)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count = write_har(given.out, given.megabytes, bodies=given.bodies, meta=given.meta, seed=given.seed)
    print(f"{given.out}: {count} entries, {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
