"""The report as Markdown, for issues and summaries.

Owns the escaping: captured text stands in code spans only, where nothing of it
becomes a link, an image, a mention, HTML or the end of a cell.
"""

from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.report.wording.announcements import HEAD, announcement_sentences, select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.labels import label_channel, label_transport
from pixelwitness.report.wording.lead_paragraph import lead_sentences
from pixelwitness.report.wording.markdown_text import code_span, escape_markdown, markdown_sentence
from pixelwitness.report.wording.safe_text import counted, numbered
from pixelwitness.report.wording.sentence import list_captured
from pixelwitness.report.wording.site_words import (
    count_events,
    describe_absence,
    describe_shared_values,
    describe_span,
    list_contacts,
    reporting_sites,
)
from pixelwitness.report.wording.story import tell_story
from pixelwitness.report.wording.vocabulary import Vocabulary


def render_markdown(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines: a table of sites, the story, what stands apart, the ledger."""
    yield "# What sites told Meta"
    yield ""
    yield " ".join(map(markdown_sentence, lead_sentences(exposure, vocabulary)))
    yield ""
    sites = reporting_sites(exposure)
    if sites:
        yield "| Site | Told Meta | With it | By which way | Pixels | Contacts |"
        yield "|---|---|---|---|---|---|"
        for site in sites:
            yield "| " + " | ".join(_cells(site, vocabulary)) + " |"
        yield ""
    for site, sentences in tell_story(exposure, vocabulary):
        yield f"## {code_span(site.name)}"
        yield ""
        for sentence in sentences:
            yield f"- {markdown_sentence(sentence)}"
        yield ""
    yield from _apart(exposure, vocabulary)
    announced = [*announcement_sentences(select_announcements(exposure, vocabulary))]
    if announced:
        yield f"## {HEAD}"
        yield ""
        yield from (f"- {escape_markdown(sentence)}" for sentence in announced)
        yield ""
    yield "## What was looked at"
    yield ""
    yield summarise_coverage(exposure.coverage) + "."
    yield ""
    yield "Could not be seen:"
    yield ""
    for gap in list_gaps(exposure):
        yield f"- {gap}"


def _cells(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[str]:
    yield f"{code_span(site.name)}<br>{escape_markdown(', '.join(describe_span(site)))}"
    events = [numbered(name, number) for name, number in sorted(count_events(site.sent, code_span).items())]
    blocked = sum(group.events for group in site.blocked)
    yield "<br>".join([*events, *([f"{blocked:,} blocked"] if blocked else [])])
    yield "<br>".join(map(escape_markdown, vocabulary.about_person(site.data) or describe_absence(site)))
    yield "<br>".join(_ways(site))
    yield "<br>".join(code_span(pixel) for pixel in site.pixels)
    yield "<br>".join(map(escape_markdown, list_contacts(site.contacts, vocabulary)))


def _ways(site: SiteExposure) -> Iterable[str]:
    ways = {
        f"{' + '.join(map(label_channel, group.channels))} ({', '.join(map(label_transport, group.transports))})"
        for group in site.sent
    }
    return map(escape_markdown, sorted(ways))


def _apart(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    silent = [site.name for site in exposure.of(Standing.SITE) if site.is_silent]
    if silent:
        yield "Visited, nothing seen to go to Meta: " + markdown_sentence(tuple(list_captured(silent, 20))) + "."
        yield ""
    own = [site for site in exposure.of(Standing.META) if not site.is_silent]
    if own:
        names = [
            f"{code_span(site.name)} ({counted(site.n_events, 'event')}, {counted(site.n_contacts, 'contact')})"
            for site in own
        ]
        yield f"Apart, Meta's own (a person using Meta is no site leaking): {', '.join(names)}."
        yield ""
    for words, holders in describe_shared_values(exposure, vocabulary):
        yield f"The same {escape_markdown(words)} went from {markdown_sentence(tuple(list_captured(holders, 20)))}."
        yield ""
