"""The judgement of ``check`` as one JSON document.

Owns how the published models are filled.
"""

from pixelwitness.policy.violations.judgement import EvidencePlace, Violation
from pixelwitness.report.check import check_model
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.published import shared_model
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.wording.sentence import shorten_url


def render_json(result: CheckResult) -> str:
    """Return the result as an indented document in ASCII, with a line end."""
    return encode_unlinked(_document(result), indent=2) + "\n"


def _document(result: CheckResult) -> check_model.CheckReport:
    judgement = result.judgement
    return check_model.CheckReport(
        exit_code=int(result.exit_code),
        meaning=result.exit_code.meaning,
        policy=judgement.policy,
        presets=list(judgement.presets),
        violations=[_violation(violation, result) for violation in judgement.violations],
        warnings=[_violation(violation, result) for violation in judgement.warnings],
        suppressed=[_violation(violation, result) for violation in judgement.suppressed],
        gaps=[f"{gap}." for gap in judgement.gaps],
        unread=[check_model.UnreadShape(file=unread.file.path, why=unread.why) for unread in result.unread],
        stale=list(result.stale),
        own_events=judgement.own_events,
        coverage=shared_model.publish(shared_model.Ledger, judgement.coverage),
    )


def _violation(violation: Violation, result: CheckResult) -> check_model.ViolationShape:
    known = violation.suppressed
    return check_model.ViolationShape(
        check=str(violation.check),
        level=str(violation.level),
        fingerprint=violation.fingerprint,
        kind="contact" if violation.is_contact else "event",
        site=violation.site or "unknown",
        page=shorten_url(violation.page_url) if violation.page_url else None,
        event_name=violation.name,
        pixel_id=violation.pixel_id,
        channels=list(violation.channels),
        rule=violation.rule_id,
        confidence=violation.confidence,
        subject=violation.subject,
        why=violation.why,
        times=violation.times,
        blocked=violation.blocked,
        data=[
            check_model.CarriedShape(data_class=data_class, label=result.vocabulary.label(data_class), form=form)
            for data_class, form in violation.data
        ],
        fields=list(violation.fields),
        places=[_place(place, result) for place in violation.places],
        remedies=list(violation.remedies),
        suppressed=None
        if known is None
        else check_model.SuppressedShape(by=known.by, reason=known.reason, expires=known.expires),
    )


def _place(place: EvidencePlace, result: CheckResult) -> check_model.PlaceShape:
    file = result.file(place)
    return check_model.PlaceShape(
        file=file.path,
        stands_in=file.stands_in,
        recording_id=place.recording_id,
        position=place.position,
        line=None if file.stands_in else place.line,
    )
