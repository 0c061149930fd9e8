"""Documents: which requests navigate to a page, and which of these a person sees.

Owns the two judgements.  Must not know visits or frames of a recording: `attribution` does.
"""

from pixelwitness.core.wire.request import Request, Response

_DOCUMENT_TYPES = frozenset({"document", "main_frame"})
_OTHER_METHODS = frozenset({"HEAD", "OPTIONS", "CONNECT", "PUT", "DELETE", "PATCH", "TRACE"})


def is_navigation(request: Request, response: Response | None) -> bool:
    """Say whether a request navigates a top-level document.

    ``Sec-Fetch-Dest`` decides; else the recorder's resource type; else an HTML
    answer to what is not a script's request.  A frame of a recorder that calls
    frames documents, too, is not known here: `attribution` sorts them out.
    """
    if request.method in _OTHER_METHODS:
        return False
    destination = request.header_map.get("sec-fetch-dest") if request.headers else None
    if destination:
        return destination == "document"
    if request.resource_type:
        return request.resource_type in _DOCUMENT_TYPES
    if response is None or not response.is_html:
        return False
    return "x-requested-with" not in request.header_map


def is_visit(request: Request, response: Response | None) -> bool:
    """Say whether a navigation became a page: answered with HTML, no redirect, prefetch or download."""
    if response is None or not response.status or not is_navigation(request, response):
        return False
    if 300 <= response.status < 400 or response.status in (204, 205):
        return False
    purpose = request.header_map.get("sec-purpose") or request.header_map.get("purpose") or ""
    if "prefetch" in purpose.lower() or request.header_map.get("x-moz", "").lower() == "prefetch":
        return False
    if response.header_map.get("content-disposition", "").lower().startswith("attachment"):
        return False
    return response.is_html and request.url.lstrip()[:4].lower() == "http"
