"""The sharing of analyses among processes: the same analyses in the same order, whatever their number.

Owns the processes, and the packed form in which rows come from one to another.  Must not
know a store.
"""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import Pool

import msgspec

from pixelwitness.core.exposure import records
from pixelwitness.core.wire.exchange import Problem
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.scan.analysis import Batch, InputAnalysis, UnreadableError, analyse_input
from pixelwitness.sources.files.inputs import Input

type Analyse = Callable[[Input], InputAnalysis]

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[records.AnyRecord]).decode

_analyse: Analyse | None = None
"""What a worker process analyses an input with."""


@contextmanager
def analysed(
    inputs: Sequence[Input],
    setup: AnalyserSetup,
    known: Collection[str],
    jobs: int,
    load_setup: Callable[[], AnalyserSetup],
) -> Iterator[Iterable[InputAnalysis]]:
    """Give the analyses of inputs in their order, made by as many processes as asked for.

    ``load_setup`` loads the set-up anew, for processes that cannot inherit it; it must be picklable.
    """
    analyse = partial(analyse_input, setup=setup, known=known)
    jobs = min(jobs, len(inputs))
    if jobs <= 1:
        yield map(analyse, inputs)
        return
    share = max(1, min(8, len(inputs) // (jobs * 4)))
    with _pool(jobs, analyse, load_setup, known) as pool:
        yield map(_unpacked, pool.imap(_analyse_packed, inputs, chunksize=share))


def _pool(jobs: int, analyse: Analyse, load_setup: Callable[[], AnalyserSetup], known: Collection[str]) -> Pool:
    global _analyse
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn").Pool(jobs, _start_worker, (load_setup, known))
    # A forked worker has rules and knowledge already; elsewhere fork is missing or unsafe and each loads its own.
    _analyse = analyse
    return multiprocessing.get_context("fork").Pool(jobs, _leave_interrupts_to_the_parent)


def _start_worker(load_setup: Callable[[], AnalyserSetup], known: Collection[str]) -> None:
    global _analyse
    _leave_interrupts_to_the_parent()
    _analyse = partial(analyse_input, setup=load_setup(), known=known)


def _leave_interrupts_to_the_parent() -> None:
    # Ctrl-C reaches the whole group of processes; the parent ends the pool.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class _PackedAnalysis:
    """An analysis at its end, as it comes from another process."""

    source: str
    problems: list[Problem]
    recording_id: str | None
    recording: bytes
    batches: list[bytes]


def _analyse_packed(source: Input) -> _PackedAnalysis:
    if _analyse is None:
        raise RuntimeError("a worker was asked before it had a set-up")
    analysis = _analyse(source)
    try:
        batches = [_pack(batch) for batch in analysis.batches]
    except UnreadableError:
        return _PackedAnalysis(analysis.source, analysis.problems, None, _pack([]), [])
    recording = [] if analysis.recording is None else [analysis.recording]
    return _PackedAnalysis(analysis.source, analysis.problems, analysis.recording_id, _pack(recording), batches)


def _unpacked(packed: _PackedAnalysis) -> InputAnalysis:
    batches: Iterator[Batch] = map(_unpack, packed.batches)
    recording = next((row for row in _unpack(packed.recording) if isinstance(row, records.Recording)), None)
    return InputAnalysis(packed.source, packed.problems, packed.recording_id, recording, batches)
