"""Reading the observations: what only answers showed.

Owns the SQL for them.  It changes nothing and must not know what is made of them.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from pixelwitness.core.exposure.records import Observation

_COLUMNS = tuple(one.name for one in msgspec.structs.fields(Observation))
_QUERY = f"SELECT {', '.join(_COLUMNS)} FROM observations ORDER BY seen_at, recording_id, position, length(id), id"


def observations(db: sqlite3.Connection) -> Iterator[Observation]:
    """Yield the observations, in the order of time."""
    for row in db.execute(_QUERY):
        yield Observation(**dict(zip(_COLUMNS, row, strict=True)))
