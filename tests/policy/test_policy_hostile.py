"""Judging what a stranger's database may hold: no text makes it raise, and none reaches a baseline unescaped."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exposed import REC, contact, datum, event
from tests.policy.judging import judged, understood

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.baseline import format_baseline, make_baseline, read_baseline

TEXT = st.text(max_size=30) | st.sampled_from(
    ["https://[::1", "\ud800", "\x1b[2J", "*", "unknown", "::error::", "a@b.example"]
)
MAYBE = st.none() | TEXT
FIELDS = st.lists(
    st.builds(
        datum,
        st.one_of(TEXT, st.sampled_from(["ud.em", "dl.query.mail", "cookie.c_user", "event_name"])),
        TEXT | st.sampled_from(["email", "phone", "account_id", "technical"]),
        TEXT | st.sampled_from(["plain", "sha256", "masked", "empty"]),
    ),
    max_size=4,
)
FOUND = st.lists(
    st.tuples(st.sampled_from(["personal_data", "persona", "topic", "consent"]) | TEXT, TEXT, TEXT), max_size=4
)
POLICY = """
[[site]]
match = "*"
before-consent.events = ["PageView"]
[site.after-consent]
events = ["*"]
pixels = ["1234567890123456"]
channels = ["pixel"]
data = ["page_url"]
forms = ["sha256"]
[[ignore]]
site = "*.shop.example"
data = "email"
reason = "agreed"
permanent = true
"""
PRESETS = ("no-meta", "no-personal-data", "no-health", "consent-first", "declared")
EVENTS = st.builds(
    lambda name, fields, site, found, sure, changed: understood(
        event(name, *fields, site=site, **changed), *found, certainty=sure
    ),
    MAYBE,
    FIELDS,
    MAYBE,
    FOUND,
    st.sampled_from(["certain", "likely", "hint"]) | TEXT,
    st.fixed_dictionaries(
        {}, optional={"page_url": MAYBE, "pixel_id": MAYBE, "channel": TEXT, "rule_id": TEXT, "body_state": TEXT}
    ),
)
CONTACTS = st.builds(
    lambda channel, fields, site, page: contact(channel, *fields, site=site, page_url=page), TEXT, FIELDS, MAYBE, MAYBE
)


@given(st.lists(EVENTS, max_size=4), st.lists(CONTACTS, max_size=2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_rows_are_judged_and_what_is_found_makes_a_baseline_that_knows_it(
    tmp_path: Path,
    events: list[SeenEvent],
    contacts: list[SeenContact],
) -> None:
    seen: list[SeenEvent | SeenContact] = [*events, *contacts]
    judgement = judged(POLICY, *seen, presets=PRESETS, declared="site = []")
    found = (*judgement.violations, *judgement.warnings)
    assert len({one.fingerprint for one in found}) == len(found)
    assert len(events) + len(contacts) == 0 or found or judgement.gaps or judgement.suppressed or judgement.own_events
    text = format_baseline(make_baseline("known.json", found))
    assert text.replace("\n", "").isprintable()
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")
    again = judged(POLICY, *seen, presets=PRESETS, declared="site = []", baseline=read_baseline(path))
    assert (again.violations, again.warnings) == ((), ())
    assert {place.recording_id for one in again.suppressed for place in one.places} <= {REC}
