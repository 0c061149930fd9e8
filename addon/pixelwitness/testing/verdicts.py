"""Verdicts: the answer to a question, given the evidence: nothing, or the error that says what it is.

Owns which outcome a question has: told, not told, or not recorded.  Pure but for the
policy files that a test names.  It must not know browsers, nor how evidence comes about.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.policy.terms import Named, default_terms, read_terms
from pixelwitness.policy.violations.judgement import Judgement
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.testing import telling
from pixelwitness.testing.asking import Choice, Wanted, judged, wanted
from pixelwitness.testing.outcomes import NotRecordedError, ToldMetaError
from pixelwitness.testing.session_evidence import Evidence


@dataclass(frozen=True, slots=True)
class Case:
    """What a question is asked of."""

    evidence: Evidence
    gaps: tuple[str, ...]
    """What the browser tells of the limits of the session."""
    knowledge: Knowledge


def no_events(case: Case, ask: Wanted) -> None:
    """Return when no such event reached for Meta."""
    __tracebackhide__ = True
    choice = ask.split(case.evidence)
    judgement = judged(case.evidence, choice.hits, (), default_terms(case.knowledge))
    if judgement.violations:
        raise ToldMetaError(telling.against(f"{ask.words()} was sent to Meta", judgement))
    _must_be_known(f"whether {ask.words()} was sent to Meta", case, choice, judgement)


def no_personal_data(case: Case, ask: Wanted) -> None:
    """Return when nothing of it carried data about a person; of a pixel or a name, events alone are asked."""
    __tracebackhide__ = True
    choice = ask.split(case.evidence)
    contacts = choice.contacts if ask.pixel is None and ask.name is None else ()
    terms = read_terms(Named(no_policy=True, presets=("no-personal-data",)), case.knowledge)
    judgement = judged(case.evidence, choice.hits, contacts, terms)
    if judgement.violations:
        raise ToldMetaError(telling.against(f"personal data was sent to Meta with {ask.words()}", judgement))
    _must_be_known(f"whether personal data was sent to Meta with {ask.words()}", case, choice, judgement)


def silent(case: Case, ask: Wanted, *, contacts: bool) -> None:
    """Return when nothing reached for Meta in the time that is asked about."""
    __tracebackhide__ = True
    choice = ask.split(case.evidence)
    asked = choice.contacts if contacts else ()
    judgement = judged(case.evidence, choice.hits, asked, default_terms(case.knowledge))
    what = f"Meta was told of the visit{f' of {ask.site}' if ask.site else ''} after consent was withdrawn"
    if judgement.violations or judgement.warnings:
        raise ToldMetaError(telling.against(what, judgement, contacts=True))
    _must_be_known(f"whether {what}", case, choice, judgement)


def check(
    case: Case, policy: Path | str | None, presets: Collection[str], baseline: Path | str | None, *, no_policy: bool
) -> Judgement:
    """Return what the command ``check`` makes of it; it looks for a policy in the same places."""
    named = Named(
        policy=None if policy is None else Path(policy),
        no_policy=no_policy,
        presets=(presets,) if isinstance(presets, str) else tuple(presets),
        baseline=None if baseline is None else Path(baseline),
    )
    terms = read_terms(named, case.knowledge)
    judgement = judged(case.evidence, case.evidence.events, case.evidence.contacts, terms)
    return replace(judgement, gaps=(*judgement.gaps, *case.gaps))


def allowed(judgement: Judgement) -> None:
    """Return when a judgement holds neither a violation nor a gap."""
    __tracebackhide__ = True
    if judgement.violations:
        raise ToldMetaError(telling.against("the session does not keep the policy", judgement))
    if judgement.gaps:
        what = "nobody can say whether the session keeps the policy"
        raise NotRecordedError(telling.not_recorded(what, judgement.gaps))


def missed(case: Case, ask: Wanted, within: float) -> NoReturn:
    """Say that an expected event did not come."""
    __tracebackhide__ = True
    choice = ask.split(case.evidence)
    others = wanted(None, None, None, after=ask.after).split(case.evidence).hits
    judgement = judged(case.evidence, others, (), default_terms(case.knowledge))
    if choice.maybe:
        _must_be_known(f"whether {ask.words()} was sent to Meta", case, choice, judgement)
    raise ToldMetaError(telling.missed(ask.words(), within, others, judgement.gaps))


def _must_be_known(what: str, case: Case, choice: Choice, judgement: Judgement) -> None:
    """Raise when nothing forbidden was seen and that proves nothing."""
    __tracebackhide__ = True
    gaps = (*judgement.gaps, *case.gaps)
    if choice.maybe:
        gaps += (f"the name or the pixel was not recorded of {counted(len(choice.maybe), 'event')}",)
    if gaps:
        raise NotRecordedError(telling.not_recorded(f"nobody can say {what}", gaps, unread=choice.unread > 0))
