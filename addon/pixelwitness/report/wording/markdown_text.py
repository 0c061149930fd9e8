"""Markdown text: captured text and our own as Markdown leaves them alone.

Owns the escaping: captured text stands in code spans only, where nothing of it becomes a
link, an image, a mention, HTML or the end of a cell.
"""

import re

from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence

LIMIT = 120


def code_span(text: str) -> str:
    r"""Return captured text as a code span that holds in a cell of a table.

    >>> print(code_span("a|b"), code_span("x`y"), code_span("<img src=x>"))
    `a\|b` ``x`y`` `<img src=x>`
    """
    shown = safe_text(text, LIMIT).replace("|", "\\|")
    ticks = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (ticks + 1)
    # A space inside each fence, which Markdown takes away again, where a tick or nothing would stand next to it.
    space = " " if not shown.strip() or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown or ' '}{space}{fence}"


def escape_markdown(words: str) -> str:
    r"""Return words of ours, which may hold a name out of a database, as text that Markdown leaves alone.

    No address in them becomes a link by itself, and nobody is called by ``@``.

    >>> print(escape_markdown("_fbp <b>"), escape_markdown("at https://evil.example www.evil.example @jane"))
    \_fbp \<b\> at https\://evil.example www\.evil.example (at)jane
    """
    escaped = re.sub(r"([\\`*_\[\]<>|#~!&]|:(?=//)|(?<=\bwww)\.)", r"\\\1", words, flags=re.IGNORECASE)
    return escaped.replace("@", "(at)")


def markdown_sentence(sentence: Sentence) -> str:
    """Return a sentence, what was captured in code spans."""
    return "".join(code_span(piece) if isinstance(piece, Captured) else escape_markdown(piece) for piece in sentence)
