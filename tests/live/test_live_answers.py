"""What the end of a flow adds: an answer, or that none came."""

import pytest
from mitmproxy import http
from mitmproxy.flow import Error
from tests.live.test_live_told import SETUP, flow_to, made

from pixelwitness.core.exposure import records
from pixelwitness.live.hooks.live_session import Session

LIBRARY = "https://connect.facebook.net/en_US/fbevents.js"
PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev=PageView&dl=https%3A%2F%2Fshop.example%2F"
SCRIPT = http.Response.make(200, b"fbq('init')", {"content-type": "application/javascript"})


@pytest.mark.parametrize(
    ("url", "answer", "shown"),
    [
        (LIBRARY, SCRIPT, ["library_delivered"]),
        (LIBRARY, http.Response.make(502, b""), ["library_missing"]),
        (LIBRARY, None, ["library_missing"]),
        (PIXEL, None, []),
        ("https://www.shop.example/app.js", None, []),
    ],
)
def test_a_library_that_never_came_is_told_as_one_that_did_is(
    url: str, answer: http.Response | None, shown: list[str]
) -> None:
    session, flow = Session(SETUP, "test"), flow_to(url, headers={"referer": "https://shop.example/"})
    asked = session.request(flow)
    if answer is None:
        flow.error = Error("connection refused")
        work = session.error(flow)
    else:
        flow.response = answer
        work = session.response(flow)
    made(asked)
    assert [row.kind for row in made(work) if isinstance(row, records.Observation)] == shown
    assert session.error(flow) is None
    recording = session.recording(complete=True)
    assert (recording.requests_seen, recording.rule_faults) == (1, 0)
