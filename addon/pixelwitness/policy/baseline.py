"""Baselines: violations that were there before, by their fingerprints.

Owns the file: its form, and every error on it.  It holds no values, so that it can be
committed; what stands beside a fingerprint is for its reader.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from pixelwitness.core.detect.rule import Channel
from pixelwitness.meaning.keep.name_redaction import printable
from pixelwitness.policy.config.policy_file import PolicyError
from pixelwitness.policy.violations.judgement import Violation
from pixelwitness.rulebook.yaml.problems import RuleProblem

VERSION: Final = 2
FIRST_VERSION: Final = 1
"""Its files do not say which kinds of contacts were told apart: those of `FIRST_KINDS`."""
FIRST_KINDS: Final = frozenset(Channel) - {Channel.UNKNOWN}
MAX_BYTES = 50_000_000
MAX_NAME = 200
"""Characters of a captured name."""

type _Name = str | None


class BaselineEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A violation as it was when the file was written."""

    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    check: str
    site: _Name
    event: _Name
    """None for contacts and for events whose name was not recorded."""
    pixel: _Name
    channels: tuple[str, ...]
    subject: _Name
    """What in it the check objects to: a class of data, a channel, a topic."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pixelwitness_baseline: int
    """Version of the form."""
    entries: tuple[BaselineEntry, ...]
    kinds: tuple[str, ...] | None = None
    """Channels of contacts that the program told apart when it wrote the file; version 1 does not say it."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known, in the order of sites."""

    name: str
    """The file, as messages call it."""
    entries: tuple[BaselineEntry, ...]
    kinds: frozenset[str] = frozenset(Channel)
    """Channels of contacts that it could have known."""


def make_baseline(name: str, violations: Iterable[Violation]) -> Baseline:
    """Return a baseline that knows these violations, each fingerprint once."""
    entries = {violation.fingerprint: _entry(violation) for violation in violations}
    return Baseline(name, tuple(sorted(entries.values(), key=_order)))


def format_baseline(baseline: Baseline) -> str:
    """Return the text of the file: sorted and in ASCII, so that a change shows as one in a diff."""
    return (
        json.dumps(msgspec.to_builtins(_File(VERSION, baseline.entries, tuple(sorted(baseline.kinds)))), indent=2)
        + "\n"
    )


def read_baseline(path: Path) -> Baseline:
    """Read a baseline; raise `PolicyError` where it is none, OSError where it cannot be read."""
    with path.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise _refused(path, f"it has more than {MAX_BYTES:,} bytes")
    try:
        file = msgspec.json.decode(raw, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(path, str(error)) from None
    if not FIRST_VERSION <= file.pixelwitness_baseline <= VERSION:
        raise _refused(path, f"its form is version {file.pixelwitness_baseline}; this program knows {VERSION}")
    return Baseline(str(path), file.entries, FIRST_KINDS if file.kinds is None else frozenset(file.kinds))


def _refused(path: Path, why: str) -> PolicyError:
    right = "make it with check --write-baseline"
    return PolicyError([RuleProblem(str(path), 1, "", f"this is no baseline: {why}; {right}")])


def _entry(violation: Violation) -> BaselineEntry:
    return BaselineEntry(
        fingerprint=violation.fingerprint,
        check=str(violation.check),
        site=_name(violation.site),
        event=_name(violation.name),
        pixel=_name(violation.pixel_id),
        channels=tuple(printable(channel, MAX_NAME) for channel in violation.channels),
        subject=_name(violation.subject),
    )


def _name(text: str | None) -> str | None:
    return None if text is None else printable(text, MAX_NAME)


def _order(entry: BaselineEntry) -> tuple[str, ...]:
    return (
        entry.site or "~",
        entry.event or "",
        entry.pixel or "",
        entry.check,
        entry.subject or "",
        entry.fingerprint,
    )
