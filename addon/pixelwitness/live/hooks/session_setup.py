"""The set-up of a session: rules, knowledge, key and persona as its settings name them, and the spill of its database.

Owns what a session is made of.  Errors: `RulesError`, `StoreError`.  Must not know
flows, hooks or what a session does.
"""

import logging
from pathlib import Path

from pixelwitness.core.wire.sites import site_of
from pixelwitness.live.hooks.addon_options import Settings
from pixelwitness.live.saving.session_store import SessionStore
from pixelwitness.live.saving.spill import Spill
from pixelwitness.meaning.spot.persona import Persona
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.analyser_setup import AnalyserSetup, set_up_analysis
from pixelwitness.rulebook.persona_file import read_by_others, read_persona
from pixelwitness.store.errors import StoreError
from pixelwitness.store.key import study_key

log = logging.getLogger(__name__)


def load_live_setup(settings: Settings) -> AnalyserSetup:
    """Return what a session of these settings analyses with."""
    rules = load_rules(settings.rules)
    key = study_key(settings.db, settings.key)
    persona = _read_persona(settings.persona) if settings.persona else None
    # Reads the list of public suffixes, a tenth of a second, while no request waits for it.
    site_of("www.shop.example")
    return set_up_analysis(rules, key, persona, keep_values=settings.keep_values, block=settings.block)


def open_spill(store: SessionStore) -> Spill | None:
    """Open the spill of a database, with what an earlier session left in it; None when it is another's."""
    try:
        spill = Spill(store.path, store.key_fingerprint)
    except StoreError as error:
        # A warning, as an error during the start would end it.
        log.warning("pixelwitness: %s; until then nothing of it is taken in, and nothing can be spilled", error)
        return None
    if spill.is_pending:
        log.warning("pixelwitness: taking in what %s kept for the database", spill.path)
    if spill.was_cut:
        log.warning("pixelwitness: the last record in %s is not whole and is left out", spill.path)
    return spill


def _read_persona(file: Path) -> Persona:
    if read_by_others(file):
        log.warning("pixelwitness: %s: other users of this machine can read it; chmod 600 keeps it to you", file)
    return read_persona(file)
