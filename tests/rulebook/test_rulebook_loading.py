"""Where rules come from, and what a set of them is known by."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pixelwitness.core.wire.request import Request
from pixelwitness.rulebook import RulesError, build, load_rules
from pixelwitness.rulebook.rules import rule_set
from pixelwitness.rulebook.rules.rule_set import BuiltRules, builtin_sources, check_all

USERS = """\
id: shop-relay
version: 3
title: A relay of the shop's
status: experimental
gives: event
channel: relay
confidence: hint
description: The shop hands events on.
references: [https://docs.shop.example/relay]
match:
  host: [t.shop.example]
  path: '/e'
decode:
  event_name: [params.name, params.ev]
examples:
  - name: an event
    request: GET https://t.shop.example/e?ev=Lead
    events:
      - event_name: Lead
  - name: another path
    request: GET https://t.shop.example/f?ev=Lead
    events: []
"""


def test_the_generated_file_is_fresh() -> None:
    generated = build.RULES_FILE
    assert generated.read_bytes() == build.rules_json(), "run: python -m pixelwitness.rulebook.build"


def test_generated_and_compiled_rules_are_the_same() -> None:
    compiled = check_all(builtin_sources())
    assert load_rules().rules == tuple(compiled)


def test_a_stale_or_missing_generated_file_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_rules()
    for built in (None, BuiltRules(rule_set.FORMAT, "0" * 64, []), BuiltRules(rule_set.FORMAT + 1, fresh.sha256, [])):
        monkeypatch.setattr(rule_set, "_read_built", lambda built=built: built)
        assert load_rules() == fresh


@pytest.mark.process
def test_built_in_rules_need_neither_yaml_nor_models() -> None:
    code = (
        "import sys; from pixelwitness.rulebook import load_rules; load_rules().detector(); "
        "print(sorted({'pydantic', 'ruamel', 'tldextract', 'click', 'rich', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_users_rules_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "shop-relay.yaml").write_text(USERS, "utf-8")
    (tmp_path / "notes.txt").write_text("no rule", "utf-8")
    rules = load_rules([tmp_path])
    assert {rule.id for rule in rules.rules} == {rule.id for rule in load_rules().rules} | {"shop-relay"}
    (event,) = rules.detector().detect(Request("GET", "https://t.shop.example/e?ev=Lead&name=")).events
    assert (event.rule.id, event.rule.version, event.event_name) == ("shop-relay", 3, "")


def test_a_single_file_may_be_named_and_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "shop-relay.yaml"
    file.write_text(USERS, "utf-8")
    assert load_rules([file, tmp_path]) == load_rules([file])


def test_the_hash_tells_sets_apart_and_not_their_folders(tmp_path: Path) -> None:
    for name, text in (("one", USERS), ("two", USERS), ("three", USERS + "# changed\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop-relay.yaml").write_text(text, "utf-8")
    plain, one, two, three = (
        load_rules(folders).sha256 for folders in ([], [tmp_path / "one"], [tmp_path / "two"], [tmp_path / "three"])
    )
    assert one == two
    assert len({plain, one, three}) == 3


def test_the_hash_covers_names_lengths_and_bytes() -> None:
    source = replace(builtin_sources()[0], id="a", data=b"xy")
    assert rule_set.digest([source]) == hashlib.sha256(b"a 2\nxy").hexdigest()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "meta-pixel-event",
            USERS.replace("id: shop-relay", "id: meta-pixel-event"),
            "1: id: 'meta-pixel-event' is the id of a built-in rule; "
            "ids are used once, choose another and rename the file",
        ),
        (
            "shop-relay",
            USERS.replace("id: shop-relay", "id: shop"),
            "1: id: 'shop' is not the name of the file; call it 'shop-relay' or rename the file",
        ),
    ],
)
def test_ids_are_used_once(tmp_path: Path, name: str, text: str, told: str) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(RulesError) as error:
        load_rules([tmp_path])
    assert str(error.value) == f"{file}:{told}"


def test_an_id_that_two_folders_use_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop-relay.yaml").write_text(USERS, "utf-8")
    one, two = (tmp_path / name / "shop-relay.yaml" for name in ("one", "two"))
    with pytest.raises(RulesError) as error:
        load_rules([tmp_path / "one", tmp_path / "two"])
    assert str(error.value) == (
        f"{two}:1: id: 'shop-relay' is the id of {one}; ids are used once, choose another and rename the file"
    )


def test_a_folder_without_rules_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "shop-relay.yml").write_text(USERS, "utf-8")
    missing = tmp_path / "nowhere"
    with pytest.raises(RulesError) as error:
        load_rules([tmp_path, missing])
    assert str(error.value).splitlines() == [
        f"{tmp_path}:1: holds no .yaml file, so it would add no rule (there are .yml files: rename them to .yaml)",
        f"{missing}:1: cannot be read: No such file or directory; name a folder of rule files, or a rule file",
    ]


def test_the_generated_file_holds_no_examples() -> None:
    built = msgspec.json.decode(build.RULES_FILE.read_bytes())
    assert {key for rule in built["rules"] for key in rule} <= {
        *("id", "version", "title", "status", "gives", "channel", "confidence", "description", "references"),
        *("match", "decode"),
    }
