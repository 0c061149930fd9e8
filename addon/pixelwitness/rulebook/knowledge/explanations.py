"""Explanations, loaded: what has been announced about such data, and the glossary; reports alone need them.

Owns the fast way around checking them, as `knowledge_loader` does for what scanning needs: what
was checked when ``explanations.json`` was built counts as long as the files have not changed.
"""

import msgspec

from pixelwitness.meaning.names.announced_uses import AnnouncedUses
from pixelwitness.meaning.names.glossary import Saying, Word
from pixelwitness.rulebook.knowledge.knowledge_loader import digest, read_built, read_sources

BUILT = "explanations.json"
FILES = ("uses.yaml", "words.yaml")


class Explanations(msgspec.Struct, frozen=True):
    """The content of ``explanations.json``."""

    sha256: str
    announced: AnnouncedUses
    words: tuple[Word, ...]
    events: dict[str, Saying]
    """By name of the event."""
    identifiers: dict[str, str]
    """By the last name of a field, in lower case: what that is called by which somebody is known."""


def load_explanations() -> Explanations:
    """Load the built-in explanations; raise `RulesError` with all problems of the files."""
    sources = read_sources(FILES)
    built = read_built(BUILT, Explanations)
    return built if built is not None and built.sha256 == digest(sources) else compile_explanations(sources)


def compile_explanations(sources: dict[str, bytes]) -> Explanations:
    """Read and check the files, given by name; raise `RulesError` with all problems."""
    # Imported here: YAML and models would slow every start.
    from pixelwitness.rulebook.knowledge import explanations_file

    return explanations_file.compiled(sources, digest(sources))


def explanations_json() -> str:
    """Return what ``explanations.json`` should hold; raise `RulesError` when a file is wrong."""
    plain = msgspec.json.encode(compile_explanations(read_sources(FILES)), order="deterministic")
    return msgspec.json.format(plain, indent=1).decode() + "\n"
