"""One rule file: its bytes in, a checked rule or the list of its problems out.

Owns the way from text to `Rule`, and the words for problems that the models
find.  The heavy imports (YAML, models) are reached through here only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import ValidationError

from pixelwitness.core.detect.rule import Rule, parse_text
from pixelwitness.rulebook.rules import rule_checks, rule_model
from pixelwitness.rulebook.rules.rule_model import ExampleModel, RuleModel
from pixelwitness.rulebook.yaml import yaml_text
from pixelwitness.rulebook.yaml.problems import RuleProblem, meant
from pixelwitness.rulebook.yaml.yaml_text import Document, Place, YamlTextError, label

_MODEL_AT: Mapping[str, type[rule_model.Strict]] = {
    "": rule_model.RuleModel,
    "match": rule_model.MatchModel,
    "unless": rule_model.ConditionsModel,
    "at_least": rule_model.AtLeastModel,
    "literal": rule_model.LiteralModel,
    "decode": rule_model.DecodeModel,
    "examples": rule_model.ExampleModel,
    "events": rule_model.SightingModel,
    "contacts": rule_model.SightingModel,
    "signals": rule_model.SignModel,
    "observations": rule_model.SignModel,
}
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
_EXPECTED = {
    "int_type": "a whole number",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


@dataclass(frozen=True)
class CheckedRule:
    """A rule that passed every check."""

    rule: Rule
    examples: tuple[ExampleModel, ...]
    line: int
    """Line of its ``id``."""


def read(file: str, file_id: str, data: bytes) -> CheckedRule | list[RuleProblem]:
    """Read a rule file; ``file`` names it in problems, ``file_id`` is its name without suffix."""
    try:
        document = yaml_text.read(data)
    except YamlTextError as error:
        return [RuleProblem(file, error.line, "", str(error))]
    if not isinstance(document.value, dict):
        return [RuleProblem(file, 1, "", "is not a mapping; a rule has keys such as id, title and match")]
    problems = list(_of_text(file, document))
    if problems:  # what the models would say of a missing value or a key's second one only hides this
        return problems
    try:
        model = RuleModel.model_validate(document.value)
    except ValidationError as error:
        return [_problem(file, document, detail) for detail in error.errors(include_url=False)]
    problems = [
        RuleProblem(file, document.line(place), label(_shown(document, place)), what)
        for place, what in rule_checks.check(model, file_id)
    ]
    if problems:
        return problems
    return CheckedRule(rule_of(model), tuple(model.examples), document.line(("id",)))


def rule_of(model: RuleModel) -> Rule:
    """Return a checked rule as the core asks it: the same keys, without the examples."""
    text = model.model_dump_json(by_alias=True, exclude_none=True, exclude_unset=True, exclude={"examples"})
    return msgspec.json.decode(text, type=Rule, dec_hook=parse_text)


def _of_text(file: str, document: Document) -> Iterator[RuleProblem]:
    for place, line in document.repeated:
        yield RuleProblem(file, line, label(place), "is there twice; keep one, the second would be ignored")
    yield from (
        RuleProblem(file, document.line(place), label(place), "has no value; give one or drop the key")
        for place in _empty(document.value, ())
    )


def _empty(value: Any, at: Place) -> Iterator[Place]:
    if value is None:
        yield at
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _empty(part, (*at, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _empty(part, (*at, index))


def _problem(file: str, document: Document, error: Any) -> RuleProblem:
    place: Place = tuple(step for step in error["loc"] if step != "[key]")
    what = _what(error, place)
    return RuleProblem(file, document.line(place), label(_shown(document, place)), what)


def _shown(document: Document, place: Place) -> Place:
    """Leave out steps that the models add, such as the index of a text that stands for a list of one."""
    known = document.known(place)
    rest = place[len(known) :]
    return (*known, *rest) if len(rest) == 1 and isinstance(rest[0], str) else known


def _what(error: Any, place: Place) -> str:
    kind, found = error["type"], error.get("input")
    if kind == "rule":
        return str(error["ctx"]["text"])
    if kind == "missing":
        return "is missing; every rule states it" if len(place) == 1 else "is missing"
    if kind == "extra_forbidden":
        keys = _keys_at(place[:-1])
        return f"unknown key, it would have no effect{meant(str(place[-1]), keys)}"
    if kind == "literal_error":
        expected = error["ctx"]["expected"]
        return f"found {found!r}; {expected} is needed{meant(str(found), expected.split(chr(39))[1::2])}"
    if kind == "too_short":
        return "is empty, so it has no effect; name at least one"
    if kind == "greater_than_equal":
        return f"found {found!r}; at least {error['ctx']['ge']} is needed"
    if kind in _EXPECTED:
        return f"found {_KINDS.get(type(found), 'nothing')}; {_EXPECTED[kind]} is needed"
    return str(error["msg"])


def _keys_at(place: Place) -> list[str]:
    names = [step for step in place if isinstance(step, str)]
    model = _MODEL_AT.get(names[-1] if names else "")
    return [info.alias or name for name, info in model.model_fields.items()] if model else []
