"""Verification: whether the store says what its sources say.

Owns the second look at evidence: every source that can be reached is hashed again
and scanned again under the same rules, knowledge and options, and the rows are
compared one by one.  Changes nothing, prints nothing.
"""

import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pixelwitness.core.exposure.coverage import is_redacted
from pixelwitness.core.exposure.records import MADE_UNDER, Recording
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.scan.analysis import RECORDING_ID, UnreadableError, analyse_input, load_scan_setup
from pixelwitness.sources.files.inputs import Input, find_inputs, sha256_of
from pixelwitness.store.database import reading
from pixelwitness.store.dump import dump_recording
from pixelwitness.store.key import key_check, study_key
from pixelwitness.store.ledger import Ledger
from pixelwitness.store.queries import recordings

type Verdict = Literal["same", "differs", "changed", "missing", "other_rules", "live", "redacted"]

MEANING: dict[Verdict, str] = {
    "same": "its source has the same bytes, and scanning it again gives the same rows",
    "differs": "its source has the same bytes, and scanning it again gives other rows",
    "changed": "its source is there and has other bytes now",
    "missing": "its source cannot be reached",
    "other_rules": "its source has the same bytes; its rows were made with other rules, knowledge or options",
    "live": "it was live traffic: there is no source to compare with",
    "redacted": "it is a redacted copy, and cannot be compared: verify the database that it was made of",
}
"""Each verdict in words."""

FAILED: frozenset[Verdict] = frozenset({"differs", "changed"})
"""Verdicts by which evidence does not hold."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on one recording; ``different`` counts the rows by table that only one side has."""

    recording: Recording
    verdict: Verdict
    different: tuple[tuple[str, int], ...] = ()


def verify(
    db: Path, *, rules: tuple[Path, ...] = (), key: Path | None = None, persona: Path | None = None
) -> tuple[Verification, ...]:
    """Verify every recording of a store, in the order of their ids.

    Raises `StoreError` or `RulesError` when it cannot run at all.
    """
    verifications: list[Verification] = []
    with reading(db) as connection:
        stored_recordings = recordings(connection)
    if any(map(is_redacted, stored_recordings)):
        return tuple(Verification(stored, "redacted") for stored in stored_recordings)
    secret = study_key(db, key)
    with tempfile.TemporaryDirectory(prefix="pixelwitness-") as folder:
        # A key file of the same bytes, so that the same values get the same tokens.
        copy = Path(folder, "again.sqlite")
        key_copy = Path(folder, "again.key")
        key_copy.touch(mode=0o600)
        key_copy.write_bytes(secret)
        with Ledger.open(copy, key_check=key_check(copy, key_copy)) as ledger:
            for stored in stored_recordings:
                keeps = bool(json.loads(stored.options).get("keep_values"))
                setup = load_scan_setup(rules, secret, persona, keep_values=keeps)
                verifications.append(_verify_recording(db, stored, setup, ledger))
    return tuple(verifications)


def _verify_recording(db: Path, stored: Recording, setup: AnalyserSetup, ledger: Ledger) -> Verification:
    if stored.kind == "live":
        return Verification(stored, "live")
    source, verdict = _find_source(stored)
    if source is None:
        return Verification(stored, verdict)
    if any(getattr(setup.origin, name) != getattr(stored, name) for name in MADE_UNDER):
        return Verification(stored, "other_rules")
    again = analyse_input(source, setup)
    if again.recording is None:
        return Verification(stored, "missing")
    try:
        ledger.replace(again.recording, again.rows())
    except UnreadableError:
        return Verification(stored, "missing")
    ours, theirs = dump_recording(ledger.path, stored.id), dump_recording(db, stored.id)
    different = {table: _count_differences(ours[table], theirs[table]) for table in ours}
    counted = tuple((table, number) for table, number in different.items() if number)
    return Verification(stored, "differs" if counted else "same", counted)


def _find_source(stored: Recording) -> tuple[Input | None, Verdict]:
    """Find a source with the bytes of a recording; else say what became of its sources."""
    found = False
    for name in stored.sources:
        for source in find_inputs([name.partition("!")[0]]):
            if source.problem is not None or source.name != name:
                continue
            try:
                if sha256_of(source)[:RECORDING_ID] == stored.id:
                    return source, "same"
            except OSError:
                continue
            found = True
    return None, "changed" if found else "missing"


def _count_differences(ours: list[str], theirs: list[str]) -> int:
    our_rows, their_rows = Counter(ours), Counter(theirs)
    return (our_rows - their_rows).total() + (their_rows - our_rows).total()
