"""The options of ``check`` that say by what is judged.

Owns what they mean together.  What a policy says, and where it is looked for, is the
policy's.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixelwitness.policy.config.checks import PRESETS

if TYPE_CHECKING:
    from pixelwitness.policy.terms import Terms, TermsSources

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


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, whose function takes them as ``sources`` of its terms and ``write_baseline``."""

    def with_sources(
        *,
        policy: Path | None,
        no_policy: bool,
        preset: tuple[str, ...],
        declaration: Path | None,
        baseline: Path | None,
        write_baseline: Path | None,
        **others: Any,
    ) -> Any:
        from pixelwitness.policy.terms import TermsSources

        sources = TermsSources(
            policy=policy, no_policy=no_policy, presets=preset, declaration=declaration, baseline=baseline
        )
        return command(sources=sources, write_baseline=write_baseline, **others)

    with_sources.__doc__ = command.__doc__
    with_sources.__name__ = command.__name__
    for option in reversed(_OPTIONS):
        option(with_sources)
    return with_sources


def load_terms(sources: "TermsSources", write_baseline: Path | None) -> "Terms":
    """Read the terms; raises `PolicyError` and usage errors before anything is scanned."""
    if sources.no_policy and sources.policy is not None:
        raise click.UsageError("--policy and --no-policy exclude each other; keep one")
    if write_baseline is not None and sources.baseline is not None:
        raise click.UsageError("--write-baseline writes all that is found anew; leave --baseline out")
    from pixelwitness.policy.terms import TermsError, read_terms
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

    try:
        return read_terms(sources, load_knowledge())
    except TermsError as error:
        raise click.UsageError(str(error)) from error
