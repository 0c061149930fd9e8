"""The judgement of ``check`` as the Markdown of a step's summary on GitHub.

Owns its layout, its size, and the escaping: captured text stands in code spans, and so
does every word of other text that Markdown or GitHub could take for more than a word
(links, images, HTML, mentions, references, emoji, formulas).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.policy.violations.judgement import Forbidden
from pixelwitness.report.check.judged import (
    NOTHING_CARRIED,
    Checked,
    carried,
    evidence,
    headline,
    reason,
    site_name,
    verdict,
)
from pixelwitness.report.wording.ledger_words import ALWAYS, account, unrecorded
from pixelwitness.report.wording.markdown_text import code_span
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence, shorten_url

MAX_BYTES = 900_000
"""GitHub refuses the summary of a step above 1 MiB."""
_HEADS = 300
"""Bytes set aside for what stands around the rows of a table."""
MAX_LISTED = 50
"""Sentences of one list."""

_WORD = re.compile(r"""[("'“]*\w[-\w.,;'/+×%()]*(?:[:"”…?!][.,;)]*)*|[+×=]|…[).,;]*""")
_NO_WORD = re.compile(r"(?<![^\W_])(?:www\.|[0-9a-f]{7,40}(?![^\W_])|gh-\d)|\.[^\W\d_]", re.IGNORECASE)
"""What would become a link, or a reference to a commit or an issue; some viewers link bare hosts, too."""
_LIST = re.compile(r"\d+[.)]")
"""What begins a list, where it begins a line."""


def as_summary(checked: Checked, room: int = MAX_BYTES) -> str:
    """Return the summary, of at most ``room`` bytes in UTF-8: rows that find no room are counted."""
    judgement = checked.judgement
    head = [f"## pixelwitness: {prose(verdict(judgement))}", ""]
    faults = [*checked.failures, *(f"{one.file.path} could not be read: {one.why}" for one in checked.unread)]
    head += _listed("The evidence is incomplete: silence would prove nothing.", faults)
    tail = _listed("Of no use any more in the baseline or the ignores:", checked.stale)
    looked = f"{prose(account(judgement.coverage))}."
    unknown = (*unrecorded(judgement.coverage), ALWAYS)
    tail += [f"Policy: {prose(judgement.policy)}.", "", looked, *(line for one in unknown for line in ("", one)), ""]
    left = room - _size(head) - _size(tail) - 3 * _HEADS
    body: list[str] = []
    for title, found in (
        ("Violations", judgement.violations),
        ("Warnings", judgement.warnings),
        ("Suppressed", judgement.suppressed),
    ):
        if found:
            table = list(_table(title, found, checked, left))
            left -= _size(table)
            body += table
    return "\n".join([*head, *body, *tail])


def prose(text: str) -> str:
    r"""Return text in which every word that could be more than a word is a code span.

    >>> print(prose("Thanks, @jane: see <b>evil</b> and www.evil.example (1,024 requests)."))
    Thanks, `@jane:` see `<b>evil</b>` and `www.evil.example` (1,024 requests).
    """
    words = safe_text(text, 2_000).split(" ")
    parts = [code_span(words.pop(0))] if _LIST.fullmatch(words[0]) else []
    for plain, group in itertools.groupby(words, key=_is_word):
        joined = " ".join(group)
        parts.append(joined.replace("_", "\\_") if plain else code_span(joined))
    return " ".join(parts)


def _is_word(word: str) -> bool:
    return not word or (_WORD.fullmatch(word) is not None and _NO_WORD.search(word) is None)


def _marked(sentence: Sentence) -> str:
    told = ""
    for piece in sentence:
        marked = code_span(piece) if isinstance(piece, Captured) else prose(piece)
        # Two spans that touch would be one.
        told += f" {marked}" if told.endswith("`") and marked.startswith("`") else marked
    return told


def _table(title: str, found: Sequence[Forbidden], checked: Checked, room: int) -> Iterator[str]:
    """Yield a heading and a table as far as the room goes."""
    head = [f"### {title}: {len(found):,}", "", "| Site | What | Why | With it | Evidence | What would help |"]
    yield from (*head, "|---|---|---|---|---|---|")
    for number, one in enumerate(found):
        row = f"| {' | '.join(_cells(one, checked))} |"
        room -= _size([row])
        if room < 0:
            yield ""
            yield f"… and {len(found) - number:,} more; the other formats tell all of them."
            break
        yield row
    yield ""


def _cells(one: Forbidden, checked: Checked) -> Iterator[str]:
    yield _marked((site_name(one),))
    page: Sentence = (" on ", Captured(shorten_url(one.page_url))) if one.page_url else ()
    blocked = f" ({one.blocked:,} blocked)" if one.blocked else ""
    yield _marked((*headline(one, checked.vocabulary), *page, blocked))
    known = f"; {one.suppressed.by}: {reason(one)}" if one.suppressed is not None else ""
    yield f"{code_span(str(one.check))} {prose(one.why + known)}".rstrip()
    yield prose(", ".join(carried(one, checked.vocabulary)) or NOTHING_CARRIED)
    yield "; ".join(_marked(place) for place in evidence(one, checked))
    yield "; ".join(map(prose, one.remedies))


def _listed(title: str, sentences: Iterable[str]) -> list[str]:
    told = list(sentences)
    if not told:
        return []
    rest = [f"- … and {len(told) - MAX_LISTED:,} more"] if len(told) > MAX_LISTED else []
    return [title, "", *(f"- {prose(one)}" for one in told[:MAX_LISTED]), *rest, ""]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8")) + 1 for line in lines)
