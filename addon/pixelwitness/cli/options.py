"""Options that several commands share, and what their texts mean."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

DEFAULT_DB = Path("pixelwitness.sqlite")
FORMATS = ("table", "story", "json", "jsonl", "csv", "markdown")

type Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _path(*, exists: bool = False, folder: bool = False) -> click.Path:
    return click.Path(exists=exists, dir_okay=folder, path_type=Path)


db_option: Decorator = click.option(
    "--db",
    type=_path(),
    default=DEFAULT_DB,
    show_default=True,
    help="The database; made where it does not exist.",
)
rules_option: Decorator = click.option(
    "--rules",
    "rules",
    type=_path(exists=True, folder=True),
    multiple=True,
    metavar="DIR",
    help="A folder of further rules, or a rule file; may be given again.",
)
key_option: Decorator = click.option(
    "--key", type=_path(), help="The file of the study's key; by default beside the database."
)
keep_option: Decorator = click.option(
    "--keep-values",
    is_flag=True,
    help="Store readable values, too. They are personal data; without it only their kind and form are kept.",
)
jobs_option: Decorator = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that share the recordings."
)
format_option: Decorator = click.option(
    "--format",
    "format_",
    envvar="PIXELWITNESS_FORMAT",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to show it.",
)
colour_option: Decorator = click.option(
    "--color",
    "colour",
    envvar="PIXELWITNESS_COLOR",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colours and lines; auto uses them on a terminal, unless NO_COLOR is set.",
)


def drawn(colour: str) -> tuple[bool, bool]:
    """Return whether a table is drawn, and whether in colour: the option, then the environment, then the terminal."""
    terminal = sys.stdout.isatty()
    if colour != "auto":
        return terminal or colour == "always", colour == "always"
    if os.environ.get("NO_COLOR"):
        return terminal, False
    forced = any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    return terminal or forced, terminal or forced


def since_text(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Bring a date or time into the store's form; a time without a zone is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            "this is no date or time; write 2026-11-20 or 2026-11-20T10:00:00Z", context, parameter
        ) from None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
