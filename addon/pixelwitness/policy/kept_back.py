"""What was kept back of an event that went all the same: copies that are proved not to have left.

Owns how such copies are judged: as an event that the site tried to send.  Pure.
"""

from dataclasses import replace

import msgspec

from pixelwitness.core.exposure.exposure import SeenEvent
from pixelwitness.core.exposure.outcome import SENT, outcome_of
from pixelwitness.core.wire.delivery import Delivery, delivery_of_copies


def kept_back(seen: SeenEvent) -> SeenEvent | None:
    """Return an event as its copies alone show it that did not leave; None where there are none, or no others."""
    if seen.outcome not in SENT:
        return None
    copies = tuple(
        copy
        for copy in seen.transmissions
        if (outcome := outcome_of(copy.delivery, blocked=copy.blocked)) is not None and outcome not in SENT
    )
    if not copies:
        return None
    event = msgspec.structs.replace(
        seen.event,
        delivery=delivery_of_copies([Delivery(copy.delivery) for copy in copies]),
        blocked=all(copy.blocked for copy in copies),
    )
    return replace(seen, event=event, transmissions=copies)
