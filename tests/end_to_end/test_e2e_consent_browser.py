"""A shop that asks and tells Meta whatever the answer is, visited by a real Chromium: each visit is told right."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.end_to_end.conftest import Store
from tests.sites import stored
from tests.sites.watch import watched

from pixelwitness.scan.scan import ScanOptions, scan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

browse = pytest.importorskip("tests.sites.browse", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browse.CHROMIUM.exists(), reason=f"there is no Chromium at {browse.CHROMIUM}"),
]

HOME, SHELF = "https://books.example/", "https://books.example/shelf"
NOTHING = ("nothing_seen", "likely", "no consent signal of this site had been seen when it left")
COOKIE = "Cookiebot, in a cookie of the site"
GRANTED = ("granted", "likely", f"{COOKIE}: granted")
DENIED = ("denied", "likely", f"{COOKIE}: denied")
WITHDRAWN = ("after_withdrawal", "likely", "granted before, denied since: Cookiebot")
GPC = ("gpc", "certain", "the browser objected to sale and sharing of data (Sec-GPC)")
NEIGHBOUR = "Google's consent mode, in a neighbouring request"


def late(page: "Page") -> None:
    browse.settle(page)
    page.click("#accept")
    page.click("#shelf")


def denied(page: "Page") -> None:
    page.click("#deny")
    page.click("#shelf")


def absent(page: "Page") -> None:
    page.click("#shelf")


def withdrawn(page: "Page") -> None:
    page.click("#accept")
    page.click("#shelf")
    browse.settle(page)
    page.click("#deny")
    page.goto(HOME)


def neighbour(page: "Page") -> None:
    page.click("#tell")
    browse.settle(page)
    page.click("#shelf")


@dataclass(frozen=True)
class Case:
    """What a visitor does, and what every PageView is told of, in the order of time."""

    doing: Callable[["Page"], None]
    told: list[list[tuple[str, str, str]]]
    sentences: str
    """What every report says of it, parted by ``|``."""
    headers: tuple[tuple[str, str], ...] = ()


CASES = {
    "late": Case(
        late,
        [[NOTHING], [GRANTED]],
        f"1 event left before any consent signal.|1 event left with a signal that grants consent ({COOKIE}: granted).",
    ),
    "denied": Case(
        denied,
        [[NOTHING], [DENIED]],
        f"1 event left before any consent signal.|1 event left although a signal denied consent ({COOKIE}: denied).",
    ),
    "absent": Case(absent, [[NOTHING], [NOTHING]], "2 events left, and no consent signal was seen."),
    "withdrawn": Case(
        withdrawn,
        [[NOTHING], [GRANTED], [DENIED, WITHDRAWN]],
        "1 event left before any consent signal.|1 event left although a signal denied consent "
        f"({COOKIE}: denied).|1 event left after a signal withdrew consent (granted before, denied since: Cookiebot).|"
        f"1 event left with a signal that grants consent ({COOKIE}: granted).",
    ),
    "gpc": Case(
        absent,
        [[NOTHING, GPC], [NOTHING, GPC]],
        "2 events left, and no consent signal was seen.|"
        "2 events left although the browser objected to sale and sharing.",
        # Chromium has no setting for it; extensions add the same header.
        (("Sec-GPC", "1"),),
    ),
    "neighbour": Case(
        neighbour,
        [[NOTHING], [("denied", "hint", f"{NEIGHBOUR}: denied")]],
        f"1 event left before any consent signal.|1 event left although a signal denied consent ({NEIGHBOUR}: denied).",
    ),
}


@dataclass(frozen=True)
class Session:
    """One visit: its live store, and stores of its flow file and of both HARs."""

    live: Path
    others: dict[str, Path]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    found = {}
    with browse.chromium() as browser:
        for name, case in CASES.items():
            found[name] = session(tmp_path_factory.mktemp(name), browser, case)
    return found


def session(folder: Path, browser: "Browser", case: Case) -> Session:
    """Do a visit in a profile of its own behind a proxy of its own."""
    with watched(folder) as running:
        context = browse.profile(browser, folder / "browser.har", running.proxy.port)
        if case.headers:
            context.set_extra_http_headers(dict(case.headers))
        page = context.new_page()
        page.goto(HOME)
        browse.settle(page)
        case.doing(page)
        browse.settle(page)
        context.close()
        assert running.proxy.stop() == 0
    others = {}
    for recording in (running.flows, running.har, folder / "browser.har"):
        others[recording.name] = folder / f"{recording.name}.sqlite"
        scan([str(recording)], ScanOptions(db=others[recording.name], key=running.key))
    return Session(running.db, others)


def consent_of(db: Path) -> list[list[tuple[str, str, str]]]:
    """Return label, certainty and evidence of each event's findings on consent, events in the order of time."""
    events = sorted(stored.told(db)["events"], key=lambda one: str(one["seen_at"]))
    return [
        [(row["label"], row["certainty"], row["evidence"]) for row in _in_order(event["findings"])] for event in events
    ]


def _in_order(findings: list[dict[str, str]]) -> list[dict[str, str]]:
    order = ("nothing_seen", "granted", "denied", "after_withdrawal", "gpc")
    return sorted((one for one in findings if one["kind"] == "consent"), key=lambda one: order.index(one["label"]))


@pytest.mark.parametrize("name", CASES)
def test_a_live_session_is_told_right(sessions: dict[str, Session], name: str) -> None:
    assert consent_of(sessions[name].live) == CASES[name].told


@pytest.mark.parametrize("name", CASES)
def test_its_recordings_say_the_same(sessions: dict[str, Session], name: str) -> None:
    assert {file: consent_of(db) for file, db in sessions[name].others.items()} == dict.fromkeys(
        sessions[name].others, CASES[name].told
    )


@pytest.mark.parametrize("name", CASES)
def test_reports_tell_it_in_one_line_and_the_caution_once(sessions: dict[str, Session], name: str) -> None:
    from tests.end_to_end.test_e2e_setup import run

    for form in ("table", "story", "markdown"):
        code, text = run("report", sessions[name].live, "--format", form)
        assert code == 0
        for sentence in CASES[name].sentences.split("|"):
            assert sentence in text.replace("\\", ""), form
        assert text.count("is not a legal judgement") == 1, form


def test_no_value_of_a_signal_is_stored(sessions: dict[str, Session]) -> None:
    rows = Store(sessions["withdrawn"].live).rows("SELECT kind, state, site FROM signals ORDER BY position")
    assert rows == [("cookiebot", "granted", "books.example"), ("cookiebot", "denied", "books.example")]
