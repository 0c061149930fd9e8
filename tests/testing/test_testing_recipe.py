"""The recipe for Playwright tests, run as it stands: its files are a suite, and end as it says."""

from pathlib import Path

import pytest
from tests.docs import reading
from tests.sites.server import World
from tests.testing.test_testing_plugin import CONFTEST

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.browser

RECIPE = reading.DOCS / "howto" / "playwright.md"


def test_the_suite_of_the_recipe_ends_as_it_says(
    pytester: pytest.Pytester, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITES", f"{world.tls_port},{world.plain_port}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\naddopts = -p no:warnings\n")
    # Where the sites are is the business of this machine; the recipe's own conftest.py lies below.
    pytester.makeconftest(CONFTEST.replace(', "user_agent": browse.AGENT', ""))
    files = {block.file: block.text for block in reading.blocks(RECIPE) if block.file is not None}
    for name, text in files.items():
        pytester.path.joinpath("suite").mkdir(exist_ok=True)
        pytester.path.joinpath("suite", name).write_text(text)
    assert set(files) > {"conftest.py", "test_shop.py"}
    ran = pytester.runpytest_subprocess("suite", "-v", timeout=120)
    (said,) = [block.text for block in reading.blocks(RECIPE) if "ToldMetaError" in block.text]
    ran.stdout.fnmatch_lines([line for line in said.splitlines() if line != "…"], consecutive=False)
    ran.assert_outcomes(passed=len(files) - 2, failed=1)
    ran.stdout.fnmatch_lines(["FAILED suite/test_shop.py::*"])
