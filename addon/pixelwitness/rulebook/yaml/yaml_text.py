"""YAML 1.2 text into plain values, with the line of every key and item.

Owns what of YAML is accepted: one document of mappings, lists and plain scalars.
``no`` and ``on`` stay text; a key that comes twice, anchors, aliases and tags are
refused, as is a file that is too big, so that a rule means what it looks like.
Must not know what a rule is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import ScalarNode

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
    reader = _Reader(text)
    try:
        value = reader.document()
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise YamlTextError(mark.line + 1 if mark else 1, f"is not YAML: {problem.problem}") from problem
    except YAMLError as problem:
        reason = " ".join(str(problem).split())
        raise YamlTextError(1, f"is not YAML: {reason}") from problem
    return Document(value, reader.lines, tuple(reader.repeated))


class _Reader:
    """Makes values of the parser's events as they come, and refuses what is not accepted."""

    def __init__(self, text: str) -> None:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = "1.2"
        self._resolver: Any = yaml.resolver
        self._events: Iterator[Any] = yaml.parse(text)
        self._nodes = self._depth = 0
        self.lines: dict[Place, int] = {}
        self.repeated: list[tuple[Place, int]] = []

    def document(self) -> Plain:
        """Return the value of the only document."""
        value: Plain = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise YamlTextError(_line(event), "is not YAML: but found another document")
                value = self._value(next(self._events), ())
        if documents == 0:
            raise YamlTextError(1, "is empty; a rule is a mapping with id, version, title and so on")
        return value

    def _value(self, event: Any, at: Place) -> Plain:
        line = _line(event)
        if isinstance(event, AliasEvent) or event.anchor:
            raise YamlTextError(line, "uses an anchor or alias; write the value out where it is needed")
        if event.ctag is not None and str(event.ctag):
            raise YamlTextError(line, "uses a tag; only mappings, lists, text, numbers, true and false are read")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlTextError(line, f"holds more than {MAX_NODES} values; split the rule")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise YamlTextError(line, f"nests deeper than {MAX_DEPTH}; a rule needs far less")
        found = self._mapping(at) if isinstance(event, MappingStartEvent) else self._list(at)
        self._depth -= 1
        return found

    def _list(self, at: Place) -> list[Plain]:
        items: list[Plain] = []
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                break
            place = (*at, len(items))
            self.lines[place] = _line(event)
            items.append(self._value(event, place))
        return items

    def _mapping(self, at: Place) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                break
            line = _line(event)
            if isinstance(event, CollectionStartEvent):
                raise YamlTextError(line, "has a list or mapping as a key; keys are text")
            self._value(event, at)
            place = (*at, str(event.value))
            if event.value in found:
                self.repeated.append((place, line))
                self._pass_over()
                continue
            self.lines[place] = line
            found[event.value] = self._value(next(self._events), place)
        return found

    def _pass_over(self) -> None:
        """Read the value of a key that came again, and keep nothing of it."""
        kept = self.lines, self.repeated
        self.lines, self.repeated = {}, []
        self._value(next(self._events), ())
        self.lines, self.repeated = kept

    def _scalar(self, event: Any) -> Plain:
        text = str(event.value)
        kind = str(self._resolver.resolve(ScalarNode, text, event.implicit)).rpartition(":")[2]
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


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
