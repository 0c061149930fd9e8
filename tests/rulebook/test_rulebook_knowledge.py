"""Knowledge files: read strictly, refused with place and consequence, and the built file is fresh."""

import subprocess
import sys
from importlib import resources

import pytest

from pixelwitness.meaning.names.knowledge import DataClass, Knowledge
from pixelwitness.rulebook import build
from pixelwitness.rulebook.knowledge import knowledge_loader as loading
from pixelwitness.rulebook.knowledge.knowledge_loader import (
    FILES,
    compile_knowledge,
    digest,
    knowledge_json,
    load_knowledge,
)
from pixelwitness.rulebook.yaml.problems import RulesError


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    folder = resources.files("pixelwitness.rules") / "knowledge"
    return {name: (folder / name).read_bytes() for name in FILES}


def with_change(sources: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    text = sources[file].decode()
    assert old in text
    return {**sources, file: text.replace(old, new, 1).encode()}


def line_of(source: bytes, text: str) -> int:
    return source.decode().split(text, 1)[0].count("\n") + 1


def test_the_built_file_is_fresh() -> None:
    built = build.KNOWLEDGE_FILE.read_text("utf-8")
    assert built == knowledge_json(), "run: python -m pixelwitness.rulebook.build"


def test_what_is_built_and_what_is_compiled_are_the_same(sources: dict[str, bytes]) -> None:
    assert load_knowledge() == compile_knowledge(sources)


def test_a_stale_or_missing_built_file_is_compiled_in_memory(
    monkeypatch: pytest.MonkeyPatch, sources: dict[str, bytes]
) -> None:
    compiled: list[str] = []

    def compile_and_tell(given: dict[str, bytes]) -> Knowledge:
        compiled.append(digest(given))
        return compile_knowledge(given)

    monkeypatch.setattr(loading, "compile_knowledge", compile_and_tell)
    load_knowledge()
    assert compiled == []
    changed = with_change(sources, "owners.yaml", "meta.ai", "metaai.example")
    monkeypatch.setattr(loading, "read_sources", lambda _: changed)
    assert load_knowledge().is_metas_own("metaai.example")
    monkeypatch.setattr(loading, "read_sources", lambda _: sources)
    monkeypatch.setattr(loading, "BUILT", "nothing-here.json")
    load_knowledge()
    assert compiled == [digest(changed), digest(sources)]


@pytest.mark.process
def test_loading_needs_neither_yaml_nor_models() -> None:
    script = (
        "import sys\n"
        "from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge\n"
        "load_knowledge()\n"
        "print([name for name in ('ruamel.yaml', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_hash_covers_names_and_bytes_of_all_files(sources: dict[str, bytes]) -> None:
    one = digest(sources)
    assert load_knowledge().sha256 == one
    assert digest(dict(reversed(sources.items()))) == one
    swapped = {**sources, "events.yaml": sources["owners.yaml"], "owners.yaml": sources["events.yaml"]}
    assert len({one, digest(swapped), digest({**sources, "events.yaml": sources["events.yaml"] + b"\n"})}) == 3


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "what"),
    [
        ("fields.yaml", "class: email\n", "class: e-mail\n", "class: e-mail", "'e-mail' is no data class"),
        ("fields.yaml", "keep: currency", "keep: coin", "keep: coin", "'coin' is no shape"),
        ("fields.yaml", "class: login_id, s", "class: login, s", "{name: fb_login_id", "'login' is no data class"),
        ("fields.yaml", "[info, kontakt,", "[Info, kontakt,", "words: [Info", "'Info' can never match"),
        ("fields.yaml", "keep: locale", "kept: locale", "kept: locale", "'kept' is no key that is known here"),
        ("fields.yaml", "    secret: true", "    secret: yes", "    secret: yes", "should be a valid boolean"),
        ("fields.yaml", "[em, eml,", "[em, em_l,", "person: [em, em_l", "can never match"),
        ("fields.yaml", "[fn, name,", "[fn, em,", "person: [fn, em", "'em' stands in fields"),
        ("fields.yaml", "sources: [iso4217]\n", "sources: [nowhere]\n", "sources: [nowhere]", "'nowhere' is not among"),
        ("fields.yaml", "  gender: gender\n", "", "classes:", "the class 'gender' has no label"),
        ("fields.yaml", "  gender: gender\n", "  gendr: x\n  gender: gender\n", "  gendr", "'gendr' is no data class"),
        ("fields.yaml", "checked_on: 2026-11-21", "checked_on: 2026-11", "checked_on: 2026-11\n", "match pattern"),
        ("fields.yaml", "checked_on: 2026-11-21", "checked_on: 2026-02-31", "checked_on: 2026-02-31", "is no day"),
        ("fields.yaml", "[AED,", "[AEDX,", "codes: [AEDX", "'AEDX' is no currency code"),
        ("fields.yaml", "version: 1", "version: one", "version: one", "should be a valid integer"),
        ("fields.yaml", "realm: person", "realm: people", "realm: people", "input should be 'person'"),
        ("events.yaml", "kind: standard", "kind: usual", "kind: usual", "input should be 'standard' or 'automatic'"),
        ("events.yaml", "- InputData", "- Lead", "names:\n      - Subscribed", "'Lead' stands in events[0], too"),
        ("events.yaml", "events:", "event:", "event:", "'event' is no key that is known here"),
        ("owners.yaml", "meta.ai", "https://meta.ai", "Meta AI", "'https://meta.ai' is no site"),
        ("config.yaml", "tells: takes", "tells: gives", "tells: gives", "input should be 'takes'"),
        ("config.yaml", "as: names", "as: text", "as: text", "input should be 'names'"),
        (
            "config.yaml",
            "key: page_metadata",
            "key: microdata",
            "key: microdata\n    label: title",
            "stands in settings",
        ),
        ("config.yaml", "key: microdata", "key: Microdata", "key: Microdata", "'Microdata' is no key"),
        ("config.yaml", "    features: [PageMetadata]\n", "", "key: page_metadata", "names neither sets nor features"),
        ("config.yaml", "    sets: [iwlExtractors]\n", "    features: [I]\n", "each: '*'", "has no effect"),
        (
            "config.yaml",
            "      name: {of: event_type",
            "      event: {of: event_type",
            "event: {of",
            "given by themselves",
        ),
        ("agents.yaml", "['wix*', 'plwix*']", "[Wix]", "[Wix]", "'Wix' can never match"),
        ("agents.yaml", "'plwix*'", "seg", "name: Segment", "'seg' stands in agents[2], too"),
        ("agents.yaml", "server: may send", "server: maybe", "server: maybe", "input should be 'sends'"),
        ("owners.yaml", "version: 1", "version: 1\nversion: 2", "version: 2", "comes twice"),
        ("owners.yaml", "owners:", "owners: [", "- {name: Facebook", "is not YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_place_field_and_consequence(
    sources: dict[str, bytes], file: str, old: str, new: str, at: str, what: str
) -> None:
    changed = with_change(sources, file, old, new)
    with pytest.raises(RulesError) as raised:
        compile_knowledge(changed)
    lines = [problem for problem in raised.value.problems if what in str(problem)]
    assert lines, str(raised.value)
    assert lines[0].file == f"rules/knowledge/{file}"
    assert abs(lines[0].line - line_of(changed[file], at)) <= 1, str(lines[0])
    assert str(lines[0]).endswith("the file is not used until this is mended")


def test_all_problems_of_all_files_are_told_at_once(sources: dict[str, bytes]) -> None:
    changed = with_change(sources, "fields.yaml", "class: email\n", "class: e-mail\n")
    changed = with_change(changed, "owners.yaml", "meta.ai", "meta")
    with pytest.raises(RulesError) as raised:
        compile_knowledge(changed)
    assert {problem.file for problem in raised.value.problems} == {
        "rules/knowledge/fields.yaml",
        "rules/knowledge/owners.yaml",
    }


def test_every_kept_field_has_a_class_of_facts_never_of_a_person() -> None:
    facts = {"money", "quantity", "product", "technical", "consent", "partner_agent", "event_time", "screen"}
    facts |= {"language", "event_name"}
    kept = {
        entry.data_class
        for realm in load_knowledge().entries.values()
        for entry in realm.values()
        if entry.keep is not None
    }
    assert kept == {DataClass(name) for name in facts}
