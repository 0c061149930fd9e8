"""``doctor``: whether everything that is needed is there."""

import importlib.util
import os
import platform
import socket
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from pixelwitness import __version__
from pixelwitness.cli.shared.options import DEFAULT_DB, key_option
from pixelwitness.cli.shared.streams import emit
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import safe_text

LOWEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was checked: its state, and what to do where it is not well."""

    state: Literal["ok", "note", "bad"]
    subject: str
    found: str


@click.command()
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_DB,
    show_default=True,
    help="The database to look at, with its key and folder; it is not changed, and none is made.",
)
@key_option
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="The port of live.")
def doctor(db: Path, key: Path | None, port: int) -> ExitCode:
    """Check versions, files, rights and the port, and say what to do.

    Exit 2 when something that scanning needs is missing; what only live needs is a note.
    """
    diagnoses = list(_diagnose(db, key, port))
    width = max(len(diagnosis.subject) for diagnosis in diagnoses)
    emit(
        f"{diagnosis.state:<4}  {diagnosis.subject:<{width}}  {safe_text(diagnosis.found, 400)}\n"
        for diagnosis in diagnoses
    )
    return ExitCode.COULD_NOT_RUN if any(diagnosis.state == "bad" for diagnosis in diagnoses) else ExitCode.CLEAN


def _diagnose(db: Path, key: Path | None, port: int) -> Iterator[Diagnosis]:
    from pixelwitness.core.wire.sites import suffix_list
    from pixelwitness.store.key import key_file

    yield Diagnosis("ok", "pixelwitness", __version__)
    python = platform.python_version()
    new_enough = sys.version_info >= (3, 12)
    yield Diagnosis("ok" if new_enough else "bad", "Python", python if new_enough else f"{python}; 3.12 is needed")
    sqlite = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= LOWEST_SQLITE:
        yield Diagnosis("ok", "SQLite", sqlite)
    else:
        yield Diagnosis("bad", "SQLite", f"{sqlite}; {'.'.join(map(str, LOWEST_SQLITE))} is needed")
    yield Diagnosis("ok", "suffix list", suffix_list())
    yield _diagnose_rules()
    yield from _diagnose_database(db, key_file(db, key))
    yield _diagnose_file_system(db.absolute().parent)
    yield _diagnose_mitmproxy()
    yield _diagnose_certificate()
    yield _diagnose_browser()
    yield _diagnose_port(port)


def _diagnose_rules() -> Diagnosis:
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.rulebook.rules.rule_set import load_rules

    rules = load_rules()
    return Diagnosis("ok", "rules", f"{len(rules.rules)} rules, knowledge {load_knowledge().version}")


def _diagnose_database(db: Path, key: Path) -> Iterator[Diagnosis]:
    from pixelwitness.store.database import reading
    from pixelwitness.store.errors import StoreError

    if not db.exists():
        yield Diagnosis("ok", "database", f"{db} is not there yet; the first scan makes it")
        return
    try:
        with reading(db) as connection:
            (number,) = connection.execute("SELECT count(*) FROM recordings").fetchone()
        yield _diagnose_privacy("database", db, f"{db}, {number} recordings")
    except StoreError as error:
        yield Diagnosis("bad", "database", str(error))
    if key.exists():
        yield _diagnose_privacy("key", key, str(key))
    else:
        yield Diagnosis("bad", "key", f"{key} is missing; restore it, or name it with --key")


def _diagnose_privacy(subject: str, path: Path, found: str) -> Diagnosis:
    if os.name == "nt":
        return Diagnosis("ok", subject, found)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Diagnosis("note", subject, f"{found}; others of this machine may open it (mode {mode:04o}): chmod 600")
    return Diagnosis("ok", subject, f"{found} (mode {mode:04o})")


def _diagnose_file_system(folder: Path) -> Diagnosis:
    from pixelwitness.store.database import wal_works

    if not folder.is_dir():
        return Diagnosis("bad", "folder", f"{folder} is not there")
    try:
        # In a folder of its own: the probe leaves nothing, and touches nobody's file.
        with tempfile.TemporaryDirectory(prefix=".pixelwitness-", dir=folder) as own:
            works = wal_works(Path(own, "probe.sqlite"))
    except OSError as error:
        return Diagnosis("bad", "folder", f"{folder}: {error.strerror or type(error).__name__}")
    if works:
        return Diagnosis("ok", "folder", f"{folder} carries SQLite's write-ahead log")
    return Diagnosis("note", "folder", f"{folder} does not carry SQLite's write-ahead log; writing is slower there")


def _diagnose_mitmproxy() -> Diagnosis:
    from pixelwitness.live.hooks.mitmproxy_checks import installed_version, version_problem

    version = installed_version()
    reason = version_problem(version)
    if reason is not None:
        return Diagnosis("note", "mitmproxy", f"{reason} (only live and flow files need it)")
    there = importlib.util.find_spec("mitmproxy") is not None
    return Diagnosis("ok" if there else "note", "mitmproxy", version or "not installed")


def _diagnose_certificate() -> Diagnosis:
    folder = Path("~/.mitmproxy").expanduser()
    if (folder / "mitmproxy-ca-cert.pem").exists():
        return Diagnosis("ok", "certificate", f"mitmproxy's is in {folder}; a browser must trust it to be looked into")
    return Diagnosis("note", "certificate", f"mitmproxy has none in {folder} yet; the first start of live makes one")


def _diagnose_browser() -> Diagnosis:
    from pixelwitness.live.start import browser

    try:
        program = browser.find_browser()
    except browser.BrowserError as error:
        return Diagnosis("note", "browser", str(error))
    if program is None:
        return Diagnosis("note", "browser", f"no Chromium or Chrome on PATH; {browser.VARIABLE} names one elsewhere")
    return Diagnosis("ok", "browser", f"{program}, which live URL opens")


def _diagnose_port(port: int) -> Diagnosis:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        # As a server does: a port in its waiting time after a close is free.
        if os.name != "nt":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return Diagnosis("note", "port", f"{port} on 127.0.0.1 is taken; live --port chooses another")
    return Diagnosis("ok", "port", f"{port} on 127.0.0.1 is free")
