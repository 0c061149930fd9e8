"""Requests that other addons of the proxy change, and that its operator replays or edits, without a proxy."""

from mitmproxy import http
from mitmproxy.test import tflow
from tests.live.test_live_told import PAGE, SETUP

from pixelwitness.core.exposure import records
from pixelwitness.live.hooks.live_session import Session, Work

HIT = f"https://www.facebook.com/tr/?id=1234567890123456&ev=Lead&{PAGE}&ts=1&ec=0"
SHOP = "https://shop.example/thanks?order=7"


def asked_for(url: str, *, live: bool = True) -> http.HTTPFlow:
    flow = tflow.tflow(req=http.Request.make("GET", url))
    flow.live = live
    return flow


def answered(flow: http.HTTPFlow) -> http.HTTPFlow:
    flow.response = http.Response.make(200, b"", {"content-type": "image/gif"})
    return flow


def rows(work: Work | None) -> list[records.AnyRecord]:
    return [] if work is None else work.analyse()


def counts(session: Session) -> tuple[int, int, int, int]:
    row = session.recording(complete=True)
    return row.requests_matched, row.by_operator, row.changed, row.delivery_stopped


def sender_of(found: list[records.AnyRecord]) -> list[str]:
    return [row.sender for row in found if isinstance(row, records.Event)]


def amended(found: list[records.AnyRecord]) -> list[tuple[str, dict[str, records.Amended]]]:
    return [(row.table, row.values) for row in found if isinstance(row, records.Amendment)]


def test_a_request_for_meta_that_is_mapped_elsewhere_is_counted_and_one_mapped_to_meta_is_the_operators() -> None:
    session = Session(SETUP, "test")
    away, towards, alone = asked_for(HIT), asked_for(SHOP), asked_for(HIT)
    for flow in (away, towards, alone):
        session.asked(flow)
    away.request.url, towards.request.url = SHOP, HIT
    assert rows(session.request(away)) == []
    assert sender_of(rows(session.request(towards))) == ["operator"]
    assert sender_of(rows(session.request(alone))) == ["site"]
    assert counts(session) == (2, 1, 1, 0)


def test_a_client_replay_is_the_operators_and_a_server_replay_did_not_leave() -> None:
    session = Session(SETUP, "test")
    site, replay, served = asked_for(HIT), asked_for(HIT), answered(asked_for(HIT))
    replay.is_replay, served.is_replay = "request", "response"
    found = [rows(session.request(flow)) for flow in (site, replay, served)]
    assert [sender_of(one) for one in found] == [["site"], ["operator"], ["site"]]
    (carrier,) = (row for row in found[2] if isinstance(row, records.Transmission))
    assert (carrier.delivery, carrier.delivery_reason) == ("stopped", "answered by a server replay")
    assert [row.id == carrier.event_id for row in found[0] if isinstance(row, records.Event)] == [True]
    assert rows(session.response(served)) == []
    assert counts(session) == (3, 1, 0, 1)


def test_an_edit_while_the_request_was_held_is_seen_at_its_end() -> None:
    session = Session(SETUP, "test")
    flow = asked_for(HIT)
    assert sender_of(rows(session.request(flow))) == ["site"]
    flow.backup()  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped
    flow.request.query["ev"] = "Purchase"
    stated = {"delivery": "answered", "delivery_reason": None}
    assert amended(rows(session.response(answered(flow)))) == [
        ("transmissions", stated),
        ("events", {"delivery": "answered", "sender": "operator"}),
    ]
    assert counts(session) == (1, 1, 0, 0)


def test_what_a_later_addon_changes_is_counted_and_did_not_arrive_where_it_went_elsewhere() -> None:
    session = Session(SETUP, "test")
    changed, elsewhere = asked_for(HIT), asked_for(HIT.replace("ts=1", "ts=2"))
    for flow in (changed, elsewhere):
        rows(session.request(flow))
    changed.request.headers["x-note"] = "later"
    elsewhere.request.host = "shop.example"
    found = [amended(rows(session.response(answered(flow))))[-1] for flow in (changed, elsewhere)]
    assert found == [("events", {"delivery": "answered"}), ("events", {"delivery": "stopped"})]
    assert counts(session) == (2, 0, 2, 1)


def test_what_passes_through_from_a_file_is_settled_with_its_answer() -> None:
    session = Session(SETUP, "test")
    flow = answered(asked_for(HIT, live=False))
    rows(session.request(flow))
    assert amended(rows(session.response(flow)))[-1] == ("events", {"delivery": "answered"})
