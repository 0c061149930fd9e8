"""Policy files: where they are looked for, and how they are read.

Owns the search from a folder upward, the way from TOML to the models, and every
error on it.  A policy is written by its user, so its errors may quote it.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pixelwitness.policy.config import policy_model
from pixelwitness.policy.config.policy_model import Declaration, Policy
from pixelwitness.policy.config.toml_lines import Place, line_of
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError, meant

NAMES = ("pixelwitness.toml", ".pixelwitness.toml")
SHARED = "pyproject.toml"
"""Other tools' settings stand in it, too; ours under ``[tool.pixelwitness]``."""
TABLE = ("tool", "pixelwitness")
MAX_BYTES = 1_000_000

_MODEL_AT: Mapping[str, type[BaseModel]] = {
    "site": policy_model.SitePolicy,
    "allow": policy_model.Allowed,
    "before-consent": policy_model.Allowed,
    "after-consent": policy_model.Allowed,
    "ignore": policy_model.Ignore,
}
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
_EXPECTED = {
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a day without quotes (2027-01-31)",
    "date_from_datetime_inexact": "a day without quotes (2027-01-31)",
}


class PolicyError(RulesError):
    """A policy, declaration or baseline that cannot be used; ``problems`` holds all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and where it was read from."""

    path: Path
    policy: Policy

    @property
    def declaration(self) -> Path | None:
        """The file of the declaration that it names."""
        named = self.policy.declaration
        return None if named is None else self.path.parent / named


def find_policy(folder: Path) -> Path | None:
    """Return the nearest policy file from a folder upward to the root of its repository; None where there is none.

    Outside of a repository the folder alone is looked at.  Raises `PolicyError` for a
    ``pyproject.toml`` that cannot be read: whether it holds a policy is unknown.
    """
    for here in _upward(folder):
        for name in NAMES:
            if (here / name).is_file():
                return here / name
        shared = here / SHARED
        if shared.is_file() and _table(_toml(shared)[1]) is not None:
            return shared
    return None


def repository_of(folder: Path) -> Path | None:
    """Return the root of the repository that a folder lies in."""
    here = folder.resolve()
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), None)


def read_policy(path: Path) -> PolicyFile:
    """Read a policy file; raise `PolicyError` with all that is wrong, OSError where it cannot be read."""
    text, told = _toml(path)
    prefix: Place = ()
    if path.name == SHARED:
        table = _table(told)
        if table is None:
            raise _refused(path, "has no table [tool.pixelwitness]; write the policy there")
        told, prefix = table, TABLE
    return PolicyFile(path, _checked(Policy, told, path, text, prefix))


def read_declaration(path: Path) -> Declaration:
    """Read a declaration; errors as those of `read_policy`."""
    text, told = _toml(path)
    return _checked(Declaration, told, path, text, ())


def _upward(folder: Path) -> Iterator[Path]:
    here = folder.resolve()
    root = repository_of(here)
    yield here
    if root is not None:
        yield from (one for one in here.parents if one == root or root in one.parents)


def _table(told: Mapping[str, Any]) -> Any:
    tool = told.get(TABLE[0])
    return tool.get(TABLE[1]) if isinstance(tool, dict) else None


def _toml(path: Path) -> tuple[str, dict[str, Any]]:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise _refused(path, f"it has more than {MAX_BYTES:,} bytes; this is no such file")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _refused(path, "it is not UTF-8; save it as UTF-8") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", 1)
        raise _refused(path, f"this is no TOML: {error}", line) from None
    except RecursionError:
        raise _refused(path, "it is nested too deeply") from None


def _checked[M: BaseModel](kind: type[M], told: object, path: Path, text: str, prefix: Place) -> M:
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        problems = [_problem(kind, one, path, text, prefix) for one in error.errors(include_url=False)]
        raise PolicyError(problems) from None
    except RecursionError:
        raise _refused(path, "it is nested too deeply") from None


def _refused(path: Path, what: str, line: int = 1) -> PolicyError:
    return PolicyError([RuleProblem(str(path), line, "", what)])


def _problem(kind: type[BaseModel], error: Any, path: Path, text: str, prefix: Place) -> RuleProblem:
    place: Place = tuple(step for step in error["loc"] if step != "[key]")
    return RuleProblem(str(path), line_of(text, (*prefix, *place)), _label(place), _what(kind, error, place))


def _label(place: Sequence[str | int]) -> str:
    """Return a place as it is spoken of.

    >>> _label(("site", 0, "allow", "data", 2))
    'site[1].allow.data[3]'
    """
    told = ""
    for step in place:
        told += f"[{step + 1}]" if isinstance(step, int) else f".{step[:60]}" if told else step[:60]
    return told


def _what(kind: type[BaseModel], error: Any, place: Place) -> str:
    told, found = error["type"], error.get("input")
    if told == "policy":
        return str(error["ctx"]["text"])
    if told == "missing":
        return "is missing"
    if told == "extra_forbidden":
        keys = _keys(kind, place[:-1])
        return f"there is no such key{meant(str(place[-1]), keys) or f'; the keys here are {", ".join(keys)}'}"
    if told == "too_short":
        return "is empty; name at least one"
    if told in _EXPECTED:
        return f"found {_KINDS.get(type(found), 'a date or time')}; {_EXPECTED[told]} is needed"
    return str(error["msg"])


def _keys(kind: type[BaseModel], place: Place) -> list[str]:
    names = [step for step in place if isinstance(step, str)]
    here = kind
    if names:
        here = policy_model.Declared if kind is Declaration else _MODEL_AT.get(names[-1], kind)
    return [info.alias or name for name, info in here.model_fields.items()]
