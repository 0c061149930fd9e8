"""Rows of live traffic and what the end of their request changes, without a proxy."""

from typing import Any

from pixelwitness.core.exposure import records
from pixelwitness.core.wire.delivery import Delivery, Outcome
from pixelwitness.core.wire.exchange import Exchange, Reading
from pixelwitness.core.wire.request import Request
from pixelwitness.meaning.pipeline.analyser import Analyser
from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.analyser_setup import set_up_analysis

SETUP = set_up_analysis(load_rules(), bytes(32))
HIT = "https://www.facebook.com/tr/?id=1111222233334444&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F&ts=1&ec=0"
COPY = HIT.replace("/tr/", "/privacy_sandbox/pixel/register/trigger/")
LIBRARY = "https://connect.facebook.net/en_US/fbevents.js"
ANSWERED, FAILED = Outcome(Delivery.ANSWERED), Outcome(Delivery.FAILED, "net::ERR_NAME_NOT_RESOLVED")


class Rows:
    """What a store would hold of a session: rows by id, amendments applied in their order."""

    def __init__(self, most_open: int = 10) -> None:
        self.analyser: Analyser = SETUP.analyser("r", Reading(iter(()), "live"), most_open=most_open)
        self.by_id: dict[str, dict[str, Any]] = {}

    def sent(self, position: int, url: str, **more: Any) -> None:
        exchange = Exchange(Request("GET", url, position=position), **more)
        self._store(self.analyser.analyse_request(exchange))

    def ended(self, position: int, outcome: Outcome, *, by_operator: bool = False) -> None:
        self._store(self.analyser.settle(position, outcome, by_operator=by_operator))

    def _store(self, rows: list[records.AnyRecord]) -> None:
        for row in rows:
            if isinstance(row, records.Amendment):
                assert set(row.values) <= records.AMENDABLE[row.table]
                self.by_id[f"{row.table} {row.id}"] |= row.values
            elif isinstance(row, records.Event | records.Transmission | records.Contact):
                table = f"{type(row).__name__.lower()}s"
                kept = {name: getattr(row, name, None) for name in ("delivery", "delivery_reason", "sender")}
                self.by_id[f"{table} {row.id}"] = {name: value for name, value in kept.items() if value is not None}

    def told(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(map(str, row.values())) for key, row in self.by_id.items()}

    def counts(self) -> tuple[int, ...]:
        row = self.analyser.recording(sources=("live",), sha256=None)
        return row.delivery_failed, row.delivery_stopped, row.delivery_unknown, row.by_operator, row.requests_matched


def test_a_request_is_unknown_until_it_ends_and_counts_follow() -> None:
    rows = Rows()
    rows.sent(0, HIT)
    rows.sent(1, LIBRARY)
    assert rows.told() == {
        "events r-0": ("unknown", "site"),
        "transmissions r-0": ("unknown",),
        "contacts r-1": ("unknown", "site"),
    }
    assert rows.counts() == (0, 0, 2, 0, 2)
    rows.ended(0, ANSWERED)
    rows.ended(1, FAILED)
    assert rows.told() == {
        "events r-0": ("answered", "site"),
        "transmissions r-0": ("answered", "None"),
        "contacts r-1": ("failed", "site", "net::ERR_NAME_NOT_RESOLVED"),
    }
    assert rows.counts() == (1, 0, 0, 0, 2)
    rows.ended(0, FAILED)  # nothing waits any more
    assert rows.counts() == (1, 0, 0, 0, 2)


def test_an_event_was_told_when_one_copy_was_and_a_late_copy_does_not_reset_it() -> None:
    rows = Rows()
    rows.sent(0, HIT)
    rows.sent(1, COPY)
    rows.ended(1, FAILED)
    assert rows.told()["events r-0"] == ("unknown", "site")
    rows.ended(0, ANSWERED)
    assert rows.told()["events r-0"] == ("answered", "site")
    rows.sent(2, COPY)
    assert rows.told()["events r-0"] == ("answered", "site")
    rows.ended(2, FAILED)
    assert rows.told()["events r-0"] == ("answered", "site")
    assert rows.told()["transmissions r-2"] == ("failed", "net::ERR_NAME_NOT_RESOLVED")


def test_what_was_let_go_of_stays_unknown() -> None:
    rows = Rows(most_open=2)
    for position in range(3):
        rows.sent(position, HIT.replace("ts=1", f"ts={position}"))
    for position in range(3):
        rows.ended(position, ANSWERED)
    assert [rows.told()[f"events r-{position}"][0] for position in range(3)] == ["unknown", "answered", "answered"]
    assert rows.counts() == (0, 0, 1, 0, 3)


def test_what_the_operator_replays_stands_apart_and_leaves_no_trace_of_the_site() -> None:
    rows = Rows()
    rows.sent(0, HIT)
    rows.sent(1, HIT, by_operator=True)
    rows.sent(2, LIBRARY, by_operator=True)
    rows.ended(0, ANSWERED)
    rows.ended(1, ANSWERED)
    told = rows.told()
    assert (told["events r-0"], told["events r-1"]) == (("answered", "site"), ("answered", "operator"))
    assert told["contacts r-2"] == ("unknown", "operator")
    assert rows.counts() == (0, 0, 0, 2, 3)


def test_an_edit_while_it_was_held_back_is_the_operators_and_a_copy_of_the_site_stays_the_sites() -> None:
    rows = Rows()
    rows.sent(0, HIT)
    rows.ended(0, ANSWERED, by_operator=True)
    assert rows.told()["events r-0"] == ("answered", "operator")
    rows.sent(1, COPY)
    assert rows.told()["events r-1"] == ("unknown", "site")
    assert rows.counts() == (0, 0, 1, 1, 2)
    both = Rows()
    both.sent(0, HIT)
    both.sent(1, COPY)
    both.ended(0, ANSWERED, by_operator=True)
    assert both.told()["events r-0"] == ("unknown", "site")
    both.ended(1, FAILED)
    assert both.told()["events r-0"] == ("stopped", "site")
    assert both.told()["transmissions r-0"] == ("stopped", "changed by the operator")
