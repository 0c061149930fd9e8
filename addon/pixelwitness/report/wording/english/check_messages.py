"""The judgement of ``check`` in English: what a policy objects to, why, and the verdict on all.

Owns a whole message for each kind of reason and outcome.  It names classes of data and their
forms, never a value; captured text is marked as such.
"""

from collections.abc import Iterator, Mapping

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.policy.violations.judgement import DEFAULT_POLICY, Applied, Judgement, Violation
from pixelwitness.policy.violations.reasons import Reason, ReasonKind
from pixelwitness.report.wording.english.gap_messages import CONSENT_SHOWN
from pixelwitness.report.wording.english.messages import list_all, list_some, message, plural
from pixelwitness.report.wording.labels import label_channel, label_form
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary, append_forms

MOST_UNUSED = 5
"""Tables without a page that are named; the others are counted."""
NOTHING_JUDGED = "Nothing to judge: 0 requests. What was not looked at is not clean."
_DEFAULT = "the default: any event is a violation, other contacts warn"
NOTHING_CARRIED = "nothing but technical data in the fields that were read"

_WHAT: Mapping[str, str] = {"data": "class of data", "form": "form of personal data"}
_REASONS: Mapping[ReasonKind, str] = {
    ReasonKind.NOT_LISTED: "the policy does not list this {what} here",
    ReasonKind.NONE_ALLOWED: "the policy allows no {what} here",
    ReasonKind.CONSENT_ONLY: "it is allowed with consent only, and {shown}",
    ReasonKind.PERSONAL_DATA: "data about a person may not go to Meta, in no form",
    ReasonKind.LIKE_PERSONAL_DATA: "it looks like data about a person",
    ReasonKind.TOPIC: "its texts point at {topic}: a hint at what the page was about",
    ReasonKind.NOT_DECLARED: "the site's declaration does not list this {what}",
    ReasonKind.NO_DECLARATION: "there is no declaration of this site",
}
_HEADLINES: Mapping[tuple[bool, Outcome | None], str] = {
    (False, Outcome.TOLD): "{subject}",
    (False, Outcome.UNKNOWN): "{subject}; whether it left was not recorded",
    (False, Outcome.TRIED): "tried to send {subject}: it did not leave",
    (False, Outcome.BLOCKED): "tried to send {subject}: pixelwitness blocked it",
    (False, None): "{subject}",
    (True, Outcome.TOLD): "{subject}",
    (True, Outcome.UNKNOWN): "{subject}; whether it left was not recorded",
    (True, Outcome.TRIED): "tried to make {subject}: it did not leave",
    (True, Outcome.BLOCKED): "tried to make {subject}: pixelwitness blocked it",
    (True, None): "{subject}",
}
"""By whether it is a contact, and by the outcome of all of them; None for several, which `tell_outcomes` tells."""
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.TOLD: "{number} left",
    Outcome.UNKNOWN: "of {number} it was not recorded whether it left",
    Outcome.TRIED: "{number} did not leave",
    Outcome.BLOCKED: "{number} blocked by pixelwitness",
}


def tell_headline(violation: Violation, vocabulary: Vocabulary) -> Sentence:
    """Return what was sent, or was tried to be sent, where to, by which way and how often, without the site."""
    subject = tell_subject(violation, vocabulary)
    if violation.times > 1:
        subject = message("{subject} ({number} times)", subject=subject, number=violation.times)
    outcome = violation.outcomes[0][0] if len(violation.outcomes) == 1 else None
    return message(_HEADLINES[violation.is_contact, outcome], subject=subject)


_TO_PIXEL = "{name} to pixel {pixel} by {ways}"
_TO_APP = "{name} for app id {pixel} by {ways}"


def tell_subject(violation: Violation, vocabulary: Vocabulary) -> Sentence:
    """Return what it is about, where to and by which way, whatever became of it and however often."""
    if violation.is_contact:
        rule = violation.rule_id
        ways = list_all([vocabulary.contact(channel, rule) for channel in violation.channels])
        return message("contact with Meta by {ways}", ways=ways)
    ways = list_all([label_channel(channel) for channel in violation.channels])
    name: Sentence = (Captured(violation.name),) if violation.name else ("an event whose name was not recorded",)
    if violation.pixel_id:
        text = _TO_APP if set(violation.channels) == {Channel.APP_SDK} else _TO_PIXEL
        return message(text, name=name, pixel=(Captured(violation.pixel_id),), ways=ways)
    return message("{name} by {ways}", name=name, ways=ways)


def tell_outcomes(violation: Violation) -> Sentence:
    """Return how many of several came to which outcome; empty where the headline says it of all."""
    if len(violation.outcomes) < 2:
        return ()
    parts = [message(_OUTCOMES[outcome], number=number) for outcome, number in violation.outcomes]
    return list_all(parts, last="; ")


def tell_attribution(violation: Violation) -> Iterator[Sentence]:
    """Yield that nothing confirms what the sender says of its page, and what speaks against it."""
    own, times = violation.own_word, violation.times
    if own == times:
        yield ("it is this site's by the sender's own word alone",)
    elif own:
        yield message("{number} of {times} by the sender's own word alone", number=own, times=times)
    for words, number in violation.conflicts:
        yield message("{words} ({number} of {times})", words=(Captured(words),), number=number, times=times)


def tell_reason(reason: Reason) -> Sentence:
    """Return what the policy holds against it, as the second half of a sentence."""
    return message(
        _REASONS[reason.kind],
        what=_WHAT.get(reason.what, reason.what),
        shown=CONSENT_SHOWN.get(reason.label, CONSENT_SHOWN[""]),
        topic=(Captured(reason.label.replace("_", " ")),),
    )


def name_carried(violation: Violation, vocabulary: Vocabulary) -> list[str]:
    """Name the classes of data that went along, with their forms: ``e-mail (SHA-256)``."""
    forms_by_label: dict[str, set[str]] = {}
    for data_class, form in violation.data:
        forms_by_label.setdefault(vocabulary.label(data_class), set()).add(label_form(form))
    # That something is readable goes without saying, unless it is hashed elsewhere.
    return [
        append_forms(label, forms if forms != {"readable"} else ()) for label, forms in sorted(forms_by_label.items())
    ]


def tell_applied(applied: Applied) -> Sentence:
    """Return by what was judged: the file, the presets, else the default; and which of its tables fit no page."""
    return list_all(list(_applied(applied)), last="; ")


def _applied(applied: Applied) -> Iterator[Sentence]:
    if applied.file:
        yield (Captured(applied.file),)
    if applied.presets:
        yield plural(
            len(applied.presets), "preset {names}", "presets {names}", names=list_all(applied.presets, last=", ")
        )
    elif applied.is_default:
        yield ("the default with levels of its own" if applied.has_levels else _DEFAULT,)
    if applied.sent_only:
        yield ("what did not leave is not judged",)
    if applied.unused:
        names = [(Captured(pattern),) for pattern in applied.unused]
        yield message("no page was seen for {names}", names=list_some(names, MOST_UNUSED))


def tell_unjudged(judgement: Judgement) -> Iterator[Sentence]:
    """Yield what was seen and is not judged."""
    if judgement.own_events:
        yield plural(
            judgement.own_events,
            "{number} event on Meta's own sites, which this policy does not judge.",
            "{number} events on Meta's own sites, which this policy does not judge.",
        )
    if judgement.not_sent:
        yield plural(
            judgement.not_sent,
            "{number} event or contact did not leave; this policy judges only what was sent.",
            "{number} events and contacts did not leave; this policy judges only what was sent.",
        )
    if judgement.coverage.by_operator:
        yield plural(
            judgement.coverage.by_operator,
            "{number} request that whoever ran the proxy replayed or edited: no site's deed, and not judged.",
            "{number} requests that whoever ran the proxy replayed or edited: no site's deeds, and not judged.",
        )
    if judgement.coverage.cached:
        yield plural(
            judgement.coverage.cached,
            "{number} request was answered by the browser's cache: nobody was asked, and it is not judged.",
            "{number} requests were answered by the browser's cache: nobody was asked, and they are not judged.",
        )


def tell_verdict(judgement: Judgement) -> Sentence:
    """Return the one line that sums up."""
    if judgement.is_empty:
        return (NOTHING_JUDGED,)
    warnings = plural(len(judgement.warnings), "{number} warning", "{number} warnings")
    suppressed = len(judgement.suppressed)
    rest = message("{warnings}, {number} suppressed", warnings=warnings, number=suppressed) if suppressed else warnings
    if judgement.violations:
        sites = plural(len({violation.site for violation in judgement.violations}), "{number} site", "{number} sites")
        return plural(
            len(judgement.violations),
            "{number} violation on {sites}, {rest}.",
            "{number} violations on {sites}, {rest}.",
            sites=sites,
            rest=rest,
        )
    if _saw_no_event(judgement):
        return plural(
            judgement.coverage.seen,
            "No event was seen to go to Meta in {number} request, {rest}.",
            "No event was seen to go to Meta in {number} requests, {rest}.",
            rest=rest,
        )
    return plural(
        judgement.coverage.seen,
        "No violation in {number} request, {rest}.",
        "No violation in {number} requests, {rest}.",
        rest=rest,
    )


def _saw_no_event(judgement: Judgement) -> bool:
    """Say whether there was no event at all, and no request to Meta that may be one that no rule knows."""
    coverage, applied = judgement.coverage, judgement.policy
    may_be_event = judgement.own_events or coverage.within_meta or coverage.by_operator or judgement.not_sent
    has_unknown = any(Channel.UNKNOWN in warning.channels for warning in judgement.warnings)
    return not (judgement.suppressed or may_be_event or has_unknown or coverage.carried) and applied == DEFAULT_POLICY
