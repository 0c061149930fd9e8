"""Every output of every command of one tree over one corpus: what ``bench.same`` starts, once a corpus.

Runs in the corpus's folder, with the tree's ``pixelwitness`` first on the path.  Calls the
command line in this process and knows it by its public face alone: ``python -m pixelwitness``,
what Click tells of commands and options, and the tables of the database.

    python -S -P -m bench.same_outputs CORPUS RESULTS [quick]
"""

import contextlib
import io
import json
import os
import runpy
import secrets
import shutil
import sqlite3
import sys
import traceback
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

HELP_ALONE = ("live", "doctor", "addon-path")
"""Commands of which only the help is compared: they tell of the machine, or wait for traffic."""

COVERED = frozenset(
    "demo scan report profile reconcile explain check guard find rules diff export merge verify".split()  # noqa: SIM905
)
"""Commands for which there are cases below; any other is named."""

_KEY = ("--key", "study.key")
_EXPORT = "your_activity_off_meta_technologies.json"
_TYPED = ("jane.doe@example.com", "jane@x.com", "+49 170 1234567", "nobody@nowhere.example", "no address")
_DATABASES = ("store.sqlite", "kept.sqlite", "persona.sqlite")


class Outputs:
    """Calls commands, and keeps what each gave: as files by their hashes, and an index of cases."""

    def __init__(self, results: Path, *, quick: bool) -> None:
        import pixelwitness

        pixelwitness.__version__ = "VERSION"  # before any module takes it
        self.quick = quick
        self._blobs = results / "blobs"
        tree = Path(pixelwitness.__file__).parents[1]
        self._masks = {os.fsencode(tree): b"TREE", os.fsencode(Path.cwd()): b"RUN"}
        self.index: dict[str, dict[str, str]] = {}
        self.root = self._root()

    def run(self, *arguments: str, typed: bytes = b"", files: Sequence[str] = ()) -> None:
        """Call a command; its case is named by its arguments, and holds the files that it wrote."""
        written = [Path(name) for name in ("summary.md", *files)]
        for file in written:
            file.unlink(missing_ok=True)
        code, out, err = self._called(arguments, typed)
        parts = {"exit": code.encode(), "stdout": out, "stderr": err}
        parts |= {file.name: file.read_bytes() for file in written if file.exists()}
        piped = f" < {len(typed)} bytes" if len(typed) > 80 else f" < {typed.decode().strip()!r}" if typed else ""
        self.keep(" ".join(arguments) + piped, parts)

    def dump(self, database: str) -> None:
        """Keep all rows of a database, a part for each table, and its schema in a case of its own."""
        made = _selected(database, "SELECT name, type, sql FROM sqlite_schema ORDER BY type, name")
        self.keep(f"schema {database}", {"sql": "".join(f"{row['sql']}\n" for row in made if row["sql"]).encode()})
        tables = [row["name"] for row in made if row["type"] in ("table", "view")]
        self.keep(f"dump {database}", {f"{table}.rows": _rows(database, table) for table in tables})

    def mask_hashes(self, database: str) -> None:
        """From now on, leave out the hashes of rules and knowledge as this database holds them."""
        for row in _selected(database, "SELECT rules_sha256, knowledge_sha256 FROM recordings"):
            self._masks[row["rules_sha256"].encode()] = b"RULES"
            self._masks[row["knowledge_sha256"].encode()] = b"KNOWLEDGE"

    def commands(self) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        """Yield every command with its words, groups left out."""
        yield from _below(self.root, ())

    def choices(self, command: str, option: str) -> tuple[str, ...]:
        """Return what an option of a command offers; none where there is no such option."""
        found = next((found for words, found in self.commands() if words == (command,)), None)
        for parameter in found.params if found else ():
            if option in parameter.opts and isinstance(parameter.type, click.Choice):
                return tuple(map(str, parameter.type.choices))
        return ()

    def has(self, command: str, option: str) -> bool:
        """Say whether a command has an option."""
        return any(
            option in parameter.opts
            for words, found in self.commands()
            if words == (command,)
            for parameter in found.params
        )

    def views(self, command: str) -> Iterator[tuple[str, ...]]:
        """Yield the options for each format."""
        for format_ in self.choices(command, "--format"):
            yield ("--format", format_)

    def all_views(self, command: str) -> Iterator[tuple[str, ...]]:
        """Yield the options for each format: by themselves, as for a terminal, and for two regions."""
        for plain in tuple(self.views(command)) or ((),):
            yield plain
            if self.has(command, "--color"):
                yield (*plain, "--color", "always")
            for region in ("US", "DE") if self.has(command, "--region") and not self.quick else ():
                yield (*plain, "--region", region)

    def _called(self, arguments: Sequence[str], typed: bytes) -> tuple[str, bytes, bytes]:
        kept = sys.stdin, sys.stdout, sys.stderr, sys.argv
        out, err = io.BytesIO(), io.BytesIO()
        sys.stdin = io.TextIOWrapper(io.BytesIO(typed), "utf-8")
        sys.stdout, sys.stderr = io.TextIOWrapper(out, "utf-8"), io.TextIOWrapper(err, "utf-8")
        sys.argv = ["pixelwitness", *arguments]
        try:
            runpy.run_module("pixelwitness", run_name="__main__")
            code = "0"
        except SystemExit as end:
            code = str(end.code)
        except BaseException as error:
            code = "".join(traceback.format_exception(error))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            captured = out.getvalue(), err.getvalue()  # a stream that is let go of closes what it wrote to
            sys.stdin, sys.stdout, sys.stderr, sys.argv = kept
        return code, *captured

    def _root(self) -> click.Group:
        """Return the group of all commands, as Click meets it."""
        met: list[click.Command] = []
        plain = click.Command.main

        def noted(command: click.Command, *arguments: Any, **options: Any) -> Any:
            met.append(command)
            return plain(command, *arguments, **options)

        click.Command.main = noted  # type: ignore[method-assign,assignment]  # the only public way to the group
        try:
            self._called(["--help"], b"")
        finally:
            click.Command.main = plain  # type: ignore[method-assign]
        if not met or not isinstance(met[0], click.Group):
            raise TypeError("the command line is no group of Click")
        return met[0]

    def keep(self, case: str, parts: dict[str, bytes]) -> None:
        """Keep the parts of a case."""
        while case in self.index:
            case += " (again)"
        entry = self.index[case] = {}
        for name, data in parts.items():
            for mask, stand_in in self._masks.items():
                data = data.replace(mask, stand_in)
            digest = entry[name] = sha256(data).hexdigest()
            file = self._blobs / digest
            if not file.exists():
                draft = file.with_name(f"{digest}.{os.getpid()}")
                draft.write_bytes(zlib.compress(data, 1))
                draft.replace(file)


def _below(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _below(command, (*words, name))
        elif command is not None:
            yield (*words, name), command


def _selected(database: str, query: str) -> list[dict[str, Any]]:
    """Return rows by their columns; none of a database that is not there, or that a broken tree made."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        with contextlib.closing(connection):
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
    except sqlite3.Error:
        return []


def _rows(database: str, table: str) -> bytes:
    """Return rows as sorted lines of JSON, what is masked left out."""
    rows = _selected(database, f'SELECT * FROM "{table}"')
    return "".join(sorted(f"{json.dumps(_masked(table, row), default=repr)}\n" for row in rows)).encode()


def _masked(table: str, row: dict[str, Any]) -> dict[str, Any]:
    if table == "recordings":
        for name in ("tool_version", "rules_sha256", "knowledge_sha256", "scan"):
            row.pop(name, None)
        options = json.loads(row.get("options") or "null")
        if isinstance(options, dict) and "scan" in options:
            del options["scan"]
            row["options"] = json.dumps(options)
    return row


# The program itself ----------------------------------------------------------------


def of_program(outputs: Outputs) -> None:
    """Keep what needs no recording: help, rules, explanations."""
    outputs.run("--version")
    outputs.run("--help")
    outputs.run("no-such-command")
    outputs.run("scna")
    outputs.run()
    for words, command in outputs.commands():
        if words[0] not in (*COVERED, *HELP_ALONE):
            outputs.keep(f"no case in bench/same_outputs.py for the command {words[0]}", {"name": words[0].encode()})
        outputs.run(*words, "--help")
        outputs.run(*words, "--no-such-option")
        for position, parameter in enumerate(command.params):
            outputs.keep(*_shape(" ".join(words), position, parameter))
    named = json.loads(Path("names.json").read_text("utf-8"))
    outputs.run("rules", "list")
    outputs.run("rules", "test")
    outputs.run("rules", "show", "no-such-rule")
    for rule in named["rules"]:
        outputs.run("rules", "show", rule)
    for word in named["words"][:: 8 if outputs.quick else 1]:
        outputs.run("explain", "--", *word.split(" "))
    outputs.run("explain", "nothing-of-this-name")


def _shape(command: str, position: int, parameter: click.Parameter) -> tuple[str, dict[str, bytes]]:
    """Return the case of an option or argument: what may be given, and by which variable of the environment."""
    choices = list(map(str, parameter.type.choices)) if isinstance(parameter.type, click.Choice) else []
    shape = [parameter.required, parameter.nargs, parameter.multiple, str(parameter.default), choices]
    if isinstance(parameter, click.Option):
        named = json.dumps([parameter.envvar or parameter.name, *shape]).encode()
        return f"options {command} {' '.join(parameter.opts)}", {"shape": named}
    return f"options {command} argument {position}", {"shape": json.dumps(shape).encode()}


def of_demo(outputs: Outputs) -> None:
    """Keep the demo's ways of telling its story."""
    for view in outputs.all_views("demo"):
        outputs.run("demo", *view)
    outputs.run("demo", "--save", "saved.har", files=["saved.har"])
    outputs.run("scan", "saved.har", "--db", "demo.sqlite", *_KEY)
    outputs.mask_hashes("demo.sqlite")
    outputs.run("demo", "--html", "demo.html", files=["demo.html"])


# Over recordings -------------------------------------------------------------------


def of_recordings(outputs: Outputs) -> None:
    """Keep what the commands that read recordings or databases give."""
    outputs.run("scan", "half", "--db", "half.sqlite", *_KEY)
    outputs.mask_hashes("half.sqlite")
    outputs.run("scan", "rest", "--db", "rest.sqlite", *_KEY)
    _scan(outputs)
    _report(outputs)
    _check(outputs)
    _diff(outputs)
    _others(outputs)


def _scan(outputs: Outputs) -> None:
    outputs.run("scan", "in", "--db", "store.sqlite", *_KEY)
    outputs.dump("store.sqlite")
    for view in outputs.views("scan"):
        if not outputs.quick:
            outputs.run("scan", "in", "--db", "store.sqlite", *_KEY, *view)
    outputs.run("scan", "in", "--db", "store.sqlite", *_KEY, "--color", "always", "--region", "DE")
    outputs.run("scan", "in", "--db", "store.sqlite", *_KEY, "--strict")
    outputs.run("scan", "in", "--db", "kept.sqlite", *_KEY, "--keep-values")
    outputs.dump("kept.sqlite")
    outputs.run("scan", "in", "--db", "persona.sqlite", *_KEY, "--persona", "persona.toml")
    outputs.dump("persona.sqlite")
    outputs.run("scan", "in", "--db", "shared-out.sqlite", *_KEY, "--jobs", "2")
    outputs.dump("shared-out.sqlite")
    outputs.run("scan", "in", "--db", "store.sqlite", "--key", "other.key")
    outputs.run("scan", "half", "--db", "other.sqlite", "--key", "other.key")
    outputs.dump("other.sqlite")


def _report(outputs: Outputs) -> None:
    sites, recordings = _named("store.sqlite")
    for view in outputs.all_views("report"):
        outputs.run("report", "store.sqlite", *view)
    for view in outputs.views("report"):
        outputs.run("report", "kept.sqlite", *view)
        if outputs.quick:
            continue
        outputs.run("report", "persona.sqlite", *view)
        outputs.run("report", "store.sqlite", *view, "-o", "report.out", files=["report.out"])
        outputs.run("report", "kept.sqlite", *view, "--since", "2026-11-20T10:00:20")
        for site in sites[:2]:
            outputs.run("report", "kept.sqlite", *view, "--site", site)
        for recording in recordings[:2]:
            outputs.run("report", "store.sqlite", *view, "--recording", recording)
    outputs.run("report", "store.sqlite", "--site", "nowhere.example")
    outputs.run("report", "store.sqlite", "--recording", "zzz")
    outputs.run("report", "missing.sqlite")
    for view in outputs.all_views("profile"):
        for database in _DATABASES:
            outputs.run("profile", database, *view)


def _check(outputs: Outputs) -> None:
    formats = outputs.choices("check", "--format")
    presets = outputs.choices("check", "--preset")
    for format_ in formats:
        outputs.run("check", "in", "--no-policy", "--format", format_)
    outputs.run("check", "in", "--no-policy", "--persona", "persona.toml", "--preset", "no-personal-data")
    outputs.run("check", "store.sqlite", "--no-policy", "--write-baseline", "base.json", files=["base.json"])
    several = [word for preset in presets if preset != "declared" for word in ("--preset", preset)]
    for format_ in formats:
        form = ("--format", format_)
        outputs.run("check", "kept.sqlite", "--policy", "policy.toml", *several, *form)
        outputs.run("check", "half.sqlite", "--no-policy", "--baseline", "base.json", *form)
        if outputs.quick and format_ != "json":
            continue
        outputs.run("check", "kept.sqlite", "--no-policy", *form)
        outputs.run("check", "store.sqlite", "--no-policy", *form, "--strict")
        outputs.run("check", "store.sqlite", "--no-policy", *form, "--exit-zero")
        outputs.run("check", "store.sqlite", "--no-policy", *form, "-o", "check.out", files=["check.out"])
        outputs.run("check", "store.sqlite", "--policy", "policy.toml", *form)
        for preset in presets:
            declared = ("--declaration", "declared.toml") if preset == "declared" else ()
            outputs.run("check", "store.sqlite", "--no-policy", "--preset", preset, *declared, *form)
    outputs.run("check", "store.sqlite", "--policy", "wrong-policy.toml")
    outputs.run("check", "missing.har", "--no-policy")


def _diff(outputs: Outputs) -> None:
    sites, recordings = _named("store.sqlite")
    for view in outputs.all_views("diff"):
        outputs.run("diff", "half.sqlite", "rest.sqlite", *view)
        if not outputs.quick:
            outputs.run("diff", "half.sqlite", "kept.sqlite", *view)
    outputs.run("diff", "half", "rest")
    outputs.run("diff", "half.sqlite", "rest.sqlite", "--exit-code")
    outputs.run("diff", "store.sqlite", "kept.sqlite", "--exit-code")
    for site in sites[:2]:
        outputs.run("diff", "half.sqlite", "store.sqlite", "--site", site)
    two = [word for recording in recordings[:2] for word in ("--recording", recording)]
    for view in outputs.views("diff"):
        outputs.run("diff", "store.sqlite", *two, *view)


def _others(outputs: Outputs) -> None:
    _, recordings = _named("store.sqlite")
    for database, copy in zip(_DATABASES, ("a.copy", "b.copy", "c.copy"), strict=True):
        outputs.run("export", database, "--redacted", "--output", copy)
        outputs.dump(copy)
    outputs.run("export", "store.sqlite", "--output", "d.copy")
    outputs.run("export", "kept.sqlite", "--redacted", "--output", "e.copy", "--recording", *recordings[:1])
    outputs.dump("e.copy")
    for view in outputs.views("report"):
        if not outputs.quick:
            outputs.run("report", "b.copy", *view)
    for format_ in outputs.choices("find", "--format"):
        for typed in _TYPED:
            outputs.run("find", "store.sqlite", *_KEY, "--format", format_, typed=f"{typed}\n".encode())
    for format_ in outputs.choices("reconcile", "--format"):
        for tolerance in ("60", "0", "525600"):
            more = ("--format", format_, "--tolerance", tolerance)
            outputs.run("reconcile", _EXPORT, "--db", "store.sqlite", *more)
    outputs.run("merge", "merged.sqlite", "half.sqlite", "rest.sqlite")
    outputs.dump("merged.sqlite")
    outputs.run("merge", "merged.sqlite", "half.sqlite", "store.sqlite")
    outputs.dump("merged.sqlite")
    outputs.run("merge", "merged.sqlite", "other.sqlite")
    outputs.run("verify", "other.sqlite", *_KEY)
    if not outputs.quick:
        outputs.run("verify", "persona.sqlite", *_KEY, "--persona", "persona.toml")
        outputs.run("verify", "store.sqlite", *_KEY)
    outputs.run("guard", "in")


def of_other_inputs(outputs: Outputs) -> None:
    """Keep what becomes of other forms of a recording, of what is none, and of a changed one."""
    Path("nothing").mkdir()
    for file in sorted(Path("more").iterdir()):
        if outputs.quick and file.name.startswith("ways."):
            continue
        database = f"{file.name}.sqlite"
        outputs.run("scan", str(file), "--db", database, *_KEY, "--keep-values")
        outputs.dump(database)
        outputs.run("check", str(file), "--no-policy", "--format", "json")
        outputs.run("guard", str(file))
    outputs.run("scan", "more", "--db", "more.sqlite", *_KEY)
    outputs.run("check", "more", "--no-policy", "--format", "sarif", "--root", "more")
    outputs.run("verify", "more.sqlite", *_KEY)
    story = Path("in/story.har").read_bytes()
    outputs.run("scan", "-", "--db", "piped.sqlite", *_KEY, typed=story)
    outputs.dump("piped.sqlite")
    outputs.run("scan", "nothing", "missing.har", "--db", "none.sqlite")
    outputs.run("scan", "nothing", "--db", "none.sqlite")
    outputs.run("check", "nothing", "--no-policy", "--format", "json")
    outputs.run("report", "in/story.har")
    _own_rules(outputs)
    shutil.copyfile("policy.toml", "pixelwitness.toml")
    outputs.run("check", "store.sqlite")
    shutil.copyfile("store.sqlite", "moved.sqlite")
    Path("in/story.har").write_bytes(story.replace(b"Purchase", b"Lead"))
    outputs.run("verify", "moved.sqlite", *_KEY)
    outputs.run("scan", "in", "--db", "moved.sqlite", *_KEY)
    outputs.dump("moved.sqlite")


def _own_rules(outputs: Outputs) -> None:
    rules = ("--rules", "own-rules")
    outputs.run("scan", "in", "--db", "own.sqlite", *_KEY, *rules)
    outputs.mask_hashes("own.sqlite")
    outputs.dump("own.sqlite")
    outputs.run("scan", "in", "--db", "store.sqlite", *_KEY, *rules)
    outputs.run("scan", "in", "--db", "store.sqlite", *_KEY)
    for view in outputs.views("report"):
        outputs.run("report", "own.sqlite", *view)
    outputs.run("check", "in", "--no-policy", *rules)
    outputs.run("diff", "store.sqlite", "own.sqlite")
    outputs.run("verify", "own.sqlite", *_KEY, *rules)
    outputs.run("verify", "own.sqlite", *_KEY)
    outputs.run("rules", "list", *rules)
    outputs.run("rules", "show", "shop-relay", *rules)
    outputs.run("rules", "test", "own-rules")
    outputs.run("explain", *rules, "shop-relay")
    for command in (("scan", "in", "--db", "none.sqlite"), ("rules", "list"), ("explain", "Purchase")):
        outputs.run(*command, "--rules", "wrong-rules")


def _named(database: str) -> tuple[list[str], list[str]]:
    """Return sites with events and ids of recordings with events, those with most of them first."""
    sites, recordings = (
        _selected(
            database, f"SELECT {column} AS name FROM events WHERE name IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        for column in ("page_site", "recording_id")
    )
    return [row["name"] for row in sites], [row["name"] for row in recordings]


def main() -> None:
    corpus, results = sys.argv[1], Path(sys.argv[2])
    # Rows of a redacted copy depend on a key that is thrown away.
    secrets.token_bytes = lambda nbytes=None: bytes([5]) * (nbytes or 32)
    outputs = Outputs(results, quick="quick" in sys.argv[3:])
    if corpus == "program":
        of_program(outputs)
    elif corpus == "demo":
        of_demo(outputs)
    else:
        of_recordings(outputs)
        if corpus == "bundled":
            of_other_inputs(outputs)
    Path("index.json").write_text(json.dumps(outputs.index), encoding="utf-8")


if __name__ == "__main__":
    main()
