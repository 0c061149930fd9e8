"""Every way in which the program tells what was captured: each command with each of its formats.

The table is held to click's own list of commands and choices, so that no new format goes without
the checks of hostile text, of secrets and of equal bytes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from docs import make

PROGRAM = Path(__file__).with_name("program.py")

KINDS: dict[tuple[str, str], str] = {
    **{
        (command, format_): kind
        for command in ("scan", "report")
        for format_, kind in {
            "table": "text",
            "story": "text",
            "html": "html",
            "json": "json report",
            "jsonl": "lines report-lines",
            "csv": "csv",
            "csv-sites": "csv",
            "markdown": "markdown",
        }.items()
    },
    ("profile", "text"): "text",
    ("profile", "json"): "json",
    ("reconcile", "text"): "text",
    ("reconcile", "json"): "json",
    ("check", "text"): "text",
    ("check", "json"): "json check",
    ("check", "sarif"): "sarif",
    ("check", "junit"): "junit",
    ("check", "github"): "github",
    ("find", "text"): "text",
    ("find", "json"): "json",
    ("diff", "table"): "text",
    ("diff", "markdown"): "markdown",
    ("diff", "json"): "json diff",
}
"""(command, format) to how its output is read: the word before the blank, and the published schema behind it."""

DRAWN = (("report", "table"), ("report", "story"), ("diff", "table"))
"""What is drawn on a terminal, in colours."""

PLAIN: dict[str, tuple[str, ...] | None] = {
    "verify": ("{db}",),
    "merge": ("{folder}/merged.sqlite", "{db}"),
    "export": ("{db}", "--redacted", "-o", "{folder}/copy.sqlite"),
    "explain": ("{text}",),
    "guard": ("{recordings}",),
    "doctor": ("--db", "{db}"),
    "demo": None,  # tells of its own recording only
    "live": None,  # tells of live traffic, in tests of its own
    "addon-path": None,
    "rules list": None,  # tells of rules only
    "rules show": None,
    "rules test": None,
}
"""Commands without formats: their words, or why there are none."""

POLICY = ("--preset", "no-meta", "--preset", "no-personal-data", "--preset", "no-health", "--preset", "consent-first")
WORDS: dict[str, tuple[str, ...]] = {
    "scan": ("{recordings}", "--db", "{folder}/again.sqlite", "--key", "{key}", "--keep-values"),
    "report": ("{db}",),
    "profile": ("{db}",),
    "reconcile": ("{export}", "--db", "{db}"),
    "check": ("{db}", *POLICY, "--no-policy"),
    "find": ("{db}",),
    "diff": ("{db}", "{other}"),
}
CHECK_OF_FILES = ("{recordings}", *POLICY, "--no-policy", "--root", "{folder}")
"""For whom the names of files count."""


@dataclass(frozen=True)
class Sink:
    """One way: its name, the words of the command, how its output is read."""

    name: str
    words: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Study:
    """What the commands are run on."""

    folder: Path
    recordings: Path
    db: Path
    other: Path
    """A second database, for comparing."""
    export: Path
    """Meta's export."""
    text: str = "Purchase"
    """What is asked for by name."""
    typed: str = "jane.doe@example.com"
    """What is typed where one is asked."""


@dataclass(frozen=True)
class Told:
    """What one command printed."""

    code: int
    out: str
    err: str


def sinks() -> Iterator[Sink]:
    """Yield every way; raises KeyError for a command or a format that the tables above do not know."""
    for words, command in make.commands().items():
        if isinstance(command, click.Group):
            continue
        formats = _formats(command)
        if formats:
            for format_ in formats:
                given = (*words.split(), *WORDS[words], "--format", format_)
                yield Sink(f"{words} {format_}", given, KINDS[words, format_])
                if words == "check":
                    of_files = (*words.split(), *CHECK_OF_FILES, "--format", format_)
                    yield Sink(f"{words} {format_} of recordings", of_files, KINDS[words, format_])
                if (words, format_) in DRAWN:
                    yield Sink(f"{words} {format_} drawn", (*given, "--color", "always"), "drawn")
        elif PLAIN[words] is not None:
            yield Sink(words, (*words.split(), *(PLAIN[words] or ())), "text")


def _formats(command: click.Command) -> Sequence[str]:
    for option in command.params:
        if "--format" in option.opts and isinstance(option.type, click.Choice):
            return list(option.type.choices)
    return ()


def tell(study: Study, seed: str = "0", jobs: int = 1, *, of_database: bool = False) -> dict[str, Told]:
    """Run every way on a study, in one process; what GitHub's runner reads as summary is a way of its own.

    With `of_database` only those that are about the database.
    """
    study.folder.mkdir(exist_ok=True)
    summary = study.folder / "summary.md"
    places = {
        **{name: str(getattr(study, name)) for name in ("folder", "recordings", "db", "other", "export", "text")},
        "key": str(study.db.with_suffix(".key")),
    }
    known = [one for one in sinks() if not of_database or "{db}" in one.words]
    asked: list[dict[str, Any]] = [
        {"words": [word.format_map(places) if "{" in word else word for word in one.words], "typed": study.typed + "\n"}
        for one in known
    ]
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=study.folder,
        env={
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PIXELWITNESS_JOBS": str(jobs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "COLUMNS": "100",
        },
    )
    results = {one.name: Told(**result) for one, result in zip(known, json.loads(done.stdout), strict=True)}
    return {**results, SUMMARY.name: Told(0, summary.read_text("utf-8"), "")}


SUMMARY = Sink("check github's summary", (), "markdown")
ALL = (*sinks(), SUMMARY)
