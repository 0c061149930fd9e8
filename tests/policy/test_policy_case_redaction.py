"""What of a database that holds values may be named by check."""

import pytest
from tests.exposed import contact, event

from pixelwitness.policy.case_redaction import redact_contacts, redact_events


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Purchase", "Purchase"),
        ("My own event 2", "My own event 2"),
        ("Order for jane.doe@example.com", "{email}"),
        ("+49 30 1234567", "{phone}"),
        ("4111111111111111", "{card}"),
        (None, None),
    ],
)
def test_a_name_that_a_detector_objects_to_is_not_told(name: str | None, shown: str | None) -> None:
    (seen,) = redact_events([event(name)])

    assert seen.event.event_name == shown


@pytest.mark.parametrize(
    ("pixel_id", "shown"),
    [("1234567890123456", "1234567890123456"), ("jane.doe@example.com", "{email}"), ("", ""), (None, None)],
)
def test_the_number_of_a_pixel_stays(pixel_id: str | None, shown: str | None) -> None:
    (seen,) = redact_events([event(pixel_id=pixel_id)])
    (reached,) = redact_contacts([contact(pixel_id=pixel_id)])

    assert (seen.event.pixel_id, reached.contact.pixel_id) == (shown, shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.shop.example/u/jane.doe@example.com?q=1", "https://www.shop.example/"),
        ("https://jane.doe%40example.com:x@shop.example/", "https://shop.example/"),
        ("https://49301234567.shop.example/", "https://{digits}.shop.example/"),
        ("nonsense", None),
        (None, None),
    ],
)
def test_of_a_page_its_host_stays(url: str | None, shown: str | None) -> None:
    (seen,) = redact_events([event(page_url=url)])
    (reached,) = redact_contacts([contact(page_url=url)])

    assert (seen.event.page_url, reached.contact.page_url) == (shown, shown)
    assert seen.event.page_site == "shop.example"
