from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.exposed import BOOTS, EMAIL, FBP, contact, datum, event, finding, recording, visit

from pixelwitness.core.exposure import grouping
from pixelwitness.core.exposure.coverage import Coverage, coverage_of
from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent, Standing
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.exposure_parts import ContactGroup, DataSent, EventGroup, SharedValue, SiteFinding
from pixelwitness.core.exposure.outcome import Outcome

COVERAGE = coverage_of([recording()])


def summed(*seen: SeenEvent | SeenContact, identifying: tuple[str, ...] = ("email", "browser_id")) -> Exposure:
    builder = ExposureBuilder({"facebook.com", "instagram.com"}, identifying)
    for one in seen:
        if isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    return builder.build(COVERAGE)


def test_events_of_one_pixel_name_and_channel_are_one_group() -> None:
    (site,) = summed(
        event("Purchase", EMAIL, FBP, position=2),
        event("Purchase", EMAIL, position=1, body_state="not_recorded", method="POST", transport="form"),
    ).sites

    (group,) = site.sent
    assert replace(group, contents=()) == EventGroup(
        outcome=Outcome.TOLD,
        pixel_id="1234567890123456",
        name="Purchase",
        kind="standard",
        channels=("pixel",),
        transports=("form", "image"),
        receivers=("www.facebook.com",),
        events=2,
        transmissions=2,
        unread=1,
        confidences=("certain",),
        data=(
            DataSent("browser_id", "plain", "manual", ("fbp",), times=1, different=1, ids=("aaaa000011112222-2",)),
            DataSent(
                *("email", "sha256", "manual", ("ud.em",)),
                times=2,
                different=1,
                ids=("aaaa000011112222-2", "aaaa000011112222-1"),
            ),
        ),
        contents=(),
        further=0,
        pages=("https://shop.example/boots",),
        first_seen="2026-11-20T10:00:01.000Z",
        last_seen="2026-11-20T10:00:02.000Z",
        ids=("aaaa000011112222-2", "aaaa000011112222-1"),
    )
    assert [(one.times, one.unread) for one in group.contents] == [(1, False), (1, True)]


def test_another_pixel_name_or_channel_is_another_group() -> None:
    (site,) = summed(
        event("Purchase"),
        event("Lead"),
        event("Purchase", pixel_id="999999"),
        event("Purchase", channel="capi", rule_id="capi-event"),
        event(None),
    ).sites

    assert [(one.name, one.pixel_id, one.channels) for one in site.sent] == [
        (None, "1234567890123456", ("pixel",)),
        ("Lead", "1234567890123456", ("pixel",)),
        ("Purchase", "1234567890123456", ("capi",)),
        ("Purchase", "1234567890123456", ("pixel",)),
        ("Purchase", "999999", ("pixel",)),
    ]


def test_what_was_blocked_is_counted_apart_and_its_data_reached_nobody() -> None:
    (site,) = summed(
        event("Purchase", EMAIL, blocked=True), event("PageView", FBP), contact("chat", blocked=True)
    ).sites

    assert [one.name for one in site.sent] == ["PageView"]
    assert [one.name for one in site.blocked] == ["Purchase"]
    assert [one.data_class for one in site.data] == ["browser_id"]
    assert (site.n_events, site.n_contacts, [one.channel for one in site.blocked_contacts]) == (1, 0, ["chat"])


def test_contacts_are_counted_by_channel() -> None:
    (site,) = summed(contact(), contact(), contact("config", pixel_id="1234567890123456")).sites

    assert site.contacts == (
        ContactGroup(
            Outcome.TOLD,
            "config",
            ("connect.facebook.net",),
            ("1234567890123456",),
            1,
            0,
            (),
            (("meta-pixel-library", 1),),
            ("aaaa000011112222-90",),
        ),
        ContactGroup(
            Outcome.TOLD,
            "library",
            ("connect.facebook.net",),
            (),
            2,
            0,
            (),
            (("meta-pixel-library", 2),),
            ("aaaa000011112222-90",),
        ),
    )


def test_outcomes_are_groups_of_their_own_and_a_cache_or_the_operator_counts_for_nobody() -> None:
    by_delivery = {
        "answered": Outcome.TOLD,
        "sent": Outcome.TOLD,
        "unknown": Outcome.UNKNOWN,
        "failed": Outcome.TRIED,
        "stopped": Outcome.TRIED,
        "cached": None,
    }
    seen: tuple[SeenEvent | SeenContact, ...] = (
        *(event("Lead", EMAIL, position=place, delivery=delivery) for place, delivery in enumerate(by_delivery)),
        event("Lead", position=7, blocked=True),
        *(contact("unknown", delivery=delivery) for delivery in by_delivery),
        contact("unknown", blocked=True),
        event("Lead", position=8, sender="operator"),
        contact("library", sender="operator"),
    )
    (site,) = summed(*seen).sites

    counts = [(Outcome.TOLD, 2), (Outcome.UNKNOWN, 1), (Outcome.TRIED, 2), (Outcome.BLOCKED, 1)]
    assert [(group.outcome, group.events) for group in site.events] == counts
    assert [(group.outcome, group.contacts) for group in site.contacts] == counts
    assert (site.n_events, site.n_contacts) == (3, 3)
    assert [(datum.times, datum.unknown) for datum in site.data] == [(3, 1)]
    assert site.certainties == (("certain", 6), ("likely", 6))
    (tried,) = summed(contact("unknown", delivery="failed")).sites
    assert not tried.is_silent
    assert summed(contact(delivery="cached"), event(sender="operator")).sites == ()


def test_of_an_event_that_left_only_the_copies_that_may_have_left_carried_data() -> None:
    told, stopped, unknown = (
        event("Lead", datum, position=place, channel=channel, delivery=delivery)
        for place, (datum, channel, delivery) in enumerate(
            [(EMAIL, "pixel", "answered"), (FBP, "relay", "stopped"), (BOOTS[1], "capi-gateway", "unknown")]
        )
    )
    joined = replace(
        told,
        transmissions=(*told.transmissions, *stopped.transmissions, *unknown.transmissions),
        fields=(*told.fields, *stopped.fields, *unknown.fields),
    )
    (site,) = summed(joined).sites

    (group,) = site.events
    assert (group.outcome, group.channels, group.transmissions) == (Outcome.TOLD, ("capi-gateway", "pixel"), 2)
    assert [(datum.data_class, datum.unknown) for datum in group.data] == [("email", 0), ("money", 1)]


def test_an_app_has_an_exposure_of_its_own_wherever_it_showed_a_page() -> None:
    app = "app:com.example.shop"
    exposure = summed(
        event("fb_mobile_purchase", EMAIL, site=None, sender=app, channel="app-sdk"),
        contact(site="shop.example", sender=app),
        event("Purchase", EMAIL),
    )

    assert [(one.name, one.standing, one.n_events, one.n_contacts) for one in exposure.sites] == [
        (app, Standing.APP, 1, 1),
        ("shop.example", Standing.SITE, 1, 0),
    ]
    assert exposure.shared == (SharedValue(1, "email", "sha256", (app, "shop.example")),)


def test_metas_own_sites_meta_ai_and_the_unknown_page_stand_apart() -> None:
    exposure = summed(
        event(site="shop.example"),
        event(site=None),
        event(site="instagram.com"),
        contact("meta-ai", site="shop.example"),
    )

    assert [(one.name, one.standing) for one in exposure.sites] == [
        ("instagram.com", Standing.META),
        ("shop.example", Standing.META),
        ("shop.example", Standing.SITE),
        ("unknown", Standing.UNKNOWN),
    ]


def test_one_value_from_two_sites_is_told_and_one_of_meta_or_of_a_blocked_event_is_not() -> None:
    exposure = summed(
        event("Lead", EMAIL, site="clinic.example"),
        event("Purchase", EMAIL, site="shop.example"),
        event("PageView", FBP, site="shop.example"),
        event("PageView", FBP, site="instagram.com"),
        event("PageView", FBP, site="news.example", blocked=True),
        event("PageView", FBP, site="maps.example", delivery="failed"),
        event("PageView", EMAIL, site="maps.example", delivery="unknown"),
    )

    sites = ("clinic.example", "maps.example", "shop.example")
    assert exposure.shared == (SharedValue(1, "email", "sha256", sites, unknown=("maps.example",)),)


def test_an_ordinary_value_on_two_sites_joins_nobody() -> None:
    euro = datum("cd.currency", "money", value="EUR")

    assert summed(event("Purchase", euro), event("Purchase", euro, site="news.example")).shared == ()


def test_a_visited_site_that_told_nothing_is_there_all_the_same() -> None:
    builder = ExposureBuilder((), ())
    builder.add_visit(visit("garden.example"))
    builder.add_visit(visit("garden.example", 1))
    builder.add_visit(visit(None))

    (site,) = builder.build(COVERAGE).sites
    assert (site.name, site.visits, site.is_silent) == ("garden.example", 2, True)


def test_certainty_of_attribution_is_counted() -> None:
    (site,) = summed(event(), event(attribution_certainty="likely"), contact()).sites

    assert site.certainties == (("certain", 1), ("likely", 2))


def test_different_contents_beyond_the_limit_are_counted() -> None:
    many = [event("Search", datum("cd.search_string", "search_text", value=str(n))) for n in range(20)]

    (group,) = summed(*many).sites[0].sent
    assert (len(group.contents), group.further, group.events) == (grouping.MAX_CONTENTS, 20 - grouping.MAX_CONTENTS, 20)


@given(st.permutations([event("A"), event("B", EMAIL), event("A", pixel_id="5"), contact(), contact("login")]))
def test_the_order_of_arrival_changes_no_group(seen: list[SeenEvent | SeenContact]) -> None:
    def bare(exposure: Exposure) -> object:
        (site,) = exposure.sites
        return [replace(group, contents=()) for group in site.sent], site.contacts, site.data, site.certainties

    assert bare(summed(*seen)) == bare(
        summed(event("A"), event("B", EMAIL), event("A", pixel_id="5"), contact(), contact("login"))
    )


def test_the_ledger_sums_recordings_and_knows_a_loss() -> None:
    whole = coverage_of([recording(), recording(id="b", cookies_recorded=False, user_agent="HeadlessChrome/140")])
    assert whole == Coverage(recordings=2, cookies_not_recorded=1, headless=1, seen=20, matched=8, other=12)
    assert not whole.has_loss


def test_each_kind_of_loss_is_one() -> None:
    cases = {
        "an incomplete file": recording(complete=False),
        "a rejected entry": recording(rejected=1, requests_other=5),
        "an undecodable request": recording(undecodable=1, requests_matched=3),
        "a dropped record": recording(dropped=1),
        "a faulty rule": recording(rule_faults=1),
        "a sum that does not add up": recording(requests_other=5),
    }
    assert [name for name, one in cases.items() if not coverage_of([one]).has_loss] == []
    # What is merely not recorded or blocked is no loss of the tool's.
    for one in (recording(bodies_not_recorded=3), recording(blocked=1, requests_matched=3), recording(tls_refused=2)):
        assert not coverage_of([one]).has_loss


def test_findings_of_a_site_are_counted_once_for_each_event_and_contact_that_was_not_blocked() -> None:
    topic = finding("topic", "health", "the word clinic", "dl.path")
    elsewhere = finding("topic", "health", "the word clinic", "cd.content_name")
    seen = (
        replace(event("Lead"), findings=(topic, elsewhere)),
        replace(event("Lead", position=2), findings=(topic,)),
        replace(event("Lead", position=3, blocked=True), findings=(topic,)),
        replace(contact(), findings=(topic, finding("identity", "browser", "_fbp"))),
    )
    (site,) = summed(*seen).sites
    event_1 = ("aaaa000011112222-1",)
    assert site.findings == (
        SiteFinding("identity", "browser", "certain", "_fbp", (), events=0, contacts=1, ids=event_1),
        SiteFinding("topic", "health", "certain", "the word clinic", ("cd.content_name", "dl.path"), 2, 1, ids=event_1),
    )


def test_one_hash_is_one_value_whatever_its_fields_are_called() -> None:
    hashed = [
        datum(name, data_class, form, token="jane")
        for name, data_class, form in (
            ("ud.em", "email", "sha256"),
            ("cd.email_sha256", "unknown", "sha256"),
            ("ud.external_id", "external_id", "sha256+appendix"),
        )
    ]
    sites = ("a.example", "b.example", "c.example")
    exposure = summed(*(event("Lead", one, site=site) for one, site in zip(hashed, sites, strict=True)))

    assert exposure.shared == (SharedValue(1, "email", "sha256", sites),)
    # Of a hash that nothing calls an identifier nothing is said.
    unnamed = datum("cd.key", "unknown", "sha256", token="key")
    assert summed(event("Lead", unnamed, site="a.example"), event("Lead", unnamed, site="b.example")).shared == ()
