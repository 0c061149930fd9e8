"""Addresses, names and ids as they may be stored."""

import pytest

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.keep.name_redaction import MAX_NAME
from pixelwitness.meaning.keep.page_urls import MAX_URL
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer

TOKEN = tokenizer(b"key of a study in a test")
SHA256 = "4c8379124cb742c1f6fec9bf27243d381c9b8f5adfd31ebf73d874b630410522"
UUID = "bbf57844-f0d4-464e-8d2d-e6a8990c48a6"


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://shop.example/", "https://shop.example/"),
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example:8443/a/b.html", "https://shop.example:8443/a/b.html"),
        ("https://shop.example/boots?color=brown#top", "https://shop.example/boots?…"),
        ("https://shop.example/boots?", "https://shop.example/boots"),
        ("https://shop.example/boots#jane@example.com", "https://shop.example/boots"),
        ("https://jane:pw@shop.example/a", "https://shop.example/a"),
        (
            "https://shop.example/hiking-boots-waterproof-leather-2024",
            "https://shop.example/hiking-boots-waterproof-leather-2024",
        ),
        ("https://shop.example/p/1795304543508/2024-05-04", "https://shop.example/p/1795304543508/2024-05-04"),
        ("https://shop.example/обувь/туристическая", "https://shop.example/обувь/туристическая"),
        ("https://shop.example/%D0%BE%D0%B1%D1%83%D0%B2%D1%8C", "https://shop.example/%D0%BE%D0%B1%D1%83%D0%B2%D1%8C"),
        ("https://shop.example/u/jane@example.com/x", "https://shop.example/u/{email}/x"),
        ("https://shop.example/u/jane%2540example.com", "https://shop.example/u/{email}"),
        ("https://shop.example/u/jane%26%2364;example.com", "https://shop.example/u/{email}"),
        ("https://shop.example/u/amFuZS5kb2VAZXhhbXBsZS5jb20=", "https://shop.example/u/{email}"),
        ("https://shop.example/tel/+49-170-1234567", "https://shop.example/tel/{phone}"),
        ("https://shop.example/o/1234567890/done", "https://shop.example/o/{digits}/done"),
        ("https://shop.example/c/4111111111111111", "https://shop.example/c/{card}"),
        (f"https://shop.example/reset/{SHA256}", "https://shop.example/reset/{token}"),
        (f"https://shop.example/d/{UUID}", "https://shop.example/d/{token}"),
        ("https://shop.example/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjft", "https://shop.example/t/{secret}"),
        ("https://shop.example/a;jsessionid=AB12/b", "https://shop.example/a…/b"),
        ("https://shop.example/thanks%3Fname%3DJane", "https://shop.example/thanks…"),
        ("https://shop.example/thanks%253Fname%253DJane", "https://shop.example/thanks…"),
        ("https://shop.example/name=Jane", "https://shop.example/name…"),
        ("https://4917012345678.shop.example/", "https://{digits}.shop.example/"),
        ("https://jane%40example.com.evil.example/", "https://{email}/"),
        ("http://203.0.113.7:8080/x", "http://203.0.113.7:8080/x"),
        ("http://[2001:db8::7]:8080/x", "http://[2001:db8::7]:8080/x"),
        ("HTTPS:\\\\Shop.example\\a", "https://shop.example\\a"),
        ("//shop.example/a", "//shop.example/a"),
        ("www.shop.example/a?b", "www.shop.example/a?…"),
        ("about:blank", "about:blank"),
        ("data:text/html,jane@example.com", "data:…"),
        ("blob:https://shop.example/" + UUID, "blob:…"),
        ("mailto:jane@example.com", "mailto:…"),
        ("file:///home/jane/page.html", "file://…"),
        ("https://shop.example/a\x1b[2J\ud800", "https://shop.example/a\\x1b[2J\\ud800"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_page_address_is_stored_without_what_points_at_a_person(
    redactor: Redactor, url: str | None, stored: str | None
) -> None:
    assert redactor.url(url) == stored


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://u:p@shop.example/a?email=jane@example.com#x", "https://shop.example/a?email=jane@example.com#x"),
        ("https://shop.example/a;jsessionid=AB12?sid=1&q=boots", "https://shop.example/a?sid={secret}&q=boots"),
        (
            "https://shop.example/EAATESTTOKEN/b#access_token=abc",
            "https://shop.example/{secret}/b#access_token={secret}",
        ),
        ("https://shop.example/?u=https%3A%2F%2Fx.example%3Ftoken%3Dabc", "https://shop.example/?u={secret}"),
    ],
)
def test_a_kept_page_address_lacks_only_secrets(keeper: Redactor, url: str, stored: str) -> None:
    assert keeper.url(url) == stored


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Purchase", "Purchase"),
        ("SubscribedButtonClick", "SubscribedButtonClick"),
        ("Оформление заказа", "Оформление заказа"),
        ("12345", "12345"),
        ("", ""),
        (None, None),
        ("Lead jane@example.com", "{email}"),
        ("amFuZS5kb2VAZXhhbXBsZS5jb20=", "{email}"),
        ("call +49 170 1234567", "{phone}"),
        ("order 1234567890", "{digits}"),
        ("token=abcdef", "{secret}"),
        (UUID, "{token}"),
        # A number of Meta's own, of 13 digits as old cards have them; real cards and telephones beside it.
        ("6020974733117", "6020974733117"),
        ("6020974733117 jane@example.com", "{email}"),
        ("4222222222222", "{card}"),
        ("4111111111111111", "{card}"),
        ("378282246310005", "{card}"),
        ("36700102000000", "{card}"),
        ("5300000000006", "{digits}"),
        ("4917612345678", "{digits}"),
        ("https://shop.example/thanks?order=1001", "https://shop.example/thanks?…"),
        ("Buy\x1b[2J\u202e", "Buy\\x1b[2J\\u202e"),
    ],
)
def test_an_event_name_is_stored_unless_a_detector_objects(
    redactor: Redactor, name: str | None, stored: str | None
) -> None:
    assert redactor.event_name(name) == stored


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("cd.JSON-LD.@graph", "cd.JSON-LD.@graph"),
        ("cd.JSON-LD.@graph.@type", "cd.JSON-LD.@graph.@type"),
        ("cd.@context", "cd.@context"),
        ("cd.JSON-LD.@graph.jane@example.com", "cd.{email}"),
        ("cd.JSON-LD.jane@graph.example", "cd.{email}"),
        ("cd.jane.doe@type.example", "cd.{email}"),
        ("cd.JSON-LD.@graphics.example", "cd.{email}"),
        ("cd.JSON-LD.@graph.+49 170 1234567", "cd.{phone}"),
        ("cd.a@b", "cd.a?b"),
    ],
)
def test_a_fields_name_is_stored_unless_a_detector_objects(redactor: Redactor, name: str, stored: str) -> None:
    (row,) = redactor.fields((Field(name, "x"),))
    assert row.field == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1234567890123456", "1234567890123456"),
        ("973660330612134", "973660330612134"),
        ("my-pixel", "my-pixel"),
        (None, None),
        ("jane@example.com", "{email}"),
        ("+491701234567", "{phone}"),
    ],
)
def test_a_pixel_id_is_no_long_number(redactor: Redactor, text: str | None, stored: str | None) -> None:
    assert redactor.pixel_id(text) == stored


@pytest.mark.parametrize(
    ("host", "stored"),
    [
        ("www.facebook.com", "www.facebook.com"),
        ("mpc2-prod-25-is5qnl632q-uw.a.run.app", "mpc2-prod-25-is5qnl632q-uw.a.run.app"),
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("", ""),
        (f"od-{SHA256[:24]}.ecs.us-east-2.on.aws", f"od-{SHA256[:24]}.ecs.us-east-2.on.aws"),
        ("jane@example.com", "{email}"),
        ("a\x1b[2J.example", "a\\x1b[2J.example"),
    ],
)
def test_a_receiver_is_named_whole_unless_it_cannot_be_a_host(redactor: Redactor, host: str, stored: str) -> None:
    assert redactor.receiver(host) == stored


@pytest.mark.parametrize(
    ("dedup_id", "kept", "form"),
    [
        (f"ob3_plugin-set_{SHA256}", True, "library"),
        (f"ob_plugin-set_{SHA256}", True, "library"),
        (f"pcm_plugin-set_{SHA256}", True, "library"),
        (f"sgwpixel_plugin-set_{SHA256}", True, "library"),
        (f"ob3_plugin-set_{SHA256}_1234567890", True, "library"),
        (f"LCP.2.{UUID}", True, "library"),
        (UUID, False, "uuid"),
        (UUID.upper(), False, "uuid"),
        ("order-1001", False, "other"),
        ("jane@example.com", False, "other"),
        ("ob3_plugin-set_jane@example.com", False, "other"),
        ("ob3_plugin-set_491701234567", False, "other"),
        ("LCP.2.491701234567", False, "other"),
        (f"x{UUID}", False, "other"),
    ],
)
def test_a_dedup_id_is_kept_only_when_the_library_made_it(
    redactor: Redactor, keeper: Redactor, dedup_id: str, kept: bool, form: str
) -> None:
    assert redactor.dedup(dedup_id) == (dedup_id if kept else None, TOKEN(dedup_id), form)
    assert keeper.dedup(dedup_id) == (dedup_id, TOKEN(dedup_id), form)


def test_no_dedup_id_has_no_form(redactor: Redactor) -> None:
    assert redactor.dedup(None) == redactor.dedup("") == (None, None, None)


def test_an_event_kind_looks_at_what_the_event_says_of_itself(redactor: Redactor) -> None:
    assert redactor.event_kind("Purchase", [Field("cd.value", "1")]) == "standard"
    assert redactor.event_kind("Purchase", [Field("es", "automatic")]) == "automatic"
    assert redactor.event_kind("Purchase", [Field("cd.es", "automatic")]) == "standard"


def test_whatever_is_stored_is_bounded(redactor: Redactor) -> None:
    long = "a b" * 400_000
    assert len(redactor.url("https://shop.example/" + long) or "") <= MAX_URL
    assert len(redactor.event_name(long) or "") <= MAX_NAME
    assert len(redactor.pixel_id(long) or "") <= MAX_NAME
    assert len(redactor.receiver(long)) <= MAX_NAME
    (facts,) = redactor.fields([Field(long, long)])
    assert (len(facts.field) <= MAX_NAME, facts.length, facts.value) == (True, len(long), None)
