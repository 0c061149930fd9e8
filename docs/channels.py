"""The pages of the channels: what of them comes from the rules.

Owns the words for the conditions of a rule and the order of a page.
Must not know where the pages lie; ``make`` puts the lines into them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pixelwitness.core.detect.rule import Channel, Rule
from pixelwitness.rulebook.rules.rule_examples import Example, examples_of
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.rulebook.yaml import yaml_text

_WORDS = {
    "method": "Method",
    "site": "Site of the receiver",
    "host": "Host",
    "path": "Path, as a whole",
    "document": "Navigates a top-level document",
    "body": "State of the body",
    "all": "Has all of",
    "any": "Has one of",
}


def index() -> Iterator[Sequence[str]]:
    """Yield a row of the index for each channel: its page, its rules, how sure they are."""
    from pixelwitness.rulebook.knowledge.explanations import load_explanations

    rules = _by_channel()
    texts = {alias: word.text for word in load_explanations().words for alias in (word.name, *word.aliases)}
    for channel in Channel:
        sure = [str(rule.confidence) for rule in rules[channel]]
        counted = ", ".join(f"{sure.count(level)} {level}" for level in dict.fromkeys(sure))
        yield f"[`{channel}`]({channel}.md)", texts[channel], counted


def page(name: str) -> Iterator[str]:
    """Yield the lines of one channel's page that tell of its rules; raise ValueError for another word."""
    loaded = load_rules()
    rules = _by_channel()[Channel(name)]
    for rule in rules:
        value: Any = yaml_text.read(loaded.source(rule.id).data).value
        yield from _rule(rule, value["match"], examples_of(loaded, [rule.id]))


def _by_channel() -> Mapping[Channel, list[Rule]]:
    found: dict[Channel, list[Rule]] = {channel: [] for channel in Channel}
    for rule in sorted(load_rules().rules, key=lambda rule: rule.precedence):
        if rule.channel is not None:
            found[rule.channel].append(rule)
    return found


def _rule(rule: Rule, match: Mapping[str, Any], examples: Sequence[Example]) -> Iterator[str]:
    yield f"### {rule.id}"
    yield ""
    yield f"{rule.title}: {rule.gives}, {rule.confidence}."
    yield from re.split(r"(?<=[.;]) (?=[A-Z])", " ".join(rule.description.split()))
    yield ""
    yield "Recognised by:"
    yield ""
    yield from _conditions(match, "")
    yield ""
    for told, positive in (("Examples it finds", True), ("Look-alikes it leaves alone", False)):
        yield f"{told}:"
        yield ""
        yield from (f"- {one.name}" for one in examples if _finds(one) is positive)
        yield ""
    yield "Sources:"
    yield ""
    yield from (f"- <{address}>" for address in rule.references)
    yield ""


def _finds(example: Example) -> bool:
    # What another rule of the set finds is a look-alike of this one.
    return any(one["rule"] == example.rule_id for kind in example.expected.values() for one in _listed(kind))


def _conditions(match: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in match.items():
        if key == "unless":
            yield f"{indent}- Not where all of this holds:"
            yield from _conditions(value, f"{indent}  ")
        elif key == "at_least":
            yield f"{indent}- Has at least {value['n']} of: {_code(value['of'])}"
        elif key == "literal":
            places = (
                f"in the {'address' if place == 'url' else place} {_code(texts)}" for place, texts in value.items()
            )
            yield f"{indent}- One of these texts: {', or '.join(places)}"
        elif key == "where":
            for locator, pattern in value.items():
                yield f"{indent}- {_code(locator)} is, as a whole: {_code(pattern)}"
        elif value is True:
            yield f"{indent}- {_WORDS[key]}"
        else:
            yield f"{indent}- {_WORDS[key]}: {_code(value)}"


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _code(value: object) -> str:
    return ", ".join(f"`{one}`" for one in _listed(value))
