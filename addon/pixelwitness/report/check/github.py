"""The judgement of ``check`` as workflow commands of GitHub Actions.

Owns the escaping of commands and how many there may be: a step shows ten errors and ten
warnings, and drops the rest unseen.  No captured text begins a line: each stands behind
``::`` of ours, escaped.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.report.check.check_result import CheckResult, Located
from pixelwitness.report.check.violation_wording import (
    details,
    format_line,
    make_inert,
    site_name,
    why,
)
from pixelwitness.report.wording.english.check_messages import tell_headline
from pixelwitness.report.wording.safe_text import counted, safe_text

MAX_EACH = 10
"""Errors, and warnings, that a step shows."""
MAX_MESSAGE = 3_000
"""Characters of one message."""
MAX_NAMED = 8
"""Violations of one site that its annotation names."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One command: what is said, and of which line."""

    level: str
    """``error`` or ``warning``."""
    title: str
    message: str
    """Lines, parted by line ends; inert."""
    file: Located | None = None
    line: int = 1


def render_github(result: CheckResult) -> Iterator[str]:
    """Yield lines: one that sums up, then the annotations."""
    judgement = result.judgement
    errors = [*_faults(result), *_annotations("error", judgement.violations, result)]
    warnings = [
        *_annotations("warning", judgement.warnings, result),
        *(Annotation("warning", "pixelwitness: stale", make_inert(sentence, 1_000)) for sentence in result.stale),
    ]
    # The counts come first: a runner's log is read from its beginning.
    yield f"pixelwitness: {result.verdict}"
    for annotation in (*_limit(errors, "error"), *_limit(warnings, "warning")):
        yield format_command(annotation)


def format_command(annotation: Annotation) -> str:
    r"""Return an annotation as a workflow command.

    >>> format_command(Annotation("error", "a: b, c", "100 %\nof it", Located("x,y.har"), 3))
    '::error file=x%2Cy.har,line=3,title=a%3A b%2C c::100 %25%0Aof it'
    """
    file = annotation.file
    properties = {} if file is None else {"file": safe_text(file.path, 1_000), "line": str(annotation.line)}
    properties["title"] = make_inert(annotation.title, 200)
    written = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{annotation.level} {written}::{_escape(annotation.message[:MAX_MESSAGE])}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _faults(result: CheckResult) -> Iterator[Annotation]:
    """Yield why the answer cannot be relied on, as one annotation."""
    sentences = [*result.failures, *(f"{unread.file.path} could not be read: {unread.why}" for unread in result.unread)]
    if sentences:
        lines = [make_inert(sentence, 1_000) for sentence in sentences]
        yield Annotation("error", "pixelwitness: the evidence is incomplete", "\n".join(lines))


def _annotations(level: str, violations: Sequence[Violation], result: CheckResult) -> list[Annotation]:
    """Return one annotation for each violation where these are few, else one for each site."""
    if len(violations) <= MAX_EACH:
        return [_annotation(level, (violation,), result) for violation in violations]
    # The unknown site comes last.
    in_order = sorted(violations, key=lambda violation: (violation.site is None, violation.site or ""))
    groups = itertools.groupby(in_order, key=lambda violation: violation.site)
    return [_annotation(level, tuple(group), result) for _, group in groups]


def _annotation(level: str, group: Sequence[Violation], result: CheckResult) -> Annotation:
    first = group[0]
    place = first.places[0] if first.places else None
    file = result.elsewhere if place is None else result.file(place)
    site = make_inert(site_name(first))
    if len(group) == 1:
        title = f"pixelwitness: {site}: {make_inert(str(first.check))}"
        more = (f"{word}: {format_line(sentence)}" for word, sentence in details(first, result))
        lines = [format_line(tell_headline(first, result.vocabulary)), make_inert(why(first)), *more]
    else:
        title = f"pixelwitness: {site}: {counted(len(group), 'violation' if level == 'error' else 'warning')}"
        lines = [
            f"{make_inert(str(violation.check))}: {format_line(tell_headline(violation, result.vocabulary))}"
            for violation in group[:MAX_NAMED]
        ]
        if len(group) > MAX_NAMED:
            lines.append(f"+ {len(group) - MAX_NAMED:,} more, see the summary")
    line = 1 if place is None else result.line(place)
    return Annotation(level, title, "\n".join(lines), None if file.stands_in else file, line)


def _limit(annotations: Sequence[Annotation], level: str) -> Iterable[Annotation]:
    """Return as many as are shown; where there are more, the first says so."""
    if len(annotations) <= MAX_EACH:
        return annotations
    shown = MAX_EACH - 1
    rest = f"+ {len(annotations) - shown:,} more than a step can show, see the summary"
    return (Annotation(level, f"pixelwitness: {len(annotations):,} {level}s", rest), *annotations[:shown])
