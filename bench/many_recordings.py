"""Makes a database of many small recordings: each of a site of its own, with a visit, events and contacts.

One invented recording is read by the program itself, and its rows are stored again and again under
other names.  The same arguments give the same rows.

    python -m bench.many_recordings OUT.sqlite [--recordings 10000]
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from pixelwitness.core.exposure.records import AnyRecord, Recording
from pixelwitness.scan.analysis import analyse_input, load_scan_setup
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.store.ledger import Ledger

SITE = "shop-number.example"
_PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&dl=https%3A%2F%2Fwww." + SITE
_EVENTS = (
    "%2F&ev=PageView&fbp=fb.1.1795255200000.1234567890&ts=1795255200000&ec=0",
    "%2Fboots&ev=ViewContent&fbp=fb.1.1795255200000.1234567890&cd[content_name]=boots&ts=1795255201000&ec=1",
    "%2Fthanks&ev=Purchase&fbp=fb.1.1795255200000.1234567890&cd[value]=89.90&cd[currency]=EUR"
    "&ud[em]=c160f8cc69a4f0bf2b0362752353d060ed65e9a1af3e1a0d6a3f4e7f1f4a4e9c&ts=1795255202000&ec=2",
)
_OTHERS = (
    "https://connect.facebook.net/en_US/fbevents.js",
    "https://connect.facebook.net/signals/config/1234567890123456?v=2.9.300&r=stable",
)
_SHARED = 10
"""Recordings whose visitor is one and the same: they share the values by which Meta knows people."""


def _entry(number: int, url: str, kind: str) -> dict[str, object]:
    return {
        "startedDateTime": f"2026-11-21T10:00:{number:02d}.000Z",
        "time": 12,
        "pageref": "page_1",
        "_resourceType": kind,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "h2",
            "headers": [{"name": "Referer", "value": f"https://www.{SITE}/"}],
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": [{"name": "content-type", "value": "text/html" if kind == "document" else "image/gif"}],
            "cookies": [],
            "content": {"size": 0, "mimeType": "text/html" if kind == "document" else "image/gif"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 0,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 12, "receive": 0},
    }


def _read_template(folder: Path) -> tuple[Recording, bytes]:
    urls = [(f"https://www.{SITE}/", "document"), *((url, "script") for url in _OTHERS)]
    urls += [(_PIXEL + rest, "image") for rest in _EVENTS]
    page = {"startedDateTime": "2026-11-21T10:00:00.000Z", "id": "page_1", "title": f"https://www.{SITE}/"}
    entries = [_entry(number, *url) for number, url in enumerate(urls)]
    har = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [page]}
    path = folder / "template.har"
    path.write_text(json.dumps({"log": {**har, "entries": entries}}))
    (source,) = find_inputs([str(path)])
    analysis = analyse_input(source, load_scan_setup((), b"k" * 32, None, keep_values=False))
    rows = [row for row in analysis.rows() if not isinstance(row, Recording)]
    assert analysis.recording is not None
    return analysis.recording, msgspec.json.encode(rows)


def write_database(out: Path, recordings: int = 10_000) -> None:
    """Write a new database of so many recordings."""
    with TemporaryDirectory() as folder:
        template, rows = _read_template(Path(folder))
    decoder = msgspec.json.Decoder(list[AnyRecord])
    tokens = sorted({row.value_token for row in decoder.decode(rows) if hasattr(row, "value_token")})
    with Ledger.open(out) as ledger:
        for number in range(recordings):
            own_id = f"{number:016x}"
            text = rows.replace(template.id.encode(), own_id.encode())
            text = text.replace(SITE.encode(), f"shop-{number:06d}.example".encode())
            for token in tokens:
                text = text.replace(token.encode(), f"{number // _SHARED:08x}{token[8:]}".encode())
            recording = msgspec.structs.replace(template, id=own_id, sources=(f"{own_id}.har",))
            ledger.replace(recording, decoder.decode(text))


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recordings", type=int, default=10_000)
    arguments = parser.parse_args()
    write_database(arguments.out, arguments.recordings)


if __name__ == "__main__":
    main()
