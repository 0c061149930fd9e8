"""Runs the examples of rules against a whole set of rules.

Owns what it means that an example holds: the set finds exactly the events and
contacts it states, whole, and by the rule it names.  Signals and observations are
compared for their own rule alone, since several may stand in one request.
Examples are invented text, so what was expected and got may be shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pixelwitness.core.detect.detector import Detector, Observer
from pixelwitness.core.detect.sighting import Sighting, Sign, as_mapping
from pixelwitness.core.wire.request import BodyState, Request, Response
from pixelwitness.rulebook.rules.catalogue import entry
from pixelwitness.rulebook.rules.rule_model import ExampleModel, Strict
from pixelwitness.rulebook.rules.rule_set import RuleSet, check
from pixelwitness.rulebook.rules.wire_text import read_request, read_response
from pixelwitness.rulebook.yaml.problems import RulesError

type Found = Mapping[str, object]
"""What an example states or a rule set finds, by list (``events`` …) as plain values, each with its ``rule``."""


@dataclass(frozen=True)
class Example:
    """One example of a rule."""

    rule_id: str
    gives: str
    stated: ExampleModel

    @property
    def name(self) -> str:
        return self.stated.name

    @property
    def request(self) -> Request:
        state = self.stated.body_state
        return read_request(self.stated.request, BodyState(state) if state else None)

    @property
    def response(self) -> Response | None:
        return read_response(self.stated.response) if self.stated.response else None

    @property
    def expected(self) -> Found:
        """What must be found."""
        stated, by = self.stated, self.stated.rule or self.rule_id
        found: dict[str, object] = {
            "events": _plain(stated.events, by),
            "contacts": _plain(stated.contacts, by),
        }
        if self.gives == "signal":
            found["signals"] = _plain(stated.signals, self.rule_id)
        if self.gives == "observation":
            found["observations"] = _plain(stated.observations, self.rule_id)
        return found

    def found_by(self, detector: Detector) -> Found:
        """Return what a set of rules makes of the example."""
        detection = detector.detect(self.request, self.response)
        found: dict[str, object] = {
            "events": [_of_sighting(one) for one in detection.events],
            "contacts": [_of_sighting(one) for one in detection.contacts],
        }
        if self.gives == "signal":
            found["signals"] = [_of_sign(one) for one in detection.signals if one.rule.id == self.rule_id]
        if self.gives == "observation":
            observer = Observer(rule for rule in detector.rules if rule.id == self.rule_id)
            answer = self.response or Response()
            found["observations"] = [_of_sign(one) for one in observer.observe(self.request, answer)]
        return found


@dataclass(frozen=True)
class Outcome:
    """What came of one example."""

    rule_id: str
    example: str
    expected: Found
    got: Found

    @property
    def passed(self) -> bool:
        return self.expected == self.got


def examples_of(rules: RuleSet, ids: Iterable[str] | None = None) -> tuple[Example, ...]:
    """Return the examples of all rules of a set, or of the named ones; raise `UnknownRuleError` for other names."""
    wanted = None if ids is None else frozenset(entry(rules, rule_id).rule.id for rule_id in ids)
    found: list[Example] = []
    for source in rules.sources:
        if wanted is not None and source.id not in wanted:
            continue
        checked = check(source)
        if isinstance(checked, list):
            raise RulesError(checked)
        found += [Example(source.id, checked.rule.gives, one) for one in checked.examples]
    return tuple(found)


def run_examples(rules: RuleSet, ids: Iterable[str] | None = None) -> tuple[Outcome, ...]:
    """Run examples against the whole set."""
    detector = rules.detector()
    return tuple(
        Outcome(one.rule_id, one.name, one.expected, one.found_by(detector)) for one in examples_of(rules, ids)
    )


def _plain(stated: Sequence[Strict] | None, by: str) -> list[dict[str, object]]:
    return [{"rule": by, **one.model_dump(exclude_none=True)} for one in stated or ()]


def _of_sighting(one: Sighting) -> dict[str, object]:
    return {"rule": one.rule.id, **as_mapping(one)}


def _of_sign(one: Sign) -> dict[str, object]:
    fields = as_mapping(Sighting(one.request, one.rule, fields=one.fields)).get("fields")
    told: dict[str, object] = {"rule": one.rule.id, "kind": one.kind, "value": one.value, "fields": fields}
    return {name: value for name, value in told.items() if value is not None}
