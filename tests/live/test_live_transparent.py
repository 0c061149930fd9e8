"""mitmproxy in its transparent mode, where a flow knows its server as an address only."""

import http.client
import ssl
from pathlib import Path

import pytest
from tests.sites import stored
from tests.sites.watch import Watched, watched

pytestmark = pytest.mark.process

QUERY = "/tr/?id=1111222233334444&ev=PageView&dl=https%3A%2F%2Fshop.example%2F"
# What a kernel says of a redirected connection is all that is made up here.
REDIRECTED = """
from mitmproxy import platform
platform.original_addr = lambda connection: ("203.0.113.9", {port})
"""
TRANSPARENT = ["--mode", "transparent", "--set", "show_ignored_hosts=false"]


def redirected(folder: Path, port: int) -> list[str | Path]:
    script = folder / "redirected.py"
    script.write_text(REDIRECTED.format(port=port))
    return ["-s", script, *TRANSPARENT]


def over_tls(session: Watched, name: str, host: str) -> int:
    context = ssl.create_default_context(cafile=str(session.proxy.authority))
    connection = http.client.HTTPConnection("127.0.0.1", session.proxy.port, timeout=60)
    connection.connect()
    connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
    return status(connection, host)


def status(connection: http.client.HTTPConnection, host: str) -> int:
    try:
        connection.request("GET", QUERY, headers={"host": host})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def receivers(session: Watched) -> list[str]:
    return [one["receiver_host"] for event in stored.told(session.db)["events"] for one in event["carried_by"]]


def confidences(session: Watched) -> list[str]:
    return [event["confidence"] for event in stored.told(session.db)["events"]]


def test_the_name_in_the_tls_handshake_tells_the_receiver_whatever_the_host_header_says(tmp_path: Path) -> None:
    with watched(tmp_path, arguments=redirected(tmp_path, 443)) as session:
        assert over_tls(session, "www.facebook.com", "www.facebook.com") == 200
        over_tls(session, "www.facebook.com", "shop.example")
        over_tls(session, "shop.example", "www.facebook.com")
        assert session.proxy.stop() == 0
    assert receivers(session) == ["www.facebook.com"] * 2
    assert confidences(session) == ["certain"] * 2
    assert stored.recording(session.db)["requests_seen"] == 3


def test_without_tls_the_host_header_is_all_there_is(tmp_path: Path) -> None:
    with watched(tmp_path, arguments=redirected(tmp_path, 80)) as session:
        for host in ("www.facebook.com", "www.facebook.com.evil.example", "203.0.113.9"):
            status(http.client.HTTPConnection("127.0.0.1", session.proxy.port, timeout=60), host)
        assert session.proxy.stop() == 0
    assert receivers(session) == ["www.facebook.com"]
    # Anybody can write a Host header: that it went to Meta is likely, no more.
    assert confidences(session) == ["likely"]
    assert stored.recording(session.db)["requests_seen"] == 3
