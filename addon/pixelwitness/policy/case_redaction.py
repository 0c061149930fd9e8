"""Redaction of a case: a database that holds values, judged as if it held none.

Owns what of its events and contacts may be named by an output that ends in a log or a
repository: names without what a detector objects to, and of a page its host.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.wire.sites import host_of
from pixelwitness.meaning.keep.name_redaction import stored_host, without_objection

_PIXEL_ID = re.compile(r"\d{5,25}", re.ASCII)
"""What any detector of long numbers would object to, and is the receiver's public number."""


def redact_events(events: Iterable[SeenEvent]) -> Iterator[SeenEvent]:
    """Yield events as a scan that keeps no values would name them."""
    for seen in events:
        event = seen.event
        yield replace(
            seen,
            event=msgspec.structs.replace(
                event,
                event_name=None if event.event_name is None else without_objection(event.event_name),
                pixel_id=_redact_pixel(event.pixel_id),
                page_url=_redact_url(event.page_url),
            ),
        )


def redact_contacts(contacts: Iterable[SeenContact]) -> Iterator[SeenContact]:
    """Yield contacts likewise."""
    for seen in contacts:
        contact = seen.contact
        yield replace(
            seen,
            contact=msgspec.structs.replace(
                contact, pixel_id=_redact_pixel(contact.pixel_id), page_url=_redact_url(contact.page_url)
            ),
        )


def _redact_pixel(pixel_id: str | None) -> str | None:
    return pixel_id if pixel_id is None or _PIXEL_ID.fullmatch(pixel_id) else without_objection(pixel_id)


def _redact_url(url: str | None) -> str | None:
    host = host_of(url) if url else ""
    return f"https://{stored_host(host)}/" if host else None
