"""Keeps a proxy busy with pixel events, each known by a pixel id of its own, and says who got which."""

import http.client
import itertools
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.sites.proxy import Proxy
from tests.sites.server import Received

FIRST = 10**15
_A_CONNECTION = 4
"""Events on one connection: mitmproxy opens a new one to a rerouted server for each request, and five at the most."""
_HASHED = "0d4a4bd5e5ba8f8d0bd0d4bd3a9f6ab7c1e2d3f405162738495a6b7c8d9eafb0"


def event_url(pixel_id: int) -> str:
    """Return the URL of one event, of an ordinary size; without TLS, which would only keep the proxy from its work."""
    return (
        f"http://www.facebook.com/tr/?id={pixel_id}&ev=Purchase&dl=https%3A%2F%2Fshop.example%2Fthanks&rl=&if=false"
        f"&ts=1767225600000&cd[currency]=EUR&cd[value]=89.00&ud[em]={_HASHED}&sw=1920&sh=1080&v=2.9.200&r=stable"
        "&ec=1&o=4126&fbp=fb.1.1767225600000.1234567890&cs_est=true&ler=empty&it=1767225599000&coo=false&rqm=GET"
    )


@contextmanager
def under_load(proxy: Proxy, numbers: Iterator[int], clients: int = 4) -> Iterator[None]:
    """Send events through a proxy as fast as it takes them, until the context ends; whatever the proxy does."""
    stopped = threading.Event()

    def client() -> None:
        while not stopped.is_set():
            try:
                send_events(proxy, (FIRST + next(numbers) for _ in range(_A_CONNECTION)))
            except (OSError, http.client.HTTPException):
                stopped.wait(0.05)

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(30)


def send_events(proxy: Proxy, pixel_ids: Iterable[int]) -> list[int]:
    """Send up to five events one after the other; return the status of each answer."""
    statuses = []
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)) as connection:
        for pixel_id in pixel_ids:
            connection.request("GET", event_url(pixel_id))
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
    return statuses


def numbers() -> Iterator[int]:
    """Return numbers for `under_load`; several threads may draw from them."""
    return itertools.count()


def received_ids(received: Iterable[Received]) -> list[int]:
    """Return the pixel ids of requests as a server got them."""
    return [int(parse_qs(urlsplit(one.target).query)["id"][0]) for one in received]


def stored_ids(db: Path) -> list[int]:
    """Return the pixel id of every transmission in a store."""
    query = "SELECT pixel_id FROM transmissions JOIN events ON events.id = event_id"
    with closing(sqlite3.connect(db)) as connection:
        return [int(pixel_id) for (pixel_id,) in connection.execute(query)]


def soundness(db: Path) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what SQLite finds wrong with a database: its pages, its references."""
    with closing(sqlite3.connect(db)) as connection:
        pages = connection.execute("PRAGMA integrity_check").fetchall()
        return [row for row in pages if row != ("ok",)], connection.execute("PRAGMA foreign_key_check").fetchall()
