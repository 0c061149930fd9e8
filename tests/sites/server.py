"""Plays the test sites and a fake Meta on loopback, and keeps exactly what each request held.

The pages lie in ``pages/<host>/``; the sender is served as the library.  Run as a
script it serves until stopped and prints its ports.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PAGES = Path(__file__).parent / "pages"
SITES = (
    *("shop.example", "www.clinic.example", "news.example", "game.example", "garden.example", "pay.example"),
    "books.example",
)
META = ("www.facebook.com", "connect.facebook.net", "graph.facebook.com")
LOOK_ALIKES = ("www.facebook.com.evil.example", "notfacebook.example")
HOSTS = (*SITES, *META, *LOOK_ALIKES)

_IMAGE = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
_FEATURES = {
    "1111222233334444": ("InferredEvents", "AutomaticMatching", "Topics"),
    "2222333344445555": ("InferredEvents",),
    "2222333344445566": (),
    "3333444455556666": ("Topics",),
    "4444555566667777": (),
    "5555666677778888": (),
}

SET_UP = "6666777788889999"
"""A pixel that no page loads, with all that a configuration may say."""
_SET_UP = r"""
// config.set("PIXEL", "automaticMatching", {"selectedMatchKeys":["country"]});
fbq.registerPlugin("PIXEL", {__fbEventsPlugin: 1, plugin: function (fbq, instance, config) {
config.set("PIXEL", "automaticMatching", {"selectedMatchKeys":["em","ph","fn"]});
instance.optIn("PIXEL", "AutomaticMatching", true);
config.set("PIXEL", "openbridge", {"endpoints":[{"endpoint":"https:\/\/capig.shop.example\/events"}]});
fbq.loadPlugin("openbridge3");
instance.optIn("PIXEL", "OpenBridge", true);
config.set("PIXEL", "unwantedData", {"blacklisted_keys":{"PageView":{"cd":[],"url":["jane.doe@example.com"]}}});
instance.optIn("PIXEL", "UnwantedData", true);
config.set("PIXEL", "botblocking", {"rules":{"spider_bot_rules":"HeadlessChrome\ncurl"}});
instance.optIn("PIXEL", "BotBlocking", true);
fbq.set("estRules", "PIXEL", [{"condition":{"conditions":[{"value":"my basket"}]},"derived_event_name":"Lead"}]);
instance.configLoaded("PIXEL"); }});
""".replace("PIXEL", SET_UP)
_COOKIES_OF_A_SERVER = (
    ("set-cookie", "_gtmeec=eyJlbSI6ImludmVudGVkIn0=; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax"),
    ("set-cookie", "_fbp=fb.1.1795304924588.386876714.AQQCAQMC; Max-Age=7776000; Path=/; Secure; SameSite=Lax"),
)


@dataclass(frozen=True)
class Received:
    """One request as a server got it: ``target`` is the path with the query, byte for byte."""

    method: str
    host: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


@dataclass(frozen=True)
class World:
    """The running servers: one port with TLS, one without; both play every host."""

    tls_port: int
    plain_port: int
    received: list[Received]

    def by_meta(self) -> list[Received]:
        """Return what the fake Meta received, in the order of arrival."""
        return [one for one in self.received if one.host in META]


type Answer = tuple[int, tuple[tuple[str, str], ...], bytes]


def answer(request: Received) -> Answer:
    """Return status, headers and body for a request: pages of the sites, the fake Meta's answers."""
    if request.host == "connect.facebook.net":
        return _library(request)
    if request.host == "www.facebook.com":
        return _meta(request)
    if request.host == "graph.facebook.com":
        return 200, (("content-type", "application/json"),), b'{"events_received":1,"messages":[],"fbtrace_id":"A0"}'
    if request.host in LOOK_ALIKES:
        return 200, (("content-type", "image/gif"),), _IMAGE
    return _site(request)


def _site(request: Received) -> Answer:
    if request.path == "/order":
        return 303, (("location", "/thanks"),), b""
    if request.path == "/g/collect":
        return 200, (("content-type", "text/plain"), *_COOKIES_OF_A_SERVER), b""
    if request.path == "/landing":
        return 200, (("content-type", "text/html"), *_COOKIES_OF_A_SERVER), b"<!doctype html><p>Seeds</p>"
    if request.path == "/style.css":
        return 200, (("content-type", "text/css"),), (PAGES / "style.css").read_bytes()
    path = "/" if request.path.startswith("/level/") else request.path
    page = (PAGES / request.host / ("index.html" if path == "/" else f"{path.strip('/')}.html")).resolve()
    if request.host not in SITES or PAGES.resolve() not in page.parents or not page.is_file():
        return 404, (("content-type", "text/plain"),), b"no such page\n"
    boot = (PAGES / "connect.facebook.net" / "boot.html").read_bytes().strip()
    html = page.read_bytes().replace(b"<!--boot-->", boot)
    return 200, (("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")), html


def _library(request: Received) -> Answer:
    script = (("content-type", "application/x-javascript; charset=utf-8"), ("access-control-allow-origin", "*"))
    if request.path.startswith("/signals/config/"):
        return 200, script, answer_for_configuration(request.path.rpartition("/")[2]).encode()
    name = {"/en_US/fbevents.js": "sender.js", "/en_US/sdk.js": "sdk.js"}.get(request.path)
    if name is None:
        return 404, script, b""
    lines = (PAGES / request.host / name).read_text().splitlines()
    # Served without indentation and comments: recordings hold it once for every page.
    kept = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("//")]
    return 200, (*script, ("cache-control", "max-age=1200")), "\n".join([*kept, ""]).encode()


def answer_for_configuration(pixel: str) -> str:
    """Return the script that sets a pixel up."""
    if pixel == SET_UP:
        return _SET_UP
    lines = [f'pixel.configure("{pixel}", (config, instance) => {{']
    features = _FEATURES.get(pixel, ())
    if "AutomaticMatching" in features:
        lines.append(f'config.set("{pixel}", "automaticMatching", {{"selectedMatchKeys":["em","fn"]}});')
    lines += [f'instance.optIn("{pixel}", "{feature}", true);' for feature in features]
    return "\n".join([*lines, f'instance.configLoaded("{pixel}");', "});", ""])


def _meta(request: Received) -> Answer:
    headers = (("cross-origin-resource-policy", "cross-origin"), ("cache-control", "no-cache, must-revalidate"))
    if request.path.rstrip("/") in ("/tr", "/privacy_sandbox/pixel/register/trigger"):
        if request.method == "POST":
            return 200, (("content-type", "text/plain"), *headers), b""
        return 200, (("content-type", "image/gif"), *headers), _IMAGE
    if request.path.startswith("/privacy_sandbox/topics/registration"):
        return 200, (("content-type", "text/html; charset=utf-8"), *headers), b""
    if request.path == "/plugins/like.php":
        return 200, (("content-type", "text/html; charset=utf-8"), *headers), b"<!doctype html><p>Like</p>\n"
    if request.path == "/x/oauth/status":
        origin = dict(request.headers).get("origin", "*")
        allowed = (("access-control-allow-origin", origin), ("access-control-allow-credentials", "true"))
        return 200, (("content-type", "text/plain"), *headers, *allowed, ("fb-s", "unknown")), b""
    return 404, headers, b""


@contextmanager
def running(certificate: Path, answering: Callable[[Received], Answer] = answer) -> Iterator[World]:
    """Serve every host on two free ports of 127.0.0.1 until the context ends; ``answering`` may stand in for a site."""
    received: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            host = (self.headers.get("host") or "").partition(":")[0]
            request = Received(self.command, host, self.path, headers, self.rfile.read(length))
            received.append(request)
            status, answered, body = answering(request)
            self.send_response(status)
            for name, value in answered:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815  names that http.server asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            """Keep the terminal quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    tls, plain = _Quiet(("127.0.0.1", 0), Handler), _Quiet(("127.0.0.1", 0), Handler)
    # The handshake belongs to the connection's own thread: a silent client must not hold up the others.
    tls.socket = context.wrap_socket(tls.socket, server_side=True, do_handshake_on_connect=False)
    threads = [threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True) for one in (tls, plain)]
    for thread in threads:
        thread.start()
    try:
        yield World(tls.server_port, plain.server_port, received)
    finally:
        for one in (tls, plain):
            one.shutdown()
            one.server_close()


class _Quiet(ThreadingHTTPServer):
    """A server of which a connection that ends early costs nobody a traceback."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a broken connection go."""
