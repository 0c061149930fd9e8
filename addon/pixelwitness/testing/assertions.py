"""The assertions: each passes, or raises the error that says why it does not.

Owns which outcome an assertion has: it holds, it fails, or nobody can say.  Pure but for
the policy files that a test names.  It must not know browsers, nor how a session is
recorded.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.outcome import SENT
from pixelwitness.policy.case import Case
from pixelwitness.policy.judge import judge
from pixelwitness.policy.terms import Terms, TermsSources, default_terms, read_terms
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.judgement import Judgement, Violation
from pixelwitness.testing.event_filter import EventFilter, Selection
from pixelwitness.testing.failure_messages import describe_gaps, describe_missing, describe_violations
from pixelwitness.testing.outcomes import NotRecordedError, ToldMetaError
from pixelwitness.testing.session_case import SessionCase


def assert_no_events(session: SessionCase, events: EventFilter) -> None:
    """Return when no such event reached for Meta."""
    __tracebackhide__ = True
    selection = events.select(session.case)
    judgement = _judge(session.case, selection.matching, (), default_terms(session.knowledge))
    what = events.describe()
    if judgement.violations:
        raise ToldMetaError(describe_violations(_sending(what, judgement.violations), judgement))
    _require_knowledge(f"whether {what} was sent to Meta", session, selection, judgement)


def assert_no_personal_data(session: SessionCase, events: EventFilter) -> None:
    """Return when nothing of it carried data about a person; of a pixel or a name, events alone are judged."""
    __tracebackhide__ = True
    selection = events.select(session.case)
    contacts = selection.contacts if events.pixel is None and events.name is None else ()
    terms = read_terms(TermsSources(no_policy=True, presets=("no-personal-data",)), session.knowledge)
    judgement = _judge(session.case, selection.matching, contacts, terms)
    if judgement.violations:
        what = events.describe()
        left = _any_left(judgement.violations)
        headline = (
            f"personal data was sent to Meta with {what}"
            if left
            else f"a page tried to send personal data to Meta with {what}: it did not leave"
        )
        raise ToldMetaError(describe_violations(headline, judgement))
    _require_knowledge(
        f"whether personal data was sent to Meta with {events.describe()}", session, selection, judgement
    )


def assert_silent(session: SessionCase, events: EventFilter, *, contacts: bool) -> None:
    """Return when nothing reached for Meta in the time that the filter leaves."""
    __tracebackhide__ = True
    selection = events.select(session.case)
    judged_contacts = selection.contacts if contacts else ()
    judgement = _judge(session.case, selection.matching, judged_contacts, default_terms(session.knowledge))
    visit = f"the visit{f' of {events.site}' if events.site else ''} after consent was withdrawn"
    if found := (*judgement.violations, *judgement.warnings):
        what = f"Meta was told of {visit}" if _any_left(found) else f"a page tried to tell Meta of {visit}"
        raise ToldMetaError(describe_violations(what, judgement, contacts=True))
    _require_knowledge(f"whether Meta was told of {visit}", session, selection, judgement)


def check(
    session: SessionCase,
    policy: Path | str | None,
    presets: Collection[str],
    baseline: Path | str | None,
    *,
    no_policy: bool,
) -> Judgement:
    """Return what the command ``check`` makes of it; it looks for a policy in the same places."""
    sources = TermsSources(
        policy=None if policy is None else Path(policy),
        no_policy=no_policy,
        presets=(presets,) if isinstance(presets, str) else tuple(presets),
        baseline=None if baseline is None else Path(baseline),
    )
    case = session.case
    judgement = _judge(case, case.events, case.contacts, read_terms(sources, session.knowledge))
    return replace(judgement, gaps=(*judgement.gaps, *session.gaps))


def assert_allowed(judgement: Judgement) -> None:
    """Return when a judgement holds neither a violation nor a gap."""
    __tracebackhide__ = True
    if judgement.violations:
        raise ToldMetaError(describe_violations("the session does not keep the policy", judgement))
    if judgement.gaps:
        raise NotRecordedError(describe_gaps("nobody can say whether the session keeps the policy", judgement.gaps))


def fail_as_missing(session: SessionCase, events: EventFilter, within: float) -> NoReturn:
    """Raise that an expected event did not come."""
    __tracebackhide__ = True
    selection = events.select(session.case)
    others = EventFilter(after=events.after).select(session.case).matching
    judgement = _judge(session.case, others, (), default_terms(session.knowledge))
    if selection.possible:
        _require_knowledge(f"whether {events.describe()} was sent to Meta", session, selection, judgement)
    raise ToldMetaError(describe_missing(events.describe(), within, others, judgement.gaps))


def _sending(what: str, found: Iterable[Violation]) -> str:
    """Say that something was sent, or that a page tried to."""
    return f"{what} was sent to Meta" if _any_left(found) else f"a page tried to send {what} to Meta: it did not leave"


def _any_left(found: Iterable[Violation]) -> bool:
    """Say whether any of it left, as far as is known: what was not recorded counts as sent."""
    return any(violation.number(*SENT) for violation in found)


def _judge(case: Case, events: Iterable[SeenEvent], contacts: Iterable[SeenContact], terms: Terms) -> Judgement:
    """Judge what was selected; whether silence proves anything is decided by the whole session."""
    selected = judge(replace(case, recordings=(), events=events, contacts=contacts, configs=(), observations=()), terms)
    whole = judge(case)
    return replace(selected, gaps=tuple(dict.fromkeys((*selected.gaps, *whole.gaps))))


def _require_knowledge(what: str, session: SessionCase, selection: Selection, judgement: Judgement) -> None:
    """Raise when nothing forbidden was seen and that proves nothing."""
    __tracebackhide__ = True
    gaps = (*judgement.gaps, *session.gaps)
    if selection.possible:
        gaps += (Gap(GapKind.UNDECIDED, len(selection.possible)),)
    if gaps:
        raise NotRecordedError(describe_gaps(f"nobody can say {what}", gaps, unread=selection.unread > 0))
