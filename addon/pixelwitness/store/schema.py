"""What the database looks like: its tables, keys, indexes and the view `exposure`.

Owns the names of tables and the making of them in an empty file.  The columns are
those of ``core.exposure.records``: one class per table, one attribute per column.  It must
not know how older files are brought to it (``migrations``), how rows get in
(``ledger``) or where files lie (``database``).
"""

import sqlite3
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import TYPE_CHECKING, TypeAliasType, get_args, get_origin

import msgspec

from pixelwitness.core.exposure import records

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x70785769
"""ASCII ``pxWi``, in the header of every file that is ours."""

VERSION = 3
"""``user_version`` of the schema below; raised, with a step in ``migrations``, whenever a table, column, key, index
or the view changes."""

RECORDS: Mapping[str, type[records.Record]] = {
    "recordings": records.Recording,
    "visits": records.Visit,
    "events": records.Event,
    "contacts": records.Contact,
    "transmissions": records.Transmission,
    "fields": records.Field,
    "signals": records.Signal,
    "observations": records.Observation,
    "pixel_configs": records.PixelConfig,
    "findings": records.Finding,
}
"""Table to record class; a table comes after those that it refers to."""

_OWN_TABLES: Mapping[str, Mapping[str, type]] = {
    "rejected_records": {"recording_id": str, "record": str, "reason": str},
    "site_owners": {"site": str, "owner": str},
    "study": {"key_fingerprint": str},
}
"""Tables without a record class; all their columns are NOT NULL, but for the recording of a refused record."""

TABLES = (*RECORDS, *_OWN_TABLES)

OF_A_RECORDING = (*RECORDS, "rejected_records")
"""The tables whose rows belong to a recording each; one comes after those that it refers to."""

DESCRIPTIONS: Mapping[str, str] = {
    "recordings": "One HAR file, flow file or live session, and the count of what became of each of its requests",
    "visits": "One loading of a page",
    "events": "One thing reported to Meta, however often it was carried",
    "contacts": "A request that reached Meta or a relay of its without an event",
    "transmissions": "One carrying of an event",
    "fields": "One datum of a transmission or contact: its class and form; its value only where that may be kept",
    "signals": "Consent evidence seen around events",
    "observations": "What only an answer showed",
    "pixel_configs": "What a pixel's configuration says",
    "findings": "What was understood about an event, contact, visit or recording",
    "rejected_records": "Records that could not be stored, counted so that nothing is lost in silence",
    "site_owners": "Sites that belong to Meta itself",
    "study": "The fingerprint of the key under which values became tokens",
    "exposure": "All that a site was seen to send, one row a site",
}
"""Table or view to one line for those who browse."""

_REFERENCES: Mapping[str, str] = {
    "recording_id": "recordings",
    "visit_id": "visits",
    "event_id": "events",
    "contact_id": "contacts",
    "transmission_id": "transmissions",
}

OUTCOME = """CASE WHEN {0}blocked THEN 'blocked' WHEN {0}delivery IN ('answered', 'sent') THEN 'told'
    WHEN {0}delivery IN ('failed', 'stopped') THEN 'tried' WHEN {0}delivery <> 'cached' THEN 'unknown' END"""
"""`core.exposure.outcome.outcome_of` in SQL; in the braces the table with its point, or nothing, as below."""
SENT = "NOT {0}blocked AND {0}delivery NOT IN ('failed', 'stopped', 'cached')"
"""Condition that holds for what is judged as sent."""
COUNTED = "{0}sender <> 'operator' AND ({0}blocked OR {0}delivery <> 'cached')"
"""Condition that holds for events and contacts that count for somebody: not the operator's, nor answered by a cache."""
TOLD_BY = "CASE {0}sender WHEN 'site' THEN ifnull({0}page_site, 'unknown') ELSE {0}sender END"
"""Under which name an event or contact counts."""
OF_SITE = "ifnull(site, 'unknown')"
"""Under which name a visit, signal, observation or setting counts."""

# A partial index holds no entry for the many rows whose column is null.
_INDEXES: Mapping[str, str] = {
    "visits_recording": "visits (recording_id)",
    "visits_site": f"visits ({OF_SITE})",
    "events_recording": "events (recording_id)",
    "events_visit": "events (visit_id) WHERE visit_id IS NOT NULL",
    "events_told_by": f"events ({TOLD_BY.format('')})",
    "contacts_recording": "contacts (recording_id)",
    "contacts_visit": "contacts (visit_id) WHERE visit_id IS NOT NULL",
    "contacts_told_by": f"contacts ({TOLD_BY.format('')})",
    "transmissions_event": "transmissions (event_id)",
    "transmissions_recording": "transmissions (recording_id)",
    "signals_site": f"signals ({OF_SITE})",
    "observations_site": f"observations ({OF_SITE})",
    "pixel_configs_site": f"pixel_configs ({OF_SITE})",
    "signals_recording": "signals (recording_id)",
    "signals_visit": "signals (visit_id) WHERE visit_id IS NOT NULL",
    "observations_recording": "observations (recording_id)",
    "observations_visit": "observations (visit_id) WHERE visit_id IS NOT NULL",
    "pixel_configs_recording": "pixel_configs (recording_id)",
    "pixel_configs_visit": "pixel_configs (visit_id) WHERE visit_id IS NOT NULL",
    "findings_recording": "findings (recording_id)",
    "findings_event": "findings (event_id) WHERE event_id IS NOT NULL",
    "findings_contact": "findings (contact_id) WHERE contact_id IS NOT NULL",
    "findings_visit": "findings (visit_id) WHERE visit_id IS NOT NULL",
}
_KEYS: Mapping[str, str] = {
    # The keys of fields; each row is in exactly one of the two, which also serves to find a subject's fields.
    "fields_of_transmission": "fields (transmission_id, field, ordinal) WHERE transmission_id IS NOT NULL",
    "fields_of_contact": "fields (contact_id, field, ordinal) WHERE contact_id IS NOT NULL",
}

_SENT, _COUNTED, _TOLD_BY = (condition.format("") for condition in (SENT, COUNTED, TOLD_BY))
_UNKNOWN, _TRIED = (f"({OUTCOME.format('')}) = '{outcome}'" for outcome in ("unknown", "tried"))

EXPOSURE = f"""
WITH
facts (site, ai, kind, value) AS (
    SELECT {_TOLD_BY}, channel = 'meta-ai', 'event_name', event_name
    FROM events WHERE {_COUNTED} AND {_SENT} AND event_name IS NOT NULL
    UNION
    SELECT {_TOLD_BY}, channel = 'meta-ai', 'pixel', pixel_id
    FROM events WHERE {_COUNTED} AND {_SENT} AND pixel_id IS NOT NULL
    UNION
    SELECT {_TOLD_BY}, events.channel = 'meta-ai', 'channel', transmissions.channel
    FROM events JOIN transmissions ON transmissions.event_id = events.id
    WHERE {COUNTED.format("events.")} AND {SENT.format("transmissions.")}
    UNION
    SELECT {_TOLD_BY}, channel = 'meta-ai', 'channel', channel
    FROM contacts WHERE {_COUNTED} AND {_SENT}
    UNION
    SELECT {_TOLD_BY}, events.channel = 'meta-ai', 'data_class', fields.data_class
    FROM events
    JOIN transmissions ON transmissions.event_id = events.id
    JOIN fields ON fields.transmission_id = transmissions.id
    WHERE {COUNTED.format("events.")} AND {SENT.format("transmissions.")}
    UNION
    SELECT {_TOLD_BY}, channel = 'meta-ai', 'data_class', fields.data_class
    FROM contacts JOIN fields ON fields.contact_id = contacts.id
    WHERE {_COUNTED} AND {_SENT}
),
-- A window, since only there the order of an aggregate is defined in every SQLite we meet.
lists (site, ai, kind, list, n) AS (
    SELECT DISTINCT site, ai, kind, json_group_array(value) OVER ordered, count(*) OVER ordered
    FROM facts
    WINDOW ordered AS (
        PARTITION BY site, ai, kind ORDER BY value ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),
parts (
    site, ai, visits, events, unknown, tried, blocked, contacts, c_unknown, c_tried, c_blocked,
    kind, list, n, first_seen, last_seen
) AS (
    SELECT ifnull(site, 'unknown'), 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, 0, min(seen_at), max(seen_at)
    FROM visits GROUP BY 1
    UNION ALL
    SELECT {_TOLD_BY}, channel = 'meta-ai', 0,
           sum({_SENT}), sum({_UNKNOWN}), sum({_TRIED}), sum(blocked), 0, 0, 0, 0,
           NULL, NULL, 0, min(seen_at), max(seen_at)
    FROM events WHERE {_COUNTED} GROUP BY 1, 2
    UNION ALL
    SELECT {_TOLD_BY}, channel = 'meta-ai', 0, 0, 0, 0, 0,
           sum({_SENT}), sum({_UNKNOWN}), sum({_TRIED}), sum(blocked),
           NULL, NULL, 0, min(seen_at), max(seen_at)
    FROM contacts WHERE {_COUNTED} GROUP BY 1, 2
    UNION ALL
    SELECT site, ai, 0, 0, 0, 0, 0, 0, 0, 0, 0, kind, list, n, NULL, NULL FROM lists
)
SELECT
    parts.site AS site,
    CASE WHEN parts.ai THEN 'meta-ai' ELSE site_owners.owner END AS owner,
    sum(visits) AS visits,
    sum(events) AS n_events,
    sum(unknown) AS n_unknown,
    sum(tried) AS n_tried,
    sum(blocked) AS n_blocked,
    sum(CASE kind WHEN 'pixel' THEN n ELSE 0 END) AS n_pixels,
    sum(contacts) AS n_contacts,
    sum(c_unknown) AS n_contacts_unknown,
    sum(c_tried) AS n_contacts_tried,
    sum(c_blocked) AS n_contacts_blocked,
    ifnull(max(CASE kind WHEN 'event_name' THEN list END), '[]') AS event_names,
    ifnull(max(CASE kind WHEN 'pixel' THEN list END), '[]') AS pixels,
    ifnull(max(CASE kind WHEN 'data_class' THEN list END), '[]') AS data_classes,
    ifnull(max(CASE kind WHEN 'channel' THEN list END), '[]') AS channels,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM parts LEFT JOIN site_owners ON site_owners.site = parts.site
GROUP BY parts.site, parts.ai
ORDER BY parts.site, parts.ai
"""
"""One row a site, and one an app (``app:<package>``).

Events and contacts of the channel ``meta-ai`` have a row of their own with the owner
``meta-ai``; the owner of a site that is not Meta's is null.  Names, pixels, channels
and data classes are of what is judged as sent; of these numbers ``n_unknown`` and ``n_contacts_unknown``
say of how many it was not recorded whether they left.  What was tried and what was blocked is counted beside.
"""


def value_types(record: type[records.Record]) -> dict[str, tuple[type, bool]]:
    """Return attribute → (``str``, ``int``, ``bool`` or ``tuple``; whether it may be None) of a record class."""
    types: dict[str, tuple[type, bool]] = {}
    for field in msgspec.structs.fields(record):
        stated = field.type.__value__ if isinstance(field.type, TypeAliasType) else field.type
        choices = get_args(stated) if isinstance(stated, UnionType) else (stated,)
        plain = next(choice for choice in choices if choice is not NoneType)
        types[field.name] = (get_origin(plain) or plain, NoneType in choices)
    return types


def columns(record: type[records.Record]) -> dict[str, tuple[type, bool]]:
    """Return column → (type in SQLite, as ``str`` or ``int``; whether it may be null) of a record class."""
    return {
        name: (int if kind in (int, bool) else str, nullable) for name, (kind, nullable) in value_types(record).items()
    }


def column_names(table: str) -> tuple[str, ...]:
    """Return the columns of any table, in their order."""
    return RECORDS[table].__struct_fields__ if table in RECORDS else tuple(_OWN_TABLES[table])


def of_recordings(table: str, chosen: str) -> str:
    """Return the SQL condition that holds for a table's rows of some recordings; ``chosen`` follows their id.

    >>> of_recordings("visits", "= ?1"), of_recordings("recordings", "IN ('a', 'b')")
    ('recording_id = ?1', "id IN ('a', 'b')")
    """
    if table == "fields":
        return (
            f"(transmission_id IN (SELECT id FROM transmissions WHERE recording_id {chosen})"
            f" OR contact_id IN (SELECT id FROM contacts WHERE recording_id {chosen}))"
        )
    return f"{'id' if table == 'recordings' else 'recording_id'} {chosen}"


def wrap(connection: sqlite3.Connection) -> "Database":
    """Return the connection as `sqlite_utils` takes it; errors: those of SQLite where no strict table can be made."""
    # Imported here: a database that is up to date, the common case, does not pay for it at its start.
    from sqlite_utils import Database

    database = Database(connection, execute_plugins=False)
    if not database.supports_strict and sqlite3.sqlite_version_info >= (3, 37):
        # It asks by trying, and takes any failure, that of a full disk too, for a no.
        raise sqlite3.OperationalError("strict tables could not be made")
    return database


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database, and all that is around them, inside the caller's transaction."""
    database = wrap(connection)
    for table, record in RECORDS.items():
        shape = columns(record)
        database.table(table).create(
            {name: kind for name, (kind, _) in shape.items()},
            pk="id" if "id" in shape else None,
            not_null={name for name, (_, nullable) in shape.items() if not nullable},
            foreign_keys=[(name, target, "id") for name, target in _REFERENCES.items() if name in shape],
            strict=True,
        )
    for table, plain in _OWN_TABLES.items():
        database.table(table).create(
            dict(plain),
            pk="site" if "site" in plain else None,
            not_null={name for name in plain if name != "recording_id"},
            foreign_keys=[("recording_id", "recordings", "id")] if "recording_id" in plain else [],
            strict=True,
        )
    complete(connection)


def complete(connection: sqlite3.Connection) -> None:
    """Make the indexes that are missing, the view anew, and set the marks: the tables are those of `VERSION`."""
    for name, target in _INDEXES.items():
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {target}")
    for name, target in _KEYS.items():
        connection.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {target}")
    connection.execute("DROP VIEW IF EXISTS exposure")
    connection.execute(f"CREATE VIEW exposure AS {EXPOSURE}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
