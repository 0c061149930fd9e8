"""The report as Markdown, for issues and summaries.

Owns the escaping: captured text stands in code spans only, where nothing of it
becomes a link, an image, a mention, HTML or the end of a cell.
"""

import re
from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure, Standing
from pixelwitness.report.wording.acts import Captured, Sentence, captured_list
from pixelwitness.report.wording.announced import HEAD, sentences, told_of
from pixelwitness.report.wording.ledger_words import account, unseen
from pixelwitness.report.wording.opening import opening
from pixelwitness.report.wording.phrases import carrier_word, way_word
from pixelwitness.report.wording.safe_text import counted, numbered, safe_text
from pixelwitness.report.wording.site_facts import contact_words, nothing_words, same_values, span_words, telling_sites
from pixelwitness.report.wording.story import story
from pixelwitness.report.wording.vocabulary import Vocabulary

LIMIT = 120


def code(text: str) -> str:
    r"""Return captured text as a code span that holds in a cell of a table.

    >>> print(code("a|b"), code("x`y"), code("<img src=x>"))
    `a\|b` ``x`y`` `<img src=x>`
    """
    shown = safe_text(text, LIMIT).replace("|", "\\|")
    ticks = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (ticks + 1)
    # A space inside each fence, which Markdown takes away again, where a tick or nothing would stand next to it.
    space = " " if not shown.strip() or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown or ' '}{space}{fence}"


def plain(words: str) -> str:
    r"""Return words of ours, which may hold a name out of a database, as text that Markdown leaves alone.

    No address in them becomes a link by itself, and nobody is called by ``@``.

    >>> print(plain("_fbp <b>"), plain("first name"), plain("at https://evil.example www.evil.example @jane"))
    \_fbp \<b\> first name at https\://evil.example www\.evil.example (at)jane
    """
    escaped = re.sub(r"([\\`*_\[\]<>|#~!&]|:(?=//)|(?<=\bwww)\.)", r"\\\1", words, flags=re.IGNORECASE)
    return escaped.replace("@", "(at)")


def as_markdown(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines: a table of sites, the story, what stands apart, the ledger."""
    yield "# What sites told Meta"
    yield ""
    yield " ".join(map(sentence_text, opening(exposure, vocabulary)))
    yield ""
    sites = telling_sites(exposure)
    if sites:
        yield "| Site | Told Meta | With it | By which way | Pixels | Contacts |"
        yield "|---|---|---|---|---|---|"
        for site in sites:
            yield "| " + " | ".join(_cells(site, vocabulary)) + " |"
        yield ""
    for site, told in story(exposure, vocabulary):
        yield f"## {code(site.name)}"
        yield ""
        for sentence in told:
            yield f"- {sentence_text(sentence)}"
        yield ""
    yield from _apart(exposure, vocabulary)
    said = [*sentences(told_of(exposure, vocabulary.announced, vocabulary.region))]
    if said:
        yield f"## {HEAD}"
        yield ""
        yield from (f"- {plain(sentence)}" for sentence in said)
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
    yield f"{code(site.name)}<br>{plain(', '.join(span_words(site)))}"
    numbers: dict[str, int] = {}
    for group in site.sent:
        name = code(group.name) if group.name else "(name not recorded)"
        numbers[name] = numbers.get(name, 0) + group.events
    told = [numbered(name, number) for name, number in sorted(numbers.items())]
    blocked = sum(group.events for group in site.blocked)
    yield "<br>".join([*told, *([f"{blocked:,} blocked"] if blocked else [])])
    yield "<br>".join(map(plain, vocabulary.about_person(site.data) or nothing_words(site)))
    yield "<br>".join(_ways(site))
    yield "<br>".join(code(one) for one in site.pixels)
    yield "<br>".join(map(plain, contact_words(site.contacts, vocabulary)))


def _ways(site: SiteExposure) -> Iterable[str]:
    ways = {
        f"{' + '.join(map(way_word, group.channels))} ({', '.join(map(carrier_word, group.transports))})"
        for group in site.sent
    }
    return map(plain, sorted(ways))


def sentence_text(sentence: Sentence) -> str:
    """Return a sentence, what was captured in code spans."""
    return "".join(code(piece) if isinstance(piece, Captured) else plain(piece) for piece in sentence)


def _apart(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    silent = [one.name for one in exposure.of(Standing.SITE) if one.is_silent]
    if silent:
        yield "Visited, nothing seen to go to Meta: " + sentence_text(tuple(captured_list(silent, 20))) + "."
        yield ""
    own = [one for one in exposure.of(Standing.META) if not one.is_silent]
    if own:
        told = [
            f"{code(one.name)} ({counted(one.n_events, 'event')}, {counted(one.n_contacts, 'contact')})" for one in own
        ]
        yield f"Apart, Meta's own (a person using Meta is no site leaking): {', '.join(told)}."
        yield ""
    for what, holders in same_values(exposure, vocabulary):
        yield f"The same {plain(what)} went from {sentence_text(tuple(captured_list(holders, 20)))}."
        yield ""
