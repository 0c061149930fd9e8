"""The evidence of a browser session: its requests understood, by the same road as a recording's.

Owns the way from a `Reading` to what judging takes: through a store of its own that
nobody else sees and that is gone afterwards, so that a session in a test and the same
session in a file are judged alike.  It must not know browsers nor test frameworks.
"""

import secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Observation, PixelConfig, Recording, Visit
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.policy.violations.contact_consent import consent_of_contacts
from pixelwitness.rulebook.analyser_setup import AnalyserSetup, set_up_analysis
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


def evidence_of(reading: Reading, setup: AnalyserSetup) -> Evidence:
    """Analyse a session's reading whole and return what it holds."""
    analyser = setup.analyser(SESSION, reading)
    rows = list(chain.from_iterable(analyser.analyse()))
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        db = Path(folder, "session.sqlite")
        with Ledger.open(db) as ledger:
            ledger.state_owners(setup.knowledge.owners)
            ledger.replace(analyser.recording(sources=(), sha256=None), rows)
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
                    setup.knowledge.consent,
                ),
                own_sites=queries.own_sites(connection),
                coverage=queries.coverage(connection),
            )


def load_session_setup(rules: Collection[Path] = (), persona: Path | None = None) -> AnalyserSetup:
    """Load rules, knowledge and persona; raise `RulesError` with all that is wrong in their files.

    The key behind the tokens lives as long as what is returned.
    """
    loaded = load_rules(tuple(rules))
    key = secrets.token_bytes(KEY_BYTES)
    return set_up_analysis(loaded, key, None if persona is None else read_persona(persona))


def positions(seen: SeenEvent | SeenContact) -> Iterator[int]:
    """Yield the numbers of the requests that carried an event, or made a contact."""
    if isinstance(seen, SeenEvent):
        yield from (one.position for one in seen.transmissions)
    else:
        yield seen.contact.position
