"""Word lists, announced uses and the glossary: read strictly, refused with place and consequence, built files fresh."""

from importlib import resources

import pytest

from pixelwitness.rulebook import build
from pixelwitness.rulebook.knowledge import explanations, knowledge_loader
from pixelwitness.rulebook.yaml.problems import RulesError

FOLDER = resources.files("pixelwitness.rules") / "knowledge"
SOURCES = {name: (FOLDER / name).read_bytes() for name in explanations.FILES}
KNOWLEDGE = {name: (FOLDER / name).read_bytes() for name in knowledge_loader.FILES}


def changed(sources: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    text = sources[file].decode()
    assert old in text
    return {**sources, file: text.replace(old, new, 1).encode()}


def test_the_built_file_is_fresh() -> None:
    built = build.EXPLANATIONS_FILE.read_text("utf-8")
    assert built == explanations.explanations_json(), "run: python -m pixelwitness.rulebook.build"


def test_what_is_built_and_what_is_compiled_are_the_same() -> None:
    assert explanations.load_explanations() == explanations.compile_explanations(SOURCES)


def test_a_stale_or_missing_built_file_is_compiled_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    other = changed(SOURCES, "words.yaml", "The visitor bought something.", "The visitor bought a thing.")
    monkeypatch.setattr(explanations, "read_sources", lambda _: other)
    assert "The visitor bought a thing." in next(
        one.text for one in explanations.load_explanations().words if one.name == "Purchase"
    )
    monkeypatch.setattr(explanations, "read_sources", lambda _: SOURCES)
    monkeypatch.setattr(explanations, "BUILT", "nothing-here.json")
    assert explanations.load_explanations() == explanations.compile_explanations(SOURCES)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("uses.yaml", "said_by: meta", "said_by: somebody", "uses[0].said_by"),
        ("uses.yaml", "announced: 2026-06-09", "announced: June 2026", "announced"),
        ("uses.yaml", "effective: 2026-07", "effective: 2026-05", "lies before '2026-06-09'"),
        ("uses.yaml", "named: [US]", "named: [USA]", "'USA' is no region"),
        ("uses.yaml", "id: off-meta-control", "id: off-meta-ads", "comes twice"),
        ("uses.yaml", "certainty: unsupported", "certainty: likely", "what an article says is unsupported"),
        ("uses.yaml", "sources: [business-tools]", "sources: [hearsay]", "'hearsay' is not among the file's sources"),
        ("uses.yaml", "    about: events", "    abuot: events", "'abuot' is no key that is known here"),
        ("words.yaml", "kind: event", "kind: happening", "words[0].kind"),
        ("words.yaml", "name: ViewContent", "name: PageView", "stands in words[0], too"),
        ("words.yaml", "version: 1", "version: one", "version"),
        ("words.yaml", "event: AddToCart", "event: Purchase", "'Purchase' stands in sayings[1], too"),
        ("words.yaml", "keys: [fbclid]", "keys: [fbc]", "'fbc' stands in identifiers[1], too"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(file: str, old: str, new: str, told: str) -> None:
    with pytest.raises(RulesError) as refused:
        explanations.compile_explanations(changed(SOURCES, file, old, new))
    assert f"rules/knowledge/{file}:" in str(refused.value)
    assert told in str(refused.value)
    assert "the file is not used until this is mended" in str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("topics.yaml", "label: health", "label: Health!", "is no label"),
        ("topics.yaml", "label: reproduction", "label: health", "stands in lists[0], too"),
        ("topics.yaml", "cancer, chemotherapy", "cancer, Cancer", "is the same as 'cancer' before it"),
        ("topics.yaml", "cancer, chemotherapy", "cancer, '***'", "holds no letter or digit"),
        ("topics.yaml", "cancer, chemotherapy", "cancer, che*", "at least 4 letters"),
        ("topics.yaml", "cancer, chemotherapy", "cancer, '*cell tumor'", "begins with *"),
        ("topics.yaml", "cancer, chemotherapy", "cancer, '*chemo*'", "open at both ends"),
        ("topics.yaml", "- words: [cancer]", "- words: [unheard]", "is none of the list's words"),
        ("interests.yaml", "called: outdoors", "called: ''", "called"),
        ("instructions.yaml", "sources: [owasp]", "sources: []", "sources"),
    ],
)
def test_word_lists_are_refused_with_their_place(file: str, old: str, new: str, told: str) -> None:
    with pytest.raises(RulesError) as refused:
        knowledge_loader.compile_knowledge(changed(KNOWLEDGE, file, old, new))
    assert f"rules/knowledge/{file}:" in str(refused.value)
    assert told in str(refused.value)


def test_other_word_lists_are_other_knowledge() -> None:
    other = changed(KNOWLEDGE, "topics.yaml", "cancer, chemotherapy", "cancer, chemotherapies")
    assert knowledge_loader.digest(other) != knowledge_loader.digest(KNOWLEDGE)
