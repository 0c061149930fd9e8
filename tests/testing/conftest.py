from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.sites import certificates, server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.World]:
    """The test sites on loopback."""
    _, certificate = certificates.write_certificate(tmp_path_factory.mktemp("certificates"), server.HOSTS)
    with server.running(certificate) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(world: server.World) -> Iterator["Browser"]:
    """A Chromium that finds nothing but the test sites."""
    direct = pytest.importorskip("tests.sites.direct", reason="Playwright is not installed")
    if not direct.CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {direct.CHROMIUM}")
    with direct.chromium(world) as running:
        yield running


@pytest.fixture
def profile(chromium: "Browser") -> Iterator["BrowserContext"]:
    """A fresh profile with an ordinary user agent."""
    from tests.sites import direct

    context = direct.profile(chromium)
    yield context
    context.close()
