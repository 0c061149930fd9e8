"""The built-in rules and their examples, read once and only when a test asks."""

from collections.abc import Mapping
from functools import cache

from pixelwitness.rulebook import load_rules
from pixelwitness.rulebook.rules.rule_examples import Example, examples_of

RULES = load_rules()
DETECTOR = RULES.detector()


@cache
def examples() -> Mapping[str, Example]:
    """Return every example by the id of its rule and its name."""
    found = examples_of(RULES)
    named = {f"{example.rule_id}: {example.name}": example for example in found}
    assert len(named) == len(found), "two examples of a rule have one name"
    return named
