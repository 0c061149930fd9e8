"""A comparison as Markdown, as JSON and as a drawn table.

Owns these three formats; words are those of `difference`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pixelwitness.core.exposure.comparison import Difference, SiteComparison
from pixelwitness.report.answers.difference import (
    CHANGES,
    DifferenceData,
    closing_sentences,
    describe_difference,
    describe_gaps,
    describe_sides,
    describe_visits,
    format_counts,
    shown_differences,
    shown_sites,
)
from pixelwitness.report.published.json_encoding import encode_unlinked
from pixelwitness.report.published.shared_model import SCHEMA_VERSION, Ledger, Model, Version, publish, says
from pixelwitness.report.wording.markdown_text import code_span, escape_markdown, markdown_sentence
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

if TYPE_CHECKING:
    from rich.console import Group


class SideShape(Model, frozen=True, kw_only=True):
    """One of the two that are compared."""

    name: Annotated[str, says("as it was given")]
    coverage: Annotated[Ledger, says("its [ledger](ledger.md)")]


class DifferenceShape(Model, frozen=True, kw_only=True):
    """One thing that differs."""

    aspect: Annotated[
        str,
        says(
            "`event`, `blocked_event`, `pixel`, `channel`, `data`, `identifier`, `contact`, `blocked_contact` or "
            "`consent`"
        ),
    ]
    name: Annotated[str | None, says("of the event, class, channel …; null for an event without a recorded name")]
    of: Annotated[str | None, says("the pixel of an event, the form of a datum, else null")]
    called: Annotated[str, says("all this in words")]
    a: Annotated[int, says("how often A has it: events, or contacts for contacts")]
    b: Annotated[int, says("how often B has it")]
    change: Annotated[
        Literal["new", "gone", "more", "fewer", "not_recorded"],
        says("`new`, `gone`, `more`, `fewer`, or `not_recorded` where the side without it could not have seen it"),
    ]
    could_be_missed: Annotated[list[str], says("why the side that has less may have missed some, below")]


class SiteDifferenceShape(Model, frozen=True, kw_only=True):
    """What differs in one site."""

    site: Annotated[str, says("its name, or `unknown`")]
    standing: Annotated[
        Literal["site", "meta", "app", "unknown"], says("`site`, `app`, `unknown`, or `meta` for Meta's own")
    ]
    visits_a: Annotated[int, says("pages loaded in A")]
    visits_b: Annotated[int, says("pages loaded in B")]
    differences: Annotated[list[DifferenceShape], says("below")]


class Diff(Model, frozen=True, kw_only=True):
    """What differs between two sides: the output of ``diff --format json``."""

    schema_version: Version = SCHEMA_VERSION
    a: Annotated[SideShape, says("the first side, below")]
    b: Annotated[SideShape, says("the second side")]
    sites: Annotated[list[SiteDifferenceShape], says("sites that differ, below")]
    alike: Annotated[list[str], says("sites that do not")]


def render_json(data: DifferenceData) -> str:
    """Return the comparison as one document of JSON, with a line end."""
    a, b = (
        SideShape(name=name, coverage=publish(Ledger, coverage))
        for name, coverage in zip(data.names, data.comparison.coverage, strict=True)
    )
    sites = [_site(site, data.vocabulary) for site in data.comparison.sites]
    return encode_unlinked(Diff(a=a, b=b, sites=sites, alike=list(data.comparison.alike)), indent=2) + "\n"


def _site(site: SiteComparison, vocabulary: Vocabulary) -> SiteDifferenceShape:
    return SiteDifferenceShape(
        site=site.name,
        standing=site.standing.value,
        visits_a=site.visits[0],
        visits_b=site.visits[1],
        differences=[_difference(difference, vocabulary) for difference in site.differences],
    )


def _difference(difference: Difference, vocabulary: Vocabulary) -> DifferenceShape:
    return DifferenceShape(
        aspect=difference.aspect.value,
        name=difference.name,
        of=difference.of,
        called=plain_sentence(describe_difference(difference, vocabulary)),
        a=difference.before,
        b=difference.after,
        change=difference.change.value,
        could_be_missed=[gap.value for gap in difference.gaps],
    )


def render_markdown(data: DifferenceData) -> Iterator[str]:
    """Yield the lines of Markdown: a table for each site that differs."""
    yield "# What differs"
    yield ""
    for head in describe_sides(data):
        yield f"- {markdown_sentence(head)}"
    yield ""
    for site in shown_sites(data.comparison):
        yield f"## {code_span(site.name)}"
        yield ""
        yield f"{escape_markdown(describe_visits(site))}."
        yield ""
        yield "| What | A | B | Change | Could have been missed |"
        yield "|---|---|---|---|---|"
        for difference in shown_differences(site):
            before, after = format_counts(difference)
            words = markdown_sentence(describe_difference(difference, data.vocabulary))
            change, reason = CHANGES[difference.change], escape_markdown(describe_gaps(difference))
            yield f"| {words} | {before} | {after} | {change} | {reason} |"
        yield ""
    for sentence in closing_sentences(data.comparison):
        yield markdown_sentence(sentence)
        yield ""


def draw_table(data: DifferenceData) -> "Group":
    """Return the comparison for a terminal."""
    # Imported here: a start without a terminal does not pay for rich.
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    styles = {"new": "bold red", "gone": "green", "more": "red", "fewer": "green", "not recorded": "yellow"}
    parts: list[Text | Table] = [Text(plain_sentence(head)) for head in describe_sides(data)]
    for site in shown_sites(data.comparison):
        parts.append(Text.assemble((f"\n{safe_text(site.name)}", "bold cyan"), f"  ({describe_visits(site)})"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("What", overflow="fold")
        table.add_column("A", justify="right")
        table.add_column("B", justify="right")
        table.add_column("", overflow="fold")
        for difference in shown_differences(site):
            before, after = format_counts(difference)
            change, reason = CHANGES[difference.change], describe_gaps(difference)
            last = Text.assemble((change, styles[change]), f" ({reason})" if reason else "")
            table.add_row(
                Text(plain_sentence(describe_difference(difference, data.vocabulary))), Text(before), Text(after), last
            )
        parts.append(table)
    parts.append(Text(""))
    parts += [Text(plain_sentence(sentence)) for sentence in closing_sentences(data.comparison)]
    return Group(*parts)
