"""Sets of rules, loaded: the built-in ones, and those of a user's folders.

Owns where rule files are found and the fast way around checking them: what was
checked when ``builtin.json`` was built is taken from there as long as the rule
files have not changed.  Everything else is read, checked and compiled in memory.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.rule import Rule, parse_text
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError, meant

if TYPE_CHECKING:
    from pixelwitness.rulebook.rules.rule_file import CheckedRule

BUILT = "builtin.json"
FORMAT = 2
"""Raised when the shape of `Rule` changes: then an older ``builtin.json`` is stale."""


class UnknownRuleError(KeyError):
    """No rule has this id; the message says so and what may have been meant."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class RuleSource:
    """A rule file as found."""

    id: str
    """Name without suffix, which is the rule's id."""
    shown: str
    """How the file is named to people: ``rules/detect/<id>.yaml`` for a built-in rule, else the user's file."""
    data: bytes = field(repr=False)
    built_in: bool

    @property
    def text(self) -> str:
        """The YAML as written."""
        return self.data.decode("utf-8-sig")


class BuiltRules(msgspec.Struct, frozen=True):
    """The content of ``builtin.json``."""

    format: int
    sha256: str
    rules: list[Rule]


@dataclass(frozen=True)
class RuleSet:
    """Rules ready for use, with the hash by which a recording's rows know them."""

    rules: tuple[Rule, ...]
    sha256: str
    """Of the names and bytes of all rule files, in order of their names."""
    sources: tuple[RuleSource, ...] = field(default=(), repr=False)

    def detector(self) -> Detector:
        """Return a detector that asks these rules."""
        return Detector(self.rules)

    def source(self, rule_id: str) -> RuleSource:
        """Return the file of a rule; raise `UnknownRuleError`."""
        by_id = {source.id: source for source in self.sources}
        if rule_id not in by_id:
            raise UnknownRuleError(f"no rule has the id {rule_id!r}{meant(rule_id, by_id)}")
        return by_id[rule_id]


def load_rules(extra: Sequence[Path] = ()) -> RuleSet:
    """Load the built-in rules and those of further folders or files.

    Raises `RulesError` with all problems of all files.
    """
    ours = builtin_sources()
    theirs, problems = _user_sources(extra)
    rules = _builtin_rules(ours)
    taken = {source.id: source for source in ours}
    for source in theirs:
        checked = check(source)
        if isinstance(checked, list):
            problems += checked
            continue
        first = taken.setdefault(source.id, source)
        if first is not source:
            where = "a built-in rule" if first.built_in else first.shown
            what = f"{source.id!r} is the id of {where}; ids are used once, choose another and rename the file"
            problems.append(RuleProblem(source.shown, checked.line, "id", what))
            continue
        rules.append(checked.rule)
    if problems:
        raise RulesError(problems)
    sources = (*ours, *theirs)
    return RuleSet(tuple(rules), digest(sources), sources)


def builtin_sources() -> tuple[RuleSource, ...]:
    """Return the files of the built-in rules, in order of their names."""
    folder = resources.files("pixelwitness.rules") / "detect"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(
        RuleSource(file.name.removesuffix(".yaml"), f"rules/detect/{file.name}", file.read_bytes(), built_in=True)
        for file in files
    )


def check(source: RuleSource) -> "CheckedRule | list[RuleProblem]":
    """Read one rule file and check it whole."""
    # Imported here: YAML and models would slow every start.
    from pixelwitness.rulebook.rules import rule_file

    return rule_file.read(source.shown, source.id, source.data)


def check_all(sources: Iterable[RuleSource]) -> list[Rule]:
    """Check rule files and return their rules; raise `RulesError` with all problems of all files."""
    results = [check(source) for source in sources]
    problems = [problem for result in results if isinstance(result, list) for problem in result]
    if problems:
        raise RulesError(problems)
    return [result.rule for result in results if not isinstance(result, list)]


def digest(sources: Iterable[RuleSource]) -> str:
    """Return the SHA-256 of rule files: each one's name, length and bytes, in order of names."""
    total = hashlib.sha256()
    for source in sorted(sources, key=lambda source: (source.id, source.shown)):
        total.update(f"{source.id} {len(source.data)}\n".encode("utf-8", "replace"))
        total.update(source.data)
    return total.hexdigest()


def _builtin_rules(sources: Sequence[RuleSource]) -> list[Rule]:
    built = _read_built()
    fresh = built is not None and built.format == FORMAT and built.sha256 == digest(sources)
    return built.rules if built is not None and fresh else check_all(sources)


def _read_built() -> BuiltRules | None:
    file = resources.files(__package__) / BUILT
    try:
        return msgspec.json.decode(file.read_bytes(), type=BuiltRules, dec_hook=parse_text)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _user_sources(extra: Sequence[Path]) -> tuple[list[RuleSource], list[RuleProblem]]:
    files: dict[Path, None] = {}
    problems: list[RuleProblem] = []
    for place in extra:
        of_place = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
        if not of_place:
            other = " (there are .yml files: rename them to .yaml)" if any(place.glob("*.yml")) else ""
            problems.append(RuleProblem(str(place), 1, "", f"holds no .yaml file, so it would add no rule{other}"))
        files |= dict.fromkeys(of_place)
    sources = []
    for file in files:
        try:
            sources.append(RuleSource(file.stem, str(file), file.read_bytes(), built_in=False))
        except OSError as error:
            what = f"cannot be read: {error.strerror}; name a folder of rule files, or a rule file"
            problems.append(RuleProblem(str(file), 1, "", what))
    return sources, problems
