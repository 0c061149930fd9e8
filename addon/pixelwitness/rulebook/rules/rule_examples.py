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
    model: ExampleModel

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def request(self) -> Request:
        state = self.model.body_state
        return read_request(self.model.request, BodyState(state) if state else None)

    @property
    def response(self) -> Response | None:
        return read_response(self.model.response) if self.model.response else None

    @property
    def expected(self) -> Found:
        """What must be found."""
        model, by = self.model, self.model.rule or self.rule_id
        expected: dict[str, object] = {
            "events": _plain(model.events, by),
            "contacts": _plain(model.contacts, by),
        }
        if self.gives == "signal":
            expected["signals"] = _plain(model.signals, self.rule_id)
        if self.gives == "observation":
            expected["observations"] = _plain(model.observations, self.rule_id)
        return expected

    def found_by(self, detector: Detector) -> Found:
        """Return what a set of rules makes of the example."""
        detection = detector.detect(self.request, self.response)
        found: dict[str, object] = {
            "events": [_of_sighting(event) for event in detection.events],
            # To Meta everything is a contact of last resort; the examples of other rules need not say so.
            "contacts": [
                _of_sighting(contact)
                for contact in detection.contacts
                if not contact.rule.is_last_resort or contact.rule.id == self.rule_id
            ],
        }
        if self.gives == "signal":
            found["signals"] = [_of_sign(sign) for sign in detection.signals if sign.rule.id == self.rule_id]
        if self.gives == "observation":
            observer = Observer(rule for rule in detector.rules if rule.id == self.rule_id)
            answer = self.response or Response()
            found["observations"] = [_of_sign(sign) for sign in observer.observe(self.request, answer)]
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
    wanted = None if ids is None else frozenset(rules.source(rule_id).id for rule_id in ids)
    examples: list[Example] = []
    for source in rules.sources:
        if wanted is not None and source.id not in wanted:
            continue
        checked = check(source)
        if isinstance(checked, list):
            raise RulesError(checked)
        examples += [Example(source.id, checked.rule.gives, model) for model in checked.examples]
    return tuple(examples)


def run_examples(rules: RuleSet, ids: Iterable[str] | None = None) -> tuple[Outcome, ...]:
    """Run examples against the whole set."""
    detector = rules.detector()
    return tuple(
        Outcome(example.rule_id, example.name, example.expected, example.found_by(detector))
        for example in examples_of(rules, ids)
    )


def _plain(models: Sequence[Strict] | None, by: str) -> list[dict[str, object]]:
    return [{"rule": by, **model.model_dump(exclude_none=True)} for model in models or ()]


def _of_sighting(sighting: Sighting) -> dict[str, object]:
    return {"rule": sighting.rule.id, **as_mapping(sighting)}


def _of_sign(sign: Sign) -> dict[str, object]:
    fields = as_mapping(Sighting(sign.request, sign.rule, fields=sign.fields)).get("fields")
    plain = {"rule": sign.rule.id, "kind": sign.kind, "value": sign.value, "fields": fields}
    return {name: value for name, value in plain.items() if value is not None}
