"""Planted secrets: wherever personal data stand, they never leave the redactor by default."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

SECRETS = [
    "jane.doe@example.com",
    "+491701234567",
    "+49 170 1234567",
    "(202) 555-0143",
    "01701234567",
    "4111111111111111",
    "EAAGm0PX4ZCpsBAKZC",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP",
    "bbf57844-f0d4-464e-8d2d-e6a8990c48a6",
    "q8Zt4XnB2vLkQ9wRs7YdPm",
]
NAMES = [
    "ud.em", "udff.ph", "aud.fn", "cud.em", "user_data.external_id", "am.external_id", "ud.nothing", "cd.value",
    "cd.currency", "cd.content_name", "cd.content_type", "cd.contents.id", "cd.status", "cd.buttonFeatures.innerText",
    "cd.formFeatures.value", "cd.note", "cd.search_string", "pmd.title", "pmd.locale", "ap.contents.item_price", "dl",
    "rl", "event_source_url", "redirect_uri", "a", "v", "eid", "ts", "event_time", "dpo", "es", "if", "fbp", "fbc",
    "cookie.c_user", "cookie.xs", "cookie.anything", "param.anything", "param.access_token", "header.authorization", "",
]  # fmt: skip


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return quote(text, safe="")


ENCODINGS: list[Callable[[str], str]] = [
    str,
    percent,
    lambda text: percent(percent(text)),
    b64,
    lambda text: percent(b64(text)),
    lambda text: b64(percent(text)),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
]
POSITIONS = [
    "{}",
    "for {} only",
    "https://shop.example/u/{}/done",
    "https://shop.example/?{}",
    "https://shop.example/?x={}&y=1",
    "https://shop.example/?email={}",
    "https://shop.example/?session={}",
    "https://shop.example/#{}",
    "https://shop.example/a;id={}",
    "https://{}@shop.example/",
    '{{"inner": "{}"}}',
    "x={}",
    "/u/{}",
]

REDACTOR = Redactor(load_knowledge(), tokenizer(b"key of a study in a test"))


def outputs(redactor: Redactor, name: str, text: str) -> str:
    """Everything that a redactor makes of a text, as one."""
    facts = redactor.fields([Field(name, text), Field(f"cd.{text}", text)])
    return "\n".join(
        str(one)
        for one in (
            *((fact.field, fact.value) for fact in facts),
            redactor.url(text),
            redactor.event_name(text),
            redactor.pixel_id(text) if not text.isdigit() else None,
            redactor.dedup(text)[0],
        )
    )


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_leaves_from_any_field_in_any_position_and_encoding(secret: str) -> None:
    leaked = []
    for encode in ENCODINGS:
        planted = encode(secret)
        for position in POSITIONS:
            text = position.format(planted)
            for name in NAMES:
                out = outputs(REDACTOR, name, text)
                if planted in out or secret in out:
                    leaked.append((name, text))
    assert leaked == []


@settings(deadline=None)
@given(
    before=st.text(st.characters(exclude_characters="*%&\\"), max_size=12).map(lambda text: text + " "),
    after=st.text(st.characters(exclude_characters="*%&\\"), max_size=12).map(lambda text: " " + text),
    secret=st.sampled_from(SECRETS),
    name=st.sampled_from(NAMES),
    encode=st.sampled_from(ENCODINGS),
)
def test_no_text_around_a_secret_hides_it(
    before: str, after: str, secret: str, name: str, encode: Callable[[str], str]
) -> None:
    planted = encode(secret)
    assert planted not in outputs(REDACTOR, name, f"{before}{planted}{after}")


@pytest.mark.parametrize(
    "secret", ["EAAGm0PX4ZCpsBAKZC", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP", "Bearer hunter2-hunter2"]
)
def test_tokens_and_cookies_leave_in_no_mode(knowledge: Knowledge, secret: str) -> None:
    keeper = Redactor(knowledge, tokenizer(b"key"), keep_values=True)
    leaked = [
        (name, text)
        for encode in ENCODINGS
        for position in POSITIONS
        for name in NAMES
        if encode(secret) in outputs(keeper, name, text := position.format(encode(secret)))
    ]
    assert leaked == []
    names = ["cookie.c_user", "cookie.xs", "cookie.other", "param.access_token", "cd.password", "header.Authorization"]
    values = [one.value for one in keeper.fields([Field(name, "hunter2") for name in names])]
    assert values == [None] * len(names)
    assert "hunter2" not in str(
        keeper.url("https://shop.example/;sid=hunter2?password=hunter2&code=hunter2#token=hunter2")
    )


HOSTILE = (
    st.text() | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co"])) | st.text("/:@?#%&=;.[]{}\\+0a")
)


@settings(deadline=None)
@given(st.sampled_from(NAMES) | HOSTILE, HOSTILE)
def test_no_text_is_too_odd_and_what_leaves_can_be_shown_and_stored(name: str, text: str) -> None:
    keeper = Redactor(load_knowledge(), tokenizer(b"key"), keep_values=True)
    for redactor in (REDACTOR, keeper):
        shown = [redactor.url(text), redactor.event_name(text), redactor.pixel_id(text), redactor.receiver(text)]
        shown.append(redactor.dedup(text)[0])
        for facts in redactor.fields([Field(name, text)]):
            shown += [facts.field, facts.value]
        for one in shown:
            assert one is None or (one.isprintable() and one.encode("utf-8") is not None)
