"""What must hold between the keys of a rule, and between rules.

Owns the checks that need more than one key.  Each says what was found, what would
be right and what would happen otherwise.  Must not know files or lines.
"""

from collections.abc import Callable, Iterator, Mapping

from pixelwitness.core.detect.locator import Locator
from pixelwitness.core.detect.pattern import Pattern
from pixelwitness.core.detect.rule import CREDENTIALS
from pixelwitness.core.wire.request import BodyState
from pixelwitness.rulebook.rules import wire_text
from pixelwitness.rulebook.rules.rule_model import ConditionsModel, ExampleModel, MatchModel, RuleModel, Strict
from pixelwitness.rulebook.yaml.yaml_text import Place

type Problem = tuple[Place, str]
"""Where something stands in the document, and what is wrong with it."""

_LISTS = {"event": "events", "contact": "contacts", "signal": "signals", "observation": "observations"}


def check(rule: RuleModel, file_id: str) -> Iterator[Problem]:
    """Yield everything that is wrong with a rule whose keys are all well formed."""
    if rule.id != file_id:
        yield ("id",), f"{rule.id!r} is not the name of the file; call it {file_id!r} or rename the file"
    yield from _kind(rule)
    yield from _conditions(rule.match, ("match",))
    if rule.match.unless is not None:
        yield from _conditions(rule.match.unless, ("match", "unless"))
    yield from _reach(rule.match)
    yield from _locators(rule)
    yield from _examples(rule)


def _kind(rule: RuleModel) -> Iterator[Problem]:
    decode = rule.decode
    if rule.gives in ("event", "contact"):
        if rule.channel is None:
            yield ("channel",), f"is missing; {rule.gives}s are counted by the way they take"
        for key in ("kind", "value"):
            if getattr(decode, key) is not None:
                yield ("decode", key), f"has no effect: only signals and observations have one, this gives {rule.gives}"
        if rule.gives == "contact" and decode.each is not None:
            yield ("decode", "each"), "has no effect: only events come several in one request"
        return
    if rule.channel is not None:
        yield ("channel",), f"has no effect: only events and contacts have one, this gives {rule.gives}"
    if decode.kind is None:
        yield ("decode", "kind"), f"is missing; a {rule.gives} is known by its kind"
    for key, alias in ((name, info.alias or name) for name, info in type(decode).model_fields.items()):
        if key not in ("kind", "value", "fields", "drop") and getattr(decode, key) is not None:
            yield ("decode", alias), f"has no effect: a {rule.gives} has only kind, value and fields"


def _conditions(match: ConditionsModel, at: Place) -> Iterator[Problem]:
    if not match.model_fields_set:
        yield at, "has no condition; it would hold for every request"
    literal = match.literal
    if literal is not None and literal.url is None and literal.body is None:
        yield (*at, "literal"), "url and body are both empty, so this key has no effect"
    if match.at_least is not None and match.at_least.n >= len(match.at_least.of):
        n, of = match.at_least.n, len(match.at_least.of)
        yield (*at, "at_least", "n"), f"{n} of {of} locators; use all, or a number below {of}"
    for index, host in enumerate(match.host or ()):
        if match.site and not any(host == site or host.endswith("." + site) for site in match.site):
            yield (*at, "host", index), f"{host!r} is on none of the sites of this rule, so it can never match"


def _reach(match: MatchModel) -> Iterator[Problem]:
    if match.site or match.host or match.document:
        return
    literal = match.literal
    if literal is None or (literal.url is None and literal.body is None):
        yield (
            ("match",),
            "names neither site nor host and has no literal and no document: true; "
            "every body of every request would have to be parsed for it",
        )


def _locators(rule: RuleModel) -> Iterator[Problem]:
    groups = Pattern(rule.match.path).groups if rule.match.path is not None else frozenset[str]()
    for place, text in _all_locators(rule):
        locator = Locator(text)
        if locator.source == "path" and locator.names[0] not in groups:
            yield place, f"{text!r}: the pattern of match.path has no group (?P<{locator.names[0]}>…)"
        if locator.source == "item" and (rule.decode.each is None or place[0] == "match"):
            yield place, f"{text!r}: there are items only in decode, and only where decode.each says which"
        if place[0] == "decode" and locator.names and locator.names[-1] in CREDENTIALS and place[1] != "drop":
            yield place, f"{text!r} is what a caller proves itself with; it must not leave the request"
        if locator.source == "response" and rule.gives != "observation":
            yield place, f"{text!r}: only observations look at the answer; what was sent does not depend on it"


def _all_locators(rule: RuleModel) -> Iterator[tuple[Place, str]]:
    parts: list[tuple[Place, Strict]] = [(("match",), rule.match), (("decode",), rule.decode)]
    if rule.match.unless is not None:
        parts.append((("match", "unless"), rule.match.unless))
    for at, part in parts:
        for name, info in type(part).model_fields.items():
            key, value = info.alias or name, getattr(part, name)
            if key in ("method", "site", "host", "path", "document", "body", "literal", "unless", "kind"):
                continue
            if key == "at_least":
                key, value = "at_least.of", value.of if value is not None else None
            if isinstance(value, list):
                for index, text in enumerate(value):
                    yield (*at, *key.split("."), index), str(text)
            elif key == "where":
                for text in value or ():
                    yield (*at, key, str(text)), str(text)
            elif isinstance(value, Mapping):
                for inner, texts in value.items():
                    for index, text in enumerate(texts):
                        yield (*at, key, str(inner), index), str(text)


def _examples(rule: RuleModel) -> Iterator[Problem]:
    names: set[str] = set()
    own = _LISTS[rule.gives]
    positive = negative = False
    for index, example in enumerate(rule.examples):
        at: Place = ("examples", index)
        if example.name in names:
            yield (*at, "name"), f"{example.name!r} is the name of an earlier example; each has its own"
        names.add(example.name)
        yield from _readable(example, at, rule)
        if all(getattr(example, key) is None for key in _LISTS.values()):
            yield at, f"expects nothing; say {own}: [] if nothing is to be found"
        if example.rule == rule.id:
            yield (*at, "rule"), "is this rule, which is expected anyway; drop the key"
        # Beside a signal or observation, `rule` names who makes the contact or event of the same request.
        if getattr(example, own) and (example.rule is None or own in ("signals", "observations")):
            positive = True
        else:
            negative = True
    if not positive:
        yield ("examples",), "none is expected to match; show at least one request that this rule is for"
    if not negative:
        yield ("examples",), "all are expected to match; show at least one look-alike that must stay silent"


def _readable(example: ExampleModel, at: Place, rule: RuleModel) -> Iterator[Problem]:
    state = BodyState(example.body_state) if example.body_state else None
    readers: tuple[tuple[str, Callable[[], object]], ...] = (
        ("request", lambda: wire_text.read_request(example.request, state)),
        ("response", lambda: example.response and wire_text.read_response(example.response)),
    )
    for key, read in readers:
        try:
            read()
        except wire_text.WireTextError as error:
            yield (*at, key), str(error)
    if example.response is not None and rule.gives != "observation":
        yield (*at, "response"), "has no effect: only observations look at the answer"
    if example.observations is not None and rule.gives != "observation":
        yield (*at, "observations"), f"this rule gives {rule.gives}; observations are tested where they are made"
    if example.signals is not None and rule.gives != "signal":
        yield (*at, "signals"), f"this rule gives {rule.gives}; signals are tested where they are made"
