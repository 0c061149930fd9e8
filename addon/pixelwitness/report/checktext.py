"""The text of ``check``: every violation, where its evidence stands, and what would help.

Owns the words for a judgement.  It names classes of data and their forms, never a value.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pixelwitness.policy.judgement import Forbidden, Judgement
from pixelwitness.report.acts import shown_page
from pixelwitness.report.ledger import ALWAYS, account
from pixelwitness.report.text import counted, listed, safe_text
from pixelwitness.report.vocabulary import Vocabulary, with_forms
from pixelwitness.report.words import form_word, way_word

WIDTH = 100
MAX_TOLD = 20
"""Violations, and warnings, of one site that are told one by one."""


def as_text(
    judgement: Judgement, vocabulary: Vocabulary, sources: Mapping[str, str], *, pages: bool = True
) -> Iterator[str]:
    """Yield lines; ``sources`` names recordings by their ids, ``pages`` allows to name more of a page than its site."""
    evidence = _Evidence(sources, (*judgement.violations, *judgement.warnings))
    for kind, found in (("violation", judgement.violations), ("warning", judgement.warnings)):
        for site, of_site in groupby(found, key=lambda one: one.site):
            several = tuple(of_site)
            for one in several[:MAX_TOLD]:
                yield from _told(kind, one, vocabulary, evidence, pages=pages)
                yield ""
            if len(several) > MAX_TOLD:
                yield from _filled(f"{kind}: ", _folded(site, several[MAX_TOLD:], kind))
                yield ""
    for gap in judgement.gaps:
        yield from _filled("incomplete: ", gap + ".")
    if judgement.own:
        yield f"Apart: {counted(judgement.own, 'event')} on Meta's own sites, which this policy does not judge."
    yield from _filled("Looked at: ", account(judgement.coverage) + ".")
    if judgement.coverage.bodies_not_recorded:
        bodies = counted(judgement.coverage.bodies_not_recorded, "request body was", "request bodies were")
        yield f"{bodies} not recorded: what they held is unknown, not absent."
    yield ALWAYS
    yield from _filled("", _verdict(judgement))


def _told(kind: str, one: Forbidden, vocabulary: Vocabulary, evidence: "_Evidence", *, pages: bool) -> Iterator[str]:
    is_event = kind == "violation"
    ways = listed([way_word(each) if is_event else vocabulary.contact(each, one.rule_id) for each in one.channels])
    pixel = f" to pixel {safe_text(one.pixel_id, 40)}" if one.pixel_id else ""
    what = safe_text(one.name, 60) if one.name else "an event whose name was not recorded"
    told = f"{what}{pixel} by {ways}" if is_event else f"contact with Meta by {ways}"
    times = f" ({counted(one.times, 'time')})" if one.times > 1 else ""
    site = safe_text(one.site) if one.site else "unknown site"
    yield from _filled(f"{kind}: ", f"{site}: {told}{times}")
    if one.blocked:
        yield from _filled("  blocked   ", f"{one.blocked} of {one.times}: sent, and stopped on the way")
    if pages and one.page_url:
        yield from _filled("  page      ", safe_text(shown_page(one.page_url)))
    yield from _filled("  carried   ", ", ".join(_carried(one, vocabulary)) or "nothing of the person was seen with it")
    yield from _filled("  rule      ", f"{safe_text(one.rule_id, 80)} ({safe_text(one.confidence, 20)})")
    yield from _filled("  evidence  ", "; ".join(evidence.of(one)))
    for index, remedy in enumerate(one.remedies):
        yield from _filled("  to fix    " if index == 0 else "  or        ", remedy)


def _carried(one: Forbidden, vocabulary: Vocabulary) -> list[str]:
    named: dict[str, set[str]] = {}
    for data_class, form in one.data:
        named.setdefault(vocabulary.label(data_class), set()).add(form_word(form))
    # That something is readable goes without saying, unless it is hashed elsewhere.
    return [with_forms(label, forms if forms != {"readable"} else ()) for label, forms in sorted(named.items())]


def _folded(site: str | None, rest: Sequence[Forbidden], kind: str) -> str:
    """Count those of a site that are not told one by one."""
    times = counted(sum(one.times for one in rest), "event" if kind == "violation" else "contact")
    return f"{safe_text(site) if site else 'unknown site'}: and {len(rest):,} more of other kinds ({times})"


class _Evidence:
    """Where evidence stands: files by their names, lines where a file has more than one."""

    def __init__(self, sources: Mapping[str, str], found: Iterable[Forbidden]) -> None:
        self._sources = sources
        places = (place for one in found for place in one.places)
        # Of a file in one line, as most exporters write it, the line tells nothing.
        self._with_lines = {place.recording_id for place in places if place.line not in (None, 1)}

    def of(self, one: Forbidden) -> Iterator[str]:
        """Yield each file once, with its entries."""
        for recording_id, group in groupby(one.places, key=lambda place: place.recording_id):
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
        if one.times > len(one.places):
            yield f"and {one.times - len(one.places):,} more"


def _verdict(judgement: Judgement) -> str:
    sites = len({one.site for one in judgement.violations})
    if judgement.violations:
        found = counted(len(judgement.violations), "violation")
        return f"{found} on {counted(sites, 'site')}, {counted(len(judgement.warnings), 'warning')}."
    if judgement.nothing:
        return "Nothing to judge: 0 requests. What was not looked at is not clean."
    warnings = f", {counted(len(judgement.warnings), 'warning')}" if judgement.warnings else ""
    return f"No event was seen to go to Meta in {counted(judgement.coverage.seen, 'request')}{warnings}."


def _filled(head: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * 12, break_on_hyphens=False, break_long_words=False
    )
