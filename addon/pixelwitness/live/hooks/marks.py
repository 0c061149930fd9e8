"""Marks and comments on mitmproxy's flows: every flow to Meta is seen at a glance in mitmproxy's own interfaces.

Owns what a mark looks like.  Only mitmproxy's notes on a flow are written, nothing
that is sent.
"""

from collections.abc import Sequence

from mitmproxy import http

from pixelwitness.live.display.event_line import LONGEST, Told

PERSONAL, EVENT, CONTACT, BLOCKED = ":red_circle:", ":yellow_circle:", ":white_circle:", ":no_entry:"


def mark(flow: http.HTTPFlow, told: Sequence[Told]) -> None:
    """Mark a flow and say in its comment what it told Meta; marks and comments of the user's own stay."""
    if not told:
        return
    if not flow.marked:
        flow.marked = _mark_of(told)
    if not flow.comment:
        line = "; ".join(one.line for one in told[:5]) + (f"; and {len(told) - 5} more" if len(told) > 5 else "")
        flow.comment = line if len(line) <= 2 * LONGEST else line[: 2 * LONGEST - 1] + "…"


def _mark_of(told: Sequence[Told]) -> str:
    if all(one.blocked for one in told):
        return BLOCKED
    if any(one.is_personal for one in told):
        return PERSONAL
    return EVENT if any(one.is_event for one in told) else CONTACT
