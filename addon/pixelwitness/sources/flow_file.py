"""mitmproxy's flow files: the frames of the file, and the exchanges of the flows in them.

Owns the format of the file, and that a flow that is cut or damaged costs no other.
Must not know rules, the store or the addon.  Needs mitmproxy.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from mitmproxy import http
from mitmproxy.flow import Flow
from mitmproxy.io import compat, tnetstring

from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.wire.exchange import Exchange, Problem, Reading
from pixelwitness.sources.flow_exchange import destination_of, exchange_of, lacks_body, may_be_page, wants

_LONGEST_PREFIX = 12
_WINDOW = 1 << 20
_FRAME_HEAD = re.compile(rb"\d{2,12}:(?=\d{1,3}:)")


def read_flows(path: Path, screen: Screen) -> Reading:
    """Return what a flow file holds, in its order; the position of an exchange is the number of its flow, from 0.

    A flow that cannot be read costs no other: the reader goes on with the next.  A
    file that is cut or damaged leaves the reading incomplete and says where.
    """
    reading = Reading(exchanges=iter(()), kind="flows", exporter="mitmproxy")
    reading.exchanges = _exchanges(path, screen, reading)
    return reading


def _exchanges(path: Path, screen: Screen, reading: Reading) -> Iterator[Exchange]:
    with path.open("rb") as file:
        for position, frame in _frames(file, reading):
            flow = _decode_flow(frame, position, reading)
            if flow is None:
                continue
            try:
                exchange = _exchange(flow, position, screen, reading)
            except Exception:  # whatever a flow holds costs that flow alone
                reading.tally.rejected += 1
                reading.problems.append(Problem(f"flow {position}", "a request that cannot be read; left out"))
                continue
            if exchange is not None:
                yield exchange


def _decode_flow(frame: memoryview, position: int, reading: Reading) -> http.HTTPFlow | None:
    try:
        state = tnetstring.parse(frame[-1], frame[:-1])
        flow = Flow.from_state(compat.migrate_flow(cast("dict[bytes | str, object]", state)))
    except Exception:  # mitmproxy's reader raises whatever a damaged state makes it raise
        reading.complete = False
        reading.tally.rejected += 1
        reading.problems.append(Problem(f"flow {position}", "not a flow that this mitmproxy can read; left out"))
        return None
    if not isinstance(flow, http.HTTPFlow) or flow.request.first_line_format == "authority":
        reading.tally.not_requests += 1
        return None
    return flow


def _exchange(flow: http.HTTPFlow, position: int, screen: Screen, reading: Reading) -> Exchange | None:
    if lacks_body(flow):
        reading.tally.bodies_not_recorded += 1
    if not wants(screen, flow) and not may_be_page(flow, destination_of(flow)):
        reading.tally.other += 1
        return None
    exchange = exchange_of(flow, position)
    if reading.user_agent is None:
        reading.user_agent = exchange.request.header_map.get("user-agent")
    return exchange


def _frames(file: BinaryIO, reading: Reading) -> Iterator[tuple[int, memoryview]]:
    """Yield number and bytes of each flow, the type mark after them; a damaged stretch counts as one flow."""
    size = file.seek(0, 2)
    at = number = 0
    while at < size:
        frame = _frame_at(file, at, size)
        if frame is None:
            at, is_found = _next_frame(file, at + 1, size)
            reading.complete = False
            reading.tally.rejected += 1
            rest = "went on with the next flow" if is_found else "nothing readable follows"
            reading.problems.append(Problem(f"flow {number}", f"cut or damaged bytes; {rest}"))
        else:
            start, length = frame
            file.seek(start)
            yield number, memoryview(file.read(length + 1))
            at = start + length + 1
        number += 1


def _frame_at(file: BinaryIO, at: int, size: int) -> tuple[int, int] | None:
    """Return start and length of the frame that begins at an offset: ``<length>:<bytes>}``, else None."""
    file.seek(at)
    head = file.read(_LONGEST_PREFIX + 1)
    digits, colon, _ = head.partition(b":")
    if not colon or not digits.isdigit():
        return None
    start, length = at + len(digits) + 1, int(digits)
    if start + length + 1 > size:
        return None
    file.seek(start + length)
    return (start, length) if file.read(1) == b"}" else None


def _next_frame(file: BinaryIO, at: int, size: int) -> tuple[int, bool]:
    """Return the offset of the next frame that stands between others or ends the file, else the end of the file."""
    while at < size:
        file.seek(at)
        window = file.read(_WINDOW)
        for head in _FRAME_HEAD.finditer(window):
            frame = _frame_at(file, at + head.start(), size)
            if frame is not None and _is_flow(file, frame, size):
                return at + head.start(), True
        # A head that lies across the edge is met again in the next window.
        at += max(len(window) - _LONGEST_PREFIX - 4, 1)
    return size, False


def _is_flow(file: BinaryIO, frame: tuple[int, int], size: int) -> bool:
    """Say whether a frame holds a flow of ours, not a dictionary inside a damaged one."""
    start, length = frame
    end = start + length + 1
    if length < 200 or not (end == size or _frame_at(file, end, size) is not None):
        return False
    file.seek(start)
    frame_bytes = memoryview(file.read(length))
    try:
        state = tnetstring.parse(ord("}"), frame_bytes)
    except Exception:  # as in `_decode_flow`
        return False
    return isinstance(state, dict) and ("version" in state or b"version" in state)
