"""The text of ``check``: every violation, where its evidence stands, and what would help.

Owns the words for a judgement.  It names classes of data and their forms, never a value.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pixelwitness.policy.violations.judgement import DEFAULT_POLICY, Judgement, Violation
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.check.violation_wording import (
    MAX_FIELDS,
    UNKNOWN_SITE,
    acceptance_reason,
    carried,
    join_safely,
)
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.coverage_words import SERVER_GAP, describe_unrecorded, summarise_coverage
from pixelwitness.report.wording.english.check_messages import (
    tell_applied,
    tell_attribution,
    tell_headline,
    tell_outcomes,
    tell_reason,
    tell_unjudged,
    tell_verdict,
)
from pixelwitness.report.wording.english.gap_messages import tell_gap, tell_stale
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

WIDTH = 100
MAX_SHOWN = 20
"""Violations, and warnings, of one site that are shown one by one."""
MAX_STALE = 20


def render_text(result: CheckResult) -> Iterator[str]:
    """Yield lines; none where there was no recording to judge, which a message on stderr says."""
    if result.sources is not None:
        yield from describe_judgement(result.judgement, result.vocabulary, result.sources)


def describe_judgement(judgement: Judgement, vocabulary: Vocabulary, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield lines; ``sources`` names recordings by their ids."""
    evidence = _Evidence(sources, (*judgement.violations, *judgement.warnings, *judgement.suppressed))
    for kind, violations in (
        ("violation", judgement.violations),
        ("warning", judgement.warnings),
        ("suppressed", judgement.suppressed),
    ):
        for site, group in groupby(violations, key=lambda violation: violation.site):
            of_site = tuple(group)
            for violation in of_site[:MAX_SHOWN]:
                yield from _wrap(f"{kind}: ", _headline(violation, vocabulary))
                for head, text in _details(violation, vocabulary, evidence):
                    yield from _wrap(f"  {head:<9} ", text)
                yield ""
            if len(of_site) > MAX_SHOWN:
                yield from _wrap(f"{kind}: ", _summarise(site, of_site[MAX_SHOWN:]))
                yield ""
    for gap in judgement.gaps:
        yield from _wrap("incomplete: ", join_safely(tell_gap(gap)))
    for entry in judgement.stale[:MAX_STALE]:
        yield from _wrap("stale: ", join_safely(tell_stale(entry), 1_000))
    if len(judgement.stale) > MAX_STALE:
        yield f"stale: and {len(judgement.stale) - MAX_STALE:,} more."
    for sentence in tell_unjudged(judgement):
        yield from _wrap("Apart: ", join_safely(sentence))
    if judgement.policy != DEFAULT_POLICY:
        yield from _wrap("Judged by: ", join_safely(tell_applied(judgement.policy), 400) + ".")
    yield from _wrap("Looked at: ", summarise_coverage(judgement.coverage) + ".")
    yield from describe_unrecorded(judgement.coverage)
    yield SERVER_GAP
    yield from _wrap("", join_safely(tell_verdict(judgement)))


def _headline(violation: Violation, vocabulary: Vocabulary) -> str:
    words = join_safely(tell_headline(violation, vocabulary), 60)
    return f"{safe_text(violation.site) if violation.site else UNKNOWN_SITE}: {words}"


def _details(violation: Violation, vocabulary: Vocabulary, evidence: "_Evidence") -> Iterator[tuple[str, str]]:
    if violation.suppressed is not None:
        yield violation.suppressed.by, safe_text(acceptance_reason(violation), 400)
    if outcomes := tell_outcomes(violation):
        yield "delivery", join_safely(outcomes)
    if violation.page_url:
        yield "page", safe_text(shorten_url(violation.page_url))
    for sentence in tell_attribution(violation):
        yield "site", join_safely(sentence)
    yield "carried", carried(violation, vocabulary)
    if violation.fields:
        yield "in", _bounded([safe_text(field, 80) for field in violation.fields])
    yield "check", f"{violation.check}: {join_safely(tell_reason(violation.why))}"
    yield "rule", f"{safe_text(violation.rule_id, 80)} ({safe_text(violation.confidence, 20)})"
    yield "evidence", "; ".join(evidence.files(violation))
    if violation.suppressed is None:
        for index, remedy in enumerate(violation.remedies):
            yield "to fix" if index == 0 else "or", remedy
    yield "known by", violation.fingerprint


def _bounded(names: list[str]) -> str:
    more = [f"{len(names) - MAX_FIELDS:,} more"] if len(names) > MAX_FIELDS else []
    return listed([*names[:MAX_FIELDS], *more])


def _summarise(site: str | None, rest: Sequence[Violation]) -> str:
    """Count those of a site that are not shown one by one."""
    contacts = sum(violation.times for violation in rest if violation.is_contact)
    events = sum(violation.times for violation in rest if not violation.is_contact)
    times = listed([counted(number, what) for number, what in ((events, "event"), (contacts, "contact")) if number])
    return f"{safe_text(site) if site else UNKNOWN_SITE}: and {len(rest):,} more of other kinds ({times})"


class _Evidence:
    """Where evidence stands: files by their names, lines where a file has more than one."""

    def __init__(self, sources: Mapping[str, str], violations: Iterable[Violation]) -> None:
        self._sources = sources
        places = (place for violation in violations for place in violation.places)
        # Of a file in one line, as most exporters write it, the line shows nothing.
        self._with_lines = {place.recording_id for place in places if place.line not in (None, 1)}

    def files(self, violation: Violation) -> Iterator[str]:
        """Yield each file once, with its entries."""
        for recording_id, group in groupby(violation.places, key=lambda place: place.recording_id):
            places = tuple(group)
            source = safe_text(self._sources.get(recording_id, recording_id), 300)
            lines = recording_id in self._with_lines
            if len(places) == 1:
                line = f":{places[0].line}" if lines and places[0].line is not None else ""
                yield f"{source}{line} (entry {places[0].position})"
                continue
            entries = [
                f"{place.position} (line {place.line})" if lines and place.line is not None else str(place.position)
                for place in places
            ]
            yield f"{source}, entries {listed(entries)}"
        if violation.times > len(violation.places):
            yield f"and {violation.times - len(violation.places):,} more"


def _wrap(head: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * 12, break_on_hyphens=False, break_long_words=False
    )
