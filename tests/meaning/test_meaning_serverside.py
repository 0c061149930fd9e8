"""Hints of a server side: each reason by itself, each with its look-alikes."""

import pytest
from tests.har import SHARED

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.sighting import Field, Sighting
from pixelwitness.core.wire.request import Request
from pixelwitness.meaning.hints.server_side import appendix_words, server_hints
from pixelwitness.meaning.spot.finding import Finding
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

RULES = load_rules()
DETECTOR: Detector = RULES.detector()
KNOWLEDGE = load_knowledge()
URL = "https://www.facebook.com/tr/?id=1234567890123456"
HASH = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"
BUILDER = "the site runs Meta's parameter builder on its server (Node.js, version 1.3.2)"


def hints(query: str) -> tuple[Finding, ...]:
    (sighting,) = DETECTOR.detect(Request("GET", URL + query)).events
    return server_hints(sighting, KNOWLEDGE)


@pytest.mark.parametrize(
    ("query", "label", "field"),
    [
        ("&ev=Purchase&eid=order-1001", "dedup_id", "eid"),
        ("&ev=Lead&eid=7b1fd3a2-9a2c-4a4e-9c3b-0d3f2b1a6c55", "dedup_id", "eid"),
        (f"&ev=PageView&eid=ob3_plugin-set_{HASH}", "gateway", "eid"),
        (f"&ev=Purchase&eid=ob_plugin-set_{HASH}", "gateway", "eid"),
        (f"&ev=PageView&eid=sgwpixel_plugin-set_{HASH}", "signals_gateway", "eid"),
        (f"&ev=PageView&eid=pcm_plugin-set_{HASH}", "event_id", "eid"),
        ("&ev=PageView&a=woocommerce-9.1.2-3.4.1", "agent", "a"),
        ("&ev=PageView&a=tmgoogletagmanager", "agent", "a"),
        ("&ev=PageView&a=plwix", "agent", "a"),
        ("&ev=PageView&fbp=fb.1.1795304924588.386876714.AQQCAQMC", "parameter_builder", "fbp"),
        ("&ev=PageView&fbc=fb.1.1795304924588.IwAR0abc.Bg", "parameter_builder", "fbc"),
        (f"&ev=PageView&ud[em]={HASH}.AQQCAQMC", "parameter_builder", "ud.em"),
        (f"&ev=PageView&ud[jane.doe@example.com]={HASH}.AQQCAQMC", "parameter_builder", "ud.*"),
    ],
)
def test_one_reason(query: str, label: str, field: str) -> None:
    assert [(hint.label, hint.field) for hint in hints(query)] == [(label, field)]


@pytest.mark.parametrize(
    "query",
    [
        "&ev=Purchase",
        "&ev=Purchase&eid=",
        "&ev=PageView&eid=order-1001",
        "&ev=OwnName&eid=order-1001",
        f"&ev=Purchase&eid=LCP.1.0.{HASH}",
        "&ev=PageView&a=tmSimo-GTM-WebTemplate",
        "&ev=PageView&a=",
        "&ev=PageView&a=my-woocommerce",
        "&ev=PageView&fbp=fb.1.1795304924588.386876714",
        "&ev=PageView&fbp=fb.1.1795304924588.386876714.ABCDEFGH",
        f"&ev=PageView&ud[em]={HASH}",
        "&ev=PageView&cd[content_name]=boots.AQQCAQMC",
    ],
)
def test_no_reason(query: str) -> None:
    assert hints(query) == ()


def test_what_a_server_itself_sends_needs_no_hint() -> None:
    rule = next(rule for rule in RULES.rules if rule.id == "capi-event")
    sent = Sighting(Request("POST", ""), rule, dedup_id="order-1", event_name="Purchase", fields=(Field("a", "plwix"),))
    assert server_hints(sent, KNOWLEDGE) == ()


def test_each_reason_is_told_once() -> None:
    found = hints(f"&ev=Purchase&eid=1&ud[em]={HASH}.AQQCAQMC&cd[eid]=2&fbp=fb.1.1795304924588.386876714.AQQCAQMC")
    assert sorted((hint.label, hint.field) for hint in found) == [
        ("dedup_id", "eid"),
        ("parameter_builder", "fbp"),
        ("parameter_builder", "ud.em"),
    ]
    assert {hint.evidence for hint in found if hint.label == "parameter_builder"} == {BUILDER}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("203.0.113.7.AQQAAQMC", BUILDER),
        ("2001:db8::7.AQYCAQMB.AQYCAQMB", "JavaScript in the browser, version 1.3.1"),
        (f"{HASH}.AQ", "on its server (PHP)"),
        ("fb.1.1795304924588.386876714.Ag", "on its server (Python)"),
        ("fb.1.1795304924588.386876714", None),
        ("report.final.AQ", None),
        ("", None),
        (".AQQCAQMC", None),
        ("a.AQQCAQM\ud83d", None),
    ],
)
def test_the_mark_of_the_parameter_builder_in_words(text: str, words: str | None) -> None:
    told = appendix_words(text)
    assert told is None if words is None else told is not None and words in told


def test_every_mark_that_the_parameter_builder_itself_made_is_read() -> None:
    recorded = SHARED / "wire" / "param_builder.txt"
    if not recorded.is_file():
        pytest.skip("the folder `shared` with recordings of Meta's own software does not lie beside the repository")
    text = recorded.read_text()
    values = [word for word in text.replace('"', " ").replace(";", " ").replace(",", " ").split() if ".AQ" in word]
    assert len(values) > 10
    told = [appendix_words(value) for value in values]
    assert {"Node.js, version 1.3.2", "JavaScript in the browser, version 1.3.1"} == {
        words[words.index("(") + 1 : words.index(")")] for words in told if words is not None
    }
    assert None not in told
