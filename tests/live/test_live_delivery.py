"""What became of requests through a real mitmdump, stored as they left and settled by their end."""

import sqlite3
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from tests.sites import client, server, stored
from tests.sites.watch import watched

from pixelwitness.scan.scan import ScanOptions, scan

pytestmark = pytest.mark.process

LATER = """
def request(flow):
    if "Gone" in flow.request.path:
        flow.kill()
    if "Later" in flow.request.path:
        from mitmproxy import http
        flow.response = http.Response.make(204)

def server_connect(data):
    if data.server.sni == "m.facebook.com":
        data.server.address = ("127.0.0.1", 1)
"""
OPTIONS = {
    "block_list": "|~u ev=Listed|204",
    "map_remote": "|~u ev=Elsewhere|www.facebook.com|shop.example",
    "modify_headers": "|~u ev=Changed|x-note|changed",
}
BY_LIVE = {
    "Answered": ("answered", None),
    "Closed": ("sent", "server closed connection"),
    "Listed": ("stopped", "stopped by the proxy's block list"),
    "Gone": ("stopped", "connection killed"),
    "Refused": ("failed", "connection failed"),
    "Elsewhere": ("stopped", "sent elsewhere by another addon"),
    "Changed": ("answered", None),
    # An addon behind this one answered over TLS: nothing tells it from the peer.
    "Later": ("answered", None),
}
BY_FLOWS = {name: outcome for name, outcome in BY_LIVE.items() if name != "Elsewhere"}
"""A flow file holds what left in the end: to another site, which no rule knows."""


def answer_or_close(request: server.Received) -> server.Answer:
    if "Closed" in request.target:
        raise ConnectionError  # the connection ends without an answer
    return server.answer(request)


def outcomes(db: Path) -> dict[str, tuple[str, str | None]]:
    statement = """SELECT event_name, t.delivery, delivery_reason, e.delivery FROM events e
        JOIN transmissions t ON t.event_id = e.id"""
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(statement).fetchall()
    assert [one for one in rows if one[1] != one[3]] == []
    return {name: (delivery, reason) for name, delivery, reason, _ in rows}


def test_each_end_of_a_request_settles_what_was_stored_of_it(tmp_path: Path) -> None:
    later = tmp_path / "later.py"
    later.write_text(LATER)
    with watched(tmp_path, OPTIONS, ["-s", later], answering=answer_or_close) as session:
        for name in BY_LIVE:
            host = "m.facebook.com" if name == "Refused" else "www.facebook.com"
            url = f"https://{host}/tr/?id=1111222233334444&ev={name}&dl=https%3A%2F%2Fshop.example%2F&ts=1&ec=0"
            with suppress(HTTPException, OSError):
                client.send(session.proxy, "GET", url)
        assert session.proxy.stop() == 0
        assert outcomes(session.db) == BY_LIVE
        recording = stored.recording(session.db)
        counted = {name: recording[name] for name in recording if name.startswith("delivery_")}
        assert counted == {"delivery_failed": 1, "delivery_stopped": 3, "delivery_cached": 0, "delivery_unknown": 0}
        assert (recording["changed"], recording["by_operator"], recording["blocked"]) == (2, 0, 0)
        assert sorted(one.target.partition("ev=")[2][:5] for one in session.world.by_meta()) == [
            *("Answe", "Chang", "Close"),
        ]
        db = tmp_path / "flows.sqlite"
        scan([str(session.flows)], ScanOptions(db=db, key=session.key))
        assert outcomes(db) == BY_FLOWS
