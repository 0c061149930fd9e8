"""Blocking: which requests do not leave, and the answer they get in place of Meta's.

Owns the decision and the answer.  Nothing is decided while blocking is off; the
login channel is left alone unless it is named, since a page may need it.  Of requests
of unknown purpose only those of other sites' pages are kept back, so that Meta's own
pages and apps work.
"""

from dataclasses import replace
from typing import Literal

from mitmproxy import http

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.core.wire.sites import site_of_url

type Block = Literal["off", "events", "all", "all+login"]

_LOGIN = "login"
_LOGIN_API = "graph."
"""How the host begins that a page asks who has logged in."""


def is_blocked(block: Block, detector: Detector, request: Request) -> bool:
    """Say whether a request is to be blocked; a preflight is judged as the request that it announces."""
    if block == "off":
        return False
    detection = detector.detect(_announced(request))
    sightings = (*detection.events, *detection.contacts)
    if block != "all+login" and any(sighting.rule.channel == _LOGIN for sighting in sightings):
        return False
    if detection.events:
        return True
    return block != "events" and any(_is_kept_back(block, contact) for contact in detection.contacts)


def _is_kept_back(block: Block, contact: Sighting) -> bool:
    if not contact.rule.is_last_resort:
        return True
    request, claims = contact.request, contact.claims
    if is_navigation(request, None) or (block != "all+login" and request.host.startswith(_LOGIN_API)):
        return False
    page = site_of_url(claims.referer) or site_of_url(claims.origin)
    return page is not None and page not in contact.rule.match.site


def _announced(request: Request) -> Request:
    method = request.header_map.get("access-control-request-method", "")
    if request.method != "OPTIONS" or not method:
        return request
    # Its body is not known yet: it may be an event as far as the rest goes.
    state = BodyState.EMPTY if method.upper() == "GET" else BodyState.NOT_RECORDED
    return replace(request, method=method.upper(), body=None, body_state=state)


def blocked_response(request: http.Request) -> http.Response:
    """Return 204 with the headers for which a page's script may look, so that the page goes on."""
    requested = request.headers
    origin = requested.get("origin", "")
    headers = {
        "access-control-allow-origin": origin or "*",
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "no-store",
        "vary": "Origin",
    }
    if origin:
        headers["access-control-allow-credentials"] = "true"
    if request.method == "OPTIONS":
        headers["access-control-allow-methods"] = requested.get("access-control-request-method", "") or "GET, POST"
        if named := requested.get("access-control-request-headers", ""):
            headers["access-control-allow-headers"] = named
    response = http.Response.make(204, b"", headers)
    del response.headers["content-length"]
    return response
