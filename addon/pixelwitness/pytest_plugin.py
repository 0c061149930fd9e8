"""The pytest plug-in: fixtures that witness Playwright contexts, and *not recorded* as an outcome of its own.

Owns the options, the fixtures and how an outcome is shown.  pytest loads it wherever
pixelwitness is installed, so it imports nothing but pytest until a fixture is asked for,
needs no Playwright and no mitmproxy to load, and leaves other tests as they are.
"""

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from pixelwitness.testing import BrowserWitness

    type Watch = Callable[[BrowserContext], BrowserWitness]

NOT_RECORDED = "not recorded"
_MARK = "pixelwitness_not_recorded"
"""The attribute of a report that says so; it travels between processes with the report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; they may stand in ``addopts``, too."""
    group = parser.getgroup("pixelwitness", "pixelwitness: what pages tell Meta")
    group.addoption(
        "--pixelwitness-not-recorded",
        choices=("fail", "skip"),
        default="fail",
        help="How a test ends that cannot be decided, as something was not recorded: it fails (the default) or is "
        "skipped. It is counted as 'not recorded', never as passed.",
    )
    group.addoption(
        "--pixelwitness-read-bodies",
        action="store_true",
        help="Have requests to Meta pass through the test, so that bodies which browsers keep to themselves are read.",
    )
    group.addoption(
        "--pixelwitness-persona",
        type=Path,
        metavar="FILE",
        help="A TOML file that names the identity invented for the tests; wherever it goes, it is found.",
    )


@pytest.fixture
def pixelwitness_args(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Return what every witness is made with: the arguments of `BrowserWitness`; override it to change them."""
    return {
        "read_bodies": pytestconfig.getoption("--pixelwitness-read-bodies"),
        "persona": pytestconfig.getoption("--pixelwitness-persona"),
    }


@pytest.fixture
def pixelwitness_watch(pixelwitness_args: dict[str, Any]) -> "Watch":
    """Return a function that makes the witness of a Playwright context, whoever opened it."""

    def watch(context: "BrowserContext") -> "BrowserWitness":
        from pixelwitness.testing import BrowserWitness

        return BrowserWitness(context, **pixelwitness_args)

    return watch


@pytest.fixture
def pixelwitness(request: pytest.FixtureRequest, pixelwitness_watch: "Watch") -> "BrowserWitness":
    """Return the witness of the fixture ``context``, which pytest-playwright or the project itself provides."""
    try:
        context = request.getfixturevalue("context")
    except pytest.FixtureLookupError:
        pytest.fail(
            "the fixture pixelwitness found no fixture named context; install pytest-playwright, or give a context of "
            "your own to pixelwitness_watch",
            pytrace=False,
        )
    return pixelwitness_watch(context)


# The outcome ------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mark the report of a test that could not be decided."""
    report = yield
    outcomes = sys.modules.get("pixelwitness.testing.outcomes")  # else nobody can have raised it
    if outcomes is None or call.excinfo is None or not call.excinfo.errisinstance(outcomes.NotRecordedError):
        return report
    if item.config.getoption("--pixelwitness-not-recorded") == "skip" and not hasattr(report, "wasxfail"):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), (item.location[1] or 0) + 1, str(call.excinfo.value))
    if not hasattr(report, "wasxfail"):
        setattr(report, _MARK, True)
    return report


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, Any] | None:
    """Show it as what it is, neither passed nor failed nor skipped."""
    if not hasattr(report, _MARK):
        return None
    return NOT_RECORDED, "N", (NOT_RECORDED.upper(), {"yellow": True, "bold": True})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell of each such test why it could not be decided."""
    reports = terminalreporter.getreports(NOT_RECORDED)
    if reports:
        terminalreporter.section(NOT_RECORDED, yellow=True)
    for report in reports:
        terminalreporter.write_line(report.nodeid, bold=True)
        terminalreporter.write_line(
            report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext,
        )
