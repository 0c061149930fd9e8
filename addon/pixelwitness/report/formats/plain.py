"""The summary as plain text: for pipes, files and logs.

Owns the layout without a terminal: one block for each site, one fact a line.
"""

import textwrap
from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.report.wording.consent_words import consent_sentences
from pixelwitness.report.wording.coverage_words import describe_silence, list_gaps, summarise_coverage
from pixelwitness.report.wording.plain_text import WIDTH, announced_lines, plain_sentence, wrap_after
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.setup_words import setup_sentences
from pixelwitness.report.wording.site_words import (
    describe_absence,
    describe_others,
    describe_span,
    list_channels,
    list_contacts,
    list_events,
    reporting_sites,
)
from pixelwitness.report.wording.story import tell_story
from pixelwitness.report.wording.vocabulary import Vocabulary


def summary_lines(exposure: Exposure, vocabulary: Vocabulary, *, after_story: bool = False) -> Iterator[str]:
    """Yield the lines of the summary, without line ends; ``after_story`` leaves out what the story has told."""
    sites = reporting_sites(exposure)
    for site in sites:
        yield from _block(site, vocabulary, with_setup=not after_story)
        yield ""
    if not sites and not after_story:
        yield from (*wrap_after("", describe_silence(exposure)), "")
    for head, words in describe_others(exposure, vocabulary):
        yield from wrap_after(f"{head}: ", ", ".join(words))
        yield ""
    if not after_story:
        yield from announced_lines(exposure, vocabulary, in_short=True)
    yield from ledger_lines(exposure)


def ledger_lines(exposure: Exposure) -> Iterator[str]:
    """Yield the ledger and what could not be seen."""
    yield from wrap_after("Looked at: ", summarise_coverage(exposure.coverage))
    yield "Could not be seen:"
    for sentence in list_gaps(exposure):
        yield from textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")


def closing_lines(exposure: Exposure) -> Iterator[str]:
    """Yield what a format without a ledger leaves out: that nothing was seen, where it was so, and the ledger."""
    if not reporting_sites(exposure):
        yield describe_silence(exposure)
    yield from ledger_lines(exposure)


def story_lines(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the story, one sentence a paragraph."""
    if not reporting_sites(exposure):
        yield from (*wrap_after("", describe_silence(exposure)), "")
    for _, sentences in tell_story(exposure, vocabulary):
        for index, sentence in enumerate(sentences):
            first = "  " if index else ""
            yield from textwrap.wrap(
                plain_sentence(sentence), WIDTH, initial_indent=first, subsequent_indent="  ", break_on_hyphens=False
            )
        yield ""
    yield from announced_lines(exposure, vocabulary)


def _block(site: SiteExposure, vocabulary: Vocabulary, *, with_setup: bool) -> Iterator[str]:
    yield f"{safe_text(site.name)}  ({', '.join(describe_span(site))})"
    yield from _line("told Meta", list_events(site.sent))
    yield from _line("with it", vocabulary.about_person(site.data) or describe_absence(site))
    yield from _line("by", list_channels(site.sent))
    yield from _line("pixels", map(safe_text, site.pixels))
    yield from _line("contacts", list_contacts(site.contacts, vocabulary))
    yield from _line("blocked", (*list_events(site.blocked), *list_contacts(site.blocked_contacts, vocabulary)))
    for sentence in (*consent_sentences(site), *setup_sentences(site, vocabulary)) if with_setup else ():
        yield from wrap_after("  ", plain_sentence(sentence))


def _line(name: str, words: Iterable[str]) -> Iterator[str]:
    text = ", ".join(words)
    if text:
        yield from wrap_after(f"  {name:<10} ", text)
