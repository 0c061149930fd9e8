"""What differs between two exposures, and what a side could not have seen."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from tests.exposed import EMAIL, FBP, contact, datum, event, recording, visit

from pixelwitness.core.exposure.comparison import Aspect, Change, Difference, Gap, SiteComparison, compare
from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent, Standing
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import Visit

PIXEL = "1234567890123456"


def seen(*what: SeenEvent | SeenContact | Visit, **ledger: Any) -> Exposure:
    builder = ExposureBuilder({"facebook.com"}, {"email"})
    for one in what:
        if isinstance(one, Visit):
            builder.add_visit(one)
        elif isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    return builder.build(coverage_of([recording(**ledger)]))


def differences(before: Exposure, after: Exposure, *aspects: Aspect) -> list[tuple[Any, ...]]:
    return [
        (one.aspect, one.name, one.before, one.after, one.change, one.gaps)
        for site in compare(before, after).sites
        for one in site.differences
        if not aspects or one.aspect in aspects
    ]


def test_what_is_new_gone_and_changed_in_number_is_told_whole() -> None:
    before = seen(visit(), event("Purchase", EMAIL), event("PageView", position=2), contact())
    after = seen(
        visit(), visit(position=3), event("PageView"), event("PageView", position=2), event("Lead", position=4)
    )
    (site,) = compare(before, after).sites
    assert site == SiteComparison(
        "shop.example",
        Standing.SITE,
        (1, 2),
        (
            Difference(Aspect.EVENT, "Lead", PIXEL, 0, 1, Change.NEW, ()),
            Difference(Aspect.EVENT, "PageView", PIXEL, 1, 2, Change.MORE, ()),
            Difference(Aspect.EVENT, "Purchase", PIXEL, 1, 0, Change.GONE, ()),
            Difference(Aspect.PIXEL, PIXEL, None, 2, 3, Change.MORE, ()),
            Difference(Aspect.CHANNEL, "pixel", None, 2, 3, Change.MORE, ()),
            Difference(Aspect.DATA, "email", "sha256", 1, 0, Change.GONE, ()),
            Difference(Aspect.CONTACT, "library", None, 1, 0, Change.GONE, ()),
        ),
    )


def test_the_same_twice_differs_in_nothing() -> None:
    one = seen(visit(), visit("garden.example"), event("Lead", EMAIL), contact())
    compared = compare(one, one)
    assert (compared.sites, compared.alike) == ((), ("garden.example", "shop.example"))
    assert compared.changes == frozenset()


def test_turned_round_the_new_is_gone_and_more_is_fewer() -> None:
    before, after = seen(visit(), event("Lead")), seen(visit(), event("Lead"), event("Lead", position=2), contact())
    turned = {Change.MORE: Change.FEWER, Change.NEW: Change.GONE}
    assert differences(after, before) == [
        (aspect, name, more, less, turned[change], gaps)
        for aspect, name, less, more, change, gaps in differences(before, after)
    ]


def test_what_was_blocked_is_gone_from_what_was_sent() -> None:
    before, after = seen(visit(), event("Lead")), seen(visit(), event("Lead", blocked=True))
    assert differences(before, after, Aspect.EVENT, Aspect.BLOCKED_EVENT) == [
        (Aspect.EVENT, "Lead", 1, 0, Change.GONE, ()),
        (Aspect.BLOCKED_EVENT, "Lead", 0, 1, Change.NEW, ()),
    ]


UNREAD = event(None, position=9, body_state="not_recorded")
GAPS = [
    ("the site was not visited", seen(visit("garden.example")), (Gap.SITE_NOT_SEEN,)),
    ("a body to Meta was not recorded", seen(visit(), UNREAD), (Gap.BODIES,)),
    ("the recording ends early", seen(visit(), complete=False), (Gap.INCOMPLETE,)),
    ("a body could not be decoded", seen(visit(), undecodable=1), (Gap.UNDECODABLE,)),
    ("an entry could not be used", seen(visit(), rejected=1), (Gap.REJECTED,)),
    ("a record was lost", seen(visit(), dropped=1), (Gap.DROPPED,)),
    ("a rule failed", seen(visit(), rule_faults=1), (Gap.RULE_FAULTS,)),
    ("a program refused the proxy", seen(visit(), tls_refused=1), (Gap.TLS_REFUSED,)),
    ("a headless browser loaded the library", seen(visit(), contact(), user_agent="HeadlessChrome"), (Gap.HEADLESS,)),
    ("its page could not be told", seen(visit(), event("Lead", site=None)), (Gap.PAGE_UNKNOWN,)),
]
NO_GAPS = [
    ("a headless browser loaded nothing of Meta's", seen(visit(), user_agent="HeadlessChrome")),
    ("a headless browser was answered all the same", seen(visit(), event("Other"), user_agent="HeadlessChrome")),
    ("a body to others was not recorded", seen(visit(), bodies_not_recorded=3)),
    ("cookies were left out", seen(visit(), cookies_recorded=False)),
    ("of another event the page could not be told", seen(visit(), event("Other", site=None))),
]


@pytest.mark.parametrize(("other", "gaps"), [one[1:] for one in GAPS], ids=[one[0] for one in GAPS])
def test_what_a_side_could_not_see_is_never_gone_or_new(other: Exposure, gaps: tuple[Gap, ...]) -> None:
    there = seen(visit(), event("Lead"))
    lost = [one for one in differences(there, other, Aspect.EVENT) if one[1] == "Lead" and one[2:4] == (1, 0)]
    assert lost == [(Aspect.EVENT, "Lead", 1, 0, Change.NOT_RECORDED, gaps)]
    found = [one for one in differences(other, there, Aspect.EVENT) if one[1] == "Lead" and one[2:4] == (0, 1)]
    assert found == [(Aspect.EVENT, "Lead", 0, 1, Change.NOT_RECORDED, gaps)]


@pytest.mark.parametrize("other", [one[1] for one in NO_GAPS], ids=[one[0] for one in NO_GAPS])
def test_what_a_side_could_have_seen_is_gone(other: Exposure) -> None:
    there = seen(visit(), event("Lead"))
    lost = [one for one in differences(there, other, Aspect.EVENT) if one[1] == "Lead" and one[2:4] == (1, 0)]
    assert lost == [(Aspect.EVENT, "Lead", 1, 0, Change.GONE, ())]


def test_fewer_is_fewer_and_says_what_may_have_been_missed() -> None:
    before = seen(visit(), event("Lead"), event("Lead", position=2))
    after = seen(visit(), event("Lead"), complete=False)
    assert differences(before, after, Aspect.EVENT) == [(Aspect.EVENT, "Lead", 2, 1, Change.FEWER, (Gap.INCOMPLETE,))]


def test_only_what_stands_in_cookies_is_missed_where_cookies_are() -> None:
    account = datum("cookies.c_user", "login_id")
    before = seen(visit(), event("Lead", account, EMAIL))
    after = seen(visit(), event("Lead"), cookies_recorded=False)
    assert differences(before, after, Aspect.DATA) == [
        (Aspect.DATA, "email", 1, 0, Change.GONE, ()),
        (Aspect.DATA, "login_id", 1, 0, Change.NOT_RECORDED, (Gap.COOKIES,)),
    ]


def test_what_a_sites_server_forwards_may_be_in_any_body_that_was_not_recorded() -> None:
    before = seen(visit(), event("Lead", channel="capi-gateway"))
    after = seen(visit(), bodies_not_recorded=1)
    assert differences(before, after, Aspect.EVENT) == [
        (Aspect.EVENT, "Lead", 1, 0, Change.NOT_RECORDED, (Gap.BODIES,))
    ]


def opened(path: str, position: int = 0) -> Visit:
    return structs.replace(visit(position=position), page_url=f"https://shop.example{path}")


def test_an_event_of_a_page_that_a_side_did_not_open_is_not_gone() -> None:
    paid = event("Purchase", FBP, page_url="https://shop.example/paid")
    before = seen(opened("/"), opened("/paid", 1), event("PageView", page_url="https://shop.example/"), paid)
    after = seen(opened("/"), event("PageView", page_url="https://shop.example/"))
    not_opened = (Gap.PAGES_NOT_OPENED,)
    assert differences(before, after) == [
        (Aspect.EVENT, "Purchase", 1, 0, Change.NOT_RECORDED, not_opened),
        (Aspect.PIXEL, PIXEL, 2, 1, Change.FEWER, ()),
        (Aspect.CHANNEL, "pixel", 2, 1, Change.FEWER, ()),
        (Aspect.DATA, "browser_id", 1, 0, Change.NOT_RECORDED, not_opened),
    ]


def test_where_pages_change_by_script_a_visit_less_says_nothing() -> None:
    paid = event("Purchase", page_url="https://shop.example/paid")
    before, after = seen(opened("/"), paid), seen(opened("/"))
    assert differences(before, after, Aspect.EVENT) == [(Aspect.EVENT, "Purchase", 1, 0, Change.GONE, ())]


def test_metas_own_sites_are_compared_apart() -> None:
    before, after = seen(contact(site="facebook.com")), seen(visit("facebook.com"))
    (site,) = compare(before, after).sites
    assert (site.name, site.standing) == ("facebook.com", Standing.META)


def test_an_exposure_of_nothing_can_have_seen_nothing() -> None:
    there = seen(visit(), event("Lead", EMAIL), contact())
    nothing = replace(seen(), coverage=coverage_of([]))
    assert {one[4:] for one in differences(there, nothing)} == {(Change.NOT_RECORDED, (Gap.SITE_NOT_SEEN,))}
