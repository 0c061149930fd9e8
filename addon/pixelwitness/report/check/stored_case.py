"""A case out of a database: what ``check`` and tests judge.

Owns what is read for a judgement, and that values are left out of it: what is said of it
ends in logs and repositories.
"""

import sqlite3
from collections.abc import Iterable

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.meaning.names.knowledge import ConsentNames
from pixelwitness.policy.case import Case
from pixelwitness.policy.case_redaction import redact_contacts, redact_events
from pixelwitness.policy.contact_consent import consent_of_contacts
from pixelwitness.store import queries


def read_case(connection: sqlite3.Connection, consent_names: ConsentNames | None = None) -> Case:
    """Read a case, its events and contacts while it is judged; ``consent_names`` where consent is asked for."""
    recordings, visits = queries.recordings(connection), tuple(queries.visits(connection))
    events: Iterable[SeenEvent] = queries.events(connection)
    contacts: Iterable[SeenContact] = queries.contacts(connection)
    if any(_holds_values(recording) for recording in recordings):
        events, contacts = redact_events(events), redact_contacts(contacts)
    consent = {}
    if consent_names is not None:
        rows = (seen.contact for seen in queries.contacts(connection))
        consent = consent_of_contacts(recordings, visits, queries.signals(connection), rows, consent_names)
    return Case(
        recordings=recordings,
        events=events,
        contacts=contacts,
        own_sites=queries.own_sites(connection),
        coverage=queries.coverage(connection),
        configs=queries.pixel_configs(connection),
        observations=queries.observations(connection),
        visits=visits,
        consent=consent,
    )


def _holds_values(recording: Recording) -> bool:
    options = loads_or_none(recording.options)
    return not isinstance(options, dict) or options.get("keep_values") is not False
