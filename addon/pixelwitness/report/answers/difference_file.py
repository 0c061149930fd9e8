"""A comparison as Markdown, as JSON and as a drawn table.

Owns these three formats; words are those of `difference`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pixelwitness.core.exposure.comparison import Comparison, Difference, SiteComparison
from pixelwitness.report.answers.difference import (
    CHANGES,
    Named,
    ending,
    heads,
    numbers,
    site_head,
    telling,
    thing,
    told,
    why,
)
from pixelwitness.report.formats.json_document import without_links
from pixelwitness.report.formats.markdown import code, plain, sentence_text
from pixelwitness.report.formats.plain import as_text
from pixelwitness.report.published.common import SCHEMA_VERSION, Ledger, Model, says
from pixelwitness.report.published.document import sums
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
    standing: Annotated[Literal["site", "meta", "unknown"], says("`site`, `unknown`, or `meta` for Meta's own")]
    visits_a: Annotated[int, says("pages loaded in A")]
    visits_b: Annotated[int, says("pages loaded in B")]
    differences: Annotated[list[DifferenceShape], says("below")]


class Diff(Model, frozen=True, kw_only=True):
    """What differs between two sides: the output of ``diff --format json``."""

    schema_version: Annotated[Literal[1], says("1")] = SCHEMA_VERSION
    a: Annotated[SideShape, says("the first side, below")]
    b: Annotated[SideShape, says("the second side")]
    sites: Annotated[list[SiteDifferenceShape], says("sites that differ, below")]
    alike: Annotated[list[str], says("sites that do not")]


def as_json(comparison: Comparison, named: Named, vocabulary: Vocabulary) -> str:
    """Return the comparison as one document of JSON, with a line end."""
    a, b = (
        SideShape(name=name, coverage=Ledger(**sums(coverage)))
        for name, coverage in zip((named.a, named.b), comparison.coverage, strict=True)
    )
    sites = [_site(site, vocabulary) for site in comparison.sites]
    return without_links(Diff(a=a, b=b, sites=sites, alike=list(comparison.alike)), indent=2) + "\n"


def _site(site: SiteComparison, vocabulary: Vocabulary) -> SiteDifferenceShape:
    return SiteDifferenceShape(
        site=site.name,
        standing=site.standing.value,
        visits_a=site.visits[0],
        visits_b=site.visits[1],
        differences=[_difference(one, vocabulary) for one in site.differences],
    )


def _difference(one: Difference, vocabulary: Vocabulary) -> DifferenceShape:
    return DifferenceShape(
        aspect=one.aspect.value,
        name=one.name,
        of=one.of,
        called=as_text(thing(one, vocabulary)),
        a=one.before,
        b=one.after,
        change=one.change.value,
        could_be_missed=[gap.value for gap in one.gaps],
    )


def as_markdown(comparison: Comparison, named: Named, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines of Markdown: a table for each site that differs."""
    yield "# What differs"
    yield ""
    for head in heads(comparison, named):
        yield f"- {sentence_text(head)}"
    yield ""
    for site in telling(comparison):
        yield f"## {code(site.name)}"
        yield ""
        yield f"{plain(site_head(site))}."
        yield ""
        yield "| What | A | B | Change | Could have been missed |"
        yield "|---|---|---|---|---|"
        for one in told(site):
            before, after = numbers(one)
            what = sentence_text(thing(one, vocabulary))
            yield f"| {what} | {before} | {after} | {CHANGES[one.change]} | {plain(why(one))} |"
        yield ""
    for sentence in ending(comparison):
        yield sentence_text(sentence)
        yield ""


def as_table(comparison: Comparison, named: Named, vocabulary: Vocabulary) -> "Group":
    """Return the comparison for a terminal."""
    # Imported here: a start without a terminal does not pay for rich.
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    styles = {"new": "bold red", "gone": "green", "more": "red", "fewer": "green", "not recorded": "yellow"}
    parts: list[Text | Table] = [Text(as_text(head)) for head in heads(comparison, named)]
    for site in telling(comparison):
        parts.append(Text.assemble((f"\n{safe_text(site.name)}", "bold cyan"), f"  ({site_head(site)})"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("What", overflow="fold")
        table.add_column("A", justify="right")
        table.add_column("B", justify="right")
        table.add_column("", overflow="fold")
        for one in told(site):
            before, after = numbers(one)
            change, reason = CHANGES[one.change], why(one)
            last = Text.assemble((change, styles[change]), f" ({reason})" if reason else "")
            table.add_row(Text(as_text(thing(one, vocabulary))), Text(before), Text(after), last)
        parts.append(table)
    parts.append(Text(""))
    parts += [Text(as_text(sentence)) for sentence in ending(comparison)]
    return Group(*parts)
