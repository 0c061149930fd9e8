"""Sentences as data: pieces of text, of which those that came from the traffic are marked.

Owns the type of a piece and of a sentence, so that every output can treat captured text in
its own safe way.  Must not know outputs.
"""


class Captured(str):
    """A piece of text that came from the traffic."""

    __slots__ = ()


type Sentence = tuple[str, ...]
"""Pieces in order; those that are `Captured` are not ours."""
