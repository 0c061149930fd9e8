"""Whose page it was, from recording to rows: claims, conflicts, and pages that are just going away."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write

from pixelwitness.core.exposure.records import Amendment, Contact, Event
from pixelwitness.core.wire.exchange import Exchange, Reading
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.analyser_setup import set_up_analysis

HIT = "https://www.facebook.com/tr/?id=1234567890123456&ev=PageView&if=false&dl="
VICTIM = "https%3A%2F%2Fvictim.example%2F"
EVIL = "https://attacker.example/"


def page(url: str, page_ref: str, seconds: int, **more: Any) -> dict[str, Any]:
    return entry(url, mime_type="text/html", pageref=page_ref, seconds=seconds, **more)


@pytest.mark.parametrize(
    ("entries", "expected", "evidence"),
    [
        (
            [page(EVIL, "p1", 0), entry(HIT + VICTIM, pageref="p1", seconds=1)],
            ("attacker.example", "har_page", "certain"),
            ["dl names another site than the document that the recorder saw"],
        ),
        (
            [entry(HIT + VICTIM, headers={"referer": EVIL})],
            ("attacker.example", "referer", "likely"),
            ["dl names another site than the browser's Referer"],
        ),
        (
            [page(EVIL, "p1", 0), entry(HIT + VICTIM, seconds=1, _initiator={"type": "parser", "url": EVIL})],
            ("attacker.example", "initiator", "certain"),
            ["dl names another site than the document that started the request"],
        ),
        ([entry(HIT + VICTIM)], ("victim.example", "dl", "likely"), []),
        (
            [entry(HIT + VICTIM, headers={"referer": "https://victim.example/"})],
            ("victim.example", "dl", "certain"),
            [],
        ),
    ],
)
def test_a_page_that_names_another_site_does_not_speak_for_it(
    entries: list[dict[str, Any]], expected: tuple[str, str, str], evidence: list[str], store: Store, tmp_path: Path
) -> None:
    store.scan(write(tmp_path / "one.har", entries))
    assert store.rows("SELECT page_site, attributed_by, attribution_certainty FROM events") == [expected]
    found = store.rows("SELECT event_id, label, field, certainty, evidence FROM findings WHERE kind = 'conflict'")
    (event,) = store.column("SELECT id FROM events")
    assert found == [(event, "page", "dl", "certain", words) for words in evidence]


def at(milliseconds: int) -> str:
    return f"2026-11-20T10:00:01.{milliseconds:03d}Z"


def test_what_a_page_sends_as_it_goes_away_is_not_the_next_pages(store: Store, tmp_path: Path) -> None:
    timings = {"blocked": 0, "dns": 0, "connect": 20, "ssl": 10, "send": 0, "wait": 80, "receive": 5}
    second = page("https://next.example/", "p2", 0, startedDateTime=at(0), timings=timings)
    image = "https://www.facebook.com/tr/?id=1234567890123456&ev="
    recorded = [
        page("https://first.example/", "p1", 0),
        second,
        # Firefox writes a beacon of the first page under the second, 8 ms after that one's entry began.
        entry(f"{image}Unload&dl=https%3A%2F%2Ffirst.example%2F", pageref="p2", startedDateTime=at(8)),
        entry(f"{image}NoWord", pageref="p2", startedDateTime=at(90)),
        entry(f"{image}Arrived", pageref="p2", startedDateTime=at(100)),
    ]
    listed = [{"id": "p2", "title": "https://next.example/"}]
    store.scan(write(tmp_path / "one.har", recorded, pages=listed))
    assert store.rows("SELECT event_name, page_site, attribution_certainty FROM events ORDER BY id") == [
        ("Unload", "first.example", "certain"),
        ("NoWord", None, None),
        ("Arrived", "next.example", "certain"),
    ]


GRAPH = "https://graph.facebook.com/v21.0/"
FORM = {"content-type": "application/x-www-form-urlencoded"}
EVENTS = "event=CUSTOM_APP_EVENTS&custom_events=" + quote('[{"_eventName": "fb_mobile_purchase"}]')
EXTINFO = "&extinfo=" + quote('["a2", "com.game.example", 1, "1.0"]')
TOKEN = "access_token=123456789012345%7Ceaatesttoken"
PAGE = {"referer": "https://shop.example/", "origin": "https://shop.example"}


def activities(app_id: int, body: str, headers: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    return entry(f"{GRAPH}{app_id}/activities", method="POST", headers={**FORM, **headers}, body=body)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([activities(123456789012345, EVENTS + EXTINFO)], [("app:com.game.example", None)]),
        # An installation names its app by a number; another event says which package that is.
        (
            [
                activities(123456789012345, "event=MOBILE_APP_INSTALL"),
                activities(123456789012345, EVENTS + EXTINFO),
                activities(543210987654321, "event=MOBILE_APP_INSTALL"),
            ],
            [("app:com.game.example", None), ("app:com.game.example", None), ("app:543210987654321", None)],
        ),
        (
            [activities(123456789012345, EVENTS + "&application_package_name=com.other.example")],
            [("app:com.other.example", None)],
        ),
        # What is no package is not stored as a name.
        (
            [activities(123456789012345, EVENTS + "&application_package_name=jane.doe%40mail.example")],
            [("app:123456789012345", None)],
        ),
        # Meta's SDK for websites reports to the same address; a browser says whose page it was.
        ([activities(123456789012345, EVENTS, PAGE)], [("site", "shop.example")]),
        ([activities(123456789012345, EVENTS + EXTINFO, PAGE)], [("app:com.game.example", None)]),
        # A server may report for an app.
        (
            [
                entry(
                    f"{GRAPH}123456789012345/events",
                    method="POST",
                    headers={"content-type": "application/json"},
                    body=json.dumps(
                        {
                            "data": [
                                {"event_name": "A", "app_data": {"extinfo": ["i2", "com.game.example"]}},
                                {"event_name": "B", "event_source_url": "https://shop.example/"},
                                {"event_name": "C"},
                            ]
                        }
                    ),
                )
            ],
            [("app:com.game.example", None), ("site", "shop.example"), ("site", None)],
        ),
        ([entry(f"https://www.facebook.com/tr/?id=1&ev=Lead&dl={VICTIM}")], [("site", "victim.example")]),
    ],
)
def test_an_app_is_a_sender_and_has_no_page(
    entries: list[dict[str, Any]], expected: list[tuple[str, str | None]], store: Store, tmp_path: Path
) -> None:
    store.scan(write(tmp_path / "one.har", entries))
    assert store.rows("SELECT sender, page_site FROM events ORDER BY id") == expected


def test_contacts_of_an_app_have_its_name_too(store: Store, tmp_path: Path) -> None:
    settings = f"{GRAPH}app?fields=x&sdk=android&{TOKEN}"
    recorded = [entry(settings), activities(123456789012345, EVENTS + EXTINFO)]
    store.scan(write(tmp_path / "one.har", recorded))
    assert store.rows("SELECT rule_id, sender, page_site, attributed_by FROM contacts") == [
        ("app-sdk-settings", "app:com.game.example", None, "none")
    ]


def test_live_an_apps_first_rows_are_named_when_its_package_is_known() -> None:
    setup = set_up_analysis(load_rules(), bytes(32))
    analyser = setup.analyser("r", Reading(exchanges=iter(()), kind="live"))
    settings = Request("GET", f"{GRAPH}app?fields=x&sdk=android&{TOKEN}")

    def told(request: Request) -> list[tuple[str, str]]:
        rows = analyser.analyse_request(Exchange(request))
        return [
            (type(row).__name__, str(row.values["sender"] if isinstance(row, Amendment) else row.sender))
            for row in rows
            if isinstance(row, Amendment | Event | Contact)
        ]

    headers = (("content-type", "application/x-www-form-urlencoded"),)
    event = Request(
        "POST", f"{GRAPH}123456789012345/activities", headers, (EVENTS + EXTINFO).encode(), BodyState.RECORDED
    )
    named = "app:com.game.example"
    assert told(settings) == [("Contact", "app:123456789012345")]
    assert told(replace(event, position=1)) == [("Amendment", named), ("Event", named)]
    assert told(replace(settings, position=2)) == [("Contact", named)]
