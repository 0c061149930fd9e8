"""Invented judgements, for tests of what outputs of ``check`` make of them."""

from typing import Any

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.policy.config.checks import Check, Level
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.judgement import (
    DEFAULT_POLICY,
    Acceptance,
    Applied,
    EvidencePlace,
    Judgement,
    Violation,
)
from pixelwitness.policy.violations.reasons import Reason, ReasonKind
from pixelwitness.policy.violations.stale import Stale, StaleKind
from pixelwitness.report.check.check_result import CheckResult, Located, Unread
from pixelwitness.report.wording.vocabulary import Vocabulary

REC = "aaaa000011112222"
WORDS = Vocabulary({"email": "e-mail", "page": "page address"})
LOOKED_AT = Coverage(recordings=1, seen=10, matched=4, carrying=3, carried=3, other=6)
FILE = Located("tests/recordings/shop.har")
UNUSABLE, CUT = Gap(GapKind.REJECTED, 3), Gap(GapKind.INCOMPLETE, 1)


def unmatched(name: str = "3", *about: str) -> Stale:
    return Stale(StaleKind.IGNORE_UNMATCHED, name, about or ("event Lead",))


def forbidden(**changed: Any) -> Violation:
    values: dict[str, Any] = {
        "site": "shop.example",
        "page_url": "https://shop.example/checkout?mail=jane.doe%40example.com",
        "name": "Purchase",
        "pixel_id": "1234567890123456",
        "channels": ("pixel",),
        "rule_id": "meta-pixel-event",
        "confidence": "certain",
        "times": 1,
        "outcomes": ((Outcome.TOLD, changed.get("times", 1)),),
        "data": (("email", "sha256"), ("page", "plain")),
        "places": (EvidencePlace(REC, 63, 1200),),
        "remedies": ("remove the pixel", "take the user data out of fbq('init', …)"),
        "check": Check.EVENT,
        "level": Level.ERROR,
        "fingerprint": "c22dc88237c92e1b4db4e2cb31ea842b",
        "why": Reason(ReasonKind.NONE_ALLOWED, "event"),
    }
    return Violation(**values | changed)


def a_contact(**changed: Any) -> Violation:
    values: dict[str, Any] = {
        "page_url": "https://shop.example/",
        "name": None,
        "pixel_id": None,
        "channels": ("library",),
        "rule_id": "meta-pixel-library",
        "data": (),
        "places": (EvidencePlace(REC, 7, 90),),
        "remedies": ("load Meta's library only after the visitor agreed",),
        "check": Check.CONTACT,
        "level": Level.WARN,
        "fingerprint": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "why": Reason(ReasonKind.NONE_ALLOWED, "contact"),
        "is_contact": True,
    }
    return forbidden(**values | changed)


def known(**changed: Any) -> Violation:
    """Return a violation that a baseline knows."""
    return forbidden(**{"name": "Lead", "suppressed": Acceptance("ignore", "agreed upon", "2027-01-31")} | changed)


def checked(
    *violations: Violation,
    warnings: tuple[Violation, ...] = (),
    suppressed: tuple[Violation, ...] = (),
    gaps: tuple[Gap, ...] = (),
    stale: tuple[Stale, ...] = (),
    coverage: Coverage = LOOKED_AT,
    policy: Applied = DEFAULT_POLICY,
    exit_code: ExitCode | None = None,
    file: Located = FILE,
    unread: tuple[Unread, ...] = (),
) -> CheckResult:
    judgement = Judgement(
        violations=violations,
        warnings=warnings,
        gaps=gaps,
        coverage=coverage,
        suppressed=suppressed,
        stale=stale,
        policy=policy,
    )
    code = ExitCode.VIOLATIONS if violations else ExitCode.CLEAN
    return CheckResult(
        judgement,
        WORDS,
        code if exit_code is None else exit_code,
        {REC: file},
        Located("pixelwitness.sqlite", stands_in=True),
        unread,
    )
