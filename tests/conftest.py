"""What holds for every test: its marks, what it may take, and that a text of YAML is read once.

One that starts a process or lets time pass says so, and ``make quick`` leaves it out:
``browser`` drives a Chromium, ``process`` starts another process or listens for one, ``waits``
sleeps.  A test without the mark fails where it does so, whoever runs it.

The built-in rules and knowledge are some fifty files, which many tests read again.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from pixelwitness.rulebook.yaml import yaml_text

# On a busy machine any example may take long: what a text may cost is measured where it is meant, in CPU time.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

_NEEDED = {
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn"), "process"),
    "socket.bind": "process",
    "time.sleep": "waits",
}
"""What Python reports of itself, and the mark that allows it."""
_ALLOWED_BY = {"browser": {"process", "waits"}, "process": {"process", "waits"}, "waits": {"waits"}}

_allowed: set[str] | None = None
"""What the test that runs may do; None between tests."""


def _hold_to_marks(event: str, arguments: tuple[object, ...]) -> None:
    mark = _NEEDED.get(event)
    if mark is None or _allowed is None or mark in _allowed:
        return
    # What threads of the program wait for is not what the test waits for; and a wait of no time is none.
    if mark == "waits" and (threading.current_thread() is not threading.main_thread() or not arguments[0]):
        return
    raise AssertionError(f"{event}: a test that does this needs @pytest.mark.{mark}, or do without")


sys.addaudithook(_hold_to_marks)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a shell without job control interrupts are ignored, and by every program that is started.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _allowed_to(item: pytest.Item) -> set[str]:
    return set().union(*(_ALLOWED_BY.get(mark.name, ()) for mark in item.iter_markers()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that at the end no process works on one of them alone."""
    long = {item.path for item in items if _allowed_to(item)}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    global _allowed
    _allowed = _allowed_to(item)
    try:
        return (yield)
    finally:
        _allowed = None


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    with patch.object(yaml_text, "read", lru_cache(maxsize=256)(yaml_text.read)):
        yield
