"""The judgement of ``check`` as workflow commands of GitHub Actions.

Owns the escaping of commands and how many there may be: a step shows ten errors and ten
warnings, and drops the rest unseen.  No captured text begins a line: each stands behind
``::`` of ours, escaped.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pixelwitness.policy.violations.judgement import Forbidden
from pixelwitness.report.check.judged import Checked, Located, as_line, details, headline, inert, site_name, verdict
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


def as_github(checked: Checked) -> Iterator[str]:
    """Yield lines: one that sums up, then the annotations."""
    judgement = checked.judgement
    errors = [*_faults(checked), *_annotations("error", judgement.violations, checked)]
    warnings = [
        *_annotations("warning", judgement.warnings, checked),
        *(Annotation("warning", "pixelwitness: stale", inert(sentence, 1_000)) for sentence in checked.stale),
    ]
    # The counts come first: a runner's log is read from its beginning.
    yield f"pixelwitness: {verdict(judgement)}"
    for annotation in (*_within(errors, "error"), *_within(warnings, "warning")):
        yield command(annotation)


def command(one: Annotation) -> str:
    r"""Return an annotation as a workflow command.

    >>> command(Annotation("error", "a: b, c", "100 %\nof it", Located("x,y.har"), 3))
    '::error file=x%2Cy.har,line=3,title=a%3A b%2C c::100 %25%0Aof it'
    """
    file = {} if one.file is None else {"file": safe_text(one.file.path, 1_000), "line": str(one.line)}
    properties = {**file, "title": inert(one.title, 200)}
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{one.level} {told}::{_data(one.message[:MAX_MESSAGE])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _faults(checked: Checked) -> Iterator[Annotation]:
    """Yield why the answer cannot be relied on, as one annotation."""
    told = [*checked.failures, *(f"{one.file.path} could not be read: {one.why}" for one in checked.unread)]
    if told:
        lines = [inert(one, 1_000) for one in told]
        yield Annotation("error", "pixelwitness: the evidence is incomplete", "\n".join(lines))


def _annotations(level: str, found: Sequence[Forbidden], checked: Checked) -> list[Annotation]:
    """Return one annotation for each violation where these are few, else one for each site."""
    if len(found) <= MAX_EACH:
        return [_annotation(level, (one,), checked) for one in found]
    # The unknown site comes last.
    in_order = sorted(found, key=lambda one: (one.site is None, one.site or ""))
    groups = itertools.groupby(in_order, key=lambda one: one.site)
    return [_annotation(level, tuple(group), checked) for _, group in groups]


def _annotation(level: str, group: Sequence[Forbidden], checked: Checked) -> Annotation:
    first = group[0]
    place = first.places[0] if first.places else None
    file = checked.elsewhere if place is None else checked.file(place)
    site = inert(site_name(first))
    if len(group) == 1:
        title = f"pixelwitness: {site}: {inert(str(first.check))}"
        why = [inert(first.why[:1].upper() + first.why[1:] + ".")] if first.why else []
        more = (f"{word}: {as_line(sentence)}" for word, sentence in details(first, checked))
        lines = [as_line(headline(first, checked.vocabulary)), *why, *more]
    else:
        title = f"pixelwitness: {site}: {counted(len(group), 'violation' if level == 'error' else 'warning')}"
        lines = [f"{inert(str(one.check))}: {as_line(headline(one, checked.vocabulary))}" for one in group[:MAX_NAMED]]
        if len(group) > MAX_NAMED:
            lines.append(f"+ {len(group) - MAX_NAMED:,} more, see the summary")
    line = 1 if place is None else checked.line(place)
    return Annotation(level, title, "\n".join(lines), None if file.stands_in else file, line)


def _within(found: Sequence[Annotation], level: str) -> Iterable[Annotation]:
    """Return as many as are shown; where there are more, the first says so."""
    if len(found) <= MAX_EACH:
        return found
    shown = MAX_EACH - 1
    rest = f"+ {len(found) - shown:,} more than a step can show, see the summary"
    return (Annotation(level, f"pixelwitness: {len(found):,} {level}s", rest), *found[:shown])
