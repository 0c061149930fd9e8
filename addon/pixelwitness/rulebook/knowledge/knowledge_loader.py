"""Knowledge, loaded: what the built-in files say of names.

Owns the fast way around checking them: what was checked when ``knowledge.json`` was
built is taken from there as long as the files have not changed; else they are read,
checked and compiled in memory.  `knowledge_json` is what the generated file holds.
"""

import hashlib
from collections.abc import Iterable
from importlib import resources

import msgspec

from pixelwitness.meaning.names.knowledge import Knowledge

BUILT = "knowledge.json"
FILES = (
    *("fields.yaml", "events.yaml", "owners.yaml", "config.yaml", "agents.yaml", "consent.yaml"),
    *("topics.yaml", "interests.yaml", "instructions.yaml"),
)
FORMAT = 5
"""Raised when the shape of `Knowledge` changes: then an older ``knowledge.json`` is stale."""


class BuiltKnowledge(msgspec.Struct, frozen=True):
    """The content of ``knowledge.json``."""

    format: int
    knowledge: Knowledge


def load_knowledge() -> Knowledge:
    """Load the built-in knowledge; raise `RulesError` with all problems of all files."""
    sources = read_sources(FILES)
    built = read_built(BUILT, BuiltKnowledge)
    if built is not None and built.format == FORMAT and built.knowledge.sha256 == digest(sources):
        return built.knowledge
    return compile_knowledge(sources)


def knowledge_json() -> str:
    """Return what ``knowledge.json`` should hold; raise `RulesError` when a file is wrong."""
    built = BuiltKnowledge(FORMAT, compile_knowledge(read_sources(FILES)))
    plain = msgspec.json.encode(built, order="deterministic")
    return msgspec.json.format(plain, indent=1).decode() + "\n"


def compile_knowledge(sources: dict[str, bytes]) -> Knowledge:
    """Read and check knowledge files, given by name; raise `RulesError` with all problems of all files."""
    # Imported here: YAML and models would slow every start.
    from pixelwitness.rulebook.knowledge import names_file

    return names_file.compiled(sources, digest(sources))


def digest(sources: dict[str, bytes]) -> str:
    """Return the SHA-256 of knowledge files: each one's name, length and bytes, in order of names."""
    total = hashlib.sha256()
    for name in sorted(sources):
        total.update(f"{name} {len(sources[name])}\n".encode())
        total.update(sources[name])
    return total.hexdigest()


def read_sources(names: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of files under ``rules/knowledge``, by name."""
    folder = resources.files("pixelwitness.rules") / "knowledge"
    return {name: (folder / name).read_bytes() for name in names}


def read_built[B: msgspec.Struct](name: str, shape: type[B]) -> B | None:
    """Return what a generated file beside this module holds; None where it is missing or of another shape."""
    try:
        return msgspec.json.decode((resources.files(__package__) / name).read_bytes(), type=shape)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
