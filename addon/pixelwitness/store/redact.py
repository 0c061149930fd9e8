"""A redacted copy of a database, for sharing: evidence of what was sent, without what was sent.

Owns the list of columns that may be in it, and what becomes of each on the way: what the list does
not name stays out.  The copy is written anew, row by row, so no page of it ever held anything else.
Its tokens are made again under a key that is thrown away: equal values stay equal inside the copy,
and nothing joins it with another study.
"""

import contextlib
import json
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.core.wire.sites import host_of
from pixelwitness.meaning.keep.name_redaction import stored_host, without_objection
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.store import database, key, schema
from pixelwitness.store.errors import StoreError, explain
from pixelwitness.store.file_permissions import place
from pixelwitness.store.row_mapping import INSERT

type Value = str | int | None
type Change = Callable[[Value], Value]

LENGTH_STEP = 16
"""Lengths are rounded up to a multiple of this many characters."""
_OWN_WORDS = frozenset({"personal_data", "persona", "identity", "consent", "server_side", "conflict"})
"""Kinds of findings whose evidence is words of ours; that of others can be words of what was sent."""
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
class RedactedCopy:
    """What a copy holds, and what was taken out of it."""

    recordings: int
    events: int
    contacts: int
    values: int
    """Values that were kept, and are no more in it."""
    pages: int
    """Addresses of pages that were cut to their host."""


def redact(source: Path, target: Path, recordings: Sequence[str] = ()) -> RedactedCopy:
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
            copy = _copy(connection, draft, json.dumps([*recordings]) if recordings else None)
        if not place(draft, target):
            raise StoreError(target, "it is there already", "name a new file")
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                draft.with_name(f"{draft.name}{ending}").unlink(missing_ok=True)
    return copy


def decide(token: Callable[[str], str]) -> Mapping[str, Mapping[str, Change]]:
    """Return by table and column what becomes of a value; a column that is not named has none in a copy."""
    seen_at = {"seen_at": _cut_to_minute}
    page = {"page_site": _keep, "page_url": _cut_to_host, "attributed_by": _keep, "attribution_certainty": _keep}
    rule = _kept("rule_id", "rule_version")
    return {
        "recordings": {
            **_kept("id", "kind", "sha256", "complete", "cookies_recorded"),
            **_kept("tool_version", "rules_sha256", "knowledge_sha256", "suffix_list"),
            **_kept("requests_seen", "requests_matched", "requests_other", "undecodable", "rejected", "blocked"),
            **_kept("not_requests", "bodies_not_recorded", "tls_refused", "dropped", "rule_faults"),
            **_kept("delivery_failed", "delivery_stopped", "delivery_cached", "delivery_unknown"),
            **_kept("by_operator", "within_meta", "changed"),
            "sources": _hide_sources,
            "exporter": lambda value: _find_names(value, _EXPORTERS),
            "user_agent": lambda value: _find_first(value, _BROWSERS),
            "first_seen": _cut_to_minute,
            "last_seen": _cut_to_minute,
            "options": _mark,
        },
        "visits": {
            **_kept("id", "recording_id", "position", "site", "status", "attributed_by"),
            **seen_at,
            "page_url": _cut_to_host,
        },
        "events": {
            **_kept("id", "recording_id", "visit_id", "channel", "rule_id", "confidence", "event_kind", "dedup_form"),
            **_kept("transmissions", "blocked", "delivery", "sender"),
            **seen_at,
            **page,
            "event_name": _redact_name,
            "pixel_id": _redact_pixel,
            "dedup_id": _drop,
            "dedup_token": lambda value: None if value is None else token(str(value)),
        },
        "contacts": {
            **_kept("id", "recording_id", "visit_id", "position", "part", "line", "channel", "confidence"),
            **_kept("receiver_host", "first_party", "body_state", "blocked", "also_matched"),
            **_kept("delivery", "delivery_reason", "sender"),
            **seen_at,
            **page,
            **rule,
            "pixel_id": _redact_pixel,
            "method": _known_method,
        },
        "transmissions": {
            **_kept("id", "event_id", "recording_id", "position", "part", "item", "line", "channel"),
            **_kept("receiver_host", "first_party", "transport", "body_state", "blocked", "also_matched"),
            **_kept("delivery", "delivery_reason"),
            **seen_at,
            **rule,
            "method": _known_method,
        },
        "fields": {
            **_kept("transmission_id", "contact_id", "field", "ordinal", "data_class", "form", "matching"),
            "length": _round_up,
            "value_token": lambda value: token(str(value)),
            "value": _drop,
        },
        "signals": {**_kept("id", "recording_id", "visit_id", "position", "site", "kind", "state"), **seen_at, **rule},
        "observations": {
            **_kept("id", "recording_id", "visit_id", "position", "site", "kind", "confidence", "evidence"),
            **seen_at,
            **rule,
        },
        "pixel_configs": {
            **_kept("id", "recording_id", "visit_id", "position", "site", "key", "value"),
            **seen_at,
            "pixel_id": _redact_pixel,
        },
        "findings": {
            **_kept("event_id", "contact_id", "visit_id", "recording_id", "kind", "label", "field", "certainty"),
            **_kept("knowledge_version", "fingerprint"),
            "evidence": _keep,  # of kinds whose evidence is ours alone: see `_copy_table`
        },
        "rejected_records": _kept("recording_id", "record", "reason"),
        "site_owners": _kept("site", "owner"),
        "study": {"key_fingerprint": _drop},  # in its place that of the key under which the copy's tokens are made
    }


def _kept(*names: str) -> dict[str, Change]:
    return dict.fromkeys(names, _keep)


def _copy(source: sqlite3.Connection, draft: Path, recordings: str | None) -> RedactedCopy:
    throw_away = secrets.token_bytes(key.KEY_BYTES)
    decisions = decide(tokenizer(throw_away))
    target, _ = database.open_for_writing(draft, durable=False)
    with contextlib.closing(target):
        try:
            target.execute("BEGIN IMMEDIATE")
            counts = {
                table: _copy_table(source, target, table, decisions.get(table, {}), recordings)
                for table in schema.TABLES
                if table != "study"
            }
            target.execute(INSERT["study"], (key.fingerprint(throw_away),))
            target.execute("COMMIT")
            # Whoever opens it may have no right to write beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise explain(error, draft) from None
    return RedactedCopy(
        counts["recordings"].rows,
        counts["events"].rows,
        counts["contacts"].rows,
        counts["fields"].changed["value"],
        sum(count.changed["page_url"] for count in counts.values()),
    )


@dataclass(slots=True)
class _TableCount:
    rows: int
    changed: Counter[str]
    """By column, the values that are others in the copy."""


def _copy_table(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: str,
    decisions: Mapping[str, Change],
    recordings: str | None,
) -> _TableCount:
    names = schema.column_names(table)
    changes = [(name, decisions.get(name, _drop)) for name in names]
    count = _TableCount(0, Counter())
    kind, evidence = (names.index(name) if table == "findings" else 0 for name in ("kind", "evidence"))

    def rows() -> Iterator[list[Value]]:
        query = f"SELECT {', '.join(names)} FROM {table} WHERE {_chosen(table)} ORDER BY rowid"
        for row in source.execute(query, {"recordings": recordings}):
            count.rows += 1
            redacted = [change(value) for (_, change), value in zip(changes, row, strict=True)]
            if table == "findings" and row[kind] not in _OWN_WORDS:
                redacted[evidence] = _REMOVED
            count.changed.update(
                name for (name, _), before, after in zip(changes, row, redacted, strict=True) if before != after
            )
            yield redacted

    target.executemany(INSERT[table], rows())
    return count


def _chosen(table: str) -> str:
    if table not in schema.OF_A_RECORDING:
        return "true"
    return f"(:recordings IS NULL OR {schema.of_recordings(table, 'IN (SELECT value FROM json_each(:recordings))')})"


# What becomes of a value -----------------------------------------------------------


def _keep(value: Value) -> Value:
    return value


def _drop(_: Value) -> Value:
    return None


def _cut_to_minute(value: Value) -> Value:
    return f"{value[:16]}:00.000Z" if isinstance(value, str) else None


def _cut_to_host(value: Value) -> Value:
    """Return an address without all that stands below its host, an ellipsis in its place."""
    if not isinstance(value, str):
        return None
    scheme, _, rest = value.partition("://")
    host = host_of(value)
    if not host or not scheme.isalpha():
        return None
    below = rest.partition("/")[2] or "?" in rest or "#" in rest
    return f"{scheme}://{stored_host(host)}/{'…' if below else ''}"


def _redact_name(value: Value) -> Value:
    """Return an event's name as a scan that keeps no values would store it; one that is an address goes whole."""
    if not isinstance(value, str):
        return None
    return "{address}" if "/" in value or "?" in value else without_objection(value)


def _redact_pixel(value: Value) -> Value:
    return value if not isinstance(value, str) or _PIXEL_ID.fullmatch(value) else without_objection(value)


def _round_up(value: Value) -> Value:
    return -(-value // LENGTH_STEP) * LENGTH_STEP if isinstance(value, int) else 0


def _known_method(value: Value) -> Value:
    return value if value in _METHODS else "OTHER"


def _find_names(value: Value, names: Sequence[str]) -> str | None:
    low = value.lower() if isinstance(value, str) else ""
    return ", ".join(name for name in names if name.lower() in low) or None


def _find_first(value: Value, names: Sequence[str]) -> str | None:
    known = _find_names(value, names)
    return known.partition(", ")[0] if known else None


def _hide_sources(_: Value) -> Value:
    return '["redacted copy"]'


def _mark(value: Value) -> Value:
    options = loads_or_none(str(value))
    persona = isinstance(options, dict) and options.get("persona") is not None
    return json.dumps({"keep_values": False, "persona": persona or None, "redacted": True}, sort_keys=True)
