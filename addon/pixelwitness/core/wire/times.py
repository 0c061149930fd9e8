"""Times: POSIX seconds inside, one text form outside."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def time_text(seconds: float | None) -> str | None:
    """Write a time as ``YYYY-MM-DDTHH:MM:SS.mmmZ``; None for none, and for what no calendar holds.

    >>> time_text(1795300000.12345), time_text(None), time_text(1e300)
    ('2026-11-21T22:26:40.123Z', None, None)
    """
    if seconds is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
    except (OverflowError, ValueError):
        return None
    # Ten times as fast as strftime, and a live proxy waits for it.
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
