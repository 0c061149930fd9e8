"""The judgement of ``check`` as one JSON document.

Owns how the published models are filled.
"""

from pixelwitness.policy.violations.judgement import Forbidden, Place
from pixelwitness.report.check import check_model
from pixelwitness.report.check.judged import Checked
from pixelwitness.report.published import shared_model
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.wording.sentence import shorten_url


def as_check_json(checked: Checked) -> str:
    """Return the judgement as an indented document in ASCII, with a line end."""
    return encode_unlinked(_document(checked), indent=2) + "\n"


def _document(checked: Checked) -> check_model.CheckReport:
    judgement = checked.judgement
    return check_model.CheckReport(
        exit_code=int(checked.exit_code),
        meaning=checked.exit_code.meaning,
        policy=judgement.policy,
        presets=list(judgement.presets),
        violations=[_violation(one, checked) for one in judgement.violations],
        warnings=[_violation(one, checked) for one in judgement.warnings],
        suppressed=[_violation(one, checked) for one in judgement.suppressed],
        gaps=[f"{gap}." for gap in judgement.gaps],
        unread=[check_model.UnreadShape(file=one.file.path, why=one.why) for one in checked.unread],
        stale=list(checked.stale),
        own_events=judgement.own,
        coverage=shared_model.publish(shared_model.Ledger, judgement.coverage),
    )


def _violation(one: Forbidden, checked: Checked) -> check_model.ViolationShape:
    words = checked.vocabulary
    known = one.suppressed
    return check_model.ViolationShape(
        check=str(one.check),
        level=str(one.level),
        fingerprint=one.fingerprint,
        kind="contact" if one.is_contact else "event",
        site=one.site or "unknown",
        page=shorten_url(one.page_url) if one.page_url else None,
        event_name=one.name,
        pixel_id=one.pixel_id,
        channels=list(one.channels),
        rule=one.rule_id,
        confidence=one.confidence,
        subject=one.subject,
        why=one.why,
        times=one.times,
        blocked=one.blocked,
        data=[
            check_model.CarriedShape(data_class=data_class, label=words.label(data_class), form=form)
            for data_class, form in one.data
        ],
        fields=list(one.fields),
        places=[_place(place, checked) for place in one.places],
        remedies=list(one.remedies),
        suppressed=None
        if known is None
        else check_model.SuppressedShape(by=known.by, reason=known.reason, expires=known.expires),
    )


def _place(place: Place, checked: Checked) -> check_model.PlaceShape:
    file = checked.file(place)
    return check_model.PlaceShape(
        file=file.path,
        stands_in=file.stands_in,
        recording_id=place.recording_id,
        position=place.position,
        line=None if file.stands_in else place.line,
    )
