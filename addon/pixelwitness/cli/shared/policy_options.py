"""The options of ``check`` that say by what is judged, and how they become terms.

Owns what the options mean together.  What a policy says, and where it is looked for, is
the policy's.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixelwitness.cli.shared.streams import notify
from pixelwitness.core.wire.json_text import loads_or_none
from pixelwitness.policy.config.presets import PRESETS
from pixelwitness.report.wording.safe_text import counted, safe_text

if TYPE_CHECKING:
    from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
    from pixelwitness.core.exposure.records import Recording
    from pixelwitness.policy.judge import Terms
    from pixelwitness.policy.violations.judgement import Judgement

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
    from pixelwitness.policy.terms import Named, TermsError, read_terms
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

    if chosen.no_policy and chosen.file is not None:
        raise click.UsageError("--policy and --no-policy exclude each other; keep one")
    if chosen.write_baseline is not None and chosen.baseline is not None:
        raise click.UsageError("--write-baseline writes all that is found anew; leave --baseline out")
    named = Named(
        policy=chosen.file,
        no_policy=chosen.no_policy,
        presets=chosen.presets,
        declaration=chosen.declaration,
        baseline=chosen.baseline,
    )
    try:
        return read_terms(named, load_knowledge())
    except TermsError as error:
        raise click.UsageError(str(error)) from error


def read_and_judge(connection: sqlite3.Connection, terms: "Terms", *, strict: bool) -> "Judgement":
    """Judge what a database holds, values left out: what is told of it ends in logs and repositories."""
    from pixelwitness.policy.judge import judge
    from pixelwitness.policy.violations.contact_consent import consent_of_contacts
    from pixelwitness.policy.violations.without_values import contacts_without_values, events_without_values
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
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
        visits=queries.visits(connection),
        terms=terms,
        consent=consent,
        strict=strict,
    )


def _holds_values(recording: "Recording") -> bool:
    options = loads_or_none(recording.options)
    return not isinstance(options, dict) or options.get("keep_values") is not False


def known_from_now(judgement: "Judgement", file: Path) -> "Judgement":
    """Write a baseline of what was found, and return the judgement as it is with it; nothing seen writes nothing."""
    from pixelwitness.cli.shared.output_file import write_output
    from pixelwitness.policy.known.baseline import as_text, baseline_of
    from pixelwitness.policy.known.suppression import known

    name = safe_text(str(file), 400)
    if judgement.nothing:
        notify(f"pixelwitness: {name} was not written: there was nothing to look at")
        return judgement
    baseline = baseline_of(str(file), (*judgement.violations, *judgement.warnings))
    write_output([as_text(baseline)], file, shared=True)
    notify(f"pixelwitness: {counted(len(baseline.entries), 'entry', 'entries')} written to {name}")
    return known(judgement, baseline.name)
