"""Hostile text in every place where a database can hold text, through every output."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.exposed import REC, contact, datum, event, recording, visit

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.policy.case import Case
from pixelwitness.policy.judge import judge
from pixelwitness.report.check.check_text import describe_judgement
from pixelwitness.report.formats import plain, terminal
from pixelwitness.report.formats.csv_events import COLUMNS, guard_cell, render_csv
from pixelwitness.report.formats.json_document import render_json, render_json_lines
from pixelwitness.report.formats.markdown import render_markdown
from pixelwitness.report.wording.markdown_text import code_span
from pixelwitness.report.wording.vocabulary import Vocabulary

WORDS = Vocabulary({"email": "e-mail"}, families=frozenset({"ud"}))
PAYLOADS = (
    "\x1b[2J\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "\x9b31m\x85\u202e\u2066\u200b\ufeff",
    "[/red][link=https://evil.example]x[/link]",
    "::set-env name=PATH::/evil\n::stop-commands::x\n##[group]",
    '=HYPERLINK("https://evil.example")|`</code><img src=x onerror=alert(1)>',
    "| a | [click](https://evil.example) | <https://evil.example> `` ` |",
    "\ud83d\x00\u2028\x7f",
)

type Rows = tuple[list[SeenEvent], list[SeenContact]]


def rows(text: str) -> Rows:
    """Return events and contacts in which every text is the given one."""
    fields = (
        datum(text, "email", text, text),
        datum("cd.content_name", "product", value=text),
        datum("cd.value", "money", value=text),
        datum("cd.currency", "money", value=text),
        datum("cookie.xs", text, value=text),
    )
    hostile = dict.fromkeys(("page_url", "pixel_id", "channel", "receiver_host", "transport", "rule_id"), text)
    events = [
        event(name, *fields, site=text, position=n, confidence=text, attribution_certainty=text, **hostile)
        for n, name in enumerate(("Purchase", "PageView", "SubscribedButtonClick", text, None))
    ]
    events.append(event(text, *fields, site=text, position=9, blocked=True, **hostile))
    contacts = [
        contact(text, *fields, site=text, pixel_id=text, receiver_host=text, rule_id=text),
        contact("login", site="facebook.com"),
    ]
    return events, contacts


def exposed(found: Rows) -> Exposure:
    builder = ExposureBuilder({"facebook.com"}, {"email"})
    builder.add_visit(visit("garden.example"))
    for each in found[0]:
        builder.add_event(each)
        builder.add_event(event("Lead", *each.fields, site="clinic.example"))
    for one in found[1]:
        builder.add_contact(one)
    return builder.build(coverage_of([recording()]))


def drawn(exposure: Exposure, width: int, *, colour: bool) -> str:
    console = terminal.console(io.StringIO(), colour=colour, width=width)
    with console.capture() as captured:
        console.print(terminal.draw_story(exposure, WORDS))
        console.print(terminal.draw_summary(exposure, WORDS))
    return captured.get()


def checked(found: Rows) -> str:
    row = recording()
    judgement = judge(Case((row,), *found, frozenset({"facebook.com"}), coverage_of([row])))
    return "\n".join(describe_judgement(judgement, WORDS, {REC: found[0][0].event.page_site or ""})) + "\n"


OUTPUTS: dict[str, Callable[[Rows], str]] = {
    "plain": lambda found: "\n".join(plain.summary_lines(exposed(found), WORDS)) + "\n",
    "story": lambda found: "\n".join(plain.story_lines(exposed(found), WORDS)) + "\n",
    "table": lambda found: drawn(exposed(found), 80, colour=False),
    "narrow table": lambda found: drawn(exposed(found), 40, colour=False),
    "json": lambda found: render_json(exposed(found), WORDS),
    "jsonl": lambda found: "".join(render_json_lines(exposed(found), WORDS, *found)),
    "csv": lambda found: "".join(render_csv(WORDS, *found)),
    "markdown": lambda found: "\n".join(render_markdown(exposed(found), WORDS)) + "\n",
    "check": checked,
}


def unprintable(text: str) -> set[str]:
    return {
        f"{ord(one):04x}"
        for one in text
        if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_payload_reaches_the_output_raw(output: str) -> None:
    texts = {payload: OUTPUTS[output](rows(payload)) for payload in PAYLOADS}

    assert {payload: found for payload, text in texts.items() if (found := unprintable(text))} == {}
    # What a CI runner reads as a command: at the start of a line, spaces aside, or the older form anywhere.
    command = re.compile(r"^\s*::[a-zA-Z\[]|##\[", re.MULTILINE)
    assert [payload for payload, text in texts.items() if command.search(text)] == []


@given(st.text(st.characters(), max_size=60))
@example("")
@example("\t")
@settings(deadline=None, max_examples=60)
def test_no_text_reaches_any_output_raw(text: str) -> None:
    found = rows(text)
    assert {name: unprintable(make(found)) for name, make in OUTPUTS.items()} == {name: set() for name in OUTPUTS}


@given(st.text(st.characters(), max_size=60))
@settings(deadline=None, max_examples=40)
def test_colours_are_the_only_escapes_of_a_drawn_table(text: str) -> None:
    shown = drawn(exposed(rows(text)), 100, colour=True)

    assert unprintable(re.sub(r"\x1b\[[0-9;]*m", "", shown)) == set()


@pytest.mark.parametrize("output", OUTPUTS)
def test_tokens_are_never_shown(output: str) -> None:
    name = datum("ud.em", "email", "sha256", token="5ec2e7")
    found = [event("Purchase", name), event("Lead", name, site="clinic.example")], [contact("login", name)]

    assert "5ec2e7" not in OUTPUTS[output](found)


@given(st.text(max_size=80))
@example("=1+1")
@example("\t=1")
@example(" @x")
@example("\uff1d1")
@example("-5")
@example("+49 30 1234")
@example("\0=1")
def test_no_cell_is_a_formula(text: str) -> None:
    assert not guard_cell(text).lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b"))


def test_csv_reads_back_as_rows_of_one_width() -> None:
    found = rows('a,"b"\n=c;|')
    read = list(csv.reader(io.StringIO("".join(render_csv(WORDS, *found)))))

    assert read[0] == list(COLUMNS)
    assert {len(row) for row in read} == {len(COLUMNS)}
    assert len(read) == 1 + len(found[0]) + len(found[1])


@pytest.mark.parametrize(
    ("captured", "span"),
    [
        ("Purchase", "`Purchase`"),
        ("a|b", "`a\\|b`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        ("`a", "`` `a ``"),
        ("", "`   `"),
        ("<img src=x>", "`<img src=x>`"),
        ("[x](https://evil.example)", "`[x](https://evil.example)`"),
        ("a\nb", "`a\\x0ab`"),
    ],
)
def test_captured_text_is_a_code_span(captured: str, span: str) -> None:
    assert code_span(captured) == span


@given(st.text(max_size=60))
def test_a_code_span_ends_where_it_should(text: str) -> None:
    span = code_span(text)
    fence = re.match("`+", span)
    assert fence is not None
    inner = span[len(fence[0]) : -len(fence[0])]
    assert span.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inner)
    assert "|" not in re.sub(r"\\\|", "", inner)


def test_json_reads_back_whatever_the_text() -> None:
    for payload in PAYLOADS:
        document = json.loads(render_json(exposed(rows(payload)), WORDS))
        assert payload in {site["site"] for site in document["sites"]}
        lines = [
            json.loads(line)
            for line in "".join(render_json_lines(exposed(rows(payload)), WORDS, *rows(payload))).splitlines()
        ]
        kinds = [line["record"] for line in lines]
        assert [kind for kind in kinds if kind != "statement"] == ["event"] * 6 + ["contact"] * 2 + ["coverage"]


def test_no_output_makes_a_link_of_a_page() -> None:
    found = [event("Purchase", position=1)], [contact()]
    for name, make in OUTPUTS.items():
        assert "https://shop.example" not in make(found), name
