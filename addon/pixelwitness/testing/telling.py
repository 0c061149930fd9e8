"""The words of an assertion that did not pass: what was seen, where, and what would help.

Owns the headline; the rest is the text of ``check``.  Names of sites, events and classes
of data, never a value.
"""

from collections.abc import Iterable
from dataclasses import replace

from pixelwitness.core.exposure.exposure import SeenEvent
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.violations.judgement import Forbidden, Judgement
from pixelwitness.report.check.check_text import as_text
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.testing.session_evidence import SESSION

SOURCE = "this browser session"


def against(headline: str, judgement: Judgement, *, contacts: bool = False) -> str:
    """Tell of violations; warnings stay out unless ``contacts`` makes them violations, too."""
    found = judgement.violations
    if contacts:
        found += tuple(map(_grave, judgement.warnings))
    # What is certain does not need the gaps beside it.
    told = replace(judgement, violations=found, warnings=(), gaps=())
    return "\n".join((headline, *as_text(told, vocabulary(), {SESSION: SOURCE}))).rstrip()


def not_recorded(headline: str, gaps: Iterable[str], *, unread: bool = False) -> str:
    """Tell why nothing can be said; of bodies that were ``unread``, how they can be had."""
    lines = [f"not recorded: {headline}", *(f"  because {safe_text(gap, 1_000)}" for gap in gaps)]
    if unread:
        lines.append(
            "  to know   browsers keep what stands in a Blob or a file to themselves: ask for it with "
            "--pixelwitness-read-bodies, or read_bodies=True"
        )
    return "\n".join(lines)


def missed(what: str, within: float, others: Iterable[SeenEvent], gaps: Iterable[str]) -> str:
    """Tell that an expected event did not come, and what came in its place."""
    names = sorted({one.event.event_name or "one without a name" for one in others})
    seen = f"seen in that time: {safe_text(', '.join(names), 400)}" if names else "no event was seen in that time"
    lines = [f"{what} was not sent to Meta within {within:g} s; {seen}"]
    return "\n".join((*lines, *(f"  {safe_text(gap, 1_000)}" for gap in gaps)))


def _grave(warning: Forbidden) -> Forbidden:
    return replace(warning, level=Level.ERROR)
