"""The table of coverage: what shows each row, and what other tools do.

Owns ``coverage.yaml``; whether what it names exists is for a test to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pixelwitness.rulebook.yaml import yaml_text

FILE = Path(__file__).with_name("coverage.yaml")


@cache
def stated() -> Mapping[str, Any]:
    """Return the file as it stands."""
    value = yaml_text.read(FILE.read_bytes()).value
    assert isinstance(value, dict)
    return value


def proofs() -> Iterator[tuple[int, str, str | None]]:
    """Yield (row, rule or test, name of the rule's example or None) for all that is named."""
    for row in stated()["rows"]:
        for one in row["proof"]:
            yield from (
                ((row["number"], one, None),)
                if isinstance(one, str)
                else ((row["number"], rule, example) for rule, example in one.items())
            )


def rows() -> Iterator[Sequence[str]]:
    """Yield row, feature, what pixelwitness does, what shows it."""
    told: dict[int, list[str]] = {}
    for number, name, example in proofs():
        told.setdefault(number, []).append(_shown(name, example))
    for row in stated()["rows"]:
        yield str(row["number"]), row["feature"], row["does"], "<br>".join(told.get(row["number"], ()))


def _shown(name: str, example: str | None) -> str:
    if "::" in name:
        return f"`{name.removeprefix('tests/')}`"
    rule = f"[`{name}`](rules.md#{name})"
    return f"{rule}: {example}" if example else rule


def others() -> tuple[Sequence[str], Iterator[Sequence[str]]]:
    """Return heads and rows of what the other tools do."""
    found = stated()
    heads = ("Row", "Feature", *(tool["short"] for tool in found["tools"]))
    return heads, ((str(row["number"]), row["feature"], *row["others"].split()) for row in found["rows"])


def told() -> Iterator[str]:
    """Yield what was found by running the tools."""
    yield from (f"- Row {row['number']}: {row['told']}." for row in stated()["rows"] if "told" in row)


def sources() -> Iterator[str]:
    """Yield which versions of the tools were read."""
    found = stated()
    yield f"Read on {found['read_on']}:"
    yield ""
    yield from (f"- {tool['short']}: {tool['read']}" for tool in found["tools"])
