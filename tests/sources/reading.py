"""Reading a recording in a test: a screen with a rule of each sort, and all that a reading says as one value."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from pixelwitness.core.detect.rule import Conditions, Confidence, Decode, Literals, Rule
from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Problem, Tally
from pixelwitness.core.wire.request import Request, Response
from pixelwitness.sources.files.inputs import Input, find_inputs
from pixelwitness.sources.har.reader import read_har
from pixelwitness.sources.har.text_window import WINDOW

PIXEL = "https://www.facebook.com/tr/?id=1234567890123&ev=PageView"
OTHER = "https://cdn.shop.example/app.js"


def _rule(name: str, match: Conditions) -> Rule:
    return Rule(name, 1, name, "stable", "event", Confidence.CERTAIN, name, ("test",), match, Decode())


SCREEN = Screen(
    [
        _rule("site", Conditions(site=("facebook.com",))),
        _rule("url", Conditions(literal=Literals(url=("x-fb-",)))),
        _rule("body", Conditions(literal=Literals(body=('"fb.pixel_id"',)))),
    ]
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Everything that one reading says."""

    exchanges: tuple[tuple[Any, ...], ...]
    requests: tuple[Request, ...] = dataclasses.field(compare=False)
    responses: tuple[Response | None, ...] = dataclasses.field(compare=False)
    tally: Tally
    problems: tuple[Problem, ...]
    pages: dict[str, str]
    exporter: str | None
    user_agent: str | None
    complete: bool
    cookies_recorded: bool

    @property
    def counted(self) -> int:
        return len(self.requests) + self.tally.other + self.tally.rejected


def read(source: Input, *, fast: bool = True, window: int = WINDOW) -> Outcome:
    reading = read_har(source, SCREEN, fast=fast, window=window)
    found = list(reading.exchanges)
    return Outcome(
        exchanges=tuple(dataclasses.astuple(exchange) for exchange in found),
        requests=tuple(exchange.request for exchange in found),
        responses=tuple(exchange.response for exchange in found),
        tally=reading.tally,
        problems=tuple(reading.problems),
        pages=reading.pages,
        exporter=reading.exporter,
        user_agent=reading.user_agent,
        complete=reading.complete,
        cookies_recorded=reading.cookies_recorded,
    )


def read_bytes(folder: Path, data: bytes, *, fast: bool = True, window: int = WINDOW) -> Outcome:
    path = folder / "x.har"
    path.write_bytes(data)
    return read(Input(str(path), "har", file=path), fast=fast, window=window)


def read_value(folder: Path, value: Any) -> Outcome:
    """Read a JSON document; both paths must say the same of it."""
    data = json.dumps(value).encode()
    fast = read_bytes(folder, data)
    assert read_bytes(folder, data, fast=False) == fast
    return fast


def read_path(path: Path | str) -> Outcome:
    (source,) = find_inputs([path])
    return read(source)


def request(**parts: Any) -> dict[str, Any]:
    """Return an entry with a pixel's request, changed by ``parts``; a part that is ``...`` is left out."""
    whole = {"method": "GET", "url": PIXEL, "headers": [], "cookies": [], "bodySize": 0, **parts}
    return {
        "startedDateTime": "2026-11-20T10:00:00.000Z",
        "_resourceType": "image",
        "request": {key: value for key, value in whole.items() if value is not ...},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "image/gif"}},
    }


def only(folder: Path, entry: Any) -> Request:
    """Return the request of a HAR with one entry."""
    outcome = read_value(folder, {"log": {"entries": [entry]}})
    (found,) = outcome.requests
    return found
