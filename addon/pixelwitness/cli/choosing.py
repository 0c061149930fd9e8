"""What a user names: databases, and with ``--site`` and ``--recording`` what of them."""

from pathlib import Path

import click

from pixelwitness.cli.ending import say
from pixelwitness.report.wording.safe_text import safe_text


def named_site(given: str) -> str:
    """Return the site that a site, host or address names, and say so on stderr where they differ."""
    from pixelwitness.core.wire.sites import host_of, normal_host, site_of

    site = site_of(host_of(given) if "://" in given else normal_host(given.partition("/")[0]))
    if site is None:
        raise click.UsageError(f"--site {given!r} names no site; write one as reports do: shop.example")
    if site != given.lower():
        say(f"pixelwitness: {safe_text(given)} belongs to the site {safe_text(site)}")
    return site


def chosen_recordings(asked: tuple[str, ...], known: list[str]) -> tuple[str, ...]:
    """Return the ids of recordings that were asked for by their beginnings."""
    chosen: list[str] = []
    for start in asked:
        found = [one for one in known if one.startswith(start)]
        if not found:
            raise click.UsageError(f"no recording's id begins with {start!r}; there are {len(known)} in the database")
        chosen += found
    return tuple(dict.fromkeys(chosen))


def is_database(path: Path) -> bool:
    """Say whether a file is an SQLite database, which recordings are not."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
