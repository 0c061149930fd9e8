"""Real recordings of other people, and requests made by Meta's own libraries, against their truth."""

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write

WITHOUT_URL = {
    "Lookyloo__har2tree__tests__data__lalibre__001.har": 1,
    "haralyzer__haralyzer__tests__data__missing_page.har": 1,
    "haralyzer__haralyzer__tests__data__missing_pageref.har": 2,
}
"""Requests that state no URL at all: counted as rejected, and said so."""

PERSON_FAMILIES = ("ud", "udff", "aud", "audff", "cud", "cudff", "ncud", "ncudff", "am")


@pytest.fixture(scope="module")
def scanned(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("shared") / "store.sqlite")
    store.scan(shared / "recordings")
    return store


@pytest.fixture(scope="module")
def truth(shared: Path) -> dict[str, dict[str, Any]]:
    return {one["file"]: one for one in json.loads((shared / "recordings" / "truth.json").read_text("utf-8"))}


def by_file(store: Store, statement: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of a statement whose first column is the id of a recording, by the file's name."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    names = {
        recording: [Path(source).name for source in json.loads(sources)]
        for recording, sources in store.rows("SELECT id, sources FROM recordings")
    }
    for recording, *row in store.rows(statement):
        for name in names[recording]:
            found[name].append(tuple(row))
    return found


def test_every_file_is_read_whole(scanned: Store, truth: dict[str, dict[str, Any]]) -> None:
    seen = by_file(scanned, "SELECT id, requests_seen, complete, rejected, undecodable, rule_faults FROM recordings")
    assert {name: rows[0] for name, rows in seen.items()} == {
        name: (one["requests"], 1, WITHOUT_URL.get(name, 0), 0, 0) for name, one in truth.items()
    }


def test_the_ledger_counts_each_request_once(scanned: Store) -> None:
    parts = "requests_matched + requests_other + undecodable + rejected + blocked"
    assert scanned.rows(f"SELECT id FROM recordings WHERE requests_seen != {parts}") == []


@pytest.fixture(scope="module")
def pixel_requests(scanned: Store) -> dict[str, list[tuple[str, str, str, list[str]]]]:
    """Return method, pixel, name and user data of each hit of the pixel, by file."""
    found = by_file(
        scanned,
        "SELECT t.recording_id, t.position, t.method, e.pixel_id, e.event_name, t.id FROM transmissions t"
        " JOIN events e ON e.id = t.event_id WHERE t.rule_id = 'meta-pixel-event' ORDER BY t.recording_id, t.position",
    )
    user_data = defaultdict(set)
    for transmission, field in scanned.rows("SELECT transmission_id, field FROM fields"):
        family, _, key = field.partition(".")
        if family in PERSON_FAMILIES and "#" not in key and "." not in key:
            user_data[transmission].add(f"{family}[{key}]")
    return {
        name: [(method, pixel, event, sorted(user_data[t])) for _, method, pixel, event, t in rows]
        for name, rows in found.items()
    }


def hits_of(one: dict[str, Any]) -> list[tuple[str, str, str, list[str]]]:
    return [(hit["method"], hit["id"], hit["ev"], sorted(hit["user_data"])) for hit in one["pixel_requests"]]


def test_every_pixel_request_is_found_and_no_other(
    pixel_requests: dict[str, list[tuple[str, str, str, list[str]]]], truth: dict[str, dict[str, Any]]
) -> None:
    expected = {name: hits_of(one) for name, one in truth.items() if one["pixel_requests"]}
    assert pixel_requests == expected


def test_copies_fold_into_the_events_of_the_truth(scanned: Store, truth: dict[str, dict[str, Any]]) -> None:
    found = by_file(scanned, "SELECT recording_id, pixel_id, event_name FROM events")
    expected = {
        name: sorted(tuple(event) for event in one["folded_events"])
        for name, one in truth.items()
        if one["folded_events"]
    }
    assert {name: sorted(rows) for name, rows in found.items()} == expected


def test_sandbox_copies_topics_libraries_and_configurations_are_counted(
    scanned: Store, truth: dict[str, dict[str, Any]]
) -> None:
    triggers = by_file(
        scanned, "SELECT recording_id, id FROM transmissions WHERE rule_id = 'meta-pixel-sandbox-trigger'"
    )
    contacts = by_file(scanned, "SELECT recording_id, rule_id, pixel_id FROM contacts")
    for name, one in truth.items():
        of_file = contacts.get(name, [])
        assert len(triggers.get(name, [])) == one["sandbox_triggers"], name
        assert len([rule for rule, _ in of_file if rule == "meta-topics-registration"]) == one["topics"], name
        assert len([rule for rule, _ in of_file if rule == "meta-pixel-library"]) == one["library"], name
        assert sorted(pixel for rule, pixel in of_file if rule == "meta-pixel-config") == sorted(one["config"]), name


SITES = {
    # No document of the page is among the entries, only frames that other sites' documents fill.
    "Lookyloo__har2tree__tests__data__lalibre__114.har": {"lalibre.be"},
    "Lookyloo__har2tree__tests__data__lemonde.har": {"lemonde.fr"},
    # The exporter's list of pages names another site than the requests themselves.
    "the-markup__meta-pixel-988__211palmbeach.org__HAR__contact-form-211palmbeach.org.har": {"211palmbeach.org"},
    "the-markup__meta-pixel-988__gryphon.org__HAR__contact-form-www.gryphon.org.har": {"gryphon.org"},
}


OWN_WORD = {"the-markup__meta-pixel-edtech__abcmouse.com__HAR__loginpage-www.abcmouse.com.har"}
"""Neither Referer nor document: `dl` and the recorder's list of pages are all there is, which is likely at most."""


def test_events_belong_to_the_site_that_the_person_saw(scanned: Store, truth: dict[str, dict[str, Any]]) -> None:
    found = by_file(scanned, "SELECT recording_id, page_site, attribution_certainty FROM events")
    assert {name: {site for site, _ in found[name]} for name in SITES} == SITES
    certainties = {name: {certainty for _, certainty in rows} for name, rows in found.items()}
    for name, one in truth.items():
        if one["app_activities"]:  # apps show no page
            assert certainties.pop(name) == {None}, name
        elif "no-pages" in one["note"]:  # then the referrer may be all there is
            assert certainties.pop(name, set()) <= {"certain", "likely"}, name
    doubtful = {name: found for name, found in certainties.items() if found != {"certain"}}
    assert doubtful == {name: {"likely"} for name in OWN_WORD}
    assert scanned.rows("SELECT * FROM findings WHERE kind = 'conflict'") == []
    assert not [name for name, rows in found.items() if len({site for site, _ in rows}) > 1]


def test_every_event_of_an_app_names_the_app(scanned: Store, truth: dict[str, dict[str, Any]]) -> None:
    senders = by_file(scanned, "SELECT recording_id, sender FROM events WHERE channel = 'app-sdk'")
    with_apps = {name for name, one in truth.items() if one["app_activities"]}
    found = {name: {sender for (sender,) in rows} for name, rows in senders.items()}
    assert found == {name: {"app:tld.sample.app"} for name in with_apps}


def wire_entry(line: dict[str, Any], number: int) -> dict[str, Any]:
    return entry(line["url"], method=line["method"], headers=line["headers"], body=line["body"], seconds=number)


def cases(shared: Path) -> dict[str, list[dict[str, Any]]]:
    told = defaultdict(list)
    for text in (shared / "wire" / "pixel.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        told[line["case"]].append(line)
    return told


def wire_truth(shared: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in (shared / "wire" / "truth.jsonl").read_text("utf-8").splitlines()]


def scanned_case(shared: Path, case: str, folder: Path) -> Store:
    """Scan what Meta's library sent in one case."""
    store = Store(folder / f"{case}.sqlite")
    recorded = [wire_entry(line, number) for number, line in enumerate(cases(shared)[case])]
    store.scan(write(folder / f"{case}.har", recorded), keep_values=True)
    return store


def test_what_metas_own_library_sends_is_found_whole_and_exactly(shared: Path, tmp_path: Path) -> None:
    lines = cases(shared)
    for expected in wire_truth(shared):
        case = expected["case"]
        store = scanned_case(shared, case, tmp_path)
        assert store.column("SELECT requests_seen FROM recordings") == [expected["requests"]]
        assert found_events(store, lines[case]) == expected["events"], case
        contacts = store.rows("SELECT position, receiver_host FROM contacts ORDER BY position")
        assert contacts == [(number, host) for number, host, _ in expected["contacts"]]


def found_events(store: Store, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events as the truth states them, in the order of their first transmission."""
    told = []
    for event, pixel, name, dedup in store.rows("SELECT id, pixel_id, event_name, dedup_id FROM events"):
        carried = store.rows(
            "SELECT position, method, channel FROM transmissions WHERE event_id = ? ORDER BY position", (event,)
        )
        keys = store.column(
            "SELECT DISTINCT field FROM fields JOIN transmissions t ON t.id = transmission_id WHERE t.event_id = ?",
            (event,),
        )
        told.append(
            {
                "pixel_id": pixel,
                "event_name": name,
                "dedup_id": dedup,
                "transmissions": [
                    [channel, position, method, urlsplit(lines[position]["url"]).path]
                    for position, method, channel in carried
                ],
                "user_data": sorted(
                    key
                    for key in keys
                    if key.split(".")[0] in PERSON_FAMILIES and key.count(".") == 1 and "#" not in key
                ),
            }
        )
    return sorted(told, key=lambda one: one["transmissions"][0][1])


def test_the_data_of_a_gateways_copy_stay_apart_from_the_pixels(shared: Path, tmp_path: Path) -> None:
    store = scanned_case(shared, "gateway", tmp_path)
    fields = store.rows(
        "SELECT t.channel, f.field, f.value FROM fields f JOIN transmissions t ON t.id = f.transmission_id"
        " WHERE f.field IN ('am.external_id', 'ud.external_id') GROUP BY t.channel, f.field, f.value"
    )
    (_, gateway_field, raw), (_, pixel_field, hashed) = sorted(fields)
    assert (gateway_field, pixel_field) == ("am.external_id", "ud.external_id")
    assert hashed == sha256(raw.encode()).hexdigest()


def test_limited_data_use_stands_on_every_transmission(shared: Path, tmp_path: Path) -> None:
    store = scanned_case(shared, "limited_data_use", tmp_path)
    found = store.rows(
        "SELECT t.position, f.field, f.value FROM transmissions t LEFT JOIN fields f"
        " ON f.transmission_id = t.id AND f.field IN ('dpo', 'dpoco', 'dpost') ORDER BY t.position, f.field"
    )
    (expected,) = [one for one in wire_truth(shared) if one["case"] == "limited_data_use"]
    carried = sorted(number for event in expected["events"] for _, number, _, _ in event["transmissions"])
    stated = (("dpo", "LDU"), ("dpoco", "0"), ("dpost", "0"))
    assert found == [(number, field, value) for number in carried for field, value in stated]


def test_the_conversions_api_as_metas_own_libraries_send_it(shared: Path, store: Store, tmp_path: Path) -> None:
    lines = [json.loads(text) for text in (shared / "wire" / "capi.jsonl").read_text("utf-8").splitlines()]
    store.scan(
        write(tmp_path / "capi.har", [wire_entry(line, number) for number, line in enumerate(lines)]), keep_values=True
    )
    assert store.rows(
        "SELECT e.pixel_id, e.event_name, e.dedup_id, e.channel, group_concat(t.position) FROM events e"
        " JOIN transmissions t ON t.event_id = e.id GROUP BY e.id ORDER BY min(t.position), e.event_name DESC"
    ) == [
        ("1234567890123", "Purchase", "order-1001", "capi", "0,1"),
        ("1234567890123", "Lead", None, "capi", "1"),
        ("1234567890123", "PageView", None, "capi", "2"),
        ("1234567890123", "Purchase", "e1", "capi", "3"),
    ]
    dump = "\n".join(map(repr, store.rows("SELECT * FROM fields")))
    assert "EAATESTTOKEN" not in dump
