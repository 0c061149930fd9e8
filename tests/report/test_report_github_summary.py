"""The summary of a step on GitHub: bounded, and nothing captured is more than text in it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.checked import REC, UNUSABLE, a_contact, checked, forbidden, known, unmatched
from tests.markdown import loose_text, tokens_of

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.policy.violations.judgement import EvidencePlace
from pixelwitness.report.check.check_result import Located, Unread
from pixelwitness.report.check.github_summary import MAX_BYTES, as_prose, render_summary


def test_the_whole_summary_of_one_of_each() -> None:
    told = render_summary(
        checked(
            forbidden(
                times=3,
                outcomes=((Outcome.TOLD, 2), (Outcome.TRIED, 1)),
                places=(EvidencePlace(REC, 63, 1200), EvidencePlace(REC, 70, 1300)),
            ),
            warnings=(a_contact(),),
            suppressed=(known(),),
            gaps=(UNUSABLE,),
            stale=(unmatched(),),
            unread=(Unread(Located("recordings/cut.har"), "it is no HAR"),),
        )
    )
    head = "| Site | What | Why | With it | Evidence | What would help |\n|---|---|---|---|---|---|\n"
    assert told == (
        "## pixelwitness: 1 violation on 1 site, 1 warning, 1 suppressed.\n\n"
        "The evidence is incomplete: silence would prove nothing.\n\n"
        "- 3 entries of recordings could not be used (no address in them).\n"
        "- `recordings/cut.har` could not be read: it is no HAR\n\n"
        f"### Violations: 1\n\n{head}"
        "| `shop.example` | `Purchase` to pixel `1234567890123456` by pixel (3 times) on `shop.example/checkout` "
        "(2 left; 1 did not leave) | `event` the policy allows no event here | e-mail (SHA-256), page address | "
        "`tests/recordings/shop.har:1200` (entry 63); `tests/recordings/shop.har:1300` (entry 70); and 1 more | "
        "remove the pixel; take the user data out of fbq('init', …) |\n\n"
        f"### Warnings: 1\n\n{head}"
        "| `shop.example` | contact with Meta by Meta's library on `shop.example` | `contact` the policy allows "
        "no contact here | nothing but technical data in the fields that were read | "
        "`tests/recordings/shop.har:90` (entry 7) | load Meta's library only after the visitor agreed |\n\n"
        f"### Suppressed: 1\n\n{head}"
        "| `shop.example` | `Lead` to pixel `1234567890123456` by pixel on `shop.example/checkout` | `event` the "
        "policy allows no event here; ignore: agreed upon (until 2027-01-31) | e-mail (SHA-256), page address | "
        "`tests/recordings/shop.har:1200` (entry 63) | remove the pixel; take the user data out of "
        "fbq('init', …) |\n\n"
        "Of no use any more in the baseline or the ignores:\n\n"
        "- `ignore[3]` (event Lead) matches nothing any more; remove it.\n\n"
        "Policy: the default: any event is a violation, other contacts warn.\n\n"
        "1 recording, 10 requests = 4 for Meta (3 carried 3 events, 1 contact) + 6 other + 0 undecodable + "
        "0 unusable + 0 blocked.\n\n"
        "What servers send to Meta directly passes no browser and no proxy: it stays out of sight.\n"
    )


def test_nothing_looked_at_is_no_clean_summary() -> None:
    told = render_summary(checked(coverage=Coverage()))

    assert told.startswith("## pixelwitness: Nothing to judge: 0 requests. What was not looked at is not clean.\n")
    assert "silence would prove nothing" in told


def test_it_never_grows_beyond_what_github_takes_and_counts_the_rest() -> None:
    many = [forbidden(site=f"s{n:05d}.example", name="ü" * 60) for n in range(4_000)]
    told = render_summary(checked(*many, warnings=(a_contact(),) * 4_000))

    assert len(told.encode()) <= MAX_BYTES
    shown = told.count("| `s0")
    assert f"… and {4_000 - shown:,} more; the other formats tell all of them." in told
    assert 1_000 < shown < 4_000
    assert "### Warnings: 4,000" in told
    assert told.endswith("it stays out of sight.\n")


@pytest.mark.parametrize("room", [0, 500, 3_000])
def test_little_room_leaves_the_counts(room: int) -> None:
    told = render_summary(checked(*[forbidden()] * 20), room)

    assert "### Violations: 20" in told
    assert len(told.encode()) < room + 2_000


def test_long_lists_are_cut_with_a_count() -> None:
    told = render_summary(checked(stale=tuple(unmatched(str(n)) for n in range(60))))

    assert "- `ignore[49]` (event Lead) matches nothing any more; remove it.\n- … and 10 more\n" in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("entries that could not be used: 1,024 (--strict)", "entries that could not be used: 1,024 `(--strict)`"),
        ("ask @jane or #12", "ask `@jane` or `#12`"),
        ("see www.evil.example now", "see `www.evil.example` now"),
        ("see (www.evil.example)", "see `(www.evil.example)`"),
        ("https://evil.example", "`https://evil.example`"),
        ("a <b>c</b> d", "a `<b>c</b>` d"),
        ("[x](https://evil.example) y", "`[x](https://evil.example)` y"),
        ("![x](y)", "`![x](y)`"),
        ("*a* ~c~ $d$ :tada:", "`*a* ~c~ $d$ :tada:`"),
        ("_a_ __b__ (_fbp), c", "\\_a\\_ \\_\\_b\\_\\_ (\\_fbp), c"),
        ("deadbeef GH-12 _deadbee_", "`deadbeef GH-12 _deadbee_`"),
        ("1. item", "`1.` item"),
        ("- item", "`-` item"),
        ("# head", "`#` head"),
        ("a|b", "`a\\|b`"),
        ("a`b", "``a`b``"),
        ("a\nb", "`a\\x0ab`"),
        ("", ""),
    ],
)
def test_a_word_that_could_be_more_is_a_code_span(text: str, shown: str) -> None:
    assert as_prose(text) == shown


@given(st.text(st.characters(), max_size=80))
@example("`` ` ```")
@example("\\`a")
@example("a @b `c")
def test_prose_of_any_text_is_text(text: str) -> None:
    tokens = tokens_of(f"before {as_prose(text)} after")

    assert {one.type for one in tokens} <= {"paragraph_open", "inline", "text", "code_inline", "paragraph_close"}
    assert loose_text(tokens) == []
