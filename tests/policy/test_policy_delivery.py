"""What became of a request: attempts count or do not, and the judgement says what left."""

import pytest
from tests.exposed import contact, event
from tests.policy.judging import judged, told, understood

from pixelwitness.core.exposure.exposure import SeenEvent
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.report.wording.english.check_messages import tell_attribution

ATTEMPTS, SENT, OLDER_ATTEMPTS, OLDER_SENT = (
    'judge = "attempts"',
    'judge = "sent"',
    "judge-blocked = true",
    "judge-blocked = false",
)


@pytest.mark.parametrize(
    ("delivery", "blocked", "outcome", "counts_as_sent"),
    [
        ("answered", False, Outcome.TOLD, True),
        ("sent", False, Outcome.TOLD, True),
        ("unknown", False, Outcome.UNKNOWN, True),
        ("failed", False, Outcome.TRIED, False),
        ("stopped", False, Outcome.TRIED, False),
        ("stopped", True, Outcome.BLOCKED, False),
    ],
)
def test_an_attempt_counts_unless_the_policy_judges_only_what_was_sent(
    delivery: str, blocked: bool, outcome: Outcome, counts_as_sent: bool
) -> None:
    lead = event("Lead", delivery=delivery, blocked=blocked)
    library = contact("library", delivery=delivery, blocked=blocked)
    for toml in ("", ATTEMPTS, OLDER_ATTEMPTS):
        judgement = judged(toml, lead, library)
        assert [one.outcomes for one in (*judgement.violations, *judgement.warnings)] == [((outcome, 1),)] * 2
        assert judgement.not_sent == 0
    for toml in (SENT, OLDER_SENT):
        judgement = judged(toml, lead, library)
        assert len(judgement.violations) == len(judgement.warnings) == counts_as_sent
        assert judgement.not_sent == (0 if counts_as_sent else 2)


def test_equal_events_are_one_violation_that_counts_each_outcome() -> None:
    seen = [event("Lead", position=n, delivery=d) for n, d in enumerate(("failed", "answered", "unknown", "sent"), 1)]
    (violation,) = judged("", *seen).violations
    assert violation.outcomes == ((Outcome.TOLD, 2), (Outcome.UNKNOWN, 1), (Outcome.TRIED, 1))
    assert violation.times == 4


def with_copy(seen: SeenEvent, copy: SeenEvent) -> SeenEvent:
    """Return an event with a copy that went another way, and what that one carried."""
    carriers = (*seen.transmissions, *copy.transmissions)
    return SeenEvent(seen.event, carriers, (*seen.fields, *copy.fields), (*seen.findings, *copy.findings))


def test_a_copy_that_did_not_leave_is_judged_as_an_attempt_of_its_own() -> None:
    gateway = event("Lead", position=2, channel="capi-gateway", delivery="failed")
    seen = with_copy(event("Lead"), gateway)
    toml = '[[site]]\nmatch = "*"\n[site.allow]\nevents = ["*"]\nchannels = ["pixel"]\n'

    (violation,) = judged(toml, seen).violations
    assert (violation.check, violation.subject, violation.outcomes) == (
        "channel",
        "capi-gateway",
        ((Outcome.TRIED, 1),),
    )
    assert [place.position for place in violation.places] == [2]
    assert judged(f"{SENT}\n{toml}", seen).violations == ()
    # What is held against the event itself is not held against it twice.
    assert [one.outcomes for one in judged("", seen).violations] == [((Outcome.TOLD, 1),)]


def test_what_a_cache_answered_is_not_judged() -> None:
    judgement = judged("", event("Lead", delivery="cached"), contact("library", delivery="cached"))
    assert (judgement.violations, judgement.warnings, judgement.not_sent) == ((), (), 0)


# Whose page it was --------------------------------------------------------------------------------

AGAINST = "dl names another site than the document that was seen"


def test_what_only_the_sender_says_of_its_page_and_what_speaks_against_it_are_told() -> None:
    seen = [
        event("Lead", position=1),
        event("Lead", position=2, attribution_certainty="likely"),
        event("Lead", position=3, attribution_certainty="likely", attributed_by="referer"),
        understood(event("Lead", position=4), ("conflict", "page", "dl"), evidence=AGAINST),
    ]
    (violation,) = judged("", *seen).violations
    assert (violation.own_word, violation.conflicts) == (1, ((AGAINST, 1),))
    assert ["".join(one) for one in tell_attribution(violation)] == [
        "1 of 4 by the sender's own word alone",
        f"{AGAINST} (1 of 4)",
    ]
    (violation,) = judged("", seen[1]).violations
    assert ["".join(one) for one in tell_attribution(violation)] == ["it is this site's by the sender's own word alone"]


# Apps ---------------------------------------------------------------------------------------------

APP = "app:com.example.Shop"


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (APP, True),
        ("app:*", True),
        ("*", True),
        ("app:com.example.other", False),
        ("*.Shop", False),
        ("unknown", False),
    ],
)
def test_an_app_is_named_in_a_policy_as_a_site_is(pattern: str, allowed: bool) -> None:
    seen = event("Purchase", site=None, sender=APP, channel="app-sdk")
    toml = f'[[site]]\nmatch = "{pattern}"\nallow.events = ["Purchase"]\n'
    violations = judged(toml, seen).violations
    assert told(violations) == ([] if allowed else [("event", "Purchase", None)])
    assert [one.site for one in judged("", seen).violations] == [APP]
