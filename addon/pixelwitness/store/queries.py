"""Reading the store: fixed questions, bound parameters, records as answers.

Owns the SQL by which reports and policies see a database.  It changes nothing
and must not know how databases are found or opened (``database``), nor what is made
of the answers.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pixelwitness.core.exposure.coverage import Coverage, coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import (
    Contact,
    Event,
    Field,
    Finding,
    Observation,
    PixelConfig,
    Record,
    Recording,
    Signal,
    Transmission,
    Visit,
)
from pixelwitness.meaning.hints.identity import summarise_identity
from pixelwitness.store import schema
from pixelwitness.store.row_mapping import TABLE_OF


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows a question is about; an empty tuple or None chooses all."""

    sites: tuple[str, ...] = ()
    since: str | None = None
    """A time of the store's form; what has no time is kept, since nothing says that it is older."""
    recordings: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, str | None]:
        """The bound parameters of every query here."""
        return {
            "sites": json.dumps(self.sites) if self.sites else None,
            "since": self.since,
            "recordings": json.dumps(self.recordings) if self.recordings else None,
        }


EVERYTHING = Choice()

_ANY_SITE = ":sites IS NULL OR "
_IN_RECORDINGS = "(:recordings IS NULL OR {} IN (SELECT value FROM json_each(:recordings)))"


def _chosen(site: str, of: str = "") -> str:
    """Return the condition that holds for the rows of a choice; ``site`` names them, ``of`` the table."""
    return f"""({_ANY_SITE}{site} IN (SELECT value FROM json_each(:sites)))
  AND (:since IS NULL OR {of}seen_at IS NULL OR {of}seen_at >= :since)
  AND {_IN_RECORDINGS.format(f"{of}recording_id")}"""


def _for(choice: Choice, statement: str) -> str:
    """Return a statement as a choice needs it: where it names sites, so that these alone are read, by the indexes."""
    return statement.replace(_ANY_SITE, "") if choice.sites else statement


_OF_SITE = _chosen(schema.OF_SITE)
_COUNTED = f"{schema.COUNTED.format('')} AND {_chosen(schema.TOLD_BY.format(''))}"
_COUNTED_EVENTS = f"{schema.COUNTED.format('events.')} AND {_chosen(schema.TOLD_BY.format('events.'), 'events.')}"
_NAME_OF_EVENT = "CASE events.sender WHEN 'site' THEN events.page_site ELSE events.sender END"


class _Query[R: Record]:
    """A question whose answers are records of one kind: all columns of their table, and the SQL behind its name."""

    def __init__(self, record: type[R], rest: str) -> None:
        types = schema.value_types(record)
        self._record = record
        self._names = tuple(types)
        self._truths = tuple(name for name, (kind, _) in types.items() if kind is bool)
        self._lists = tuple(name for name, (kind, _) in types.items() if kind is tuple)
        self._statement = f"SELECT {', '.join(types)} FROM {TABLE_OF[record]} {rest}"

    def read(self, db: sqlite3.Connection, choice: Choice, **further: str) -> Iterator[R]:
        """Yield the records of a choice: truths as bool, JSON arrays as tuples."""
        return self._records(db.execute(_for(choice, self._statement), {**choice.parameters, **further}))

    def read_of(self, db: sqlite3.Connection, owner: str) -> Iterator[R]:
        """Yield the records of one owner, as `read`."""
        return self._records(db.execute(self._statement, (owner,)))

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        for values in rows:
            row = dict(zip(self._names, values, strict=True))
            for name in self._truths:
                row[name] = None if row[name] is None else bool(row[name])
            for name in self._lists:
                row[name] = tuple(json.loads(row[name]))
            yield self._record(**row)


# The order of ids is that of text, so that of their lengths comes first: position 9 before position 10.
_IN_TIME = "ORDER BY seen_at, recording_id, position, length(id), id"

_RECORDINGS = _Query(Recording, f"WHERE {_IN_RECORDINGS.format('id')} ORDER BY first_seen, sources, id")
_VISITS = _Query(Visit, f"WHERE {_OF_SITE} ORDER BY seen_at, recording_id, position")
_SIGNALS = _Query(Signal, f"WHERE {_OF_SITE} {_IN_TIME}")
_OBSERVATIONS = _Query(Observation, f"WHERE {_OF_SITE} {_IN_TIME}")
_PIXEL_CONFIGS = _Query(PixelConfig, f"WHERE {_OF_SITE} {_IN_TIME}")
_EVENTS = _Query(Event, f"WHERE {_COUNTED} ORDER BY seen_at, recording_id, length(id), id")
_CONTACTS = _Query(Contact, f"WHERE {_COUNTED} ORDER BY seen_at, recording_id, position, part")
_TRANSMISSIONS = _Query(Transmission, "WHERE event_id = ? ORDER BY position, part, item")
_FIELDS_OF_TRANSMISSION = _Query(Field, "WHERE transmission_id = ? ORDER BY field, ordinal")
_FIELDS_OF_CONTACT = _Query(Field, "WHERE contact_id = ? ORDER BY field, ordinal")
_FINDINGS_OF_EVENT = _Query(Finding, "WHERE event_id = ? ORDER BY kind, label, field, certainty, evidence")
_FINDINGS_OF_CONTACT = _Query(Finding, "WHERE contact_id = ? ORDER BY kind, label, field, certainty, evidence")
_FINDINGS = _Query(
    Finding,
    f"""
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND {_IN_RECORDINGS.format("recording_id")}
ORDER BY recording_id, length(event_id), event_id, length(contact_id), contact_id, kind, label, field, evidence
""",
)

_SERVER_HINTS = f"""
SELECT {_NAME_OF_EVENT}, findings.label, findings.evidence, count(DISTINCT events.id), findings.certainty
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'server_side' AND findings.evidence IS NOT NULL
  AND {_COUNTED_EVENTS}
GROUP BY 1, 2, 3, 5
UNION ALL
SELECT DISTINCT site, kind, evidence, 0, confidence
FROM observations
WHERE kind IN ('server_tag_cookie', 'server_set_cookie') AND evidence IS NOT NULL
  AND {_OF_SITE}
ORDER BY 1, 2, 3, 5
"""

# As the ledger counts: a request whose body could not be decoded, or that was blocked, stands at a branch of its own.
_CARRIED = f"""
WITH carriers AS (
    SELECT recording_id, position, event_id FROM transmissions
    WHERE NOT blocked AND body_state <> 'undecodable'
      AND {_IN_RECORDINGS.format("recording_id")}
)
SELECT (SELECT count(*) FROM (SELECT DISTINCT recording_id, position FROM carriers)),
       (SELECT count(DISTINCT event_id) FROM carriers)
"""

_IDENTITIES = f"""
SELECT {_NAME_OF_EVENT}, findings.label, findings.evidence, min(events.delivery = 'unknown')
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'identity' AND {schema.SENT.format("events.")}
  AND {_COUNTED_EVENTS}
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""

_CONSENT = f"""
SELECT {_NAME_OF_EVENT}, findings.label, findings.certainty, findings.evidence, count(DISTINCT events.id),
  count(DISTINCT CASE WHEN findings.label = 'nothing_seen' AND EXISTS (
    SELECT 1 FROM signals
    WHERE signals.recording_id = events.recording_id AND signals.site = events.page_site
      AND signals.kind <> 'gpc' AND signals.seen_at > events.seen_at
  ) THEN events.id END),
  count(DISTINCT CASE events.delivery WHEN 'unknown' THEN events.id END)
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'consent' AND findings.evidence IS NOT NULL AND {schema.SENT.format("events.")}
  AND {_COUNTED_EVENTS}
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
"""

_NAMES = f"""
SELECT {schema.TOLD_BY.format("")} FROM events WHERE {_COUNTED}
UNION
SELECT {schema.TOLD_BY.format("")} FROM contacts WHERE {_COUNTED}
UNION
SELECT {schema.OF_SITE} FROM visits WHERE site IS NOT NULL AND {_OF_SITE}
UNION
SELECT {schema.OF_SITE} FROM pixel_configs WHERE {_OF_SITE}
UNION
SELECT {schema.OF_SITE} FROM observations
WHERE kind IN ('server_tag_cookie', 'server_set_cookie') AND evidence IS NOT NULL AND {_OF_SITE}
ORDER BY 1
"""

_OWN_SITES = "SELECT site FROM site_owners ORDER BY site"


def recordings(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> tuple[Recording, ...]:
    """Return the recordings, in the order of time."""
    return tuple(_RECORDINGS.read(db, choice))


def visits(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[Visit]:
    """Yield the visits, in the order of time."""
    return _VISITS.read(db, choice)


def signals(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[Signal]:
    """Yield the consent signals, in the order of time."""
    return _SIGNALS.read(db, choice)


def observations(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[Observation]:
    """Yield the observations, what only answers showed, in the order of time."""
    return _OBSERVATIONS.read(db, choice)


def pixel_configs(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[PixelConfig]:
    """Yield the settings that configurations of pixels told, in the order of time."""
    return _PIXEL_CONFIGS.read(db, choice)


def events(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[SeenEvent]:
    """Yield the events with all that carried them and was understood, in the order of time.

    Of these and of contacts those are left out that a cache answered and those of whoever runs the proxy.
    """
    for event in _EVENTS.read(db, choice):
        carriers = list(_TRANSMISSIONS.read_of(db, event.id))
        carriers.sort(key=lambda carrier: carrier.rule_id != event.rule_id)
        fields = tuple(field for carrier in carriers for field in _FIELDS_OF_TRANSMISSION.read_of(db, carrier.id))
        yield SeenEvent(event, tuple(carriers), fields, tuple(_FINDINGS_OF_EVENT.read_of(db, event.id)))


def contacts(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[SeenContact]:
    """Yield the contacts with their fields and findings, in the order of time."""
    for contact in _CONTACTS.read(db, choice):
        fields = tuple(_FIELDS_OF_CONTACT.read_of(db, contact.id))
        yield SeenContact(contact, fields, tuple(_FINDINGS_OF_CONTACT.read_of(db, contact.id)))


def server_hints(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, CountedFinding]]:
    """Yield (site, hint) for each reason to think that a site's server reports, too."""
    for site, label, evidence, number, certainty in db.execute(_for(choice, _SERVER_HINTS), choice.parameters):
        yield site, CountedFinding(label, certainty, evidence, number)


def findings(db: sqlite3.Connection, kinds: Collection[str], choice: Choice = EVERYTHING) -> Iterator[Finding]:
    """Yield the findings of some kinds; sites and times are those of what they were found in."""
    return _FINDINGS.read(db, choice, kinds=json.dumps(sorted(kinds)))


def known_by(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, Identification]]:
    """Yield for each site with events by what Meta could tell whom they are about, at the closest."""
    by_site: dict[str | None, list[tuple[str, str, bool]]] = {}
    for site, level, evidence, unknown in db.execute(_for(choice, _IDENTITIES), choice.parameters):
        by_site.setdefault(site, []).append((level, evidence, bool(unknown)))
    for site, levels in by_site.items():
        known = summarise_identity((level, evidence) for level, evidence, _ in levels)
        yield site, replace(known, unknown=all(unknown for level, _, unknown in levels if level == known.level))


def consent(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, CountedFinding]]:
    """Yield (site, what was visible of consent) for the events that are judged as sent."""
    for site, *counted in db.execute(_for(choice, _CONSENT), choice.parameters):
        yield site, CountedFinding(*counted)


def own_sites(db: sqlite3.Connection) -> frozenset[str]:
    """Return the sites that are Meta's own."""
    return frozenset(site for (site,) in db.execute(_OWN_SITES))


def coverage(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Coverage:
    """Return the account of the recordings; sites and times do not narrow it, since a ledger has none."""
    return _coverage(db, recordings(db, choice), choice)


def _coverage(db: sqlite3.Connection, found: tuple[Recording, ...], choice: Choice) -> Coverage:
    carrying, carried = db.execute(_CARRIED, choice.parameters).fetchone()
    return coverage_of(found, carrying=carrying, carried=carried)


def names(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> tuple[str, ...]:
    """Return the names of the sites and apps of which anything is stored, ``unknown`` among them."""
    return tuple(name for (name,) in db.execute(_for(choice, _NAMES), choice.parameters))


def exposure(db: sqlite3.Connection, identifying: Collection[str], choice: Choice = EVERYTHING) -> Exposure:
    """Return what sites were seen to send; values of ``identifying`` classes are compared across sites.

    It is made site by site, so that the rows of one are held at a time.
    """
    builder = ExposureBuilder(own_sites(db), identifying)
    for name in names(db, choice):
        add_site(db, builder, replace(choice, sites=(name,)))
        builder.finish_sites()
    found = recordings(db, choice)
    return builder.build(_coverage(db, found, choice), found)


def add_site(db: sqlite3.Connection, builder: ExposureBuilder, choice: Choice) -> None:
    """Give a builder the rows of a choice that names a site; the rows of others are not read."""
    for visit in visits(db, choice):
        builder.add_visit(visit)
    for event in events(db, choice):
        builder.add_event(event)
    for contact in contacts(db, choice):
        builder.add_contact(contact)
    for config in pixel_configs(db, choice):
        builder.add_config(config)
    for site, hint in server_hints(db, choice):
        builder.add_server_hint(site, hint)
    for site, known in known_by(db, choice):
        builder.add_known_by(site, known)
    for site, state in consent(db, choice):
        builder.add_consent(site, state)
