"""Plain text: how sentences become lines for pipes, files and logs.

Owns the width of a line, and how a sentence is made printable.  Must not know what a report holds.
"""

import textwrap
from collections.abc import Iterator

from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.report.wording.announcements import HEAD, announcement_sentences, select_announcements
from pixelwitness.report.wording.safe_text import safe_text, unlinked
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

WIDTH = 100
"""Characters of a line."""


def plain_sentence(sentence: Sentence) -> str:
    """Return a sentence as one line of printable text."""
    return "".join(safe_text(piece) if isinstance(piece, Captured) else piece for piece in sentence)


def unlinked_sentence(sentence: Sentence) -> str:
    """Return a sentence as one line of printable text of which no viewer makes a link, whatever was captured."""
    return "".join(unlinked(safe_text(piece)) if isinstance(piece, Captured) else piece for piece in sentence)


def announced_lines(exposure: Exposure, vocabulary: Vocabulary, *, in_short: bool = False) -> Iterator[str]:
    """Yield what has been announced about such data, in short or whole; nothing where nothing was told."""
    sentences = [*announcement_sentences(select_announcements(exposure, vocabulary), in_short=in_short)]
    if sentences:
        yield f"{HEAD}:"
        for sentence in sentences:
            yield from textwrap.wrap(
                sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
            )
        yield ""


def wrap_after(head: str, text: str, most: int = 13) -> Iterator[str]:
    """Yield a text in lines behind a head; further lines are indented as far as the head, at most so many places."""
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * min(len(head), most), break_on_hyphens=False
    )
