from tests.exposed import EMAIL, FBP, REC, contact, datum, event, recording

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.exposure.records import PixelConfig, Recording
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.checks import Check, Level
from pixelwitness.policy.judge import judge
from pixelwitness.policy.terms import Terms
from pixelwitness.policy.violations.aggregation import MAX_PLACES
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.judgement import EvidencePlace, Judgement, Violation, fingerprint
from pixelwitness.policy.violations.reasons import Reason, ReasonKind

HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"


def judged(
    *seen: SeenEvent | SeenContact,
    strict: bool = False,
    of: Recording | None = None,
    configs: tuple[PixelConfig, ...] = (),
) -> Judgement:
    rows = (of or recording(),)
    case = Case(
        rows,
        [row for row in seen if isinstance(row, SeenEvent)],
        [row for row in seen if isinstance(row, SeenContact)],
        frozenset({"facebook.com"}),
        coverage_of(rows),
        configs=configs,
    )
    return judge(case, Terms(user_data=frozenset({"ud", "udff"})), strict=strict)


def test_an_event_is_a_violation_that_names_its_evidence_and_what_would_help() -> None:
    screen = datum("sw", "screen", "number", matching="automatic")
    harvested = datum("udff.ph", "phone", "sha256", matching="automatic")
    empty = datum("ud.fn", "first_name", "empty-hash")

    judgement = judged(event("Purchase", EMAIL, screen, harvested, empty, position=7))

    assert judgement.violations == (
        Violation(
            site="shop.example",
            page_url="https://shop.example/boots",
            name="Purchase",
            pixel_id="1234567890123456",
            channels=("pixel",),
            rule_id="meta-pixel-event",
            confidence="certain",
            times=1,
            outcomes=((Outcome.TOLD, 1),),
            data=(("email", "sha256"), ("phone", "sha256")),
            places=(EvidencePlace(REC, 7, 107),),
            remedies=(
                "remove the pixel, or call fbq('consent', 'revoke') before fbq('init', …) until the visitor agrees",
                "switch automatic advanced matching off in the pixel's settings",
                "take the user data out of fbq('init', …)",
            ),
            check=Check.EVENT,
            level=Level.ERROR,
            fingerprint=fingerprint("event", "shop.example", "1234567890123456", "Purchase", "pixel"),
            why=Reason(ReasonKind.NONE_ALLOWED, "event"),
        ),
    )
    assert (judgement.warnings, judgement.gaps) == ((), ())


def test_a_contact_warns_and_is_no_violation() -> None:
    judgement = judged(contact("social-plugin"))

    assert judgement.violations == ()
    assert [(one.site, one.channels, one.times) for one in judgement.warnings] == [
        ("shop.example", ("social-plugin",), 1)
    ]


def test_equal_events_are_one_violation_whose_places_are_bounded() -> None:
    (violation,) = judged(*(event("PageView", FBP, position=n) for n in range(8))).violations

    assert (violation.times, [one.position for one in violation.places]) == (8, list(range(MAX_PLACES)))


def test_a_person_on_metas_own_sites_violates_nothing() -> None:
    judgement = judged(event(site="facebook.com"), contact("meta-ai", site="shop.example"))

    assert (judgement.violations, judgement.warnings, judgement.own_events) == ((), (), 1)


def test_an_event_of_an_unknown_page_is_a_violation_and_comes_last() -> None:
    assert [one.site for one in judged(event(site=None), event(site="zoo.example")).violations] == ["zoo.example", None]


def test_losses_make_the_evidence_incomplete() -> None:
    cases = [
        (recording(complete=False), Gap(GapKind.INCOMPLETE, 1)),
        (recording(rejected=1, requests_other=5), Gap(GapKind.REJECTED, 1)),
        (recording(undecodable=1, requests_other=5), Gap(GapKind.UNDECODABLE, 1)),
        (recording(dropped=2), Gap(GapKind.DROPPED, 2)),
        (recording(rule_faults=1), Gap(GapKind.RULE_FAULTS, 1)),
        (recording(requests_other=4), Gap(GapKind.UNACCOUNTED, 8, 10)),
    ]
    assert [judged(of=row).gaps for row, _ in cases] == [(gap,) for _, gap in cases]


def test_a_body_not_recorded_is_a_gap_only_under_strict() -> None:
    row = recording(bodies_not_recorded=2)

    assert judged(of=row).gaps == ()
    assert judged(of=row, strict=True).gaps == (Gap(GapKind.BODIES, 2),)


def test_a_pixel_that_keeps_silent_in_a_headless_browser_proves_nothing() -> None:
    silent = judged(contact("library"), of=recording(user_agent=HEADLESS))
    assert silent.gaps == (Gap(GapKind.HEADLESS, 1),)


def blocking(value: str, key: str = "bot_blocking", recording_id: str = REC) -> PixelConfig:
    return PixelConfig(
        id="c",
        recording_id=recording_id,
        visit_id=None,
        position=3,
        site="shop.example",
        pixel_id="1234567890123456",
        seen_at=None,
        key=key,
        value=value,
    )


def test_silence_is_explained_by_the_configuration_where_that_was_recorded() -> None:
    headless = recording(user_agent=HEADLESS)
    cases = [
        (blocking('{"on":true,"headless":true}'), True),
        (blocking('{"on":true}'), True),
        (blocking('{"on":true,"headless":false}'), False),
        (blocking('{"on":false,"headless":true}'), False),
        (blocking('{"on":true}', key="microdata"), False),
        (blocking('{"on":true}', recording_id="bbbb000011112222"), False),
        (blocking("no JSON"), False),
        (blocking("[]"), False),
    ]
    for config, explained in cases:
        (gap,) = judged(contact("config"), of=headless, configs=(config,)).gaps
        assert gap == Gap(GapKind.HEADLESS_DROPPED if explained else GapKind.HEADLESS, 1), config
    assert judged(contact("config"), event(), of=headless, configs=(cases[0][0],)).gaps == ()


def test_no_gap_with_a_window_with_an_event_or_without_the_pixel() -> None:
    headless = recording(user_agent=HEADLESS)
    for judgement in (
        judged(contact("library")),
        judged(contact("library"), event(), of=headless),
        judged(contact("social-plugin"), of=headless),
        judged(of=headless),
    ):
        assert judgement.gaps == ()


def test_no_requests_are_nothing_to_judge() -> None:
    row = recording(requests_seen=0, requests_matched=0, requests_other=0)

    assert (judged(of=row).is_empty, judged().is_empty) == (True, False)
