"""What of a body Playwright hands over: never something else than what the server received, and what lacks is told."""

from typing import TYPE_CHECKING

import pytest
from tests.sites.server import Received, World

from pixelwitness.core.wire.request import BodyState
from pixelwitness.testing import BrowserWitness

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

TO_META = "https://www.facebook.com/tr/?way="
FORM = "const form = new FormData(); form.append('id', '1111222233334444'); form.append('ev', 'Lead');"
FILE = "form.append('photo', new Blob(['boots']), 'boots.png');"
POST = "method: 'POST', mode: 'no-cors'"
WITHOUT_BLOBS = {
    "get": "new Image().src = url",
    "empty-beacon": "navigator.sendBeacon(url)",
    "text": "navigator.sendBeacon(url, 'id=1111222233334444&ev=Lead')",
    "pairs": "navigator.sendBeacon(url, new URLSearchParams({ id: '1111222233334444', ev: 'Lead' }))",
    "bytes": "navigator.sendBeacon(url, new TextEncoder().encode('id=1111222233334444&ev=Lead'))",
    "form": f"{FORM} navigator.sendBeacon(url, form)",
    "long-text": f"fetch(url, {{ {POST}, body: 'ev=Lead&id=1111222233334444&cd[text]=' + 'rent '.repeat(20000) }})",
    "kept-alive": f"{FORM} fetch(url, {{ {POST}, body: form, keepalive: true }})",
}
WITH_BLOBS = {
    "blob-beacon": "navigator.sendBeacon(url, new Blob(['id=1111222233334444&ev=Lead'], { type: 'text/plain' }))",
    "blob-fetch": f"fetch(url, {{ {POST}, body: new Blob(['id=1111222233334444&ev=Lead']) }})",
    "form-with-file": f"{FORM} {FILE} fetch(url, {{ {POST}, body: form }})",
}


def sent_and_seen(
    world: World, profile: "BrowserContext", *, read_bodies: bool
) -> dict[str, tuple[bytes, bytes | None, BodyState]]:
    """Return for each way (body as received, body as seen, what became of it)."""
    witness = BrowserWitness(profile, read_bodies=read_bodies)
    before = len(world.received)
    page = profile.new_page()
    page.goto("https://garden.example/")
    for name, script in (WITHOUT_BLOBS | WITH_BLOBS).items():
        page.evaluate(f"(url) => {{ {script} }}", TO_META + name)
    assert len(witness.events) + len(witness.contacts) > 0
    received: dict[str, Received] = {
        one.target.partition("way=")[2]: one for one in world.received[before:] if "way=" in one.target
    }
    told = {}
    for one in witness._session.recorder.tracked:
        if one.url.startswith(TO_META):
            body, state = one.body()
            way = one.url.removeprefix(TO_META)
            told[way] = (received[way].body, body, state)
    return told


def expected(received: bytes) -> tuple[bytes, bytes | None, BodyState]:
    return received, received or None, BodyState.RECORDED if received else BodyState.EMPTY


def test_a_listener_sees_all_but_what_stands_in_a_blob(world: World, profile: "BrowserContext") -> None:
    told = sent_and_seen(world, profile, read_bodies=False)
    assert told == {
        **{name: expected(told[name][0]) for name in WITHOUT_BLOBS},
        **{name: (told[name][0], None, BodyState.NOT_RECORDED) for name in WITH_BLOBS},
    }
    assert [len(told[name][0]) > 0 for name in told] == [name not in ("get", "empty-beacon") for name in told]


def test_with_bodies_asked_for_nothing_lacks(world: World, profile: "BrowserContext") -> None:
    told = sent_and_seen(world, profile, read_bodies=True)
    assert told == {name: expected(told[name][0]) for name in WITHOUT_BLOBS | WITH_BLOBS}
