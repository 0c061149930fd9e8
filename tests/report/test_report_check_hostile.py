"""Hostile text in each place of a judgement that can hold some, through each output for machines."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.checked import REC, a_contact, checked, forbidden
from tests.markdown import PLAIN, loose_text, tokens_of
from tests.published import validator
from tests.runner import commands_in

from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.judgement import Acceptance, Applied, EvidencePlace, Violation
from pixelwitness.policy.violations.reasons import Reason, ReasonKind
from pixelwitness.policy.violations.stale import Stale, StaleKind
from pixelwitness.report.check.check_json import render_json
from pixelwitness.report.check.check_result import CheckResult, Located, Unread
from pixelwitness.report.check.github import render_github
from pixelwitness.report.check.github_summary import render_summary
from pixelwitness.report.check.junit import render_junit
from pixelwitness.report.check.sarif import render_sarif

SCHEMAS = Path(__file__).parents[1] / "schemas"
SARIF = jsonschema.Draft7Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8")))
CHECK = validator("check")
JUNIT = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")

PAYLOADS = {
    "markup": "<b>x</b><a href=https://evil.example>y</a>&lt;&amp;",
    "script": "</testcase><script>alert(1)</script>]]><!--",
    "svg": '"><svg onload=alert(1)><image href=//evil.example/x>',
    "css": "</style><style>*{background:url(https://evil.example)}",
    "C0": "\x00\x07\x08\x0b\x1b[2J\x1b]8;;https://evil.example\x07x\x1b]8;;\x07\x7f",
    "C1": "\x80\x85\x9b31m\x9d8;;x\x9c",
    "line ends": "a\r\nb\nc\x0cd\u2028e\u2029f\x1cg",
    "bidi": "\u202e\u2066gpj.exe\u2069\u200f\u200b\ufeff",
    "rich markup": "[/red][link=https://evil.example]x[/link][bold]",
    "formula": '=HYPERLINK("https://evil.example";"x")',
    "formula 2": "@SUM(1+1)*cmd|' /C calc'!A0",
    "command": "::error file=x,line=1::y",
    "command in a line of its own": "a\n::add-mask::b\r::stop-commands::c\u2028::set-env name=PATH::/evil",
    "command with spaces": " \t ::set-output name=x::y",
    "older command": "x ##[group]y ##[add-mask]z ##vso[task.setvariable]",
    "escapes of commands": "%0A::error::x%0D%25%3A%2C",
    "properties": "x,line=99,file=/etc/passwd,title=y::z",
    "link": "[click](https://evil.example) [1](1) ![x](https://evil.example/x.png)",
    "references": "[x]: https://evil.example\n[x][x] ![x]",
    "autolinks": "<https://evil.example> https://evil.example www.evil.example jane.doe@evil.example evil.com",
    "mentions": "@jane @org/team #12 org/repo#12 GH-12 deadbeefdeadbeef :tada: $x^2$ $`x`$",
    "table": "| a | b |\n|---|---|\n\\| \\\\| `|` |",
    "ticks": "`` ` ``` \\` `` x",
    "emphasis": "*a* _b_ **c** __d__ ~~e~~ # f\n---\n- g\n1. h\n> i\n=== ",
    "entities": "&colon;&#58;//evil.example &NewLine;",
    "XML controls": "\ufffe\uffff\x01]]>&#x1;&#0;",
    "lone surrogates": "\udfff \ud83d \udc80",
    "unassigned and private": "\u0378\ue000\U0010ffff",
    "path": "../../../etc/passwd",
    "absolute path": "//evil.example/C:\\x/%2e%2e/file:///etc",
    "scheme": "javascript:alert(1)",
    "long": "A" * 5_000,
    "nothing": "",
    "space": " ",
}
SHAPING = ("script", "XML controls", "nothing")
"""Payloads with which each place is filled for the schemas."""


def placed(text: str) -> Iterator[tuple[str, CheckResult]]:
    """Yield a judgement for each place that can hold the text, by the name of the place."""
    changed: dict[str, Any] = {
        "site": text,
        "page_url": f"https://shop.example/{text}",
        "name": text,
        "pixel_id": text,
        "channels": (text, "pixel"),
        "rule_id": text,
        "confidence": text,
        "data": ((text, "plain"), ("email", text)),
        "fields": (text, "ud.em"),
        "why": Reason(ReasonKind.TOPIC, label=text),
        "remedies": (text,),
        "subject": text,
        "check": text,
    }
    for place, value in changed.items():
        yield place, everywhere(forbidden(**{place: value}))
    yield "page alone", everywhere(forbidden(page_url=text))
    yield "contact", everywhere(a_contact(site=text, channels=(text,), rule_id=text))
    yield "reason", checked(suppressed=(forbidden(suppressed=Acceptance("ignore", text, "2027-01-31")),))
    yield "expiry", checked(suppressed=(forbidden(suppressed=Acceptance("baseline", "known", text)),))
    yield "file", checked(forbidden(), file=Located(text))
    yield "stand-in", checked(forbidden(), file=Located(text, stands_in=True))
    yield "unread", checked(unread=(Unread(Located(text), text),))
    yield "gap", checked(gaps=(gap_with(text),))
    yield "stale", checked(stale=stale_with(text))
    yield "policy", checked(policy=policy_with(text))


def gap_with(text: str) -> Gap:
    return Gap(GapKind.SCRIPTS_MISSING, 2, sites=(text, None))


def stale_with(text: str) -> tuple[Stale, ...]:
    return (
        Stale(StaleKind.ENTRY_UNMATCHED, text, (text, text)),
        Stale(StaleKind.BASELINE_OLDER, text, kinds=(text,), contacts=1, sites=1),
        Stale(StaleKind.IGNORE_EXPIRED, "1", (text,), expired="2027-01-31"),
    )


def policy_with(text: str) -> Applied:
    return Applied(file=text, presets=("no-meta",), unused=(text,))


def everywhere(one: Violation) -> CheckResult:
    warning = forbidden(**{name: getattr(one, name) for name in one.__slots__} | {"level": Level.WARN})
    return checked(one, warnings=(warning,), suppressed=(one,))


def everything(text: str) -> CheckResult:
    """Return a judgement that holds the text in all of its places, many times."""
    one = forbidden(
        site=text,
        page_url=text,
        name=text,
        pixel_id=text,
        channels=(text,),
        rule_id=text,
        confidence=text,
        data=((text, text),),
        fields=(text,) * 8,
        why=Reason(ReasonKind.TOPIC, label=text),
        remedies=(text, text),
        check=text,
        subject=text,
        times=9,
        places=(EvidencePlace(REC, 1, 3), EvidencePlace(text, 2, None)),
        suppressed=Acceptance("ignore", text, text),
    )
    return checked(
        *[one] * 12,
        warnings=(one,) * 12,
        suppressed=(one,),
        gaps=(gap_with(text),),
        stale=stale_with(text),
        policy=policy_with(text),
        file=Located(text),
        unread=(Unread(Located(text), text),),
    )


def strings(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text of a JSON document with the last key above it."""
    todo = [("", value)]
    while todo:
        key, one = todo.pop()
        if isinstance(one, dict):
            todo += one.items()
        elif isinstance(one, list):
            todo += [(key, each) for each in one]
        elif isinstance(one, str):
            yield key, one


def faults_of_sarif(given: CheckResult) -> Iterator[str]:
    text = render_sarif(given)
    log = json.loads(text)
    if not text.isascii() or "\x7f" in text:
        yield "not ASCII"
    for key, one in strings(log):
        if not one.isprintable():
            yield f"{key}: not printable"
        if key == "markdown":
            yield "Markdown"
        if key == "uri":
            parts = urlsplit(one)
            if parts.scheme or parts.netloc or one.startswith("/") or not one or " " in one or "\\" in one:
                yield f"{one}: no relative reference"
        elif key != "$schema" and ("://" in one or "](" in one):
            yield f"{key}: a link"
    for result in log["runs"][0]["results"]:
        if not result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1:
            yield "no line"


def faults_of_junit(given: CheckResult) -> Iterator[str]:
    text = render_junit(given)
    if not text.replace("\n", "").isprintable():
        yield "not printable"
    for element in ElementTree.fromstring(text).iter():
        for told in (element.text or "", element.tail or "", *element.attrib.values()):
            if "://" in told:
                yield "a link"
    if "<!" in text or "<?" in text.removeprefix("<?xml"):
        yield "a declaration"


def faults_of_github(given: CheckResult) -> Iterator[str]:
    log = "".join(f"{line}\n" for line in render_github(given))
    if not log.replace("\n", "").isprintable():
        yield "not printable"
    ours = [line for line in log.splitlines()[1:] if re.match(r"::(error|warning) (file=|title=)", line)]
    read = list(commands_in(log))
    if len(read) != len(ours) or len(ours) != len(log.splitlines()) - 1:
        yield "a command that is not ours"
    levels = [one.name for one in read]
    if not {"error", "warning"}.issuperset(levels) or max(map(levels.count, levels), default=0) > 10:
        yield "more than a step shows"
    for one in read:
        if set(one.properties) - {"title"} not in ({"file", "line"}, set()):
            yield f"properties {sorted(one.properties)}"
        if "://" in one.data or not one.properties["title"].startswith("pixelwitness: "):
            yield "a link, or a title that is not ours"


def faults_of_summary(given: CheckResult) -> Iterator[str]:
    text = render_summary(given)
    tokens = tokens_of(text)
    yield from sorted({one.type for one in tokens} - PLAIN)
    yield from loose_text(tokens)
    if not text.replace("\n", "").isprintable():
        yield "not printable"
    rows = [line for line in text.splitlines() if line.startswith("|")]
    if {len(re.findall(r"(?<!\\)\|", row)) for row in rows} - {7}:
        yield "a row of another width"
    if sum(one.type == "tr_open" for one in tokens) != sum(not row.startswith("|---") for row in rows):
        yield "a row that is none"
    yield from (one.name for one in commands_in(text))


def faults_of_json(given: CheckResult) -> Iterator[str]:
    text = render_json(given)
    json.loads(text)
    if not text.replace("\n", "").isprintable() or not text.isascii():
        yield "not printable"


OUTPUTS: dict[str, Callable[[CheckResult], Iterator[str]]] = {
    "sarif": faults_of_sarif,
    "junit": faults_of_junit,
    "github": faults_of_github,
    "summary": faults_of_summary,
    "json": faults_of_json,
}


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_payload_takes_effect_in_any_place(output: str) -> None:
    found = {
        (payload, place): list(OUTPUTS[output](given))
        for payload, text in PAYLOADS.items()
        for place, given in placed(text)
    }

    assert {where: faults for where, faults in found.items() if faults} == {}


def faults_of_shape(given: CheckResult) -> Iterator[str]:
    yield from (error.message for error in SARIF.iter_errors(json.loads(render_sarif(given))))
    yield from (str(error) for error in JUNIT.iter_errors(render_junit(given)))
    yield from (error.message for error in CHECK.iter_errors(json.loads(render_json(given))))


def test_documents_follow_their_schemas_whatever_the_text_and_wherever_it_is() -> None:
    judgements = {payload: everything(text) for payload, text in PAYLOADS.items()}
    # Which place is filled changes the shape of a document; by what it is filled hardly does.
    judgements |= {f"{payload} as {place}": given for payload in SHAPING for place, given in placed(PAYLOADS[payload])}
    found = {where: list(faults_of_shape(given)) for where, given in judgements.items()}

    assert {where: faults for where, faults in found.items() if faults} == {}


def test_no_document_on_stdout_holds_a_command_of_a_runner() -> None:
    found = {
        (payload, write.__name__): list(commands_in(write(everything(text))))
        for payload, text in PAYLOADS.items()
        for write in (render_sarif, render_junit, render_json)
    }

    assert {where: commands for where, commands in found.items() if commands} == {}


@pytest.mark.parametrize("output", OUTPUTS)
@given(text=st.text(st.characters(), max_size=60))
@example(text="::[")
@example(text="`a`` ``` \\")
@example(text="|\\")
@settings(deadline=None, max_examples=60)
def test_no_text_takes_effect_in_all_places_at_once(output: str, text: str) -> None:
    assert list(OUTPUTS[output](everything(text))) == []


def test_json_reads_back_whatever_the_text() -> None:
    for payload in PAYLOADS.values():
        document = json.loads(render_json(everything(payload)))
        one = document["violations"][0]
        assert (one["event_name"], one["reason"]["label"], one["channels"]) == (payload, payload, [payload])


def test_the_same_judgement_gives_the_same_bytes() -> None:
    for write in (render_sarif, render_junit, render_json, render_summary):
        assert write(everything("x")) == write(everything("x"))
