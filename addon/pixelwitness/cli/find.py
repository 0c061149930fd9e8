"""``find``: which sites sent an address or a number that only the asker knows."""

import sys
from pathlib import Path

import click

from pixelwitness.cli.shared.options import key_option
from pixelwitness.cli.shared.streams import emit
from pixelwitness.policy.exit_code import ExitCode

MAX_TYPED = 300
"""Characters of what is asked for; the longest e-mail address has 254."""


@click.command()
@click.argument("db", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@key_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Sentences, or one JSON array with an object for each site.",
)
def find(db: Path, key: Path | None, format_: str) -> ExitCode:
    """Ask for an e-mail address or phone number, and say which sites sent it to Meta.

    It is asked for on the terminal without being shown, or read as one line from standard
    input; it is never an argument, never stored and never printed. What the database holds
    are tokens alone: every spelling and hash of what you type is compared with them.
    """
    from pixelwitness.meaning.keep.tokens import kind_of, tokenizer, tokens_of
    from pixelwitness.report.answers.search_result import group_by_site, search_lines
    from pixelwitness.store import queries
    from pixelwitness.store.database import reading
    from pixelwitness.store.key import require_key
    from pixelwitness.store.token_search import find_tokens

    secret = require_key(db, key)
    typed = _typed()
    kind = kind_of(typed)
    if kind is None:
        raise click.UsageError(
            "what was typed is neither an e-mail address nor a phone number of 7 to 15 digits;"
            " write jane.doe@example.com or +49 170 1234567"
        )
    words = tokens_of(kind, typed, tokenizer(secret))
    with reading(db) as connection:
        sites = group_by_site(tuple(find_tokens(connection, words)), words)
        coverage = queries.coverage(connection)
    if format_ == "json":
        from dataclasses import asdict

        from pixelwitness.report.published.json_encoding import encode_unlinked

        emit([encode_unlinked([asdict(site) for site in sites]) + "\n"])
    else:
        what = "e-mail address" if kind == "email" else "phone number"
        emit(line + "\n" for line in search_lines(what, sites, coverage))
    return ExitCode.CLEAN


def _typed() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("E-mail address or phone number", hide_input=True, err=True)).strip()
    return sys.stdin.readline(MAX_TYPED + 1).strip()[:MAX_TYPED]
