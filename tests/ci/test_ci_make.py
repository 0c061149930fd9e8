"""The targets of ``make``: each has a line in ``make help``."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.process
def test_make_help_lists_every_target_with_what_it_does() -> None:
    shown = subprocess.run(["make", "-s", "-C", ROOT, "help"], capture_output=True, check=True, text=True).stdout
    listed = re.findall(r"^make ([a-z-]+) +\S.*$", shown, re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert len(listed) == len(shown.splitlines())
    assert sorted(listed) == sorted(phony.split())
