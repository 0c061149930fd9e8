"""Extraction: what a matching rule reads out of a request.

Owns how the keys of ``decode`` become sightings, signs and their fields, and the most of
them that are kept.  Whether a rule matches is `detector`'s.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeGuard

from pixelwitness.core.detect.locator import Locator, Scope, Value, first_text, joined, leaves, resolve
from pixelwitness.core.detect.rule import Decode, Rule
from pixelwitness.core.detect.sighting import Field, PageClaims, Sighting, Sign
from pixelwitness.core.detect.transport import transport_of
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json

_BEFORE_JSON = frozenset("{[ \t\r\n")
MAX_ITEMS = 10_000
MAX_FIELDS = 5_000
"""Leaves of one transmission that are kept; a payload made of brackets ends there."""


def extract_sign(rule: Rule, scope: Scope) -> Sign:
    """Return what a signal or observation rule makes of a scope that it matched."""
    decode = rule.decode
    fields, cut = _fields(decode, scope)
    return Sign(scope.request, rule, decode.kind or rule.id, _first(decode.value, scope), fields, cut)


def extract_sightings(rule: Rule, scope: Scope, also: tuple[str, ...]) -> Iterator[Sighting]:
    """Yield what an event or contact rule makes of a scope that it matched; ``also`` are the other rules that did."""
    items = _items(rule.decode, scope)
    if items is None:
        yield _sighting(rule, scope, None, also)
        return
    more = len(items) > MAX_ITEMS
    for index, item in enumerate(items[:MAX_ITEMS]):
        if isinstance(item, str):
            item = json_text.embedded(item) or item
        yield _sighting(rule, Scope(scope.request, scope.groups, item), index, also, more=more)


def _items(decode: Decode, scope: Scope) -> Sequence[Json] | None:
    for locator in decode.each:
        value = resolve(locator, scope)
        if isinstance(value, list):
            return value
        if isinstance(value, Mapping):
            # A form writes a list as data[0][…], data[1][…].
            counted = bool(value) and all(name.isascii() and name.isdigit() for name in value)
            return list(value.values()) if counted else [dict(value)]  # type: ignore[arg-type]  # a Tree is Json
    return None


def _sighting(rule: Rule, scope: Scope, index: int | None, also: tuple[str, ...], *, more: bool = False) -> Sighting:
    decode, request = rule.decode, scope.request
    fields, cut = _fields(decode, scope)
    return Sighting(
        request=request,
        rule=rule,
        item=index,
        pixel_id=_first(decode.pixel_id, scope),
        event_name=_first(decode.event_name, scope),
        dedup_id=_first(decode.dedup_id, scope),
        sent_at=_first(decode.sent_at, scope),
        counter=_first(decode.counter, scope),
        is_copy=_first(decode.copy, scope) is not None,
        transport=transport_of(request),
        claims=_claims(decode, scope),
        fields=fields,
        also_matched=also,
        cut=cut or more,
    )


def _first(locators: Sequence[Locator], scope: Scope) -> str | None:
    """Return the text at the first locator that resolves."""
    for locator in locators:
        value = resolve(locator, scope)
        if value is None:
            continue
        text = value if _is_plain(value) else first_text(value)
        if text is not None:
            return text
    return None


def _is_plain(value: Value) -> TypeGuard[str]:
    """Say whether a value is text that is surely no JSON: the common case, and there is nothing to unpack."""
    return type(value) is str and value[:1] not in _BEFORE_JSON


def _claims(decode: Decode, scope: Scope) -> PageClaims:
    headers = scope.request.header_map
    frame = (_first(decode.in_frame, scope) or "").lower()
    stated = ((name, _first(locators, scope)) for name, locators in decode.page.items())
    return PageClaims(
        stated=tuple((name, url) for name, url in stated if url),
        in_frame=frame in ("true", "1"),
        says_top=frame in ("false", "0"),
        referer=headers.get("referer"),
        origin=headers.get("origin"),
    )


def _fields(decode: Decode, scope: Scope) -> tuple[tuple[Field, ...], bool]:
    """Return the fields, and whether there were more of them than are kept."""
    pairs = [*islice(_leaves(decode, scope), MAX_FIELDS + 1)]
    kept = pairs[:MAX_FIELDS]
    if len({name for name, _ in kept}) == len(kept):
        return tuple([Field(name, text) for name, text in kept]), len(pairs) > MAX_FIELDS
    ordinals: Counter[str] = Counter()
    fields = []
    for name, text in kept:
        fields.append(Field(name, text, ordinals[name]))
        ordinals[name] += 1
    return tuple(fields), len(pairs) > MAX_FIELDS


def _leaves(decode: Decode, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of all fields.

    What `leaves` would make of plain text, and of parameters that are plain text, is yielded here: it is nearly all
    that is sent, and a live proxy waits for it.
    """
    for name, locators in decode.fields.items():
        for locator in locators:
            value = resolve(locator, scope)
            if value is None:
                continue
            if _is_plain(value):
                yield name, value
                break
            if locator.gathers:
                value = _rest(value, *decode.taken_beside(locator))
            if isinstance(value, dict):
                for key, part in value.items():
                    if _is_plain(part):
                        yield joined(name, key), part
                    else:
                        yield from leaves(joined(name, key), part)
            else:
                yield from leaves(name, value)
            break


def _rest(value: Value, taken: frozenset[str], prefixes: tuple[str, ...]) -> Value:
    if not isinstance(value, Mapping):
        return value
    return {name: part for name, part in value.items() if name not in taken and not name.startswith(prefixes)}
