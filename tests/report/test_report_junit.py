"""JUnit XML of ``check``: valid by the schema that Jenkins reads, and never green out of nothing."""

import io
from pathlib import Path
from typing import Any

import junitparser
import pytest
import xmlschema
from tests.checked import CUT, REC, UNUSABLE, a_contact, checked, forbidden, known

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.policy.violations.judgement import EvidencePlace
from pixelwitness.report.check.check_result import CheckResult, Located, Unread
from pixelwitness.report.check.junit import render_junit

SCHEMA = xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas" / "junit-10.xsd")

EVIDENCE = "pixelwitness: evidence"
LOOKED = ["there was something to judge", "every input could be read", "the evidence is complete"]


def suites_of(given: CheckResult) -> Any:
    text = render_junit(given)
    SCHEMA.validate(text)
    return junitparser.JUnitXml.fromstring(text.encode())


def cases(given: CheckResult) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (suite, case, its outcomes) as a CI system reads them."""
    return [
        (suite.name, case.name, [(type(one).__name__, one.type, one.message) for one in case.result])
        for suite in suites_of(given)
        for case in suite
    ]


def test_the_whole_document_of_one_of_each() -> None:
    given = checked(
        forbidden(times=2, places=(EvidencePlace(REC, 63, 1200), EvidencePlace(REC, 70, 1300))),
        warnings=(a_contact(site="clinic.example"),),
        suppressed=(known(),),
    )
    assert render_junit(given) == (Path(__file__).parent / "junit.xml").read_text("utf-8")


def test_each_violation_is_a_failure_of_a_case_of_its_own() -> None:
    given = checked(forbidden(), forbidden(name="Lead"), forbidden(site="clinic.example", check="health"))
    why = "The policy allows no event here."
    told = "to pixel 1234567890123456 by pixel"

    assert cases(given)[3:] == [
        (
            "clinic.example",
            f"health: Purchase {told}",
            [("Failure", "health", f"clinic.example: Purchase {told}. {why}")],
        ),
        ("shop.example", f"event: Purchase {told}", [("Failure", "event", f"shop.example: Purchase {told}. {why}")]),
        ("shop.example", f"event: Lead {told}", [("Failure", "event", f"shop.example: Lead {told}. {why}")]),
    ]


def test_a_clean_run_has_cases_and_none_that_failed() -> None:
    assert cases(checked()) == [(EVIDENCE, name, []) for name in LOOKED]


def test_warnings_pass_and_what_is_known_is_skipped() -> None:
    given = checked(warnings=(a_contact(),), suppressed=(known(),))

    assert cases(given)[3:] == [
        ("shop.example", "contact: contact with Meta by Meta's library", []),
        (
            "shop.example",
            "event: Lead to pixel 1234567890123456 by pixel",
            [("Skipped", "ignore", "agreed upon (until 2027-01-31)")],
        ),
    ]
    assert "warning: shop.example: contact with Meta by Meta's library" in render_junit(given)


@pytest.mark.parametrize(
    ("given", "case", "outcome"),
    [
        (
            checked(coverage=Coverage()),
            LOOKED[0],
            ("Error", "nothing", "Nothing to judge: 0 requests. What was not looked at is not clean."),
        ),
        (
            checked(unread=(Unread(Located("cut.har"), "it is no HAR"),)),
            LOOKED[1],
            ("Error", "unread", "cut.har: it is no HAR"),
        ),
        (
            checked(gaps=(CUT, UNUSABLE)),
            LOOKED[2],
            ("Error", "incomplete", "1 recording ends before the end: what came after is unknown. (and 1 more)"),
        ),
    ],
)
def test_what_was_not_looked_at_is_an_error(given: CheckResult, case: str, outcome: tuple[str, str, str]) -> None:
    assert [(name, results) for _, name, results in cases(given) if results] == [(case, [outcome])]


def test_every_gap_stands_in_the_text_of_the_error() -> None:
    text = render_junit(checked(gaps=(CUT, UNUSABLE)))

    assert "is unknown.\n3 entries of recordings could not be used (no address in them).</error>" in text


def test_the_sums_are_those_of_the_cases() -> None:
    given = checked(forbidden(), warnings=(a_contact(),), suppressed=(known(),), gaps=(CUT,))
    suites = suites_of(given)
    written = (suites.tests, suites.failures, suites.errors)
    by_suite = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites]

    assert written == (6, 1, 1)
    assert by_suite == [(3, 0, 1, 0), (3, 1, 0, 1)]
    for suite in suites:
        suite.update_statistics()
    assert [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites] == by_suite


def test_a_case_has_the_same_name_however_often_it_happened() -> None:
    once, often = (cases(checked(forbidden(times=times)))[3][1] for times in (1, 9))

    assert once == often


def test_the_unknown_site_comes_last_and_is_called_so() -> None:
    given = checked(forbidden(site=None, page_url=None), forbidden())

    assert [suite.name for suite in suites_of(given)] == [EVIDENCE, "shop.example", "unknown site"]


def test_it_says_in_which_encoding_it_is() -> None:
    assert junitparser.JUnitXml.fromfile(io.BytesIO(render_junit(checked(forbidden(name="Käufe"))).encode())).tests == 4
