"""Reconciling: the three outcomes, by business, type and time."""

import pytest

from pixelwitness.meaning.hints.reconciliation import (
    ListedEvent,
    ReconciledType,
    Reconciliation,
    SentEvent,
    reconcile,
    site_named,
    type_of,
)

DAY = 1_795_370_000.0


def sent(
    number: int, name: str | None, at: float | None, site: str = "shop.example", kind: str = "standard"
) -> SentEvent:
    return SentEvent(f"r-{number}", site, "1111222233334444", name, kind, at)


def outcomes(comparison: Reconciliation) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(row.business, row.type): (row.seen_and_listed, row.listed_only, row.seen_only) for row in comparison.rows}


def test_the_three_outcomes_by_business_and_type() -> None:
    listed = [
        ListedEvent("shop.example", "PAGE_VIEW", None, DAY + 30),
        ListedEvent("shop.example", "PURCHASE", None, DAY + 60),
        ListedEvent("www.shop.example", "PURCHASE", None, DAY + 90),
        ListedEvent("garden.example", "VIEW_CONTENT", None, DAY),
    ]
    seen = [sent(1, "PageView", DAY), sent(2, "Purchase", DAY), sent(3, "AddToCart", DAY)]

    compared = reconcile(listed, seen, tolerance=300)

    assert outcomes(compared) == {
        ("garden.example", "VIEW_CONTENT"): (0, 1, 0),
        ("shop.example", "ADD_TO_CART"): (0, 0, 1),
        ("shop.example", "PAGE_VIEW"): (1, 0, 0),
        ("shop.example", "PURCHASE"): (1, 1, 0),
    }
    assert compared.rows[2] == ReconciledType("shop.example", "site", "PAGE_VIEW", seen_and_listed=1, seen=["r-1"])
    assert [compared.total(name) for name in ("seen_and_listed", "listed_only", "seen_only")] == [2, 2, 1]


def test_each_event_is_paired_once_with_the_nearest_in_time() -> None:
    listed = [ListedEvent("shop.example", "PURCHASE", None, DAY + after) for after in (0, 100, 200)]
    seen = [sent(1, "Purchase", DAY + 110), sent(2, "Purchase", DAY + 5)]

    (row,) = reconcile(listed, seen, tolerance=60).rows

    assert (row.seen_and_listed, row.listed_only, row.seen_only) == (2, 1, 0)
    assert row.seen == ["r-2", "r-1"]


@pytest.mark.parametrize(("apart", "expected"), [(59.0, (1, 0, 0)), (61.0, (0, 1, 1)), (-59.0, (1, 0, 0))])
def test_times_further_apart_than_the_tolerance_are_two(apart: float, expected: tuple[int, int, int]) -> None:
    compared = reconcile([ListedEvent("shop.example", "LEAD", None, DAY + apart)], [sent(1, "Lead", DAY)], tolerance=60)
    assert outcomes(compared) == {("shop.example", "LEAD"): expected}


def test_where_a_time_is_missing_business_and_type_decide_and_it_is_said() -> None:
    (row,) = reconcile([ListedEvent("shop.example", "LEAD", None, None)], [sent(1, "Lead", DAY)]).rows
    assert (row.seen_and_listed, row.without_time) == (1, 1)
    (row,) = reconcile([ListedEvent("shop.example", "LEAD", None, DAY)], [sent(1, "Lead", None)]).rows
    assert (row.seen_and_listed, row.without_time) == (1, 1)


def test_listed_events_of_times_without_a_recording_are_counted_apart() -> None:
    listed = [ListedEvent("shop.example", "LEAD", None, DAY - 86_400 * days) for days in (0, 30)]
    (row, _) = reconcile(listed, [sent(1, "PageView", DAY)], tolerance=60).rows
    assert (row.type, row.listed_only, row.outside) == ("LEAD", 2, 1)


@pytest.mark.parametrize(
    ("business", "number", "told"),
    [
        ("https://www.shop.example/", None, ("shop.example", "site")),
        ("Shop", None, ("shop.example", "name")),
        ("Boots & More", "1111222233334444", ("shop.example", "pixel")),
        ("Boots & More", "999", ("Boots & More", "nothing")),
        ("other.example", None, ("other.example", "nothing")),
        ("", None, ("", "nothing")),
    ],
)
def test_a_business_is_a_site_by_host_number_or_name(business: str, number: str | None, told: tuple[str, str]) -> None:
    compared = reconcile([ListedEvent(business, "PURCHASE", number, DAY)], [sent(1, "Purchase", DAY)])
    row = next(row for row in compared.rows if row.seen_and_listed or row.listed_only)
    assert (row.business, row.matched_by) == told


def test_a_number_that_two_sites_send_to_names_neither() -> None:
    seen = [sent(1, "Purchase", DAY), sent(2, "Purchase", DAY, "garden.example")]
    compared = reconcile([ListedEvent("Boots", "PURCHASE", "1111222233334444", DAY)], seen)
    assert outcomes(compared)["Boots", "PURCHASE"] == (0, 1, 0)


def test_names_of_the_sites_own_are_custom_unless_the_list_has_them() -> None:
    seen = [sent(1, "LevelCompleted", DAY, kind="custom"), sent(2, None, DAY, kind="custom")]
    assert outcomes(reconcile([ListedEvent("shop.example", "CUSTOM", None, DAY)], seen)) == {
        ("shop.example", "CUSTOM"): (1, 0, 1)
    }
    assert outcomes(reconcile([ListedEvent("shop.example", "LEVEL_COMPLETED", None, DAY)], seen)) == {
        ("shop.example", "CUSTOM"): (0, 0, 1),
        ("shop.example", "LEVEL_COMPLETED"): (1, 0, 0),
    }


def test_nothing_compares_to_nothing() -> None:
    assert reconcile([], []) == Reconciliation((), None, None)


@pytest.mark.parametrize("name", ["", "..", "a" * 500, "shop", "203.0.113.7", "\ud800.example", "shop example"])
def test_what_is_no_host_is_no_site(name: str) -> None:
    assert site_named(name) is None


@pytest.mark.parametrize(
    ("name", "plain"),
    [("CompleteRegistration", "COMPLETE_REGISTRATION"), ("fb_mobile_purchase", "PURCHASE"), ("Search", "SEARCH")],
)
def test_names_of_events_compare(name: str, plain: str) -> None:
    assert type_of(name) == plain
