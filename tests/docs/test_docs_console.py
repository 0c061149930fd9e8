import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs import reading
from tests.sites.browse import CHROMIUM

pytestmark = pytest.mark.process

RECORDINGS = Path("addon", "pixelwitness", "recordings")
RUNNABLE = [page for page in reading.PAGES if any(block.language == "console" for block in reading.blocks(page))]


@pytest.mark.skipif(os.name == "nt", reason="the pages are written for a POSIX shell")
@pytest.mark.parametrize("page", RUNNABLE, ids=reading.name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    """One folder a page, as somebody has it who reads from the top; the recording lies where a clone has it."""
    if not CHROMIUM.exists() and any(block.file and "playwright" in block.text for block in reading.blocks(page)):
        pytest.skip("there is no Chromium, which this page starts")
    shutil.copytree(reading.ROOT / RECORDINGS, tmp_path / RECORDINGS, ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PIXELWITNESS_") and name not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")
    }
    environment |= {"PATH": path, "PYTHONUTF8": "1", "COLUMNS": "100", "CHROMIUM": str(CHROMIUM)}
    last = 0
    for block in reading.blocks(page):
        if block.file is not None:
            file = tmp_path / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
        if block.language != "console":
            continue
        for command in reading.session(block):
            ran = subprocess.run(
                ["bash", "-c", f"(exit {last})\n{command.text}"],
                cwd=tmp_path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=120,
                check=False,
            )
            last = ran.returncode
            said = "\n".join(command.expected)
            assert reading.fits(command.expected, ran.stdout), (
                f"{reading.name(page)}:{block.line}: {command.text}\nprints\n{ran.stdout}\nnot\n{said}"
            )
            told = any("exit " in line for line in command.expected)
            assert (last == 0) is not told, f"{reading.name(page)}: {command.text}: exit {last}"


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
