"""The method behind the page: recordings, versions and the rules that matched.

Owns what somebody else needs to check the report.  Must not know templates.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.exposure.coverage import is_headless
from pixelwitness.core.exposure.records import Recording
from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.report.wording.safe_text import counted

MAX_RECORDINGS = 150
MAX_SOURCES = 4


@dataclass(frozen=True, slots=True)
class Source:
    """One recording, by the number that the evidence names it with."""

    number: int
    id: str
    names: tuple[str, ...]
    more_names: int
    kind: str
    exporter: str
    first_seen: str
    last_seen: str
    requests: str
    sha256: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A rule that recognised something."""

    id: str
    version: int
    title: str
    confidence: str
    description: str
    references: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Version:
    """One thing that the outcome depends on: what it is, and as what it stands in the recordings."""

    what: str
    values: tuple[str, ...]


def list_sources(recordings: Sequence[Recording]) -> tuple[Source, ...]:
    """Return the recordings, numbered in their order; files are named from the folder on that all of them share.

    A page is made to be handed on: whose home the files lay in is nobody's business.
    """
    shared = _shared_folder(name for recording in recordings for name in recording.sources)
    return tuple(
        Source(
            number,
            one.id,
            tuple(name[shared:] for name in one.sources[:MAX_SOURCES]),
            len(one.sources[MAX_SOURCES:]),
            one.kind,
            one.exporter or "not stated",
            one.first_seen or "",
            one.last_seen or "",
            f"{one.requests_seen:,}",
            one.sha256 or "none: recorded live",
            tuple(_notes(one)),
        )
        for number, one in enumerate(recordings[:MAX_RECORDINGS], start=1)
    )


def _shared_folder(names: Iterable[str]) -> int:
    """Return the length of the folder in which all files lie, its last slash included.

    >>> _shared_folder(["/home/jane/study/a.har", "/home/jane/study/may/b.har"]), _shared_folder(["a.har"])
    (17, 0)
    """
    folders = {name[: max(name.rfind("/"), name.rfind("\\")) + 1] for name in names}
    shared = os.path.commonprefix(sorted(folders))  # noqa: RUF071 - Windows paths, too; it is cut at a slash
    return max(shared.rfind("/"), shared.rfind("\\")) + 1


def _notes(recording: Recording) -> Iterator[str]:
    if not recording.complete:
        yield "ends before its end"
    if not recording.cookies_recorded:
        yield "without cookies"
    if recording.bodies_not_recorded:
        yield counted(recording.bodies_not_recorded, "body", "bodies") + " not recorded"
    if is_headless(recording.user_agent):
        yield "headless browser"
    if keeps_values(recording):
        yield "values kept"


def keeps_values(recording: Recording) -> bool:
    """Say whether a recording was scanned so that its values are in the database."""
    return _options(recording).get("keep_values") is True


def _options(recording: Recording) -> Mapping[str, object]:
    options = loads_or_none(recording.options)
    return options if isinstance(options, dict) else {}


def _describe_options(recording: Recording) -> str:
    """Return the options in words; that of a persona is a token, which is told to nobody."""
    values = "values kept" if keeps_values(recording) else "values not kept"
    return f"{values}, {'with a persona' if _options(recording).get('persona') else 'without a persona'}"


def list_versions(recordings: Iterable[Recording]) -> tuple[Version, ...]:
    """Return what the rows depend on; several values where recordings were scanned by several."""
    rows = tuple(recordings)
    parts = (
        ("pixelwitness", (recording.tool_version for recording in rows)),
        ("Rules (sha256)", (recording.rules_sha256 for recording in rows)),
        ("Knowledge (sha256)", (recording.knowledge_sha256 for recording in rows)),
        ("List of suffixes, which tells sites", (recording.suffix_list for recording in rows)),
        ("Options", map(_describe_options, rows)),
        ("Recorded by", (recording.exporter or "not stated" for recording in rows)),
    )
    return tuple(Version(label, tuple(dict.fromkeys(values))) for label, values in parts)


def list_rules(uses: Counter[tuple[str, int]], rules: Mapping[str, Rule]) -> tuple[RuleUse, ...]:
    """Return the rules that recognised something; of one that is not built in only its name is known."""
    listed = []
    for (rule_id, version), times in sorted(uses.items()):
        rule = rules.get(rule_id)
        if rule is None:
            listed.append(RuleUse(rule_id, version, "a rule of your own", "", "", (), times))
        else:
            known = rule.title, rule.confidence.value, rule.description, rule.references
            listed.append(RuleUse(rule_id, version, *known, times))
    return tuple(listed)
