"""YAML 1.2 text into plain values, with the line of every key and item.

Owns what of YAML is accepted: one document of mappings, lists and plain scalars.
``no`` and ``on`` stay text; a key that comes twice, anchors, aliases and tags are
refused, as is a file that is too big, so that a rule means what it looks like.
Must not know what a rule is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 1_000_000
MAX_NODES = 10_000
MAX_DEPTH = 32

type Place = tuple[str | int, ...]
"""Where a value stands in its document: the keys and indices that lead to it."""
type Plain = bool | int | float | str | list[Plain] | dict[str, Plain] | None


class YamlTextError(ValueError):
    """Text that cannot be read; ``line`` is 1-based."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True)
class Document:
    """A YAML document as plain values."""

    value: Plain
    lines: Mapping[Place, int]
    """1-based line of every key and item."""
    repeated: tuple[tuple[Place, int], ...] = ()
    """Keys that came again, and where."""

    def known(self, place: Place) -> Place:
        """Return the longest start of a place that stands in the document."""
        while place and place not in self.lines:
            place = place[:-1]
        return place

    def line(self, place: Place) -> int:
        """Return the line of a place, or of what should hold it."""
        return self.lines.get(self.known(place), 1)


def label(place: Place) -> str:
    """Write a place as a person would.

    >>> label(("examples", 2, "request"))
    'examples[2].request'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")


def read(data: bytes) -> Document:
    r"""Read one YAML document; raise `YamlTextError` where that is impossible.

    >>> read(b"a: no\nb: [1, x]\n").value
    {'a': 'no', 'b': [1, 'x']}
    """
    if len(data) > MAX_BYTES:
        raise YamlTextError(1, f"is {len(data)} bytes long; at most {MAX_BYTES} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise YamlTextError(line, "is not UTF-8; save the file as UTF-8") from problem
    try:
        _refuse_tricks(text)
        root = _parser().compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise YamlTextError(mark.line + 1 if mark else 1, f"is not YAML: {problem.problem}") from problem
    except YAMLError as problem:
        reason = " ".join(str(problem).split())
        raise YamlTextError(1, f"is not YAML: {reason}") from problem
    if root is None:
        raise YamlTextError(1, "is empty; a rule is a mapping with id, version, title and so on")
    walk = _Walk()
    value = walk.plain(root, ())
    return Document(value, walk.lines, tuple(walk.repeated))


def _parser() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = "1.2"
    return yaml


def _refuse_tricks(text: str) -> None:
    nodes = depth = 0
    events: Iterator[Any] = _parser().parse(text)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise YamlTextError(line, "uses an anchor or alias; write the value out where it is needed")
        if isinstance(event, ScalarEvent | CollectionStartEvent):
            nodes += 1
            depth += isinstance(event, CollectionStartEvent)
            if event.ctag is not None and str(event.ctag):
                raise YamlTextError(line, "uses a tag; only mappings, lists, text, numbers, true and false are read")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if nodes > MAX_NODES:
            raise YamlTextError(line, f"holds more than {MAX_NODES} values; split the rule")
        if depth > MAX_DEPTH:
            raise YamlTextError(line, f"nests deeper than {MAX_DEPTH}; a rule needs far less")


@dataclass
class _Walk:
    lines: dict[Place, int] = field(default_factory=dict)
    repeated: list[tuple[Place, int]] = field(default_factory=list)

    def plain(self, node: Node, at: Place) -> Plain:
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            items: list[Plain] = []
            for index, part in enumerate(node.value):
                self.lines[(*at, index)] = part.start_mark.line + 1
                items.append(self.plain(part, (*at, index)))
            return items
        return _scalar(node)

    def _mapping(self, node: MappingNode, at: Place) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise YamlTextError(line, "has a list or mapping as a key; keys are text")
            key = str(key_node.value)
            place = (*at, key)
            if key in found:
                self.repeated.append((place, line))
                continue
            self.lines[place] = line
            found[key] = self.plain(value_node, place)
        return found


def _scalar(node: Node) -> Plain:
    text = str(node.value)
    kind = str(node.tag).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text, 10)
        if kind == "float":
            return float(text)
    except ValueError:
        pass
    # Dates, merge keys and odd numbers of older YAML: text, as they stand.
    return text
