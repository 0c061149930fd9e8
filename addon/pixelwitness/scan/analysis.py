"""The analysis of one input: from the bytes that it names to batches of rows.

Owns the road that `scan`, `check`, `verify` and whatever writes rows elsewhere share, and
how a recording is known by its bytes.  Must not know a store, other inputs or processes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pixelwitness.core.exposure.records import AnyRecord, Recording
from pixelwitness.core.wire.exchange import Problem, Reading
from pixelwitness.meaning.pipeline.analyser import Analyser
from pixelwitness.rulebook.analyser_setup import AnalyserSetup, set_up_analysis
from pixelwitness.rulebook.persona_file import read_persona
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.sources.files.inputs import Input, sha256_of
from pixelwitness.sources.recording import read_recording

RECORDING_ID = 16
"""Hex digits of a file's SHA-256 that name its recording: 64 bits, enough for millions of files."""

type Batch = Sequence[AnyRecord]


class UnreadableError(Exception):
    """Nothing of an input could be read; the problems of its analysis say why."""


@dataclass(slots=True)
class InputAnalysis:
    """One input under analysis: what is known of it before, while and after its batches are iterated."""

    source: str
    """The name of the input."""
    problems: list[Problem] = field(default_factory=list)
    """Complete once the batches are at their end, or have raised."""
    recording_id: str | None = None
    """None when the input cannot be read at all."""
    recording: Recording | None = None
    """The recording's row, its counts complete once the batches are at their end; None where there are no batches."""
    batches: Iterator[Batch] = field(default_factory=lambda: iter(()))
    """All rows, those of the events last and the recording's own row behind them; raises `UnreadableError`."""

    @property
    def is_known(self) -> bool:
        """Say whether its rows need not be made: they were among those already known."""
        return self.recording_id is not None and self.recording is None

    def rows(self) -> Iterator[AnyRecord]:
        """Iterate the batches, row by row."""
        return chain.from_iterable(self.batches)


def load_scan_setup(rules: tuple[Path, ...], key: bytes, persona: Path | None, *, keep_values: bool) -> AnalyserSetup:
    """Load what inputs are analysed with; raises `RulesError`."""
    loaded = load_rules(rules)
    return set_up_analysis(loaded, key, None if persona is None else read_persona(persona), keep_values=keep_values)


def analyse_input(source: Input, setup: AnalyserSetup, known: Collection[str] = frozenset()) -> InputAnalysis:
    """Begin the analysis of an input: it is read while the batches are iterated, or not at all if its id is known."""
    analysis = InputAnalysis(source.name)
    if source.problem is not None:
        analysis.problems += (source.problem, *source.notes)
        return analysis
    try:
        digest = sha256_of(source)
        analysis.recording_id = digest[:RECORDING_ID]
        if analysis.recording_id in known:
            return analysis
        reading = read_recording(source, setup.detector.screen)
    except OSError as error:
        analysis.recording_id = None
        analysis.problems += (_unreadable(source, error), *source.notes)
        return analysis
    analyser = setup.analyser(analysis.recording_id, reading)
    analysis.recording = analyser.recording(sources=(source.name,), sha256=digest)
    analysis.batches = _analyse(source, reading, analyser, analysis, analysis.recording)
    return analysis


def _analyse(
    source: Input, reading: Reading, analyser: Analyser, analysis: InputAnalysis, begun: Recording
) -> Iterator[Batch]:
    try:
        yield from analyser.analyse()
    except OSError as error:
        analysis.problems += (_unreadable(source, error), *source.notes)
        raise UnreadableError(source.name) from error
    recording = analyser.recording(sources=begun.sources, sha256=begun.sha256)
    analysis.problems += source.notes
    if _holds_nothing(recording):
        # A broken file without a single entry is no recording of silence: nothing of it is stored.
        analysis.problems += reading.problems or [Problem(source.name, "no request could be read from it")]
        raise UnreadableError(source.name)
    analysis.problems += reading.problems
    analysis.recording = recording
    yield (recording,)


def _unreadable(source: Input, error: OSError) -> Problem:
    return Problem(source.name, f"cannot be read: {error.strerror or type(error).__name__}")


def _holds_nothing(recording: Recording) -> bool:
    """Say whether a file broke off, or was none of ours, before anything at all could be read from it."""
    found = recording.requests_seen + recording.not_requests + recording.tls_refused
    return not recording.complete and found == 0
