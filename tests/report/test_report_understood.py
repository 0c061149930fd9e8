"""What was understood, in JSON, JSON lines and CSV: identity, consent and findings, whole."""

import csv
import io
import json
from dataclasses import replace

from tests.exposed import EMAIL, REC, contact, datum, event, finding, recording, visit
from tests.published import problems

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.report.formats.csv_events import render_csv
from pixelwitness.report.formats.csv_sites import render_site_csv
from pixelwitness.report.formats.json_document import render_json, render_json_lines
from pixelwitness.report.wording.vocabulary import Vocabulary

WORDS = Vocabulary({"email": "e-mail"}, families=frozenset({"ud"}))
PERSON = finding("identity", "person", "em, _fbp; not recorded: cookies")
DENIED = finding("consent", "denied", "OneTrust: no advertising")
TOPIC = finding("topic", "health", "clinic", "dl.path", certainty="hint")
PURCHASE = replace(event("Purchase", EMAIL), findings=(DENIED, PERSON, TOPIC))
LIBRARY = replace(contact(), findings=(finding("identity", "browser", "_fbp", event_id=None, contact_id=f"{REC}-90"),))
ROW = recording(options='{"keep_values": false, "persona": "5ec2e7"}')


def exposed(*seen: SeenEvent | SeenContact) -> Exposure:
    builder = ExposureBuilder((), {"email"})
    builder.add_visit(visit())
    builder.add_visit(visit("garden.example"))
    for one in seen:
        if isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    builder.add_known_by("shop.example", Identification("person", ("em", "_fbp"), may_be_more=True))
    builder.add_consent("shop.example", CountedFinding("denied", "certain", "OneTrust: no advertising", 1))
    return builder.build(coverage_of([ROW]), (ROW,))


def rows(pieces: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces))))


def test_a_line_tells_what_was_understood_of_its_event_or_contact() -> None:
    exposure = exposed(PURCHASE, LIBRARY)
    lines = [json.loads(line) for line in render_json_lines(exposure, WORDS, [PURCHASE], [LIBRARY])]
    assert [problem for line in lines for problem in problems("report-lines", line)] == []
    of_event, of_contact, *statements, of_recording, _ = lines
    assert {(one["record"], one["site"]) for one in statements} == {("statement", "shop.example")}
    assert of_event["known_by"] == {"level": "person", "names": ["em", "_fbp"], "may_be_more": True}
    assert [(one["kind"], one["label"], one["certainty"], one["field"]) for one in of_event["findings"]] == [
        ("consent", "denied", "certain", None),
        ("identity", "person", "certain", None),
        ("topic", "health", "hint", "dl.path"),
    ]
    assert of_contact["known_by"] == {"level": "browser", "names": ["_fbp"], "may_be_more": False}
    assert (of_recording["id"], of_recording["requests_seen"], of_recording["complete"]) == (REC, 10, True)


def test_what_nobody_asked_is_null_and_not_nothing() -> None:
    (line, *_) = render_json_lines(exposed(event("Lead")), WORDS, [event("Lead")], [])
    assert json.loads(line)["known_by"] is None


def test_the_document_tells_it_by_site_and_never_the_mark_of_a_persona() -> None:
    document = json.loads(render_json(exposed(PURCHASE, LIBRARY), WORDS))
    assert problems("report", document) == []
    garden, shop = document["sites"]
    assert (garden["known_by"], garden["findings"]) == (None, [])
    assert shop["known_by"] == {"level": "person", "names": ["em", "_fbp"], "may_be_more": True}
    assert shop["findings"] == [
        {
            "kind": "topic",
            "label": "health",
            "certainty": "hint",
            "evidence": "clinic",
            "fields": ["dl.path"],
            "events": 1,
            "contacts": 0,
        }
    ]
    assert document["recordings"][0]["options"] == {"keep_values": False, "persona": True}
    assert "5ec2e7" not in json.dumps(document)


def test_a_row_of_csv_tells_it_in_words() -> None:
    of_event, of_contact = rows(list(render_csv(WORDS, [PURCHASE], [LIBRARY])))
    assert [of_event[name] for name in ("known_by", "consent", "findings")] == [
        "person (em, _fbp)",
        "denied (OneTrust: no advertising)",
        "topic health (clinic), hint, dl.path",
    ]
    assert [of_contact[name] for name in ("known_by", "consent", "findings")] == ["browser (_fbp)", "", ""]


def test_a_site_is_one_row_also_where_it_told_nothing() -> None:
    blocked = event("Lead", position=3, blocked=True)
    garden, shop = rows(
        list(render_site_csv(exposed(PURCHASE, event("Purchase", position=2), blocked, LIBRARY), WORDS))
    )
    assert {name: value for name, value in shop.items() if value} == {
        "site": "shop.example",
        "standing": "site",
        "visits": "1",
        "events": "2",
        "events_unknown": "0",
        "events_tried": "0",
        "events_blocked": "1",
        "contacts": "1",
        "contacts_unknown": "0",
        "contacts_tried": "0",
        "contacts_blocked": "0",
        "event_names": "Purchase ×2",
        "pixels": "1234567890123456",
        "channels": "pixel",
        "contact_channels": "library",
        "personal_data": "e-mail (SHA-256)",
        "known_by": "person (em, _fbp)",
        "consent": "denied (OneTrust: no advertising): 1 event",
        "findings": "topic health (clinic), hint",
        "bodies_not_recorded": "0",
        "first_seen": "2026-11-20T10:00:01.000Z",
        "last_seen": "2026-11-20T10:01:00.000Z",
    }
    assert [garden[name] for name in ("site", "visits", "events", "contacts", "known_by")] == [
        *("garden.example", "1", "0", "0", ""),
    ]


def test_an_address_is_no_link_wherever_it_stands() -> None:
    named = event("https://shop.example/boots?a=1", datum("dl", "page_url", value="https://shop.example/paid"))
    lines = "".join(render_json_lines(exposed(named), WORDS, [named], []))
    assert "://" not in lines
    first = json.loads(lines.splitlines()[0])
    assert (first["event_name"], first["data"][0]["value"]) == ("shop.example/boots?a=1", "shop.example/paid")
    (row,) = rows(list(render_csv(WORDS, [named], [])))
    assert (row["event_name"], "://" in row["page"]) == ("shop.example/boots?a=1", False)
