"""Explanations: everything that has a name here has one, in words, with sources."""

import pytest

from pixelwitness.core.detect.rule import Channel
from pixelwitness.meaning.names.glossary import Word, index_of, plain_name
from pixelwitness.meaning.names.knowledge import DataClass, Knowledge
from pixelwitness.report.answers.explanation import (
    UnknownNameError,
    build_glossary,
    explanation_lines,
    find_explanations,
)
from pixelwitness.rulebook.knowledge.explanations import load_explanations
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.rulebook.rules.rule_set import load_rules

KNOWLEDGE = load_knowledge()


@pytest.fixture(scope="module", name="words")
def _words() -> tuple[Word, ...]:
    explanations = load_explanations()
    return build_glossary(explanations.words, KNOWLEDGE, load_rules(()).rules, explanations.announced)


def kinds(name: str, words: tuple[Word, ...], knowledge: Knowledge = KNOWLEDGE) -> set[str]:
    return {one.kind for one in find_explanations(name, words, knowledge)}


CONSENT = (
    *("granted", "denied", "partial", "not_opted_out", "not_required", "present", "nothing_seen", "not_recorded"),
    *("after_withdrawal", "GPC", "TCF", "GPP", "us_privacy", "gcs", "dpo"),
)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("class", tuple(map(str, DataClass))),
        ("event", tuple(KNOWLEDGE.standard_events | KNOWLEDGE.automatic_events)),
        ("channel", tuple(map(str, Channel))),
        ("family", tuple(KNOWLEDGE.families)),
        ("identity", ("account", "person", "browser", "click", "none", "not recorded")),
        ("consent", CONSENT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_name_of_a_kind_is_explained(kind: str, names: tuple[str, ...], words: tuple[Word, ...]) -> None:
    assert names
    assert [name for name in names if kind not in kinds(name, words)] == []


def test_every_rule_topic_interest_and_use_is_explained(words: tuple[Word, ...]) -> None:
    assert {kind for one in load_rules(()).rules for kind in kinds(one.id, words)} == {"rule"}
    for one in KNOWLEDGE.word_lists:
        assert kinds(one.label, words) & {"topic", "interest", "list"}, one.label
        assert kinds(one.called, words) & {"topic", "interest", "list"}, one.called
    for use in load_explanations().announced.uses:
        assert kinds(use.id, words) == {"use"}


def test_every_known_field_is_explained(words: tuple[Word, ...]) -> None:
    families = {"person": "ud", "custom": "cd", "context": "", "cookie": "cookie"}
    for realm, family in families.items():
        for key in KNOWLEDGE.entries[realm]:  # type: ignore[index]
            name = f"{family}.{key}" if family else key
            assert find_explanations(name, words, KNOWLEDGE), name


@pytest.mark.parametrize("name", ["", "Purchse", "\x1b[2J", "x" * 5_000, "ud.", "..", "ud.nobodyknows"])
def test_what_has_no_name_here_is_refused_in_printable_words(name: str, words: tuple[Word, ...]) -> None:
    with pytest.raises(UnknownNameError) as refused:
        find_explanations(name, words, KNOWLEDGE)
    assert str(refused.value).isprintable()


def test_every_explanation_has_a_text_and_a_source(words: tuple[Word, ...]) -> None:
    for one in words:
        assert one.text.endswith("."), one.name
        assert one.sources, one.name
        assert all(source.startswith("https://") for source in one.sources)


def test_an_alias_leads_to_one_word_of_a_kind(words: tuple[Word, ...]) -> None:
    for name, found in index_of(words).items():
        by_kind = [one.kind for one in found]
        assert len(by_kind) == len(set(by_kind)), name


def test_an_explanation_is_text_with_aliases_and_sources(words: tuple[Word, ...]) -> None:
    assert list(explanation_lines(find_explanations("LDU", words, KNOWLEDGE))) == [
        "Limited Data Use (consent)",
        "  A site's wish that Meta limit its use of data of people in some US states. It limits use, not",
        "  receipt.",
        "  Also called: LDU, dpo, data_processing_options",
        "  Source: developers.facebook.com/docs/marketing-apis/data-processing-options",
    ]
    assert plain_name("Limited-Data-Use") == plain_name("limited data use")
