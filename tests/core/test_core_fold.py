from msgspec import Struct, field
from msgspec.structs import replace

from pixelwitness.core.detect.rule import Channel, Conditions, Confidence, Decode, Rule
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.join.folding import Folding
from pixelwitness.core.wire.delivery import NOT_RECORDED, Settling
from pixelwitness.core.wire.request import Request

RULE = Rule("a-rule", 1, "", "stable", "event", Confidence.CERTAIN, "", (), Conditions(), Decode())


class Hit(Struct, frozen=True):
    """A transmission as folding sees it, with a name to know it by."""

    name: str
    sighting: Sighting
    channel: Channel = Channel.PIXEL
    coordinates: tuple[int, int, int] = (0, -1, -1)
    seen_at: float | None = 100.0
    by_operator: bool = False
    settling: Settling = field(default_factory=lambda: Settling(NOT_RECORDED))


HIT = Hit(
    "tr",
    Sighting(Request("GET", ""), RULE, pixel_id="1", event_name="Purchase", sent_at="1795300000000", counter="0"),
)
LIBRARY_ID = "ob3_plugin-set_" + "a" * 64


def changed(hit: Hit, **changes: object) -> Hit:
    """Return a hit with other attributes, its own or its sighting's."""
    of_hit = {name: value for name, value in changes.items() if name in Hit.__struct_fields__}
    of_sighting = {name: value for name, value in changes.items() if name not in of_hit}
    return replace(hit, sighting=replace(hit.sighting, **of_sighting), **of_hit)


def at(position: int, hit: Hit, **changes: object) -> Hit:
    return changed(hit, coordinates=(position, -1, -1), **changes)


SERVER = changed(HIT, name="server", channel=Channel.CAPI, sent_at=None, counter=None, dedup_id="order-1")


def fold(*hits: Hit) -> list[list[str]]:
    folding: Folding[Hit] = Folding()
    groups = {id(group): group for group in [folding.add(hit) for hit in hits]}
    return [[member.name for member in group.members] for group in groups.values()]


def test_a_sandbox_copy_joins_its_hit_whichever_comes_first_and_the_hit_is_the_main_one() -> None:
    sandbox = at(0, HIT, name="sandbox", is_copy=True)
    assert fold(sandbox, at(1, HIT)) == [["tr", "sandbox"]]
    assert fold(at(1, HIT), at(2, HIT, name="sandbox", is_copy=True)) == [["tr", "sandbox"]]


def test_each_part_of_the_key_tells_two_events_apart() -> None:
    for change in ({"pixel_id": "2"}, {"event_name": "Lead"}, {"sent_at": "1"}, {"counter": "1"}):
        assert fold(HIT, at(1, HIT, **change)) == [["tr"], ["tr"]]


def test_what_the_operator_replayed_joins_nothing_of_the_site() -> None:
    replayed = at(1, HIT, name="replayed", by_operator=True)
    again = at(2, HIT, name="again", by_operator=True)
    assert fold(HIT, replayed, again) == [["tr"], ["replayed", "again"]]
    assert fold(at(0, SERVER, by_operator=True), at(1, SERVER, name="site")) == [["server"], ["site"]]


def test_nothing_joins_an_event_that_turned_out_to_be_the_operators() -> None:
    folding: Folding[Hit] = Folding()
    edited = folding.add(changed(HIT, dedup_id="order-1"))
    folding.part(edited.copies)
    assert folding.add(at(1, HIT)) is not edited
    assert folding.add(at(2, SERVER)) is not edited


def test_equal_hits_without_a_key_are_two_events() -> None:
    for missing in ("pixel_id", "event_name", "sent_at", "counter"):
        for nothing in (None, ""):
            hit = at(0, HIT, **{missing: nothing})
            assert fold(hit, at(1, hit)) == [["tr"], ["tr"]]


def test_a_server_copy_joins_by_dedup_id_and_name() -> None:
    hit = at(0, HIT, dedup_id="order-1")
    assert fold(hit, at(1, SERVER)) == [["tr", "server"]]
    assert fold(at(0, SERVER), at(1, hit)) == [["tr", "server"]]
    assert fold(hit, at(1, SERVER, event_name="Lead")) == [["tr"], ["server"]]
    assert fold(hit, at(1, SERVER, dedup_id="order-2")) == [["tr"], ["server"]]
    assert fold(hit, at(1, SERVER, dedup_id="")) == [["tr"], ["server"]]


def test_the_name_is_ignored_for_an_id_that_the_library_made() -> None:
    click = at(0, HIT, event_name="SubscribedButtonClick", dedup_id=LIBRARY_ID)
    gateway = at(1, SERVER, name="gateway", channel=Channel.CAPI_GATEWAY, event_name="InputData", dedup_id=LIBRARY_ID)
    assert fold(click, gateway) == [["tr", "gateway"]]
    site_made = changed(gateway, dedup_id="mine")
    assert fold(changed(click, dedup_id="mine"), site_made) == [["tr"], ["gateway"]]


def test_two_hits_of_the_pixel_with_one_dedup_id_stay_two_events_and_a_copy_joins_the_first() -> None:
    first, second = at(0, HIT, dedup_id="order-1"), at(1, HIT, name="again", dedup_id="order-1", counter="1")
    assert fold(first, second, at(2, SERVER)) == [["tr", "server"], ["again"]]


def test_two_server_copies_are_one_event() -> None:
    assert fold(at(0, SERVER), at(1, SERVER, name="second")) == [["server", "second"]]


def test_copies_join_within_48_hours_only() -> None:
    hit = at(0, HIT, dedup_id="order-1", seen_at=0.0)
    assert fold(hit, at(1, SERVER, seen_at=48 * 3600.0)) == [["tr", "server"]]
    assert fold(hit, at(1, SERVER, seen_at=48 * 3600.0 + 1)) == [["tr"], ["server"]]
    late = at(2, SERVER, name="late copy", seen_at=48 * 3600.0 + 2)
    assert fold(hit, at(1, SERVER, seen_at=48 * 3600.0 + 1), late) == [["tr"], ["server", "late copy"]]


def test_the_order_within_an_event_is_pixel_copy_relay_server_then_position() -> None:
    carried = [
        at(0, SERVER),
        at(1, SERVER, name="gateway", channel=Channel.CAPI_GATEWAY),
        at(2, HIT, name="sandbox", is_copy=True, dedup_id="order-1"),
        at(4, HIT, name="later hit", dedup_id="order-1"),
        at(3, HIT, dedup_id="order-1"),
    ]
    assert fold(*carried) == [["tr", "later hit", "sandbox", "gateway", "server"]]


def test_a_session_without_end_remembers_the_latest_keys_only() -> None:
    folding: Folding[Hit] = Folding(most_keys=2)
    groups = [folding.add(at(i, HIT, name=str(i), counter=str(i))) for i in range(3)]
    again = [folding.add(at(3 + i, HIT, name="copy", counter=str(i), is_copy=True)) for i in (2, 1, 0)]
    assert [again[0] is groups[2], again[1] is groups[1], again[2] is groups[0]] == [True, True, False]


def test_many_events_under_one_constant_dedup_id_do_not_slow_folding_down() -> None:
    hits = [at(i, HIT, name=str(i), dedup_id="1", counter=str(i)) for i in range(20_000)]
    assert len(fold(*hits)) == 20_000
