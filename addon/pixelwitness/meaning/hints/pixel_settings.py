"""What a pixel's configuration says, as rows that may be stored.

Owns the way from the calls of a configuration to keys and values of our own making.
Which parts are kept stands in ``config.yaml``; names pass the detectors, of hashed
names only the number is kept, and free text never is.  Pure; must not know answers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pixelwitness.core.detect.config_script import Setting
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json
from pixelwitness.core.wire.sites import host_of
from pixelwitness.meaning.keep.name_redaction import field_name, receiver_host
from pixelwitness.meaning.keep.value_shapes import fits
from pixelwitness.meaning.names.knowledge import DataClass, KeyEntry, Shape
from pixelwitness.meaning.names.setup_names import KeptAs, SettingMeaning

MAX_ROWS = 300
MAX_NAMES = 100
_MAX_VISITED = 5_000

_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{64}")
_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)
_HEADLESS = re.compile(r"headless|phantomjs", re.IGNORECASE)
_WORD = KeyEntry(DataClass.TECHNICAL, Shape.WORD)
_NUMBER = KeyEntry(DataClass.TECHNICAL, Shape.NUMBER)


class PixelSetting(msgspec.Struct, frozen=True, gc=False):
    """One row of ``pixel_configs`` to be: its value is JSON of our own making."""

    pixel_id: str | None
    key: str
    value: str


def pixel_settings(
    calls: Sequence[Setting], pixel_id: str | None, meanings: Sequence[SettingMeaning]
) -> tuple[PixelSetting, ...]:
    """Return what a configuration says; ``pixel_id`` is the one it was asked for.

    A pair of key and value comes once for each pixel; what no meaning is known of is
    named under ``other``.
    """
    pixels = dict.fromkeys([pixel_id, *(call.pixel_id for call in calls if call.pixel_id is not None)])
    rows: dict[PixelSetting, None] = {}
    for pixel in pixels:
        of_pixel = [call for call in calls if call.pixel_id == pixel or (call.pixel_id is None and pixel == pixel_id)]
        for key, value in _of_pixel(of_pixel, meanings):
            rows[PixelSetting(pixel, key, json_text.dumps(value))] = None
            if len(rows) >= MAX_ROWS:
                return tuple(rows)
    return tuple(rows)


def _of_pixel(calls: Sequence[Setting], meanings: Sequence[SettingMeaning]) -> Iterator[tuple[str, dict[str, Json]]]:
    set_to: dict[str, list[Json]] = {}
    features: dict[str, bool] = {}
    for call in calls:
        if call.call == "opt_in":
            features[call.name] = bool(call.value)
        elif call.call != "plugin":
            set_to.setdefault(call.name, []).append(call.value)
    for meaning in meanings:
        values = [value for name in meaning.sets for value in set_to.get(name, ())]
        asked = [features[name] for name in meaning.features if name in features]
        if not values and not asked:
            continue
        head: dict[str, Json] = {"on": any(asked)} if meaning.features else {}
        parts = [part for value in values for part in _parts(value, meaning)]
        yield from ((meaning.key, {**head, **part}) for part in parts if part)
        if head and not any(parts):
            yield meaning.key, head
    known = {name for meaning in meanings for name in (*meaning.sets, *meaning.features)}
    other = {name for name in (*set_to, *(name for name, on in features.items() if on)) if name not in known}
    if other:
        names: list[Json] = []
        names += sorted({field_name(name) for name in other})[:MAX_NAMES]
        yield "other", {"names": names}


def _parts(value: Json, meaning: SettingMeaning) -> Iterator[dict[str, Json]]:
    """Yield what is kept of a value: of the whole, or of each of its items."""
    if meaning.each is None:
        yield _kept(value, meaning)
        return
    for event, item in _items(value, meaning.each):
        part = _kept(item, meaning)
        if part:
            yield {"event": field_name(event), **part} if event is not None else part


def _kept(value: Json, meaning: SettingMeaning) -> dict[str, Json]:
    part: dict[str, Json] = {}
    for kept in meaning.keep:
        part |= _as(kept.name, _reached(value, kept.of), kept.kept_as)
    if part and meaning.is_hint:
        part["certainty"] = "hint"
    return part


def _items(value: Json, way: str) -> Iterator[tuple[str | None, Json]]:
    """Yield the items at a way that ends in ``*``, those of an object with their names."""
    for holder in _reached(value, way.removesuffix("*").removesuffix(".")):
        if isinstance(holder, dict):
            yield from list(holder.items())[:MAX_ROWS]
        elif isinstance(holder, list):
            yield from ((None, item) for item in holder[:MAX_ROWS])


def _reached(value: Json, way: str) -> list[Json]:
    """Return what stands at the end of a way; empty when nothing does."""
    found = [value]
    for step in way.split(".") if way else ():
        following: list[Json] = []
        for node in found[:_MAX_VISITED]:
            if step == "*":
                following += node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
            elif isinstance(node, dict) and step in node:
                following.append(node[step])
        found = following
    return found[:_MAX_VISITED]


def _as(name: str, found: Sequence[Json], kept_as: KeptAs) -> dict[str, Json]:
    """Return what may be stored of the values found, under its name; empty when that is nothing."""
    first = found[0] if found else None
    kept: Json = None
    match kept_as:
        case "names":
            return _names(name, found)
        case "count":
            kept = len(first) if isinstance(first, list | dict) else None
        case "event":
            kept = field_name(first) if isinstance(first, str) and first else None
        case "flag":
            kept = first if isinstance(first, bool) else None
        case "headless":
            kept = _HEADLESS.search(json_text.dumps(first)) is not None if first else None
        case "host":
            kept = _host(first) if isinstance(first, str) else None
        case "number":
            text = json_text.scalar_text(first) if isinstance(first, int | str) and not isinstance(first, bool) else ""
            kept = first if fits(text, _NUMBER, frozenset()) else None
        case "pixels":
            pixels: list[Json] = []
            pixels += sorted(set(_pixels(list(found))))[:MAX_NAMES]
            kept = pixels or None
        case "word":
            kept = first if isinstance(first, str) and fits(first, _WORD, frozenset()) else None
    return {} if kept is None else {name: kept}


def _names(name: str, found: Sequence[Json]) -> dict[str, Json]:
    """Keep names to which no detector objects; of hashed ones the number."""
    texts: list[str] = []
    for value in found:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            texts += (text for text in value if isinstance(text, str))
        elif isinstance(value, Mapping):
            texts += (key for key, on in value.items() if on)
    readable = dict.fromkeys(field_name(text) for text in texts if text and not _HASH.fullmatch(text))
    hashed = len({text for text in texts if _HASH.fullmatch(text)})
    listed: list[Json] = []
    listed += list(readable)[:MAX_NAMES]
    kept: dict[str, Json] = {name: listed} if listed else {}
    return kept | ({f"{name}_hashed": hashed} if hashed else {})


def _host(text: str) -> str | None:
    text = text.strip()[:1_000]
    host = host_of(text if "://" in text else "https://" + text.lstrip("/"))
    return receiver_host(host) if "." in host or host == "localhost" else None


def _pixels(todo: list[Json]) -> Iterator[str]:
    for _ in range(_MAX_VISITED):
        if not todo:
            return
        node = todo.pop()
        if isinstance(node, dict):
            todo += [*node, *node.values()]
        elif isinstance(node, list):
            todo += node
        elif isinstance(node, str | int) and not isinstance(node, bool):
            text = node if isinstance(node, str) else str(node) if abs(node) < 10**25 else ""
            if _PIXEL_ID.fullmatch(text):
                yield text
