"""The text of ``guard``: which entries of a recording hold something that lets others in, never what.

Owns the words for places and what would be right.
"""

import textwrap
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pixelwitness.meaning.spot.session_secrets import SecretPlace
from pixelwitness.report.wording.plain_text import WIDTH
from pixelwitness.report.wording.safe_text import counted, listed, safe_text

MAX_ENTRIES = 20
"""Entries of one recording that are told one by one."""

PLACES: Mapping[SecretPlace, str] = MappingProxyType(
    {
        SecretPlace.COOKIE: "cookies that were sent",
        SecretPlace.SET_COOKIE: "cookies that were set",
        SecretPlace.HEADER: "a header that authorises",
        SecretPlace.ADDRESS: "a token or password in an address",
        SecretPlace.BODY: "a token or password in what was sent",
        SecretPlace.ANSWER: "a token in the answer",
    }
)

_RIGHT = (
    "to fix: save the recording again without them (Chrome's Export HAR (sanitized), browsertime's "
    "--cleanSensitiveHeaders), or put REDACTED in the place of each value, or keep the file out of the "
    "repository and commit what pixelwitness report says of it. Whoever had the file could use the "
    "sessions: end them by logging out."
)


def describe_entry(name: str, position: int, line: int | None, places: tuple[SecretPlace, ...]) -> str:
    """Return the line for one entry of a recording; ``name`` is shown as text."""
    at = f":{line}" if line is not None else ""
    return f"{safe_text(name, 400)}{at}: entry {position}: {listed([PLACES[place] for place in places])}"


def closing_lines(requests: int, held: int, recordings: int) -> Iterator[str]:
    """Yield what all of it comes to, and what would be right where something was found."""
    if held:
        yield from textwrap.wrap(_RIGHT, WIDTH)
    found = f"{counted(held, 'request')} of {requests:,} hold" if held != 1 else f"1 request of {requests:,} holds"
    yield f"{counted(recordings, 'recording')}: {found} what would let others in"


def count_further(name: str, number: int) -> str:
    """Return the line for entries that are not told one by one."""
    return f"{safe_text(name, 400)}: … and {counted(number, 'further entry', 'further entries')}"
