"""What was found, before anything is known of pages or of meaning.

Owns the frozen records that detection yields.  Values in them are as captured:
they live in memory only, and ``meaning`` makes the redacted records of them that
may be stored.
"""

from collections.abc import Mapping

import msgspec

from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.detect.transport import Transport
from pixelwitness.core.wire.request import Request


class Field(msgspec.Struct, frozen=True, gc=False):
    """One datum of a transmission, named by its origin (``ud.em``, ``user_data.em``, ``cd.value``)."""

    name: str
    text: str
    ordinal: int = 0
    """Counts up where a name occurs again."""


class PageClaims(msgspec.Struct, frozen=True, gc=False):
    """What a request says of the page it came from; each a URL or a host, None when it says nothing."""

    stated: tuple[tuple[str, str], ...] = ()
    """(attributed_by, URL): what the payload states, best first."""
    in_frame: bool = False
    """The payload says that it was sent from a frame (``if=true``)."""
    says_top: bool = False
    """The payload says that it was not (``if=false``)."""
    referer: str | None = None
    origin: str | None = None

    @property
    def page(self) -> str | None:
        """What the request says of its page first, None when it says nothing."""
        return self.stated[0][1] if self.stated else self.referer


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """What one rule makes of one request, or of one item of it."""

    request: Request
    rule: Rule
    item: int | None = None
    pixel_id: str | None = None
    event_name: str | None = None
    dedup_id: str | None = None
    sent_at: str | None = None
    counter: str | None = None
    is_copy: bool = False
    transport: Transport = Transport.UNKNOWN
    claims: PageClaims = PageClaims()
    fields: tuple[Field, ...] = ()
    also_matched: tuple[str, ...] = ()
    cut: bool = False
    """There was more in the request than is kept; the rest was not read."""


class Sign(msgspec.Struct, frozen=True, gc=False):
    """A signal or an observation: its kind and the value behind it, which only ``meaning`` reads."""

    request: Request
    rule: Rule
    kind: str
    value: str | None
    fields: tuple[Field, ...] = ()
    cut: bool = False
    """As of a `Sighting`."""


class Detection(msgspec.Struct, frozen=True, gc=False):
    """Everything one request gave; empty when no rule matched."""

    events: tuple[Sighting, ...] = ()
    contacts: tuple[Sighting, ...] = ()
    signals: tuple[Sign, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.events or self.contacts or self.signals)

    @property
    def cut(self) -> bool:
        """Say whether anything was left out because there was too much of it."""
        return any(
            item.cut or item.request.cut for items in (self.events, self.contacts, self.signals) for item in items
        )


NOTHING = Detection()


def as_mapping(sighting: Sighting) -> Mapping[str, object]:
    """Return a sighting as an example of a rule states it: what is None or empty is left out.

    A field that occurs once is its text, one that occurs again a list.
    """
    fields: dict[str, str | list[str]] = {}
    for field in sighting.fields:
        present = fields.get(field.name)
        if present is None:
            fields[field.name] = field.text
        elif isinstance(present, list):
            present.append(field.text)
        else:
            fields[field.name] = [present, field.text]
    plain: dict[str, object] = {
        "pixel_id": sighting.pixel_id,
        "event_name": sighting.event_name,
        "dedup_id": sighting.dedup_id,
        "fields": fields or None,
    }
    return {name: value for name, value in plain.items() if value is not None}
