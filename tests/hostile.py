"""Hostile text of every kind in every field that can be captured, as recordings; for tests of all outputs."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.har import entry

from pixelwitness.store import schema

PAYLOADS = {
    "markup": "<b>b</b><img src=https://evil.example/i onerror=alert(1)>\"'><a href=https://evil.example/>l</a>",
    "script": "</script></title></style><script>alert(1)</script>",
    "svg": '</svg><svg onload=alert(1)><a xlink:href="https://evil.example/"><image href="https://evil.example/i"/>',
    "css": "}*{background:url(https://evil.example/c)}</style><style>@import 'https://evil.example/d';",
    "c0": "\x1b[2J\x1b]8;;https://evil.example/\x07x\x1b]8;;\x07\x00\x08\x7f",
    "c1": "\x9b31m\x85\x9d8;;https://evil.example/\x9cx\x90q\x9c",
    "bidi": "\u202egnp.exe\u2066\u200b\u2028\u2029\ufeff\U000e0041",
    "rich": "[/red][link=https://evil.example/]x[/link][bold]:skull:",
    "formula": '=HYPERLINK("https://evil.example/",1)',
    "plus": "+1+cmd|' /C calc'!A1",
    "at": "\t@SUM(1+1)*cmd",
    "command": "\n::set-env name=PATH::/evil\r::error::x\n::stop-commands::z\n##[group]y"
    "\n##vso[task.setvariable variable=a]b\n##teamcity[buildStop]",
    "markdown": "![i](https://evil.example/i.png)[l](https://evil.example/)<https://evil.example/>"
    " www.evil.example @user #1",
    "cells": "a | b\n\n# h\n|---|\n```\n`x` ``y`` ~~~\n<!-- ",
    "xml": "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;&#0;\x0b\x1f\ufffe\uffff</testcase>",
    "url": "https://evil.example/tr?id=1&ev=PageView",
    "percent": "%0A::error::x%0D%25,title=:: {{7*7}} {% raw %} ${7*7}",
}
PIXEL = "1234567890123456"
SHOP = "https://shop.example/"


def mark(field: str) -> str:
    """Return what tells in which field a text was captured."""
    return f"zq{field}qz"


FIELDS = (
    *("event", "pixel", "page", "query", "host", "referer", "key", "value", "button", "userkey", "uservalue", "dedup"),
    *("consent", "title", "server", "setting", "relay", "contact"),
)
"""Fields of requests; beside them stand user agent, exporter and file name, one for each recording."""


def hits(payload: str) -> list[dict[str, Any]]:
    """Return requests in which each field holds the payload behind a mark of the field's own, and before it."""

    def text(field: str) -> str:
        return f"{payload}{mark(field)}"

    def tr(number: int, **parts: str) -> str:
        told = {"id": PIXEL, "ev": "Lead", "dl": SHOP, "ts": str(number), "ec": str(number), **parts}
        return "https://www.facebook.com/tr/?" + "&".join(
            f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in told.items()
        )

    agent = {"user-agent": text("agent")}
    # The host of a page and of a receiver, as browsers would refuse to write it and a recorder may.
    host = text("host").replace("/", "").replace("?", "").replace("#", "")
    configured = json.dumps(text("setting"))
    script = f'config.set("{PIXEL}", {configured}, {{"on":true}});\ninstance.optIn("{PIXEL}", {configured}, true);'
    answer = entry(
        f"https://connect.facebook.net/signals/config/{PIXEL}?v=2",
        headers={"referer": SHOP},
        mime_type="application/x-javascript",
    )
    answer["response"]["content"]["text"] = script
    server = {
        "event_name": text("server"),
        "event_source_url": SHOP + text("server"),
        "action_source": text("server"),
        "custom_data": {text("server"): text("server"), "content_name": text("server")},
        "user_data": {"em": [text("server")], text("server"): "1"},
    }
    consent = {"cookie": f"OptanonConsent={text('consent')}; usprivacy={text('consent')}", **agent}
    return [
        entry(SHOP, mime_type="text/html", headers=consent),
        entry(tr(1, ev=text("event")), headers=agent),
        entry(tr(2, id=text("pixel"))),
        entry(tr(3, dl=SHOP + text("page"), rl=SHOP + text("page"))),
        entry(tr(4, dl=f"{SHOP}?q={text('query')}#{text('query')}")),
        entry(tr(5, dl=f"https://{host}.example/")),
        entry(
            f"https://www.facebook.com/tr/?id={PIXEL}&ev=Lead&ts=6&ec=6", headers={"referer": SHOP + text("referer")}
        ),
        entry(tr(7, **{f"cd[{text('key')}]": "1"})),
        entry(tr(8, ev="Purchase", **{"cd[content_name]": text("value"), "cd[content_ids]": text("value")})),
        entry(
            tr(
                9,
                ev="SubscribedButtonClick",
                **{"cd[buttonText]": text("button"), "cd[buttonFeatures]": text("button")},
            )
        ),
        entry(tr(10, **{f"ud[{text('userkey')}]": "1"})),
        entry(tr(11, **{"ud[em]": text("uservalue"), "udff[ph]": text("uservalue"), "ud[external_id]": "7"})),
        entry(tr(12, eid=text("dedup"), fbp=text("dedup"))),
        entry(tr(13, dpo=text("consent"), gdpr_consent=text("consent"), us_privacy=text("consent"))),
        entry(tr(14, **{"pmd[title]": text("title"), "pmd[description]": text("title")})),
        entry(tr(15, **{"ud[em]": "jane.doe@example.com"})),
        entry(
            f"https://graph.facebook.com/v21.0/{PIXEL}/events",
            method="POST",
            headers={"content-type": "application/json"},
            body=json.dumps({"data": [server], "partner_agent": text("server")}),
        ),
        entry(f"https://{host}.example/tr/?id={PIXEL}&ev=Lead&dl={quote(SHOP)}&ts=17&rqm=GET&fbp=1&it=1&o=1&r=2"),
        entry(f"https://www.facebook.com/plugins/like.php?href={quote(SHOP + text('contact'), safe='')}"),
        answer,
        {**entry(tr(18)), "request": {**entry(tr(18))["request"], "method": text("method")}},
    ]


def write(folder: Path) -> Path:
    """Write a recording for each payload: its name, its creator, browser and pages are hostile, too."""
    folder.mkdir()
    for kind, payload in PAYLOADS.items():
        named = payload.replace("/", "").replace("\0", "").encode("utf-8", "replace")[:150].decode("utf-8", "ignore")
        creator = {"name": f"{payload}{mark('exporter')}", "version": payload}
        log = {
            "version": "1.2",
            "creator": creator,
            "browser": creator,
            "comment": payload,
            "pages": [{"id": "p", "title": SHOP + payload, "startedDateTime": "2026-11-20T10:00:00.000Z"}],
            "entries": hits(payload),
        }
        path = folder / f"{named}{mark('file')}-{kind}.har"
        path.write_text(json.dumps({"log": log}), "utf-8")
    return folder


def plant(db: Path) -> None:
    """Put a raw payload into every text of a database, as a stranger could who hands one on; ids and times stay."""
    with closing(sqlite3.connect(db)) as connection, connection:
        for table, record in schema.RECORDS.items():
            texts = [name for name, (kind, _) in schema.columns(record).items() if kind is str and not _stays(name)]
            rows = [row for (row,) in connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]
            for number, row in enumerate(rows):
                for place, name in enumerate(texts):
                    payload = [*PAYLOADS.values()][(number + place) % len(PAYLOADS)].encode("utf-8", "ignore").decode()
                    value = {
                        "sources": json.dumps([payload]),
                        "also_matched": json.dumps([payload]),
                        "options": json.dumps({"keep_values": True, payload: payload}),
                    }.get(name, payload)
                    if (table, name) == ("pixel_configs", "value"):
                        value = json.dumps({"on": True, "host": payload, "fields": [payload], payload: payload})
                    if (table, name) == ("fields", "field"):
                        value += str(row)  # part of the key
                    connection.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (value, row))


def _stays(name: str) -> bool:
    return name.endswith(("id", "_at", "_seen")) and name not in ("pixel_id", "rule_id", "dedup_id")


def write_export(path: Path) -> Path:
    """Write an export of Meta's that names hostile businesses and events."""
    businesses = [
        {"name": payload, "events": [{"id": 1, "type": payload, "timestamp": 1795168800}]}
        for payload in PAYLOADS.values()
    ]
    shop = {"name": "shop.example", "events": [{"id": int(PIXEL), "type": "LEAD", "timestamp": 1795168800}]}
    path.write_text(json.dumps({"off_facebook_activity_v2": [shop, *businesses]}), "utf-8")
    return path
