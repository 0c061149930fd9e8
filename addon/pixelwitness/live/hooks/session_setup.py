"""Opening a session: rules, knowledge, key and persona as its settings name them, and the spill of its database.

Owns what a session is made of.  Errors: `RulesError`, `StoreError`.  Must not know
flows, hooks or what a session does.
"""

import json
import logging
from pathlib import Path

from pixelwitness import __version__
from pixelwitness.core.wire.sites import site_of, suffix_list
from pixelwitness.live.hooks.addon_options import Settings
from pixelwitness.live.hooks.live_session import Understanding
from pixelwitness.live.saving.session_store import SessionStore
from pixelwitness.live.saving.spill import Spill
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.pipeline.record_builder import Origin
from pixelwitness.meaning.spot.persona import Persona, Recogniser
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.rulebook.persona_file import read_by_others, read_persona
from pixelwitness.store.database import StoreError
from pixelwitness.store.key import study_key

log = logging.getLogger(__name__)


def understanding_of(settings: Settings) -> tuple[Understanding, dict[str, str]]:
    """Return what a session of these settings understands, and whose relays are known, by host."""
    rules = load_rules(settings.rules)
    knowledge = load_knowledge()
    key = study_key(settings.db, settings.key)
    persona = _persona(settings.persona) if settings.persona else None
    origin = Origin(
        tool_version=__version__,
        rules_sha256=rules.sha256,
        knowledge_sha256=knowledge.sha256,
        suffix_list=suffix_list(),
        options=json.dumps(
            {
                "block": settings.block,
                "keep_values": settings.keep_values,
                "persona": persona.mark(key) if persona else None,
            },
            sort_keys=True,
        ),
    )
    # Reads the list of public suffixes, a tenth of a second, while no request waits for it.
    site_of("www.shop.example")
    recogniser = Recogniser(persona) if persona else None
    redactor = Redactor(knowledge, tokenizer(key), settings.keep_values, recogniser)
    made = Understanding(rules.detector(), redactor, knowledge.is_metas_own, origin, settings.block)
    return made, dict(knowledge.owners)


def spill_of(kept: SessionStore) -> Spill | None:
    """Return the spill of a database, with what an earlier session left in it; None when it is another's."""
    try:
        spill = Spill(kept.path, kept.key_fingerprint)
    except StoreError as error:
        # A warning, as an error during the start would end it.
        log.warning("pixelwitness: %s; until then nothing of it is taken in, and nothing can be spilled", error)
        return None
    if spill.is_pending:
        log.warning("pixelwitness: taking in what %s kept for the database", spill.path)
    if spill.was_cut:
        log.warning("pixelwitness: the last record in %s is not whole and is left out", spill.path)
    return spill


def _persona(file: Path) -> Persona:
    if read_by_others(file):
        log.warning("pixelwitness: %s: other users of this machine can read it; chmod 600 keeps it to you", file)
    return read_persona(file)
