"""Before and after consent: what the evidence tells, and what it leaves open."""

import pytest
from tests.exposed import EMAIL, contact, event, recording, signal, visit
from tests.policy.judging import judged, told, understood, with_consent, words

from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.contact_consent import consent_of_contacts
from pixelwitness.policy.violations.facts import Phase, event_facts
from pixelwitness.report.wording.english.gap_messages import CONSENT_SHOWN
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

GRANTED = {"granted"}


@pytest.mark.parametrize(
    ("labels", "counts", "phase"),
    [
        (["granted"], GRANTED, Phase.AFTER),
        (["granted", "gpc"], GRANTED, Phase.AFTER),
        (["granted", "limited_data_use"], GRANTED, Phase.AFTER),
        (["denied"], GRANTED, Phase.BEFORE),
        (["denied", "after_withdrawal"], GRANTED, Phase.BEFORE),
        (["nothing_seen"], GRANTED, Phase.BEFORE),
        (["nothing_seen", "gpc"], GRANTED, Phase.BEFORE),
        (["not_opted_out"], GRANTED, Phase.BEFORE),
        (["not_opted_out"], {"granted", "not_opted_out"}, Phase.AFTER),
        (["not_opted_out", "gpc"], {"granted", "not_opted_out"}, Phase.BEFORE),
        (["not_required"], GRANTED, Phase.BEFORE),
        (["not_required"], {"not_required"}, Phase.AFTER),
        (["granted"], {"not_required"}, Phase.BEFORE),
        (["partial"], GRANTED, Phase.UNKNOWN),
        (["partial"], {"granted", "partial"}, Phase.AFTER),
        (["present"], GRANTED, Phase.UNKNOWN),
        (["not_recorded"], GRANTED, Phase.UNKNOWN),
        (["not_recorded", "gpc"], GRANTED, Phase.BEFORE),
        ([], GRANTED, Phase.UNKNOWN),
        (["limited_data_use"], GRANTED, Phase.UNKNOWN),
    ],
)
def test_the_evidence_tells_whether_consent_came_before(labels: list[str], counts: set[str], phase: Phase) -> None:
    assert event_facts(with_consent(event(), *labels), ()).phase(counts) is phase


def test_every_state_of_a_signal_has_words() -> None:
    for state in ConsentState:
        assert CONSENT_SHOWN[event_facts(with_consent(event(), state), ()).shown] != CONSENT_SHOWN[""]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("nothing_seen", "it is allowed with consent only, and no consent signal had been seen"),
        ("denied", "it is allowed with consent only, and consent had been denied"),
        ("not_opted_out", "it is allowed with consent only, and nobody had objected, which is no consent"),
    ],
)
def test_consent_first_forbids_what_leaves_before(label: str, why: str) -> None:
    judgement = judged("", with_consent(event("Lead"), label), presets=("consent-first",))
    (violation,) = judgement.violations
    assert (violation.check, violation.level, judgement.gaps) == ("consent", Level.ERROR, ())
    assert words([violation.why]) == [why]


def test_consent_first_lets_pass_what_leaves_after() -> None:
    judgement = judged("", with_consent(event("Lead", EMAIL), "granted"), presets=("consent-first",))
    assert (judgement.violations, judgement.warnings, judgement.gaps) == ((), (), ())


def test_what_cannot_be_known_of_consent_is_a_gap_by_its_reason_never_fine_and_no_violation() -> None:
    seen = [
        with_consent(event("Lead"), "not_recorded"),
        with_consent(event("Lead", position=2), "not_recorded"),
        with_consent(event("Lead", position=3), "present"),
        event("Lead", position=4, channel="capi"),
    ]
    judgement = judged("", *seen, presets=("consent-first",))
    assert judgement.violations == ()
    assert words(judgement.gaps) == [
        "Of 1 event it is unknown whether consent came before: of events of servers and apps no consent signal can be "
        "seen.",
        "Of 2 events it is unknown whether consent came before: the recording holds no cookies or page in which a "
        "signal could have been seen.",
        "Of 1 event it is unknown whether consent came before: there was a consent signal that could not be read.",
    ]


PHASES = """
[[site]]
match = "shop.example"
before-consent.events = ["PageView"]
before-consent.data = ["page_url"]
after-consent.events = ["*"]
"""


@pytest.mark.parametrize(
    ("name", "label", "violations", "gaps"),
    [
        ("PageView", "nothing_seen", [], 0),
        ("Purchase", "nothing_seen", [("consent", "Purchase", None)], 0),
        ("Purchase", "granted", [], 0),
        ("PageView", "not_recorded", [], 0),
        ("Purchase", "not_recorded", [], 1),
    ],
)
def test_what_is_allowed_before_and_after_is_told_apart(
    name: str, label: str, violations: list[tuple[str, str, None]], gaps: int
) -> None:
    judgement = judged(PHASES, with_consent(event(name), label))
    assert (told(judgement.violations), len(judgement.gaps)) == (violations, gaps)


def test_data_that_is_allowed_with_consent_only_is_a_matter_of_consent() -> None:
    judgement = judged(PHASES, with_consent(event("PageView", EMAIL), "nothing_seen"))
    assert told(judgement.violations) == [("consent", "PageView", None)]
    assert judged(PHASES, with_consent(event("PageView", EMAIL), "granted")).violations == ()


def test_what_is_never_allowed_is_no_matter_of_consent() -> None:
    toml = '[[site]]\nmatch = "*"\nafter-consent.events = ["PageView"]'
    for label in ("nothing_seen", "granted", "not_recorded"):
        judgement = judged(toml, with_consent(event("Purchase"), label))
        assert (told(judgement.violations), judgement.gaps) == ([("event", "Purchase", None)], ())


def test_a_warning_that_an_event_is_not_allowed_hides_no_lack_of_consent() -> None:
    toml = 'presets = ["consent-first"]\n[checks]\nevent = "warn"'
    before = judged(toml, with_consent(event("Lead"), "denied"))
    assert (told(before.violations), told(before.warnings)) == (
        [("consent", "Lead", None)],
        [("event", "Lead", None)],
    )
    assert len(judged(toml, with_consent(event("Lead"), "present")).gaps) == 1
    after = judged(toml, with_consent(event("Lead"), "granted"))
    assert (after.violations, told(after.warnings), after.gaps) == ((), [("event", "Lead", None)], ())
    both_warn = judged(toml + '\nconsent = "warn"', with_consent(event("Lead"), "denied"))
    assert (both_warn.violations, told(both_warn.warnings)) == ((), [("event", "Lead", None)])


def test_what_is_allowed_at_any_time_needs_consent_only_where_that_is_asked() -> None:
    toml = '[[site]]\nmatch = "*"\nallow.events = ["PageView"]'
    seen = with_consent(event("PageView"), "nothing_seen")
    assert judged(toml, seen).violations == ()
    assert told(judged(toml, seen, presets=("consent-first",)).violations) == [("consent", "PageView", None)]
    before = toml.replace("allow", "before-consent")
    assert judged(before, seen, presets=("consent-first",)).violations == ()


def test_other_presets_hold_before_and_after_consent() -> None:
    presets = ("consent-first", "no-personal-data", "no-health")
    seen = understood(with_consent(event("Lead", EMAIL), "not_recorded"), ("topic", "health", "dl"))
    judgement = judged("", seen, presets=presets)
    assert told(judgement.violations) == [("personal-data", "Lead", "email"), ("health", "Lead", "health")]
    assert len(judgement.gaps) == 1


def test_contacts_before_consent_warn_and_leave_no_gap() -> None:
    library = contact("library")
    for labels, warned in ((["nothing_seen"], True), (["granted"], False), (["not_recorded"], False), ([], False)):
        judgement = judged("", library, presets=("consent-first",), consent={library.contact.id: labels})
        assert [one.check for one in judgement.warnings] == (["consent"] if warned else [])
        assert (judgement.violations, judgement.gaps) == ((), ())


def test_a_contact_is_told_by_the_signals_before_it() -> None:
    names = load_knowledge().consent
    early, late = (contact(id=f"c{n}", position=n, seen_at=f"2026-11-20T10:00:{n:02d}.000Z").contact for n in (1, 9))
    other = contact(id="o", site="zoo.example", position=9, seen_at="2026-11-20T10:00:09.000Z").contact
    nowhere = contact(id="n", site=None).contact
    signals = [signal("granted", position=5), signal("nonsense", position=6), signal("denied", site=None, position=7)]
    assert consent_of_contacts([recording()], [visit()], signals, [late, early, other, nowhere], names) == {
        "c1": frozenset({"nothing_seen"}),
        "c9": frozenset({"granted"}),
        "o": frozenset({"not_recorded"}),
    }
    cookieless = recording(cookies_recorded=False)
    assert consent_of_contacts([cookieless], [visit()], [], [early], names) == {"c1": frozenset({"not_recorded"})}
