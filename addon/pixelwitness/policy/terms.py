"""Terms out of files: what a policy, presets, a declaration and a baseline mean together.

Owns the way from what somebody named to `Terms`, the same for the command and for tests,
and the day that is today.  Where the names come from is the caller's.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.policy.config.policy_file import find_policy, read_declaration, read_policy
from pixelwitness.policy.config.policy_model import Policy
from pixelwitness.policy.config.presets import PRESETS
from pixelwitness.policy.judge import Terms
from pixelwitness.policy.known.baseline import read_baseline
from pixelwitness.policy.violations.verdict_rules import Rules
from pixelwitness.rulebook.yaml.problems import meant


class TermsError(ValueError):
    """What was named does not make terms, whatever the files hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What was named; without a ``policy`` the nearest file holds, unless ``no_policy``."""

    policy: Path | None = None
    no_policy: bool = False
    presets: tuple[str, ...] = ()
    declaration: Path | None = None
    baseline: Path | None = None


def read_terms(named: Named, knowledge: Knowledge) -> Terms:
    """Return by what is judged; raise `TermsError`, `PolicyError` for a file, OSError where it cannot be read."""
    found = named.policy or (None if named.no_policy else find_policy(Path.cwd()))
    path = None if found is None else _from_here(found)
    read = None if path is None else read_policy(path)
    declaration = named.declaration or (read.declaration if read else None)
    _must_be_known(named.presets)
    rules = Rules(
        read.policy if read else Policy(),
        named.presets,
        None if declaration is None else read_declaration(declaration),
    )
    if "declared" in rules.presets and declaration is None:
        raise TermsError(
            "the preset declared needs a declaration; name it by --declaration FILE, or by declaration in the policy"
        )
    return Terms(
        rules=rules,
        baseline=None if named.baseline is None else read_baseline(named.baseline),
        today=_today(),
        name="" if path is None else str(path),
        user_data=about_people(knowledge),
    )


def default_terms(knowledge: Knowledge) -> Terms:
    """Return the terms that hold where nothing is named: any event is a violation."""
    return Terms(user_data=about_people(knowledge))


def about_people(knowledge: Knowledge) -> frozenset[str]:
    """Return the families of fields that hold data about a person."""
    return frozenset(name for name, family in knowledge.families.items() if family.realm == "person")


def _must_be_known(presets: Iterable[str]) -> None:
    for name in presets:
        if name not in PRESETS:
            raise TermsError(f"there is no preset {name!r}{meant(name, PRESETS)}; presets are {', '.join(PRESETS)}")


def _from_here(path: Path) -> Path:
    """Return a path as it is seen from here, so that no output names a folder of this machine."""
    try:
        return path.resolve().relative_to(Path.cwd(), walk_up=True)
    except ValueError:  # another drive
        return path


def _today() -> date:
    """Return the day of ``SOURCE_DATE_EPOCH``, so that outputs can be made again, else today's in UTC."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(told), UTC).date()
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC).date()
