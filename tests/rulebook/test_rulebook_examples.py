"""Examples as tests: how they are written, what they are compared with, and the files of rules."""

from pathlib import Path

import pytest

from pixelwitness.core.wire.request import BodyState
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.rules.rule_examples import run_examples
from pixelwitness.rulebook.rules.rule_set import UnknownRuleError
from pixelwitness.rulebook.rules.wire_text import WireTextError, read_request, read_response

HEAD = """\
version: 1
title: A title
status: stable
confidence: likely
description: What it means.
references: [https://docs.shop.example/]
"""

EVENT = f"""\
id: shop-event
gives: event
channel: relay
{HEAD}
match:
  host: [t.shop.example]
decode:
  event_name: params.ev
  fields:
    cd: params.cd
examples:
  - name: right
    request: GET https://t.shop.example/?ev=Lead&cd[a]=1&cd[b]=2
    events:
      - event_name: Lead
        fields: {{cd.a: '1', cd.b: '2'}}
  - name: a field is left out
    request: GET https://t.shop.example/?ev=Lead&cd[a]=1
    events:
      - event_name: Lead
  - name: another rule is expected
    request: GET https://t.shop.example/?ev=Lead
    rule: meta-pixel-event
    events:
      - event_name: Lead
  - name: silence is expected
    request: GET https://t.shop.example/
    events: []
  - name: an event is stated for a contact
    request: GET https://connect.facebook.net/en_US/sdk.js
    events:
      - {{}}
  - name: right, and silent
    request: GET https://shop.example/
    events: []
"""

SIGNAL = f"""\
id: shop-consent
gives: signal
{HEAD}
match:
  site: [shop.example]
  any: [cookies.consent]
decode:
  kind: banner
  value: cookies.consent
examples:
  - name: a cookie
    request: |
      GET https://www.shop.example/
      cookie: consent=no
    signals:
      - kind: banner
        value: 'no'
  - name: no cookie
    request: GET https://www.shop.example/
    signals: []
"""

OBSERVATION = f"""\
id: shop-cookie
gives: observation
{HEAD}
match:
  site: [shop.example]
  where: {{response.status: '200'}}
  all: [response.cookies._fbp]
decode:
  kind: relay_cookie
  value: response.cookies._fbp
examples:
  - name: an answer that sets it
    request: GET https://www.shop.example/
    response: |
      200
      set-cookie: _fbp=fb.1.2.3; Secure
    observations:
      - kind: relay_cookie
        value: fb.1.2.3
  - name: another status
    request: GET https://www.shop.example/
    response: |
      404
      set-cookie: _fbp=fb.1.2.3; Secure
    observations: []
  - name: no answer
    request: GET https://www.shop.example/
    observations: []
"""


def test_an_example_is_compared_whole_and_by_rule(tmp_path: Path) -> None:
    (tmp_path / "shop-event.yaml").write_text(EVENT, "utf-8")
    outcomes = run_examples(load_rules([tmp_path]), ["shop-event"])
    assert [(outcome.example, outcome.passed) for outcome in outcomes] == [
        ("right", True),
        ("a field is left out", False),
        ("another rule is expected", False),
        ("silence is expected", False),
        ("an event is stated for a contact", False),
        ("right, and silent", True),
    ]
    assert outcomes[1].expected == {"events": [{"rule": "shop-event", "event_name": "Lead"}], "contacts": []}
    assert outcomes[1].got == {
        "events": [{"rule": "shop-event", "event_name": "Lead", "fields": {"cd.a": "1"}}],
        "contacts": [],
    }
    assert outcomes[4].got == {"events": [], "contacts": [{"rule": "meta-sdk-library"}]}


@pytest.mark.parametrize(("rule_id", "text"), [("shop-consent", SIGNAL), ("shop-cookie", OBSERVATION)])
def test_signals_and_observations_have_examples_too(tmp_path: Path, rule_id: str, text: str) -> None:
    (tmp_path / f"{rule_id}.yaml").write_text(text, "utf-8")
    outcomes = run_examples(load_rules([tmp_path]), [rule_id])
    assert [outcome.passed for outcome in outcomes] == [True] * len(outcomes)
    (tmp_path / f"{rule_id}.yaml").write_text(text.replace("kind: banner\n  value", "kind: x\n  value"), "utf-8")
    (tmp_path / f"{rule_id}.yaml").write_text(text.replace("decode:\n  kind: ", "decode:\n  kind: x"), "utf-8")
    assert not run_examples(load_rules([tmp_path]), [rule_id])[0].passed


def test_the_built_in_examples_all_hold() -> None:
    outcomes = run_examples(load_rules())
    assert [(one.rule_id, one.example) for one in outcomes if not one.passed] == []
    assert len(outcomes) > 100


def test_a_request_is_read_as_it_is_written() -> None:
    request = read_request("POST https://shop.example/a?b=1\nX-One: a\nx-one: b: c \n\nline\n\nline\n")
    assert (request.method, request.url, request.headers, request.body, request.body_state) == (
        "POST",
        "https://shop.example/a?b=1",
        (("X-One", "a"), ("x-one", "b: c")),
        b"line\n\nline",
        BodyState.RECORDED,
    )


def test_a_multipart_body_gets_the_line_ends_that_browsers_write() -> None:
    text = (
        "POST https://shop.example/\ncontent-type: multipart/form-data; boundary=x\n\n"
        '--x\nContent-Disposition: form-data; name="a"\n\n1\n--x--\n'
    )
    request = read_request(text)
    assert request.body == b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    assert request.form_pairs == [("a", "1")]


@pytest.mark.parametrize(
    ("text", "state", "told"),
    [
        (
            "https://shop.example/",
            None,
            "does not start with a method and an absolute URL, such as GET https://shop.example/",
        ),
        ("GET /path", None, "does not start with a method and an absolute URL, such as GET https://shop.example/"),
        (
            "GET https://shop.example/\nno header",
            None,
            "has a line before the empty one that is no header, such as referer: https://…",
        ),
        (
            "POST https://shop.example/\n\nbody",
            BodyState.NOT_RECORDED,
            "holds a body and is said to be not_recorded; keep one of the two",
        ),
    ],
)
def test_text_that_is_no_request_is_refused(text: str, state: BodyState | None, told: str) -> None:
    with pytest.raises(WireTextError) as error:
        read_request(text, state)
    assert str(error.value) == told


def test_text_that_is_no_answer_is_refused() -> None:
    with pytest.raises(WireTextError) as error:
        read_response("OK\n\nbody")
    assert str(error.value) == "does not start with a status, such as 200; write none where no answer came"


def test_an_answer_that_did_not_come_has_no_status() -> None:
    answer = read_response("none\n")
    assert (answer.status, answer.headers, answer.text, answer.brings_script) == (None, (), None, False)


def test_every_rule_has_its_file(tmp_path: Path) -> None:
    (tmp_path / "shop-event.yaml").write_text(EVENT, "utf-8")
    rules = load_rules([tmp_path])
    sources = [rules.source(rule.id) for rule in rules.rules]
    assert [source.id for source in sources] == [rule.id for rule in rules.rules]
    users = [(source.shown, source.text) for source in sources if not source.built_in]
    assert users == [(str(tmp_path / "shop-event.yaml"), EVENT)]
    assert rules.source("capi-event").shown == "rules/detect/capi-event.yaml"


def test_an_unknown_rule_is_named_with_its_neighbour() -> None:
    with pytest.raises(UnknownRuleError) as error:
        load_rules().source("meta-pixel-evnt")
    assert str(error.value) == "no rule has the id 'meta-pixel-evnt'; did you mean 'meta-pixel-event'?"
    with pytest.raises(UnknownRuleError):
        run_examples(load_rules(), ["capi-event", "nothing-like-it"])
