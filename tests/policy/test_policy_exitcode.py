import itertools

import pytest

from pixelwitness.policy.exit_code import ExitCode, Outcome, decide


@pytest.mark.parametrize(
    ("outcome", "code", "strict"),
    [
        (Outcome(), 0, 0),
        (Outcome(violations=True), 1, 1),
        (Outcome(could_not_run=True), 2, 2),
        (Outcome(nothing=True), 3, 3),
        (Outcome(incomplete=True), 4, 4),
        (Outcome(interrupted=True), 130, 130),
        (Outcome(violations=True, incomplete=True), 1, 4),
        (Outcome(incomplete=True, nothing=True), 4, 4),
        (Outcome(violations=True, nothing=True), 1, 1),
        (Outcome(could_not_run=True, violations=True, incomplete=True, nothing=True), 2, 2),
        (Outcome(violations=True, incomplete=True, nothing=True), 1, 4),
        (Outcome(could_not_run=True, interrupted=True), 130, 130),
    ],
)
def test_the_code_of_an_outcome(outcome: Outcome, code: int, strict: int) -> None:
    assert (decide(outcome), decide(outcome, strict=True)) == (code, strict)


def test_nothing_but_a_clean_outcome_is_zero() -> None:
    for could_not_run, violations, incomplete, nothing, strict in itertools.product((False, True), repeat=5):
        outcome = Outcome(could_not_run, violations, incomplete, nothing)
        assert (decide(outcome, strict=strict) is ExitCode.CLEAN) == (outcome == Outcome())


def test_every_code_has_a_meaning() -> None:
    assert len({one.meaning for one in ExitCode}) == len(ExitCode)
