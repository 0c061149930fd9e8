"""The published schemas: which model each output of JSON follows, as JSON Schema of 2020-12.

Owns the list of them.  The documentation holds them as files; tests hold every output to them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from pixelwitness.report.answers.difference_formats import Diff
from pixelwitness.report.check.check_model import CheckReport
from pixelwitness.report.published.line_model import Line
from pixelwitness.report.published.report_model import Report

PUBLISHED: Mapping[str, tuple[Any, str]] = {
    "report": (Report, "pixelwitness report --format json"),
    "report-lines": (Line, "pixelwitness report --format jsonl, one line"),
    "check": (CheckReport, "pixelwitness check --format json"),
    "diff": (Diff, "pixelwitness diff --format json"),
}
"""Name of a schema to the model that it is made of, and the command whose output it describes."""


def json_schema(name: str) -> dict[str, Any]:
    """Return one published schema; it allows keys that it does not know, since new ones may come.

    >>> json_schema("report")["title"]
    'pixelwitness report --format json'
    """
    model, title = PUBLISHED[name]
    made = msgspec.json.schema(model)
    for shape in made["$defs"].values():
        # It has a default, and is always there.
        if shape.get("properties", {}).get("schema_version", {}).pop("default", None) is not None:
            shape["required"] = ["schema_version", *shape.get("required", [])]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **made}
