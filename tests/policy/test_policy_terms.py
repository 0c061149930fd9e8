"""Terms out of files and names, the same for the command and for tests."""

from datetime import date
from pathlib import Path

import pytest

from pixelwitness.policy.terms import TermsError, TermsSources, default_terms, read_terms
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

KNOWN = load_knowledge()
PEOPLE = {"ud", "udff", "aud", "cud", "user_data"}


def test_the_nearest_policy_is_named_as_it_is_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pixelwitness.toml").write_text('presets = ["no-health"]')
    monkeypatch.chdir(tmp_path / "tests")

    terms = read_terms(TermsSources(presets=("no-meta",)), KNOWN)
    assert (terms.name, terms.rules.presets) == (str(Path("..", "pixelwitness.toml")), ("no-health", "no-meta"))
    assert set(terms.user_data) >= PEOPLE
    bare = read_terms(TermsSources(no_policy=True), KNOWN)
    assert (bare.name, bare.rules.is_default, bare.user_data) == ("", True, default_terms(KNOWN).user_data)


def test_a_declaration_is_looked_for_beside_its_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "policy.toml").write_text('presets = ["declared"]\ndeclaration = "declared.toml"')
    (tmp_path / "ci" / "declared.toml").write_text('[[site]]\nmatch = "shop.example"\nevents = ["Lead"]')
    monkeypatch.chdir(tmp_path)

    declared = read_terms(TermsSources(policy=Path("ci", "policy.toml")), KNOWN).rules.declaration
    assert declared is not None
    assert [one.events for one in declared.site] == [("Lead",)]


@pytest.mark.parametrize(
    ("presets", "said"),
    [
        (("no-metta",), r"there is no preset 'no-metta'; did you mean 'no-meta'\?; presets are no-meta, "),
        (("declared",), "the preset declared needs a declaration; name it by --declaration FILE"),
    ],
)
def test_names_that_make_no_terms_are_refused(presets: tuple[str, ...], said: str) -> None:
    with pytest.raises(TermsError, match=said):
        read_terms(TermsSources(no_policy=True, presets=presets), KNOWN)


def test_today_is_the_day_that_builds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795300000")
    assert read_terms(TermsSources(no_policy=True), KNOWN).today == date(2026, 11, 21)
