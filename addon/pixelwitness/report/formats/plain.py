"""The summary as plain text: for pipes, files and logs.

Owns the layout without a terminal: one block for each site, one fact a line.
"""

import textwrap
from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, Standing
from pixelwitness.report.statements.narrative import SiteNarrative, narrate_all
from pixelwitness.report.statements.report_statements import silence
from pixelwitness.report.statements.statement import Outcome
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.english.cells import about_whom, list_contacts, list_events, list_hints, list_ways
from pixelwitness.report.wording.english.renderer import tell, tell_beside_cells
from pixelwitness.report.wording.plain_text import WIDTH, announced_lines, plain_sentence, wrap_after
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.site_words import describe_others, describe_span
from pixelwitness.report.wording.vocabulary import Vocabulary

NOT_TOLD: tuple[tuple[str, Outcome], ...] = (("not known", "unknown"), ("tried", "tried"), ("blocked", "blocked"))
"""Heads of the lines for what was not surely told."""


def summary_lines(exposure: Exposure, vocabulary: Vocabulary, *, after_story: bool = False) -> Iterator[str]:
    """Yield the lines of the summary, without line ends; ``after_story`` leaves out what the story has told."""
    is_silent = True
    for narrative in narrate_all(exposure, vocabulary.perspective(exposure)):
        is_silent = False
        yield from _block(narrative, vocabulary, after_story=after_story)
        yield ""
    if is_silent and not after_story:
        yield from (*wrap_after("", describe_silence(exposure, vocabulary)), "")
    for head, words in describe_others(exposure, vocabulary):
        yield from wrap_after(f"{head}: ", ", ".join(words))
        yield ""
    if not after_story:
        yield from announced_lines(exposure, vocabulary, in_short=True)
    yield from ledger_lines(exposure)


def describe_silence(exposure: Exposure, vocabulary: Vocabulary) -> str:
    """Return the headline of a report in which no site told Meta anything."""
    return plain_sentence(tell(silence(exposure), vocabulary))


def ledger_lines(exposure: Exposure) -> Iterator[str]:
    """Yield the ledger and what could not be seen."""
    yield from wrap_after("Looked at: ", summarise_coverage(exposure.coverage))
    yield "Could not be seen:"
    for sentence in list_gaps(exposure):
        yield from textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")


def closing_lines(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what a format without a ledger leaves out: that nothing was seen, where it was so, and the ledger."""
    if not any(True for _ in narrate_all(exposure, vocabulary.perspective(exposure))):
        yield describe_silence(exposure, vocabulary)
    yield from ledger_lines(exposure)


def story_lines(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the story, one statement a paragraph."""
    is_silent = True
    for narrative in narrate_all(exposure, vocabulary.perspective(exposure)):
        is_silent = False
        for index, statement in enumerate(narrative.statements):
            text = plain_sentence(tell(statement, vocabulary))
            indent = "  " if index else ""
            yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent="  ", break_on_hyphens=False)
        yield ""
    if is_silent:
        yield from (*wrap_after("", describe_silence(exposure, vocabulary)), "")
    yield from announced_lines(exposure, vocabulary)


def _block(narrative: SiteNarrative, vocabulary: Vocabulary, *, after_story: bool) -> Iterator[str]:
    told = narrative.events("told")
    yield f"{safe_text(narrative.site.name)}  ({', '.join(describe_span(narrative.site))})"
    yield from _line("told Meta", list_events(told))
    yield from _line("with it", about_whom(narrative, vocabulary))
    yield from _line("by", list_ways(told))
    received_as = "app ids" if narrative.site.standing is Standing.APP else "pixels"
    yield from _line(received_as, map(safe_text, narrative.pixels))
    yield from _line("contacts", list_contacts(narrative.contacts("told"), vocabulary))
    for head, outcome in NOT_TOLD:
        contacts = list_contacts(narrative.contacts(outcome), vocabulary)
        yield from _line(head, (*list_events(narrative.events(outcome)), *contacts))
    yield from _line("hints", list_hints(narrative, vocabulary))
    for sentence in tell_beside_cells(narrative.statements, vocabulary) if not after_story else ():
        yield from wrap_after("  ", plain_sentence(sentence))


def _line(name: str, words: Iterable[str]) -> Iterator[str]:
    text = ", ".join(words)
    if text:
        yield from wrap_after(f"  {name:<10} ", text)
