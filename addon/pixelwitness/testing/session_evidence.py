"""The evidence of a browser session: its requests understood, by the same road as a recording's.

Owns the way from a `Reading` to what judging takes: through a store of its own that
nobody else sees and that is gone afterwards, so that a session in a test and the same
session in a file are judged alike.  It must not know browsers nor test frameworks.
"""

import json
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pixelwitness import __version__
from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Observation, PixelConfig, Recording, Visit
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.core.wire.sites import Site, suffix_list
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.pipeline.analyser import Witness
from pixelwitness.meaning.pipeline.record_builder import Origin
from pixelwitness.meaning.spot.persona import Recogniser
from pixelwitness.policy.violations.contact_consent import consent_of_contacts
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.rulebook.persona_file import read_persona
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.store import queries
from pixelwitness.store.database import reading as reading_store
from pixelwitness.store.key import KEY_BYTES
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.observed import observations

SESSION = "session"
"""The id of the one recording."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one session holds, in the form in which a policy is asked about it."""

    recordings: tuple[Recording, ...]
    events: tuple[SeenEvent, ...]
    contacts: tuple[SeenContact, ...]
    configs: tuple[PixelConfig, ...]
    observations: tuple[Observation, ...]
    visits: tuple[Visit, ...]
    consent: Mapping[str, Collection[str]]
    """What was visible of consent when a contact was made, by the contact's id."""
    own_sites: frozenset[str]
    coverage: Coverage


@dataclass(frozen=True)
class Understanding:
    """Rules and knowledge, ready for use; the key behind the tokens lives as long as this object."""

    detector: Detector
    redactor: Redactor
    owners: dict[str, str]
    origin: Origin
    is_metas_own: Callable[[Site], bool]

    def evidence(self, reading: Reading) -> Evidence:
        """Take a reading whole and return what it holds."""
        witness = Witness(SESSION, self.detector, self.redactor, self.is_metas_own)
        rows = witness.take_all(reading)
        recording = witness.recording(reading, sources=(), sha256=None, origin=self.origin)
        with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
            db = Path(folder, "session.sqlite")
            with Ledger.open(db) as ledger:
                ledger.state_owners(self.owners)
                ledger.replace(recording, rows)
            with reading_store(db) as connection:
                recordings, contacts = queries.recordings(connection), tuple(queries.contacts(connection))
                visits = tuple(queries.visits(connection))
                return Evidence(
                    recordings=recordings,
                    events=tuple(queries.events(connection)),
                    contacts=contacts,
                    configs=tuple(queries.pixel_configs(connection)),
                    observations=tuple(observations(connection)),
                    visits=visits,
                    consent=consent_of_contacts(
                        recordings,
                        visits,
                        queries.signals(connection),
                        (one.contact for one in contacts),
                        self.redactor.knowledge.consent,
                    ),
                    own_sites=queries.own_sites(connection),
                    coverage=queries.coverage(connection),
                )


def understanding(rules: Collection[Path] = (), persona: Path | None = None) -> Understanding:
    """Load rules, knowledge and persona; raise `RulesError` with all that is wrong in their files."""
    loaded, knowledge = load_rules(tuple(rules)), load_knowledge()
    key = secrets.token_bytes(KEY_BYTES)
    known = None if persona is None else read_persona(persona)
    redactor = Redactor(knowledge, tokenizer(key), recogniser=None if known is None else Recogniser(known))
    return Understanding(
        detector=loaded.detector(),
        redactor=redactor,
        owners=dict(knowledge.owners),
        origin=Origin(
            tool_version=__version__,
            rules_sha256=loaded.sha256,
            knowledge_sha256=knowledge.sha256,
            suffix_list=suffix_list(),
            options=json.dumps({"keep_values": False, "persona": known.mark(key) if known else None}, sort_keys=True),
        ),
        is_metas_own=knowledge.is_metas_own,
    )


def positions(seen: SeenEvent | SeenContact) -> Iterator[int]:
    """Yield the numbers of the requests that carried an event, or made a contact."""
    if isinstance(seen, SeenEvent):
        yield from (one.position for one in seen.transmissions)
    else:
        yield seen.contact.position
