"""The case of a browser session: its requests analysed by the same road as a recording's.

Owns the way from a `Reading` to what is judged: through a store of its own that nobody
else sees and that is gone afterwards, so that a session in a test and the same session in
a file are judged alike.  It must not know browsers nor test frameworks.
"""

import secrets
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from pixelwitness.core.wire.exchange import Reading
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.policy.case import Case
from pixelwitness.policy.violations.gaps import Gap
from pixelwitness.report.check.stored_case import read_case
from pixelwitness.rulebook.analyser_setup import AnalyserSetup, set_up_analysis
from pixelwitness.rulebook.persona_file import read_persona
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.store.database import reading as reading_store
from pixelwitness.store.key import KEY_BYTES
from pixelwitness.store.ledger import Ledger

SESSION = "session"
"""The id of the one recording."""


@dataclass(frozen=True, slots=True)
class SessionCase:
    """What an assertion is judged by."""

    case: Case
    """All of the session; its rows can be read again and again."""
    gaps: tuple[Gap, ...]
    """The limits of the session that the browser itself shows."""
    knowledge: Knowledge


def analyse_session(reading: Reading, setup: AnalyserSetup) -> Case:
    """Analyse a session's reading whole and return what it holds."""
    analyser = setup.analyser(SESSION, reading)
    rows = list(chain.from_iterable(analyser.analyse()))
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        db = Path(folder, "session.sqlite")
        with Ledger.open(db) as ledger:
            ledger.state_owners(setup.knowledge.owners)
            ledger.replace(analyser.recording(sources=(), sha256=None), rows)
        with reading_store(db) as connection:
            case = read_case(connection, setup.knowledge.consent)
            return replace(
                case,
                events=tuple(case.events),
                contacts=tuple(case.contacts),
                configs=tuple(case.configs),
                observations=tuple(case.observations),
            )


def load_session_setup(rules: Collection[Path] = (), persona: Path | None = None) -> AnalyserSetup:
    """Load rules, knowledge and persona; raise `RulesError` with all that is wrong in their files.

    The key behind the tokens lives as long as what is returned.
    """
    loaded = load_rules(tuple(rules))
    key = secrets.token_bytes(KEY_BYTES)
    return set_up_analysis(loaded, key, None if persona is None else read_persona(persona))
