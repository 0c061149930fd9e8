"""The text of ``check``: evidence in few words, folds with a count, one line that sums up at the end."""

from dataclasses import replace

from tests.checked import LOOKED_AT, a_contact, checked, forbidden, unmatched
from tests.exposed import REC, contact, event, recording

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.judge import judge
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.judgement import Acceptance, Applied, Judgement
from pixelwitness.report.check.check_text import MAX_SHOWN, MAX_STALE, describe_judgement
from pixelwitness.report.check.violation_wording import MAX_FIELDS
from pixelwitness.report.wording.vocabulary import vocabulary

WORDS = vocabulary()
OTHER = "bbbb000011112222"
LAST = "What servers send to Meta directly passes no browser and no proxy: it stays out of sight."


def told(*seen: SeenEvent | SeenContact, **changed: object) -> list[str]:
    rows = (recording(**changed),)
    case = Case(
        rows,
        [row for row in seen if isinstance(row, SeenEvent)],
        [row for row in seen if isinstance(row, SeenContact)],
        frozenset({"facebook.com"}),
        coverage_of(rows),
    )
    return list(describe_judgement(judge(case), WORDS, {REC: "shop.har", OTHER: "b.har"}))


def evidence(*seen: SeenEvent | SeenContact) -> list[str]:
    return [line.removeprefix("  evidence  ") for line in told(*seen) if line.startswith("  evidence")]


def test_a_file_in_one_line_is_named_without_it() -> None:
    assert evidence(event(line=1)) == ["shop.har (entry 1)"]
    assert evidence(event(line=1), event(line=1, position=2)) == ["shop.har, entries 1 and 2"]
    assert evidence(event(line=None)) == ["shop.har (entry 1)"]


def test_a_file_of_several_lines_is_named_with_them_for_every_violation_of_it() -> None:
    assert evidence(event("Lead", line=1), event("Purchase", position=2, line=9)) == [
        "shop.har:1 (entry 1)",
        "shop.har:9 (entry 2)",
    ]
    assert evidence(event(line=7), event(line=9, position=2)) == ["shop.har, entries 1 (line 7) and 2 (line 9)"]


def test_each_file_is_named_once_and_what_is_left_out_is_counted() -> None:
    seen = [event(line=1, position=n) for n in range(1, 5)]
    seen += [event(line=1, position=n, recording_id=OTHER) for n in range(5, 8)]

    assert evidence(*seen) == ["shop.har, entries 1, 2, 3 and 4; b.har (entry 5); and 2 more"]


def test_the_last_line_sums_up() -> None:
    assert told(event("Lead"), event("Purchase", site="clinic.example"), contact())[-2:] == [
        LAST,
        "2 violations on 2 sites, 1 warning.",
    ]
    assert told(contact())[-1] == "No event was seen to go to Meta in 10 requests, 1 warning."
    assert told(requests_seen=0, requests_matched=0, requests_other=0)[-1] == (
        "Nothing to judge: 0 requests. What was not looked at is not clean."
    )


def test_more_of_one_site_than_one_reads_are_folded_with_their_number() -> None:
    seen = [event(f"Own{n:03d}", position=n) for n in range(MAX_SHOWN + 3)]
    seen += [event(f"Own{MAX_SHOWN + 2:03d}", position=MAX_SHOWN + 5), event("Lead", site="zoo.example")]
    lines = told(*seen)

    assert sum(line.startswith("violation: shop.example: Own") for line in lines) == MAX_SHOWN
    assert "violation: shop.example: and 3 more of other kinds (4 events)" in lines
    assert any(line.startswith("violation: zoo.example: Lead") for line in lines)
    assert lines[-1] == f"{MAX_SHOWN + 4} violations on 2 sites, 0 warnings."


def test_contacts_of_the_pixel_are_called_as_in_reports() -> None:
    lines = told(contact("pixel", rule_id="meta-topics-registration"))

    assert lines[0] == (
        "warning: shop.example: contact with Meta by registration of the visit with the browser's topics"
    )


def told_of(judgement: Judgement) -> list[str]:
    return list(describe_judgement(judgement, WORDS, {REC: "shop.har", OTHER: "b.har"}))


def test_what_is_suppressed_is_told_last_with_its_reason_and_without_advice() -> None:
    one = forbidden(suppressed=Acceptance("ignore", "agreed upon", "2027-01-31"), subject="email", fields=("ud.em",))
    judgement = checked(
        forbidden(name="Lead"), suppressed=(one,), policy=Applied(file="p.toml", is_default=False)
    ).judgement
    lines = told_of(judgement)

    first, second = (n for n, line in enumerate(lines) if line.startswith(("violation: ", "suppressed: ")))
    assert lines[first] == "violation: shop.example: Lead to pixel 1234567890123456 by pixel"
    assert lines[second:-6] == [
        "suppressed: shop.example: Purchase to pixel 1234567890123456 by pixel",
        "  ignore    agreed upon (until 2027-01-31)",
        "  page      shop.example/checkout",
        "  carried   e-mail (SHA-256), page",
        "  in        ud.em",
        "  check     event: the policy allows no event here",
        "  rule      meta-pixel-event (certain)",
        "  evidence  shop.har:1200 (entry 63)",
        "  known by  c22dc88237c92e1b4db4e2cb31ea842b",
    ]
    assert "Judged by: p.toml." in lines
    assert lines[-1] == "1 violation on 1 site, 0 warnings, 1 suppressed."


def test_stale_entries_are_told_and_counted_where_they_are_many() -> None:
    stale = tuple(unmatched(str(n)) for n in range(MAX_STALE + 3))
    lines = [line for line in told_of(checked(stale=stale).judgement) if line.startswith("stale: ")]

    assert lines[0] == "stale: ignore[0] (event Lead) matches nothing any more; remove it."
    assert lines[MAX_STALE:] == ["stale: and 3 more."]


def test_names_of_fields_are_bounded() -> None:
    fields = tuple(f"cd.field{n}" for n in range(MAX_FIELDS + 2))
    lines = told_of(checked(forbidden(fields=fields)).judgement)

    (told_in,) = (line for line in lines if line.startswith("  in "))
    assert told_in == f"  in        {', '.join(fields[:MAX_FIELDS])} and 2 more"


def test_events_and_contacts_that_are_folded_are_counted_apart() -> None:
    found = [forbidden(name=f"Own{n:03d}") for n in range(MAX_SHOWN)]
    lines = told_of(checked(*found, forbidden(name="Zoo", times=3), a_contact(level=Level.ERROR)).judgement)

    assert "violation: shop.example: and 2 more of other kinds (3 events and 1 contact)" in lines


def test_words_of_a_policy_file_cannot_act_either() -> None:
    hostile = "x\x1b[2J::error::\u202e"
    one = forbidden(suppressed=Acceptance("ignore", hostile), fields=(hostile,))
    policy = Applied(file=hostile, unused=(hostile,))
    gap = Gap(GapKind.SCRIPTS_MISSING, 1, sites=(hostile,))
    judgement = checked(suppressed=(one,), stale=(unmatched(hostile, hostile),), gaps=(gap,), policy=policy).judgement

    text = "".join(told_of(judgement))
    assert text.isprintable()
    assert "::error" not in text


def test_cookies_that_were_left_out_are_told_as_unknown() -> None:
    lines = told_of(checked(coverage=replace(LOOKED_AT, cookies_not_recorded=2)).judgement)

    left_out = "The exporter left cookies out of 2 recordings: whether Meta's account cookies went along is unknown."
    assert lines[-3] == left_out


UNJUDGED = [
    ({"by_operator": 2}, "Apart: 2 requests that whoever ran the proxy replayed or edited: no site's deeds"),
    ({"by_operator": 1}, "Apart: 1 request that whoever ran the proxy replayed or edited: no site's deed"),
    ({"cached": 1}, "Apart: 1 request was answered by the browser's cache: nobody was asked"),
]


def test_what_is_nobodys_deed_is_counted_and_not_judged() -> None:
    for changed, head in UNJUDGED:
        text = " ".join(line.strip() for line in told_of(checked(coverage=replace(LOOKED_AT, **changed)).judgement))
        assert head in text


def test_that_no_event_was_seen_is_only_said_where_none_can_have_been() -> None:
    clean = "No event was seen to go to Meta in 10 requests, 0 warnings."
    nothing = replace(LOOKED_AT, carrying=0, carried=0)
    assert told_of(checked(coverage=nothing).judgement)[-1] == clean
    unknown = a_contact(channels=("unknown",), rule_id="meta-purpose-unknown")
    for judgement in (
        checked(coverage=replace(nothing, within_meta=1)).judgement,
        checked(coverage=replace(nothing, by_operator=1)).judgement,
        checked(coverage=nothing, warnings=(unknown,)).judgement,
        replace(checked(coverage=nothing).judgement, not_sent=1),
        replace(checked(coverage=nothing).judgement, own_events=1),
    ):
        assert told_of(judgement)[-1].startswith("No violation in 10 requests, ")
