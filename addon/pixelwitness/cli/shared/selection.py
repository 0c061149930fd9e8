"""What an argument names: a database, and by ``--site`` and ``--recording`` a part of it.

Owns how a site, host or address, and the beginning of an id, are resolved, with the
errors for what names nothing.
"""

from pathlib import Path

import click

from pixelwitness.cli.shared.streams import notify
from pixelwitness.report.wording.safe_text import safe_text


def resolve_site(given: str) -> str:
    """Return the site that a site, host or address names, with a message where they differ."""
    from pixelwitness.core.wire.sites import host_of, normal_host, site_of

    site = site_of(host_of(given) if "://" in given else normal_host(given.partition("/")[0]))
    if site is None:
        raise click.UsageError(f"--site {given!r} names no site; write one as reports do: shop.example")
    if site != given.lower():
        notify(f"pixelwitness: {safe_text(given)} belongs to the site {safe_text(site)}")
    return site


def resolve_recordings(prefixes: tuple[str, ...], known: list[str]) -> tuple[str, ...]:
    """Return those of the ``known`` ids that begin as one of the ``prefixes`` does."""
    chosen: list[str] = []
    for prefix in prefixes:
        matching = [recording_id for recording_id in known if recording_id.startswith(prefix)]
        if not matching:
            raise click.UsageError(f"no recording's id begins with {prefix!r}; there are {len(known)} in the database")
        chosen += matching
    return tuple(dict.fromkeys(chosen))


def is_database(path: Path) -> bool:
    """Say whether a file is an SQLite database, which recordings are not."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
