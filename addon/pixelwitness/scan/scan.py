"""Scanning: recordings in, rows in the store.

Owns the road of a recording from its input to one transaction of the ledger, and
the sharing of that work among processes.  A recording is known by its bytes: the
same again adds nothing, with other rules, knowledge or options its rows are
replaced.  Prints nothing; what happened comes back as a `ScanOutcome`.
"""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Literal

import msgspec

from pixelwitness.core.exposure import records
from pixelwitness.core.wire.exchange import Problem
from pixelwitness.rulebook.analyser_setup import set_up_analysis
from pixelwitness.rulebook.persona_file import read_persona
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.sources.files.inputs import Input, find_inputs, sha256_of
from pixelwitness.sources.recording import read_recording
from pixelwitness.store.key import key_check, study_key
from pixelwitness.store.ledger import Ledger

RECORDING_ID = 16
"""Hex digits of a file's SHA-256 that name its recording: 64 bits, enough for millions of files."""

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
class Scanned:
    """What became of one input."""

    source: str
    state: State
    recording: records.Recording | None = None
    """Its row, where it was made anew."""
    problems: tuple[Problem, ...] = ()
    recording_id: str | None = None
    """The id of its rows in the store, None when it could not be read."""


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """What became of every input, in their order."""

    scanned: tuple[Scanned, ...]
    notices: tuple[str, ...] = ()
    """What the user should know of the database file."""
    refused: int = 0
    """Records that the database could not take; each is counted in it with the reason."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One input understood and not yet stored; ``rows`` are packed, as they may come from another process."""

    source: str
    problems: tuple[Problem, ...]
    recording: records.Recording | None = None
    """None when it could not be read, or when its rows are known."""
    rows: bytes = b"\x90"
    known_id: str | None = None
    """The id of a recording whose rows are in the store already."""


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[records.AnyRecord]).decode


def unpacked(result: Examined) -> list[records.AnyRecord]:
    """Return the rows of an examined input."""
    return _unpack(result.rows)


class Examiner:
    """Turns inputs into finished records; holds rules, knowledge and key, and touches no database."""

    def __init__(self, options: ScanOptions, key: bytes) -> None:
        rules = load_rules(options.rules)
        persona = None if options.persona is None else read_persona(options.persona)
        self._setup = set_up_analysis(rules, key, persona, keep_values=options.keep_values)
        self.known: frozenset[str] = frozenset()
        """Ids of recordings whose rows are in the store already, made under these very options."""
        self.owners = self._setup.knowledge.owners
        self.origin = self._setup.origin

    def examine(self, one: Input) -> Examined:
        """Read one input to its end; one that cannot be read at all comes back without a recording."""
        if one.problem is not None:
            return Examined(one.name, (one.problem, *one.notes))
        try:
            digest = sha256_of(one)
            recording_id = digest[:RECORDING_ID]
            if recording_id in self.known:
                return Examined(one.name, (), known_id=recording_id)
            reading = read_recording(one, self._setup.detector.screen)
            analyser = self._setup.analyser(recording_id, reading)
            rows = list(chain.from_iterable(analyser.analyse()))
        except OSError as problem:
            unreadable = Problem(one.name, f"cannot be read: {problem.strerror or type(problem).__name__}")
            return Examined(one.name, (unreadable, *one.notes))
        recording = analyser.recording(sources=(one.name,), sha256=digest)
        if _holds_nothing(recording):
            # A broken file without a single entry is no recording of silence: nothing of it is stored.
            why = reading.problems or [Problem(one.name, "no request could be read from it")]
            return Examined(one.name, (*one.notes, *why))
        return Examined(one.name, (*one.notes, *reading.problems), recording, _pack(rows))


def _holds_nothing(recording: records.Recording) -> bool:
    """Say whether a file broke off, or was none of ours, before anything at all could be read from it."""
    found = recording.requests_seen + recording.not_requests + recording.tls_refused
    return not recording.complete and found == 0


def scan(paths: Sequence[str], options: ScanOptions, progress: Progress | None = None) -> ScanOutcome:
    """Scan files, folders, globs and ``-`` into the store.

    Raises `StoreError` or `RulesError` when it cannot run at all; anything wrong with
    an input is a `Problem` of that input.
    """
    inputs = find_inputs(paths)
    key = study_key(options.db, options.key)
    examiner = Examiner(options, key)
    scanned: list[Scanned] = []
    with Ledger.open(options.db, key_check=key_check(options.db, options.key)) as ledger:
        ledger.state_owners(examiner.owners)
        origin = examiner.origin
        examiner.known = ledger.recordings_under(origin.rules_sha256, origin.knowledge_sha256, origin.options)
        with _examined(examiner, inputs, options, key) as results:
            for number, result in enumerate(results, start=1):
                scanned.append(_stored(ledger, result))
                if progress is not None:
                    progress(number, len(inputs), result.source)
        return ScanOutcome(tuple(scanned), tuple(ledger.notices), ledger.refused)


def _stored(ledger: Ledger, result: Examined) -> Scanned:
    if result.known_id is not None:
        ledger.note_source(result.known_id, result.source)
        return Scanned(result.source, "unchanged", None, result.problems, result.known_id)
    if result.recording is None:
        return Scanned(result.source, "failed", None, result.problems)
    state = ledger.replace(result.recording, unpacked(result))
    return Scanned(result.source, state, result.recording, result.problems, result.recording.id)


# Sharing the work ------------------------------------------------------------

_examiner: Examiner | None = None
"""The examiner of a worker process."""


@contextmanager
def _examined(
    examiner: Examiner, inputs: Sequence[Input], options: ScanOptions, key: bytes
) -> Iterator[Iterable[Examined]]:
    """Give the examined inputs in their order, made by as many processes as asked for."""
    jobs = min(options.jobs, len(inputs))
    if jobs <= 1:
        yield map(examiner.examine, inputs)
        return
    share = max(1, min(8, len(inputs) // (jobs * 4)))
    with _pool(jobs, examiner, options, key) as pool:
        yield pool.imap(_examine, inputs, chunksize=share)


def _pool(jobs: int, examiner: Examiner, options: ScanOptions, key: bytes) -> Pool:
    global _examiner
    if sys.platform != "linux":
        context = multiprocessing.get_context("spawn")
        return context.Pool(jobs, _start_worker, (options, key, examiner.known))
    # A forked worker has rules and knowledge already; elsewhere fork is missing or unsafe and each loads its own.
    _examiner = examiner
    return multiprocessing.get_context("fork").Pool(jobs, _leave_interrupts_to_the_parent)


def _start_worker(options: ScanOptions, key: bytes, known: frozenset[str]) -> None:
    global _examiner
    _leave_interrupts_to_the_parent()
    _examiner = Examiner(options, key)
    _examiner.known = known


def _leave_interrupts_to_the_parent() -> None:
    # Ctrl-C reaches the whole group of processes; the parent ends the pool.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _examine(one: Input) -> Examined:
    if _examiner is None:
        raise RuntimeError("a worker was asked before it had an examiner")
    return _examiner.examine(one)
