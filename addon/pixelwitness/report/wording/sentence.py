"""Sentences as data: pieces of text, of which those that came from the traffic are marked.

Owns the type of a piece and of a sentence, so that every output can treat captured text in
its own safe way.  Must not know outputs.
"""

from collections.abc import Iterator, Sequence


class Captured(str):
    """A piece of text that came from the traffic."""

    __slots__ = ()


type Sentence = tuple[str, ...]
"""Pieces in order; those that are `Captured` are not ours."""


def list_captured(words: Sequence[str], most: int = 3) -> Iterator[str]:
    """Yield captured words as a sentence lists them, at most so many."""
    shown = words[:most]
    for index, word in enumerate(shown):
        if index:
            yield " and " if index + 1 == len(words) else ", "
        yield Captured(word)
    if len(words) > most:
        yield f" and {len(words) - most} more"


def shorten_url(url: str) -> str:
    """Return a page's address without scheme and query, so that nothing takes it for a link.

    >>> shorten_url("https://shop.example/boots?q=1#top"), shorten_url("https://shop.example/")
    ('shop.example/boots', 'shop.example')
    """
    return url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/") or url.partition("?")[0]
