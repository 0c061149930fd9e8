"""What each check holds against an event or a contact, and what cannot be known."""

import pytest
from tests.exposed import EMAIL, FBP, contact, datum, event, recording
from tests.policy.judging import judged, told, understood, words

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.violations.gaps import Gap, GapKind

PAGE = datum("dl", "page_url")
SCREEN = datum("sw", "screen", "number")
READABLE_EMAIL = datum("ud.em", "email")
HARVESTED = datum("udff.ph", "phone", "sha256", matching="automatic")
PURCHASE = event("Purchase", EMAIL, FBP, PAGE, SCREEN)
NAMELESS = event(None, body_state="not_recorded", pixel_id=None)


def allowing(lists: str) -> str:
    return f'[[site]]\nmatch = "shop.example"\n[site.allow]\n{lists}\n'


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ("", [("event", "Purchase", None)]),
        ('events = ["PageView"]', [("event", "Purchase", None)]),
        ('events = ["PurchaseX", "purchase"]', [("event", "Purchase", None)]),
        ('events = ["Purchase"]', []),
        ('events = ["Pur*"]', []),
        ('events = ["*"]', []),
        ('events = ["*"]\npixels = ["1234567890123456"]', []),
        ('events = ["*"]\npixels = ["*"]', []),
        ('events = ["*"]\npixels = ["123456789012345"]', [("pixel", "Purchase", None)]),
        ('events = ["*"]\npixels = []', [("pixel", "Purchase", None)]),
        ('events = ["*"]\nchannels = ["pixel"]', []),
        ('events = ["*"]\nchannels = ["capi"]', [("channel", "Purchase", "pixel")]),
        ('events = ["*"]\ndata = ["email", "browser_id", "page_url"]', []),
        ('events = ["*"]\ndata = ["*"]', []),
        ('events = ["*"]\ndata = ["page_url"]', [("data", "Purchase", "browser_id"), ("data", "Purchase", "email")]),
        ('events = ["*"]\nforms = ["sha256"]', []),
        ('events = ["*"]\nforms = ["md5"]', [("form", "Purchase", "email")]),
        ('events = ["*"]\ndata = ["page_url", "browser_id"]\nforms = ["md5"]', [("data", "Purchase", "email")]),
    ],
)
def test_lists_say_what_is_allowed(lists: str, expected: list[tuple[str, str, str | None]]) -> None:
    judgement = judged(allowing(lists), PURCHASE)
    assert (told(judgement.violations), judgement.warnings, judgement.gaps) == (expected, (), ())


@pytest.mark.parametrize(
    ("lists", "allowed"),
    [
        ("", ()),
        ('events = ["PageView"]', ("config", "library", "pixel")),
        ('events = ["PageView"]\ncontacts = []', ()),
        ('contacts = ["social-plugin"]', ("social-plugin",)),
        ('contacts = ["*"]', ("config", "library", "login", "pixel", "social-plugin")),
    ],
)
def test_contacts_are_allowed_by_lists_and_as_far_as_events_need_them(lists: str, allowed: tuple[str, ...]) -> None:
    channels = ("config", "library", "login", "pixel", "social-plugin")
    judgement = judged(allowing(lists), *(contact(one) for one in channels))
    assert [one.channels[0] for one in judgement.warnings] == [one for one in channels if one not in allowed]
    assert judgement.violations == ()


@pytest.mark.parametrize("level", ["off", "warn"])
def test_other_lists_hold_where_names_of_events_are_no_violation(level: str) -> None:
    toml = f'[checks]\nevent = "{level}"\n' + allowing('data = ["page_url", "browser_id"]\npixels = ["12"]')
    assert told(judged(toml, PURCHASE).violations) == [("pixel", "Purchase", None), ("data", "Purchase", "email")]
    assert judged(toml, UNREAD).gaps == (CONTENTS,)
    by_form = f'[checks]\ndata = "{level}"\n' + allowing('events = ["*"]\ndata = []\nforms = ["md5"]')
    assert told(judged(by_form, PURCHASE).violations) == [("form", "Purchase", "email")]


PERSONAL = [
    (event("Lead", EMAIL), [("personal-data", "Lead", "email")]),
    (event("Lead", READABLE_EMAIL), [("personal-data", "Lead", "email")]),
    (event("Lead", HARVESTED), [("personal-data", "Lead", "phone")]),
    (event("Lead", datum("user_data.external_id", "external_id")), [("personal-data", "Lead", "external_id")]),
    (event("Lead", datum("cookie.c_user", "account_id")), [("personal-data", "Lead", "account_id")]),
    (event("Lead", datum("cd.mail", "email", "sha256")), [("personal-data", "Lead", "email")]),
    (event("Lead", FBP, PAGE, datum("fbc", "click_id"), datum("cookie.fr", "browser_id")), []),
    (event("Lead", datum("ud.em", "email", "empty-hash"), datum("ud.ph", "phone", "removed")), []),
    # What redaction takes for personal out of care accuses nobody without a finding.
    (event("Lead", datum("dl.query.q", "email"), datum("cd.note", "full_name")), []),
    (
        understood(event("Lead", datum("dl.query.q", "email")), ("personal_data", "email", "dl.query.q")),
        [("personal-data", "Lead", "email")],
    ),
    (understood(event("a@b"), ("personal_data", "email", "event_name")), [("personal-data", "a@b", "email")]),
    (
        understood(event("Lead", datum("cd.x", "unknown")), ("persona", "your phone number", "cd.x")),
        [("personal-data", "Lead", "phone")],
    ),
    (understood(event("Lead", PAGE), ("topic", "health", "dl")), []),
    # A mask beside what it masks is no datum of its own; alone it is one.
    (event("Lead", EMAIL, datum("cud.em", "email", "masked")), [("personal-data", "Lead", "email")]),
    (event("Lead", datum("cud.em", "email", "masked")), [("personal-data", "Lead", "email")]),
]


@pytest.mark.parametrize(("seen", "expected"), PERSONAL)
def test_personal_data_is_what_is_said_of_a_person_in_any_form(
    seen: SeenEvent, expected: list[tuple[str, str, str]]
) -> None:
    judgement = judged("", seen, presets=("no-personal-data",))
    assert (told(judgement.violations), judgement.warnings) == (expected, ())


def test_what_only_looks_like_personal_data_warns() -> None:
    seen = understood(event("Lead", datum("cd.note", "phone")), ("personal_data", "phone", "cd.note"), certainty="hint")
    judgement = judged("", seen, presets=("no-personal-data",))
    (warning,) = judgement.warnings
    assert (judgement.violations, warning.check, warning.level) == ((), "personal-data", Level.WARN)
    assert warning.fields == ("cd.note",)
    assert words([warning.why]) == ["it looks like data about a person"]


def test_each_class_and_form_of_personal_data_is_a_violation_of_its_own_that_names_the_fields() -> None:
    judgement = judged("", event("Lead", READABLE_EMAIL, EMAIL, HARVESTED, PAGE), presets=("no-personal-data",))
    assert [(one.subject, one.data, one.fields) for one in judgement.violations] == [
        ("email", (("email", "plain"),), ("ud.em",)),
        ("email", (("email", "sha256"),), ("ud.em",)),
        ("phone", (("phone", "sha256"),), ("udff.ph",)),
    ]
    assert len({one.fingerprint for one in judgement.violations}) == 3
    assert [one.remedies for one in judgement.violations] == [
        ("take the user data out of fbq('init', …)",),
        ("take the user data out of fbq('init', …)",),
        ("switch automatic advanced matching off in the pixel's settings",),
    ]


def test_a_contact_that_carries_personal_data_violates_too() -> None:
    seen = contact("social-plugin", datum("cookie.c_user", "account_id"))
    (violation,) = judged("", seen, presets=("no-personal-data",)).violations
    assert (violation.is_contact, violation.subject, violation.level) == (True, "account_id", Level.ERROR)


def test_personal_data_that_a_site_lists_by_its_class_is_allowed_there_alone() -> None:
    toml = 'presets = ["no-personal-data"]\n' + allowing('events = ["*"]\ndata = ["email", "phone", "page_url"]')
    there = event("Lead", EMAIL, HARVESTED)
    elsewhere = event("Lead", EMAIL, site="zoo.example", position=2)
    judgement = judged(toml, there, elsewhere)
    assert [(one.site, one.check) for one in judgement.violations] == [
        ("zoo.example", "event"),
        ("zoo.example", "personal-data"),
    ]
    everything = judged('presets = ["no-personal-data"]\n' + allowing('events = ["*"]\ndata = ["*"]'), there)
    assert told(everything.violations) == [("personal-data", "Lead", "email"), ("personal-data", "Lead", "phone")]


@pytest.mark.parametrize(
    ("label", "is_health"),
    [("health", True), ("mental_health", True), ("reproduction", True), ("addiction", True), ("politics", False)],
)
def test_matters_of_health_are_violations_other_topics_are_not(label: str, is_health: bool) -> None:
    seen = understood(event("ViewContent", PAGE, EMAIL), ("topic", label, "dl"), certainty="hint")
    judgement = judged("", seen, presets=("no-health",))
    assert told(judgement.violations) == ([("health", "ViewContent", label)] if is_health else [])
    if is_health:
        assert (judgement.violations[0].data, judgement.violations[0].fields) == ((("page_url", "plain"),), ("dl",))


DECLARED = """
[[site]]
match = "shop.example"
events = ["Purchase"]
pixels = ["1234567890123456"]
channels = ["pixel"]
contacts = ["library"]
data = ["email", "page_url"]
"""


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (event("Purchase", EMAIL, PAGE, SCREEN), []),
        (event("Lead", EMAIL), [("undeclared", "Lead", None)]),
        (event("Purchase", FBP), [("undeclared", "Purchase", "browser_id")]),
        (event("Purchase", pixel_id="77"), [("undeclared", "Purchase", None)]),
        (event("Purchase", channel="capi-gateway"), [("undeclared", "Purchase", "capi-gateway")]),
        (event("Purchase", site="zoo.example"), [("undeclared", "Purchase", None)]),
        (contact("library"), []),
        (contact("social-plugin"), [("undeclared", None, None)]),
    ],
)
def test_what_the_declaration_does_not_list_is_undeclared(
    seen: SeenEvent | SeenContact, expected: list[tuple[str, str | None, str | None]]
) -> None:
    judgement = judged("", seen, presets=("declared",), declared=DECLARED)
    assert (told(judgement.violations), judgement.gaps) == (expected, ())


CONTENTS = Gap(GapKind.CONTENTS, 1)
NAME = Gap(GapKind.NAME, 1)
TO_PIXEL = Gap(GapKind.PIXEL, 1)
UNREAD = event("Purchase", body_state="not_recorded")


@pytest.mark.parametrize(
    ("toml", "seen", "gaps"),
    [
        ('presets = ["no-personal-data"]', UNREAD, (CONTENTS,)),
        ('presets = ["no-health"]', UNREAD, (CONTENTS,)),
        ('presets = ["no-health", "no-personal-data"]', UNREAD, (CONTENTS,)),
        ('presets = ["no-health"]', event("Purchase", body_state="too_big"), (CONTENTS,)),
        ('presets = ["no-health"]', event("Purchase", body_state="empty"), ()),
        ('presets = ["no-health"]', contact("login", body_state="not_recorded"), (CONTENTS,)),
        ('presets = ["no-meta"]', UNREAD, ()),
        (allowing('events = ["*"]'), UNREAD, ()),
        (allowing('events = ["*"]\ndata = ["email"]'), UNREAD, (CONTENTS,)),
        (allowing('events = ["*"]\ndata = ["*"]'), UNREAD, ()),
        (allowing('events = ["*"]\nforms = ["sha256"]'), UNREAD, (CONTENTS,)),
        (allowing('events = ["Purchase"]'), NAMELESS, (NAME,)),
        (allowing('events = ["*"]'), NAMELESS, ()),
        (allowing('events = ["*"]\npixels = ["12"]'), NAMELESS, (TO_PIXEL,)),
    ],
)
def test_what_was_not_recorded_is_a_gap_where_the_policy_would_have_to_know_it(
    toml: str, seen: SeenEvent | SeenContact, gaps: tuple[Gap, ...]
) -> None:
    judgement = judged(toml, seen)
    assert judgement.gaps == gaps
    if gaps:
        assert judgement.violations == ()


def test_an_event_whose_name_was_not_recorded_is_forbidden_where_none_is_allowed() -> None:
    assert told(judged("", NAMELESS).violations) == [("event", None, None)]
    nameless = event(None, body_state="recorded")
    assert told(judged(allowing('events = ["Purchase"]'), nameless).violations) == [("event", None, None)]


def test_levels_decide_whether_it_is_a_violation_a_warning_or_nothing() -> None:
    for level, counts in (("error", (1, 0)), ("warn", (0, 1)), ("off", (0, 0))):
        judgement = judged(f'[checks]\nevent = "{level}"', event("Lead"))
        assert (len(judgement.violations), len(judgement.warnings)) == counts


def test_under_strict_any_body_is_a_gap_whatever_is_judged() -> None:
    row = recording(bodies_not_recorded=2)
    assert judged("", of=row).gaps == ()
    assert judged("", of=row, strict=True).gaps == (Gap(GapKind.BODIES, 2),)
