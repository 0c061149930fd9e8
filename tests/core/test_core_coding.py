"""Content codings: what they hold comes off, bombs stay small, rubbish is told."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.core.wire.content_coding import decode_body
from pixelwitness.core.wire.request import BODY_LIMIT, BodyState

gzipped = partial(gzip.compress, mtime=0)  # a test's name holds its bytes: no time of day in them


BODY = b'{"event_name": "Purchase"}' * 20
brotli = pytest.importorskip("brotli", reason="brotli comes with the extra `live`")

RAW_DEFLATE = zlib.compress(BODY)[2:-4]
ZSTD = zstandard.ZstdCompressor().compress(BODY)
RECORDED, UNDECODABLE, TOO_BIG = BodyState.RECORDED, BodyState.UNDECODABLE, BodyState.TOO_BIG

GOOD: list[tuple[str | None, bytes]] = [
    (None, BODY),
    ("", BODY),
    ("identity", BODY),
    ("gzip", gzipped(BODY)),
    (" GZIP ", gzipped(BODY)),
    ("x-gzip", gzipped(BODY)),
    ("gzip", gzipped(BODY[:100]) + gzipped(BODY[100:])),
    ("gzip", gzipped(BODY) + b"\0\0\0"),
    ("deflate", zlib.compress(BODY)),
    ("deflate", RAW_DEFLATE),
    ("zstd", ZSTD),
    ("zstd", zstandard.ZstdCompressor(write_content_size=False).compress(BODY)),
    ("zstd", zstandard.ZstdCompressor().compress(BODY[:100]) + zstandard.ZstdCompressor().compress(BODY[100:])),
    ("br", brotli.compress(BODY)),
    ("gzip, br", brotli.compress(gzipped(BODY))),
    ("identity, deflate,,gzip", gzipped(zlib.compress(BODY))),
]


@pytest.mark.parametrize(("coding", "raw"), GOOD)
def test_every_coding_comes_off(coding: str | None, raw: bytes) -> None:
    assert decode_body(raw, coding) == (BODY, RECORDED)


BAD: list[tuple[str | None, bytes]] = [
    ("gzip", BODY),
    ("gzip", gzipped(BODY)[:-9]),
    ("gzip", gzipped(BODY)[:-8] + b"\0" * 8),
    ("deflate", BODY),
    ("zstd", BODY),
    ("zstd", ZSTD[:-3]),
    ("br", b"\xff" * 20),
    ("br", brotli.compress(BODY)[:-3]),
    ("compress", BODY),
    ("gzip, unheard-of", gzipped(BODY)),
    (", ".join(["gzip"] * 9), BODY),
]


@pytest.mark.parametrize(("coding", "raw"), BAD)
def test_what_cannot_be_decoded_is_told(coding: str | None, raw: bytes) -> None:
    assert decode_body(raw, coding) == (None, UNDECODABLE)


def test_nothing_is_empty() -> None:
    assert decode_body(b"", "gzip") == (None, BodyState.EMPTY)
    assert decode_body(gzipped(b""), "gzip") == (None, BodyState.EMPTY)


@pytest.mark.parametrize(("size", "state"), [(BODY_LIMIT, RECORDED), (BODY_LIMIT + 1, TOO_BIG)])
@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "zstd", "br"])
def test_the_limit_is_exact(size: int, state: BodyState, coding: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress, "br": brotli.compress}
    raw = pack.get(coding, bytes)(bytes(size))
    assert decode_body(raw, coding)[1] is state


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda zeros: gzipped(zeros, 9),
    "deflate": lambda zeros: zlib.compress(zeros, 9),
    "br": lambda zeros: brotli.compress(zeros, quality=5),
    "zstd": zstandard.compress,
    "gzip, gzip": lambda zeros: gzipped(gzipped(zeros)),
}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_costs_little(coding: str) -> None:
    raw = BOMBS[coding](bytes(30_000_000))
    decode_body(gzipped(b"a"), coding)  # import what is imported late
    started = time.process_time()
    assert decode_body(raw, coding) == (None, TOO_BIG)
    assert time.process_time() - started < 5  # no measurement: an unbounded decoder would take minutes
    tracemalloc.start()
    decode_body(raw, coding)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


@given(raw=st.binary(max_size=60), coding=st.sampled_from(["gzip", "deflate", "zstd", "br", "br, gzip", "zstd,zstd"]))
def test_any_bytes_are_decoded_without_an_exception(raw: bytes, coding: str) -> None:
    body, state = decode_body(raw, coding)
    assert (body is not None) == (state is RECORDED)
