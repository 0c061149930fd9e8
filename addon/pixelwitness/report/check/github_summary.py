"""The judgement of ``check`` as the Markdown of a step's summary on GitHub.

Owns its layout, its size, and the escaping: captured text stands in code spans, and so
does every word of other text that Markdown or GitHub could take for more than a word
(links, images, HTML, mentions, references, emoji, formulas).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.check.violation_wording import (
    acceptance_reason,
    carried,
    evidence,
    join_safely,
    site_name,
)
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.coverage_words import SERVER_GAP, describe_unrecorded, summarise_coverage
from pixelwitness.report.wording.english.check_messages import tell_headline, tell_outcomes, tell_reason
from pixelwitness.report.wording.markdown_text import code_span
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence

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


def render_summary(result: CheckResult, room: int = MAX_BYTES) -> str:
    """Return the summary, of at most ``room`` bytes in UTF-8: rows that find no room are counted."""
    judgement = result.judgement
    head = [f"## pixelwitness: {as_prose(result.verdict)}", ""]
    faults = [*result.failures, *(f"{unread.file.path} could not be read: {unread.why}" for unread in result.unread)]
    head += _list("The evidence is incomplete: silence would prove nothing.", faults)
    tail = _list("Of no use any more in the baseline or the ignores:", result.stale)
    ledger = f"{as_prose(summarise_coverage(judgement.coverage))}."
    unknown = (*map(as_prose, result.unjudged), *describe_unrecorded(judgement.coverage), SERVER_GAP)
    tail += [f"Policy: {as_prose(result.policy)}.", "", ledger]
    tail += [*(line for sentence in unknown for line in ("", sentence)), ""]
    room -= _size(head) + _size(tail) + 3 * _HEADS
    body: list[str] = []
    for title, violations in (
        ("Violations", judgement.violations),
        ("Warnings", judgement.warnings),
        ("Suppressed", judgement.suppressed),
    ):
        if violations:
            table = list(_table(title, violations, result, room))
            room -= _size(table)
            body += table
    return "\n".join([*head, *body, *tail])


def as_prose(text: str) -> str:
    r"""Return text in which every word that could be more than a word is a code span.

    >>> print(as_prose("Thanks, @jane: see <b>evil</b> and www.evil.example (1,024 requests)."))
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


def _format(sentence: Sentence) -> str:
    text = ""
    for is_captured, group in itertools.groupby(sentence, key=lambda piece: isinstance(piece, Captured)):
        # What is ours is judged word by word, however many pieces it came in.
        pieces = list(group)
        formatted = "".join(map(code_span, pieces)) if is_captured else as_prose("".join(pieces))
        # Two spans that touch would be one.
        text += f" {formatted}" if text.endswith("`") and formatted.startswith("`") else formatted
    return text


def _table(title: str, violations: Sequence[Violation], result: CheckResult, room: int) -> Iterator[str]:
    """Yield a heading and a table as far as the room goes."""
    head = [f"### {title}: {len(violations):,}", "", "| Site | What | Why | With it | Evidence | What would help |"]
    yield from (*head, "|---|---|---|---|---|---|")
    for number, violation in enumerate(violations):
        row = f"| {' | '.join(_cells(violation, result))} |"
        room -= _size([row])
        if room < 0:
            yield ""
            yield f"… and {len(violations) - number:,} more; the other formats tell all of them."
            break
        yield row
    yield ""


def _cells(violation: Violation, result: CheckResult) -> Iterator[str]:
    yield _format((site_name(violation),))
    page: Sentence = (" on ", Captured(shorten_url(violation.page_url))) if violation.page_url else ()
    outcomes = tell_outcomes(violation)
    yield _format((*tell_headline(violation, result.vocabulary), *page, *((" (", *outcomes, ")") if outcomes else ())))
    known = f"; {violation.suppressed.by}: {acceptance_reason(violation)}" if violation.suppressed else ""
    yield f"{code_span(str(violation.check))} {as_prose(join_safely(tell_reason(violation.why)) + known)}".rstrip()
    yield as_prose(carried(violation, result.vocabulary))
    yield "; ".join(_format(place) for place in evidence(violation, result))
    yield "; ".join(map(as_prose, violation.remedies))


def _list(title: str, sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    rest = [f"- … and {len(sentences) - MAX_LISTED:,} more"] if len(sentences) > MAX_LISTED else []
    return [title, "", *(f"- {as_prose(sentence)}" for sentence in sentences[:MAX_LISTED]), *rest, ""]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8")) + 1 for line in lines)
