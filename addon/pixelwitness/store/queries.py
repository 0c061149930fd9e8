"""Reading the store: fixed questions, bound parameters, records as answers.

Owns the SQL by which reports and policies see a database.  It changes nothing
and must not know how databases are found or opened (``database``), nor what is made
of the answers.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pixelwitness.core.exposure.coverage import Coverage, coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import (
    Contact,
    Event,
    Field,
    Finding,
    PixelConfig,
    Recording,
    Signal,
    Transmission,
    Visit,
)
from pixelwitness.meaning.hints.identity import summarise_identity


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


def _chosen(site: str, of: str = "") -> str:
    """Return the condition that holds for the rows of a choice; ``site`` names the column, ``of`` the table."""
    return f"""(:sites IS NULL OR ifnull({of}{site}, 'unknown') IN (SELECT value FROM json_each(:sites)))
  AND (:since IS NULL OR {of}seen_at IS NULL OR {of}seen_at >= :since)
  AND (:recordings IS NULL OR {of}recording_id IN (SELECT value FROM json_each(:recordings)))"""


_RECORDINGS = """
SELECT id, sources, kind, sha256, exporter, user_agent, first_seen, last_seen, complete, tool_version,
       rules_sha256, knowledge_sha256, suffix_list, options, cookies_recorded, requests_seen, requests_matched,
       requests_other, undecodable, rejected, blocked, not_requests, bodies_not_recorded, tls_refused, dropped,
       rule_faults
FROM recordings
WHERE (:recordings IS NULL OR id IN (SELECT value FROM json_each(:recordings)))
ORDER BY first_seen, sources, id
"""

_VISITS = f"""
SELECT id, recording_id, position, site, page_url, status, seen_at, attributed_by
FROM visits
WHERE {_chosen("site")}
ORDER BY seen_at, recording_id, position
"""

_SIGNALS = f"""
SELECT id, recording_id, visit_id, position, site, seen_at, rule_id, rule_version, kind, state
FROM signals
WHERE {_chosen("site")}
ORDER BY seen_at, recording_id, position, length(id), id
"""

# The order of ids is that of text, so that of their lengths comes first: position 9 before position 10.
_EVENTS = f"""
SELECT id, recording_id, visit_id, seen_at, channel, rule_id, confidence, pixel_id, event_name, event_kind,
       dedup_id, dedup_token, dedup_form, page_site, page_url, attributed_by, attribution_certainty, transmissions,
       blocked
FROM events
WHERE {_chosen("page_site")}
ORDER BY seen_at, recording_id, length(id), id
"""

_TRANSMISSIONS = """
SELECT id, event_id, recording_id, position, part, item, line, seen_at, rule_id, rule_version, channel,
       receiver_host, first_party, method, transport, body_state, blocked, also_matched
FROM transmissions
WHERE event_id = ?
ORDER BY position, part, item
"""

_FIELDS_OF_TRANSMISSION = """
SELECT transmission_id, contact_id, field, ordinal, data_class, form, matching, length, value_token, value
FROM fields
WHERE transmission_id = ?
ORDER BY field, ordinal
"""

_CONTACTS = f"""
SELECT id, recording_id, visit_id, position, part, line, seen_at, channel, rule_id, rule_version, confidence,
       pixel_id, page_site, page_url, attributed_by, attribution_certainty, receiver_host, first_party, method,
       body_state, blocked, also_matched
FROM contacts
WHERE {_chosen("page_site")}
ORDER BY seen_at, recording_id, position, part
"""

_FIELDS_OF_CONTACT = """
SELECT transmission_id, contact_id, field, ordinal, data_class, form, matching, length, value_token, value
FROM fields
WHERE contact_id = ?
ORDER BY field, ordinal
"""

_PIXEL_CONFIGS = f"""
SELECT id, recording_id, visit_id, position, site, pixel_id, seen_at, key, value
FROM pixel_configs
WHERE {_chosen("site")}
ORDER BY seen_at, recording_id, position, length(id), id
"""

_SERVER_HINTS = f"""
SELECT events.page_site, findings.label, findings.evidence, count(DISTINCT events.id), findings.certainty
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'server_side' AND findings.evidence IS NOT NULL
  AND {_chosen("page_site", "events.")}
GROUP BY 1, 2, 3, 5
UNION ALL
SELECT DISTINCT site, kind, evidence, 0, confidence
FROM observations
WHERE kind IN ('server_tag_cookie', 'server_set_cookie') AND evidence IS NOT NULL
  AND {_chosen("site")}
ORDER BY 1, 2, 3, 5
"""

_FINDINGS = """
SELECT event_id, contact_id, visit_id, recording_id, kind, label, field, certainty, evidence, knowledge_version,
       fingerprint
FROM findings
WHERE kind IN (SELECT value FROM json_each(:kinds))
  AND (:recordings IS NULL OR recording_id IN (SELECT value FROM json_each(:recordings)))
ORDER BY recording_id, length(event_id), event_id, length(contact_id), contact_id, kind, label, field, evidence
"""

_FINDINGS_OF_EVENT = """
SELECT event_id, contact_id, visit_id, recording_id, kind, label, field, certainty, evidence, knowledge_version,
       fingerprint
FROM findings
WHERE event_id = ?
ORDER BY kind, label, field, certainty, evidence
"""
_FINDINGS_OF_CONTACT = _FINDINGS_OF_EVENT.replace("WHERE event_id", "WHERE contact_id")

# As the ledger counts: a request whose body could not be decoded, or that was blocked, stands at a branch of its own.
_CARRIED = """
WITH carriers AS (
    SELECT recording_id, position, event_id FROM transmissions
    WHERE NOT blocked AND body_state <> 'undecodable'
      AND (:recordings IS NULL OR recording_id IN (SELECT value FROM json_each(:recordings)))
)
SELECT (SELECT count(*) FROM (SELECT DISTINCT recording_id, position FROM carriers)),
       (SELECT count(DISTINCT event_id) FROM carriers)
"""

_IDENTITIES = f"""
SELECT DISTINCT events.page_site, findings.label, findings.evidence
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'identity' AND NOT events.blocked
  AND {_chosen("page_site", "events.")}
ORDER BY 1, 2, 3
"""

_CONSENT = f"""
SELECT events.page_site, findings.label, findings.certainty, findings.evidence, count(DISTINCT events.id)
FROM findings JOIN events ON events.id = findings.event_id
WHERE findings.kind = 'consent' AND findings.evidence IS NOT NULL AND NOT events.blocked
  AND {_chosen("page_site", "events.")}
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
"""

_OWN_SITES = "SELECT site FROM site_owners ORDER BY site"


def recordings(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> tuple[Recording, ...]:
    """Return the recordings, in the order of time."""
    rows = _rows(db, _RECORDINGS, choice.parameters, ("complete", "cookies_recorded"), ("sources",))
    return tuple(Recording(**row) for row in rows)


def visits(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[Visit]:
    """Yield the visits, in the order of time."""
    for row in _rows(db, _VISITS, choice.parameters):
        yield Visit(**row)


def signals(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[Signal]:
    """Yield the consent signals, in the order of time."""
    for row in _rows(db, _SIGNALS, choice.parameters):
        yield Signal(**row)


def events(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[SeenEvent]:
    """Yield the events with all that carried them and was understood, in the order of time."""
    for row in _rows(db, _EVENTS, choice.parameters, ("blocked",)):
        event = Event(**row)
        carried = [
            Transmission(**one)
            for one in _rows(db, _TRANSMISSIONS, (event.id,), ("first_party", "blocked"), ("also_matched",))
        ]
        carried.sort(key=lambda one: one.rule_id != event.rule_id)
        fields = tuple(Field(**one) for each in carried for one in _rows(db, _FIELDS_OF_TRANSMISSION, (each.id,)))
        findings = tuple(Finding(**one) for one in _rows(db, _FINDINGS_OF_EVENT, (event.id,)))
        yield SeenEvent(event, tuple(carried), fields, findings)


def contacts(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[SeenContact]:
    """Yield the contacts with their fields and findings, in the order of time."""
    for row in _rows(db, _CONTACTS, choice.parameters, ("first_party", "blocked"), ("also_matched",)):
        contact = Contact(**row)
        fields = tuple(Field(**one) for one in _rows(db, _FIELDS_OF_CONTACT, (contact.id,)))
        findings = tuple(Finding(**one) for one in _rows(db, _FINDINGS_OF_CONTACT, (contact.id,)))
        yield SeenContact(contact, fields, findings)


def pixel_configs(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[PixelConfig]:
    """Yield the settings that configurations of pixels told, in the order of time."""
    for row in _rows(db, _PIXEL_CONFIGS, choice.parameters):
        yield PixelConfig(**row)


def server_hints(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, CountedFinding]]:
    """Yield (site, hint) for each reason to think that a site's server reports, too."""
    for site, label, evidence, number, certainty in db.execute(_SERVER_HINTS, choice.parameters):
        yield site, CountedFinding(label, certainty, evidence, number)


def findings(db: sqlite3.Connection, kinds: Collection[str], choice: Choice = EVERYTHING) -> Iterator[Finding]:
    """Yield the findings of some kinds; sites and times are those of what they were found in."""
    asked = {**choice.parameters, "kinds": json.dumps(sorted(kinds))}
    for row in _rows(db, _FINDINGS, asked):
        yield Finding(**row)


def known_by(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, Identification]]:
    """Yield for each site with events by what Meta could tell whom they are about, at the closest."""
    told: dict[str | None, list[tuple[str, str]]] = {}
    for site, level, evidence in db.execute(_IDENTITIES, choice.parameters):
        told.setdefault(site, []).append((level, evidence))
    for site, levels in told.items():
        yield site, summarise_identity(levels)


def consent(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Iterator[tuple[str | None, CountedFinding]]:
    """Yield (site, what was visible of consent) for the events that were not blocked."""
    for site, label, certainty, evidence, number in db.execute(_CONSENT, choice.parameters):
        yield site, CountedFinding(label, certainty, evidence, number)


def own_sites(db: sqlite3.Connection) -> frozenset[str]:
    """Return the sites that are Meta's own."""
    return frozenset(site for (site,) in db.execute(_OWN_SITES))


def coverage(db: sqlite3.Connection, choice: Choice = EVERYTHING) -> Coverage:
    """Return the account of the recordings; sites and times do not narrow it, since a ledger has none."""
    carrying, carried = db.execute(_CARRIED, choice.parameters).fetchone()
    return coverage_of(recordings(db, choice), carrying=carrying, carried=carried)


def exposure(db: sqlite3.Connection, identifying: Collection[str], choice: Choice = EVERYTHING) -> Exposure:
    """Return what sites were seen to send; values of ``identifying`` classes are compared across sites."""
    builder = ExposureBuilder(own_sites(db), identifying)
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
    for site, said in consent(db, choice):
        builder.add_consent(site, said)
    return builder.build(coverage(db, choice), recordings(db, choice))


def _rows(
    db: sqlite3.Connection,
    query: str,
    parameters: Mapping[str, str | None] | tuple[str, ...],
    truths: tuple[str, ...] = (),
    lists: tuple[str, ...] = (),
) -> Iterator[dict[str, Any]]:
    """Yield rows as the attributes of a record: truths as bool, JSON arrays as tuples."""
    cursor = db.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        for name in truths:
            row[name] = None if row[name] is None else bool(row[name])
        for name in lists:
            row[name] = tuple(json.loads(row[name]))
        yield row
