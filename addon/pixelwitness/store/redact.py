"""A redacted copy of a database, for sharing: evidence of what was sent, without what was sent.

Owns which columns change on the way and how.  The copy is written anew, row by row, so no
page of it ever held anything else.  Its tokens are made again under a key that is thrown
away: equal values stay equal inside the copy, and nothing joins it with another study.
"""

import contextlib
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.core.wire.sites import host_of
from pixelwitness.meaning.keep.name_redaction import stored_host, without_objection
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.store import database, key, schema
from pixelwitness.store.errors import StoreError, explain, refused_by_system
from pixelwitness.store.row_mapping import INSERT

type Value = str | int | None
type Change = Callable[[Value], Value]

LENGTH_STEP = 16
"""Lengths are rounded up to a multiple of this many characters."""
_BY_WORDS = frozenset({"topic", "interest", "instruction_text"})
"""Kinds of findings whose evidence is words of what was sent; the evidence of others is words of ours."""
_REMOVED = "redacted"
_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"})
# What is looked for first tells most: Edge and Opera call themselves Chrome, and that calls itself Safari.
_BROWSERS = (
    *("HeadlessChrome", "PhantomJS", "curl/", "python-requests", "Edg", "OPR", "SamsungBrowser"),
    *("Firefox", "Chrome", "Safari"),
)
_EXPORTERS = (
    *("Playwright", "Puppeteer", "browsertime", "mitmproxy", "WebInspector", "BrowserMob", "Charles", "Fiddler"),
    *("Insomnia", "HTTP Toolkit", "Burp", "Firefox", "Chrome", "Safari"),
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a copy holds, and what was taken out of it."""

    recordings: int
    events: int
    contacts: int
    values: int
    """Values that were kept, and are no more in it."""
    pages: int
    """Addresses of pages that were cut to their host."""


def redact(source: Path, target: Path, recordings: Sequence[str] = ()) -> Redacted:
    """Write a redacted copy of a database, of some recordings or of all, to a new file for its owner alone.

    Errors: `StoreError`, also where the target is there already; then nothing is written.
    """
    if target.exists() or target.is_symlink():
        raise StoreError(target, "it is there already", "name a new file")
    if not target.absolute().parent.is_dir():
        raise StoreError(target, "there is no such folder for it", "make it, or name another file")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        with database.reading(source) as connection:
            # One view of it, even while somebody writes.
            connection.execute("BEGIN")
            told = _copy(connection, draft, json.dumps([*recordings]) if recordings else None)
        _put_in_place(draft, target)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                draft.with_name(f"{draft.name}{ending}").unlink(missing_ok=True)
    return told


def changes(token: Callable[[str], str]) -> Mapping[str, Mapping[str, Change]]:
    """Return by table and column what becomes of a value; every other column stays as it is."""
    at_minute = {"seen_at": _minute}
    page = {**at_minute, "page_url": _host_alone}
    return {
        "recordings": {
            "sources": _no_sources,
            "exporter": lambda value: _known(value, _EXPORTERS),
            "user_agent": lambda value: _first(value, _BROWSERS),
            "first_seen": _minute,
            "last_seen": _minute,
            "options": _marked,
        },
        "visits": page,
        "events": {
            **page,
            "event_name": _name,
            "pixel_id": _pixel,
            "dedup_id": _nothing,
            "dedup_token": lambda value: None if value is None else token(str(value)),
        },
        "contacts": {**page, "method": _method, "pixel_id": _pixel},
        "transmissions": {**at_minute, "method": _method},
        "fields": {"value": _nothing, "value_token": lambda value: token(str(value)), "length": _rounded},
        "signals": at_minute,
        "observations": at_minute,
        "pixel_configs": {**at_minute, "pixel_id": _pixel},
    }


def _copy(source: sqlite3.Connection, draft: Path, chosen: str | None) -> Redacted:
    throw_away = secrets.token_bytes(key.KEY_BYTES)
    change = changes(tokenizer(throw_away))
    target, _ = database.open_for_writing(draft, durable=False)
    with contextlib.closing(target):
        try:
            target.execute("BEGIN IMMEDIATE")
            counts = {table: _put(source, target, table, change.get(table, {}), chosen) for table in schema.RECORDS}
            owners = source.execute("SELECT site, owner FROM site_owners ORDER BY site")
            target.executemany("INSERT INTO site_owners (site, owner) VALUES (?, ?)", owners)
            target.executemany(
                "INSERT INTO rejected_records (recording_id, record, reason) VALUES (?, ?, ?)",
                source.execute(
                    f"SELECT recording_id, record, reason FROM rejected_records WHERE {_CHOSEN}", {"of": chosen}
                ),
            )
            target.execute("INSERT INTO study (key_fingerprint) VALUES (?)", (key.fingerprint(throw_away),))
            target.execute("COMMIT")
            # Whoever opens it may have no right to write beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise explain(error, draft) from None
    return Redacted(
        counts["recordings"].rows,
        counts["events"].rows,
        counts["contacts"].rows,
        counts["fields"].changed.get("value", 0),
        sum(count.changed.get("page_url", 0) for count in counts.values()),
    )


_CHOSEN = "(:of IS NULL OR recording_id IN (SELECT value FROM json_each(:of)))"
_WHERE = {
    "recordings": _CHOSEN.replace("recording_id", "id"),
    "fields": "(:of IS NULL"
    " OR transmission_id IN (SELECT id FROM transmissions"
    "  WHERE recording_id IN (SELECT value FROM json_each(:of)))"
    " OR contact_id IN (SELECT id FROM contacts WHERE recording_id IN (SELECT value FROM json_each(:of))))",
}


@dataclass(slots=True)
class _Count:
    rows: int
    changed: dict[str, int]


def _put(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, change: Mapping[str, Change], chosen: str | None
) -> _Count:
    names = list(schema.columns(schema.RECORDS[table]))
    count = _Count(0, {})
    of_kind, of_evidence = (names.index(name) if name in names else 0 for name in ("kind", "evidence"))

    def rows() -> Iterator[tuple[Value, ...]]:
        query = f"SELECT {', '.join(names)} FROM {table} WHERE {_WHERE.get(table, _CHOSEN)} ORDER BY rowid"
        for row in source.execute(query, {"of": chosen}):
            count.rows += 1
            if table == "findings" and row[of_kind] in _BY_WORDS:
                row = (*row[:of_evidence], _REMOVED, *row[of_evidence + 1 :])
            yield tuple(told(name, value) for name, value in zip(names, row, strict=True))

    def told(name: str, value: Value) -> Value:
        if name not in change:
            return value
        new = change[name](value)
        if new != value:
            count.changed[name] = count.changed.get(name, 0) + 1
        return new

    target.executemany(INSERT[table], rows())
    return count


def _put_in_place(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)
    except FileExistsError:
        raise StoreError(target, "it is there already", "name a new file") from None
    except OSError:
        # A file system without links: less sure against a file made meanwhile, but there is no other way.
        try:
            draft.replace(target)
        except OSError as error:
            raise refused_by_system(error, target) from error


# What becomes of a value -----------------------------------------------------------


def _nothing(_: Value) -> Value:
    return None


def _minute(value: Value) -> Value:
    return f"{value[:16]}:00.000Z" if isinstance(value, str) else None


def _host_alone(value: Value) -> Value:
    """Return an address without all that stands below its host, an ellipsis in its place."""
    if not isinstance(value, str):
        return None
    scheme, _, rest = value.partition("://")
    host = host_of(value)
    if not host or not scheme.isalpha():
        return None
    below = rest.partition("/")[2] or "?" in rest or "#" in rest
    return f"{scheme}://{stored_host(host)}/{'…' if below else ''}"


def _name(value: Value) -> Value:
    """Return an event's name as a scan that keeps no values would store it; one that is an address goes whole."""
    if not isinstance(value, str):
        return None
    return "{address}" if "/" in value or "?" in value else without_objection(value)


def _pixel(value: Value) -> Value:
    return value if not isinstance(value, str) or _PIXEL_ID.fullmatch(value) else without_objection(value)


def _rounded(value: Value) -> Value:
    return -(-value // LENGTH_STEP) * LENGTH_STEP if isinstance(value, int) else 0


def _method(value: Value) -> Value:
    return value if value in _METHODS else "OTHER"


def _known(value: Value, names: Sequence[str]) -> str | None:
    low = value.lower() if isinstance(value, str) else ""
    return ", ".join(name for name in names if name.lower() in low) or None


def _first(value: Value, names: Sequence[str]) -> str | None:
    known = _known(value, names)
    return known.partition(", ")[0] if known else None


def _no_sources(_: Value) -> Value:
    return '["redacted copy"]'


def _marked(value: Value) -> Value:
    options = loads_or_none(str(value))
    persona = isinstance(options, dict) and options.get("persona") is not None
    return json.dumps({"keep_values": False, "persona": persona or None, "redacted": True}, sort_keys=True)
