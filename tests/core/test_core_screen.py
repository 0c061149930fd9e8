"""The first look at bodies: it may ask for a closer look too often, never too seldom."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.core.detect.rule import Conditions, Literals
from pixelwitness.core.detect.screen import BODY_WINDOW, Screen
from pixelwitness.core.wire.body_kind import BodyKind, kind_of
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.rulebook import load_rules

RULES = load_rules()
SCREEN = Screen(RULES.rules)
JSON_LITERALS = sorted(
    {
        literal
        for rule in RULES.rules
        if rule.match.any_host and BodyKind.JSON in rule.match.body_kinds
        for literal in rule.match.literal.body_bytes
    }
)
FORM_LITERALS = sorted(
    {
        literal
        for rule in RULES.rules
        if rule.match.any_host and BodyKind.FORM in rule.match.body_kinds
        for literal in rule.match.literal.body_bytes
    }
)
# Text that is full of the bytes for which is searched, so that every way of searching is taken.
PIECES = st.sampled_from(
    [b'"fb.pixel_i', b"x", b"dd", b'name="e', b"v=", b"=", b"&e", b'_fbp"', b"x-f", b"\x00\xff", b" "]
)
FILL = st.tuples(st.lists(PIECES, min_size=1, max_size=6), st.integers(1, 9000)).map(lambda it: b"".join(it[0]) * it[1])


@given(FILL, st.sampled_from(JSON_LITERALS), FILL)
def test_a_literal_in_json_is_never_missed(before: bytes, literal: bytes, after: bytes) -> None:
    body = b"{" + before[: BODY_WINDOW - 100] + literal + after
    assert SCREEN.wants_body("application/json", body)


@given(FILL, st.sampled_from(FORM_LITERALS), FILL)
def test_a_literal_in_a_form_is_never_missed(before: bytes, literal: bytes, after: bytes) -> None:
    body = b"a" + before[: BODY_WINDOW - 100] + literal + after
    assert SCREEN.wants_body("application/x-www-form-urlencoded", body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps([{"event": "view", "level": n, "name": "seven events"} for n in range(2000)])),
        ("application/json", json.dumps({"css": "width:10px;max-height:20px;" * 2500})),
        ("text/plain", '{"key": "' + "dGhpcyBpcyBhIHRlc3Q" * 3000 + '"}'),
        ("application/x-www-form-urlencoded", "data=" + "%22event%22%3A%22view%22%2C" * 2500),
        ("text/plain", "Every event of the seven was never level. " * 1500),
        ("", "\n" * 70_000),
        ("image/png", '{"fb.pixel_id": "1"}'),
    ],
    ids=["telemetry", "style", "base64", "encoded JSON", "prose", "blanks", "a type that is not searched"],
)
def test_bodies_without_a_literal_are_passed_over(content_type: str, body: str) -> None:
    assert not SCREEN.wants_body(content_type, body.encode())


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("application/json", b'{"a": 1}', BodyKind.JSON),
        ("text/plain;charset=UTF-8", b"\xef\xbb\xbf\r\n [1]", BodyKind.EITHER),
        ("", b'[{"a": 1}]', BodyKind.JSON),
        ("", b"[a]=1", BodyKind.EITHER),
        ("application/x-www-form-urlencoded", b'{"a": 1}', BodyKind.EITHER),
        ("Multipart/Form-Data; boundary=x", b"{", BodyKind.EITHER),
        ("application/json", b"a=1", BodyKind.FORM),
        ("", b"--x\r\n", BodyKind.FORM),
        ("", b" " * 300 + b"{}", BodyKind.EITHER),
        ("", b"", BodyKind.EITHER),
    ],
)
def test_a_body_is_told_by_its_type_and_first_bytes(content_type: str, body: bytes, kind: BodyKind) -> None:
    assert kind_of(content_type, body) is kind


@given(
    st.sampled_from(["", "text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data"]),
    st.one_of(
        st.binary(max_size=80),
        st.text("{[ \n\ufeffa=&1]}", max_size=12).map(str.encode),
        st.text("{[ \n\x0b\ufeff", max_size=4).map(lambda head: (head + '{"a": 1}').encode()),
    ),
)
def test_what_a_request_reads_of_a_body_is_of_its_kind(content_type: str, body: bytes) -> None:
    request = Request("POST", "https://shop.example/", (("content-type", content_type),), body, BodyState.RECORDED)
    kind = kind_of(request.content_type, body)
    assert kind is not BodyKind.FORM or request.json is None
    assert kind is not BodyKind.JSON or not request.form_pairs


def test_conditions_tell_which_bodies_they_read() -> None:
    by_id = {rule.id: rule.match.body_kinds for rule in RULES.rules}
    assert by_id["capi-gateway-event"] == {BodyKind.JSON, BodyKind.EITHER}
    assert by_id["meta-tr-other-host"] == {BodyKind.FORM, BodyKind.EITHER}
    assert Conditions(literal=Literals(body=("x",))).body_kinds == set(BodyKind)
