"""The options of ``check`` that say by what is judged, and how they become terms.

Owns which policy file holds, and what the options mean together.  What a policy
says is the policy's.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixelwitness.cli.ending import say
from pixelwitness.core.jsontext import loads_or_none
from pixelwitness.policy.presets import PRESETS
from pixelwitness.report.text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.core.exposure import SeenContact, SeenEvent
    from pixelwitness.core.records import Recording
    from pixelwitness.policy.judge import Terms
    from pixelwitness.policy.judgement import Judgement
    from pixelwitness.policy.rules import Rules

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_OPTIONS = (
    click.option(
        "--policy",
        type=_FILE,
        metavar="FILE",
        help="The policy; by default pixelwitness.toml, .pixelwitness.toml or [tool.pixelwitness] in pyproject.toml, "
        "the nearest from here up to the root of the repository.",
    ),
    click.option("--no-policy", is_flag=True, help="Look for no policy file."),
    click.option(
        "--preset",
        type=click.Choice(tuple(PRESETS)),
        multiple=True,
        help="A policy by name, beside that of the file; may be given again.",
    ),
    click.option(
        "--declaration",
        type=_FILE,
        metavar="FILE",
        help="What the sites declare to send, for the preset declared.",
    ),
    click.option("--baseline", type=_FILE, metavar="FILE", help="Violations that are known: shown, and not counted."),
    click.option(
        "--write-baseline",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write what is found to FILE, from then on known.",
    ),
)


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What was chosen on the command line."""

    file: Path | None = None
    no_policy: bool = False
    presets: tuple[str, ...] = ()
    declaration: Path | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, whose function takes them as one ``PolicyChoice`` named ``chosen``."""

    def gathered(
        *,
        policy: Path | None,
        no_policy: bool,
        preset: tuple[str, ...],
        declaration: Path | None,
        baseline: Path | None,
        write_baseline: Path | None,
        **others: Any,
    ) -> Any:
        chosen = PolicyChoice(policy, no_policy, preset, declaration, baseline, write_baseline)
        return command(chosen=chosen, **others)

    gathered.__doc__ = command.__doc__
    gathered.__name__ = command.__name__
    for option in reversed(_OPTIONS):
        option(gathered)
    return gathered


def terms_of(chosen: PolicyChoice) -> "Terms":
    """Read what was chosen; raises `PolicyError` and usage errors before anything is scanned."""
    from pixelwitness.policy.baseline import read_baseline
    from pixelwitness.policy.judge import Terms
    from pixelwitness.rulebook.knowledge import load_knowledge

    if chosen.no_policy and chosen.file is not None:
        raise click.UsageError("--policy and --no-policy exclude each other; keep one")
    if chosen.write_baseline is not None and chosen.baseline is not None:
        raise click.UsageError("--write-baseline writes all that is found anew; leave --baseline out")
    rules, name = _rules(chosen)
    families = load_knowledge().families
    return Terms(
        rules=rules,
        baseline=None if chosen.baseline is None else read_baseline(chosen.baseline),
        today=_today(),
        name=name,
        user_data=frozenset(name for name, family in families.items() if family.realm == "person"),
    )


def read_and_judge(connection: sqlite3.Connection, terms: "Terms", *, strict: bool) -> "Judgement":
    """Judge what a database holds, values left out: what is told of it ends in logs and repositories."""
    from pixelwitness.policy.contactconsent import consent_of_contacts
    from pixelwitness.policy.judge import judge
    from pixelwitness.policy.withoutvalues import contacts_without_values, events_without_values
    from pixelwitness.rulebook.knowledge import load_knowledge
    from pixelwitness.store import queries
    from pixelwitness.store.observed import observations

    recordings = queries.recordings(connection)
    events: Iterable[SeenEvent] = queries.events(connection)
    seen: Iterable[SeenContact] = queries.contacts(connection)
    if any(_holds_values(one) for one in recordings):
        events, seen = events_without_values(events), contacts_without_values(seen)
    consent = None
    if terms.rules.may_ask_consent:
        contacts = (one.contact for one in queries.contacts(connection))
        names = load_knowledge().consent
        consent = consent_of_contacts(
            recordings, queries.visits(connection), queries.signals(connection), contacts, names
        )
    return judge(
        recordings,
        events,
        seen,
        queries.own_sites(connection),
        queries.coverage(connection),
        configs=queries.pixel_configs(connection),
        observations=observations(connection),
        terms=terms,
        consent=consent,
        strict=strict,
    )


def _holds_values(recording: "Recording") -> bool:
    options = loads_or_none(recording.options)
    return not isinstance(options, dict) or options.get("keep_values") is not False


def known_from_now(judgement: "Judgement", file: Path) -> "Judgement":
    """Write a baseline of what was found, and return the judgement as it is with it; nothing seen writes nothing."""
    from pixelwitness.cli.outfile import deliver
    from pixelwitness.policy.baseline import as_text, baseline_of
    from pixelwitness.policy.suppression import known

    name = safe_text(str(file), 400)
    if judgement.nothing:
        say(f"pixelwitness: {name} was not written: there was nothing to look at")
        return judgement
    baseline = baseline_of(str(file), (*judgement.violations, *judgement.warnings))
    deliver([as_text(baseline)], file, shared=True)
    say(f"pixelwitness: {counted(len(baseline.entries), 'entry', 'entries')} written to {name}")
    return known(judgement, baseline.name)


def _rules(chosen: PolicyChoice) -> "tuple[Rules, str]":
    from pixelwitness.policy.file import find_policy, read_declaration, read_policy
    from pixelwitness.policy.model import Policy
    from pixelwitness.policy.rules import Rules

    found = chosen.file or (None if chosen.no_policy else find_policy(Path.cwd()))
    path = None if found is None else _from_here(found)
    read = None if path is None else read_policy(path)
    declared = chosen.declaration or (read.declaration if read else None)
    policy = read.policy if read else Policy()
    rules = Rules(policy, chosen.presets, None if declared is None else read_declaration(declared))
    if "declared" in rules.presets and declared is None:
        raise click.UsageError(
            "the preset declared needs a declaration; name it by --declaration FILE, or by declaration in the policy"
        )
    return rules, "" if path is None else str(path)


def _from_here(path: Path) -> Path:
    """Return a path as it is seen from here, so that no output names a folder of this machine."""
    try:
        return path.resolve().relative_to(Path.cwd(), walk_up=True)
    except ValueError:  # another drive
        return path


def _today() -> date:
    """Return the day of ``SOURCE_DATE_EPOCH``, so that outputs can be made again, else today's in UTC."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(told), UTC).date()
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC).date()
