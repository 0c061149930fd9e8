"""A client without a browser: sends requests as they are through the proxy, as servers and scripts do."""

import hashlib
import http.client
import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.sites.proxy import Proxy


@dataclass(frozen=True)
class Answered:
    """An answer: its headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    proxy: Proxy,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    named: str | None = None,
) -> int:
    """Send one request through the proxy and return the status of its answer.

    ``named`` goes into CONNECT in place of the URL's host; the TLS handshake keeps the URL's host.
    """
    return ask(proxy, method, url, headers, body, named=named).status


def ask(
    proxy: Proxy,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    named: str | None = None,
) -> Answered:
    """Send one request as `send` does and return its answer."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "http":
        plain = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
        return _answered(plain, method, url, headers, body)
    connection = _Tunnel(proxy, named or host, host)
    return _answered(connection, method, path or "/", headers, body)


def _answered(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
) -> Answered:
    try:
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answered(answer.status, told, answer.read())
    finally:
        connection.close()


class _Tunnel(http.client.HTTPConnection):
    """A connection that asks the proxy for one name and shows TLS another."""

    def __init__(self, proxy: Proxy, target: str, name: str) -> None:
        super().__init__(name, 443, timeout=60)
        self._proxy, self._target, self._name = proxy, target, name

    def connect(self) -> None:
        """Open the tunnel, trusting the authority of this proxy alone."""
        outer = http.client.HTTPConnection("127.0.0.1", self._proxy.port, timeout=60)
        outer.set_tunnel(self._target, 443)
        outer.connect()
        context = ssl.create_default_context(cafile=str(self._proxy.authority))
        self.sock = context.wrap_socket(outer.sock, server_hostname=self._name)


def report_order_as_a_server(proxy: Proxy) -> int:
    """Report a purchase as a shop's server does by the Conversions API."""
    event = {
        "event_name": "Purchase",
        "event_time": 1_767_225_600,
        "event_id": "order-1001",
        "event_source_url": "https://shop.example/thanks",
        "action_source": "website",
        "user_data": {
            "em": [hashlib.sha256(b"jane.doe@example.com").hexdigest()],
            "client_user_agent": "Mozilla/5.0",
            "client_ip_address": "203.0.113.7",
        },
        "custom_data": {"value": 89, "currency": "EUR", "content_name": "Hiking boots"},
    }
    body = json.dumps({"data": [event], "access_token": "INVENTED-TOKEN-0123456789"}).encode()
    headers = {"content-type": "application/json", "user-agent": "shop-server/1.0"}
    return send(proxy, "POST", "https://graph.facebook.com/v24.0/1111222233334444/events", headers, body)


def send_all(proxy: Proxy, requests: Iterable[tuple[str, str, Mapping[str, str], bytes | None]]) -> list[int]:
    """Send requests one after the other; return the status of each answer."""
    return [send(proxy, *request) for request in requests]
