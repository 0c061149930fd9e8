import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests import program
from tests.docs import reading
from tests.sites.browse import CHROMIUM

RECORDINGS = Path("addon", "pixelwitness", "recordings")
RUNNABLE = [page for page in reading.PAGES if any(block.language == "console" for block in reading.blocks(page))]
RECIPES = [page for page in RUNNABLE if page.parent.name == "contributing"]
"""Pages that change the program; they are followed in a copy of the tree."""
CHANGED = "PIXELWITNESS_IS_CHANGED"
"""Set where the commands are those of a changed copy."""
WITHOUT = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "build", "dist", "*.sqlite", ".hypothesis")
"""Caches come along: they know what they are of, and without them all would be compiled and checked anew."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name == "nt", reason="the pages are written for a POSIX shell"),
]


@pytest.mark.parametrize("page", [page for page in RUNNABLE if page not in RECIPES], ids=reading.name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    """One folder a page, as somebody has it who reads from the top; the recording lies where a clone has it."""
    if not CHROMIUM.exists() and any(block.file and "playwright" in block.text for block in reading.blocks(page)):
        pytest.skip("there is no Chromium, which this page starts")
    shutil.copytree(reading.ROOT / RECORDINGS, tmp_path / RECORDINGS, ignore=WITHOUT)
    follow(page, tmp_path, environment())


@pytest.mark.parametrize("page", RECIPES, ids=reading.name)
def test_a_recipe_followed_word_for_word_gives_what_it_says(page: Path, tmp_path: Path) -> None:
    tree = tmp_path / "pixelwitness"
    shutil.copytree(reading.ROOT, tree, ignore=WITHOUT)
    # An installation maps the rules into the package; here a link does.
    (tree / "addon" / "pixelwitness" / "rules").symlink_to(tree / "rules")
    follow(page, tree, environment() | {"PYTHONPATH": str(tree / "addon"), CHANGED: "yes"})


def environment() -> dict[str, str]:
    """Return what the shell of somebody who reads the pages has."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIXELWITNESS_", "PYTEST_", "COV_"))
        and name not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
    }
    return inherited | {"PATH": path, "PYTHONUTF8": "1", "COLUMNS": "100", "CHROMIUM": str(CHROMIUM)}


def do(text: str, folder: Path, variables: dict[str, str], last: int) -> program.Finished:
    """Do a command as a shell does, after one that ended with ``last``; a call of this very program needs none."""
    called = None if CHANGED in variables else program.call(text, folder, {"COLUMNS": variables["COLUMNS"]})
    return called or subprocess.run(
        ["bash", "-c", f"(exit {last})\n{text}"],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,  # a busy machine, not a hang, is what it allows for
        check=False,
    )


def follow(page: Path, folder: Path, variables: dict[str, str]) -> None:
    """Do what a page says: write its files, make its changes, type its commands and compare what they print."""
    last = 0
    for block in reading.blocks(page):
        if block.file is not None:
            file = folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
        if block.language == "diff":
            reading.change(folder, block)
        if block.language != "console":
            continue
        for command in reading.session(block):
            ran = do(command.text, folder, variables, last)
            last = ran.returncode
            expected = "\n".join(command.expected)
            assert reading.fits(command.expected, ran.stdout), (
                f"{reading.name(page)}:{block.line}: {command.text}\nprints\n{ran.stdout}\nnot\n{expected}"
            )
            ends_otherwise = any("exit " in line for line in command.expected)
            assert (last == 0) is not ends_otherwise, f"{reading.name(page)}: {command.text}: exit {last}"


@pytest.mark.parametrize(
    ("expected", "printed", "fit"),
    [
        (("a", "…", "c"), "a\nb\nb\nc\n", True),
        (("a", "c"), "a\nb\nc\n", False),
        (("a … b",), "a something b\n", True),
        (("a",), "a\nb\n", False),
        ((), "", True),
        ((), "a\n", False),
        (("a", "…"), "a\n", True),
    ],
)
def test_expected_output_is_compared_whole(expected: tuple[str, ...], printed: str, *, fit: bool) -> None:
    assert reading.fits(expected, printed) is fit
