"""Sends events by Meta's own Python SDK, unmodified: run as a script with a token, a proxy and a pixel.

REQUESTS_CA_BUNDLE names the authority of the proxy; the SDK trusts a list of its own otherwise.
"""

import sys
import time

from facebook_business.adobjects.adspixel import AdsPixel
from facebook_business.adobjects.serverside.action_source import ActionSource
from facebook_business.adobjects.serverside.content import Content
from facebook_business.adobjects.serverside.custom_data import CustomData
from facebook_business.adobjects.serverside.event import Event
from facebook_business.adobjects.serverside.event_request import EventRequest
from facebook_business.adobjects.serverside.user_data import UserData
from facebook_business.api import FacebookAdsApi


def main(token: str, proxy: str, pixel: str) -> None:
    """Send a purchase and a lead in one request, then a page view by the other way the SDK knows."""
    FacebookAdsApi.init(access_token=token, proxies={"https": proxy}, crash_log=False)
    user = UserData(
        email="Jane.Doe@Example.com",
        phone="+1 (202) 555-0143",
        external_id="user-42",
        client_ip_address="203.0.113.7",
        client_user_agent="Mozilla/5.0",
        fbp="fb.1.1795300000000.123",
    )
    purchase = Event(
        event_name="Purchase",
        event_id="order-1001",
        event_time=int(time.time()),
        event_source_url="https://shop.example/thanks",
        action_source=ActionSource.WEBSITE,
        user_data=user,
        custom_data=CustomData(value=89.5, currency="eur", contents=[Content(product_id="SKU-1", quantity=1)]),
    )
    lead = Event(
        event_name="Lead",
        event_time=int(time.time()),
        action_source=ActionSource.SYSTEM_GENERATED,
        user_data=UserData(lead_id="525645896321548"),
        data_processing_options=["LDU"],
        data_processing_options_country=1,
        data_processing_options_state=1000,
    )
    EventRequest(pixel_id=pixel, events=[purchase, lead], partner_agent="shop-1.0", upload_tag="store 7").execute()
    view = {"event_name": "PageView", "event_time": int(time.time()), "action_source": "website", "event_id": "v-1"}
    AdsPixel(pixel).create_event(params={"data": [view]})


if __name__ == "__main__":
    main(*sys.argv[1:])
