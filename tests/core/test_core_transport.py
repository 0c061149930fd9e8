"""How a request was carried: what the recorder, the browser and the payload say of it."""

import pytest

from pixelwitness.core.detect.transport import Transport, transport_of
from pixelwitness.core.wire.request import BodyState, Request

BROWSER = {"user-agent": "Mozilla/5.0", "referer": "https://shop.example/"}
EMPTY = {**BROWSER, "sec-fetch-dest": "empty", "sec-fetch-mode": "no-cors"}
PARTS = {"content-type": "multipart/form-data; boundary=x"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
TEXT = {"content-type": "text/plain;charset=UTF-8"}


def part(name: str, value: str) -> str:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


@pytest.mark.parametrize(
    ("headers", "body", "resource_type", "expected"),
    [
        # A beacon is a form of many parts; not every such form is a beacon.
        ({**BROWSER, **PARTS}, part("rqm", "SB") + "--x--", "", Transport.BEACON),
        ({**EMPTY, **PARTS}, part("ev", "Lead") + "--x--", "", Transport.BEACON),
        ({**EMPTY, **PARTS}, part("rqm", "fetch") + "--x--", "", Transport.FETCH),
        ({**EMPTY, **PARTS, "sec-fetch-mode": "cors"}, part("ev", "Lead") + "--x--", "", Transport.FETCH),
        ({**BROWSER, **PARTS}, part("ev", "Lead") + "--x--", "", Transport.UNKNOWN),
        ({**BROWSER, **PARTS}, part("ev", "Lead") + "--x--", "xhr", Transport.XHR),
        ({**BROWSER, **PARTS}, part("ev", "Lead") + "--x--", "ping", Transport.BEACON),
        ({**BROWSER, **PARTS, "sec-fetch-dest": "iframe"}, part("ev", "Lead") + "--x--", "", Transport.FORM),
        ({"user-agent": "FBAndroidSDK.14.1.1", **PARTS}, part("event", "X") + "--x--", "", Transport.UNKNOWN),
        ({"user-agent": "python-requests/2.32", **PARTS}, part("data", "[]") + "--x--", "", Transport.SERVER),
        ({**PARTS}, None, "", Transport.UNKNOWN),
        # The rest, beside them.
        ({**EMPTY, **TEXT}, "id=1&ev=Lead", "", Transport.BEACON),
        ({**EMPTY, **TEXT}, "id=1&ev=Lead&rqm=fetch", "", Transport.FETCH),
        ({**EMPTY, **FORM}, "id=1&ev=Lead", "", Transport.FETCH),
        ({**BROWSER, **FORM}, "id=1&ev=Lead&rqm=FGET", "", Transport.FORM),
        ({**BROWSER, **FORM}, "id=1&ev=Lead&rqm=SB", "", Transport.BEACON),
    ],
)
def test_what_shows_how_a_post_was_carried(
    headers: dict[str, str], body: str | None, resource_type: str, expected: Transport
) -> None:
    request = Request(
        "POST",
        "https://www.facebook.com/tr/",
        tuple(headers.items()),
        body.encode() if body else None,
        BodyState.RECORDED if body else BodyState.NOT_RECORDED,
        resource_type=resource_type,
    )
    assert transport_of(request) is expected
