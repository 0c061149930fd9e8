"""Which clients count as refusing to be looked into: real TLS, broken off in the ways that clients break it off."""

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from mitmproxy.connection import Client, ConnectionState
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.tls import TlsData
from OpenSSL import SSL
from tests.sites import stored
from tests.sites.watch import Watched, watched

from pixelwitness.live.hooks import tls_refusals

pytestmark = pytest.mark.process

SITE = "shop.example"
CLOSE_NOTIFY = bytes.fromhex("15030300020100")

# Tells when a handshake is over and what mitmproxy says of it; on wish it takes its time before the certificate.
SCRIPT = """
import asyncio, logging
async def tls_clienthello(data):
    await asyncio.sleep({delay})
def tls_established_client(data):
    logging.warning("handshake over: established")
def tls_failed_client(data):
    logging.warning("handshake over: %s", data.conn.error)
"""

type Step = Callable[[Watched], None]
type Gone = Callable[..., None]


def tunnel(session: Watched, address: str = "127.0.0.1") -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", session.proxy.port), timeout=60, source_address=(address, 0))
    raw.sendall(f"CONNECT {SITE}:443 HTTP/1.1\r\nHost: {SITE}:443\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(4096)
    return raw


def hello(at_most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """Return the first bytes of a TLS client."""
    context, received, sent = ssl.create_default_context(), ssl.MemoryBIO(), ssl.MemoryBIO()
    context.maximum_version = at_most
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(received, sent, server_hostname=SITE).do_handshake()
    return sent.read()


def half_a_hello(session: Watched) -> None:
    with closing(tunnel(session)) as raw:
        raw.sendall(hello()[:50])
        time.sleep(0.2)  # mitmproxy looks at what has come before it sees the end


def hello_and_gone(session: Watched) -> None:
    with closing(tunnel(session)) as raw:
        raw.sendall(hello())


def gone_at_the_certificate(
    session: Watched,
    *,
    at_most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    farewell: bytes = b"",
    address: str = "127.0.0.1",
) -> None:
    with closing(tunnel(session, address)) as raw:
        raw.sendall(hello(at_most))
        assert raw.recv(16_384)[:1] == b"\x16"  # the proxy's side of the handshake
        raw.sendall(farewell)


WAYS_TO_GO: tuple[Gone, ...] = (
    gone_at_the_certificate,
    partial(gone_at_the_certificate, at_most=ssl.TLSVersion.TLSv1_2),
    partial(gone_at_the_certificate, farewell=CLOSE_NOTIFY),
)


def accepts(session: Watched, address: str = "127.0.0.1") -> None:
    context = ssl.create_default_context(cafile=str(session.proxy.authority))
    context.wrap_socket(tunnel(session, address), server_hostname=SITE).close()


def objects(session: Watched) -> None:
    with closing(tunnel(session)) as raw, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(raw, server_hostname=SITE)


def knows_another_cipher(session: Watched) -> None:
    context = ssl.create_default_context(cafile=str(session.proxy.authority))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with closing(tunnel(session)) as raw, pytest.raises(ssl.SSLError):
        context.wrap_socket(raw, server_hostname=SITE)


def refused(
    folder: Path, *steps: Step, delay: float = 0.0, options: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """Return how many refused connections were counted, and how mitmproxy says that the handshakes went."""
    folder.mkdir(exist_ok=True)
    script = folder / "slow.py"
    script.write_text(SCRIPT.format(delay=delay))
    with watched(folder, options, ["-s", script]) as session:
        for number, step in enumerate(steps, 1):
            step(session)
            deadline = time.monotonic() + 90
            while session.log().count("handshake over") < number:
                assert time.monotonic() < deadline, session.log()
                time.sleep(0.02)
        assert session.proxy.stop() == 0
        said = [line.partition("handshake over: ")[2] for line in session.log().splitlines() if "over: " in line]
        return int(stored.recording(session.db)["tls_refused"]), said


def test_a_client_that_hangs_up_before_it_is_shown_the_certificate_has_not_refused_it(tmp_path: Path) -> None:
    count, said = refused(tmp_path, half_a_hello, hello_and_gone, delay=0.5)
    assert count == 0
    assert "disconnected during the handshake" in said[0]
    assert said[1] == "connection closed early"


def steps_of_all(*steps: Callable[[Gone, str], Step]) -> list[Step]:
    """Return the steps for each way of hanging up, each way from an address of its own."""
    return [step(gone, f"127.0.0.{number}") for number, gone in enumerate(WAYS_TO_GO, 2) for step in steps]


def goes(gone: Gone, address: str) -> Step:
    return partial(gone, address=address)


def stays(_: Gone, address: str) -> Step:
    return partial(accepts, address=address)


def test_one_that_hangs_up_on_the_certificate_counts_unless_it_takes_it_at_another_time(tmp_path: Path) -> None:
    # What another client takes, from another address, says nothing of it.
    assert refused(tmp_path / "never", *steps_of_all(goes, goes), accepts)[0] == 2 * len(WAYS_TO_GO)
    assert refused(tmp_path / "before", *steps_of_all(stays, goes))[0] == 0
    assert refused(tmp_path / "after", *steps_of_all(goes, goes, stays, goes))[0] == 0


def test_a_client_that_objects_counts_whatever_others_do(tmp_path: Path) -> None:
    count, said = refused(tmp_path, objects, accepts, objects)
    assert count == 2
    assert "unknown ca" in said[0]


def test_a_client_with_which_no_tls_can_be_agreed_counts(tmp_path: Path) -> None:
    options = {"ciphers_client": "ECDHE-RSA-AES256-GCM-SHA384"}
    assert refused(tmp_path, accepts, knows_another_cipher, options=options)[0] == 1


def told(name: str) -> TlsData:
    """Return what mitmproxy's hooks are told of a handshake under way with a client that is still there."""
    client = Client(peername=("127.0.0.1", 50_000), sockname=("127.0.0.1", 8080), state=ConnectionState.OPEN, sni=name)
    return TlsData(client, Context(client, Options()), SSL.Connection(SSL.Context(SSL.TLS_SERVER_METHOD)))


def test_a_session_without_end_keeps_the_newest_names_and_every_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_refusals, "MOST_NAMES", 3)
    seen = tls_refusals.TlsRefusals()
    for name in ("a.example", "b.example", "a.example", "c.example", "d.example"):
        seen.established(told(name))
    counts = []
    for name in (
        "d.example",
        "b.example",
        "a.example",
        "x.example",
        "y.example",
        "z.example",
        "x.example",
        "c.example",
    ):
        seen.failed(told(name))
        counts.append(seen.refused)
    assert counts == [0, 0, 1, 2, 3, 4, 5, 5]
    seen.established(told("x.example"))
    seen.established(told("z.example"))
    assert seen.refused == 3
