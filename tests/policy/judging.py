"""Judging invented events by a policy as its author writes it."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.exposed import finding, recording

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Finding, Recording
from pixelwitness.policy.baseline import Baseline
from pixelwitness.policy.case import Case
from pixelwitness.policy.config.policy_model import Declaration, Policy
from pixelwitness.policy.judge import judge
from pixelwitness.policy.terms import NEVER, Terms
from pixelwitness.policy.violations.gaps import Gap
from pixelwitness.policy.violations.judgement import Applied, Judgement, Violation
from pixelwitness.policy.violations.reasons import Reason
from pixelwitness.policy.violations.site_rules import PolicyRules
from pixelwitness.policy.violations.stale import Stale
from pixelwitness.report.wording.english.check_messages import tell_applied, tell_reason
from pixelwitness.report.wording.english.gap_messages import tell_gap, tell_stale
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.sentence import Sentence

FAMILIES = frozenset({"ud", "udff", "cud", "user_data"})


def policy(text: str = "") -> Policy:
    return Policy.model_validate(tomllib.loads(text))


def declaration(text: str) -> Declaration:
    return Declaration.model_validate(tomllib.loads(text))


def judged(
    toml: str,
    *seen: SeenEvent | SeenContact,
    presets: tuple[str, ...] = (),
    declared: str | None = None,
    baseline: Baseline | None = None,
    today: date = NEVER,
    of: Recording | None = None,
    consent: Mapping[str, Collection[str]] | None = None,
    strict: bool = False,
) -> Judgement:
    rows = (of or recording(),)
    rules = PolicyRules(policy(toml), presets, None if declared is None else declaration(declared))
    case = Case(
        rows,
        [row for row in seen if isinstance(row, SeenEvent)],
        [row for row in seen if isinstance(row, SeenContact)],
        frozenset({"facebook.com"}),
        coverage_of(rows),
        consent=consent or {},
    )
    return judge(case, Terms(rules, baseline, today, "", FAMILIES), strict=strict)


def understood[S: (SeenEvent, SeenContact)](seen: S, *told: tuple[str, str] | tuple[str, str, str], **more: Any) -> S:
    """Return an event or contact with findings: (kind, label) or (kind, label, field)."""
    found: tuple[Finding, ...] = tuple(
        finding(one[0], one[1], field=one[2] if len(one) > 2 else None, **more) for one in told
    )
    return replace(seen, findings=(*seen.findings, *found))


def with_consent(seen: SeenEvent, *labels: str) -> SeenEvent:
    return understood(seen, *(("consent", label) for label in labels))


def words(said: Iterable[Gap | Stale | Reason | Applied]) -> list[str]:
    """Return what a report says of parts of a judgement."""
    return [plain_sentence(_tell(one)) for one in said]


def _tell(said: Gap | Stale | Reason | Applied) -> Sentence:
    match said:
        case Gap():
            return tell_gap(said)
        case Stale():
            return tell_stale(said)
        case Reason():
            return tell_reason(said)
        case Applied():
            return tell_applied(said)


def told(found: Iterable[Violation]) -> list[tuple[str, str | None, str | None]]:
    """Return (check, name, subject) of violations."""
    return [(str(one.check), one.name, one.subject) for one in found]
