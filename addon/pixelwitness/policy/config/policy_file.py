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
from pixelwitness.policy.config.toml_lines import TomlPath, find_line
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
        if shared.is_file() and _own_table(_parse_toml(shared)[1]) is not None:
            return shared
    return None


def repository_of(folder: Path) -> Path | None:
    """Return the root of the repository that a folder lies in."""
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), None)


def read_policy(path: Path) -> PolicyFile:
    """Read a policy file; raise `PolicyError` with all that is wrong, OSError where it cannot be read."""
    text, document = _parse_toml(path)
    prefix: TomlPath = ()
    if path.name == SHARED:
        table = _own_table(document)
        if table is None:
            raise _refusal(path, "has no table [tool.pixelwitness]; write the policy there")
        document, prefix = table, TABLE
    return PolicyFile(path, _validate(Policy, document, path, text, prefix))


def read_declaration(path: Path) -> Declaration:
    """Read a declaration; errors as those of `read_policy`."""
    text, document = _parse_toml(path)
    return _validate(Declaration, document, path, text, ())


def _upward(folder: Path) -> Iterator[Path]:
    here = folder.resolve()
    root = repository_of(here)
    yield here
    if root is not None:
        yield from (parent for parent in here.parents if parent == root or root in parent.parents)


def _own_table(document: Mapping[str, Any]) -> Any:
    tool = document.get(TABLE[0])
    return tool.get(TABLE[1]) if isinstance(tool, dict) else None


def _parse_toml(path: Path) -> tuple[str, dict[str, Any]]:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise _refusal(path, f"it has more than {MAX_BYTES:,} bytes; this is no such file")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _refusal(path, "it is not UTF-8; save it as UTF-8") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", 1)
        raise _refusal(path, f"this is no TOML: {error}", line) from None
    except RecursionError:
        raise _refusal(path, "it is nested too deeply") from None


def _validate[M: BaseModel](model: type[M], document: object, path: Path, text: str, prefix: TomlPath) -> M:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = [_problem(model, detail, path, text, prefix) for detail in error.errors(include_url=False)]
        raise PolicyError(problems) from None
    except RecursionError:
        raise _refusal(path, "it is nested too deeply") from None


def _refusal(path: Path, what: str, line: int = 1) -> PolicyError:
    return PolicyError([RuleProblem(str(path), line, "", what)])


def _problem(model: type[BaseModel], detail: Any, path: Path, text: str, prefix: TomlPath) -> RuleProblem:
    place: TomlPath = tuple(step for step in detail["loc"] if step != "[key]")
    line = find_line(text, (*prefix, *place))
    return RuleProblem(str(path), line, _format_place(place), _describe(model, detail, place))


def _format_place(place: Sequence[str | int]) -> str:
    """Return a place as messages name it.

    >>> _format_place(("site", 0, "allow", "data", 2))
    'site[1].allow.data[3]'
    """
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step[:60]}" if text else step[:60]
    return text


def _describe(model: type[BaseModel], detail: Any, place: TomlPath) -> str:
    kind, value = detail["type"], detail.get("input")
    if kind == "policy":
        return str(detail["ctx"]["text"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        keys = _keys(model, place[:-1])
        return f"there is no such key{meant(str(place[-1]), keys) or f'; the keys here are {", ".join(keys)}'}"
    if kind == "too_short":
        return "is empty; name at least one"
    if kind in _EXPECTED:
        return f"found {_KINDS.get(type(value), 'a date or time')}; {_EXPECTED[kind]} is needed"
    return str(detail["msg"])


def _keys(model: type[BaseModel], place: TomlPath) -> list[str]:
    names = [step for step in place if isinstance(step, str)]
    if names:
        model = policy_model.Declared if model is Declaration else _MODEL_AT.get(names[-1], model)
    return [info.alias or name for name, info in model.model_fields.items()]
