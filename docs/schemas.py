"""What the documentation takes from the published models of JSON: the schemas, and the tables of keys.

Beside `make`, which calls it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent / "reference" / "schemas"


def files() -> Mapping[Path, str]:
    """Return the text of each published schema by the file that holds it."""
    from pixelwitness.report.schemas import PUBLISHED, json_schema

    return {FOLDER / f"{name}.json": json.dumps(json_schema(name), indent=2) + "\n" for name in PUBLISHED}


def index() -> Iterator[Sequence[str]]:
    """Yield a row for each schema: its file, and the output that it describes."""
    from pixelwitness.report.schemas import PUBLISHED

    for name, (_, title) in PUBLISHED.items():
        command, _, what = title.partition(", ")
        yield f"[{name}.json](schemas/{name}.json)", f"`{command}`" + (f", {what}" if what else "")


def keys(model: str) -> Iterator[Sequence[str]]:
    """Yield a row for each key of a model: the key, with brackets behind it for a list, and what it holds."""
    for key, shape in _properties(model).items():
        brackets = "[]" if shape.get("type") == "array" else ""
        # The word that tells kinds of lines apart has no description of its own.
        yield f"`{key}{brackets}`", shape.get("description") or f"`{shape['enum'][0]}`"


def kinds() -> Iterator[str]:
    """Yield a part for each kind of statement: its name, what it says, its arguments."""
    from pixelwitness.report.statements.report_kinds import REPORT_KINDS
    from pixelwitness.report.statements.site_kinds import SITE_KINDS
    from pixelwitness.report.statements.statement import Statement

    common = set(Statement.__struct_fields__)
    for of, types in (("one site", SITE_KINDS), ("the whole report", REPORT_KINDS)):
        yield f"## Of {of}"
        yield ""
        for kind in types:
            yield f"### `{kind.__struct_config__.tag}`"
            yield ""
            yield (kind.__doc__ or "").strip().splitlines()[0]
            yield ""
            yield "| Argument | Holds |"
            yield "|---|---|"
            for key, shape in _properties(kind.__name__).items():
                if key != "kind" and key not in common:
                    brackets = "[]" if shape.get("type") == "array" else ""
                    yield f"| `{key}{brackets}` | {shape['description']} |"
            yield ""


def _properties(model: str) -> Mapping[str, Any]:
    from pixelwitness.report.schemas import PUBLISHED

    for published, _ in PUBLISHED.values():
        _, found = msgspec.json.schema_components([published])
        if model in found:
            properties: Mapping[str, Any] = found[model]["properties"]
            return properties
    raise KeyError(f"{model}: no published model has this name")
