"""The published schemas as tests hold outputs to them: with a real validator, and no key beside the documented ones."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from docs import schemas
from jsonschema import Draft202012Validator


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of a schema as it lies in the documentation, closed to keys that it does not know."""
    schema = json.loads((schemas.FOLDER / f"{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(_closed(schema))


def problems(name: str, document: object) -> list[str]:
    """Return where a document does not follow its schema; empty when it does."""
    found = validator(name).iter_errors(document)
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in found]


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    closed = {key: _closed(part) for key, part in value.items()}
    if isinstance(value.get("properties"), Mapping) and value.get("type") == "object":
        closed["additionalProperties"] = False
    return closed
