"""The rules of a set, as a person looks them up.

Owns the data behind ``rules list`` and ``rules show``.  Must not print.
"""

from dataclasses import dataclass

from pixelwitness.core.detect.rule import Rule
from pixelwitness.rulebook.rules.rule_set import RuleSet
from pixelwitness.rulebook.yaml.problems import meant


class UnknownRuleError(KeyError):
    """No rule has this id; the message says so and what may have been meant."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Entry:
    """A rule and the file that states it."""

    rule: Rule
    origin: str
    """``rules/detect/<id>.yaml`` for a built-in rule, else the user's file."""
    built_in: bool
    text: str
    """The YAML as written."""


def entries(rules: RuleSet) -> tuple[Entry, ...]:
    """Return every rule of a set with its file, ordered by id."""
    by_id = {rule.id: rule for rule in rules.rules}
    found = (
        Entry(by_id[source.id], source.shown, source.built_in, source.data.decode("utf-8-sig"))
        for source in rules.sources
    )
    return tuple(sorted(found, key=lambda entry: entry.rule.id))


def entry(rules: RuleSet, rule_id: str) -> Entry:
    """Return one rule with its file; raise `UnknownRuleError`."""
    known = {one.rule.id: one for one in entries(rules)}
    if rule_id not in known:
        raise UnknownRuleError(f"no rule has the id {rule_id!r}{meant(rule_id, known)}")
    return known[rule_id]
