"""The report as Markdown, for issues and summaries.

Owns the escaping: captured text stands in code spans only, where nothing of it
becomes a link, an image, a mention, HTML or the end of a cell.
"""

from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.report.wording.announced import HEAD, sentences, told_of
from pixelwitness.report.wording.ledger_words import account, unseen
from pixelwitness.report.wording.markdown_text import code_span, escape_markdown, markdown_sentence
from pixelwitness.report.wording.opening import opening
from pixelwitness.report.wording.phrases import carrier_word, way_word
from pixelwitness.report.wording.safe_text import counted, numbered
from pixelwitness.report.wording.sentence import list_captured
from pixelwitness.report.wording.site_facts import contact_words, nothing_words, same_values, span_words, telling_sites
from pixelwitness.report.wording.story import story
from pixelwitness.report.wording.vocabulary import Vocabulary


def render_markdown(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines: a table of sites, the story, what stands apart, the ledger."""
    yield "# What sites told Meta"
    yield ""
    yield " ".join(map(markdown_sentence, opening(exposure, vocabulary)))
    yield ""
    sites = telling_sites(exposure)
    if sites:
        yield "| Site | Told Meta | With it | By which way | Pixels | Contacts |"
        yield "|---|---|---|---|---|---|"
        for site in sites:
            yield "| " + " | ".join(_cells(site, vocabulary)) + " |"
        yield ""
    for site, told in story(exposure, vocabulary):
        yield f"## {code_span(site.name)}"
        yield ""
        for sentence in told:
            yield f"- {markdown_sentence(sentence)}"
        yield ""
    yield from _apart(exposure, vocabulary)
    said = [*sentences(told_of(exposure, vocabulary.announced, vocabulary.region))]
    if said:
        yield f"## {HEAD}"
        yield ""
        yield from (f"- {escape_markdown(sentence)}" for sentence in said)
        yield ""
    yield "## What was looked at"
    yield ""
    yield account(exposure.coverage) + "."
    yield ""
    yield "Could not be seen:"
    yield ""
    for gap in unseen(exposure):
        yield f"- {gap}"


def _cells(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[str]:
    yield f"{code_span(site.name)}<br>{escape_markdown(', '.join(span_words(site)))}"
    numbers: dict[str, int] = {}
    for group in site.sent:
        name = code_span(group.name) if group.name else "(name not recorded)"
        numbers[name] = numbers.get(name, 0) + group.events
    told = [numbered(name, number) for name, number in sorted(numbers.items())]
    blocked = sum(group.events for group in site.blocked)
    yield "<br>".join([*told, *([f"{blocked:,} blocked"] if blocked else [])])
    yield "<br>".join(map(escape_markdown, vocabulary.about_person(site.data) or nothing_words(site)))
    yield "<br>".join(_ways(site))
    yield "<br>".join(code_span(one) for one in site.pixels)
    yield "<br>".join(map(escape_markdown, contact_words(site.contacts, vocabulary)))


def _ways(site: SiteExposure) -> Iterable[str]:
    ways = {
        f"{' + '.join(map(way_word, group.channels))} ({', '.join(map(carrier_word, group.transports))})"
        for group in site.sent
    }
    return map(escape_markdown, sorted(ways))


def _apart(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    silent = [one.name for one in exposure.of(Standing.SITE) if one.is_silent]
    if silent:
        yield "Visited, nothing seen to go to Meta: " + markdown_sentence(tuple(list_captured(silent, 20))) + "."
        yield ""
    own = [one for one in exposure.of(Standing.META) if not one.is_silent]
    if own:
        told = [
            f"{code_span(one.name)} ({counted(one.n_events, 'event')}, {counted(one.n_contacts, 'contact')})"
            for one in own
        ]
        yield f"Apart, Meta's own (a person using Meta is no site leaking): {', '.join(told)}."
        yield ""
    for what, holders in same_values(exposure, vocabulary):
        yield f"The same {escape_markdown(what)} went from {markdown_sentence(tuple(list_captured(holders, 20)))}."
        yield ""
