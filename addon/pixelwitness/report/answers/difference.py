"""A comparison in words: what each difference is called, and why a side may have missed something.

Owns the words, and the layout as plain text.  `difference_formats` takes the words from here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from pixelwitness.core.exposure.comparison import Aspect, Change, Comparison, Difference, Gap, SiteComparison
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Standing
from pixelwitness.meaning.names.subjects import About, about_of
from pixelwitness.report.wording.coverage_words import summarise_coverage
from pixelwitness.report.wording.english.data_words import list_names
from pixelwitness.report.wording.labels import label_channel, label_contact, label_form, spell_out
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_ALIKE = 20
"""Sites without a difference that are named."""
CHANGES: Mapping[Change, str] = MappingProxyType(
    {
        Change.NEW: "new",
        Change.GONE: "gone",
        Change.MORE: "more",
        Change.FEWER: "fewer",
        Change.NOT_RECORDED: "not recorded",
    }
)
_GAPS: Mapping[Gap, str] = MappingProxyType(
    {
        Gap.SITE_NOT_SEEN: "nothing of this site was recorded",
        Gap.PAGES_NOT_OPENED: "the pages on which it was seen were not opened",
        Gap.BODIES: "bodies of requests were not recorded",
        Gap.COOKIES: "cookies were not recorded",
        Gap.INCOMPLETE: "a recording ends before its end",
        Gap.UNDECODABLE: "requests to Meta could not be decoded",
        Gap.REJECTED: "entries could not be used",
        Gap.DROPPED: "records were dropped",
        Gap.RULE_FAULTS: "requests were not looked at whole",
        Gap.TLS_REFUSED: "connections refused to be looked into",
        Gap.HEADLESS: "a headless browser, which Meta's configurations send away, loaded the pixel",
        Gap.PAGE_UNKNOWN: "the like of it was seen, and of which site could not be told",
    }
)
_READABLE: Mapping[str, str] = MappingProxyType({"number": "readable number", "boolean": "readable, yes or no"})
"""Forms that reports call readable alike, and that are told apart here."""


@dataclass(frozen=True, slots=True)
class DifferenceData:
    """All that a format of a comparison renders."""

    comparison: Comparison
    names: tuple[str, str]
    """Of the two sides, as the user gave them."""
    vocabulary: Vocabulary


def describe_difference(difference: Difference, vocabulary: Vocabulary) -> Sentence:
    """Return what differs, in words."""
    name = difference.name or ""
    match difference.aspect:
        case Aspect.EVENT | Aspect.BLOCKED_EVENT:
            event: Sentence = ("event ", Captured(name)) if difference.name else ("event without a recorded name",)
            receiver: Sentence = (", pixel ", Captured(difference.of)) if difference.of else ()
            return (*event, *receiver, *((", blocked",) if difference.aspect is Aspect.BLOCKED_EVENT else ()))
        case Aspect.PIXEL:
            return ("pixel ", Captured(name))
        case Aspect.CHANNEL:
            return (f"way: {label_channel(name)}",)
        case Aspect.DATA:
            form = difference.of or ""
            return (f"data: {vocabulary.label(name)} ({_READABLE.get(form) or label_form(form)})",)
        case Aspect.IDENTIFIER:
            return ("known by: ", Captured(name))
        case Aspect.CONSENT:
            return (f"consent when events left: {spell_out(name)}",)
    return (f"contact: {label_contact(name)}{', blocked' if difference.aspect is Aspect.BLOCKED_CONTACT else ''}",)


def shown_differences(site: SiteComparison) -> tuple[Difference, ...]:
    """Return what differs in a site and is of interest to a person: no times, screens and versions."""
    return tuple(
        difference
        for difference in site.differences
        if difference.aspect is not Aspect.DATA or about_of(difference.name or "", "") is not About.TECHNICAL
    )


def shown_sites(comparison: Comparison) -> tuple[SiteComparison, ...]:
    """Return the sites of which anything is told."""
    return tuple(site for site in comparison.sites if shown_differences(site))


def format_counts(difference: Difference) -> tuple[str, str]:
    """Return how often each side has it; a question mark for the side that could not see it."""
    unseen = difference.change is Change.NOT_RECORDED
    before, after = (f"{number:,}" if number or not unseen else "?" for number in (difference.before, difference.after))
    return before, after


def describe_gaps(difference: Difference) -> str:
    """Return what the side that has less may have missed it by, the empty text where nothing."""
    if not difference.gaps:
        return ""
    side = "A" if difference.before < difference.after else "B"
    return f"{side}: {'; '.join(_GAPS[gap] for gap in difference.gaps)}"


def describe_sides(data: DifferenceData) -> Iterator[Sentence]:
    """Yield what the two sides are."""
    for letter, name, coverage in zip("AB", data.names, data.comparison.coverage, strict=True):
        yield (f"{letter}: ", Captured(name), f": {summarise_coverage(coverage)}")


def describe_visits(site: SiteComparison) -> str:
    """Return how often each side visited a site, and that it is Meta's own where it is."""
    own = ", Meta's own" if site.standing is Standing.META else ""
    before, after = site.visits
    return f"visits: {before:,} → {after:,}{own}"


def closing_sentences(comparison: Comparison) -> Iterator[Sentence]:
    """Yield what stands below the sites: those alike, and that absence may be no evidence."""
    shown = shown_sites(comparison)
    if not shown:
        yield ("No difference was seen.",)
    technical = tuple(site.name for site in comparison.sites if site not in shown)
    if technical:
        yield ("Alike but for technical details: ", *list_names(technical, MAX_ALIKE), ".")
    if comparison.alike:
        yield ("Alike: ", *list_names(comparison.alike, MAX_ALIKE), ".")
    if Change.NOT_RECORDED in comparison.changes:
        yield ("What a side could not see is told with a question mark: it is neither new nor gone.",)
    for letter, coverage in zip("AB", comparison.coverage, strict=True):
        words = _incomplete(coverage)
        if words:
            yield (f"{letter} is incomplete: {listed(words)}.",)
    if shown:
        yield ("Numbers depend on what was done; where the visits differ, so may they.",)


def _incomplete(coverage: Coverage) -> tuple[str, ...]:
    counts = (
        (coverage.incomplete, "recording that ends before its end", "recordings that end before their end"),
        (coverage.rejected, "unusable entry", "unusable entries"),
        (coverage.undecodable, "undecodable request", None),
        (coverage.dropped, "dropped record", None),
        (coverage.rule_faults, "request not looked at whole", "requests not looked at whole"),
        (coverage.bodies_not_recorded, "request body not recorded", "request bodies not recorded"),
        (coverage.cookies_not_recorded, "recording without cookies", "recordings without cookies"),
        (coverage.tls_refused, "connection refused to be looked into", "connections refused to be looked into"),
    )
    return tuple(counted(number, noun, plural) for number, noun, plural in counts if number)


def render_lines(data: DifferenceData) -> Iterator[str]:
    """Yield the lines, without line ends: one for each difference, grouped by what became of it."""
    for head in describe_sides(data):
        yield plain_sentence(head)
    yield ""
    for site in shown_sites(data.comparison):
        yield f"{safe_text(site.name)}  ({describe_visits(site)})"
        for change, differences in groupby(
            _in_order(shown_differences(site)), key=lambda difference: difference.change
        ):
            for difference in differences:
                before, after = format_counts(difference)
                reason = describe_gaps(difference)
                line = f"{plain_sentence(describe_difference(difference, data.vocabulary))}: {before} → {after}"
                yield f"  {CHANGES[change]:<12}  {line}{f' ({reason})' if reason else ''}"
        yield ""
    for sentence in closing_sentences(data.comparison):
        yield plain_sentence(sentence)


def _in_order(differences: Iterable[Difference]) -> list[Difference]:
    order = list(CHANGES)
    return sorted(differences, key=lambda one: order.index(one.change))
