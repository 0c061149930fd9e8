"""Exit codes: one pure decision, the same for every command.

Owns which of several outcomes decides the code, and what each code means.
"""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit code of a command means."""

    CLEAN = 0
    VIOLATIONS = 1
    COULD_NOT_RUN = 2
    NOTHING_TO_SCAN = 3
    INCOMPLETE = 4
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """The code in words."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.CLEAN: "clean",
    ExitCode.VIOLATIONS: "violations were found",
    ExitCode.COULD_NOT_RUN: "it could not run",
    ExitCode.NOTHING_TO_SCAN: "there was nothing to scan",
    ExitCode.INCOMPLETE: "the evidence is incomplete",
    ExitCode.INTERRUPTED: "it was interrupted; what was done until then is kept",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened; several may be true at once."""

    could_not_run: bool = False
    violations: bool = False
    incomplete: bool = False
    nothing: bool = False
    """No input matched, or there was not one request in all of it."""
    interrupted: bool = False


def decide(outcome: Outcome, *, strict: bool = False) -> ExitCode:
    """Return the code of an outcome: interrupted, then 2, then 1, then 4, then 3; ``strict`` puts 4 before 1.

    >>> both = Outcome(violations=True, incomplete=True)
    >>> decide(both), decide(both, strict=True)
    (<ExitCode.VIOLATIONS: 1>, <ExitCode.INCOMPLETE: 4>)
    """
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    if outcome.could_not_run:
        return ExitCode.COULD_NOT_RUN
    if strict and outcome.incomplete:
        return ExitCode.INCOMPLETE
    if outcome.violations:
        return ExitCode.VIOLATIONS
    if outcome.incomplete:
        return ExitCode.INCOMPLETE
    return ExitCode.NOTHING_TO_SCAN if outcome.nothing else ExitCode.CLEAN
