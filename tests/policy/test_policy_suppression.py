"""Baselines and ignores: what they cover, when they end, and what is stale."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.exposed import EMAIL, contact, datum, event
from tests.policy.judging import judged, told, words

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.baseline import VERSION, Baseline, format_baseline, make_baseline, read_baseline
from pixelwitness.policy.config.policy_file import PolicyError
from pixelwitness.policy.violations.judgement import Acceptance, Violation, fingerprint

type Seen = SeenEvent | SeenContact

LEAD = event("Lead", EMAIL)
PERSONAL = 'presets = ["no-meta", "no-personal-data"]\n'


def ignoring(selectors: str, ends: str = "permanent = true") -> str:
    return f'{PERSONAL}[[ignore]]\n{selectors}\nreason = "agreed upon"\n{ends}\n'


def the_lead() -> str:
    return fingerprint("event", "shop.example", "1234567890123456", "Lead", "pixel")


@pytest.mark.parametrize(
    ("selectors", "covered"),
    [
        ('site = "shop.example"', {"event", "personal-data"}),
        ('site = "*"', {"event", "personal-data"}),
        ('site = "www.shop.example"', set()),
        ('site = "*.shop.example"', set()),
        ('site = "zoo.example"', set()),
        ('event = "Lead"', {"event", "personal-data"}),
        ('event = "Le*"', {"event", "personal-data"}),
        ('event = "lead"', set()),
        ('pixel = "1234567890123456"', {"event", "personal-data"}),
        ('pixel = "123456789012345"', set()),
        ('channel = "pixel"', {"event", "personal-data"}),
        ('channel = "capi"', set()),
        ('data = "email"', {"personal-data"}),
        ('data = "phone"', set()),
        ('check = "event"', {"event"}),
        ('check = "personal-data"\ndata = "phone"', set()),
        ('check = "personal-data"\nsite = "shop.example"\nevent = "Lead"', {"personal-data"}),
        (f'fingerprint = "{the_lead()}"', {"event"}),
    ],
)
def test_an_ignore_covers_that_of_which_everything_it_names_holds(selectors: str, covered: set[str]) -> None:
    judgement = judged(ignoring(selectors), LEAD)
    assert {one.check for one in judgement.suppressed} == covered
    assert {one.check for one in judgement.violations} == {"event", "personal-data"} - covered
    assert {one.suppressed for one in judgement.suppressed} <= {Acceptance("ignore", "agreed upon")}
    assert bool(judgement.stale) == (not covered)


def test_an_ignore_of_an_event_covers_no_contact_and_one_of_a_channel_does() -> None:
    seen = contact("social-plugin")
    assert told(judged(ignoring('event = "*"'), seen).violations) == [("contact", None, None)]
    assert judged(ignoring('channel = "social-plugin"'), seen).violations == ()


@pytest.mark.parametrize(
    ("today", "holds"),
    [(date(2027, 1, 30), True), (date(2027, 1, 31), True), (date(2027, 2, 1), False)],
)
def test_an_ignore_holds_until_the_end_of_its_last_day_and_says_so_afterwards(today: date, holds: bool) -> None:
    judgement = judged(ignoring('check = "event"', "expires = 2027-01-31"), LEAD, today=today)
    if holds:
        assert [one.suppressed for one in judgement.suppressed] == [Acceptance("ignore", "agreed upon", "2027-01-31")]
        assert judgement.stale == ()
    else:
        assert judgement.suppressed == ()
        assert told(judgement.violations) == [("event", "Lead", None), ("personal-data", "Lead", "email")]
        assert words(judgement.stale) == [
            "ignore[1] (check event) expired after 2027-01-31: what it covered counts again."
        ]


def test_an_expired_ignore_does_not_hide_one_that_holds() -> None:
    toml = ignoring('check = "event"', "expires = 2027-01-31") + (
        '[[ignore]]\nsite = "shop.example"\nreason = "still agreed"\nexpires = 2028-01-31\n'
    )
    judgement = judged(toml, LEAD, today=date(2027, 6, 1))
    assert judgement.violations == ()
    assert {one.suppressed for one in judgement.suppressed} == {Acceptance("ignore", "still agreed", "2028-01-31")}


def test_an_ignore_that_matches_nothing_is_told() -> None:
    judgement = judged(ignoring('site = "gone.example"\ndata = "email"'), LEAD)
    assert words(judgement.stale) == ["ignore[1] (site gone.example, data email) matches nothing any more; remove it."]


def test_a_warning_can_be_ignored_too() -> None:
    toml = '[[ignore]]\ncheck = "contact"\nreason = "needed"\npermanent = true'
    judgement = judged(toml, contact())
    assert (judgement.warnings, [one.check for one in judgement.suppressed]) == ((), ["contact"])


def known(*found: Violation) -> Baseline:
    return make_baseline("known.json", found)


def test_a_baseline_knows_what_it_was_made_of_and_nothing_else() -> None:
    before = judged(PERSONAL, LEAD, contact("login"))
    judgement = judged(
        PERSONAL, LEAD, contact("login"), event("Purchase", position=3), baseline=known(*before.violations)
    )
    assert told(judgement.violations) == [("event", "Purchase", None)]
    assert {one.suppressed for one in judgement.suppressed} == {Acceptance("baseline", "known to known.json")}
    assert len(judgement.suppressed) == 3
    assert judgement.stale == ()


def test_what_is_new_in_an_event_that_is_known_is_not_known() -> None:
    before = judged('presets = ["no-personal-data"]', LEAD)
    readable = event("Lead", EMAIL, datum("ud.em", "email", "plain"))
    judgement = judged('presets = ["no-personal-data"]', readable, baseline=known(*before.violations))
    assert [one.data for one in judgement.violations] == [(("email", "plain"),)]
    assert [one.data for one in judgement.suppressed] == [(("email", "sha256"),)]


def test_entries_that_match_nothing_are_told() -> None:
    before = judged(PERSONAL, LEAD)
    judgement = judged(PERSONAL, baseline=known(*before.violations))
    (of_data,) = (one.fingerprint for one in before.violations if one.check == "personal-data")
    assert words(judgement.stale) == [
        f"The baseline's entry {the_lead()} (event, shop.example, Lead) matches nothing any more.",
        f"The baseline's entry {of_data} (personal-data, shop.example, Lead, email) matches nothing any more.",
    ]


def test_an_ignore_speaks_before_the_baseline_whose_entry_is_not_stale_for_it() -> None:
    before = judged(PERSONAL, LEAD)
    judgement = judged(ignoring('check = "event"'), LEAD, baseline=known(*before.violations))
    assert [(one.check, one.suppressed.by) for one in judgement.suppressed if one.suppressed] == [
        ("event", "ignore"),
        ("personal-data", "baseline"),
    ]
    assert judgement.stale == ()


def test_the_file_is_sorted_readable_and_holds_no_value(tmp_path: Path) -> None:
    seen: list[Seen] = [event("Lead", EMAIL), event("Zo\u202e\x1b[2J", site=None, position=2), contact("login")]
    found = judged(PERSONAL, *seen).violations
    text = format_baseline(known(*found))
    assert format_baseline(known(*reversed(found), *found)) == text
    assert json.loads(text)["pixelwitness_baseline"] == VERSION
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["entries"][1] == {
        "fingerprint": the_lead(),
        "check": "event",
        "site": "shop.example",
        "event": "Lead",
        "pixel": "1234567890123456",
        "channels": ["pixel"],
        "subject": None,
    }
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")
    assert judged(PERSONAL, *seen, baseline=read_baseline(path)).violations == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Input data was truncated"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "Object missing required field `pixelwitness_baseline`"),
        ('{"pixelwitness_baseline": 3, "entries": []}', "its form is version 3; this program knows 2"),
        ('{"pixelwitness_baseline": 1, "entries": [{"fingerprint": "x"}]}', "Expected `str` matching regex"),
        ('{"pixelwitness_baseline": 1, "entries": [], "more": 1}', "Object contains unknown field `more`"),
        ("[" * 100_000, "recursion|truncated|Expected"),
    ],
)
def test_what_is_no_baseline_is_refused_with_what_to_do(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=rf"this is no baseline: .*{why}.*make it with check --write-baseline"):
        read_baseline(path)


def test_a_fingerprint_tells_places_and_matters_apart_and_not_values_pages_or_recordings() -> None:
    def of(*seen: Seen) -> set[str]:
        return {one.fingerprint for one in judged(PERSONAL, *seen).violations}

    plain = event("Lead", EMAIL)
    same = event("Lead", EMAIL, position=9, page_url="https://m.shop.example/other", recording_id="bbbb000011112222")
    assert of(plain) == of(same) == of(plain, same)
    for other in (
        event("Purchase", EMAIL),
        event("Lead", EMAIL, site="zoo.example"),
        event("Lead", EMAIL, pixel_id="77"),
        event("Lead", EMAIL, channel="capi"),
    ):
        assert not of(plain) & of(other)


# Kinds of contacts --------------------------------------------------------------------------------

NO_META = 'presets = ["no-meta"]'


def of_unknown_purpose(site: str, position: int = 90) -> Seen:
    return contact("unknown", site=site, position=position, rule_id="meta-purpose-unknown")


def test_a_kind_of_contact_that_a_baseline_could_not_know_is_told_once_and_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text('{"pixelwitness_baseline": 1, "entries": []}', encoding="utf-8")
    older = read_baseline(path)
    seen = [of_unknown_purpose("a.example"), of_unknown_purpose("b.example"), of_unknown_purpose("b.example", 91)]

    judgement = judged(NO_META, *seen, contact("login"), baseline=older)

    assert told(judgement.violations) == [("contact", None, None)]
    assert judgement.warnings == ()
    assert [(one.site, one.times) for one in judgement.suppressed] == [("a.example", 1), ("b.example", 2)]
    assert words(judgement.stale) == [
        f"The baseline {path} was written before these kinds of contacts were told apart: unknown; contacts of theirs "
        "do not count until it is written anew (contacts: 3, sites: 2)."
    ]

    path.write_text(format_baseline(make_baseline(str(path), judged(NO_META, seen[0]).violations)), encoding="utf-8")
    judgement = judged(NO_META, *seen, baseline=read_baseline(path))
    assert [one.site for one in judgement.violations] == ["b.example"]
    assert (len(judgement.suppressed), judgement.stale) == (1, ())


def test_without_a_baseline_a_contact_of_unknown_purpose_is_as_any_other() -> None:
    seen = of_unknown_purpose("a.example")
    assert [len(judged("", seen).warnings), len(judged(NO_META, seen).violations)] == [1, 1]
    assert judged('[[site]]\nmatch = "*"\nallow.contacts = ["unknown"]', seen).warnings == ()
