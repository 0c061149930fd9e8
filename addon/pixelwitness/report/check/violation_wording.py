"""The words for one violation that the outputs of ``check`` share: its details, in inert lines.

Owns how a sentence becomes text that no viewer takes for a link or a command, and which
details stand in which order.  It must not know layouts; the messages are the renderer's.
"""

from collections.abc import Iterator

from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.report.check.check_result import CheckResult
from pixelwitness.report.statements.acts import shorten_url
from pixelwitness.report.wording.english.check_messages import (
    NOTHING_CARRIED,
    name_carried,
    tell_attribution,
    tell_outcomes,
    tell_reason,
)
from pixelwitness.report.wording.english.messages import message
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

UNKNOWN_SITE = "unknown site"
MAX_FIELDS = 6
"""Names of fields that one violation shows."""


def make_inert(text: str, limit: int = 400) -> str:
    """Return text that is printable throughout and that no viewer takes for a link.

    >>> make_inert("see https://evil.example [here](https://evil.example)")
    'see https[:]//evil.example [here] (https[:]//evil.example)'
    """
    return safe_text(text, limit).replace("](", "] (").replace("://", "[:]//")


def format_line(sentence: Sentence, limit: int = 1_000) -> str:
    """Return a sentence as one inert line."""
    return make_inert(join_safely(sentence), limit)


def join_safely(sentence: Sentence, most: int = 300) -> str:
    """Return a sentence as printable text, of each captured piece so many characters."""
    return "".join(safe_text(piece, most) if isinstance(piece, Captured) else piece for piece in sentence)


def site_name(violation: Violation) -> str:
    """Return the site, in words where it is not known."""
    return Captured(violation.site) if violation.site else UNKNOWN_SITE


def why(violation: Violation) -> str:
    """Return what the policy holds against it as a sentence of its own."""
    text = join_safely(tell_reason(violation.why))
    return f"{text[:1].upper()}{text[1:]}."


def carried(violation: Violation, vocabulary: Vocabulary) -> str:
    """Return what went along."""
    return ", ".join(name_carried(violation, vocabulary)) or NOTHING_CARRIED


def details(violation: Violation, result: CheckResult) -> Iterator[tuple[str, Sentence]]:
    """Yield what else is known of a violation: a word, and the sentence that stands behind it."""
    if outcomes := tell_outcomes(violation):
        yield "delivery", outcomes
    if violation.page_url:
        yield "page", (Captured(shorten_url(violation.page_url)),)
    yield from (("site", sentence) for sentence in tell_attribution(violation))
    yield "carried", (carried(violation, result.vocabulary),)
    if violation.fields:
        hidden = len(violation.fields) - MAX_FIELDS
        shown = (Captured(", ".join(violation.fields[:MAX_FIELDS])),)
        yield "fields", message("{shown} and {number} more", shown=shown, number=hidden) if hidden > 0 else shown
    yield "rule", (Captured(violation.rule_id), f" ({safe_text(violation.confidence, 20)})")
    yield from (("evidence", place) for place in evidence(violation, result))
    yield from (("to fix" if index == 0 else "or", (remedy,)) for index, remedy in enumerate(violation.remedies))
    if violation.suppressed is not None:
        yield violation.suppressed.by, (acceptance_reason(violation),)


def evidence(violation: Violation, result: CheckResult) -> Iterator[Sentence]:
    """Yield where each piece of evidence stands, and how many more there are."""
    for place in violation.places:
        file = result.file(place)
        # In a file of one line, as many an exporter writes it, the line shows nothing.
        line = "" if file.stands_in or place.line in (None, 1) else f":{place.line}"
        yield message("{file} (entry {number})", file=(Captured(file.path + line),), number=place.position)
    if violation.times > len(violation.places):
        yield message("and {number} more", number=violation.times - len(violation.places))


def acceptance_reason(violation: Violation) -> str:
    """Return why a violation is suppressed, and until when; empty when it is not."""
    if violation.suppressed is None:
        return ""
    until = f" (until {violation.suppressed.expires})" if violation.suppressed.expires else ""
    return f"{violation.suppressed.reason or 'known to the baseline'}{until}"
