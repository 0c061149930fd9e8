"""Models of charts from invented rows, the way a report makes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

import msgspec
from tests.exposed import EMAIL, FBP, contact, datum, event, finding, recording, signal, visit

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import Identification, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import Signal, Visit
from pixelwitness.report.charts.channel_chart import draw_channels
from pixelwitness.report.charts.chart_builder import ChartBuilder
from pixelwitness.report.charts.chart_models import Chart, ChartModels
from pixelwitness.report.charts.data_grid import draw_data
from pixelwitness.report.charts.flow_chart import draw_flow
from pixelwitness.report.charts.timeline import draw_timeline
from pixelwitness.report.statements.report_statements import reporting_sites
from pixelwitness.report.wording.vocabulary import Vocabulary

DRAWN: Mapping[str, Callable[[ChartModels], Chart]] = {
    "channels": lambda models: draw_channels(models.channels),
    "data": lambda models: draw_data(models.data),
    "timeline": lambda models: draw_timeline(models.timeline),
    "flow": lambda models: draw_flow(models.flow),
}
STYLES = resources.files("pixelwitness.report.charts").joinpath("charts.css").read_text("utf-8")
WORDS = Vocabulary(
    {"email": "e-mail", "browser_id": "browser id", "account_id": "account id", "phone": "phone"},
    signals={"onetrust": "OneTrust"},
)


def modelled(
    events: Sequence[SeenEvent] = (),
    contacts: Sequence[SeenContact] = (),
    visits: Sequence[Visit] = (),
    signals: Iterable[Signal] = (),
    known: Mapping[str, Identification] | None = None,
) -> ChartModels:
    builder = ExposureBuilder({"facebook.com"}, {"email"})
    for site, known_by in (known or {}).items():
        builder.add_known_by(site, known_by)
    for opened in visits:
        builder.add_visit(opened)
    for seen in events:
        builder.add_event(seen)
    for one in contacts:
        builder.add_contact(one)
    exposure = builder.build(coverage_of([recording()]))
    charts = ChartBuilder(reporting_sites(exposure, WORDS.perspective(exposure)), WORDS)
    for opened in visits:
        charts.add_visit(opened)
    for said in signals:
        charts.add_signal(said)
    for seen in events:
        charts.add_event(seen)
    for one in contacts:
        charts.add_contact(one)
    return charts.build()


TEN = 1_795_168_800.0
"""10:00 on 2026-11-20, the beginning of the invented traffic, in seconds since 1970."""
CONSENTS = ("nothing_seen", "denied", "granted", "not_recorded")


def at(seconds: float) -> str:
    """Return a time so many seconds after the beginning of the invented traffic."""
    return (datetime(2026, 11, 20, 10, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")[
        :23
    ] + "Z"


def with_consent(seen: SeenEvent, label: str) -> SeenEvent:
    """Return an event with what was visible of consent when it left."""
    return replace(seen, findings=(finding("consent", label, event_id=seen.event.id),))


@cache
def crowd(sites: int, each: int = 12) -> ChartModels:
    """Return the models of many sites, each with events of all kinds, contacts, visits and signals."""
    events, contacts, visits, signals = [], [], [], []
    channels = ("pixel", "capi-gateway", "server-gtm", "relay", "app-sdk", "capi")
    for number in range(sites):
        site = f"a-rather-long-name-of-shop-{number}.example" if number % 3 else f"s{number}.example"
        start = number * 700.0 if number % 7 else number * 90_000.0
        visits.append(msgspec.structs.replace(visit(site, number * 100), seen_at=at(start)))
        signals += [
            signal(state, site, number * 100 + 50 + place, seen_at=at(start + 3 + place))
            for place, state in enumerate(("denied", "granted", "present"))
        ]
        for place in range(each):
            fields = [FBP, datum("cd.content_name", "product"), datum(f"cd.own{place}", f"own_{number % 40}")]
            fields += [EMAIL, datum("udff.em", "email", "plain")] if (number + place) % 4 == 0 else []
            seen = event(
                ("PageView", "Purchase", None)[place % 3],
                *fields,
                site=site,
                position=number * 100 + place + 1,
                seen_at=at(start + place * place) if place != 7 else None,
                channel=channels[(number + place) % 6],
                receiver_host=("www.facebook.com", f"gw{number}.{site}")[place % 2],
                body_state="not_recorded" if number % 5 == 1 and place == 3 else "empty",
                blocked=place == 5,
                delivery={4: "unknown", 5: "stopped", 6: "failed"}.get(place, "answered"),
            )
            events.append(with_consent(seen, CONSENTS[(number + place) % 4]))
        contacts += [
            contact(
                channel, site=site, position=number * 100 + 70 + place, seen_at=at(start + place), blocked=place == 2
            )
            for place, channel in enumerate(("library", "config", "social-plugin", "login"))
        ]
    return modelled(events, contacts, visits, signals)
