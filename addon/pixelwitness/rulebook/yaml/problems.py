"""Problems: what is wrong with a file of rules or knowledge, so that its author can mend it.

Owns the one error of the rulebook.  Must not know YAML or models.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class RuleProblem:
    """One thing that is wrong: where it stands, what was found, what would be right, and the consequence."""

    file: str
    line: int
    """1-based line in the file."""
    field: str
    """Place in the document, such as ``match.path`` or ``examples[2].request``; empty for the whole file."""
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.field, self.what) if part)


class RulesError(ValueError):
    """Rule files that cannot be used; ``problems`` holds every problem of every file, in order."""

    def __init__(self, problems: Iterable[RuleProblem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def meant(found: str, known: Iterable[str]) -> str:
    """Say which known word a wrong one was probably meant to be; empty when none is near.

    >>> meant("pth", ["path", "host"])
    "; did you mean 'path'?"
    """
    near = difflib.get_close_matches(found, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
