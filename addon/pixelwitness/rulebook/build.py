"""Writes ``builtin.json``, ``knowledge.json`` and ``sayings.json``: ``python -m pixelwitness.rulebook.build``.

Owns the generated files.  Run after every change to a built-in rule or to knowledge; a
test fails when a file is stale, and until then what it holds is compiled in memory.
"""

import sys
from pathlib import Path

import msgspec

from pixelwitness.rulebook import knowledge, sayings
from pixelwitness.rulebook.problems import RulesError
from pixelwitness.rulebook.ruleset import BUILT, FORMAT, BuiltRules, builtin_sources, compile_specs, digest


def built() -> bytes:
    """Return what ``builtin.json`` should hold; raise `RulesError` when a rule is wrong."""
    sources = builtin_sources()
    plain = msgspec.json.encode(BuiltRules(FORMAT, digest(sources), compile_specs(sources)))
    return msgspec.json.format(plain, indent=1) + b"\n"


def main() -> int:
    """Write the files beside this module."""
    try:
        contents = {
            BUILT: built(),
            knowledge.BUILT: knowledge.knowledge_json().encode(),
            sayings.BUILT: sayings.sayings_json().encode(),
        }
    except RulesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, content in contents.items():
        Path(__file__).with_name(name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
