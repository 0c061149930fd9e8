"""The summary for a terminal.

Owns the layout with rich, which nothing else imports.  All text goes in as
`Text`: nothing is ever read as markup, highlighted or made a link.
"""

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pixelwitness.core.exposure.exposure import Exposure, Standing
from pixelwitness.report.formats.plain import NOT_TOLD, describe_silence
from pixelwitness.report.statements.narrative import SiteNarrative, narrate_all
from pixelwitness.report.statements.site_kinds import BodiesNotRecorded, NoIdentifier
from pixelwitness.report.wording.announcements import HEAD, announcement_sentences, select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.english.cells import about_whom, list_contacts, list_events, list_hints, list_ways
from pixelwitness.report.wording.english.renderer import tell, tell_beside_cells
from pixelwitness.report.wording.safe_text import counted, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.site_words import describe_others, describe_span
from pixelwitness.report.wording.vocabulary import Vocabulary

_WIDEST = 132


def console(stream: TextIO, *, colour: bool, width: int | None = None) -> Console:
    """Return a console for a stream; it neither reads markup nor highlights."""
    made = Console(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        width=width,
    )
    made.width = min(made.width, _WIDEST)
    return made


def draw_summary(exposure: Exposure, vocabulary: Vocabulary, *, after_story: bool = False) -> Group:
    """Return the summary: a row for each site that told Meta anything, then what stands apart, then the ledger.

    ``after_story`` leaves out what the story has told.
    """
    narratives = tuple(narrate_all(exposure, vocabulary.perspective(exposure)))
    parts: list[Table | Text | Padding] = [_sites(narratives, vocabulary)] if narratives else []
    if not narratives and not after_story:
        parts.append(Text(describe_silence(exposure, vocabulary), style="bold"))
    for narrative in narratives if not after_story else ():
        for sentence in tell_beside_cells(narrative.statements, vocabulary):
            name = safe_text(narrative.site.name)
            parts.append(Text.assemble((f"{name}: ", "bold"), _sentence(sentence, first="bold")))
    for head, words in describe_others(exposure, vocabulary):
        parts.append(Text.assemble((f"{head}: ", "bold"), ", ".join(words)))
    announced = () if after_story else (_draw_announcements(exposure, vocabulary, in_short=True),)
    return Group(*parts, *announced, draw_ledger(exposure))


def draw_ledger(exposure: Exposure) -> Group:
    """Return the ledger and what could not be seen."""
    lines = Table.grid(padding=(0, 1))
    for sentence in list_gaps(exposure):
        lines.add_row(Text("•", style="yellow"), Text(sentence))
    looked = Text.assemble(("\nLooked at: ", "bold"), summarise_coverage(exposure.coverage))
    return Group(looked, Text("Could not be seen:", style="bold"), lines)


def draw_story(exposure: Exposure, vocabulary: Vocabulary) -> Group:
    """Return the story: sites in bold, then their sentences."""
    parts: list[Padding] = []
    for narrative in narrate_all(exposure, vocabulary.perspective(exposure)):
        sentences = [tell(one, vocabulary) for one in narrative.statements]
        parts.extend(
            Padding(_sentence(sentence), (0, 0, int(index + 1 == len(sentences)), 2 if index else 0))
            for index, sentence in enumerate(sentences)
        )
    if not parts:
        parts.append(Padding(Text(describe_silence(exposure, vocabulary), style="bold"), (0, 0, 1, 0)))
    return Group(*parts, _draw_announcements(exposure, vocabulary))


def _draw_announcements(exposure: Exposure, vocabulary: Vocabulary, *, in_short: bool = False) -> Group:
    """Return what has been announced about such data, in short or whole; nothing where nothing was told."""
    sentences = [*announcement_sentences(select_announcements(exposure, vocabulary), in_short=in_short)]
    lines = Table.grid(padding=(0, 1))
    for sentence in sentences:
        lines.add_row(Text("•", style="cyan"), Text(sentence))
    return Group(Text(f"\n{HEAD}:", style="bold"), lines) if sentences else Group()


def _sentence(sentence: Sentence, first: str = "bold cyan") -> Text:
    text = Text()
    for index, piece in enumerate(sentence):
        if isinstance(piece, Captured):
            text.append(safe_text(piece), style=first if index == 0 else "bold")
        else:
            text.append(piece)
    return text


def _sites(narratives: Sequence[SiteNarrative], vocabulary: Vocabulary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, header_style="bold", padding=(0, 2, 0, 0))
    # The shares leave room for a long event name and a pixel's number on 80 columns.
    widest = max((len(one.site.name) for one in narratives), default=0)
    table.add_column("Site", width=max(12, min(widest, 22)), overflow="fold")
    table.add_column("Told Meta", ratio=26, overflow="fold")
    table.add_column("With it", ratio=22, overflow="fold")
    table.add_column("By which way", ratio=20, overflow="fold")
    for index, one in enumerate(narratives):
        if index:
            table.add_row()
        table.add_row(_who(one), _what(one, vocabulary), _data(one, vocabulary), _ways(one))
    return table


def _who(narrative: SiteNarrative) -> Text:
    site = narrative.site
    style = "bold cyan" if site.standing is Standing.SITE else "bold"
    visits, *times = describe_span(site)
    return _lines([(safe_text(site.name), style), (visits, "dim"), *((text[:10], "dim") for text in times)])


def _what(narrative: SiteNarrative, vocabulary: Vocabulary) -> Text:
    lines = [(text, "") for text in list_events(narrative.events("told"))]
    contacts = list_contacts(narrative.contacts("told"), vocabulary)
    if contacts:
        lines.append((f"contacts: {', '.join(contacts)}", "dim"))
    for head, outcome in NOT_TOLD:
        words = (*list_events(narrative.events(outcome)), *list_contacts(narrative.contacts(outcome), vocabulary))
        if words:
            lines.append((f"{head}: {', '.join(words)}", "yellow" if outcome == "unknown" else "green"))
    return _lines(lines)


def _data(narrative: SiteNarrative, vocabulary: Vocabulary) -> Text:
    style = "yellow" if narrative.of(NoIdentifier) else "bold red"
    lines = [(datum, style) for datum in about_whom(narrative, vocabulary)]
    lines += [(hint, "") for hint in list_hints(narrative, vocabulary)]
    for one in narrative.of(BodiesNotRecorded):
        lines.append((f"{counted(one.bodies, 'body', 'bodies')} not recorded", "yellow"))
    return _lines(lines)


def _ways(narrative: SiteNarrative) -> Text:
    lines = [(text, "") for text in list_ways(narrative.events("told"))]
    pixels = narrative.pixels
    if pixels:
        head = "received by pixel" if len(pixels) == 1 else "received by pixels"
        lines.append(("app id" if narrative.site.standing is Standing.APP else head, "dim"))
        lines += [(safe_text(pixel, 40), "dim") for pixel in pixels]
    return _lines(lines)


def _lines(lines: Iterable[tuple[str, str]]) -> Text:
    return Text("\n").join(Text(line, style=style) for line, style in lines)
