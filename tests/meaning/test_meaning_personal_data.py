"""Detectors: what they find, and as many things that they must leave alone."""

import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.spot.personal_data import MAX_LOOKED_AT, find, objection, secrets_in

EMAIL = DataClass.EMAIL
PHONE = DataClass.PHONE


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kinds(text: str) -> list[DataClass]:
    return [one.data_class for one in find(text)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("jane.doe@example.com", "jane.doe@example.com"),
        ("mailto:Jane.Doe+news@Example.co.uk?subject=x", "Jane.Doe+news@Example.co.uk"),
        ("Thank you, jane@example.com!", "jane@example.com"),
        ("jane.doe%40example.com", "jane.doe@example.com"),
        ("jane.doe%2540example.com", "jane.doe@example.com"),
        ("jane.doe%252540example%2ecom", "jane.doe@example.com"),
        ("jane&#64;example.com", "jane@example.com"),
        ("jane\\u0040example.com", "jane@example.com"),
        ("jane\uff20example.com", "jane@example.com"),
        ("ja\u200bne@example.com", "jane@example.com"),
        ("jäne@müller.example", "jäne@müller.example"),
        ("иван@пример.рф", "иван@пример.рф"),
        ("jane@xn--e1afmkfd.xn--p1ai", "jane@xn--e1afmkfd.xn--p1ai"),
        (b64("jane.doe@example.com"), "jane.doe@example.com"),
        ("user-" + b64("jane.doe@example.com").rstrip("="), "jane.doe@example.com"),
        (b64(b64("jane.doe@example.com")), "jane.doe@example.com"),
        (b64(quote("jane.doe@example.com")), "jane.doe@example.com"),
        (quote(b64("jane.doe@example.com")), "jane.doe@example.com"),
        (b64('{"mail":"jane.doe@example.com"}'), "jane.doe@example.com"),
    ],
)
def test_an_email_address_is_found_through_its_wrappings(text: str, address: str) -> None:
    assert (EMAIL, address) in find(text)


@pytest.mark.parametrize(
    "text",
    [
        "hiking boots",
        "@media screen",
        "follow us @shop",
        "logo@2x.png",
        "icon@3x.min.js",
        "react@18.2.0",
        "@scope/package@1.2.3",
        "user@localhost",
        "5 @ 19.90 EUR",
        "a@b",
        "100%40off",
        "****.***@*******.***",
        "Fish & Chips; 50% off",
        "Checkout",
        "SubscribedButtonClick",
        "InitiateCheckout",
        "Donaudampfschifffahrtsgesellschaft",
        "Оформление заказа",
        "登録完了",
    ],
)
def test_what_is_no_email_address_is_left_alone(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+491701234567", "+491701234567"),
        ("+49 170 1234567", "+49 170 1234567"),
        ("+49 (0)170 / 123 45 67", "+49 (0)170 / 123 45 67"),
        ("%2B49%20170%201234567", "+49 170 1234567"),
        ("tel:+1-202-555-0143", "+1-202-555-0143"),
        ("call (202) 555-0143 now", "(202) 555-0143"),
        ("202-555-0143", "202-555-0143"),
        ("1 202 555 0143", "1 202 555 0143"),
        ("phone 0170 1234567, thanks", "0170 1234567"),
        ("030/12345678", "030/12345678"),
        ("01 23 45 67 89", "01 23 45 67 89"),
        ("07911 123456", "07911 123456"),
        ("612 345 678", "612 345 678"),
        ("8 (912) 345-67-89", "8 (912) 345-67-89"),
        ("size 38, 0170 1234567", "0170 1234567"),
        ("38 0170 1234567", "0170 1234567"),
        ("2 202-555-0143", "202-555-0143"),
        ("00491701234567", "00491701234567"),
        ("01701234567", "01701234567"),
        (b64("+491701234567"), "+491701234567"),
    ],
)
def test_a_phone_number_is_found_as_people_write_it(text: str, number: str) -> None:
    assert (PHONE, number) in find(text)


@pytest.mark.parametrize(
    "text",
    [
        "1795304543508",
        "2024-05-04",
        "2024-05-04 12:30:11",
        "2024-05-04T12:30:11.123Z",
        "04.05.2024",
        "12/31/2025",
        "19.90",
        "1,299.00 EUR",
        "1.299,00",
        "1234567.89",
        "38.989999999999995",
        "0.30000000000000004",
        "SKU-123456",
        "SKU-12-34-56",
        "A-0123-456789",
        "38-39-40-41-42",
        "1920x1080",
        "10:30-18:00",
        "v2.9.324",
        "Boots 42 (2024)",
        "4 5 6",
        "12345678",
        "en_US",
        "de-DE",
        "pl0_el3_bc1",
    ],
)
def test_numbers_of_things_are_left_alone(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "data_class"),
    [
        ("1234567890", DataClass.LONG_NUMBER),
        ("order 123456789", DataClass.LONG_NUMBER),
        ("ABC123456789", DataClass.LONG_NUMBER),
        ("4111111111111111", DataClass.PAYMENT_CARD),
        ("4111 1111 1111 1111", DataClass.PAYMENT_CARD),
        ("5500-0055-5555-5559", DataClass.PAYMENT_CARD),
        ("203.0.113.7", DataClass.IP_ADDRESS),
        ("ip=203.0.113.7;", DataClass.IP_ADDRESS),
        ("2001:db8::7", DataClass.IP_ADDRESS),
        ("4c8379124cb742c1f6fe", DataClass.OPAQUE_TOKEN),
        ("reset-4c8379124cb742c1f6fec9bf27243d38", DataClass.OPAQUE_TOKEN),
        ("bbf57844-f0d4-464e-8d2d-e6a8990c48a6", DataClass.OPAQUE_TOKEN),
        ("IwAR2xK8pQz7LmN4vB1cT9", DataClass.OPAQUE_TOKEN),
        ("q8Zt-4XnB2_vLkQ9wRs7Yd", DataClass.OPAQUE_TOKEN),
        ("%252525252540", DataClass.OPAQUE_TOKEN),
        ("EAAGm0PX4ZCpsBAKZC", DataClass.SECRET),
        ("EAATESTTOKEN", DataClass.SECRET),
        ("Bearer abc.def-123", DataClass.SECRET),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP", DataClass.SECRET),
        ("1234567890|AbCdEfGhIjK", DataClass.SECRET),
        ("password=hunter2", DataClass.SECRET),
        ('{"access_token":"abc"}', DataClass.SECRET),
        ("PHPSESSID=abcdef", DataClass.SECRET),
        ("a=1; c_user=1000; xs=12%3Aabc", DataClass.SECRET),
        (quote("?reset_token=abc", safe=""), DataClass.SECRET),
    ],
)
def test_other_data_that_points_at_one_person_is_found(text: str, data_class: DataClass) -> None:
    assert objection(text) is data_class


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112 is no card"[20:],
        "256.1.1.1",
        "1.2.3",
        "2.9.324.1",
        "12:30:11",
        "a::b",
        "std::vector",
        "hiking-boots-waterproof-leather-2024",
        "iphone15promax256gbblack2024",
        "Galaxy-S24-Ultra-256GB-5G-Black",
        "AddPaymentInfoOnCheckoutPage",
        "UA-12345678-1",
        "GTM-K2WXYZ1",
        "G-ABC123XYZ9",
        "utm_source=newsletter",
        "Password forgotten?",
        "The bearer of this letter",
        "author=doe",
        "tokens and secrets",
        "EAA meeting",
        "woocommerce_0-9.3.1-3.5.0",
        "tmSimo-GTM-WebTemplate",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "category/outdoor/hiking-shoes",
    ],
)
def test_names_of_things_are_left_alone(text: str) -> None:
    assert find(text) == ()


def test_several_data_in_one_text_come_once_each_the_most_telling_first() -> None:
    text = "1234567890 and jane@example.com, jane@example.com or +49 170 1234567"
    assert find(text) == (
        (EMAIL, "jane@example.com"),
        (PHONE, "+49 170 1234567"),
        (DataClass.LONG_NUMBER, "1234567890"),
    )


def test_what_lies_beyond_the_bound_is_not_looked_at_and_counts_as_a_possible_secret() -> None:
    text = "x " * MAX_LOOKED_AT + "jane@example.com"
    assert find(text) == ()
    assert secrets_in(text)
    assert not secrets_in("hiking boots")


@pytest.mark.parametrize(
    "unit",
    [
        "@",
        "a@b.cc",
        "a.",
        "1",
        "1 ",
        "+1",
        "0-",
        "%25",
        "&#",
        "aA1",
        "eyJ",
        "amFu",
        "::",
        "1.",
        "-_=",
        "é@",
        "token",
        "\\u0040",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (MAX_LOOKED_AT // len(unit))
    started = time.process_time()
    find(text)
    assert time.process_time() - started < 20  # no measurement: a runaway pattern would never end


@given(st.text() | st.text("@.%4025aA19-+=/eyJ \u202e\ud800"))
def test_no_text_is_too_odd(text: str) -> None:
    assert all(one.data_class in DataClass for one in find(text))


@given(st.emails())
def test_any_ordinary_address_is_found_encoded_or_not(address: str) -> None:
    plain = address.rpartition("@")[0]
    if not plain.replace(".", "").isalnum():
        return
    for text in (address, quote(address), quote(quote(address)), b64(address), f"to {address}."):
        assert objection(text) is EMAIL, text
