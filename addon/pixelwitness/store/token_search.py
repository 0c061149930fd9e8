"""Searching a store by tokens: who sent a value that only the asker knows.

Owns the SQL of that question.  It changes nothing, and must not know values or keys.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.store import schema

_QUERY = f"""
SELECT site, field, form, value_token, count(DISTINCT id) AS times,
       min(seen_at) AS first_seen, max(seen_at) AS last_seen, outcome
FROM (
    SELECT events.id, {schema.TOLD_BY.format("events.")} AS site, events.seen_at,
           {schema.OUTCOME.format("transmissions.")} AS outcome, fields.field, fields.form, fields.value_token
    FROM fields
    JOIN transmissions ON transmissions.id = fields.transmission_id
    JOIN events ON events.id = transmissions.event_id
    WHERE fields.value_token IN (SELECT value FROM json_each(:tokens)) AND events.sender <> 'operator'
    UNION ALL
    SELECT contacts.id, {schema.TOLD_BY.format("contacts.")}, contacts.seen_at,
           {schema.OUTCOME.format("contacts.")}, fields.field, fields.form, fields.value_token
    FROM fields
    JOIN contacts ON contacts.id = fields.contact_id
    WHERE fields.value_token IN (SELECT value FROM json_each(:tokens)) AND contacts.sender <> 'operator'
)
WHERE outcome IS NOT NULL
GROUP BY site, field, form, value_token, outcome
ORDER BY site, field, form, value_token, outcome
"""


@dataclass(frozen=True, slots=True)
class SentToken:
    """A value as one site sent it in one field, or tried to."""

    site: str
    """``unknown`` where no page could be told, ``app:<package>`` for an app."""
    field: str
    form: str
    token: str
    times: int
    """Events and contacts that carried it."""
    first_seen: str | None
    last_seen: str | None
    outcome: Outcome


def find_tokens(db: sqlite3.Connection, tokens: Collection[str]) -> Iterator[SentToken]:
    """Yield which sites sent, or tried to send, a value that has one of these tokens, in the order of their names."""
    for site, field, form, token, times, first, last, outcome in db.execute(_QUERY, {"tokens": json.dumps([*tokens])}):
        yield SentToken(site, field, form, token, times, first, last, Outcome(outcome))
