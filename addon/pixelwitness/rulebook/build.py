"""Writes ``builtin.json``: ``python -m pixelwitness.rulebook.build``.

Owns the generated file.  Run after every change to a built-in rule; a test fails
when the file is stale, and until then the rules are compiled in memory.
"""

import sys
from pathlib import Path

import msgspec

from pixelwitness.rulebook.problems import RulesError
from pixelwitness.rulebook.ruleset import BUILT, FORMAT, BuiltRules, builtin_sources, compile_specs, digest


def built() -> bytes:
    """Return what ``builtin.json`` should hold; raise `RulesError` when a rule is wrong."""
    sources = builtin_sources()
    plain = msgspec.json.encode(BuiltRules(FORMAT, digest(sources), compile_specs(sources)))
    return msgspec.json.format(plain, indent=1) + b"\n"


def main() -> int:
    """Write the file beside this module."""
    try:
        content = built()
    except RulesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    Path(__file__).with_name(BUILT).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
