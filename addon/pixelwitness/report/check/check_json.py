"""The judgement of ``check`` as one JSON document.

Owns how the published models are filled: what they call as the judgement does is taken from it.
"""

from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.policy.violations.judgement import EvidencePlace, Violation
from pixelwitness.report.check.check_model import (
    CarriedShape,
    CheckReport,
    ConflictShape,
    GapShape,
    OutcomesShape,
    PlaceShape,
    ReasonShape,
    StaleShape,
    SuppressedShape,
    UnreadShape,
    ViolationShape,
)
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.check.violation_wording import join_safely, why
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.published.shared_model import Ledger, publish
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.english.check_messages import tell_headline


def render_json(result: CheckResult) -> str:
    """Return the result as an indented document in ASCII, with a line end."""
    return encode_unlinked(_document(result), indent=2) + "\n"


def _document(result: CheckResult) -> CheckReport:
    judgement = result.judgement
    violations, warnings, suppressed = (
        [_violation(violation, result) for violation in violations]
        for violations in (judgement.violations, judgement.warnings, judgement.suppressed)
    )
    return publish(
        CheckReport,
        judgement,
        exit_code=int(result.exit_code),
        meaning=result.exit_code.meaning,
        violations=violations,
        warnings=warnings,
        suppressed=suppressed,
        policy=result.policy,
        presets=list(judgement.policy.presets),
        gaps=[
            publish(GapShape, gap, kind=str(gap.kind), text=text)
            for gap, text in zip(judgement.gaps, result.gaps, strict=True)
        ],
        unread=[publish(UnreadShape, unread, file=unread.file.path) for unread in result.unread],
        stale=[
            publish(StaleShape, stale, kind=str(stale.kind), text=text)
            for stale, text in zip(judgement.stale, result.stale, strict=True)
        ],
        coverage=publish(Ledger, judgement.coverage),
    )


def _violation(violation: Violation, result: CheckResult) -> ViolationShape:
    known = violation.suppressed
    return publish(
        ViolationShape,
        violation,
        check=str(violation.check),
        level=str(violation.level),
        kind="contact" if violation.is_contact else "event",
        site=violation.site or "unknown",
        page=shorten_url(violation.page_url) if violation.page_url else None,
        event_name=violation.name,
        rule=violation.rule_id,
        headline=join_safely(tell_headline(violation, result.vocabulary)),
        reason=publish(ReasonShape, violation.why, kind=str(violation.why.kind)),
        why=why(violation),
        conflicts=[ConflictShape(text=text, times=times) for text, times in violation.conflicts],
        outcomes=OutcomesShape(**{str(outcome): violation.number(outcome) for outcome in Outcome}),
        data=[
            CarriedShape(data_class=data_class, label=result.vocabulary.label(data_class), form=form)
            for data_class, form in violation.data
        ],
        places=[_place(place, result) for place in violation.places],
        suppressed=None if known is None else publish(SuppressedShape, known),
    )


def _place(place: EvidencePlace, result: CheckResult) -> PlaceShape:
    file = result.file(place)
    return publish(
        PlaceShape, place, file=file.path, stands_in=file.stands_in, line=None if file.stands_in else place.line
    )
