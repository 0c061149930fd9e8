"""Searching a store by tokens: who sent a value that only the asker knows.

Owns the SQL of that question.  It changes nothing, and must not know values or keys.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_QUERY = """
SELECT ifnull(page_site, 'unknown') AS site, field, form, value_token, count(DISTINCT id) AS times,
       min(seen_at) AS first_seen, max(seen_at) AS last_seen, min(blocked) AS blocked
FROM (
    SELECT events.id, events.page_site, events.seen_at, transmissions.blocked, fields.field, fields.form,
           fields.value_token
    FROM fields
    JOIN transmissions ON transmissions.id = fields.transmission_id
    JOIN events ON events.id = transmissions.event_id
    WHERE fields.value_token IN (SELECT value FROM json_each(:tokens))
    UNION ALL
    SELECT contacts.id, contacts.page_site, contacts.seen_at, contacts.blocked, fields.field, fields.form,
           fields.value_token
    FROM fields
    JOIN contacts ON contacts.id = fields.contact_id
    WHERE fields.value_token IN (SELECT value FROM json_each(:tokens))
)
GROUP BY site, field, form, value_token
ORDER BY site, field, form, value_token
"""


@dataclass(frozen=True, slots=True)
class SentToken:
    """A value as one site sent it in one field."""

    site: str
    """``unknown`` where no page could be told."""
    field: str
    form: str
    token: str
    times: int
    """Events and contacts that carried it."""
    first_seen: str | None
    last_seen: str | None
    blocked: bool
    """Every carrying of it was blocked."""


def find_tokens(db: sqlite3.Connection, tokens: Collection[str]) -> Iterator[SentToken]:
    """Yield which sites sent a value that has one of these tokens, in the order of their names."""
    for site, field, form, token, times, first, last, blocked in db.execute(_QUERY, {"tokens": json.dumps([*tokens])}):
        yield SentToken(site, field, form, token, times, first, last, bool(blocked))
