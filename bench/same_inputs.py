"""What the comparison of two commits reads: recordings and the small files that commands are given beside them.

Made from the tree that runs the comparison, once for both commits.  `bundled` is the
demo's recording; `recordings` are the HAR files of ``../shared/recordings``; `wire` are
HARs made here of the requests in ``../shared/wire``, bodies included: one a case, or one
for several cases where it has to be quick.
"""

import gzip
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).parents[1] / "tests" / "sites" / "recordings"
"""The same visits, by mitmproxy, a browser's panel, and Playwright."""
QUICK_RECORDINGS = 20
CASES_OF_A_QUICK_HAR = 9
"""So that there are few files, each of which costs time."""

WIRE = ("pixel.jsonl", "capi.jsonl", "relays/requests.jsonl")
_RESOURCE_TYPES = {"beacon": "ping", "form": "document", "empty": "other"}

FILES: Mapping[str, str] = {
    "persona.toml": """
emails = ["jane.doe@example.com", "jane@x.com"]
phones = ["+49 170 1234567"]
first_names = "Jane"
last_names = "Doe"
cities = "Berlin"
countries = ["Germany", "DE"]
birth_dates = 1990-05-04
genders = "f"
ids = ["user-42"]
phrases = ["hiking boots"]
""",
    "policy.toml": """
presets = ["no-health"]

[checks]
contact = "warn"

[[site]]
match = "*"
after-consent.events = ["PageView"]

[[site]]
match = ["shop.example", "*.shop.example"]
before-consent.events = ["PageView"]
before-consent.data = ["page_url"]
counts-as-consent = ["granted", "not_opted_out"]

[site.after-consent]
events = ["PageView", "ViewContent", "Purchase"]
pixels = ["1111222233334444"]
channels = ["pixel"]
data = ["page_url", "browser_id", "product", "money", "quantity", "email"]
forms = ["sha256"]

[[site]]
match = "never.example"
allow.events = "*"

[[ignore]]
event = "SubscribedButtonClick"
reason = "known, and written down"
permanent = true

[[ignore]]
site = "shop.example"
check = "form"
reason = "until the next release"
expires = 2027-02-28
""",
    "wrong-policy.toml": '[checks]\ncontakt = "off"\n[[site]]\nmatch = 3\n',
    "declared.toml": """
[[site]]
match = "shop.example"
events = ["PageView", "Purchase"]
pixels = ["1111222233334444"]
channels = ["pixel"]
contacts = ["library", "config"]
data = ["page_url", "browser_id", "product", "money"]
""",
    "own-rules/shop-relay.yaml": """
id: shop-relay
version: 1
title: Event handed on by the shop's collector
status: experimental
gives: event
channel: relay
confidence: likely
description: The shop's collector takes what the page reports and sends it to Meta from its own server.
references:
  - https://shop.example/privacy
match:
  host: shop.example
  path: '/.*'
decode:
  event_name: headers.host
examples:
  - name: a page
    request: |
      GET https://shop.example/
      host: shop.example
    events:
      - event_name: shop.example
  - name: a look-alike host
    request: GET https://shop.example.evil.example/
    events: []
  - name: a page of which the name is told wrongly, so that an example fails
    request: GET https://shop.example/boots
    events:
      - event_name: a name that it has not
""",
    "wrong-rules/shop-relay.yaml": "id: shop-relay\nversion: one\ngives: event\nchannel: relai\nmatch: {}\n",
}


def write_files(folder: Path) -> None:
    """Write persona, policies, declaration, rules and two keys."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for name, byte in (("study.key", 7), ("other.key", 8)):
        (folder / name).write_bytes(bytes([byte]) * 32)
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(0o600)


def write_recordings(corpus: str, folder: Path, bundled: Path, shared: Path, *, quick: bool) -> None:
    """Write a corpus's recordings into folders: all, every other one, the rest; and what is listed by Meta's export."""
    everything = folder / "in"
    everything.mkdir()
    if corpus == "bundled":
        shutil.copyfile(bundled, everything / "story.har")
        write_other_forms(folder / "more", bundled.read_bytes())
    elif corpus == "wire":
        for name, text in _wire(shared / "wire", CASES_OF_A_QUICK_HAR if quick else 1):
            (everything / name).write_text(text, encoding="utf-8")
    else:
        files = sorted((shared / "recordings").glob("*.har"))
        for file in files[:: max(1, len(files) // QUICK_RECORDINGS)][:QUICK_RECORDINGS] if quick else files:
            shutil.copyfile(file, everything / file.name)
    _split(everything, folder)
    export = {"off_facebook_activity_v2": list(_listed(everything))}
    (folder / "your_activity_off_meta_technologies.json").write_text(json.dumps(export), encoding="utf-8")


def write_other_forms(folder: Path, story: bytes) -> None:
    """Write the bundled recording in other forms, files that are none, and what recorders of other kinds wrote."""
    folder.mkdir()
    (folder / "cut.har").write_bytes(story[: len(story) // 2])
    (folder / "story.har.gz").write_bytes(gzip.compress(story, mtime=0))
    with zipfile.ZipFile(folder / "story.zip", "w") as archive:
        for name in ("a/story.har", "b.har"):
            archive.writestr(zipfile.ZipInfo(name), story if name == "b.har" else story.replace(b"Purchase", b"Lead"))
    (folder / "none.har").write_bytes(b'{"log": {}}')
    (folder / "empty.har").write_bytes(b"")
    (folder / "text.har").write_bytes(b"this is no recording\n")
    for file in sorted(RECORDED.glob("ways.*")):
        if file.suffix != ".json":
            shutil.copyfile(file, folder / file.name)


def _split(everything: Path, folder: Path) -> None:
    """Write every other recording into ``half``, the rest into ``rest``; of one alone, its entries are shared out."""
    files = sorted(everything.iterdir())
    halves = [folder / "half", folder / "rest"]
    for half in halves:
        half.mkdir()
    if len(files) > 1:
        for number, file in enumerate(files):
            (halves[number % 2] / file.name).hardlink_to(file)
        return
    har = json.loads(files[0].read_text("utf-8"))
    entries = har["log"]["entries"]
    middle = len(entries) // 2
    for half, share in zip(halves, (entries[:middle], entries[middle:]), strict=True):
        text = json.dumps({"log": {**har["log"], "entries": share}}, ensure_ascii=False)
        (half / files[0].name).write_text(text, encoding="utf-8")


def _wire(folder: Path, together: int) -> Iterator[tuple[str, str]]:
    """Yield (name, HAR) of so many cases at a time."""
    for source in WIRE:
        cases: dict[str, list[dict[str, Any]]] = {}
        for line in (folder / source).read_text("utf-8").splitlines():
            request = json.loads(line)
            cases.setdefault(request["case"], []).append(request)
        for names in batched(cases, together):
            requests = [request for name in names for request in cases[name]]
            entries = [_entry(request, number) for number, request in enumerate(requests)]
            log = {"version": "1.2", "creator": {"name": "wire", "version": "1"}, "pages": [], "entries": entries}
            yield f"{source.partition('.')[0].replace('/', '-')}-{names[0]}.har", json.dumps({"log": log}, indent=1)


def _entry(sent: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return a request of a JSON line as an entry of a HAR; a body that was not recorded has its size alone."""
    body = sent["body"]
    kinds = {name.lower(): value for name, value in sent["headers"].items()}
    request: dict[str, Any] = {
        "method": sent["method"],
        "url": sent["url"],
        "httpVersion": "HTTP/2.0",
        "headers": _pairs(sent["headers"]),
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": sent.get("body_size", len((body or "").encode())),
    }
    if body is not None:
        request["postData"] = {"mimeType": kinds.get("content-type", ""), "text": body}
    answer = sent.get("response", {"status": 200, "headers": {"content-type": "image/gif"}, "body": ""})
    content = {"mimeType": answer["headers"].get("content-type", ""), "size": len((answer["body"] or "").encode())}
    if answer["body"] is not None:
        content["text"] = answer["body"]
    entry: dict[str, Any] = {
        "startedDateTime": f"2026-11-20T10:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "time": 1,
        "request": request,
        "response": {
            "status": answer["status"],
            "statusText": "",
            "httpVersion": "HTTP/2.0",
            "headers": _pairs(answer["headers"]),
            "cookies": [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": content["size"],
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }
    if "via" in sent:
        entry["_resourceType"] = _RESOURCE_TYPES.get(sent["via"], sent["via"])
    return entry


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _listed(recordings: Path) -> Iterator[dict[str, Any]]:
    """Yield businesses as Meta's export lists them: two of three pixel requests that state their page, and one more."""
    events: dict[str, list[dict[str, Any]]] = {
        "elsewhere.example": [{"id": 1, "type": "LEAD", "timestamp": 1795371428}]
    }
    number = 0
    for file in sorted(recordings.iterdir()):
        for entry in _entries(file):
            address = urlsplit(str(entry.get("request", {}).get("url", "")))
            query = parse_qs(address.query, errors="replace")
            site = urlsplit(query.get("dl", [""])[0]).hostname
            moment = _seconds(entry.get("startedDateTime"))
            if not address.path.startswith("/tr") or site is None or moment is None:
                continue
            number += 1
            if number % 3:
                kind = query.get("ev", ["?"])[0]
                name = {"PageView": "PAGE_VIEW", "ViewContent": "VIEW_CONTENT", "AddToCart": "ADD_TO_CART"}.get(kind)
                row = {"id": number, "type": name or kind.upper(), "timestamp": moment}
                events.setdefault(site.removeprefix("www."), []).append(row)
    for site, rows in events.items():
        yield {"name": site, "events": rows}


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(file.read_text("utf-8-sig"))["log"]["entries"]
    except (ValueError, KeyError, TypeError):
        return []  # some recordings are broken on purpose
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("request"), dict)]


def _seconds(moment: object) -> int | None:
    try:
        return int(datetime.fromisoformat(str(moment)).timestamp())
    except ValueError:
        return None
