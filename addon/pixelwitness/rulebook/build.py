"""Writes ``builtin.json``, ``knowledge.json`` and ``explanations.json``: ``python -m pixelwitness.rulebook.build``.

Owns the generated files.  Run after every change to a built-in rule or to knowledge; a
test fails when a file is stale, and until then what it holds is compiled in memory.
"""

import sys
from pathlib import Path

import msgspec

from pixelwitness.rulebook.knowledge import explanations, knowledge_loader
from pixelwitness.rulebook.rules import rule_set
from pixelwitness.rulebook.rules.rule_set import BuiltRules, builtin_sources, check_all, digest
from pixelwitness.rulebook.yaml.problems import RulesError

RULES_FILE, KNOWLEDGE_FILE, EXPLANATIONS_FILE = (
    Path(str(module.__file__)).with_name(module.BUILT) for module in (rule_set, knowledge_loader, explanations)
)
"""Where the files stand: each beside the module that reads it."""


def rules_json() -> bytes:
    """Return what ``builtin.json`` should hold; raise `RulesError` when a rule is wrong."""
    sources = builtin_sources()
    rules = BuiltRules(rule_set.FORMAT, digest(sources), check_all(sources))
    plain = msgspec.json.encode(rules, enc_hook=str)
    return msgspec.json.format(plain, indent=1) + b"\n"


def main() -> int:
    """Write the files."""
    try:
        contents = {
            RULES_FILE: rules_json(),
            KNOWLEDGE_FILE: knowledge_loader.knowledge_json().encode(),
            EXPLANATIONS_FILE: explanations.explanations_json().encode(),
        }
    except RulesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path, content in contents.items():
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
