"""Findings as records of the store: what was understood, where, and by what a baseline knows it again.

Owns which findings of an event's copies are the same, and the fingerprint.  What is
written here was redacted before.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pixelwitness.core.detect.rule import Confidence
from pixelwitness.core.exposure import records
from pixelwitness.core.join.folding import Group
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints import identity
from pixelwitness.meaning.hints.server_side import Hint
from pixelwitness.meaning.hints.texts import TextHint
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.redacted import Placed
from pixelwitness.meaning.spot.finding import Understood

SERVER_SIDE = "server_side"
"""The kind of findings that hint at a server."""


class _Where(NamedTuple):
    """Where findings were made, as their fingerprints know it."""

    site: Site | None
    pixel_id: str | None
    event_name: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class FindingRows:
    """Makes the findings of one recording."""

    recording_id: str
    redactor: Redactor
    cookies_recorded: bool = True

    def of_event(self, group: Group[Placed], newest: Placed | None = None) -> Iterator[records.Finding]:
        """Yield what was understood about an event, each thing once, told of the transmission that showed it first.

        With ``newest``, only what that transmission was the first to show.
        """
        told: set[tuple[str, ...]] = set()
        event_id = group.first.what.seen.id_in(self.recording_id)
        for placed in sorted((member.what for member in group.members), key=lambda one: one.seen.coordinates):
            # Of the copies the first alone tells what was visible when the event left.
            visible = placed.consent if placed is group.first.what else ()
            for what, finding in self._understood(placed, event_id, visible):
                if what not in told:
                    told.add(what)
                    if newest is None or placed is newest:
                        yield finding

    def of_contact(self, placed: Placed) -> Iterator[records.Finding]:
        """Yield what was understood about a contact."""
        seen, where = placed.seen, self._where(placed)
        own = seen.id_in(self.recording_id)
        for text in seen.texts:
            yield self._finding(where, text.kind, text, contact_id=own)
        for found in seen.findings:
            yield self._finding(where, found.kind, found, contact_id=own)
        if seen.received.names:
            known_by = identity.finding(seen.received, cookies_recorded=self.cookies_recorded)
            yield self._finding(where, known_by.kind, known_by, contact_id=own)

    def _understood(
        self, placed: Placed, event_id: str, visible: tuple[Understood, ...]
    ) -> Iterator[tuple[tuple[str, ...], records.Finding]]:
        """Yield the findings of one transmission, each behind what makes two of them the same."""
        seen, where = placed.seen, self._where(placed)
        for hint in seen.hints:
            what = (SERVER_SIDE, hint.label, hint.evidence)
            yield what, self._finding(where, SERVER_SIDE, hint, event_id=event_id)
        for text in seen.texts:
            yield (text.kind, text.label, text.field), self._finding(where, text.kind, text, event_id=event_id)
        known_by = identity.finding(seen.received, cookies_recorded=self.cookies_recorded)
        for found in (*seen.findings, known_by, *visible):
            same = (found.kind, found.label, found.field or "", found.certainty, found.evidence)
            yield same, self._finding(where, found.kind, found, event_id=event_id)

    def _finding(
        self,
        where: _Where,
        kind: str,
        hint: Hint | TextHint | Understood,
        *,
        event_id: str | None = None,
        contact_id: str | None = None,
    ) -> records.Finding:
        return records.Finding(
            event_id=event_id,
            contact_id=contact_id,
            visit_id=None,
            recording_id=self.recording_id,
            kind=kind,
            label=hint.label,
            field=hint.field,
            certainty=hint.certainty if isinstance(hint, Understood) else Confidence.HINT,
            evidence=hint.evidence,
            knowledge_version=self.redactor.knowledge.version,
            # What a baseline knows a finding by: where it was, and what; no value and no key.
            fingerprint=_hash_of(where.site, where.pixel_id, where.event_name, kind, *_what(hint, where)),
        )

    def _where(self, placed: Placed) -> _Where:
        told = placed.seen.sighting
        return _Where(
            placed.attribution.site,
            self.redactor.pixel_id(told.pixel_id),
            self.redactor.event_name(told.event_name),
            str(placed.seen.channel),
        )


@lru_cache(maxsize=1024)
def _hash_of(*what: str | None) -> str:
    return hashlib.sha256(json_text.dumps(list(what)).encode("utf-8", "replace")).hexdigest()[:32]


def _what(hint: Hint | TextHint | Understood, where: _Where) -> tuple[str, ...]:
    """Return what tells a finding from others of its kind on the same event."""
    if isinstance(hint, Understood):
        # Not the rule: which of two copies that leave together comes first differs from run to run.
        return (hint.label, hint.field or "", hint.form, where.channel)
    return (hint.label,)
