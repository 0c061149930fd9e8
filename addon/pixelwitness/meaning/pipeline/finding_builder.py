"""Findings as records of the store: what was understood, where, and by what a baseline knows it again.

Owns which findings of an event's copies are the same, and the fingerprint.  What is
written here was redacted before.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pixelwitness.core.exposure import records
from pixelwitness.core.join.folding import Group
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.identity import identity_finding
from pixelwitness.meaning.hints.page_conflict import page_conflict
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.redacted_items import RedactedSighting
from pixelwitness.meaning.spot.finding import SERVER_SIDE, Finding

_OF_TEXTS = frozenset({"topic", "interest", "instruction_text"})
"""Kinds of findings in the texts of an event; they and hints at a server are known again by their label alone."""


class _Location(NamedTuple):
    """Where findings were made, as their fingerprints know it."""

    site: Site | None
    pixel_id: str | None
    event_name: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class FindingBuilder:
    """Makes the findings of one recording."""

    recording_id: str
    redactor: Redactor
    reading: Reading
    """Says at its end whether cookies were recorded."""

    def of_event(
        self, group: Group[RedactedSighting], newest: RedactedSighting | None = None
    ) -> Iterator[records.Finding]:
        """Yield what was understood about an event, each thing once, as the first transmission that showed it has it.

        With ``newest``, only what that transmission was the first to show.
        """
        known: set[tuple[str, ...]] = set()
        event_id = group.first.id_in(self.recording_id)
        for sighting in sorted(group.members, key=lambda member: member.coordinates):
            # Of the copies the first alone says what was visible when the event left.
            visible = sighting.consent if sighting is group.first else ()
            location = self._location(sighting)
            for finding in (*sighting.findings, *_conflicts(sighting), self._identity(sighting), *visible):
                key = _key(finding)
                if key not in known:
                    known.add(key)
                    if newest is None or sighting is newest:
                        yield self._row(finding, location, event_id=event_id)

    def of_contact(self, sighting: RedactedSighting) -> Iterator[records.Finding]:
        """Yield what was understood about a contact."""
        contact_id, location = sighting.id_in(self.recording_id), self._location(sighting)
        for finding in (*sighting.findings, *_conflicts(sighting)):
            yield self._row(finding, location, contact_id=contact_id)
        if sighting.identifiers.names:
            yield self._row(self._identity(sighting), location, contact_id=contact_id)

    def _identity(self, sighting: RedactedSighting) -> Finding:
        return identity_finding(sighting.identifiers, cookies_recorded=self.reading.cookies_recorded)

    def _row(
        self, finding: Finding, location: _Location, *, event_id: str | None = None, contact_id: str | None = None
    ) -> records.Finding:
        return records.Finding(
            event_id=event_id,
            contact_id=contact_id,
            visit_id=None,
            recording_id=self.recording_id,
            kind=finding.kind,
            label=finding.label,
            field=finding.field,
            certainty=finding.certainty,
            evidence=finding.evidence,
            knowledge_version=self.redactor.knowledge.version,
            fingerprint=_fingerprint(finding, location),
        )

    def _location(self, sighting: RedactedSighting) -> _Location:
        return _Location(
            sighting.attribution.site,
            self.redactor.pixel_id(sighting.sighting.pixel_id),
            self.redactor.event_name(sighting.sighting.event_name),
            str(sighting.channel),
        )


def _conflicts(sighting: RedactedSighting) -> tuple[Finding, ...]:
    conflict = sighting.attribution.conflict
    return () if conflict is None else (page_conflict(conflict),)


def _key(finding: Finding) -> tuple[str, ...]:
    """Return what is equal for findings that say the same of two copies of an event."""
    if finding.kind == SERVER_SIDE:
        return finding.kind, finding.label, finding.evidence
    if finding.kind in _OF_TEXTS:
        return finding.kind, finding.label, finding.field or ""
    return finding.kind, finding.label, finding.field or "", finding.certainty, finding.evidence


def _fingerprint(finding: Finding, location: _Location) -> str:
    """Return what a baseline knows a finding by: where it was, and what; no value and no key."""
    site, pixel_id, event_name, channel = location
    kind, label = finding.kind, finding.label
    if kind == SERVER_SIDE or kind in _OF_TEXTS:
        return _hash_of(site, pixel_id, event_name, kind, label)
    # Not the rule: which of two copies that leave together comes first differs from run to run.
    return _hash_of(site, pixel_id, event_name, kind, label, finding.field or "", finding.form, channel)


@lru_cache(maxsize=1024)
def _hash_of(*parts: str | None) -> str:
    return hashlib.sha256(json_text.dumps(list(parts)).encode("utf-8", "replace")).hexdigest()[:32]
