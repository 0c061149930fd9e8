"""A pixel whose scripts never came cannot send: its silence is a gap, and told as one."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.exposed import REC, contact, event, recording
from tests.har import entry, write
from tests.policy.judging import words

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Observation
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.policy_model import Policy
from pixelwitness.policy.judge import judge
from pixelwitness.policy.terms import DEFAULT, Terms
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.site_rules import PolicyRules
from pixelwitness.report.check.stored_case import read_case
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store.database import reading

LIBRARY = "https://connect.facebook.net/en_US/fbevents.js"
CONFIG = "https://connect.facebook.net/signals/config/1234567890123456?v=2.9.324"
SHOP = {"referer": "https://shop.example/"}
SCRIPT: dict[str, Any] = {
    "size": 270_000,
    "mimeType": "application/x-javascript",
    "text": '/** Copyright Meta */ fbq.version = "2.9";',
}


def gap(*sites: str | None) -> Gap:
    return Gap(GapKind.SCRIPTS_MISSING, len(sites), sites=sites)


def shown(kind: str, site: str | None = "shop.example", recording_id: str = REC) -> Observation:
    return Observation(
        id=f"{recording_id}-{kind}-{site}",
        recording_id=recording_id,
        visit_id=None,
        position=3,
        site=site,
        seen_at=None,
        kind=kind,
        rule_id="meta-pixel-library-missing",
        rule_version=1,
        confidence="likely",
        evidence="a word of ours",
    )


def gaps(*rows: SeenEvent | SeenContact | Observation, terms: Terms = DEFAULT) -> tuple[Gap, ...]:
    case = Case(
        (recording(),),
        [row for row in rows if isinstance(row, SeenEvent)],
        [row for row in rows if isinstance(row, SeenContact)],
        frozenset({"facebook.com"}),
        coverage_of([recording()]),
        observations=[row for row in rows if isinstance(row, Observation)],
    )
    return judge(case, terms).gaps


MISSING, DELIVERED, NO_CONFIG = shown("library_missing"), shown("library_delivered"), shown("config_missing")


def test_a_library_that_did_not_arrive_is_a_gap_that_names_the_site() -> None:
    assert gaps(contact("library"), MISSING) == (gap("shop.example"),)


@pytest.mark.parametrize(
    "rows",
    [
        (contact("library"),),
        (contact("library"), DELIVERED),
        # A redirect, or a page that was left before it was there.
        (contact("library"), MISSING, DELIVERED),
        (contact("library"), event("PageView"), MISSING),
        (contact("config"), event("PageView"), NO_CONFIG),
        (shown("library_missing", "facebook.com"),),
        (shown("server_set_cookie"),),
    ],
)
def test_a_library_that_came_or_spoke_is_none(rows: tuple[Any, ...]) -> None:
    assert gaps(*rows) == ()


def test_a_library_of_another_site_or_recording_is_no_excuse() -> None:
    assert gaps(MISSING, shown("library_delivered", "other.example")) == (gap("shop.example"),)
    assert gaps(MISSING, shown("library_delivered", recording_id="f" * 64)) == (gap("shop.example"),)
    assert gaps(MISSING, event("PageView", site="other.example")) == (gap("shop.example"),)


def test_a_library_without_its_configuration_keeps_silent_too() -> None:
    assert gaps(contact("library"), DELIVERED, NO_CONFIG) == (gap("shop.example"),)


def test_a_library_that_somebody_stopped_is_a_gap_unless_the_policy_judges_only_what_was_sent() -> None:
    lenient = Terms(PolicyRules(Policy.model_validate({"judge": "sent"})))
    for stopped in (contact("library", delivery="stopped"), contact("library", delivery="stopped", blocked=True)):
        assert gaps(stopped) == (gap("shop.example"),)
        assert gaps(stopped, terms=lenient) == ()


def test_a_library_out_of_the_cache_was_there_for_a_headless_browser_that_sent_nothing() -> None:
    row = recording(user_agent="Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36")
    for observed, is_gap in ((DELIVERED, True), (shown("library_delivered", "facebook.com"), False)):
        case = Case((row,), (), (), frozenset({"facebook.com"}), coverage_of([row]), observations=[observed])
        assert bool(judge(case).gaps) is is_gap


def test_many_sites_are_counted_and_an_unknown_page_comes_last() -> None:
    missing = [shown("library_missing", f"s{n}.example") for n in range(7)]
    assert gaps(*missing, shown("library_missing", None)) == (gap(*(f"s{n}.example" for n in range(7)), None),)
    (told,) = words(gaps(*missing, shown("library_missing", None)))
    assert "(s0.example, s1.example, s2.example, s3.example, s4.example, an unknown page and 2 more)" in told


def test_a_long_name_is_cut_before_it_hides_what_would_help() -> None:
    site = "a" * 300 + ".example"
    (told,) = words(gaps(shown("library_missing", site)))
    assert f"({'a' * 80}…), so it could not send and silence proves nothing: let the browser reach it, or" in told


def answered(url: str, *, status: Any = 200, on_wire: int = 0, **content: Any) -> dict[str, Any]:
    told = entry(url, headers=SHOP, status=status, mime_type="application/x-javascript", seconds=1)
    told["response"]["content"] |= content
    told["response"]["bodySize"] = on_wire
    return told


def without_answer() -> dict[str, Any]:
    told = answered(LIBRARY)
    del told["response"]
    return told


RECORDED: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a script": ([answered(LIBRARY, **SCRIPT)], True),
    "a script, its contents left out": ([answered(LIBRARY, on_wire=70_099)], True),
    "a script, its contents left out and its sizes unknown": ([answered(LIBRARY, on_wire=-1, size=-1)], True),
    "a script of the cache": ([answered(LIBRARY, status=304)], True),
    "a redirect to a script": (
        [answered(LIBRARY.replace("https", "http"), status=307), answered(LIBRARY, **SCRIPT)],
        True,
    ),
    "a script and a configuration": ([answered(LIBRARY, **SCRIPT), answered(CONFIG, **SCRIPT)], True),
    "no library": ([entry("https://shop.example/fbevents.html", headers=SHOP)], True),
    "the SDK alone, refused": ([answered("https://connect.facebook.net/en_US/sdk.js", status=0)], True),
    "refused": ([answered(LIBRARY, status=0)], False),
    "failed, as Playwright has it": ([answered(LIBRARY, status=-1)], False),
    "without an answer": ([without_answer()], False),
    "an error": ([answered(LIBRARY, status=503, **SCRIPT)], False),
    "nothing to send": ([answered(LIBRARY, status=204)], False),
    "empty": ([answered(LIBRARY, text="")], False),
    "empty, contents left out": ([answered(LIBRARY)], False),
    "blank": ([answered(LIBRARY, text=" \n")], False),
    "a filter's page": ([answered(LIBRARY, text="<!doctype html><title>Blocked</title>")], False),
    "a redirect to nowhere": ([answered(LIBRARY, status=307)], False),
    "at a host of the site's own": ([answered("https://m.shop.example/en_US/fbevents.js", status=404)], False),
    "a script, its configuration refused": ([answered(LIBRARY, **SCRIPT), answered(CONFIG, status=0)], False),
}


@pytest.mark.parametrize(("entries", "proves"), RECORDED.values(), ids=RECORDED)
def test_what_a_recording_holds_of_the_library_decides(
    tmp_path: Path, entries: list[dict[str, Any]], proves: bool
) -> None:
    page = entry("https://shop.example/", headers={"sec-fetch-dest": "document"}, mime_type="text/html")
    har = write(tmp_path / "visit.har", [page, *entries])
    scan([str(har)], ScanOptions(db=tmp_path / "db.sqlite"))
    with reading(tmp_path / "db.sqlite") as connection:
        judgement = judge(read_case(connection))

    assert judgement.gaps == (() if proves else (gap("shop.example"),)), json.dumps(entries)
    assert judgement.violations == ()
