"""Locators: how a rule names a datum of a request.

    source(.name | ["any name"] | |json)*      source: params json item path headers cookies response

``|json`` decodes text that is itself JSON and leaves everything else as it is.
A quoted name that ends in ``*`` gathers by prefix.  Owns parsing and resolving;
must not know rules.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json
from pixelwitness.core.wire.params import OWN
from pixelwitness.core.wire.request import Request, Response

type Source = Literal["params", "json", "item", "path", "headers", "cookies", "response"]
type Value = bool | int | float | str | list[Json] | Mapping[str, Value] | Mapping[str, Json] | None
"""What a locator resolves to; None means that it does not resolve."""

SOURCES: Final = ("params", "json", "item", "path", "headers", "cookies", "response")
RESPONSE_NAMES: Final = ("status", "headers", "cookies", "text", "json", "script")

_STEP = re.compile(r'\.([A-Za-z0-9_-]+)|\["([^"\\]+)"\]|\|(json)(?![A-Za-z0-9_-])')
_MAPPINGS = (dict, Mapping)
"""Asked in this order: whether something is a `dict` is known much faster than whether it is like one."""


class LocatorError(ValueError):
    """A locator that cannot be read; the message says where and what would be right."""


class Locator(str):
    """One place in a request, such as ``params.ud`` or ``json["fb.pixel_id"]``; its text, and what that says.

    >>> Locator('json["fb.pixel_id"]').names, Locator("params.data|json").source
    (('fb.pixel_id',), 'params')
    >>> Locator("query.id")
    Traceback (most recent call last):
    ...
    pixelwitness.core.detect.locator.LocatorError: 'query.id' starts with 'query'; a locator starts with one of \
params, json, item, path, headers, cookies, response
    """

    source: str
    steps: tuple[str | None, ...]
    """The names on the way; None is a ``|json``."""
    names: tuple[str, ...]
    """The steps without the ``|json``."""
    gathers: bool
    """It takes all that stands at a place (``params["*"]``)."""
    parameter: str | None
    """The name of the parameter, where the locator is nothing but one (``params.dl``)."""

    def __init__(self, text: str) -> None:
        self.source, self.steps = _parsed(text)
        self.names = tuple(step for step in self.steps if step is not None)
        self.gathers = self.names[-1:] == ("*",)
        is_parameter = self.source == "params" and len(self.steps) == len(self.names) == 1
        self.parameter = self.names[0] if is_parameter and not self.names[0].endswith("*") else None


class Scope(msgspec.Struct, frozen=True, gc=False):
    """What locators read: a request, and where they have one an answer, an item, the groups of the path."""

    request: Request
    groups: Mapping[str, str | None]
    item: Json = None
    response: Response | None = None


def _parsed(text: str) -> tuple[str, tuple[str | None, ...]]:
    head = re.match(r"[a-z]*", text)
    source = head[0] if head else ""
    if source not in SOURCES:
        raise LocatorError(f"{text!r} starts with {source!r}; a locator starts with one of {', '.join(SOURCES)}")
    steps: list[str | None] = []
    at = len(source)
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            rest = text[at:]
            raise LocatorError(f'{text!r} cannot be read from {rest!r} on; steps are .name, ["any name"] and |json')
        steps.append(None if step[3] else step[1] or step[2])
        at = step.end()
    first = steps[0] if steps else None
    if source == "response" and first not in RESPONSE_NAMES:
        raise LocatorError(f"{text!r}: response offers .{', .'.join(RESPONSE_NAMES)}")
    if source == "path" and not isinstance(first, str):
        raise LocatorError(f"{text!r}: path needs the name of a group, as path.<name>")
    return source, tuple(steps)


def resolve(locator: Locator, scope: Scope) -> Value:
    """Return what stands at a place, None where nothing does; an empty string is something."""
    if locator.parameter is not None:  # as of most
        return scope.request.params.get(locator.parameter)
    value, steps = _start(locator, scope)
    for step in steps:
        value = _decoded(value) if step is None else _child(value, step, ignore_case=locator.source == "headers")
        if value is None:
            return None
    return value


def _start(locator: Locator, scope: Scope) -> tuple[Value, tuple[str | None, ...]]:
    request, steps = scope.request, locator.steps
    match locator.source:
        case "params":
            return request.params, steps
        case "json":
            return request.json, steps
        case "item":
            return scope.item, steps
        case "path":
            return {name: text for name, text in scope.groups.items() if text is not None}, steps
        case "headers":
            return request.header_map, steps
        case "cookies":
            return request.cookies, steps
    if scope.response is None:
        return None, steps
    return _of_response(scope.response, str(steps[0])), steps[1:]


def _of_response(response: Response, name: str) -> Value:
    match name:
        case "status":
            return response.status
        case "headers":
            return response.header_map
        case "cookies":
            return response.cookies
        case "text":
            return response.text
        case "script":
            return response.brings_script
    return response.json


def _decoded(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    decoded = json_text.loads_or_none(value)
    return value if decoded is None else decoded


def _child(value: Value, name: str, *, ignore_case: bool) -> Value:
    if isinstance(value, list):
        return value[int(name)] if name.isascii() and name.isdigit() and int(name) < len(value) else None
    if not isinstance(value, _MAPPINGS):
        return None
    if ignore_case:
        name = name.lower()
    if name.endswith("*"):
        prefix = name[:-1]
        gathered = {key.removeprefix(prefix): part for key, part in value.items() if key.startswith(prefix)}
        return gathered or None
    return value.get(name)


def first_text(value: Value) -> str | None:
    """Return a value as one text: a scalar as JSON writes it, else the first leaf; None when there is none.

    >>> first_text({"0": "e1", "1": "e2"}), first_text(12), first_text(""), first_text([])
    ('e1', '12', '', None)
    """
    return next((text for _, text in leaves("", value)), None)


def leaves(name: str, value: Value) -> Iterator[tuple[str, str]]:
    """Yield every leaf under a value as (name, text).

    Names of mappings are joined by dots, lists repeat the name, JSON inside text is
    unpacked, ``null`` is nothing.

    >>> list(leaves("cd", {"value": 19.9, "contents": '[{"id": "a"}, {"id": "b"}]', "note": None}))
    [('cd.value', '19.9'), ('cd.contents.id', 'a'), ('cd.contents.id', 'b')]
    """
    todo: list[tuple[str, Value]] = [(name, value)]
    while todo:
        at, node = todo.pop()
        if isinstance(node, str):
            inner = json_text.embedded(node)
            if inner is None:
                yield at, node
                continue
            node = inner
        if isinstance(node, Mapping):
            todo.extend((joined(at, key), part) for key, part in reversed(list(node.items())))
        elif isinstance(node, list):
            todo.extend((at, part) for part in reversed(node))
        elif node is not None:
            yield at, json_text.scalar_text(node)


def joined(name: str, key: str) -> str:
    """Name a part of what has a name."""
    if key == OWN or not name:
        return name or key
    return f"{name}.{key}"
