"""Policy files: how they are found, read and refused."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from pixelwitness.policy.config import policy_model
from pixelwitness.policy.config.policy_file import (
    PolicyError,
    find_policy,
    read_declaration,
    read_policy,
    repository_of,
)
from pixelwitness.policy.config.policy_model import Declaration, Policy
from pixelwitness.policy.config.toml_lines import find_line
from pixelwitness.rulebook.yaml.problems import RuleProblem

WHOLE = """
presets = ["no-health"]
judge = "sent"
declaration = "declared.toml"
[checks]
contact = "off"
[[site]]
match = ["shop.example", "*.Shop.Example"]
checks = {event = "warn"}
counts-as-consent = ["granted", "not_opted_out"]
[site.before-consent]
events = "PageView"
[site.after-consent]
events = ["*"]
contacts = ["library"]
pixels = ["1234567890123456"]
channels = ["pixel"]
data = ["email"]
forms = ["sha256"]
[[ignore]]
site = "shop.example"
pixel = "1234567890123456"
event = "Lead"
channel = "pixel"
data = "email"
check = "personal-data"
fingerprint = "c22dc88237c92e1b4db4e2cb31ea842b"
reason = "agreed"
expires = 2027-01-31
[[ignore]]
event = "Lead"
reason = "agreed"
permanent = true
"""


def write(folder: Path, text: str, name: str = "pixelwitness.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_policy_that_uses_every_key_is_read(tmp_path: Path) -> None:
    read = read_policy(write(tmp_path, WHOLE))
    assert read.policy == Policy.model_validate(tomllib.loads(WHOLE))
    assert read.policy.site[0].match == ("shop.example", "*.shop.example")
    assert read.declaration == tmp_path / "declared.toml"
    given_keys = set(tomllib.loads(WHOLE)) | {key for one in tomllib.loads(WHOLE)["ignore"] for key in one}
    assert given_keys >= {info.alias for kind in (Policy, policy_model.Ignore) for info in kind.model_fields.values()}


def test_an_empty_policy_is_the_default(tmp_path: Path) -> None:
    assert read_policy(write(tmp_path, "")).policy == Policy()


REFUSED = [
    ('preset = "no-meta"', "1: preset: there is no such key; did you mean 'presets'?"),
    (
        "foo = 1",
        "1: foo: there is no such key; the keys here are presets, checks, judge, declaration, site, ignore",
    ),
    (
        '\npresets = ["no-helth"]',
        "2: presets[1]: found 'no-helth'; one of no-meta, no-personal-data, no-health, consent-first, declared is "
        "needed; did you mean 'no-health'?",
    ),
    ('judge = "no"', "1: judge: found 'no'; one of attempts, sent is needed"),
    (
        'judge-blocked = "no"',
        '1: judge-blocked is an older key; write judge = "attempts" or judge = "sent" in its place',
    ),
    (
        'judge = "sent"\njudge-blocked = false',
        "1: has both judge and judge-blocked, its older name; keep judge",
    ),
    ("site = 3", "1: site: found a number; a list is needed"),
    ("checks = []", "1: checks: found a list; a table is needed"),
    ('[checks]\nevent = "fatal"', "2: checks.event: found 'fatal'; one of off, warn, error is needed"),
    (
        '[checks]\nevents = "off"',
        "2: checks.events: found 'events'; one of event, contact, pixel, channel, data, form, personal-data, health, "
        "consent, undeclared is needed; did you mean 'event'?",
    ),
    ("[[site]]\nallow.events = []", "1: site[1].match: is missing"),
    ("[[site]]\nmatch = []", "2: site[1].match: is empty; name at least one"),
    (
        '[[site]]\nmatch = "https://shop.example/"',
        "2: site[1].match[1]: found 'https://shop.example/'; write a site or host as shop.example, *.shop.example for "
        "the hosts below it, an app as app:com.example.shop, app:* for all apps, * for all or unknown for events "
        "without a page (letters beyond ASCII as xn--…)",
    ),
    ('[[site]]\nmatch = "a.example"\nmtch = 1', "3: site[1].mtch: there is no such key; did you mean 'match'?"),
    (
        '[[site]]\nmatch = "a.example"\n[[site]]\nmatch = ["b.example", "a.example"]',
        "1: names 'a.example' in two [[site]] tables; a site has one",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\nevents = ["Lead"]\ndata = ["emial"]',
        "5: site[1].allow.data[1]: found 'emial'; did you mean 'email'?",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\nevent = ["Lead"]',
        "4: site[1].allow.event: there is no such key; did you mean 'events'?",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\nevents = ["Le*d"]',
        "4: site[1].allow.events[1]: found 'Le*d'; write the name of an event, or its start with a * behind it",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\npixels = ["my pixel"]',
        "4: site[1].allow.pixels[1]: found 'my pixel'; write the number of a pixel in quotes, or *",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\npixels = [12]',
        "4: site[1].allow.pixels[1]: found a number; text in quotes is needed",
    ),
    (
        '[[site]]\nmatch = "*"\n[site.allow]\n[site.after-consent]',
        "1: site[1]: has both allow and after-consent; name in allow what may be sent at any time, or split it",
    ),
    (
        '[[site]]\nmatch = "*"\ncounts-as-consent = ["denied"]',
        "3: site[1].counts-as-consent[1]: found 'denied'; one of granted, partial, not_opted_out, not_required, "
        "present is needed",
    ),
    ('[[ignore]]\nevent = "Lead"\npermanent = true', "1: ignore[1].reason: is missing"),
    ('[[ignore]]\nevent = "Lead"\npermanent = true\nreason = " "', "4: ignore[1].reason: is empty; say in words why"),
    (
        '[[ignore]]\nevent = "Lead"\nreason = "x"',
        "1: ignore[1]: does not say when it ends; give expires = 2027-01-31, or permanent = true",
    ),
    (
        '[[ignore]]\nevent = "Lead"\nreason = "x"\npermanent = true\nexpires = 2027-01-31',
        "1: ignore[1]: says both expires and permanent; keep one",
    ),
    (
        '[[ignore]]\nreason = "x"\npermanent = true',
        "1: ignore[1]: chooses nothing; name at least one of site, pixel, event, channel, data, check, fingerprint",
    ),
    (
        '[[ignore]]\nevent = "Lead"\nreason = "x"\nexpires = "2027-01-31"',
        "4: ignore[1].expires: found text; a day without quotes (2027-01-31) is needed",
    ),
    (
        '[[ignore]]\nevent = "Lead"\nreason = "x"\nexpires = 2027-01-31T10:00:00',
        "4: ignore[1].expires: found a date or time; a day without quotes (2027-01-31) is needed",
    ),
    (
        '[[ignore]]\nfingerprint = "abc"\nreason = "x"\npermanent = true',
        "2: ignore[1].fingerprint: found 'abc'; write the 32 hex digits that check shows",
    ),
    ("presets = [", "1: this is no TOML: Invalid value (at end of document)"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_a_mistake_is_told_with_its_place_what_was_found_and_what_would_be_right(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert str(refused.value) == f"{path}:{problem}"


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, 'presets = ["x"]\nfoo = 1\n[checks]\nevent = 1\n')
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert [(one.line, one.field) for one in refused.value.problems] == [
        (1, "presets[1]"),
        (2, "foo"),
        (4, "checks.event"),
    ]


def test_a_declaration_has_keys_of_its_own(tmp_path: Path) -> None:
    good = write(tmp_path, '[[site]]\nmatch = "shop.example"\nevents = ["Lead"]\ndata = ["*"]', "declared.toml")
    assert read_declaration(good).site[0].data == ("*",)
    for text, problem in (
        ("", "1: site: is missing"),
        ('[[site]]\nmatch = "*"\nevent = ["Lead"]', "3: site[1].event: there is no such key; did you mean 'events'?"),
        ('presets = ["no-meta"]\n[[site]]\nmatch = "*"', "1: presets: there is no such key; the keys here are site"),
    ):
        path = write(tmp_path, text, "declared.toml")
        with pytest.raises(PolicyError) as refused:
            read_declaration(path)
        assert str(refused.value) == f"{path}:{problem}"


def test_in_pyproject_the_policy_has_its_own_table_and_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path, '[tool.ruff]\nline-length = 100\n[tool.pixelwitness]\npresets = ["no-meta"]', "pyproject.toml"
    )
    assert read_policy(path).policy.presets == ("no-meta",)
    path = write(tmp_path, "[tool.pixelwitness]\n\n[tool.pixelwitness.checks]\nevent = 1", "pyproject.toml")
    with pytest.raises(PolicyError, match=r":4: checks\.event: found a number; text in quotes is needed"):
        read_policy(path)
    path = write(tmp_path, "[tool.ruff]", "pyproject.toml")
    with pytest.raises(PolicyError, match=r"has no table \[tool\.pixelwitness\]"):
        read_policy(path)


def test_the_nearest_file_up_to_the_root_of_the_repository_is_found(tmp_path: Path) -> None:
    root, deep = tmp_path / "repo", tmp_path / "repo" / "web" / "tests"
    deep.mkdir(parents=True)
    outside = write(tmp_path, "")
    assert find_policy(root) is None
    (root / ".git").mkdir()
    assert (repository_of(deep), find_policy(deep)) == (root, None)
    write(root, "[tool.other]", "pyproject.toml")
    assert find_policy(deep) is None
    at_root = write(root, "[tool.pixelwitness]", "pyproject.toml")
    assert find_policy(deep) == at_root
    hidden = write(root, "", ".pixelwitness.toml")
    assert find_policy(deep) == hidden
    plain = write(root, "")
    assert find_policy(deep) == plain
    nearer = write(root / "web", "")
    assert (find_policy(deep), find_policy(root)) == (nearer, plain)
    assert find_policy(tmp_path) == outside


def test_outside_of_a_repository_the_folder_alone_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write(tmp_path, "")
    assert find_policy(tmp_path / "a") is None


def test_a_pyproject_that_cannot_be_read_is_told_since_it_may_hold_the_policy(tmp_path: Path) -> None:
    write(tmp_path, "[tool", "pyproject.toml")
    with pytest.raises(PolicyError, match="this is no TOML"):
        find_policy(tmp_path)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"presets = ['\xff']", "it is not UTF-8; save it as UTF-8"),
        (b"#" * 1_000_001, "it has more than 1,000,000 bytes"),
        (b"a = " + b"[" * 5_000 + b"]" * 5_000, "this is no TOML|it is nested too deeply|there is no such key"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes, problem: str) -> None:
    path = tmp_path / "pixelwitness.toml"
    path.write_bytes(raw)
    with pytest.raises(PolicyError, match=problem):
        read_policy(path)


def test_a_mark_at_the_start_and_ends_of_lines_of_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pixelwitness.toml"
    path.write_bytes(b'\xef\xbb\xbfpresets = ["no-meta"]\r\n[checks]\r\nevent = "off"\r\n')
    assert read_policy(path).policy.checks == {"event": "off"}


KEYS = sorted(
    {
        info.alias or name
        for kind in (
            Policy,
            policy_model.SitePolicy,
            policy_model.Allowed,
            policy_model.Ignore,
            Declaration,
            policy_model.Declared,
        )
        for name, info in kind.model_fields.items()
    }
)
SCALARS = st.one_of(
    st.sampled_from(
        ['"*"', '"shop.example"', '"event"', '"warn"', "true", "2027-01-31", "10:00:00", "1e9", "nan", "-3"]
    ),
    st.text(st.characters(exclude_characters='"\\\n\r', exclude_categories=["Cs", "Cc"]), max_size=12).map(
        '"{}"'.format
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda parts: "{" + ", ".join(f"{key} = {value}" for key, value in parts.items()) + "}"
        ),
    ),
    max_leaves=8,
)
HEADS = st.sampled_from(
    ["[[site]]", "[site.allow]", "[site.before-consent]", "[[ignore]]", "[checks]", "[tool.x]", "[["]
)
LINES = st.one_of(
    HEADS, st.tuples(st.sampled_from(KEYS), VALUES).map(" = ".join), st.text(st.characters(exclude_categories=["Cs"]))
)


@given(st.lists(LINES, max_size=12).map("\n".join), st.sampled_from([Policy, Declaration]))
@example("[[site]]\nmatch = 1\n" * 3, Policy)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_no_file_makes_reading_raise_anything_but_its_own_error(
    tmp_path: Path, text: str, kind: type[BaseModel]
) -> None:
    path = tmp_path / "pixelwitness.toml"
    path.write_bytes(text.encode("utf-8", "replace"))
    problems: tuple[RuleProblem, ...] = ()
    try:
        read_policy(path) if kind is Policy else read_declaration(path)
    except PolicyError as refused:
        problems = refused.problems
    lines = len(text.splitlines()) + 1
    assert [one for one in problems if not (1 <= one.line <= lines and one.what)] == []


def test_the_line_of_a_place_is_that_of_its_key_or_of_what_is_around_it() -> None:
    text = """# a comment
"presets" = []

[ checks ]  # levels
event="off"
[[site]]
match=[
 "a",
]
[[ site ]]
[site.'allow']
events = []
"""
    cases = {
        ("presets", 0): 2,
        ("checks",): 4,
        ("checks", "event"): 5,
        ("checks", "contact"): 4,
        ("site", 0, "match", 0): 7,
        ("site", 1, "match"): 10,
        ("site", 1, "allow"): 11,
        ("site", 1, "allow", "events", 3): 12,
        ("site", 2): 1,
        (): 1,
    }
    assert {place: find_line(text, place) for place in cases} == cases
