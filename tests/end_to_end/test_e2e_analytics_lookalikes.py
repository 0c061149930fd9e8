"""What analytics products other than Meta's send, in their documented formats: a whole scan stays silent.

Their addresses are those at which gateways, relays and pixels are found too: /events, /collect, /data,
/track, /tr, /e, /batch.  Many run on hosts of the site, which holds the pixel's cookies as well.
"""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.end_to_end.conftest import Store
from tests.har import entry, write

COOKIE = {"cookie": "_fbp=fb.1.1795300000000.123; _fbc=fb.1.1795300000000.IwAR0abc; _ga=GA1.1.1.2"}
JSON = {"content-type": "application/json", **COOKIE}
TEXT = {"content-type": "text/plain;charset=UTF-8", **COOKIE}
FORM = {"content-type": "application/x-www-form-urlencoded", **COOKIE}
PAGE = "https://shop.example/boots?fbclid=IwAR0abc"
WHEN = 1795300000000


def get(url: str) -> dict[str, Any]:
    return entry(url, headers=COOKIE)


def post(url: str, body: object, headers: dict[str, str] = JSON) -> dict[str, Any]:
    return entry(url, method="POST", headers=headers, body=body if isinstance(body, str) else json.dumps(body))


def encoded(value: object) -> str:
    return quote(base64.b64encode(json.dumps(value).encode()).decode())


SEGMENT = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "ajs-next-1",
    "anonymousId": "a-1",
    "userId": "user-42",
    "timestamp": "2026-11-20T10:00:00.000Z",
    "properties": {"revenue": 89.5, "currency": "EUR"},
    "context": {"page": {"url": PAGE, "referrer": ""}, "campaign": {"source": "facebook"}},
}
RUDDER = {**SEGMENT, "channel": "web", "originalTimestamp": "2026-11-20T10:00:00.000Z"}
SNOWPLOW = {"e": "pv", "url": PAGE, "p": "web", "tv": "js-3.24", "eid": "5f0c", "dtm": str(WHEN), "duid": "d-1"}

LOOK_ALIKES: dict[str, dict[str, Any]] = {
    "Segment, track": post(
        "https://api.segment.io/v1/t", {**SEGMENT, "integrations": {"All": True, "Google Analytics 4": True}}, TEXT
    ),
    "Segment, a batch": post(
        "https://events.shop.example/v1/batch", {"batch": [SEGMENT, SEGMENT], "sentAt": "2026-11-20T10:00:01Z"}
    ),
    "Segment, without consent for Meta": post(
        "https://api.segment.io/v1/t",
        {
            **SEGMENT,
            "integrations": {"All": False, "Facebook Pixel": False, "Facebook Conversions API (Actions)": False},
        },
        TEXT,
    ),
    "RudderStack": post("https://rudder.shop.example/v1/track", {**RUDDER, "integrations": {"All": True}}),
    "RudderStack, a batch": post("https://rudder.shop.example/v1/batch", {"batch": [RUDDER]}),
    "PostHog": post(
        "https://ph.shop.example/e/?ip=1&ver=1.200.0&compression=none",
        {
            "event": "$pageview",
            "properties": {"token": "phc_x", "distinct_id": "d-1", "$current_url": PAGE, "$fbclid": "IwAR0abc"},
            "uuid": "0192",
        },
        TEXT,
    ),
    "PostHog, a batch": post(
        "https://ph.shop.example/batch/",
        {"api_key": "phc_x", "batch": [{"event": "order", "properties": {"distinct_id": "d-1", "fb_pixel": "on"}}]},
    ),
    "PostHog, as a form": post(
        "https://ph.shop.example/e/?ver=1.0", "data=" + encoded({"event": "$autocapture", "ev": "click"}), FORM
    ),
    "Plausible": post(
        "https://stats.shop.example/api/event", {"n": "pageview", "u": PAGE, "d": "shop.example", "r": None}
    ),
    "Matomo, a query": get(
        f"https://m.shop.example/matomo.php?action_name=Boots&idsite=1&rec=1&r=123456&h=10&m=0&s=0&url={quote(PAGE)}"
        "&_id=0123456789abcdef&_idn=1&send_image=0&res=1920x1080&e_c=video&e_a=play&ca=1"
    ),
    "Matomo, several": post(
        "https://m.shop.example/track",
        {"requests": ["?idsite=1&rec=1&url=https%3A%2F%2Fshop.example%2F&ev=1", "?idsite=1&rec=1&id=2"]},
    ),
    "Amplitude": post(
        "https://api2.amplitude.com/2/httpapi",
        {
            "api_key": "k",
            "events": [{"event_type": "[Amplitude] Page Viewed", "device_id": "d-1", "event_id": 7, "time": WHEN}],
        },
    ),
    "Amplitude, its older form": post(
        "https://amp.shop.example/", f"checksum=0&client=k&e={quote(json.dumps([{'event_type': 'x'}]))}&v=2", FORM
    ),
    "Mixpanel": post(
        "https://mp.shop.example/track/?verbose=1&ip=1",
        "data=" + quote(json.dumps([{"event": "Purchase", "properties": {"token": "t", "$current_url": PAGE}}])),
        FORM,
    ),
    "Mixpanel, a query": get("https://api-js.mixpanel.com/track/?data=" + encoded({"event": "Lead"}) + "&ip=1&_=1"),
    "Snowplow, a query": get("https://sp.shop.example/i?" + "&".join(f"{k}={quote(v)}" for k, v in SNOWPLOW.items())),
    "Snowplow, a post": post(
        "https://sp.shop.example/com.snowplowanalytics.snowplow/tp2",
        {"schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "data": [SNOWPLOW]},
    ),
    "GA4": get(
        f"https://metrics.shop.example/g/collect?v=2&tid=G-SHOP1&cid=1.2&en=purchase&dl={quote(PAGE)}&ep.event_id=e-1"
        "&epn.value=89.5&ep.action_source=website"
    ),
    "GA4, several hits in one body": post(
        "https://www.google-analytics.com/g/collect?v=2&tid=G-SHOP1&cid=1.2",
        "en=scroll&epn.percent_scrolled=90\r\nen=purchase&ep.currency=EUR&epn.value=89.5",
        TEXT,
    ),
    "GA4, with Meta's browser id, to Google itself": get(
        "https://www.google-analytics.com/g/collect?v=2&tid=G-SHOP1&en=page_view&ep.x-fb-ck-fbp=fb.1.1795300000000.123"
    ),
    "Universal Analytics": get(
        f"https://www.google-analytics.com/collect?v=1&t=event&tid=UA-1-1&cid=1.2&dl={quote(PAGE)}&ec=shop&ea=buy&ev=90&sr=1x1"
    ),
    "TikTok Pixel": post(
        "https://analytics.tiktok.com/api/v2/pixel",
        {
            "event": "CompletePayment",
            "event_id": "order-1001",
            "context": {"pixel": {"code": "C0ABC"}, "page": {"url": PAGE}, "user": {"email": "86e0b9e5"}},
        },
        TEXT,
    ),
    "Pinterest tag": get(
        f"https://ct.pinterest.com/v3/?tid=2612345678901&event=checkout&ed={quote(json.dumps({'value': 89.5}))}"
        f"&pd={quote(json.dumps({'em': '86e0b9e5'}))}&ad={quote(json.dumps({'loc': PAGE}))}&cb={WHEN}"
    ),
    "Snap pixel": post(
        "https://tr.snapchat.com/p",
        f"pid=0a1b2c3d-0000-4000-8000-000000000001&ev=PURCHASE&pl={quote(PAGE)}&ts={WHEN}&rf=&v=3.1&if=false",
        FORM,
    ),
    "Bing UET": get(
        f"https://bat.bing.com/action/0?ti=12345678&Ver=2&mid=m&sid=s&vid=v&p={quote(PAGE)}&r=&evt=pageLoad&sv=1&rn=42"
        "&ec=shop&ea=buy&ev=90"
    ),
    "LinkedIn Insight": post(
        "https://px.ads.linkedin.com/wa/", {"pids": [123456], "scriptVersion": 200, "time": WHEN, "url": PAGE}, TEXT
    ),
    "LinkedIn Insight, a query": get(
        f"https://px.ads.linkedin.com/collect/?v=2&fmt=js&pid=123456&time={WHEN}&url={quote(PAGE)}&conversionId=7"
    ),
    "X pixel": get(
        "https://analytics.twitter.com/i/adsct?bci=3&eci=2&event_id=e-1&events=%5B%5B%22pageview%22%2C%7B%7D%5D%5D"
        f"&integration=advertiser&p_id=Twitter&p_user_id=0&tw_document_href={quote(PAGE)}&txn_id=o1abc&type=javascript"
    ),
    "Reddit pixel": get(
        f"https://alb.reddit.com/rp.gif?ts={WHEN}&id=t2_abc&event=Purchase&m.valueDecimal=89.5&uuid=u-1&sh=1080&sw=1920&v=rdt"
    ),
    "Klaviyo": post(
        "https://a.klaviyo.com/client/events/?company_id=AbC123",
        {
            "data": {
                "type": "event",
                "attributes": {"metric": {"data": {"type": "metric", "attributes": {"name": "Viewed Product"}}}},
            }
        },
    ),
    "Klaviyo, its older form": post("https://a.klaviyo.com/api/track", "data=" + encoded({"event": "Lead"}), FORM),
    "Heap": get(
        f"https://heapanalytics.com/h?a=1234567890&u=123&v=456&s=789&b=web&tv=4.0&z=0&h=/boots&d=shop.example&ts={WHEN}&ev=1"
    ),
    "Hotjar": post(
        "https://in.hotjar.com/api/v2/client/sites/1234567/visit-data?sv=6",
        {"page_visit_uuid": "u", "is_returning": False},
    ),
    "FullStory": post(
        f"https://rs.fullstory.com/rec/bundle/v2?OrgId=o&UserId=1&SessionId=2&PageId=3&Seq=1&PageStart={WHEN}",
        {"When": 1, "Seq": 1, "Evts": [{"Kind": 2, "Args": ['name="ev"', PAGE]}]},
        TEXT,
    ),
    "Braze": post(
        "https://sdk.fra-01.braze.eu/api/v3/data/",
        {"api_key": "k", "time": 1795300000, "events": [{"name": "ce", "data": {"n": "Purchase"}, "time": 1.0}]},
    ),
    "Umami": post(
        "https://umami.shop.example/api/send",
        {"type": "event", "payload": {"website": "w-1", "hostname": "shop.example", "url": "/boots", "name": "Lead"}},
    ),
    "Fathom": get("https://cdn.usefathom.com/?h=https%3A%2F%2Fshop.example&p=%2Fboots&r=&sid=ABCDEFGH&qs=%7B%7D&cid=1"),
    "Fathom, an event": post(
        "https://cdn.usefathom.com/events", {"sid": "ABCDEFGH", "name": "Purchase", "value": 8950}
    ),
    "New Relic": post(
        "https://bam.nr-data.net/events/1/NRJS-abc?a=1234567890&v=1.270&to=x&rst=5000&ref=https://shop.example/",
        "bel.7;1,,i,,,1;5,'event_name,'Purchase",
        TEXT,
    ),
    "Datadog RUM": post(
        "https://browser-intake-datadoghq.eu/api/v2/rum?ddsource=browser&dd-request-id=r-1",
        json.dumps({"type": "view", "view": {"url": PAGE}, "date": WHEN})
        + "\n"
        + json.dumps({"type": "action", "date": WHEN}),
        TEXT,
    ),
    "Sentry": post(
        "https://o1.ingest.sentry.io/api/2/envelope/?sentry_key=k&sentry_version=7",
        '{"event_id":"9ec7","sent_at":"2026-11-20T10:00:00.000Z"}\n{"type":"event"}\n'
        + json.dumps({"message": 'fbq("init") failed: "fb.pixel_id" is missing', "request": {"url": PAGE}}),
        TEXT,
    ),
    "Adobe Analytics": get(
        f"https://smetrics.shop.example/b/ss/shop/1/JS-2.22/s123?AQB=1&ndh=1&t=20%2F10%2F2026&ts={WHEN}&g={quote(PAGE)}"
        "&pageName=boots&events=purchase&ev=event1&AQE=1"
    ),
    "Adobe Experience Platform": post(
        "https://edge.shop.example/ee/v1/interact?configId=c-1",
        {"events": [{"xdm": {"eventType": "commerce.purchases", "web": {"webPageDetails": {"URL": PAGE}}}}]},
        TEXT,
    ),
    "Optimizely": post(
        "https://logx.optimizely.com/v1/events",
        {"account_id": "123", "visitors": [{"visitor_id": "v", "snapshots": [{"events": [{"key": "purchase"}]}]}]},
    ),
    "Stape's data tag without Meta's cookies": post(
        "https://sgtm.shop.example/data?v=2&event_name=purchase",
        {"event_name": "purchase", "v": 2, "page_location": PAGE, "common_cookie": {"_ga": "GA1.1.1.2"}},
        TEXT,
    ),
    "Zaraz without a component for Meta": post(
        "https://shop.example/cdn-cgi/zaraz/t", {"name": "Purchase", "data": {}, "zarazData": {"l": PAGE}}
    ),
    "PixelYourSite for another company": post(
        "https://shop.example/wp-json/pys-tiktok/v1/event", {"event": "PageView", "ids": "[]", "eventID": "e-1"}
    ),
    "WordPress, another action": post("https://shop.example/wp-admin/admin-ajax.php", "action=heartbeat&event=x", FORM),
    "A calendar at a gateway's path": post(
        "https://shop.example/capi/1234567890123456/events", {"data": [{"title": "Fitting", "event_time": 1795300000}]}
    ),
    "A shop's own events": post(
        "https://shop.example/events",
        {"event_name": "Purchase", "event_id": "order-1001", "pixel_id": "1234567890123456", "fbp": "fb.1.1.1"},
    ),
    "A shop's own tracking": get(f"https://shop.example/tr?id=42&ev=view&dl={quote(PAGE)}&ts={WHEN}&it=1"),
}

THE_SAME_WITH_META = [
    post(
        "https://api.segment.io/v1/t", {**SEGMENT, "integrations": {"Facebook Conversions API (Actions)": True}}, TEXT
    ),
    get("https://metrics.shop.example/g/collect?v=2&tid=G-SHOP1&en=purchase&ep.x-fb-ck-fbp=fb.1.1795300000000.123"),
    post("https://metrics.shop.example/g/collect?v=2&tid=G-SHOP1", "en=scroll\r\nen=buy&ep.x-fb-ck-fbc=fb.1.1.a", TEXT),
    post(
        "https://sgtm.shop.example/data?v=2&event_name=purchase",
        {"event_name": "purchase", "v": 2, "page_location": PAGE, "common_cookie": {"_fbp": "fb.1.1795300000000.123"}},
        TEXT,
    ),
    post("https://shop.example/wp-json/pys-facebook/v1/event", {"event": "PageView", "ids": "[]", "eventID": "e-1"}),
    post("https://shop.example/capi/1234567890123456/events", {"data": [{"event_name": "Purchase"}]}),
    post(
        "https://shop.example/events",
        {"event_name": "Purchase", "event_id": "order-1001", "fb.pixel_id": "1234567890123456", "fb.fbp": "fb.1.1.1"},
    ),
    get(f"https://shop.example/tr?id=1234567890123456&ev=view&dl={quote(PAGE)}&ts={WHEN}&it=1&ec=0"),
]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("analytics")
    store = Store(folder / "store.sqlite")
    store.scan(write(folder / "products.har", [*LOOK_ALIKES.values(), *THE_SAME_WITH_META]))
    return store


@pytest.mark.parametrize("product", LOOK_ALIKES)
def test_another_companys_analytics_are_no_event_and_no_contact(product: str, scanned: Store) -> None:
    position = list(LOOK_ALIKES).index(product)
    found = [
        scanned.column(f"SELECT rule_id FROM {table} WHERE position = ?", (position,))
        for table in ("transmissions", "contacts")
    ]
    assert found == [[], []]


def test_the_same_requests_with_something_for_meta_are_all_found(scanned: Store) -> None:
    first = len(LOOK_ALIKES)
    found = scanned.rows("SELECT position, rule_id FROM transmissions ORDER BY position")
    assert found == list(
        enumerate(
            [
                "segment-facebook-conversions-event",
                "server-gtm-event",
                "server-gtm-event",
                "stape-data-tag-event",
                "pixelyoursite-event",
                "capi-gateway-server-event",
                "capi-gateway-event",
                "meta-tr-other-host",
            ],
            first,
        )
    )


def test_each_request_is_counted_as_other_or_matched_and_none_is_lost(scanned: Store) -> None:
    counted = scanned.rows(
        "SELECT requests_seen, requests_other, requests_matched, undecodable, rejected FROM recordings"
    )
    products, real = len(LOOK_ALIKES), len(THE_SAME_WITH_META)
    assert counted == [(products + real, products, real, 0, 0)]
