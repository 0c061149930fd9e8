"""The method behind the page: recordings, versions and the rules that spoke.

Owns what must be told so that somebody else can check it.  Must not know templates.
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
    shared = _shared_folder(name for one in recordings for name in one.sources)
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


def _notes(one: Recording) -> Iterator[str]:
    if not one.complete:
        yield "ends before its end"
    if not one.cookies_recorded:
        yield "without cookies"
    if one.bodies_not_recorded:
        yield counted(one.bodies_not_recorded, "body", "bodies") + " not recorded"
    if is_headless(one.user_agent):
        yield "headless browser"
    if keeps_values(one):
        yield "values kept"


def keeps_values(one: Recording) -> bool:
    """Say whether a recording was scanned so that its values are in the database."""
    return _options(one).get("keep_values") is True


def _options(one: Recording) -> Mapping[str, object]:
    options = loads_or_none(one.options)
    return options if isinstance(options, dict) else {}


def _told_options(one: Recording) -> str:
    """Return the options in words; that of a persona is a token, which is told to nobody."""
    values = "values kept" if keeps_values(one) else "values not kept"
    return f"{values}, {'with a persona' if _options(one).get('persona') else 'without a persona'}"


def list_versions(recordings: Iterable[Recording]) -> tuple[Version, ...]:
    """Return what the rows depend on; several values where recordings were scanned by several."""
    rows = tuple(recordings)
    told = (
        ("pixelwitness", (one.tool_version for one in rows)),
        ("Rules (sha256)", (one.rules_sha256 for one in rows)),
        ("Knowledge (sha256)", (one.knowledge_sha256 for one in rows)),
        ("List of suffixes, which tells sites", (one.suffix_list for one in rows)),
        ("Options", map(_told_options, rows)),
        ("Recorded by", (one.exporter or "not stated" for one in rows)),
    )
    return tuple(Version(what, tuple(dict.fromkeys(values))) for what, values in told)


def list_rules(spoke: Counter[tuple[str, int]], rules: Mapping[str, Rule]) -> tuple[RuleUse, ...]:
    """Return the rules that recognised something; of one that is not built in only its name is known."""
    told = []
    for (rule_id, version), times in sorted(spoke.items()):
        rule = rules.get(rule_id)
        if rule is None:
            told.append(RuleUse(rule_id, version, "a rule of your own", "", "", (), times))
        else:
            known = rule.title, rule.confidence.value, rule.description, rule.references
            told.append(RuleUse(rule_id, version, *known, times))
    return tuple(told)
