"""What charts are drawn from: whole models of small traffic."""

from dataclasses import replace

import msgspec
from tests.exposed import EMAIL, FBP, contact, datum, event, signal, visit
from tests.report.charted import TEN, at, modelled, with_consent

from pixelwitness.core.exposure.exposure import Identification
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.charts.chart_models import (
    Answer,
    ChannelGrid,
    ChartModels,
    Count,
    DataGrid,
    Datum,
    Flow,
    Lane,
    Mark,
    Moment,
    State,
    Stream,
    Timeline,
    Way,
)


def test_nothing_seen_is_nothing_drawn() -> None:
    assert modelled(visits=[visit("garden.example")]) == ChartModels(
        ChannelGrid((), ()), DataGrid((), ()), Timeline(()), Flow(())
    )


def test_channels_count_events_and_contacts_by_what_became_of_them() -> None:
    models = modelled(
        [
            event(position=1),
            event(position=2),
            event(position=3, delivery="unknown"),
            event(position=4, blocked=True),
            event(position=9, delivery="failed"),
            # The browser's own store answered, or the operator did it: neither is the site's.
            event(position=10, delivery="cached"),
            event(position=11, sender="operator"),
            event("Lead", position=5, channel="relay"),
            event(position=6, site="clinic.example", channel="a-strange-way"),
            event(position=7, site="facebook.com"),
            event(position=8, channel="meta-ai"),
        ],
        [contact(), contact(blocked=True), contact("login", site="clinic.example"), contact("pixel", site=None)],
    )
    assert models.channels == ChannelGrid(
        (
            Way("pixel", True),
            Way("relay", True),
            Way("a strange way", True),
            Way("pixel without an event", False),
            Way("Meta's library", False),
            Way("login check", False),
        ),
        (
            ("clinic.example", (Count(), Count(), Count(1), Count(), Count(), Count(1))),
            ("shop.example", (Count(2, 1, 1, 1), Count(1), Count(), Count(), Count(1, 0, 0, 1), Count())),
            ("unknown", (Count(), Count(), Count(), Count(1), Count(), Count())),
        ),
    )


def test_an_event_that_went_two_ways_counts_in_each() -> None:
    seen = event("Purchase", position=3)
    copy = msgspec.structs.replace(seen.transmissions[0], channel="capi-gateway")
    models = modelled([replace(seen, transmissions=(seen.transmissions[0], copy))])

    assert models.channels == ChannelGrid(
        (Way("pixel", True), Way("Conversions API gateway", True)), (("shop.example", (Count(1), Count(1))),)
    )


def test_data_are_sent_not_sent_or_not_recorded() -> None:
    models = modelled(
        [
            event("Purchase", EMAIL, datum("udff.em", "email"), datum("cd.value", "money", "number"), position=1),
            event("Purchase", datum("ud.em", "email", "empty-hash"), FBP, site="clinic.example", position=2),
            event("Purchase", FBP, site="game.example", position=3, body_state="not_recorded"),
            # What was blocked was not sent, nor does it hide anything that was.
            event("Purchase", EMAIL, site="news.example", position=4, blocked=True, body_state="not_recorded"),
            event("Purchase", EMAIL, site="open.example", position=5, delivery="unknown"),
        ]
    )

    sent, hidden, silent = Answer(State.SENT, ("readable",)), Answer(State.NOT_RECORDED), Answer(State.NOT_SENT)
    assert models.data == DataGrid(
        (
            Datum("e-mail", About.PERSON),
            Datum("phone", About.PERSON),
            Datum("account id", About.BROWSER),
            Datum("browser id", About.BROWSER),
            Datum("money", About.EVENT),
        ),
        (
            ("open.example", (Answer(State.UNSURE, ("SHA-256",)), silent, silent, silent, silent)),
            ("shop.example", (Answer(State.SENT, ("SHA-256", "readable")), silent, silent, silent, sent)),
            ("clinic.example", (silent, silent, silent, sent, silent)),
            ("game.example", (hidden, hidden, hidden, sent, hidden)),
            ("news.example", (silent,) * 5),
        ),
    )


def test_ids_that_cookies_may_have_held_are_not_recorded_where_an_exporter_leaves_cookies_out() -> None:
    known = {"shop.example": Identification("browser", ("_fbp",), may_be_more=True)}
    models = modelled([event("Purchase", FBP)], known=known)

    assert dict(zip([one.label for one in models.data.data], models.data.rows[0][1], strict=True)) == {
        "e-mail": Answer(State.NOT_SENT),
        "phone": Answer(State.NOT_SENT),
        "account id": Answer(State.NOT_RECORDED),
        "browser id": Answer(State.SENT, ("readable",)),
    }


def test_marks_of_events_tell_what_was_visible_of_consent() -> None:
    labels = ("nothing_seen", "granted", "partial", "denied", "after_withdrawal", "gpc", "present", "not_recorded")
    events = [with_consent(event(position=place), label) for place, label in enumerate(labels)]
    marks = (Mark.BEFORE, *[Mark.GRANTED] * 2, *[Mark.AGAINST] * 3, *[Mark.UNCLEAR] * 2)

    assert modelled([*events, event("Lead", site="b.example", seen_at="noon", blocked=True)]).timeline == Timeline(
        (
            Lane.of("b.example", (Moment(None, Mark.UNCLEAR, "Lead", Outcome.BLOCKED),)),
            Lane.of("shop.example", tuple(Moment(TEN + n, mark, "PageView") for n, mark in enumerate(marks))),
        )
    )


def test_signals_are_marked_where_they_say_something_new() -> None:
    signals = [
        signal("denied", position=1),
        signal("denied", position=2),
        signal("granted", position=3),
        signal("denied", position=4, kind="gpc"),
        signal("something", position=5),
        signal(None, position=6),
        signal("granted", "silent.example", position=7),
    ]
    timeline = modelled([event(position=8), event(site="b.example")], signals=signals).timeline

    assert timeline.lanes[1] == Lane.of(
        "shop.example",
        (
            Moment(TEN + 1, Mark.NO, "OneTrust: denied"),
            Moment(TEN + 3, Mark.YES, "OneTrust: granted"),
            Moment(TEN + 4, Mark.NO, "gpc: denied"),
            Moment(TEN + 5, Mark.SIGNAL, "OneTrust: something"),
            Moment(TEN + 6, Mark.SIGNAL, "OneTrust: seen"),
            Moment(TEN + 8, Mark.UNCLEAR, "PageView"),
        ),
    )


def test_the_lanes_of_one_site_are_its_visits() -> None:
    first, second = visit(position=1), visit(position=20)
    timeline = modelled(
        [event(position=2, visit_id=first.id), event(position=21, visit_id=second.id), event("Lead", position=22)],
        [contact(visit_id=second.id, seen_at=at(30))],
        [first, second],
    ).timeline

    opened = Moment(TEN, Mark.VISIT, "visit: shop.example/")
    assert timeline == Timeline(
        (
            Lane.of(
                "shop.example/",
                (opened, Moment(TEN + 21, Mark.UNCLEAR, "PageView"), Moment(TEN + 30, Mark.CONTACT, "Meta's library")),
            ),
            Lane.of("shop.example/", (opened, Moment(TEN + 2, Mark.UNCLEAR, "PageView"))),
            Lane.of("no visit known", (Moment(TEN + 22, Mark.UNCLEAR, "Lead"),)),
        ),
        by_visit=True,
    )


def test_streams_follow_each_datum_to_the_host_that_received_it() -> None:
    seen = event("Purchase", position=1)
    main, copy = (
        seen.transmissions[0],
        msgspec.structs.replace(
            seen.transmissions[0], id="copy", receiver_host="gw.shop.example", body_state="not_recorded"
        ),
    )
    fields = (
        msgspec.structs.replace(EMAIL, transmission_id=main.id),
        msgspec.structs.replace(FBP, transmission_id=main.id),
        msgspec.structs.replace(FBP, transmission_id=copy.id),
        datum("ua", "user_agent"),
        datum("ud.ph", "phone", "empty"),
    )
    models = modelled(
        [
            replace(seen, transmissions=(main, copy), fields=fields),
            event("PageView", FBP, position=2),
            event("Lead", EMAIL, position=3, blocked=True),
            event("Lead", EMAIL, position=5, delivery="unknown", receiver_host="gw.shop.example"),
            event("Lead", EMAIL, position=6, delivery="stopped"),
            event("Lead", position=4, site="clinic.example"),
        ],
        [contact("config", site="clinic.example"), contact("login", FBP, site="clinic.example", blocked=True)],
    )

    assert models.flow == Flow(
        (
            Stream("shop.example", "browser id", About.BROWSER, "www.facebook[.]com", 2),
            Stream("shop.example", "browser id", About.BROWSER, "gw.shop[.]example", 1),
            Stream("shop.example", "e-mail", About.PERSON, "www.facebook[.]com", 1),
            Stream("shop.example", "not recorded", None, "gw.shop[.]example", 1),
            Stream("shop.example", "not recorded whether it left", None, "gw.shop[.]example", 1),
            Stream("clinic.example", "the event alone", About.EVENT, "www.facebook[.]com", 1),
            Stream("clinic.example", "the visit alone", About.PAGE, "connect.facebook[.]net", 1),
        )
    )
