"""SARIF of ``check``: valid by the schema of OASIS, acceptable to code scanning, the same whatever runs it."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.checked import REC, UNUSABLE, a_contact, checked, forbidden, known, unmatched

from pixelwitness import __version__
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.policy.config.checks import CHECKS
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.policy.violations.judgement import EvidencePlace
from pixelwitness.report.check.check_result import CheckResult, Located, Unread
from pixelwitness.report.check.sarif import MAX_RESULTS, relative_uri, render_sarif

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def run_of(given: CheckResult) -> Any:
    text = render_sarif(given)
    log = json.loads(text)
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    assert text.isascii()
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def notices(run: Any) -> list[tuple[str, str, str]]:
    (invocation,) = run["invocations"]
    told = invocation["toolExecutionNotifications"]
    return [(one["descriptor"]["id"], one["level"], one["message"]["text"]) for one in told]


def test_a_violation_is_a_result_at_the_line_of_its_entry() -> None:
    given = checked(forbidden(times=3, places=(EvidencePlace(REC, 63, 1200), EvidencePlace(REC, 70, 1300))))
    (result,) = run_of(given)["results"]
    file = {"uri": "tests/recordings/shop.har", "uriBaseId": "%SRCROOT%"}

    assert result == {
        "ruleId": "event",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "shop.example: Purchase to pixel 1234567890123456 by pixel (3 times). "
            "The policy allows no event here. Page: shop.example/checkout. "
            "Carried: e-mail (SHA-256), page address. Rule: meta-pixel-event (certain). "
            "Evidence: tests/recordings/shop.har:1200 (entry 63); tests/recordings/shop.har:1300 (entry 70); "
            "and 1 more. To fix: remove the pixel. Or: take the user data out of fbq('init', …)."
        },
        "occurrenceCount": 3,
        "locations": [
            {
                "physicalLocation": {"artifactLocation": file, "region": {"startLine": 1200}},
                "logicalLocations": [
                    {"name": "shop.example", "kind": "site"},
                    {"name": "shop.example/checkout", "kind": "page"},
                    {"name": "Purchase", "kind": "event"},
                ],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": file, "region": {"startLine": 1300}},
                "message": {"text": "entry 70"},
            }
        ],
        "partialFingerprints": {
            "pixelwitness/v1": "c22dc88237c92e1b4db4e2cb31ea842b",
            "primaryLocationLineHash": "c22dc88237c92e1b4db4e2cb31ea842b:1",
        },
    }


def test_levels_and_rules_are_those_of_the_policy() -> None:
    run = run_of(checked(forbidden(check="health"), warnings=(a_contact(),)))
    rules = run["tool"]["driver"]["rules"]

    assert [(one["ruleId"], one["level"], rules[one["ruleIndex"]]["id"]) for one in run["results"]] == [
        ("health", "error", "health"),
        ("contact", "warning", "contact"),
    ]
    assert [one["id"] for one in rules] == [str(check) for check in CHECKS]


def test_every_rule_and_notice_says_what_code_scanning_asks_of_it() -> None:
    driver = run_of(checked())["tool"]["driver"]

    assert driver["rules"][0] == {
        "id": "event",
        "name": "EventToMetaThatIsNotAllowed",
        "shortDescription": {"text": "Event to Meta that is not allowed"},
        "fullDescription": {"text": CHECKS["event"].help},
        "help": {"text": CHECKS["event"].help},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["privacy"]},
    }
    for one in (*driver["rules"], *driver["notifications"]):
        assert one["help"]["text"] == one["fullDescription"]["text"]
        assert one["name"].isalnum()
        assert one["name"].lower() != one["id"]


def test_what_is_suppressed_is_there_with_its_reason() -> None:
    (result,) = run_of(checked(suppressed=(known(),)))["results"]

    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "ignore: agreed upon (until 2027-01-31)"}
    ]
    assert result["level"] == "error"


def test_a_clean_run_was_successful_and_tells_what_it_looked_at() -> None:
    run = run_of(checked())

    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert (run["invocations"][0]["exitCode"], run["invocations"][0]["exitCodeDescription"]) == (0, "clean")
    assert notices(run) == [
        (
            "account",
            "note",
            "Policy: the default: any event is a violation, other contacts warn. "
            "1 recording, 10 requests = 4 for Meta (3 carried 3 events, 1 contact) + 6 other + "
            "0 undecodable + 0 unusable + 0 blocked. What servers send to Meta directly passes no browser and no "
            "proxy: it stays out of sight.",
        )
    ]


@pytest.mark.parametrize(
    ("given", "notice"),
    [
        (
            checked(gaps=(UNUSABLE,), exit_code=ExitCode.INCOMPLETE),
            ("incomplete", "error", "3 entries of recordings could not be used (no address in them)."),
        ),
        (
            checked(unread=(Unread(Located("cut.har"), "it is no HAR"),), exit_code=ExitCode.INCOMPLETE),
            ("unread", "error", "cut.har could not be read: it is no HAR"),
        ),
        (
            checked(coverage=Coverage(), exit_code=ExitCode.NOTHING_TO_SCAN),
            ("nothing", "error", "0 requests: what was not looked at is not clean."),
        ),
    ],
)
def test_what_was_not_looked_at_is_no_success(given: CheckResult, notice: tuple[str, str, str]) -> None:
    run = run_of(given)

    assert run["invocations"][0]["executionSuccessful"] is False
    assert notices(run)[0] == notice


def test_entries_of_no_use_are_warnings_of_a_run_that_succeeded() -> None:
    run = run_of(checked(stale=(unmatched(),)))

    assert run["invocations"][0]["executionSuccessful"] is True
    assert notices(run)[0] == ("stale", "warning", "ignore[3] (event Lead) matches nothing any more; remove it.")


def test_more_results_than_are_shown_are_cut_by_their_weight_and_said_so() -> None:
    many = [forbidden(name=f"Own{n:04d}", fingerprint=f"{n:032x}") for n in range(MAX_RESULTS - 1)]
    given = checked(*many, warnings=(a_contact(), a_contact(site="clinic.example")), suppressed=(known(),))
    text = render_sarif(given)
    run = json.loads(text)["runs"][0]

    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][-1]["ruleId"] == "contact"
    assert notices(run)[0][:2] == ("cut", "warning")
    assert notices(run)[0][2].startswith("5,002 results, of which the first 5,000 are written down")
    assert len(gzip.compress(text.encode(), mtime=0)) < 10_000_000


def test_what_is_not_a_file_of_the_repository_stands_at_one_that_is() -> None:
    live = checked(forbidden(), file=Located("evidence/pixelwitness.sqlite", stands_in=True))
    nowhere = checked(forbidden(places=()))

    for given, uri in ((live, "evidence/pixelwitness.sqlite"), (nowhere, "pixelwitness.sqlite")):
        (result,) = run_of(given)["results"]
        assert result["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }


@pytest.mark.parametrize("line", [None, 0, 1])
def test_a_line_that_is_not_known_is_the_first(line: int | None) -> None:
    (result,) = run_of(checked(forbidden(places=(EvidencePlace(REC, 63, line),))))["results"]

    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b.har", "a/b.har"),
        ("a b/ü%.har", "a%20b/%C3%BC%25.har"),
        ("https://evil.example/x.har", "https%3A//evil.example/x.har"),
        ("//evil.example/x.har", "evil.example/x.har"),
        ("x?y#z.har", "x%3Fy%23z.har"),
        ("a\x00\x1b\u202e.har", "a%00%1B%E2%80%AE.har"),
        ("\udcff.har", "%FF.har"),
        ("\ud83d.har", "%ED%A0%BD.har"),
        ("", "."),
    ],
)
def test_a_path_is_a_relative_reference_whatever_stands_in_it(path: str, uri: str) -> None:
    assert relative_uri(path) == uri


def test_it_names_the_tool_and_its_version() -> None:
    driver = run_of(checked())["tool"]["driver"]

    assert (driver["name"], driver["version"]) == ("pixelwitness", __version__)
