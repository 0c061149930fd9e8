"""A comparison in words: each aspect, the question mark, and what is left out of them."""

import pytest
from tests.exposed import EMAIL, contact, datum, event, recording, visit

from pixelwitness.core.exposure.comparison import compare
from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.report.answers.difference import DifferenceData, render_lines
from pixelwitness.report.answers.difference_formats import render_json, render_markdown
from pixelwitness.report.wording.vocabulary import Vocabulary

WORDS = Vocabulary({"email": "e-mail", "screen": "screen size"})
NAMES = ("before.har", "after.har")


def seen(*what: SeenEvent | SeenContact, complete: bool = True) -> Exposure:
    builder = ExposureBuilder((), ())
    builder.add_visit(visit())
    for one in what:
        if isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    if what:
        builder.add_known_by("shop.example", Identification("person", ("em",), may_be_more=False))
        builder.add_consent("shop.example", CountedFinding("after_withdrawal", "certain", "words", len(what)))
    return builder.build(coverage_of([recording(complete=complete)]))


def told(before: Exposure, after: Exposure) -> list[str]:
    return list(render_lines(DifferenceData(compare(before, after), NAMES, WORDS)))[3:]


def test_each_aspect_is_told_in_words() -> None:
    before = seen(event("Lead", EMAIL), event(None, position=2), contact(), event("Lead", position=3, blocked=True))
    assert told(before, seen()) == [
        "shop.example  (visits: 1 → 1)",
        "  gone          event without a recorded name, pixel 1234567890123456: 1 → 0",
        "  gone          event Lead, pixel 1234567890123456: 1 → 0",
        "  gone          event Lead, pixel 1234567890123456, blocked: 1 → 0",
        "  gone          pixel 1234567890123456: 2 → 0",
        "  gone          way: pixel: 2 → 0",
        "  gone          data: e-mail (SHA-256): 1 → 0",
        "  gone          known by: em: 1 → 0",
        "  gone          contact: Meta's library: 1 → 0",
        "  gone          consent when events left: after withdrawal: 4 → 0",
        "",
        "Numbers depend on what was done; where the visits differ, so may they.",
    ]


def test_a_side_that_could_not_see_has_a_question_mark_whichever_it_is() -> None:
    there, cut = seen(contact()), seen(complete=False)
    assert "  not recorded  contact: Meta's library: 1 → ? (B: a recording ends before its end)" in told(there, cut)
    assert "  not recorded  contact: Meta's library: ? → 1 (A: a recording ends before its end)" in told(cut, there)


def test_technical_details_stand_in_json_alone() -> None:
    before, after = seen(event("Lead", datum("sw", "screen"))), seen(event("Lead"))
    assert told(before, after) == ["No difference was seen.", "Alike but for technical details: shop.example."]
    compared = compare(before, after)
    assert '"called": "data: screen size (readable)"' in render_json(DifferenceData(compared, NAMES, WORDS))
    assert "## " not in "\n".join(render_markdown(DifferenceData(compared, NAMES, WORDS)))


@pytest.mark.parametrize(("form", "word"), [("number", "readable number"), ("plain", "readable"), ("md5", "MD5")])
def test_forms_that_are_told_apart_are_called_apart(form: str, word: str) -> None:
    lines = told(seen(event("Lead", datum("cd.value", "email", form))), seen(event("Lead")))
    assert f"  gone          data: e-mail ({word}): 1 → 0" in lines
