"""How a request was carried: the recorder's word first, then the browser's headers, then the payload's own claim."""

from enum import StrEnum

from pixelwitness.core.detect.locator import first_text
from pixelwitness.core.wire.request import Request


class Transport(StrEnum):
    """How a transmission was carried, as far as the request shows it."""

    IMAGE = "image"
    FETCH = "fetch"
    FORM = "form"
    BEACON = "beacon"
    XHR = "xhr"
    SERVER = "server"
    UNKNOWN = "unknown"


_BY_RESOURCE_TYPE = {
    "image": Transport.IMAGE,
    "imageset": Transport.IMAGE,
    "img": Transport.IMAGE,
    "fetch": Transport.FETCH,
    "xhr": Transport.XHR,
    "xmlhttprequest": Transport.XHR,
    "ping": Transport.BEACON,
    "beacon": Transport.BEACON,
    "document": Transport.FORM,
    "subdocument": Transport.FORM,
    "iframe": Transport.FORM,
}
_BY_RQM = {
    "GET": Transport.IMAGE,
    "FGET": Transport.IMAGE,
    "SB": Transport.BEACON,
    "formPOST": Transport.FORM,
    "fetch": Transport.FETCH,
    "xhr": Transport.XHR,
}
_BROWSER_SIGNS = ("sec-fetch-mode", "sec-fetch-dest", "referer", "origin", "cookie", "accept-language", "sec-ch-ua")
_APPS = ("FBAndroidSDK", "FBiOSSDK")
"""How Meta's SDK in apps calls itself: an app is no server."""


def transport_of(request: Request) -> Transport:
    """Judge how a request was carried; ``unknown`` when nothing shows it.

    ``rqm`` comes last: the library shares one payload between a form POST and its
    sandbox copy, so it was seen to say ``FGET`` on a POST.
    """
    posted = request.method == "POST"
    recorded = _BY_RESOURCE_TYPE.get(request.resource_type)
    if recorded is Transport.FORM:
        return Transport.FORM if posted else Transport.UNKNOWN
    if recorded is not None:
        return recorded
    headers = request.header_map
    destination = headers.get("sec-fetch-dest", "")
    if destination in ("image", "iframe", "frame", "document"):
        if destination == "image":
            return Transport.IMAGE
        return Transport.FORM if posted else Transport.UNKNOWN
    if posted:
        return _posted(request, destination)
    if headers.get("accept", "").startswith(("image/", "image/*")):
        return Transport.IMAGE
    if destination == "empty":
        return Transport.FETCH
    return _claimed(request)


def _posted(request: Request, destination: str) -> Transport:
    kind = request.content_type.lower()
    mode = request.header_map.get("sec-fetch-mode", "")
    claimed = _claimed(request)
    if destination == "empty":
        # sendBeacon of a string or of form data asks for no CORS; a fetch can do the same, and the library says so.
        is_beacon = mode == "no-cors" and kind.startswith(("text/plain", "multipart/form-data"))
        return Transport.BEACON if is_beacon and claimed is not Transport.FETCH else Transport.FETCH
    if request.header_map and not any(sign in request.header_map for sign in _BROWSER_SIGNS):
        agent = request.header_map.get("user-agent", "")
        if agent and not agent.startswith(("Mozilla/", *_APPS)):
            return Transport.SERVER
    if claimed is Transport.IMAGE:
        return Transport.FORM if "urlencoded" in kind else Transport.UNKNOWN
    return claimed


def _claimed(request: Request) -> Transport:
    return _BY_RQM.get(first_text(request.params.get("rqm")) or "", Transport.UNKNOWN)
