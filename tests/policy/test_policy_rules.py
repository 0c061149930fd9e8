"""Which table of a policy holds for a site, and how levels compose."""

import pytest
from tests.exposed import contact, event
from tests.policy.judging import declaration, judged, policy
from tests.policy.judging import words as said

from pixelwitness.policy.config.checks import CHECKS, PRESETS, Check, Level
from pixelwitness.policy.violations.site_rules import PolicyRules, fits, page_host

SITES = """
[[site]]
match = "*"
allow.events = ["Any"]
[[site]]
match = ["shop.example", "garden.example"]
allow.events = ["Site"]
[[site]]
match = "*.shop.example"
allow.events = ["Below"]
[[site]]
match = "*.api.shop.example"
allow.events = ["Deeper"]
[[site]]
match = "m.shop.example"
allow.events = ["Host"]
[[site]]
match = "unknown"
allow.events = ["Unknown"]
"""


@pytest.mark.parametrize(
    ("site", "page", "chosen"),
    [
        ("shop.example", "https://shop.example/boots", "Site"),
        ("shop.example", None, "Site"),
        ("shop.example", "https://m.shop.example/", "Host"),
        ("shop.example", "https://M.Shop.Example:8443/", "Host"),
        ("shop.example", "https://www.shop.example/", "Below"),
        ("shop.example", "https://v1.api.shop.example/", "Deeper"),
        ("shop.example", "https://[broken", "Site"),
        ("garden.example", "https://www.garden.example/", "Site"),
        ("notshop.example", "https://www.notshop.example/", "Any"),
        ("shop.example.evil.example", "https://shop.example.evil.example/", "Any"),
        (None, None, "Unknown"),
    ],
)
def test_the_most_specific_pattern_alone_holds(site: str | None, page: str | None, chosen: str) -> None:
    assert PolicyRules(policy(SITES)).for_page(site, page).allowed.events == (chosen,)


def test_the_first_of_equally_specific_patterns_holds() -> None:
    rules = PolicyRules(
        policy('[[site]]\nmatch = "shop.example"\n[[site]]\nmatch = "www.shop.example"\nchecks.event = "off"')
    )
    assert rules.for_page("shop.example", "https://www.shop.example/").level(Check.EVENT) is Level.OFF


def test_without_a_pattern_for_it_an_unknown_page_is_every_pages() -> None:
    rules = PolicyRules(policy('[[site]]\nmatch = "*"\nallow.events = ["Any"]'))
    assert rules.for_page(None, None).allowed.events == ("Any",)
    assert fits("unknown", "unknown", "unknown") == 1000


def test_a_page_without_a_readable_address_is_known_by_its_site() -> None:
    pages = ("https://m.shop.example./", "https://", "no address", "", None)
    assert [page_host(page, "shop.example") for page in pages] == ["m.shop.example", *["shop.example"] * 4]


LISTS = '[[site]]\nmatch = "shop.example"\nallow.events = ["PageView"]\n'
DEFAULT = {"event": "error", "contact": "warn"}
OF_LISTS = DEFAULT | dict.fromkeys(("pixel", "channel", "data", "form"), "error")


@pytest.mark.parametrize(
    ("toml", "presets", "levels"),
    [
        ("", (), DEFAULT),
        ('[checks]\ncontact = "off"\nhealth = "warn"', (), {"event": "error", "contact": "off", "health": "warn"}),
        ("", ("no-health",), {"health": "error"}),
        ('presets = ["no-health"]', ("no-meta",), {"health": "error", "event": "error", "contact": "error"}),
        ('presets = "no-health"\n[checks]\nhealth = "warn"', (), {"health": "warn"}),
        (LISTS, (), OF_LISTS),
        (LISTS, ("no-meta",), OF_LISTS | {"contact": "error"}),
        ('[[site]]\nmatch = "shop.example"\nchecks = {health = "error"}', (), DEFAULT | {"health": "error"}),
        (
            'presets = ["no-health"]\n[checks]\nhealth = "warn"\n[[site]]\nmatch = "*"\nchecks = {health = "off"}',
            (),
            {"health": "off"},
        ),
        ('[[site]]\nmatch = "*"\nafter-consent.events = ["*"]', (), OF_LISTS | {"consent": "error"}),
        (
            '[[site]]\nmatch = "*"\nchecks.consent = "warn"\nafter-consent.events = ["*"]',
            (),
            OF_LISTS | {"consent": "warn"},
        ),
    ],
)
def test_levels_come_from_presets_or_lists_then_checks_then_the_site(
    toml: str, presets: tuple[str, ...], levels: dict[str, str]
) -> None:
    rules = PolicyRules(policy(toml), presets).for_page("shop.example", None)
    assert {str(check): str(level) for check, level in rules.levels.items()} == levels


def test_presets_are_named_once_and_in_order() -> None:
    rules = PolicyRules(policy('presets = ["no-meta", "no-health"]'), ("no-meta", "consent-first"))
    assert rules.presets == ("consent-first", "no-health", "no-meta")
    assert not rules.is_default


def test_every_check_of_a_preset_is_a_check_with_a_title() -> None:
    assert set(CHECKS) == set(Check)
    assert {check for preset in PRESETS.values() for check in preset.checks} <= set(CHECKS)


def test_a_declaration_is_chosen_as_a_table_is() -> None:
    declared = declaration('[[site]]\nmatch = "*"\n[[site]]\nmatch = "shop.example"\nevents = ["Lead"]')
    found = PolicyRules(declaration=declared).for_page("shop.example", None).declared
    assert found is not None
    assert found.events == ("Lead",)


@pytest.mark.parametrize(
    ("toml", "presets", "words"),
    [
        ("", (), "the default: any event is a violation, other contacts warn"),
        ('[checks]\nevent = "warn"', (), "the default with levels of its own"),
        ('[[site]]\nmatch = "*"\nchecks.event = "off"', (), "the default with levels of its own"),
        ("", ("no-meta",), "preset no-meta"),
        ('presets = "no-health"', ("no-meta",), "presets no-health, no-meta"),
        (LISTS, (), ""),
        ('judge = "sent"', ("no-meta",), "preset no-meta; what did not leave is not judged"),
    ],
)
def test_a_judgement_says_by_what_it_judges(toml: str, presets: tuple[str, ...], words: str) -> None:
    assert said([judged(toml, presets=presets).policy]) == [words]


@pytest.mark.parametrize(
    ("toml", "asks"),
    [
        ("", False),
        ('presets = "no-meta"', False),
        (LISTS, False),
        ('presets = "consent-first"', True),
        ('[checks]\nconsent = "warn"', True),
        ('[[site]]\nmatch = "shop.example"\nchecks.consent = "error"', True),
        ('[[site]]\nmatch = "shop.example"\nbefore-consent.events = ["PageView"]', True),
    ],
)
def test_whether_consent_is_asked_anywhere_is_known(toml: str, asks: bool) -> None:
    rules = PolicyRules(policy(toml))
    assert rules.may_ask_consent is asks
    assert rules.for_page("shop.example", None).asks(Check.CONSENT) is asks


TABLES = """
[[site]]
match = "*"
allow.events = ["*"]
[[site]]
match = "shop.exmaple"
allow.events = []
[[site]]
match = ["clinic.example", "*.shop.example"]
allow.events = []
"""


def test_a_table_that_fits_no_page_is_told_so_that_no_slip_of_the_pen_lets_everything_pass() -> None:
    one = "no page was seen for shop.exmaple"
    assert said([judged(TABLES, event(page_url="https://www.shop.example/")).policy]) == [one]
    assert said([judged(TABLES, contact("library")).policy]) == [f"{one} and clinic.example"]
    assert said([judged(TABLES).policy]) == [""]
    many = "".join(f'[[site]]\nmatch = "s{n}.example"\n' for n in range(7))
    assert said([judged(many, event()).policy])[0].endswith(
        "; no page was seen for s0.example, s1.example, s2.example, s3.example, s4.example and 2 more"
    )
