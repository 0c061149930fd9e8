"""Findings of readable personal data: told where it has the look of what it is called, silent on all else."""

import pytest

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.classification import leaks_in_name

SHOP = "https://shop.example"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP"
type Told = list[tuple[str, str, str | None]]


def told(redactor: Redactor, name: str, text: str) -> Told:
    """Return (label, certainty, field) of what is found in one field."""
    return [(str(one.label), one.certainty, one.field) for one in redactor.fields_and_leaks([Field(name, text)])[1]]


POSITIVES: list[tuple[str, str, Told]] = [
    ("dl", f"{SHOP}/u/jane.doe%40example.com", [("email", "certain", "dl.path#2")]),
    ("dl", f"{SHOP}/?email=jane.doe%2540example.com", [("email", "certain", "dl.query.email")]),
    ("dl", f"{SHOP}/?q=jane.doe@example.com", [("email", "certain", "dl.query.q")]),
    ("rl", f"{SHOP}/?x=amFuZS5kb2VAZXhhbXBsZS5jb20", [("email", "certain", "rl.query.x")]),
    ("event_source_url", f"{SHOP}/#jane.doe@example.com", [("email", "certain", "event_source_url.fragment")]),
    ("dl", f"{SHOP}/?phone=01701234567", [("phone", "certain", "dl.query.phone")]),
    ("dl", f"{SHOP}/?x=%2B49%20170%201234567", [("phone", "likely", "dl.query.x")]),
    (
        "dl",
        f"{SHOP}/?first_name=Jane&last_name=O%27Doe",
        [("first_name", "likely", "dl.query.first_name"), ("last_name", "likely", "dl.query.last_name")],
    ),
    ("dl", f"{SHOP}/thanks?order_id=A-10042", [("order_id", "likely", "dl.query.order_id")]),
    ("dl", f"{SHOP}/my?customer_id=778812", [("account_id", "likely", "dl.query.customer_id")]),
    ("dl", f"{SHOP}/map/@52.5200,13.4050,15z", [("location", "likely", "dl.path#2")]),
    ("dl", f"{SHOP}/?geo=52.52001,13.40495", [("location", "likely", "dl.query.geo")]),
    (
        "dl",
        f"{SHOP}/?lat=52.5200&lon=13.4050",
        [("location", "likely", "dl.query.lat"), ("location", "likely", "dl.query.lon")],
    ),
    ("dl", f"{SHOP}/reset/{JWT}", [("secret", "certain", "dl.path#2")]),
    ("dl", f"{SHOP}/reset?token=a8f3k29dk2l1", [("secret", "likely", "dl.query.token")]),
    ("dl", f"{SHOP}/#access_token=EAAGm0PX4ZCpsBAKZCkkkkkkkkk", [("secret", "certain", "dl.fragment.access_token")]),
    ("dl", f"{SHOP}/login?password=hunter2!", [("secret", "likely", "dl.query.password")]),
    ("dl", "https://jane:pw@shop.example/", [("secret", "certain", "dl.userinfo")]),
    (
        "dl",
        f"{SHOP}/?zip=10115&dob=1990-05-04",
        [("postal_code", "likely", "dl.query.zip"), ("birth_date", "likely", "dl.query.dob")],
    ),
    ("cd.email", "jane.doe@example.com", [("email", "certain", "cd.email")]),
    ("cd.customer.phone", "+49 170 1234567", [("phone", "certain", "cd.customer.phone")]),
    ("cd.content_name", "Ticket for jane.doe@example.com", [("email", "certain", "cd.content_name#1")]),
    ("cd.note", "call +49 170 1234567", [("phone", "likely", "cd.note#1")]),
    (
        "cd.buttonFeatures.innerText",
        "Subscribe jane.doe@example.com",
        [("email", "certain", "cd.buttonFeatures.innerText#1")],
    ),
    ("cd.formFeatures.placeholder", "jane.doe@example.com", [("email", "certain", "cd.formFeatures.placeholder#1")]),
    ("pmd.title", "Welcome jane.doe@example.com", [("email", "likely", "pmd.title#1")]),
    ("ud.em", "jane.doe@example.com", [("email", "certain", "ud.em")]),
    ("user_data.ph", "+491701234567", [("phone", "certain", "user_data.ph")]),
    ("user_data.fn", "Jane", [("first_name", "likely", "user_data.fn")]),
    ("param.email", "jane.doe@example.com", [("email", "certain", "param.email")]),
]


@pytest.mark.parametrize(("name", "text", "expected"), POSITIVES)
def test_readable_personal_data_is_told(redactor: Redactor, name: str, text: str, expected: Told) -> None:
    assert told(redactor, name, text) == expected


NEGATIVES = [
    ("dl", f"{SHOP}/boots-2024/sku-0123-456789"),
    ("dl", f"{SHOP}/p/4006381333931"),
    ("dl", f"{SHOP}/?sku=4006381333931&gtin=0400638133393"),
    ("dl", f"{SHOP}/?ts=1795304543508&t=1795304543"),
    ("dl", f"{SHOP}/?price=1299.00&from=19.90&to=29.9000"),
    ("dl", f"{SHOP}/?fbclid=IwAR2xK8pQz7LmN4vB1cT9&gclid=Cj0KCQjw&utm_source=mail&utm_campaign=20240504"),
    ("dl", f"{SHOP}/?order=asc&user=new&account=&customer=business"),
    ("dl", f"{SHOP}/?email=undefined&phone=null&name=&first_name=[object Object]"),
    ("dl", f"{SHOP}/?email=_removed_&token=_removed_"),
    ("dl", f"{SHOP}/?state=ny&code=SUMMER20&key=value&hash=abc&sid=1"),
    ("dl", f"{SHOP}/?csrf_token=a8f3k29dk2l1&pageToken=CAoQAA0123456789"),
    ("dl", f"{SHOP}/?location=Berlin&near=me&lat=&lon=0"),
    ("dl", f"{SHOP}/?v=1.2.3.4&size=38-39-40&date=2024-05-04"),
    ("dl", f"{SHOP}/?uid=2450844530800121343&visitor_id=58204894"),
    ("dl", f"{SHOP}/img/logo@2x.png"),
    ("dl", f"{SHOP}/@shopexample/status/1795304543508123456"),
    ("cd.content_ids", "4006381333931"),
    ("cd.contents.id", "SKU-0123-456789"),
    ("cd.value", "1299.00"),
    ("cd.order_id", "A-10042"),
    ("cd.content_name", "Boots 38-39-40 for 19.90, new 2024"),
    ("cd.buttonFeatures.innerText", "Buy 2 for 1,299.00 EUR"),
    ("pmd.title", "Spring sale 2024: 20 % off, 4.9 stars (1,234)"),
    ("pmd.description", "Open 09:00-18:00, since 1990"),
    ("ud.em", "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"),
    ("cud.em", "^***.^**@^******.***"),
    ("user_data.external_id", "user-42"),
    ("user_data.client_ip_address", "203.0.113.7"),
    ("user_data.ph", "undefined"),
    ("cookie.c_user", "100000987654321"),
    ("cookie.xs", "12%3Aabcdefghijk%3A2%3A1795304543"),
    ("param.token", "a8f3k29dk2l1"),
    ("fbp", "fb.1.1795304543470.798313286598662472"),
    ("ap.contents.item_price", "19.9000"),
]


@pytest.mark.parametrize(("name", "text"), NEGATIVES)
def test_what_only_looks_like_it_is_not_told(redactor: Redactor, name: str, text: str) -> None:
    assert told(redactor, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pmd.title", "Call 0800 123 4567", [("phone", "hint", "pmd.title#1")]),
        ("cd.note", "write to info@shop.example", [("email", "hint", "cd.note#1")]),
        ("dl", f"{SHOP}/?x=0170%201234567", [("phone", "hint", "dl.query.x")]),
    ],
)
def test_what_may_be_the_businesss_own_is_a_hint(redactor: Redactor, name: str, text: str, expected: Told) -> None:
    assert told(redactor, name, text) == expected


def test_an_events_name_is_looked_into(redactor: Redactor) -> None:
    values = redactor.knowledge.values
    found = [(one.label, one.field) for one in leaks_in_name("Order of jane.doe@example.com", values)]
    assert found == [("email", "event_name")]
    names = ("Purchase", "SubscribedButtonClick", "step_2_of_4_2024-05-04", "sku-0123-456789", None)
    assert [leaks_in_name(name, values) for name in names] == [()] * 5


def test_the_words_say_what_and_where_and_never_the_value(redactor: Redactor) -> None:
    (one,) = redactor.fields_and_leaks([Field("dl", f"{SHOP}/?email=jane.doe@example.com")])[1]
    assert (one.kind, one.evidence, one.form) == (
        "personal_data",
        "an e-mail address, readable in an address of a page",
        "plain",
    )
