"""Requests that hold more than is looked at: what is left out is told and counted, never passed over."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.har import entry, write

from pixelwitness.core.detect.extraction import MAX_FIELDS, MAX_ITEMS
from pixelwitness.core.wire.params import MAX_PAIRS
from pixelwitness.scan.scan import ScannedInput, ScanOptions, scan

PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev=Lead"
CAPI = "https://graph.facebook.com/v20.0/1234567890123456/events"
TOLD = "more than 5,000 fields or 10,000 events in it; the rest was not looked at"


def facts(number: int) -> dict[str, Any]:
    """Return a pixel's request with so many facts about the event."""
    return entry(f"{PIXEL}&cd={quote(json.dumps([1] * number))}")


def server_events(number: int) -> dict[str, Any]:
    body = json.dumps({"data": [{"event_name": "Lead"}] * number})
    return entry(CAPI, method="POST", headers={"content-type": "application/json"}, body=body)


def parameters(number: int) -> dict[str, Any]:
    return entry(PIXEL + "&a=1" * (number - 2))


def scanned(folder: Path, one: dict[str, Any]) -> ScannedInput:
    path = write(folder / "made.har", [entry("https://shop.example/"), one])
    (result,) = scan([str(path)], ScanOptions(db=folder / "made.sqlite")).scanned
    return result


@pytest.mark.parametrize(
    ("one", "faults"),
    [
        (facts(MAX_FIELDS - 100), 0),
        (facts(MAX_FIELDS + 1), 1),
        (server_events(50), 0),
        (server_events(MAX_ITEMS + 1), 1),
        (parameters(100), 0),
        (parameters(MAX_PAIRS + 1), 1),
    ],
    ids=["many fields", "too many fields", "events", "too many events", "parameters", "too many parameters"],
)
def test_what_is_cut_is_told_with_its_entry_and_counted(tmp_path: Path, one: dict[str, Any], faults: int) -> None:
    result = scanned(tmp_path, one)

    assert result.recording is not None
    assert (result.recording.requests_matched, result.recording.rule_faults) == (1, faults)
    assert [(each.where, each.what) for each in result.problems] == [("entry 1", TOLD)] * faults
