"""Fields as they may be stored: what is kept, what is not, and the parts that are reported by themselves."""

import hashlib

import pytest
from msgspec.structs import astuple

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.keep.name_redaction import MAX_FIELD_NAME
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer

TOKEN = tokenizer(b"key of a study in a test")
SHA256 = hashlib.sha256(b"jane.doe@example.com").hexdigest()


def told(redactor: Redactor, *fields: tuple[str, str]) -> list[tuple[str, str, str, str | None]]:
    """Field, class, form, value."""
    facts = redactor.fields([Field(name, text) for name, text in fields])
    return [(one.field, str(one.data_class), str(one.form), one.value) for one in facts]


def test_a_field_leaves_with_class_form_length_and_token(redactor: Redactor) -> None:
    rows = redactor.fields([Field("ud.em", SHA256), Field("cd.value", "19.90"), Field("ud.fn", "Jane", 1)])
    assert [astuple(row) for row in rows] == [
        (None, None, "ud.em", 0, "email", "sha256", "manual", 64, TOKEN(SHA256), None),
        (None, None, "cd.value", 0, "money", "number", "manual", 5, TOKEN("19.90"), "19.90"),
        (None, None, "ud.fn", 1, "first_name", "plain", "manual", 4, TOKEN("Jane"), None),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cd.value", "89"),
        ("cd.value", "1,299.00"),
        ("cd.value", "38.989999999999995"),
        ("custom_data.value", "123.45"),
        ("cd.currency", "EUR"),
        ("cd.currency", "usd"),
        ("cd.num_items", "2"),
        ("cd.content_type", "product"),
        ("cd.contents.0.quantity", "1"),
        ("cd.contents.item_price", "19.9"),
        ("ap.contents.item_price", "19.9"),
        ("cd.predicted_ltv", "50.0"),
        ("cd.status", "completed"),
        ("cd.delivery_category", "home_delivery"),
        ("v", "2.9.324"),
        ("r", "stable"),
        ("a", "woocommerce_0-9.3.1-3.5.0"),
        ("rqm", "GET"),
        ("if", "false"),
        ("ec", "0"),
        ("o", "4126"),
        ("ts", "1795304543508"),
        ("event_time", "1795300000"),
        ("es", "automatic"),
        ("coo", "false"),
        ("dpo", "LDU"),
        ("dpost", "1000"),
        ("opt_out", "false"),
        ("action_source", "website"),
        ("sw", "1920"),
        ("pmd.locale", "en_US"),
    ],
)
def test_values_on_the_list_are_kept_when_they_look_right(redactor: Redactor, name: str, text: str) -> None:
    assert [one.value for one in redactor.fields([Field(name, text)])] == [text]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cd.value", "jane.doe@example.com"),
        ("cd.value", "491701234567"),
        ("cd.value", "+49 170 1234567"),
        ("cd.value", "about 20"),
        ("cd.value", ""),
        ("cd.currency", "jane.doe@example.com"),
        ("cd.currency", "Ann"),
        ("cd.currency", "EUR "),
        ("cd.content_type", "Jane"),
        ("cd.status", "pregnant"),
        ("cd.num_items", "01701234567"),
        ("cd.delivery_category", "to Jane"),
        ("a", "jane.doe@example.com"),
        ("a", "4c8379124cb742c1f6fec9bf27243d38"),
        ("a", "x" * 41),
        ("v", "Jane Doe"),
        ("ts", "12345"),
        ("ts", "9795304543508"),
        ("event_time", "jane"),
        ("action_source", "Website"),
        ("pmd.locale", "Jane Doe"),
        ("if", "perhaps"),
        # Never on the list:
        ("cd.content_name", "Hiking boots"),
        ("cd.content_ids", "SKU-1"),
        ("cd.search_string", "hiking boots"),
        ("cd.note", "x"),
        ("pmd.title", "Checkout"),
        ("cd.buttonText", "Buy"),
        ("dl", "https://shop.example/"),
        ("fbp", "fb.1.1795304543470.798313286598662472"),
        ("cookie.c_user", "100001234567890"),
        ("ud.zp", "12345"),
        ("ud.ge", "f"),
        ("cd.patient.value", "20"),
        ("cd.JSON-LD.price", "20"),
    ],
)
def test_no_other_value_is_kept(redactor: Redactor, name: str, text: str) -> None:
    assert [one.value for one in redactor.fields([Field(name, text)]) if one.value is not None] == []


def test_a_page_address_yields_the_parts_that_point_at_a_person(redactor: Redactor) -> None:
    url = (
        "https://jane:pw@shop.example/account/jane.doe%40example.com/orders;jsessionid=ab12cd?step=2"
        "&email=jane.doe%2540example.com&fbclid=IwAR0abcDEF123&token=abc&back=tel%3A%2B491701234567"
        "#access_token=EAATESTTOKEN"
    )
    assert told(redactor, ("dl", url)) == [
        ("dl", "page_url", "plain", None),
        ("dl.userinfo", "secret", "plain", None),
        ("dl.path#2", "email", "plain", None),
        ("dl.path#3", "secret", "plain", None),
        ("dl.query.email", "email", "plain", None),
        ("dl.query.fbclid", "click_id", "plain", None),
        ("dl.query.token", "secret", "plain", None),
        ("dl.query.back", "phone", "plain", None),
        ("dl.fragment.access_token", "secret", "plain", None),
    ]


def test_the_token_of_a_part_is_made_of_what_was_decoded(redactor: Redactor) -> None:
    fields = [Field("ud.em", "jane.doe@example.com"), Field("dl", "https://shop.example/?x=Jane.Doe%2540example.com")]
    facts = {one.field: one.value_token for one in redactor.fields(fields)}
    assert facts["dl.query.x"] == facts["ud.em"] == TOKEN("jane.doe@example.com")


def test_a_phone_number_has_one_token_however_it_is_written(redactor: Redactor) -> None:
    texts = [
        "+49 170 1234567",
        "+491701234567",
        "49 (170) 123-45-67",
        "+44 20 7946 0958",
        "+## ### #######",
        "a1",
        "b1",
    ]
    tokens = [one.value_token for one in redactor.fields([Field("ud.ph", text) for text in texts])]
    assert tokens == [TOKEN("491701234567")] * 3 + [TOKEN("442079460958")] + [TOKEN(text) for text in texts[4:]]


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hiking-boots-waterproof-leather-2024",
        "https://shop.example/boots?color=brown&size=42&utm_source=newsletter&page=2",
        "https://shop.example/de_DE/checkout?step=2&ts=1795304543508#top",
        "https://l.facebook.com/",
        "about:blank",
        "",
    ],
)
def test_an_ordinary_page_address_has_no_parts(redactor: Redactor, url: str) -> None:
    assert [one.field for one in redactor.fields([Field("dl", url)])] == ["dl"]


def test_free_text_yields_its_parts_numbered(redactor: Redactor) -> None:
    text = "Subscribe jane@example.com, +49 170 1234567, for 19.90"
    assert told(redactor, ("cd.buttonFeatures.innerText", text), ("cd.buttonText", "Subscribe for 0 to @")) == [
        ("cd.buttonFeatures.innerText", "button_text", "plain", None),
        ("cd.buttonFeatures.innerText#1", "email", "plain", None),
        ("cd.buttonFeatures.innerText#2", "phone", "plain", None),
        ("cd.buttonText", "button_text", "plain", None),
    ]


def test_an_email_address_as_external_id_is_reported_in_hashes_nothing_is_looked_for(redactor: Redactor) -> None:
    assert told(
        redactor, ("am.external_id", "jane@example.com"), ("ud.external_id", SHA256), ("ud.em", "a@b.example")
    ) == [
        ("am.external_id", "external_id", "plain", None),
        ("am.external_id#1", "email", "plain", None),
        ("ud.external_id", "external_id", "sha256", None),
        ("ud.em", "email", "plain", None),
    ]


def test_ids_and_technical_values_are_not_taken_for_numbers_of_a_person(redactor: Redactor) -> None:
    fields = [
        ("fbp", "fb.1.1795304543470.798313286598662472"),
        ("fbc", "fb.1.1795304543391.IwAR2xK8pQz7LmN4vB1cT9"),
        ("eid", "bbf57844-f0d4-464e-8d2d-e6a8990c48a6"),
        ("cd.content_ids", "00012345678905"),
        ("cas", "4525328687504978"),
        ("user_data.client_user_agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0"),
    ]
    assert [name for name, *_ in told(redactor, *fields)] == [name for name, _ in fields]


def test_a_name_that_is_personal_or_odd_is_not_stored(redactor: Redactor) -> None:
    names = [
        "ud.jane.doe@example.com",
        "cd.+49 170 1234567",
        "cd.a\x1b[2Jb",
        "param.jane%2540example.com",
        "cd." + "n" * 300,
    ]
    facts = redactor.fields([Field(name, "x") for name in names])
    assert [one.field for one in facts[:4]] == ["ud.{email}", "cd.{phone}", "cd.a?[2Jb", "param.{email}"]
    assert len(facts[4].field) <= MAX_FIELD_NAME + len("cd.")


def test_names_that_become_one_are_counted_on(redactor: Redactor) -> None:
    facts = redactor.fields(
        [Field("cd.a@b.example", "x"), Field("cd.c@d.example", "x"), Field("cd.ids", "1"), Field("cd.ids", "2", 1)]
    )
    assert [(one.field, one.ordinal) for one in facts] == [
        ("cd.{email}", 0),
        ("cd.{email}", 1),
        ("cd.ids", 0),
        ("cd.ids", 1),
    ]


def test_kept_values_are_everything_but_secrets(keeper: Redactor) -> None:
    fields = [
        ("ud.em", "jane.doe@example.com"),
        ("cd.content_name", "Hiking boots"),
        ("cd.note", "a\x1b[2Jb"),
        ("cd.note2", "Bearer abc.def-123"),
        ("cd.note3", "your password=hunter2"),
        ("cd.reset_token", "abc"),
        ("cookie.c_user", "100001234567890"),
        ("param.access_token", "EAATESTTOKEN"),
        ("dl", "https://u:p@shop.example/a?email=jane%40example.com&session=abc&next=%3Fpassword%3Dhunter2#sid=1"),
    ]
    assert told(keeper, *fields) == [
        ("ud.em", "email", "plain", "jane.doe@example.com"),
        ("cd.content_name", "product", "plain", "Hiking boots"),
        ("cd.note", "unknown", "plain", "a\\x1b[2Jb"),
        ("cd.note2", "unknown", "plain", None),
        ("cd.note2#1", "secret", "plain", None),
        ("cd.note3", "unknown", "plain", None),
        ("cd.note3#1", "secret", "plain", None),
        ("cd.reset_token", "secret", "plain", None),
        ("cookie.c_user", "account_id", "number", None),
        ("param.access_token", "secret", "plain", None),
        (
            "dl",
            "page_url",
            "plain",
            "https://shop.example/a?email=jane%40example.com&session={secret}&next={secret}#sid={secret}",
        ),
        ("dl.userinfo", "secret", "plain", None),
        ("dl.query.email", "email", "plain", "jane@example.com"),
        ("dl.query.session", "secret", "plain", None),
        ("dl.query.next", "secret", "plain", None),
        ("dl.fragment.sid", "secret", "number", None),
    ]
