"""A checked rule as plain data, the form in which built-in rules are kept.

Owns the shape of ``builtin.json`` and the step from it to the core's `Rule`.
Light to import: neither YAML nor models are needed for rules that were checked
when they were built.  Must not check anything: what arrives here has been.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, get_args

import msgspec
import re2

from pixelwitness.core.detect.locator import Locator, parse
from pixelwitness.core.detect.rule import AtLeast, Channel, Conditions, Confidence, Decode, Gives, Rule
from pixelwitness.core.wire.request import BodyState


class AtLeastSpec(msgspec.Struct, frozen=True):
    """``at_least``: how many of which locators resolve."""

    n: int
    of: list[str]


class LiteralSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """``literal``: text of which one stands in the URL or the body."""

    url: list[str] = []
    body: list[str] = []


class MatchSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """``match`` and ``unless``."""

    method: list[str] = []
    site: list[str] = []
    host: list[str] = []
    path: str | None = None
    all: list[str] = []
    any: list[str] = []
    at_least: AtLeastSpec | None = None
    where: dict[str, str] = {}
    document: bool = False
    body: list[str] = []
    literal: LiteralSpec = LiteralSpec()
    unless: "MatchSpec | None" = None


class DecodeSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """``decode``: every key a list of locators."""

    pixel_id: list[str] = []
    event_name: list[str] = []
    dedup_id: list[str] = []
    sent_at: list[str] = []
    counter: list[str] = []
    in_frame: list[str] = []
    page: dict[str, list[str]] = {}
    copy: list[str] = []
    each: list[str] = []
    fields: dict[str, list[str]] = {}
    drop: list[str] = []
    kind: str | None = None
    value: list[str] = []


_SHORT = 40
"""Characters of a text whose match is remembered."""


class RuleSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule."""

    id: str
    version: int
    title: str
    status: str
    gives: str
    confidence: str
    description: str
    references: list[str]
    match: MatchSpec
    decode: DecodeSpec = DecodeSpec()
    channel: str | None = None


@dataclass(frozen=True)
class Pattern:
    """An RE2 pattern that meets captured text: linear in time, and no text makes it raise."""

    text: str
    _compiled: Any = field(init=False, repr=False, compare=False)
    _remembered: Callable[[str], Any] = field(init=False, repr=False, compare=False)
    """`_match` for short texts: the paths of Meta's end points come again and again."""
    _prefix: str = field(init=False, repr=False, compare=False)
    """What every match begins with: most texts are told apart by it, at a hundredth of the cost."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re2.compile(self.text, _options()))
        object.__setattr__(self, "_prefix", literal_prefix(self.text))
        object.__setattr__(self, "_remembered", lru_cache(maxsize=64)(self._match))

    @property
    def groups(self) -> frozenset[str]:
        """Names of its groups."""
        return frozenset(self._compiled.groupindex)

    def fullmatch(self, text: str, /) -> Any:
        """Match the whole text, or return None.

        >>> Pattern("/(?P<id>[0-9]+)").fullmatch("/12").groupdict()
        {'id': '12'}
        """
        if not text.startswith(self._prefix):
            return None
        return self._remembered(text) if len(text) <= _SHORT else self._match(text)

    def _match(self, text: str) -> Any:
        try:
            return self._compiled.fullmatch(text)
        except UnicodeEncodeError:  # a lone surrogate, which JSON can hold and RE2 cannot read
            return self._compiled.fullmatch(text.encode("utf-8", "replace").decode())


def literal_prefix(pattern: str) -> str:
    r"""Return literal text with which every full match of a pattern begins, possibly none.

    >>> literal_prefix("/tr/?"), literal_prefix(r"/signals/config/(?P<id>[0-9]+)"), literal_prefix("/a|/b")
    ('/tr', '/signals/config/', '')
    >>> literal_prefix(r"/x\.js"), literal_prefix("(?i)/tr"), literal_prefix("/ab{2}"), literal_prefix("/a*")
    ('/x', '', '/a', '/')
    """
    if "|" in re.sub(r"\([^()]*\)", "", pattern):
        return ""
    literal = re.match(r"[A-Za-z0-9/_=&%:,;~ -]*", pattern)
    prefix = literal[0] if literal else ""
    return prefix[:-1] if pattern[len(prefix) :][:1] in ("?", "*", "{") and prefix else prefix


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False  # a broken pattern is reported by us, not on stderr
    return options


def compile_rule(spec: RuleSpec, examples: tuple[Mapping[str, Any], ...] = ()) -> Rule:
    """Make the core's rule of a checked one."""
    gives: Mapping[str, Gives] = {name: name for name in get_args(Gives.__value__)}
    return Rule(
        id=spec.id,
        version=spec.version,
        title=spec.title,
        status=spec.status,
        gives=gives[spec.gives],
        confidence=Confidence(spec.confidence),
        description=spec.description,
        references=tuple(spec.references),
        match=_conditions(spec.match),
        decode=_decode(spec.decode),
        channel=Channel(spec.channel) if spec.channel else None,
        examples=examples,
    )


def _conditions(spec: MatchSpec) -> Conditions:
    return Conditions(
        method=frozenset(spec.method),
        site=frozenset(spec.site),
        host=frozenset(spec.host),
        path=None if spec.path is None else Pattern(spec.path),
        all=_locators(spec.all),
        any=_locators(spec.any),
        at_least=AtLeast(spec.at_least.n, _locators(spec.at_least.of)) if spec.at_least else None,
        where=tuple((parse(place), Pattern(pattern)) for place, pattern in spec.where.items()),
        document=spec.document,
        body=frozenset(map(BodyState, spec.body)),
        literal_url=tuple(spec.literal.url),
        literal_body=tuple(text.encode() for text in spec.literal.body),
        unless=None if spec.unless is None else _conditions(spec.unless),
    )


def _decode(spec: DecodeSpec) -> Decode:
    return Decode(
        pixel_id=_locators(spec.pixel_id),
        event_name=_locators(spec.event_name),
        dedup_id=_locators(spec.dedup_id),
        sent_at=_locators(spec.sent_at),
        counter=_locators(spec.counter),
        in_frame=_locators(spec.in_frame),
        page=tuple((name, _locators(places)) for name, places in spec.page.items()),
        copy=_locators(spec.copy),
        each=_locators(spec.each),
        fields=tuple((name, _locators(places)) for name, places in spec.fields.items()),
        drop=_locators(spec.drop),
        kind=spec.kind,
        value=_locators(spec.value),
    )


def _locators(texts: list[str]) -> tuple[Locator, ...]:
    return tuple(map(parse, texts))
