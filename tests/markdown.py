"""Markdown as GitHub reads it: parsed, with links made of bare addresses, too."""

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.token import Token

PLAIN = {
    *("paragraph_open", "paragraph_close", "inline", "text", "code_inline", "softbreak"),
    *("heading_open", "heading_close", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close"),
    *("tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
}
"""Tokens that do nothing: no link, no image, no HTML, no emphasis."""

_GITHUB = MarkdownIt("gfm-like")
_LOOSE = re.compile(
    r"[@#<>$|]|://|:\w+:|(?<![^\W_])(?:www\.|[0-9a-f]{7,40}(?![^\W_])|gh-\d)",
    re.IGNORECASE,
)
"""What GitHub makes more of outside of code: mentions, references, formulas, emoji."""


def tokens_of(text: str) -> list[Token]:
    """Return all tokens, those of inline text as well."""
    tokens = []
    for token in _GITHUB.parse(text):
        tokens.append(token)
        tokens.extend(token.children or ())
    return tokens


def loose_text(tokens: Iterable[Token]) -> list[str]:
    """Return texts outside of code of which GitHub would make more than text."""
    return [one.content for one in tokens if one.type == "text" and _LOOSE.search(one.content)]
