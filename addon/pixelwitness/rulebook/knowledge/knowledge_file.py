"""One knowledge file: YAML in, a checked model or its problems out.

Owns what all files under ``rules/knowledge`` have in common: version, sources, strictness
and the words for what does not fit.  Must not know what a file is about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pixelwitness.rulebook.yaml import yaml_text
from pixelwitness.rulebook.yaml.problems import RuleProblem
from pixelwitness.rulebook.yaml.yaml_text import Document, Place, YamlTextError, label

_CONSEQUENCE = "the file is not used until this is mended"

type Words = list[str]
type Problems = Iterator[tuple[Place, str]]
"""Where something stands in the document, and what is wrong with it."""


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Source(Strict):
    url: str = Field(pattern=r"^https://\S+$")
    checked_on: str = Field(pattern=r"^20\d\d-[01]\d-[0-3]\d$")


class Sourced(Strict):
    """A statement with the names of its sources."""

    sources: Words = Field(min_length=1)


class Head(Strict):
    """What every file begins with."""

    version: int = Field(ge=1)
    sources: dict[str, _Source]


def checked[M: Head](
    file: str, sources: Mapping[str, bytes], model: type[M], check: Callable[[M], Problems], problems: list[RuleProblem]
) -> M | None:
    """Read and check one of the files, given by name; None and further problems when it is wrong."""
    shown = f"rules/knowledge/{file}"
    try:
        document = yaml_text.read(sources[file])
    except YamlTextError as error:
        problems.append(RuleProblem(shown, error.line, "", f"{error}; {_CONSEQUENCE}"))
        return None
    for place, line in document.repeated:
        problems.append(RuleProblem(shown, line, label(place), f"comes twice; {_CONSEQUENCE}"))
    try:
        read = model.model_validate(document.value)
    except ValidationError as error:
        problems += (_of_model(shown, document, detail) for detail in error.errors(include_url=False))
        return None
    wrong = [*_problems_of_sources(read), *check(read)]
    problems += (
        RuleProblem(shown, document.line(place), label(document.known(place)), f"{what}; {_CONSEQUENCE}")
        for place, what in wrong
    )
    return read


def _of_model(file: str, document: Document, error: Any) -> RuleProblem:
    place = tuple(error["loc"])
    known = document.known(place)
    missing = f"{place[-1]!r} is missing" if error["type"] == "missing" else ""
    extra = f"{place[-1]!r} is no key that is known here" if error["type"] == "extra_forbidden" else ""
    what = missing or extra or f"{str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"
    return RuleProblem(file, document.line(place), label(known), f"{what}; {_CONSEQUENCE}")


def _problems_of_sources(read: Head) -> Problems:
    for name, source in read.sources.items():
        try:
            date.fromisoformat(source.checked_on)
        except ValueError:
            yield (
                ("sources", name, "checked_on"),
                f"{source.checked_on!r} is no day; a date such as 2026-11-21 is needed",
            )
    for part, value in read:
        for index, statement in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(statement, Sourced):
                place = (part, index, "sources") if isinstance(value, list) else (part, "sources")
                for name in statement.sources:
                    if name not in read.sources:
                        yield (
                            place,
                            f"{name!r} is not among the file's sources; one of {listed(read.sources)} is needed",
                        )


def repeated[K](keys: Iterable[tuple[int, K]]) -> Iterator[tuple[int, K, int]]:
    """Yield (index, key, index of the first) for each key that stands in an earlier item, too.

    >>> list(repeated([(0, "a"), (1, "b"), (2, "a"), (2, "a")]))
    [(2, 'a', 0), (2, 'a', 0)]
    """
    first: dict[K, int] = {}
    for index, key in keys:
        if first.setdefault(key, index) != index:
            yield index, key, first[key]


def listed(names: Iterable[object]) -> str:
    """Name what would be right."""
    return ", ".join(map(str, names))
