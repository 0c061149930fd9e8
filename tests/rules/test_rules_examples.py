"""What must hold of every built-in rule, whatever it is about."""

from collections.abc import Iterator

from msgspec.structs import replace
from tests.rules.builtin import DETECTOR, RULES, examples

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.rule import Conditions, Literals, Rule
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.rulebook.rules.rule_examples import Example

BY_ID = {rule.id: rule for rule in RULES.rules}

_KEYS = ("method", "site", "host", "path", "all", "any", "at_least", "where", "document", "body", "unless")
_EMPTY = Conditions()


def literal_of_path(match: Conditions) -> bool:
    """Say whether the path holds the literal anyway: then it stands there for the first look alone."""
    path = str(match.path or "").replace("\\", "")
    return not match.literal.body and any(literal in path for literal in match.literal.url)


def conditions_dropped(match: Conditions) -> Iterator[tuple[str, Conditions]]:
    """Every way to drop one condition of a rule, with its name."""
    for key in _KEYS:
        if getattr(match, key) != getattr(_EMPTY, key):
            yield key, replace(match, **{key: getattr(_EMPTY, key)})
    if len(match.where) > 1:
        for locator in match.where:
            yield f"where {locator}", replace(match, where={at: p for at, p in match.where.items() if at != locator})
    if match.literal and not literal_of_path(match):
        yield "literal", replace(match, literal=Literals())
    if match.literal.url and match.literal.body:
        yield "literal.url", replace(match, literal=Literals(body=match.literal.body))
        yield "literal.body", replace(match, literal=Literals(url=match.literal.url))
    if match.unless is not None:
        kept = [key for key in _KEYS if getattr(match.unless, key) != getattr(_EMPTY, key)]
        if len(kept) > 1:
            for key, fewer in conditions_dropped(match.unless):
                yield f"unless.{key}", replace(match, unless=fewer)


def not_needed(rule: Rule, rules: tuple[Rule, ...], examples: list[Example]) -> list[str]:
    """Name the conditions of a rule without which all its examples still come out the same."""
    idle = []
    for key, match in conditions_dropped(rule.match):
        detector = Detector([replace(rule, match=match), *(one for one in rules if one.id != rule.id)])
        if all(one.found_by(detector) == one.expected and not claimed_twice(one, detector) for one in examples):
            idle.append(key)
    return idle


def claimed_twice(example: Example, detector: Detector) -> set[str]:
    """Name the rules that would give the same kind of thing as the rule that took the example."""
    detection = detector.detect(example.request)
    found = (*detection.events, *detection.contacts)
    kinds = {rule.id: rule.gives for rule in detector.rules}
    return {other for one in found for other in one.also_matched if kinds[other] == one.rule.gives}


def own(rule_id: str) -> list[Example]:
    return [example for example in examples().values() if example.rule_id == rule_id]


def test_every_example_gives_exactly_what_it_states() -> None:
    found = {name: example.found_by(DETECTOR) for name, example in examples().items()}
    assert found == {name: example.expected for name, example in examples().items()}


def test_no_example_is_claimed_by_two_rules_of_one_kind() -> None:
    claimed = {name: claimed_twice(example, DETECTOR) for name, example in examples().items()}
    assert {name: rules for name, rules in claimed.items() if rules} == {}


def test_the_first_look_lets_pass_whatever_a_rule_matches() -> None:
    assert [
        name for name, example in examples().items() if not passes(example) and DETECTOR.detect(example.request)
    ] == []


def passes(example: Example) -> bool:
    """Say whether the first look lets a request pass; navigations pass whatever their URL is."""
    request, screen = example.request, DETECTOR.screen
    return (
        is_navigation(request, None)
        or screen.wants_url(request.url)
        or (request.method == "POST" and screen.wants_body(request.content_type, request.body or b""))
    )


def test_every_rule_has_examples_for_and_against() -> None:
    lists = {"event": "events", "contact": "contacts", "signal": "signals", "observation": "observations"}
    one_sided = []
    for rule_id, rule in BY_ID.items():
        stated = [example.expected[lists[rule.gives]] for example in own(rule_id)]
        outcomes = {any(one["rule"] == rule_id for one in found) for found in stated if isinstance(found, list)}
        if outcomes != {True, False}:
            one_sided.append(rule_id)
    assert one_sided == []


def test_each_condition_of_every_rule_is_needed() -> None:
    idle = {rule_id: not_needed(rule, RULES.rules, own(rule_id)) for rule_id, rule in BY_ID.items()}
    assert {rule_id: conditions for rule_id, conditions in idle.items() if conditions} == {}


def test_a_condition_that_is_not_needed_is_noticed() -> None:
    rule = BY_ID["meta-pixel-library"]
    idle = replace(rule, match=replace(rule.match, method=("GET",)))
    assert not_needed(idle, RULES.rules, own(rule.id)) == ["method"]
