"""What pixels are set to take, beside what they took; and what hints at a server."""

import json
import re
from typing import Any

from tests.exposed import EMAIL, FBP, REC, contact, event, recording

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, SiteExposure
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import PixelConfig
from pixelwitness.report.formats.markdown import render_markdown
from pixelwitness.report.formats.plain import summary_lines
from pixelwitness.report.statements.site_kinds import PixelLimit, PixelSends, PixelTakes, ServerSide
from pixelwitness.report.statements.site_statements import Perspective, site_statements
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import vocabulary

WORDS = vocabulary()
PIXEL = "1234567890123456"


def config(key: str, value: Any, *, pixel: str | None = PIXEL, site: str | None = "shop.example") -> PixelConfig:
    return PixelConfig(
        id=f"{REC}-5-{key}",
        recording_id=REC,
        visit_id=None,
        position=5,
        site=site,
        pixel_id=pixel,
        seen_at="2026-11-20T10:00:05.000Z",
        key=key,
        value=value if isinstance(value, str) else json.dumps(value),
    )


def site_of(*rows: PixelConfig, hints: tuple[CountedFinding, ...] = ()) -> SiteExposure:
    builder = ExposureBuilder({"facebook.com"}, {"email"})
    builder.add_event(event("Purchase", EMAIL, FBP))
    builder.add_event(event("Purchase", channel="capi", position=2))
    builder.add_contact(contact("config"))
    for row in rows:
        builder.add_config(row)
    for hint in hints:
        builder.add_server_hint("shop.example", hint)
    (site,) = builder.build(coverage_of([recording()])).sites
    return site


def setup_sentences(site: SiteExposure) -> list[Sentence]:
    perspective = Perspective(WORDS.families, (), {key: tells for key, (_, tells) in WORDS.settings.items()})
    kinds = (PixelTakes, PixelSends, PixelLimit, ServerSide)
    return [tell(one, WORDS) for one in site_statements(site, perspective) if isinstance(one, kinds)]


def told(*rows: PixelConfig, hints: tuple[CountedFinding, ...] = ()) -> list[str]:
    return [plain_sentence(one) for one in setup_sentences(site_of(*rows, hints=hints))]


SEEN = "Seen to take: e-mail (SHA-256); browser known by _fbp."


def test_what_is_set_stands_beside_what_was_seen() -> None:
    assert told(
        config("automatic_matching", {"on": True, "fields": ["em", "external_id", "something"]}),
        config("automatic_events", {"on": False}),
        config("gateway", {"on": True, "host": "capig.shop.example", "fallback_host": "demo.example"}),
        config("gateway", {"on": True, "host": "capig.shop.example"}),
        config("forked_pixels", {"on": True, "pixels": ["1111222233334444"]}),
        config("first_party_cookies", {"on": True}),
        config("other", {"names": ["Timezone"]}),
        config("a_new_key", {"on": True}),
    ) == [
        f"Pixel {PIXEL} is set to take: e-mail, the site's own id of the person, something from forms "
        f"(automatic matching); cookies of its own on the site (_fbp, _fbc). {SEEN}",
        "It is set to send a copy of events to a Conversions API gateway: capig.shop.example and demo.example.",
        "It is set to send the same events to further pixels: 1111222233334444.",
    ]


def test_a_pixel_that_takes_nothing_by_itself_and_one_of_which_nothing_was_seen() -> None:
    assert told(config("automatic_events", {"on": False}), config("microdata", {"on": True}, pixel="99999")) == [
        f"Pixel {PIXEL} is set to take nothing by itself. {SEEN}",
        "Pixel 99999 is set to take: product data of the page (microdata). Seen to take: no identifier.",
    ]


def test_limits_say_that_the_filter_may_be_wrong() -> None:
    (_, names, programs) = told(
        config("unwanted_data", {"on": True, "event": "Lead", "address": ["dob"], "certainty": "hint"}),
        config("unwanted_data", {"on": True, "event": "PageView", "address": ["dob", "s"], "certainty": "hint"}),
        config("prohibited_sources", {"on": True, "sites": 0}),
        config("bot_blocking", {"on": True, "headless": True}),
    )
    assert names == (
        "It is limited: names of data that Meta found in events before and has the library take out (dob and s). "
        "Such names are what Meta's filter took for personal data, and it may be wrong."
    )
    assert programs == "It is limited: events of programs are dropped (bot blocking)."


def test_a_server_is_called_possible_with_the_reasons_and_never_more() -> None:
    hints = (
        CountedFinding("agent", "hint", "WooCommerce says so", 1),
        CountedFinding("dedup_id", "hint", "its own event id", 1),
    )
    assert told(hints=hints) == [
        "Browser: 1 event; the server may report to Meta, too: WooCommerce says so; its own event id."
    ]
    assert told() == []


def test_nothing_of_a_strangers_database_reaches_the_reader_unescaped() -> None:
    nasty = "\x1b[2J<img src=x>`|\u202e"
    rows = (
        config("gateway", {"on": True, "host": nasty, "fallback_host": [nasty, 7, None, {}]}, pixel=nasty),
        config("automatic_matching", {"fields": [nasty]}, pixel=nasty),
        config(nasty, nasty),
        config("unwanted_data", {"address": nasty, "certainty": "hint"}),
        config("gateway", "[" * 100),
        config("gateway", "7"),
    )
    site = site_of(*rows, hints=(CountedFinding("x", "hint", nasty, 1),))
    for sentence in setup_sentences(site):
        assert plain_sentence(sentence).isprintable()
        assert all(isinstance(piece, Captured) or piece.isprintable() for piece in sentence)
    builder = ExposureBuilder((), ())
    builder.add_event(event())
    for row in rows:
        builder.add_config(row)
    builder.add_server_hint("shop.example", CountedFinding("x", "hint", nasty, 1))
    exposure = builder.build(coverage_of([recording()]))
    assert all(line.isprintable() for line in summary_lines(exposure, WORDS))
    markdown = "\n".join(render_markdown(exposure, WORDS))
    assert "\x1b" not in markdown
    outside_of_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown)
    assert re.findall(r"(?<!\\)<(?!br>)", outside_of_code) == []
