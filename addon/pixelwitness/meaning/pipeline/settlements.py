"""Settlements: rows of live traffic whose request has not ended yet, and what its end changes in them.

Owns the memory of what waits, bounded, and the amendments.  It keeps ids and deliveries, never
what was sent; what is let go of stays ``unknown``.  A recording that is read whole has nothing
to settle.
"""

from collections.abc import Iterator

import msgspec

from pixelwitness.core.exposure import records
from pixelwitness.core.join.folding import Folding, Group
from pixelwitness.core.wire.delivery import Delivery, Outcome, Settling, delivery_of_copies
from pixelwitness.core.wire.exchange import Tally
from pixelwitness.meaning.pipeline.redacted_items import RedactedSighting

CHANGED = Outcome(Delivery.STOPPED, "changed by the operator")
"""What the site asked for did not leave as it was; another copy of the event may have."""


class _Waiting(msgspec.Struct):
    """The rows of one request."""

    settling: Settling
    by_operator: bool
    contacts: list[str] = []
    transmissions: list[tuple[str, str, list[Settling]]] = []
    """(id, id of the event, what became of all copies of the event)"""


class Settlements:
    """What waits for its end in one session, by the position of the request; ``most`` requests, 0 for none."""

    def __init__(self, recording_id: str, tally: Tally, folding: Folding[RedactedSighting], most: int) -> None:
        self._recording_id = recording_id
        self._tally = tally
        self._folding = folding
        self._most = most
        self._waiting: dict[int, _Waiting] = {}

    def await_contact(self, contact: RedactedSighting) -> None:
        """Remember a contact's row whose delivery is not known yet."""
        waiting = self._await(contact)
        if waiting is not None:
            waiting.contacts.append(contact.id_in(self._recording_id))

    def await_transmission(self, member: RedactedSighting, group: Group[RedactedSighting]) -> None:
        """Remember a transmission's row whose delivery is not known yet, and its event's."""
        waiting = self._await(member)
        if waiting is not None:
            ids = member.id_in(self._recording_id), group.first.id_in(self._recording_id)
            waiting.transmissions.append((*ids, group.copies))

    def settle(self, position: int, outcome: Outcome, *, by_operator: bool) -> Iterator[records.Amendment]:
        """Yield what the outcome of a request changes in its rows; nothing where none waits for it."""
        waiting = self._waiting.pop(position, None)
        if waiting is None:
            return
        if not waiting.by_operator:
            self._tally.settle(outcome.delivery, by_operator=by_operator)
        events = {event_id: copies for _, event_id, copies in waiting.transmissions}
        before = {event_id: _delivery_of(copies) for event_id, copies in events.items()}
        alone = {event_id for event_id, copies in events.items() if all(one is waiting.settling for one in copies)}
        waiting.settling.outcome = CHANGED if by_operator and len(alone) < len(events) else outcome
        delivery, reason = waiting.settling.outcome
        stated: dict[str, records.Amended] = {"delivery": delivery, "delivery_reason": reason}
        for transmission_id, _, _ in waiting.transmissions:
            yield records.Amendment(table="transmissions", id=transmission_id, values=stated)
        for event_id, copies in events.items():
            changed: dict[str, records.Amended] = {}
            if (now := _delivery_of(copies)) is not before[event_id]:
                changed["delivery"] = now
            if by_operator and event_id in alone:
                changed["sender"] = "operator"
                self._folding.part(copies)
            if changed:
                yield records.Amendment(table="events", id=event_id, values=changed)
        owned: dict[str, records.Amended] = {"sender": "operator"} if by_operator else {}
        for contact_id in waiting.contacts:
            yield records.Amendment(table="contacts", id=contact_id, values=stated | owned)

    def _await(self, sighting: RedactedSighting) -> _Waiting | None:
        request = sighting.request
        if not self._most or request.blocked or request.outcome.delivery is not Delivery.UNKNOWN:
            return None
        waiting = self._waiting.get(request.position)
        if waiting is None:
            if len(self._waiting) >= self._most:
                del self._waiting[next(iter(self._waiting))]
            waiting = self._waiting[request.position] = _Waiting(request.settling, request.by_operator)
        return waiting


def _delivery_of(copies: list[Settling]) -> Delivery:
    return delivery_of_copies(copy.outcome.delivery for copy in copies)
