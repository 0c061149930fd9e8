import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixelwitness.report.wording.safe_text import safe_text

ANYTHING = st.text(st.characters(), max_size=300)


@pytest.mark.parametrize(
    ("captured", "shown"),
    [
        ("hiking boots", "hiking boots"),
        ("Покупка größe 靴", "Покупка größe 靴"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]8;;https://evil.example\x07click", "\\x1b]8;;https://evil.example\\x07click"),
        ("\x9b31m", "\\x9b31m"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("a\r\nb\tc\x00d\x7f", "a\\x0d\\x0ab\\x09c\\x00d\\x7f"),
        ("line\u2028break", "line\\u2028break"),
        ("lone \ud83d half", "lone \\ud83d half"),
        ("private \ue000, tag \U000e0001", "private \\ue000, tag \\U000e0001"),
        ("::set-env name=X::y", "\\x3a:set-env name=X\\x3a:y"),
        ("##[error]no", "\\x23#[error]no"),
        ("fe80::1", "fe80::1"),
        ("[/red] [link=https://evil.example]x", "[/red] [link=https://evil.example]x"),
    ],
)
def test_what_is_not_printable_becomes_visible(captured: str, shown: str) -> None:
    assert safe_text(captured) == shown


@given(ANYTHING, st.integers(1, 120))
@example("\x1b" * 50, 10)
@example("\\x1b" * 50 + "\0", 10)
def test_shown_text_is_printable_and_bounded(captured: str, limit: int) -> None:
    shown = safe_text(captured, limit)

    assert len(shown) <= limit
    assert all(unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for one in shown)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":#"), max_size=100))
def test_ordinary_text_stays_as_it_is(captured: str) -> None:
    assert safe_text(captured) == captured


def test_an_escape_is_never_cut_in_two() -> None:
    assert [safe_text("ab\u202ecd", limit) for limit in range(3, 10)] == ["ab…"] * 6 + ["ab\\u202e…"]
    assert safe_text("ab\u202ecd", 10) == "ab\\u202ecd"


def test_a_very_long_text_costs_no_more_than_it_shows() -> None:
    assert safe_text("\x1b" * 10_000_000, 20) == "\\x1b" * 4 + "…"
