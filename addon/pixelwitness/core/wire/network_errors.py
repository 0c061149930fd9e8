"""Network errors: what the name of an error, as a browser or a proxy writes it, proves about its request.

Owns the closed list of names and the delivery that follows from each.  A name that is not in
it proves nothing, nor does one that stands for several things: an aborted, reset, timed out
or empty exchange may have left.  What comes out are names of this list, never captured text.
Must not know in which key of which format an error stands.
"""

import re
from collections.abc import Mapping

from pixelwitness.core.wire.delivery import Delivery, Outcome
from pixelwitness.core.wire.request import Headers

# Chromium, net/base/net_error_list.h, which says what each name stands for: here no connection was made, or none was
# trusted, over which the request could have left.
_CHROMIUM_FAILED = """
    ADDRESS_INVALID ADDRESS_UNREACHABLE CONNECTION_FAILED CONNECTION_REFUSED INTERNET_DISCONNECTED NETWORK_ACCESS_DENIED
    DNS_MALFORMED_RESPONSE DNS_SERVER_FAILED DNS_TIMED_OUT HOST_RESOLVER_QUEUE_TOO_LARGE ICANN_NAME_COLLISION
    NAME_NOT_RESOLVED NAME_RESOLUTION_FAILED
    DISALLOWED_URL_SCHEME INVALID_URL UNKNOWN_URL_SCHEME UNSAFE_PORT
    MANDATORY_PROXY_CONFIGURATION_FAILED PROXY_CERTIFICATE_INVALID PROXY_CONNECTION_FAILED SOCKS_CONNECTION_FAILED
    SOCKS_CONNECTION_HOST_UNREACHABLE TUNNEL_CONNECTION_FAILED
    CERT_AUTHORITY_INVALID CERT_COMMON_NAME_INVALID CERT_DATE_INVALID CERT_INVALID CERT_KNOWN_INTERCEPTION_BLOCKED
    CERT_NAME_CONSTRAINT_VIOLATION CERT_REVOKED CERT_SYMANTEC_LEGACY CERT_VALIDITY_TOO_LONG CERT_WEAK_KEY
    CERT_WEAK_SIGNATURE_ALGORITHM CERTIFICATE_TRANSPARENCY_REQUIRED SSL_PINNED_KEY_NOT_IN_CERT_CHAIN
    SSL_VERSION_OR_CIPHER_MISMATCH
"""
# The browser, an extension, a page's content security policy or an administrator kept it back.
_CHROMIUM_STOPPED = """
    BLOCKED_BY_ADMINISTRATOR BLOCKED_BY_CLIENT BLOCKED_BY_CSP BLOCKED_BY_FINGERPRINTING_PROTECTION
    BLOCKED_ENROLLMENT_CHECK_PENDING BLOCKED_IN_INCOGNITO_BY_ADMINISTRATOR
"""
# Judged on the answer's headers or body: it had come.
_CHROMIUM_SENT = """
    BLOCKED_BY_ORB BLOCKED_BY_RESPONSE CONTENT_DECODING_FAILED CONTENT_LENGTH_MISMATCH INCOMPLETE_CHUNKED_ENCODING
    INVALID_CHUNKED_ENCODING INVALID_REDIRECT RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION
    RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH RESPONSE_HEADERS_MULTIPLE_LOCATION RESPONSE_HEADERS_TOO_BIG
    TOO_MANY_REDIRECTS
"""
# Both before and after sending: kept as the reason of an unknown delivery.
_CHROMIUM_UNKNOWN = """
    ABORTED CACHE_MISS CONNECTION_ABORTED CONNECTION_CLOSED CONNECTION_RESET CONNECTION_TIMED_OUT EMPTY_RESPONSE FAILED
    HTTP2_PROTOCOL_ERROR INSUFFICIENT_RESOURCES INVALID_HTTP_RESPONSE NETWORK_CHANGED NETWORK_IO_SUSPENDED
    QUIC_PROTOCOL_ERROR SSL_PROTOCOL_ERROR TIMED_OUT
"""

# Firefox, xpcom/base/ErrorList.py, and security/nss for certificates; Playwright's Firefox writes these names.
_FIREFOX_FAILED = """
    NS_ERROR_CONNECTION_REFUSED NS_ERROR_DOM_BAD_URI NS_ERROR_MALFORMED_URI NS_ERROR_OFFLINE
    NS_ERROR_PORT_ACCESS_NOT_ALLOWED NS_ERROR_PROXY_CONNECTION_REFUSED NS_ERROR_UNKNOWN_HOST NS_ERROR_UNKNOWN_PROTOCOL
    NS_ERROR_UNKNOWN_PROXY_HOST
    MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT SEC_ERROR_EXPIRED_CERTIFICATE SEC_ERROR_UNKNOWN_ISSUER
    SEC_ERROR_UNTRUSTED_ISSUER SSL_ERROR_BAD_CERT_DOMAIN
"""
_FIREFOX_STOPPED = """
    NS_ERROR_BLOCKED_BY_POLICY NS_ERROR_CONTENT_BLOCKED NS_ERROR_CONTENT_BLOCKED_SHOW_ALT
    NS_ERROR_CSP_FORM_ACTION_VIOLATION NS_ERROR_CSP_NAVIGATE_TO_VIOLATION NS_ERROR_CRYPTOMINING_URI
    NS_ERROR_EMAILTRACKING_URI NS_ERROR_FINGERPRINTING_URI NS_ERROR_HARMFUL_URI NS_ERROR_MALWARE_URI
    NS_ERROR_PHISHING_URI NS_ERROR_SOCIALTRACKING_URI NS_ERROR_TRACKING_URI NS_ERROR_UNWANTED_URI
"""
_FIREFOX_SENT = "NS_ERROR_DOM_CORP_FAILED NS_ERROR_INVALID_CONTENT_ENCODING NS_ERROR_REDIRECT_LOOP"
_FIREFOX_UNKNOWN = """
    NS_BINDING_ABORTED NS_ERROR_ABORT NS_ERROR_FAILURE NS_ERROR_NET_EMPTY_RESPONSE NS_ERROR_NET_INTERRUPT
    NS_ERROR_NET_PARTIAL_TRANSFER NS_ERROR_NET_RESET NS_ERROR_NET_TIMEOUT
"""

# What the developer tools of Chromium (protocol: Network.BlockedReason) and of Firefox give as the reason of a block.
# "other", "origin" and Firefox's numbers for CORS say nothing of when it was blocked.
_BLOCK_STOPPED = """
    blocked-by-client client csp devtools inspector mixed mixed-content subresource-filter
"""
_BLOCK_SENT = """
    coep-frame-resource-needs-coep-header content-type coop-sandboxed-iframe-cannot-navigate-to-coop-page
    corp-not-same-origin corp-not-same-origin-after-defaulted-to-same-origin-by-coep
    corp-not-same-origin-after-defaulted-to-same-origin-by-coep-and-dip
    corp-not-same-origin-after-defaulted-to-same-origin-by-dip corp-not-same-site
"""

_F, _O, _S, _U = Delivery.FAILED, Delivery.STOPPED, Delivery.SENT, Delivery.UNKNOWN
_SENTENCES: Mapping[str, Outcome] = {
    # mitmproxy 12: proxy/layers/http, proxy/server.py, flow.py; its HAR export has them as `_error`.
    "connection killed.": Outcome(_O, "connection killed"),
    "server closed connection": Outcome(_S, "server closed connection"),
    "name resolution failed": Outcome(_F, "name not resolved"),
    "client disconnected.": Outcome(_U, "client disconnected"),
    "request body exceeds mitmproxy's body_size_limit.": Outcome(_O, "over the proxy's limit of sizes"),
    "response body exceeds mitmproxy's body_size_limit.": Outcome(_S, "answer over the proxy's limit of sizes"),
    # BrowserMob Proxy, HarCaptureUtil.
    "unable to connect to host": Outcome(_F, "connection refused"),
    "no response received": Outcome(_U, "no response"),
    "response timed out": Outcome(_U, "timed out"),
    # WebKit: WebErrors, InspectorNetworkAgent; CFNetwork's English texts; Splash's names of Qt's errors.
    "blocked by web inspector": Outcome(_O, "blocked by the inspector"),
    "the url was blocked by a content blocker": Outcome(_O, "blocked by a content blocker"),
    "not allowed to use restricted network port": Outcome(_F, "unsafe port"),
    "a server with the specified hostname could not be found.": Outcome(_F, "name not resolved"),
    "could not connect to the server.": Outcome(_F, "connection refused"),
    "the internet connection appears to be offline.": Outcome(_F, "offline"),
    "the network connection was lost.": Outcome(_U, "connection lost"),
    "the request timed out.": Outcome(_U, "timed out"),
    "load request cancelled": Outcome(_U, "cancelled"),
    "cancelled": Outcome(_U, "cancelled"),
    "canceled": Outcome(_U, "cancelled"),
    "invalid_hostname": Outcome(_F, "name not resolved"),
}
_PATTERNS: tuple[tuple[re.Pattern[str], Outcome], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), outcome)
    for pattern, outcome in (
        # A name stands in the middle; GLib's words (WebKitGTK), Python's (mitmproxy), BrowserMob's.
        (r"unable to resolve host: \S{1,300}", Outcome(_F, "name not resolved")),
        (r"error resolving \S{1,300}: [^:]{1,100}", Outcome(_F, "name not resolved")),
        (r"could not connect to \S{1,300}: connection refused", Outcome(_F, "connection refused")),
        # asyncio's connect, several addresses one after the other: whatever the number, no connection was made.
        (
            r"(?:multiple exceptions: )?\[errno \d{1,5}\] connect call failed \([^()]{1,100}\)"
            r"(?:, \[errno \d{1,5}\] connect call failed \([^()]{1,100}\)){0,9}",
            Outcome(_F, "connection failed"),
        ),
        (r"\[errno (?:-2|-3|-5|8|11001)\] [^:]{1,200}", Outcome(_F, "name not resolved")),
    )
)


def _named(names: str, prefix: str, delivery: Delivery) -> dict[str, Outcome]:
    return {name: Outcome(delivery, prefix + name) for name in names.split()}


_CHROMIUM = {
    **_named(_CHROMIUM_FAILED, "net::ERR_", _F),
    **_named(_CHROMIUM_STOPPED, "net::ERR_", _O),
    **_named(_CHROMIUM_SENT, "net::ERR_", _S),
    **_named(_CHROMIUM_UNKNOWN, "net::ERR_", _U),
}
_FIREFOX = {
    **_named(_FIREFOX_FAILED, "", _F),
    **_named(_FIREFOX_STOPPED, "", _O),
    **_named(_FIREFOX_SENT, "", _S),
    **_named(_FIREFOX_UNKNOWN, "", _U),
}
_BLOCKS = {**_named(_BLOCK_STOPPED, "blocked: ", _O), **_named(_BLOCK_SENT, "blocked: ", _S)}
_NET_ERROR = re.compile(r"(?:net::)?ERR_([A-Z0-9_]{1,80})(?:\.[A-Za-z]{1,80})?")
_BLOCK = re.compile(r"\(?(?:blocked:)?([a-z-]{1,80})\)?")
_LONGEST = 500


def judge_error(text: str) -> Outcome | None:
    """Return what an error's text proves, None for a text that is not in the list.

    >>> judge_error("net::ERR_NAME_NOT_RESOLVED")
    Outcome(delivery=<Delivery.FAILED: 'failed'>, reason='net::ERR_NAME_NOT_RESOLVED')
    >>> judge_error("net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin").delivery, judge_error("Purchase failed: DNS")
    (<Delivery.SENT: 'sent'>, None)
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    net_error = _NET_ERROR.fullmatch(text)
    if net_error is not None:
        return _CHROMIUM.get(net_error[1])
    known = _FIREFOX.get(text) or _SENTENCES.get(text.lower())
    if known is not None:
        return known
    return next((outcome for pattern, outcome in _PATTERNS if pattern.fullmatch(text)), None)


def judge_block(reason: str) -> Outcome | None:
    """Return what a recorder's reason of a block proves, None for one that is not in the list.

    >>> judge_block("(blocked:csp)"), judge_block("corp-not-same-site").delivery, judge_block("other")
    (Outcome(delivery=<Delivery.STOPPED: 'stopped'>, reason='blocked: csp'), <Delivery.SENT: 'sent'>, None)
    """
    name = _BLOCK.fullmatch(reason.strip()[:_LONGEST])
    return None if name is None else _BLOCKS.get(name[1])


_MITMPROXY = re.compile(r"mitmproxy \d{1,3}(?:\.\d{1,5}){1,3}(?:\.dev)?")
_ERROR_PAGES = frozenset({400, 408, 413, 502})
_BY_PROXY = Outcome(_O, "answered by the proxy")
_PROXY_ERROR = Outcome(_U, "error page of the proxy")


def judge_proxy_answer(status: int, answered: Headers) -> Outcome | None:
    """Return what an answer says that mitmproxy itself gave, None for one of the peer.

    Its ``block_list`` and ``map_local`` name it as the server, and so do its error pages (addons/blocklist.py,
    addons/maplocal.py, net/http/status_codes.py); behind an error page a request may have left.

    >>> judge_proxy_answer(403, (("Server", "mitmproxy 12.3.1"),))
    Outcome(delivery=<Delivery.STOPPED: 'stopped'>, reason='answered by the proxy')
    >>> judge_proxy_answer(403, (("server", "mitmproxy-like"), ("x", "mitmproxy 12.3.1"))) is None
    True
    """
    for name, value in answered:
        if name.lower() == "server" and _MITMPROXY.fullmatch(value):
            return _PROXY_ERROR if status in _ERROR_PAGES else _BY_PROXY
    return None
