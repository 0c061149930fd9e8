"""The report as Markdown, for issues and summaries.

Owns the escaping: captured text stands in code spans only, where nothing of it
becomes a link, an image, a mention, HTML or the end of a cell.
"""

from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, Standing
from pixelwitness.report.formats.plain import NOT_TOLD
from pixelwitness.report.statements.narrative import SiteNarrative, narrate_all
from pixelwitness.report.statements.report_statements import lead_statements, shared_values
from pixelwitness.report.wording.announcements import HEAD, announcement_sentences, select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.english.cells import about_whom, list_contacts, list_events, list_hints, list_ways
from pixelwitness.report.wording.english.data_words import list_names
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.markdown_text import code_span, escape_markdown, markdown_sentence
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.report.wording.site_words import describe_span
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_NAMES = 20
"""Sites that one line names."""


def render_markdown(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines: a table of sites, the story, what stands apart, the ledger."""
    perspective = vocabulary.perspective(exposure)
    yield "# What sites told Meta"
    yield ""
    lead = (tell(one, vocabulary) for one in lead_statements(exposure, perspective))
    yield " ".join(map(markdown_sentence, lead))
    yield ""
    narratives = tuple(narrate_all(exposure, perspective))
    if narratives:
        yield "| Site | Told Meta | With it | By which way | Pixels | Contacts |"
        yield "|---|---|---|---|---|---|"
        for narrative in narratives:
            yield "| " + " | ".join(_cells(narrative, vocabulary)) + " |"
        yield ""
    for narrative in narratives:
        yield f"## {code_span(narrative.site.name)}"
        yield ""
        for statement in narrative.statements:
            yield f"- {markdown_sentence(tell(statement, vocabulary))}"
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


def _cells(narrative: SiteNarrative, vocabulary: Vocabulary) -> Iterator[str]:
    told = narrative.events("told")
    yield f"{code_span(narrative.site.name)}<br>{escape_markdown(', '.join(describe_span(narrative.site)))}"
    yield "<br>".join([*list_events(told, code_span), *_not_told(narrative)])
    yield "<br>".join(map(escape_markdown, (*about_whom(narrative, vocabulary), *list_hints(narrative, vocabulary))))
    yield "<br>".join(map(escape_markdown, list_ways(told)))
    yield "<br>".join(code_span(pixel) for pixel in narrative.pixels)
    yield "<br>".join(map(escape_markdown, list_contacts(narrative.contacts("told"), vocabulary)))


def _not_told(narrative: SiteNarrative) -> Iterable[str]:
    for head, outcome in NOT_TOLD:
        events, contacts = narrative.events(outcome), narrative.contacts(outcome)
        if events is not None:
            yield f"{events.events:,} {head}"
        if contacts is not None:
            yield f"{counted(contacts.contacts, 'contact')} {head}"


def _apart(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    silent = [site.name for site in exposure.sites if site.standing is Standing.SITE and site.is_silent]
    if silent:
        yield f"Visited, nothing seen to go to Meta: {markdown_sentence(list_names(silent, MAX_NAMES))}."
        yield ""
    own = [site for site in exposure.sites if site.standing is Standing.META and not site.is_silent]
    if own:
        names = [
            f"{code_span(site.name)} ({counted(site.n_events, 'event')}, {counted(site.n_contacts, 'contact')})"
            for site in own
        ]
        yield f"Apart, Meta's own (a person using Meta is no site leaking): {', '.join(names)}."
        yield ""
    for shared in shared_values(exposure):
        yield markdown_sentence(tell(shared, vocabulary))
        yield ""
