"""Scanning: recordings in, rows in the store.

Owns what becomes of each input: every analysis is stored in one transaction of the
ledger, or nothing of it.  A recording is known by its bytes: the same again adds
nothing, with other rules, knowledge or options its rows are replaced.  Prints
nothing; what happened comes back as a `ScanOutcome`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.exchange import Problem
from pixelwitness.scan.analysis import InputAnalysis, UnreadableError, load_scan_setup
from pixelwitness.scan.workers import analysed
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.store.key import key_check, study_key
from pixelwitness.store.ledger import Ledger

type State = Literal["added", "replaced", "unchanged", "failed"]
type Progress = Callable[[int, int, str], None]
"""Called with (recordings done, recordings in all, the input just done)."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan is asked to do."""

    db: Path
    rules: tuple[Path, ...] = ()
    keep_values: bool = False
    key: Path | None = None
    jobs: int = 1
    persona: Path | None = None
    """The file that names the tester's invented identity."""


@dataclass(frozen=True, slots=True)
class ScannedInput:
    """What became of one input."""

    source: str
    state: State
    recording: Recording | None = None
    """Its row, where it was made anew."""
    problems: tuple[Problem, ...] = ()
    recording_id: str | None = None
    """The id of its rows in the store, None when it could not be read."""


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """What became of every input, in their order."""

    scanned: tuple[ScannedInput, ...]
    notices: tuple[str, ...] = ()
    """What the user should know of the database file."""
    refused: int = 0
    """Records that the database could not take; each is counted in it with the reason."""


def scan(paths: Sequence[str], options: ScanOptions, progress: Progress | None = None) -> ScanOutcome:
    """Scan files, folders, globs and ``-`` into the store.

    Raises `StoreError` or `RulesError` when it cannot run at all; anything wrong with
    an input is a `Problem` of that input.
    """
    inputs = find_inputs(paths)
    key = study_key(options.db, options.key)
    load = partial(load_scan_setup, options.rules, key, options.persona, keep_values=options.keep_values)
    setup = load()
    scanned: list[ScannedInput] = []
    with Ledger.open(options.db, key_check=key_check(options.db, options.key)) as ledger:
        ledger.state_owners(setup.knowledge.owners)
        origin = setup.origin
        known = ledger.recordings_under(origin.rules_sha256, origin.knowledge_sha256, origin.options)
        with analysed(inputs, setup, known, options.jobs, load) as analyses:
            for number, analysis in enumerate(analyses, start=1):
                scanned.append(_store(ledger, analysis))
                if progress is not None:
                    progress(number, len(inputs), analysis.source)
        return ScanOutcome(tuple(scanned), tuple(ledger.notices), ledger.refused)


def _store(ledger: Ledger, analysis: InputAnalysis) -> ScannedInput:
    if analysis.is_known and analysis.recording_id is not None:
        ledger.note_source(analysis.recording_id, analysis.source)
        return ScannedInput(analysis.source, "unchanged", None, (), analysis.recording_id)
    if analysis.recording is None:
        return ScannedInput(analysis.source, "failed", None, tuple(analysis.problems))
    try:
        state = ledger.replace(analysis.recording, analysis.rows())
        for _ in analysis.batches:  # of the same bytes under another name they are not read yet
            pass
    except UnreadableError:
        return ScannedInput(analysis.source, "failed", None, tuple(analysis.problems))
    return ScannedInput(analysis.source, state, analysis.recording, tuple(analysis.problems), analysis.recording_id)
