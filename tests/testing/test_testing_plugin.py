"""The plug-in in a user's own suite, run as a user runs it: pytest in a process of its own, with pytest-playwright."""

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.sites.server import World

pytest_plugins = ["pytester"]
browser = pytest.mark.browser

CONFTEST = """
import os, pytest
from tests.sites import browse, direct
from tests.sites.server import World

@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    world = World(*map(int, os.environ["SITES"].split(",")), [])
    return {**browser_type_launch_args, "executable_path": browse.CHROMIUM, "args": direct.flags(world)}

@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "ignore_https_errors": True, "user_agent": browse.AGENT}
"""

SUITE = """
import pytest

def test_clean(page, pixelwitness):
    page.goto("https://garden.example/")
    pixelwitness.assert_no_events()

def test_leak(page, pixelwitness):
    page.goto("https://shop.example/boots")
    pixelwitness.assert_no_events()

def tell_us(page):
    page.goto("https://shop.example/feedback")
    page.fill("input[name=email]", "jane.doe@example.com")
    page.click("#tell")

def test_blob(page, pixelwitness):
    tell_us(page)
    pixelwitness.assert_no_personal_data()

def test_own_context(browser, browser_context_args, pixelwitness_watch):
    context = browser.new_context(**browser_context_args)
    witness = pixelwitness_watch(context)
    tell_us(context.new_page())
    assert len(witness.events) == 1
    context.close()

@pytest.mark.xfail(reason="known", raises=AssertionError)
def test_blob_that_is_expected_to_fail(page, pixelwitness):
    tell_us(page)
    pixelwitness.assert_no_personal_data()

def test_without_a_browser():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, world: World, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("SITES", f"{world.tls_port},{world.plain_port}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    for name in ("PYTEST_ADDOPTS", "CI"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_site=SUITE)
    # Of others' warnings there may be some: of pytest-base-url on pytest 9, say.
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -p no:warnings\n")
    return pytester


def cases(report: Path) -> dict[str, tuple[str, str]]:
    """Return (how it ended, message) of each test case of a JUnit file."""
    told = {}
    for case in ET.parse(report).iter("testcase"):
        kinds = [child for child in case if child.tag in ("failure", "error", "skipped")]
        told[case.attrib["name"].partition("[")[0]] = (
            (kinds[0].tag, kinds[0].attrib.get("message", "")) if kinds else ("passed", "")
        )
    return told


@browser
def test_a_suite_is_told_what_leaks_and_what_nobody_can_say(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("-v", "--junit-xml=junit.xml", timeout=120)
    ran.stdout.fnmatch_lines(
        [
            "*test_clean* PASSED*",
            "*test_leak* FAILED*",
            "*test_blob* NOT RECORDED*",
            "*test_own_context* PASSED*",
            "*test_blob_that_is_expected_to_fail* NOT RECORDED*",
            "*test_without_a_browser PASSED*",
            ">       pixelwitness.assert_no_events()",
            "E       pixelwitness.testing.outcomes.ToldMetaError: an event was sent to Meta",
            "E       violation: shop.example: PageView to pixel 1111222233334444 by pixel",
            "E         page      shop.example/boots",
            "E         to fix    remove the pixel, *",
            "*= not recorded =*",
            "test_site.py::test_blob*",
            "*not recorded: nobody can say whether personal data was sent to Meta with an event",
            "*= 1 failed, 3 passed, 2 not recorded in *",
        ]
    )
    # The code of the plug-in is not what a test's author has to read.
    ran.stdout.no_fnmatch_line("*_must_be_told*")
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    told = cases(suite.path / "junit.xml")
    assert {name: how for name, (how, _) in told.items()} == {
        "test_clean": "passed",
        "test_leak": "failure",
        "test_blob": "failure",
        "test_own_context": "passed",
        "test_blob_that_is_expected_to_fail": "failure",
        "test_without_a_browser": "passed",
    }
    assert "not recorded: nobody can say" in told["test_blob"][1]
    assert "jane" not in (suite.path / "junit.xml").read_text() + ran.stdout.str().replace(SUITE, "").replace(
        '    page.fill("input[name=email]", "jane.doe@example.com")', ""
    )


@browser
def test_it_can_be_skipped_and_stays_counted(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess(
        "-k", "blob and not expected", "--pixelwitness-not-recorded=skip", "--junit-xml=junit.xml", timeout=120
    )
    ran.stdout.fnmatch_lines(["*not recorded: nobody can say*", "*= 5 deselected, 1 not recorded in *"])
    assert ran.ret == pytest.ExitCode.OK
    assert cases(suite.path / "junit.xml")["test_blob"][0] == "skipped"


@browser
def test_bodies_can_be_asked_for(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("-k", "blob and not expected", "--pixelwitness-read-bodies", timeout=120)
    ran.stdout.fnmatch_lines(["E*violation: shop.example: Contact to pixel 1111222233334444 by pixel", "*= 1 failed,*"])


@browser
def test_the_outcome_travels_between_processes(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("-n1", "-k", "(blob and not expected) or clean", timeout=120)
    ran.stdout.fnmatch_lines(["*= 1 passed, 1 not recorded in *"])
    assert ran.ret == pytest.ExitCode.TESTS_FAILED


@browser
def test_it_works_where_there_is_no_mitmproxy(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        CONFTEST
        + """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "mitmproxy":
            raise ModuleNotFoundError("there is no mitmproxy here", name="mitmproxy")

sys.meta_path.insert(0, Missing())

def test_the_block_holds():
    with pytest.raises(ModuleNotFoundError):
        import mitmproxy
"""
    )
    ran = suite.runpytest_subprocess("-k", "leak or holds or clean", "conftest.py", "test_site.py", timeout=120)
    ran.stdout.fnmatch_lines(["E*violation: shop.example: PageView to pixel 1111222233334444 by pixel"])
    ran.assert_outcomes(passed=2, failed=1, deselected=4)


@pytest.mark.process
def test_without_a_context_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(pixelwitness): pass")
    ran = pytester.runpytest_subprocess("-p", "no:playwright", timeout=120)
    ran.stdout.fnmatch_lines(["*found no fixture named context; install pytest-playwright, or give a context of your*"])
    ran.assert_outcomes(errors=1)


LOADED = """
import json, sys

def pytest_unconfigure(config):
    told = sorted(name for name in sys.modules if name.partition(".")[0] in ("pixelwitness", "playwright", "mitmproxy"))
    print("LOADED", json.dumps(told))
"""


@pytest.mark.process
def test_other_peoples_runs_load_nothing_and_look_as_before(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(LOADED)
    pytester.makepyfile("def test_one(): pass\ndef test_two(): assert 1 == 2")
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = -p no:playwright --strict-markers --strict-config\n")
    with_it = pytester.runpytest_subprocess("-s", timeout=120)
    without = pytester.runpytest_subprocess("-s", "-p", "no:pixelwitness", timeout=120)

    def shown(ran: pytest.RunResult) -> list[str]:
        return [
            re.sub(r" in [0-9.]+s", "", line) for line in ran.outlines if not line.startswith(("LOADED", "plugins:"))
        ]

    assert shown(with_it) == shown(without)
    (loaded,) = [line.removeprefix("LOADED ") for line in with_it.outlines if line.startswith("LOADED ")]
    assert json.loads(loaded) == ["pixelwitness", "pixelwitness.pytest_plugin"]
    (loaded,) = [line.removeprefix("LOADED ") for line in without.outlines if line.startswith("LOADED ")]
    assert json.loads(loaded) == []
    assert sys.modules["pixelwitness"]
