"""Terms: by what is judged, and how they are read from the files that somebody names.

Owns what a policy, presets, a declaration and a baseline mean together, the same for the
command and for tests, and which day is today.  Where the names come from is the caller's.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.policy.baseline import Baseline, read_baseline
from pixelwitness.policy.config.checks import PRESETS
from pixelwitness.policy.config.policy_file import find_policy, read_declaration, read_policy
from pixelwitness.policy.config.policy_model import Policy
from pixelwitness.policy.violations.site_rules import PolicyRules
from pixelwitness.rulebook.yaml.problems import meant

NEVER = date.min
"""The day on which nothing has expired."""


class TermsError(ValueError):
    """What was named does not make terms, whatever the files hold."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what is judged."""

    rules: PolicyRules = field(default_factory=PolicyRules)
    baseline: Baseline | None = None
    today: date = NEVER
    """Ignores that end before this day count no more."""
    name: str = ""
    """The file of the policy, as messages call it."""
    user_data: Collection[str] = ()
    """Families of fields that hold data about a person."""


DEFAULT = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSources:
    """From what terms are read; without a ``policy`` from the nearest file, unless ``no_policy``."""

    policy: Path | None = None
    no_policy: bool = False
    presets: tuple[str, ...] = ()
    declaration: Path | None = None
    baseline: Path | None = None


def read_terms(sources: TermsSources, knowledge: Knowledge) -> Terms:
    """Read terms; raise `TermsError`, `PolicyError` for a file, OSError where it cannot be read."""
    found = sources.policy or (None if sources.no_policy else find_policy(Path.cwd()))
    path = None if found is None else _relative(found)
    policy_file = None if path is None else read_policy(path)
    declaration = sources.declaration or (policy_file.declaration if policy_file else None)
    _require_presets(sources.presets)
    rules = PolicyRules(
        policy_file.policy if policy_file else Policy(),
        sources.presets,
        None if declaration is None else read_declaration(declaration),
    )
    if "declared" in rules.presets and declaration is None:
        raise TermsError(
            "the preset declared needs a declaration; name it by --declaration FILE, or by declaration in the policy"
        )
    return Terms(
        rules=rules,
        baseline=None if sources.baseline is None else read_baseline(sources.baseline),
        today=_today(),
        name="" if path is None else str(path),
        user_data=person_families(knowledge),
    )


def default_terms(knowledge: Knowledge) -> Terms:
    """Return the terms that hold where nothing is named: any event is a violation."""
    return Terms(user_data=person_families(knowledge))


def person_families(knowledge: Knowledge) -> frozenset[str]:
    """Return the families of fields that hold data about a person."""
    return frozenset(name for name, family in knowledge.families.items() if family.realm == "person")


def _require_presets(names: Iterable[str]) -> None:
    for name in names:
        if name not in PRESETS:
            raise TermsError(f"there is no preset {name!r}{meant(name, PRESETS)}; presets are {', '.join(PRESETS)}")


def _relative(path: Path) -> Path:
    """Return a path relative to the working directory, so that no output names a folder of this machine."""
    try:
        return path.resolve().relative_to(Path.cwd(), walk_up=True)
    except ValueError:  # another drive
        return path


def _today() -> date:
    """Return the day of ``SOURCE_DATE_EPOCH``, so that outputs can be made again, else today's in UTC."""
    try:
        return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "")), UTC).date()
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC).date()
