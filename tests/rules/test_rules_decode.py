"""What examples do not state: copies, pages, order in a request, and that nothing leaves that must not."""

import pytest

from pixelwitness.core.detect.sighting import PageClaims
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

DETECTOR = load_rules().detector()
BOOTS = "https%3A%2F%2Fshop.example%2Fboots"


@pytest.mark.parametrize(
    ("url", "is_copy"),
    [
        ("https://www.facebook.com/tr/?id=1234567890123456&ev=PageView", False),
        ("https://www.facebook.com/tr/?redirect=0&ev=PageView&id=1234567890123456", True),
        ("https://www.facebook.com/privacy_sandbox/pixel/register/trigger/?id=1234567890123456&ev=PageView", True),
        ("https://t.shop.example/?id=1234567890123456&ev=PageView&ts=1&ec=0&if=false", False),
    ],
)
def test_repetitions_of_the_pixels_own_hit_are_copies(url: str, is_copy: bool) -> None:
    assert [event.is_copy for event in DETECTOR.detect(Request("GET", url)).events] == [is_copy]


def test_the_key_that_joins_a_pixels_copies_is_read() -> None:
    url = "https://www.facebook.com/tr/?id=1234567890123456&ev=PageView&ts=1795300000000&ec=3"
    (event,) = DETECTOR.detect(Request("GET", url)).events
    assert (event.sent_at, event.counter) == ("1795300000000", "3")


@pytest.mark.parametrize(
    ("request_", "claims"),
    [
        (
            Request(
                "GET",
                "https://www.facebook.com/tr/?id=1&ev=Lead&dl=https%3A%2F%2Fads.example%2Ff&rl=https%3A%2F%2Fshop.example%2F&if=true",
                (("Referer", "https://ads.example/"), ("Origin", "https://ads.example")),
            ),
            PageClaims(
                (("dl", "https://ads.example/f"), ("rl", "https://shop.example/")),
                in_frame=True,
                referer="https://ads.example/",
                origin="https://ads.example",
            ),
        ),
        (
            Request(
                "POST",
                "https://graph.facebook.com/v21.0/1/events",
                (),
                b'{"data": [{"event_source_url": "https://shop.example/thanks"}]}',
                BodyState.RECORDED,
            ),
            PageClaims((("event_source_url", "https://shop.example/thanks"),)),
        ),
        (
            Request("GET", "https://www.facebook.com/x/oauth/status?redirect_uri=https%3A%2F%2Fshop.example%2Fboots"),
            PageClaims((("page_param", "https://shop.example/boots"),)),
        ),
        (
            Request("GET", "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fshop.example%2Fboots"),
            PageClaims((("page_param", "https://shop.example/boots"),)),
        ),
        (
            Request("GET", "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fwww.facebook.com%2Fshop"),
            PageClaims(),
        ),
        (
            Request("GET", "https://connect.facebook.net/signals/config/1234567890123456?domain=shop.example"),
            PageClaims(),
        ),
        (
            Request("GET", f"https://m.shop.example/g/collect?tid=G-1&en=view&ep.x-fb-ck-fbp=fb.1&dl={BOOTS}"),
            PageClaims((("dl", "https://shop.example/boots"),)),
        ),
        (
            Request(
                "POST", f"https://shop.example/wp-admin/admin-ajax.php?action=pys_api_event&event=Lead&url={BOOTS}"
            ),
            PageClaims((("page_param", "https://shop.example/boots"),)),
        ),
        (
            Request("POST", f"https://shop.example/wp-json/pys-facebook/v1/event?event=Lead&event_source_url={BOOTS}"),
            PageClaims((("event_source_url", "https://shop.example/boots"),)),
        ),
        (Request("GET", "https://wa.me/12025550143?text=hello"), PageClaims()),
    ],
    ids=[
        "pixel",
        "server",
        "log-in",
        "button for the page",
        "button for a page at Meta",
        "configuration",
        "tag manager",
        "plug-in's form",
        "plug-in's end point",
        "chat",
    ],
)
def test_what_a_request_says_of_its_page_is_read(request_: Request, claims: PageClaims) -> None:
    found = DETECTOR.detect(request_)
    assert [one.claims for one in (*found.events, *found.contacts)] == [claims]


def test_every_site_that_is_metas_has_a_rule_of_last_resort() -> None:
    (rule,) = (rule for rule in DETECTOR.rules if rule.is_last_resort)
    assert sorted(rule.match.site) == sorted(load_knowledge().owners)


@pytest.mark.parametrize(
    ("request_", "rules"),
    [
        (Request("GET", "https://www.facebook.com/fr/u.php?p=1"), ["meta-purpose-unknown"]),
        # An event or contact that is known leaves nothing to the last resort, not even among the others that matched.
        (Request("GET", "https://www.facebook.com/tr/?id=1&ev=Lead"), ["meta-pixel-event"]),
        (Request("GET", "https://an.facebook.com/v1/placementbid?placementid=1_2"), ["meta-audience-network"]),
        # A list without an event in it, and a signal, are not known to say anything to Meta.
        (
            Request("POST", "https://graph.facebook.com/1/events", (), b'{"data": []}', BodyState.RECORDED),
            ["meta-purpose-unknown"],
        ),
        (Request("GET", "https://www.facebook.com/x?us_privacy=1YNN"), ["meta-purpose-unknown"]),
        (Request("GET", "https://shop.example/x?us_privacy=1YNN"), []),
        (Request("GET", "https://facebook.com.evil.example/"), []),
    ],
)
def test_the_last_resort_takes_what_no_other_rule_does(request_: Request, rules: list[str]) -> None:
    found = DETECTOR.detect(request_)
    sightings = (*found.events, *found.contacts)
    assert [(one.rule.id, one.also_matched) for one in sightings] == [(rule, ()) for rule in rules]


def test_the_events_of_a_request_are_counted_in_its_order() -> None:
    body = b'{"data": [{"event_name": "A"}, {"event_name": "B"}, {"event_name": "A"}]}'
    request = Request("POST", "https://graph.facebook.com/1/events", (), body, BodyState.RECORDED)
    events = DETECTOR.detect(request).events
    assert [(event.item, event.event_name) for event in events] == [(0, "A"), (1, "B"), (2, "A")]


SECRETS = "access_token=EAASECRET&appsecret_proof=SECRETPROOF&input_token=EAASECRET"


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", f"https://www.facebook.com/tr/?id=1&ev=Lead&{SECRETS}", None),
        ("GET", f"https://www.facebook.com/x/oauth/status?{SECRETS}", None),
        ("GET", f"https://connect.facebook.net/signals/iwl.js?pixel_id=1&{SECRETS}", None),
        ("POST", f"https://graph.facebook.com/1/events?{SECRETS}", b'{"data": [{"event_name": "Lead"}]}'),
        ("POST", "https://graph.facebook.com/1/events", b'{"data": [{}], "access_token": "EAASECRET"}'),
        ("GET", f"https://graph.facebook.com/1/cloudbridge_settings?{SECRETS}", None),
        ("POST", "https://graph.facebook.com/1/app_indexing", b"tree=%7B%7D&access_token=EAASECRET"),
        (
            "POST",
            f"https://gateway.example/capi/12345678/events?accessKey=EAASECRET&{SECRETS}",
            b'{"data": [{"event_name": "Lead"}], "accessKey": "EAASECRET"}',
        ),
        (
            "POST",
            "https://api.segment.io/v1/t",
            b'{"type": "page", "messageId": "m", "writeKey": "EAASECRET", "integrations": {"Facebook Pixel": true}}',
        ),
        ("POST", "https://graph.facebook.com/1/events", b'{"event_name": "Lead", "access_token": "EAASECRET"}'),
        (
            "POST",
            f"https://graph.facebook.com/?{SECRETS}",
            b'{"batch": [{"method": "POST", "relative_url": "1/events?access_token=EAASECRET", '
            b'"body": "data=[{}]&access_token=EAASECRET"}], "access_token": "EAASECRET"}',
        ),
    ],
)
def test_a_callers_token_is_in_no_field(method: str, url: str, body: bytes | None) -> None:
    headers = (("Authorization", "Bearer EAASECRET"),)
    state = BodyState.RECORDED if body else BodyState.EMPTY
    found = DETECTOR.detect(Request(method, url, headers, body, state))
    sightings = (*found.events, *found.contacts)
    assert sightings
    assert [field.name for one in sightings for field in one.fields if "EAASECRET" in field.text] == []
