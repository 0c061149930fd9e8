"""A session in a test and the recording of the same session say the same, and both say what Meta received."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.sites import browse
from tests.sites.server import World

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store import queries
from pixelwitness.store.database import reading
from pixelwitness.testing import BrowserWitness

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

_PLACES = {"id", "recording_id", "visit_id", "event_id", "transmission_id", "contact_id", "position", "line"}
_OTHERWISE = {"value_token", "dedup_token", "seen_at"}
"""Under another key, on another clock."""


def plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__ if name not in _PLACES | _OTHERWISE}


def told(events: tuple[SeenEvent, ...], contacts: tuple[SeenContact, ...]) -> list[str]:
    """Return all that is known of events and contacts, each as text, sorted."""
    rows: list[object] = []
    for event in events:
        sent = [plain(one) for one in event.transmissions]
        rows.append([plain(event.event), sent, [plain(one) for one in (*event.fields, *event.findings)]])
    rows += [[plain(one.contact), [plain(field) for field in one.fields]] for one in contacts]
    return sorted(map(repr, rows))


def test_a_session_is_told_as_its_recording_is(world: World, chromium: "Browser", tmp_path: Path) -> None:
    before = len(world.received)
    har = tmp_path / "session.har"
    context = browse.profile(chromium, har)
    witness = BrowserWitness(context)
    page = context.new_page()
    browse.buy_boots(page)
    browse.read_the_news(page)
    events, contacts = witness.events, witness.contacts
    context.close()

    scan([str(har)], ScanOptions(db=tmp_path / "har.sqlite"))
    with reading(tmp_path / "har.sqlite") as connection:
        recorded = tuple(queries.events(connection)), tuple(queries.contacts(connection))
    assert told(events, contacts) == told(*recorded)

    # The library comes out of the browser's cache most times; what is sent never does.
    sent = [one.receiver_host for event in events for one in event.transmissions]
    sent += [one.contact.receiver_host for one in contacts]
    received = [one.host for one in world.received[before:]]
    assert (sent.count("www.facebook.com"), len(sent) > 30) == (received.count("www.facebook.com"), True)
