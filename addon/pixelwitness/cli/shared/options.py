"""Options that several commands share, and how their texts are parsed."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pixelwitness.report.formats.format_table import REPORT_FORMATS

DEFAULT_DB = Path("pixelwitness.sqlite")

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
persona_option: Decorator = click.option(
    "--persona",
    type=_path(exists=True),
    metavar="FILE",
    help="A TOML file that names the identity you invented for the test; wherever it goes, it is found.",
)


def _parse_region(context: click.Context, parameter: click.Parameter, value: str) -> str | None:
    if value.lower() == "unknown":
        return None
    code = value.upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise click.BadParameter(
            "this is no region; write two letters of a country, such as US or DE, EU, or unknown", context, parameter
        )
    return {"UK": "GB"}.get(code, code)


region_option: Decorator = click.option(
    "--region",
    default="unknown",
    show_default=True,
    callback=_parse_region,
    metavar="CODE",
    help="The country (US, DE …, or EU) for which announced uses are told; unknown tells all, with their conflicts.",
)
jobs_option: Decorator = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that share the recordings."
)
format_option: Decorator = click.option(
    "--format",
    "format_",
    envvar="PIXELWITNESS_FORMAT",
    type=click.Choice(tuple(REPORT_FORMATS)),
    default="table",
    show_default=True,
    help="How to show it.",
)
text_or_json_option: Decorator = click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="For a person, or for a program.",
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


def choose_drawing(colour: str) -> tuple[bool, bool]:
    """Choose whether a table is drawn, and whether in colour: by the option, the environment, the terminal."""
    terminal = sys.stdout.isatty()
    if colour != "auto":
        return terminal or colour == "always", colour == "always"
    if os.environ.get("NO_COLOR"):
        return terminal, False
    forced = any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    return terminal or forced, terminal or forced


def parse_since(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Parse a date or time into the store's form; a time without a zone is UTC."""
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


def warn_of_readable_file(persona: Path | None) -> None:
    """Print a warning when other users of the machine can read a persona's file."""
    if persona is None:
        return
    from pixelwitness.cli.shared.streams import notify
    from pixelwitness.report.wording.safe_text import safe_text
    from pixelwitness.rulebook.persona_file import read_by_others

    if read_by_others(persona):
        name = safe_text(str(persona), 400)
        notify(f"pixelwitness: {name}: other users of this machine can read it; chmod 600 keeps it to you")
