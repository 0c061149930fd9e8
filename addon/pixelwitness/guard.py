"""The guard: which requests of recordings hold what would let others in.

Owns the way from paths to findings: it reads what `scan` reads, but every entry, and
stores nothing.  What counts is `meaning.sessions`'s; words are the report's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Problem, Tally
from pixelwitness.core.wire.request import BodyState
from pixelwitness.meaning.spot.session_secrets import SecretPlace, secret_places
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.sources.files.inputs import Input, find_inputs
from pixelwitness.sources.recording import read_recording


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """One request that holds something, and where in it."""

    position: int
    line: int | None
    places: tuple[SecretPlace, ...]


@dataclass(slots=True)
class GuardedRecording:
    """What the guard found in one recording."""

    name: str
    findings: list[GuardFinding] = field(default_factory=list)
    requests: int = 0
    problems: list[Problem] = field(default_factory=list)
    unread: bool = False
    """Nothing of it could be read."""
    incomplete: bool = False
    """Something of it was not read."""


class _Everything(Screen):
    """Lets every request through: a session may stand in any of them."""

    def __init__(self) -> None:
        super().__init__(())

    def wants_url(self, url: str) -> bool:
        return True

    def wants_type(self, content_type: str) -> bool:
        return True


def guard(paths: Sequence[str]) -> Iterator[GuardedRecording]:
    """Search every recording that the paths name; nothing is yielded where they name none."""
    for source in find_inputs(paths):
        yield _search(source)


def _search(source: Input) -> GuardedRecording:
    guarded = GuardedRecording(source.name, problems=[*source.notes])
    if source.problem is not None:
        return GuardedRecording(source.name, problems=[source.problem], unread=True, incomplete=True)
    knowledge = load_knowledge()
    reading = read_recording(source, _Everything())
    for exchange in reading.exchanges:
        guarded.requests += 1
        if seen := secret_places(exchange, knowledge):
            guarded.findings.append(GuardFinding(exchange.request.position, exchange.request.line, seen))
        if exchange.request.body_state in (BodyState.TOO_BIG, BodyState.UNDECODABLE):
            guarded.incomplete = True
            guarded.problems.append(
                Problem(f"entry {exchange.request.position}", "its body is too large or too damaged to be looked into")
            )
    guarded.problems += reading.problems
    guarded.requests += reading.tally.other + reading.tally.rejected
    guarded.incomplete |= not reading.complete or _has_skipped(reading.tally) or bool(source.notes)
    guarded.unread = not reading.complete and guarded.requests == 0
    return guarded


def _has_skipped(tally: Tally) -> bool:
    return tally.rejected > 0 or tally.not_requests > 0
