"""Content codings taken off a body, bounded: a page may send a bomb to any URL.

Owns the one way to decode a body.  Declared sizes are never believed; every
stage stops one byte past the limit.  Must not know requests, sources or headers
other than the value of ``Content-Encoding``.
"""

import zlib
from collections.abc import Callable

from pixelwitness.core.wire.request import BODY_LIMIT, BodyState

_MAX_CODINGS = 4
_MAX_WINDOW = 8 * 1024 * 1024  # what RFC 9659 lets a sender of zstd ask for
_ZSTD_SLICE = 64  # bytes; one block of a few bytes may stand for 128 KiB


class _TooBigError(Exception):
    """The decoded bytes are more than the limit."""


def decode_body(raw: bytes, coding: str | None, limit: int = BODY_LIMIT) -> tuple[bytes | None, BodyState]:
    """Take the content coding (the value of ``Content-Encoding``) off a body; never raises.

    Returns the bytes and ``recorded``, or None and the reason: ``empty``,
    ``too_big`` (more than ``limit`` bytes), ``undecodable``.

    >>> decode_body(zlib.compress(b"ev=PageView"), "deflate")
    (b'ev=PageView', <BodyState.RECORDED: 'recorded'>)
    >>> decode_body(b"ev=PageView", "gzip")
    (None, <BodyState.UNDECODABLE: 'undecodable'>)
    """
    names = [name for part in (coding or "").split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if not raw:
        return None, BodyState.EMPTY
    if len(names) > _MAX_CODINGS:
        return None, BodyState.UNDECODABLE
    body = raw
    try:
        for name in reversed(names):
            body = _DECODERS[name](body, limit)
    except _TooBigError:
        return None, BodyState.TOO_BIG
    except Exception:
        # The decoders of zlib, zstandard and brotli share no class of error, an unknown name is a KeyError,
        # a missing brotli an ImportError: whatever it was, the body could not be decoded.
        return None, BodyState.UNDECODABLE
    if len(body) > limit:
        return None, BodyState.TOO_BIG
    return (body, BodyState.RECORDED) if body else (None, BodyState.EMPTY)


def _inflate(raw: bytes, window: int, limit: int) -> tuple[bytes, bytes]:
    decoder = zlib.decompressobj(window)
    body = decoder.decompress(raw, limit + 1)
    if len(body) > limit:
        raise _TooBigError
    if not decoder.eof:
        raise ValueError("ends early")
    return body, decoder.unused_data


def _gzip(raw: bytes, limit: int) -> bytes:
    body, rest = _inflate(raw, zlib.MAX_WBITS | 16, limit)
    while rest[:2] == b"\x1f\x8b":  # further members belong to the body, anything else is padding
        more, rest = _inflate(rest, zlib.MAX_WBITS | 16, limit - len(body))
        body += more
    return body


def _deflate(raw: bytes, limit: int) -> bytes:
    try:
        return _inflate(raw, zlib.MAX_WBITS, limit)[0]
    except zlib.error:  # the name promises zlib; some senders leave its frame away
        return _inflate(raw, -zlib.MAX_WBITS, limit)[0]


def _zstd(raw: bytes, limit: int) -> bytes:
    # Imported here: few bodies are coded this way, and every start would pay for it.
    import zstandard

    body = bytearray()
    rest = raw
    while rest:
        decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).decompressobj()
        for start in range(0, len(rest), _ZSTD_SLICE):
            body += decoder.decompress(rest[start : start + _ZSTD_SLICE])
            if len(body) > limit:
                raise _TooBigError
            if decoder.eof:
                rest = decoder.unused_data + rest[start + _ZSTD_SLICE :]
                break
        else:
            raise ValueError("ends early")
    return bytes(body)


def _brotli(raw: bytes, limit: int) -> bytes:
    # Imported here: few bodies are coded this way, and every start would pay for it.
    import brotli  # type: ignore[import-untyped]  # optional, and without types

    decoder = brotli.Decompressor()
    body = bytes(decoder.process(raw, output_buffer_limit=limit + 1))
    while len(body) <= limit and not decoder.is_finished():
        more = bytes(decoder.process(b"", output_buffer_limit=limit + 1 - len(body)))
        if not more:
            raise ValueError("ends early")
        body += more
    if len(body) > limit:
        raise _TooBigError
    return body


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
    "br": _brotli,
}
