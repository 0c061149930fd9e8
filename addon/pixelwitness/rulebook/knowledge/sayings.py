"""Sayings, loaded: what has been announced about such data, and the glossary; reports alone need them.

Owns the fast way around checking them, as `knowledge_loader` does for what scanning needs: what
was checked when ``sayings.json`` was built counts as long as the files have not changed.
"""

import msgspec

from pixelwitness.meaning.names.announced_uses import AnnouncedUses
from pixelwitness.meaning.names.glossary import Saying, Word
from pixelwitness.rulebook.knowledge.knowledge_loader import digest, read_built, read_sources

BUILT = "sayings.json"
FILES = ("uses.yaml", "words.yaml")


class Sayings(msgspec.Struct, frozen=True):
    """The content of ``sayings.json``."""

    sha256: str
    announced: AnnouncedUses
    words: tuple[Word, ...]
    events: dict[str, Saying]
    """By name of the event."""
    identifiers: dict[str, str]
    """By the last name of a field, in lower case: what that is called by which somebody is known."""


def load_sayings() -> Sayings:
    """Load the built-in sayings; raise `RulesError` with all problems of the files."""
    sources = read_sources(FILES)
    built = read_built(BUILT, Sayings)
    return built if built is not None and built.sha256 == digest(sources) else compile_sayings(sources)


def compile_sayings(sources: dict[str, bytes]) -> Sayings:
    """Read and check the files, given by name; raise `RulesError` with all problems."""
    # Imported here: YAML and models would slow every start.
    from pixelwitness.rulebook.knowledge import sayings_file

    return sayings_file.compiled(sources, digest(sources))


def sayings_json() -> str:
    """Return what ``sayings.json`` should hold; raise `RulesError` when a file is wrong."""
    plain = msgspec.json.encode(compile_sayings(read_sources(FILES)), order="deterministic")
    return msgspec.json.format(plain, indent=1).decode() + "\n"
