"""The calls of a pixel's configuration: JavaScript text in, settings out.

Meta serves a configuration as a script: plug-ins, then a run of calls whose arguments
are JSON literals.  Owns finding these calls in text that may be anything: it steps over
strings, comments and patterns line by line, so that what it misreads of a plug-in costs
one line.  Must not know what a setting means.  Linear and bounded; never raises.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json, NotJsonError

MAX_TEXT = 2_000_000
"""Characters of a configuration that are read; real ones have up to 400,000."""
MAX_CALLS = 2_000
MAX_CALL = 400_000
"""Characters of one call's arguments."""
MAX_UNREADABLE = 50
"""Calls without an end, or with more than JSON in them, after which a text is no configuration."""

type Call = Literal["set", "opt_in", "plugin", "fbq"]

_CALLS: dict[str, Call] = {
    "config.set": "set",
    "instance.optIn": "opt_in",
    "fbq.loadPlugin": "plugin",
    "fbq.set": "fbq",
}
# A string, comment or pattern ends with its line where nothing else ends it: then the next line is code again.
_TOKEN = re.compile(
    r"//[^\n]*+"
    r"|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'(?:[^'\\\n]++|\\.)*+'?"
    r"|`(?:[^`\\\n]++|\\.)*+`?"
    r"|(?<=[(,=:\[!&|?{};])/(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\]?)++/?"
    r"|(?<![\w$.])(config\.set|instance\.optIn|fbq\.loadPlugin|fbq\.set)\s*+\(",
    re.DOTALL,
)
_HEAD = re.compile(r"(?<![\w$.])(?:config\.set|instance\.optIn|fbq\.loadPlugin|fbq\.set)\s*+\(")
# Inside the arguments a string may hold line ends: tools that mirror sites wrap long lines.
_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[(){}\[\],;\']', re.DOTALL)
_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """One call: what it sets, for which pixel, to what."""

    call: Call
    name: str
    """The key, feature or plug-in."""
    pixel_id: str | None
    """None: for every pixel of the page."""
    value: Json


def settings_of(text: str) -> tuple[Setting, ...]:
    """Return the settings of a configuration in their order; calls with anything but JSON in them are left out.

    >>> settings_of('config.set("12345", "inferredEvents", {"buttonSelector":null});')[0].value
    {'buttonSelector': None}
    >>> settings_of('config.set("12345", "a", function () {}); /* fbq.loadPlugin("b"); */')
    ()
    """
    return tuple(_settings(text[:MAX_TEXT]))


def _settings(text: str) -> Iterator[Setting]:
    if _HEAD.search(text) is None:
        return
    at = found = unreadable = 0
    while found < MAX_CALLS and unreadable < MAX_UNREADABLE:
        token = _TOKEN.search(text, at)
        if token is None:
            return
        at = token.end()
        if token[1] is None:
            continue
        arguments, end = _arguments(text, at)
        setting = None if arguments is None else _setting(_CALLS[token[1]], arguments)
        if setting is None:
            unreadable += arguments is None
            continue
        found += 1
        at = end
        yield setting


def _arguments(text: str, start: int) -> tuple[list[Json] | None, int]:
    """Return the arguments behind an opening bracket and the offset behind the closing one, None for no JSON."""
    depth = 0
    pieces: list[str] = []
    begin = start
    for mark in _MARK.finditer(text, start, min(len(text), start + MAX_CALL)):
        sign = mark[0]
        if sign in "[{(":
            depth += 1
        elif sign in "]})":
            if depth:
                depth -= 1
                continue
            if sign != ")":
                break
            pieces.append(text[begin : mark.start()])
            return _decoded(pieces), mark.end()
        elif sign == "," and not depth:
            if len(pieces) >= 3:
                break
            pieces.append(text[begin : mark.start()])
            begin = mark.end()
        elif sign in ";'":  # neither stands in JSON outside a string
            break
    return None, start


def _decoded(pieces: list[str]) -> list[Json] | None:
    try:
        return [_VALUES[bare] if (bare := piece.strip()) in _VALUES else json_text.loads(bare) for piece in pieces]
    except NotJsonError:
        return None


_VALUES: dict[str, Json] = {"!0": True, "!1": False}
"""Truths as minifiers write them."""


def _setting(call: Call, arguments: list[Json]) -> Setting | None:
    match call, arguments:
        case "set", [None | str() as pixel, str(name), value] if pixel is None or _PIXEL_ID.fullmatch(pixel):
            return Setting(call, name, pixel, value)
        case "opt_in", [str(pixel), str(name), bool(value)] if _PIXEL_ID.fullmatch(pixel):
            return Setting(call, name, pixel, value)
        case "plugin", [str(name)]:
            return Setting(call, name, None, True)
        case "fbq", [str(name), str(pixel), value] if _PIXEL_ID.fullmatch(pixel):
            return Setting(call, name, pixel, value)
        case "fbq", [str(name), value]:
            return Setting(call, name, None, value)
    return None
