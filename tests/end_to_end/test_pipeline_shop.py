"""A pipeline as its owner pastes it: Playwright records a purchase, ``check`` judges it, on every road it can take.

The commands are run in a folder of its own, by a shell where they need one, as a runner does; the
steps of the recipe are read out of the documentation.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import program
from tests.docs import reading
from tests.sites import certificates, server

if TYPE_CHECKING:
    from playwright.sync_api import Page

direct = pytest.importorskip("tests.sites.direct", reason="Playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not direct.CHROMIUM.exists(), reason=f"there is no Chromium at {direct.CHROMIUM}"),
    pytest.mark.skipif(os.name == "nt", reason="the steps are written for a POSIX shell"),
]

VISIT = Path("test-results", "visit.har")


def told(page: "Page", name: str) -> AbstractContextManager[object]:
    return page.expect_request(lambda one: "/tr/" in one.url and f"ev={name}&" in one.url)


def buy(page: "Page") -> None:
    with told(page, "ViewContent"):
        page.goto("https://shop.example/boots")
    page.goto("https://shop.example/checkout")
    page.fill("input[name=email]", "jane.doe@example.com")
    with told(page, "Purchase"):
        page.click("#order")


def tell_us(page: "Page") -> None:
    page.goto("https://shop.example/feedback")
    page.fill("input[name=email]", "jane.doe@example.com")
    # Until the answer is there, the recording does not know that the beacon had a body.
    with page.expect_event("requestfinished", lambda one: one.url.startswith("https://www.facebook.com/")):
        page.click("#tell")


def leave(page: "Page") -> None:
    """Do nothing."""


VISITS: dict[str, Callable[["Page"], None]] = {
    **dict.fromkeys(("leaking", "mended", "leaking more"), buy),
    "unread": tell_us,
    "empty": leave,
}

POLICY = """
presets = ["no-personal-data"]

[[site]]
match = "shop.example"
allow.events = ["PageView", "ViewContent", "InitiateCheckout", "AddPaymentInfo", "Purchase", "SubscribedButtonClick"]
"""


USER_DATA = b', { em: sessionStorage.getItem("email") }'
SHOPS: dict[str, dict[bytes, bytes]] = {
    "leaking": {},
    # As the messages say: no user data in the page, no automatic matching in the pixel's settings.
    "mended": {USER_DATA: b"", b'instance.optIn("1111222233334444", "AutomaticMatching", true);': b""},
    "leaking more": {USER_DATA: b', { em: sessionStorage.getItem("email"), fn: "Jane" }'},
}
"""What differs in the shop as it is deployed."""


@dataclass(frozen=True)
class Ran:
    code: int
    said: str


@dataclass(frozen=True)
class Pipeline:
    """A checked-out repository on a runner."""

    folder: Path
    environment: dict[str, str]

    def run(self, script: str) -> Ran:
        ran = program.call(script, self.folder) or subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout)


def checkout(folder: Path) -> Pipeline:
    (folder / ".git").mkdir(parents=True)
    (folder / "pixelwitness.toml").write_text(POLICY)
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Pipeline(folder, kept | {"PATH": path})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every visit recorded once, each in a profile of its own."""
    deployed: dict[bytes, bytes] = {}

    def answer(request: server.Received) -> server.Answer:
        status, headers, body = server.answer(request)
        for before, after in deployed.items():
            body = body.replace(before, after)
        return status, headers, body

    folder = tmp_path_factory.mktemp("recordings")
    _, certificate = certificates.write_certificate(folder, server.HOSTS)
    with server.running(certificate, answer) as world, direct.chromium(world) as browser:
        for name, visit in VISITS.items():
            deployed.clear()
            deployed.update(SHOPS.get(name, {}))
            context = browser.new_context(
                record_har_path=folder / f"{name}.har", user_agent=direct.AGENT, ignore_https_errors=True
            )
            page = context.new_page()
            visit(page)
            page.wait_for_load_state("networkidle")
            context.close()
    return {name: folder / f"{name}.har" for name in VISITS}


@dataclass(frozen=True)
class Runner:
    """A pipeline whose recording step has been done."""

    pipeline: Pipeline
    recorded: dict[str, Path]

    def check(self, visit: str, script: str) -> Ran:
        """Run a step on the recording of a visit."""
        target = self.pipeline.folder / VISIT
        target.parent.mkdir(exist_ok=True)
        shutil.copy(self.recorded[visit], target)
        return self.pipeline.run(script)


@pytest.fixture
def runner(recorded: dict[str, Path], tmp_path: Path) -> Runner:
    return Runner(checkout(tmp_path / "repository"), recorded)


def violations(said: str) -> list[str]:
    """Return what is told of each violation, one text each, blanks as one."""
    told = [part for part in said.split("\n\n") if "violation: " in part]
    return [re.sub(r"\s+", " ", part[part.index("violation: ") :]) for part in told]


CHECK = "pixelwitness check test-results"


def test_it_fails_on_the_leak_and_passes_after_the_fix(runner: Runner) -> None:
    failed = runner.check("leaking", CHECK)
    assert failed.code == 1
    (purchase,) = [one for one in violations(failed.said) if "Purchase" in one]
    for part in (
        "violation: shop.example: Purchase to pixel 1111222233334444 by pixel",
        "page shop.example/thanks",
        "carried e-mail (SHA-256)",
        "in ud.em",
        "evidence test-results/visit.har",
        "to fix take the user data out of fbq('init', …)",
    ):
        assert part in purchase
    assert "switch automatic advanced matching off in the pixel's settings" in failed.said
    assert "jane" not in failed.said

    passed = runner.check("mended", CHECK)
    assert (passed.code, violations(passed.said)) == (0, [])
    assert "No violation in" in passed.said


def test_what_a_baseline_knows_does_not_fail_and_what_is_new_does(runner: Runner) -> None:
    assert runner.check("leaking", f"{CHECK} --write-baseline known.json").code == 0
    kept = (runner.pipeline.folder / "known.json").read_text()
    assert json.loads(kept)
    assert "jane" not in kept
    again = f"{CHECK} --baseline known.json"
    known = runner.check("leaking", again)
    assert (known.code, violations(known.said)) == (0, [])
    assert re.search(r"^suppressed: shop\.example: Purchase to pixel", known.said, re.MULTILINE)

    failed = runner.check("leaking more", again)
    assert failed.code == 1
    new = violations(failed.said)
    assert {re.split(r": | to ", one)[2] for one in new} == {"PageView", "Purchase"}
    assert all("carried first name (SHA-256) in ud.fn" in one for one in new)

    mended = runner.check("mended", again)
    assert mended.code == 0
    assert "stale: " in mended.said


def test_a_body_that_was_not_recorded_is_neither(runner: Runner) -> None:
    unsure = runner.check("unread", CHECK)
    assert (unsure.code, violations(unsure.said)) == (4, [])
    said = re.sub(r"\s+", " ", unsure.said)
    assert "a body was not recorded, so that what it held is unknown" in said
    assert "exit 4: the evidence is incomplete" in said


def test_an_empty_recording_is_not_clean(runner: Runner) -> None:
    empty = runner.check("empty", CHECK)
    assert empty.code == 3
    assert "Nothing to judge: 0 requests. What was not looked at is not clean." in empty.said


# The recipe, as it stands in the documentation -----------------------------------

RECIPE = reading.DOCS / "howto" / "fail-a-ci-job.md"


def test_the_shell_of_the_recipe_tells_every_outcome_apart(runner: Runner) -> None:
    (script,) = [block.text for block in reading.blocks(RECIPE) if block.language == "sh" and "case $?" in block.text]
    ended = {}
    for visit in ("leaking", "mended", "unread", "empty"):
        ran = runner.check(visit, f"set +e\n{script}")  # it asks for the code itself
        ended[visit] = ran.code, ran.said.splitlines()[-1]
    assert ended == {
        "leaking": (1, "something forbidden went to Meta"),
        "mended": (0, "nothing forbidden was seen"),
        "unread": (1, "the evidence has gaps: silence would prove nothing"),
        "empty": (1, "no recording: the tests recorded nothing"),
    }


def test_the_steps_of_the_recipe_end_as_they_should(runner: Runner) -> None:
    texts = [block.text for block in reading.blocks(RECIPE) if block.language == "yaml"]
    steps = [step for text in texts for step in re.findall(r"^\s*- (?:run: )?(pixelwitness .*)$", text, re.MULTILINE)]
    ended = {
        step: [runner.check(visit, step).code for visit in ("leaking", "mended", "unread", "empty")] for step in steps
    }
    assert steps
    assert ended == {step: [1, 0, 4, 3] for step in steps}
