"""The delivery of an entry of a HAR: whether its request left, as each recorder writes it.

Owns the keys in which recorders say what became of a request, and which of them counts where
several speak.  What an error's name proves stands in ``network_errors``.  Must not know rules.
"""

from collections.abc import Iterator
from typing import Any

from pixelwitness.core.wire.delivery import NOT_RECORDED, Delivery, Outcome
from pixelwitness.core.wire.network_errors import judge_block, judge_error, judge_proxy_answer
from pixelwitness.core.wire.request import Headers
from pixelwitness.sources.har.entry_decoding import Entry, ResponsePart

_ANSWERED = Outcome(Delivery.ANSWERED)
# Playwright, server/har/harTracer.ts: a route of the test took the request, and the network never saw it.
_FULFILLED = Outcome(Delivery.STOPPED, "answered by a route of the test")
_ABORTED = Outcome(Delivery.STOPPED, "aborted by a route of the test")
# Chromium's developer tools write `_fromCache`, Safari's `_fetchType`.
_FROM_CACHE = Outcome(Delivery.CACHED, "from the browser's cache")
_NO_TRANSFER = Outcome(Delivery.CACHED, "nothing transferred, no connection")
_CACHES = frozenset({"memory", "disk", "true", "memory cache", "disk cache"})
_NONE = (None, "", "0")


def delivery_of(entry: Entry, method: str, status: int | None, answered: Headers) -> Outcome:
    """Return what became of an entry's request; ``status`` is the one of its answer, None for none."""
    if status is not None:
        return _of_answer(entry, method, status, answered)
    named = [outcome for outcome in _errors(entry) if outcome is not None]
    # What proves something counts before a name that stands for several things.
    proof = next((outcome for outcome in named if outcome.delivery is not Delivery.UNKNOWN), None)
    if proof is not None:
        return proof
    if entry.aborted is True:
        return _ABORTED
    if entry.fulfilled is True:
        return _FULFILLED
    return named[0] if named else NOT_RECORDED


def _of_answer(entry: Entry, method: str, status: int, answered: Headers) -> Outcome:
    """Judge an entry with a status: the peer's own, unless something on this side gave it."""
    if entry.fulfilled is True:
        return _FULFILLED
    if method == "GET":
        if _is_cache(entry.from_cache) or _is_cache(entry.fetch_type):
            return _FROM_CACHE
        is_redirect = 300 <= status < 400
        if not is_redirect and entry.address in _NONE and entry.connection in _NONE and _is_untransferred(entry):
            return _NO_TRANSFER
    return judge_proxy_answer(status, answered) or _ANSWERED


def _is_untransferred(entry: Entry) -> bool:
    """Say whether a recorder says of an answer that nothing of it came over the network.

    Chromium counts the bytes of all of it; Firefox, as recorded with version 153, only those of the headers.
    """
    part = entry.response
    if not isinstance(part, ResponsePart):
        return False
    sizes = (part.transferred, part.headers_size if isinstance(entry.security, str) else None)
    return any(isinstance(size, int | float) and not isinstance(size, bool) and size == 0 for size in sizes)


def _errors(entry: Entry) -> Iterator[Outcome | None]:
    """Yield what each text proves in which a recorder says why there is no answer."""
    part = entry.response
    errors: tuple[Any, ...] = (entry.error,)
    notes: tuple[Any, ...] = ()
    if isinstance(part, ResponsePart):
        errors = part.error, part.failure, entry.error
        notes = part.status_text, part.comment
    # Some give the reason of a block where there is no error (Playwright: server/chromium/crNetworkManager.ts).
    for reason in (entry.block, entry.block_, *errors):
        if isinstance(reason, str):
            yield judge_block(reason)
    for text in (*errors, *notes):
        if isinstance(text, str):
            yield judge_error(text)


def _is_cache(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in _CACHES)
