"""The messages of an assertion that did not pass: what was seen, where, and what would help.

Owns the headline; the rest is the text of ``check``.  Names of sites, events and classes
of data, never a value.
"""

from collections.abc import Iterable
from dataclasses import replace

from pixelwitness.core.exposure.exposure import SeenEvent
from pixelwitness.core.exposure.outcome import SENT
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.violations.gaps import Gap
from pixelwitness.policy.violations.judgement import Judgement
from pixelwitness.report.check.check_text import describe_judgement
from pixelwitness.report.wording.english.gap_messages import tell_gap
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.testing.session_case import SESSION

SOURCE = "this browser session"


def describe_violations(headline: str, judgement: Judgement, *, contacts: bool = False) -> str:
    """Describe violations; warnings are left out unless ``contacts`` makes them violations, too."""
    violations = judgement.violations
    if contacts:
        violations += tuple(replace(warning, level=Level.ERROR) for warning in judgement.warnings)
    # What is certain does not need the gaps beside it.
    certain = replace(judgement, violations=violations, warnings=(), gaps=())
    return "\n".join((headline, *describe_judgement(certain, vocabulary(), {SESSION: SOURCE}))).rstrip()


def describe_gaps(headline: str, gaps: Iterable[Gap], *, unread: bool = False) -> str:
    """Describe why nothing can be said; of bodies that were ``unread``, how they can be had."""
    lines = [f"not recorded: {headline}", *(f"  reason    {plain_sentence(tell_gap(gap))}" for gap in gaps)]
    if unread:
        lines.append(
            "  to know   browsers keep what stands in a Blob or a file to themselves: ask for it with "
            "--pixelwitness-read-bodies, or read_bodies=True"
        )
    return "\n".join(lines)


def describe_missing(what: str, within: float, others: Iterable[SeenEvent], gaps: Iterable[Gap]) -> str:
    """Say that an expected event did not come, and what came in its place."""
    names = sorted({_name(seen) for seen in others})
    instead = f"seen in that time: {safe_text(', '.join(names), 400)}" if names else "no event was seen in that time"
    lines = [f"{what} was not sent to Meta within {within:g} s; {instead}"]
    return "\n".join((*lines, *(f"  {plain_sentence(tell_gap(gap))}" for gap in gaps)))


def _name(seen: SeenEvent) -> str:
    name = seen.event.event_name or "one without a name"
    return name if seen.outcome in SENT else f"{name} (it did not leave)"
