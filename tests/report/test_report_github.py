"""GitHub annotations of ``check``: within the limits of a step, and commands of ours alone."""

import pytest
from tests.checked import CUT, REC, UNUSABLE, a_contact, checked, forbidden, known, unmatched
from tests.runner import Read, commands_in

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.policy.violations.judgement import EvidencePlace
from pixelwitness.report.check.check_result import CheckResult, Located, Unread
from pixelwitness.report.check.github import MAX_EACH, MAX_NAMED, Annotation, format_command, render_github


def log_of(given: CheckResult) -> str:
    return "".join(f"{line}\n" for line in render_github(given))


def read(given: CheckResult) -> list[Read]:
    return list(commands_in(log_of(given)))


def titles(given: CheckResult) -> list[tuple[str, str]]:
    return [(one.name, one.properties["title"]) for one in read(given)]


def test_a_violation_is_an_error_at_the_line_of_its_entry() -> None:
    assert log_of(checked(forbidden())).splitlines() == [
        "pixelwitness: 1 violation on 1 site, 0 warnings.",
        "::error file=tests/recordings/shop.har,line=1200,title=pixelwitness%3A shop.example%3A event::"
        "Purchase to pixel 1234567890123456 by pixel%0AThe policy allows no event here.%0A"
        "page: shop.example/checkout%0Acarried: e-mail (SHA-256), page address%0A"
        "rule: meta-pixel-event (certain)%0Aevidence: tests/recordings/shop.har:1200 (entry 63)%0A"
        "to fix: remove the pixel%0Aor: take the user data out of fbq('init', …)",
    ]


def test_it_is_read_back_by_the_runner_as_it_was_meant() -> None:
    (one,) = read(checked(forbidden(name="100 %0A, x=1: :: y"), file=Located("a,b: c=%25.har")))

    assert one.properties == {
        "file": "a,b: c=%25.har",
        "line": "1200",
        "title": "pixelwitness: shop.example: event",
    }
    assert one.data.splitlines()[0] == "100 %0A, x=1: :: y to pixel 1234567890123456 by pixel"


def test_contacts_are_warnings_and_what_is_known_is_not_annotated() -> None:
    assert titles(checked(warnings=(a_contact(),), suppressed=(known(),), stale=(unmatched(),))) == [
        ("warning", "pixelwitness: shop.example: contact"),
        ("warning", "pixelwitness: stale"),
    ]


def test_a_clean_run_annotates_nothing() -> None:
    assert log_of(checked()) == "pixelwitness: No violation in 10 requests, 0 warnings.\n"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            checked(gaps=(UNUSABLE, CUT)),
            "3 entries of recordings could not be used (no address in them).\n"
            "1 recording ends before the end: what came after is unknown.",
        ),
        (
            checked(coverage=Coverage()),
            "Nothing to judge: 0 requests. What was not looked at is not clean.",
        ),
        (checked(unread=(Unread(Located("cut.har"), "it is no HAR"),)), "cut.har could not be read: it is no HAR"),
    ],
)
def test_what_was_not_looked_at_is_one_error(given: CheckResult, told: str) -> None:
    assert read(given) == [Read("error", told, {"title": "pixelwitness: the evidence is incomplete"})]


def test_more_violations_than_a_step_shows_are_told_by_site() -> None:
    many = [forbidden(name=f"Own{n:02d}") for n in range(MAX_NAMED + 3)]
    first, second = read(checked(*many, forbidden(site="clinic.example")))

    assert first.properties["title"] == "pixelwitness: clinic.example: event"
    assert second.properties == {
        "file": "tests/recordings/shop.har",
        "line": "1200",
        "title": "pixelwitness: shop.example: 11 violations",
    }
    assert second.data.splitlines() == [
        *(f"event: Own{n:02d} to pixel 1234567890123456 by pixel" for n in range(MAX_NAMED)),
        "+ 3 more, see the summary",
    ]


def test_more_sites_than_a_step_shows_are_counted_in_the_first_annotation() -> None:
    many = [forbidden(site=f"s{n:02d}.example") for n in range(25)]
    warnings = tuple(a_contact(site=f"s{n:02d}.example") for n in range(25))
    told = titles(checked(*many, warnings=warnings, gaps=(CUT,)))

    errors = [title for level, title in told if level == "error"]
    assert (len(errors), sum(level == "warning" for level, _ in told)) == (MAX_EACH, MAX_EACH)
    assert errors[:3] == [
        "pixelwitness: 26 errors",
        "pixelwitness: the evidence is incomplete",
        "pixelwitness: s00.example: event",
    ]
    assert read(checked(*many))[0].data == "+ 16 more than a step can show, see the summary"


def test_a_recording_that_is_no_file_of_the_repository_is_not_annotated_as_one() -> None:
    (one,) = read(checked(forbidden(), file=Located("pixelwitness.sqlite", stands_in=True)))

    assert one.properties == {"title": "pixelwitness: shop.example: event"}


def test_a_line_that_is_not_known_is_the_first() -> None:
    (one,) = read(checked(forbidden(places=(EvidencePlace(REC, 63, None),))))

    assert one.properties["line"] == "1"


@pytest.mark.parametrize(
    ("annotation", "line"),
    [
        (Annotation("error", "t", "m"), "::error title=t::m"),
        (Annotation("warning", "a,b:c", "%\r\n"), "::warning title=a%2Cb%3Ac::%25%0D%0A"),
        (Annotation("error", "t", "m", Located("a b.har"), 7), "::error file=a b.har,line=7,title=t::m"),
    ],
)
def test_a_command_is_escaped(annotation: Annotation, line: str) -> None:
    assert format_command(annotation) == line
