"""Imports go down only: cli, live → scan → report → policy, store, sources → rulebook → meaning → core."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "addon" / "pixelwitness"

LAYER = {
    "recordings": 0,
    "core": 0,
    "meaning": 1,
    "rulebook": 2,
    "sources": 3,
    "store": 3,
    "policy": 3,  # below report, which tells its judgements
    "report": 4,
    "scan": 5,
    "verify": 6,
    "guard": 6,
    "live": 6,
    "testing": 6,
    "pytest_plugin": 7,
    "cli": 7,
    "__main__": 8,
}
PURE = ("core", "meaning")
IMPURE_MODULES = {
    *("asyncio", "http", "io", "mitmproxy", "multiprocessing", "os", "pathlib", "random", "requests", "secrets"),
    *("shutil", "signal", "socket", "sqlite3", "sqlite_utils", "subprocess", "sys", "tempfile", "threading", "time"),
    "urllib.request",
}
MITMPROXY_ALLOWED = ("live", "sources.flows")


def modules() -> list[tuple[str, Path]]:
    paths = sorted(PACKAGE.rglob("*.py"))
    named = [(".".join(p.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"), p) for p in paths]
    return [(name, path) for name, path in named if name != "__init__"]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the direction"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(module: str) -> str:
    return module.split(".")[0]


@pytest.mark.parametrize(("name", "path"), modules())
def test_imports_go_down_only(name: str, path: Path) -> None:
    assert part(name) in LAYER, f"{name}: say in this test on which layer it lives"
    for imported in imports(path):
        if not imported.startswith("pixelwitness."):
            continue
        target = imported.removeprefix("pixelwitness.")
        if part(target) == part(name) or part(target) not in LAYER:
            continue
        assert LAYER[part(target)] < LAYER[part(name)], f"{name} imports {target}, which lies above it or beside it"


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, p in modules() if part(n) in PURE])
def test_core_and_meaning_touch_no_file_clock_or_network(name: str, path: Path) -> None:
    for imported in imports(path):
        parents = {".".join(imported.split(".")[:depth]) for depth in (1, 2)}
        assert not parents & IMPURE_MODULES, f"{name} is pure and must not import {imported}"


@pytest.mark.parametrize(("name", "path"), modules())
def test_only_live_and_the_flow_source_need_mitmproxy(name: str, path: Path) -> None:
    if not name.startswith(MITMPROXY_ALLOWED):
        assert not [one for one in imports(path) if one.split(".")[0] == "mitmproxy"]


def test_files_stay_small() -> None:
    # A larger file lacks an idea; one that has a reason says so in its head and stands here.
    long = {name: lines for name, path in modules() if (lines := len(path.read_text("utf-8").splitlines())) > 320}
    assert long == {}
