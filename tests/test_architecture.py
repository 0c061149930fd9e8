"""The order of the house: imports go down only, between the rooms and inside them."""

import ast
import re
from collections import Counter
from pathlib import Path

from docs.house import imported_modules, imports, modules, tree_of

FLOORS: tuple[tuple[str, ...], ...] = (
    # Lowest first; places on one floor do not import each other.
    ("recordings", "core.wire"),
    ("core.detect",),
    ("core.join",),
    ("core.exposure",),
    ("meaning.text",),
    ("meaning.names",),
    ("meaning.spot",),
    ("meaning.keep",),
    ("meaning.hints",),
    ("meaning.pipeline",),
    ("rulebook.yaml",),
    ("rulebook.rules", "rulebook.knowledge"),
    ("rulebook",),
    ("sources.files",),
    ("sources.har",),
    ("sources", "store", "policy.config"),
    ("policy.violations",),
    ("policy",),
    ("report.statements",),
    ("report.wording",),
    ("report.published", "report.report_data"),
    ("report.charts",),
    ("report.answers", "report.check", "report.html"),
    ("report.formats",),
    ("report",),
    ("scan",),
    ("verify", "guard", "testing", "live.saving"),
    ("live.display",),
    ("live.hooks",),
    ("live.start",),
    ("cli", "pytest_plugin"),
    ("__main__",),
)
FLOOR = {place: number for number, places in enumerate(FLOORS) for place in places}

PURE = ("core.", "meaning.")
IMPURE_MODULES = {
    *("asyncio", "http", "io", "mitmproxy", "multiprocessing", "os", "pathlib", "random", "requests", "secrets"),
    *("shutil", "signal", "socket", "sqlite3", "sqlite_utils", "subprocess", "sys", "tempfile", "threading", "time"),
    "urllib.request",
}
MITMPROXY_ALLOWED = ("live.", "sources.flow_")

SAME_NAME = {
    "knowledge": "the rulebook has a folder for the files of what meaning holds as knowledge",
}
"""Module names that stand twice below ``cli``, each with the reason."""


MODULES = modules()


def place_of(module: str) -> str | None:
    """Return the innermost place on a floor that a module stands in."""
    while module and module not in FLOOR:
        module = module.rpartition(".")[0]
    return module or None


def test_imports_go_down_only() -> None:
    wrong = []
    for name, path in MODULES.items():
        place = place_of(name)
        if place is None:
            # The empty head of a room stands on no floor, and imports nothing.
            assert not imports(path), f"{name}: say in this test on which floor it stands"
            continue
        for target in imported_modules(path):
            below = place_of(target)
            if below not in (None, place) and FLOOR[below] >= FLOOR[place]:
                wrong.append(f"{name} imports {target}, which stands above it or beside it")
    assert wrong == []


def test_core_and_meaning_touch_no_file_clock_or_network() -> None:
    wrong = [
        f"{name} is pure and must not import {imported}"
        for name, path in MODULES.items()
        if name.startswith(PURE)
        for imported in imports(path)
        if {".".join(imported.split(".")[:depth]) for depth in (1, 2)} & IMPURE_MODULES
    ]
    assert wrong == []


def test_only_live_and_the_flow_source_need_mitmproxy() -> None:
    needing = {
        name
        for name, path in MODULES.items()
        if any(imported.split(".")[0] == "mitmproxy" for imported in imports(path))
    }
    assert {name for name in needing if not name.startswith(MITMPROXY_ALLOWED)} == set()


def test_below_cli_a_name_stands_once() -> None:
    # Folders count too: somebody who looks for a name finds one place.
    # The file that gives a folder its name is part of it.
    names = Counter(
        leaf
        for name in MODULES
        for folder, _, leaf in [name.rpartition(".")]
        if not name.startswith("cli.") and folder.rpartition(".")[2] != leaf
    )
    twice = {name for name, count in names.items() if count > 1}
    assert twice == SAME_NAME.keys(), "rename one, or say here why both are called so"


def test_files_stay_small() -> None:
    # A larger file lacks an idea; one that has a reason says so in its head and stands here.
    long = {name: lines for name, path in MODULES.items() if (lines := len(path.read_text("utf-8").splitlines())) > 320}
    assert long == {}


def test_an_import_within_a_function_says_why() -> None:
    # Commands import what they run when they run, and the table of formats what it renders, which the heads of
    # ``cli`` and of the table say; elsewhere each says it.
    silent = [
        f"{name}:{function.lineno} {function.name}"
        for name, path in MODULES.items()
        if not name.startswith(("cli", "pytest_plugin", "report.formats.format_table"))
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
        and not says_why(path, function)
    ]
    assert silent == []


def says_why(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a comment in a function speaks of the start, of an optional extra, or of an interruption."""
    body = path.read_text("utf-8").splitlines()[function.lineno - 1 : function.end_lineno]
    return any(re.search(r"#.*\b(start|extra|interruption)\b", line) for line in body)


def test_every_folder_says_what_it_holds() -> None:
    heads = {name: ast.get_docstring(tree_of(path)) for name, path in MODULES.items() if path.name == "__init__.py"}
    assert [name for name, head in heads.items() if not head] == []
