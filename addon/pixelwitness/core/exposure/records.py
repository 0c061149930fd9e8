"""The finished records: one class per table of the store, nothing in them that may not be kept.

Owns the shape of what crosses from understanding to storing (and, live, the queue
and the spill file between them).  Column for attribute, in the order of the
tables.  Times are ``YYYY-MM-DDTHH:MM:SS.mmmZ``; a list is a JSON array.
Ids come from coordinates: ``<recording>-<position>[.<part>][-<item>]``.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type Text = str | None


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A row to be."""


class Recording(Record, frozen=True, kw_only=True):
    id: str
    sources: tuple[str, ...]
    kind: str
    sha256: Text
    exporter: Text
    user_agent: Text
    first_seen: Text
    last_seen: Text
    complete: bool
    tool_version: str
    rules_sha256: str
    knowledge_sha256: str
    suffix_list: str
    options: str
    """JSON object of the options that change rows, and ``scan``, the number of the way in which they were made."""
    cookies_recorded: bool
    requests_seen: int
    requests_matched: int
    requests_other: int
    undecodable: int
    rejected: int
    blocked: int
    not_requests: int
    bodies_not_recorded: int
    tls_refused: int
    dropped: int
    rule_faults: int
    delivery_failed: int = 0
    """Of the requests that a rule matched, those of which it is proved that nothing left, as the next one."""
    delivery_stopped: int = 0
    delivery_cached: int = 0
    """Of those, requests that the browser answered from its cache."""
    delivery_unknown: int = 0
    """Of those, requests of which it was not recorded whether they left."""
    by_operator: int = 0
    """Of those, requests that whoever runs the proxy replayed or changed."""
    within_meta: int = 0
    """Of the others, requests to a host of Meta's from a page of Meta's own that no rule knows."""
    changed: int = 0
    """Requests that another addon of the proxy changed: only what was asked for is known, or only what left."""


MADE_UNDER = ("rules_sha256", "knowledge_sha256", "options")
"""Columns of a recording that decide what rows its bytes give, beside the study's key, of which a database has one:
where they are equal in two scans of the same bytes, so are the rows."""


class Visit(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    position: int
    site: Text
    page_url: Text
    status: int | None
    seen_at: Text
    attributed_by: Text


class Event(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    visit_id: Text
    seen_at: Text
    channel: str
    rule_id: str
    confidence: str
    pixel_id: Text
    event_name: Text
    event_kind: str
    dedup_id: Text
    dedup_token: Text
    dedup_form: Text
    page_site: Text
    page_url: Text
    attributed_by: str
    attribution_certainty: Text
    transmissions: int
    blocked: bool
    delivery: str = "unknown"
    """Of its transmissions the surest that it was told."""
    sender: str = "site"
    """``site``, ``app:<package>`` or ``operator``, whoever runs the proxy."""


class Transmission(Record, frozen=True, kw_only=True):
    id: str
    event_id: str
    recording_id: str
    position: int
    part: int | None
    item: int | None
    line: int | None
    seen_at: Text
    rule_id: str
    rule_version: int
    channel: str
    receiver_host: str
    first_party: bool | None
    method: str
    transport: str
    body_state: str
    blocked: bool
    """Our own block kept it back."""
    also_matched: tuple[str, ...]
    delivery: str = "unknown"
    """What became of it: a value of ``core.wire.delivery.Delivery``."""
    delivery_reason: Text = None
    """What shows it, in words of ours or as a name of a closed list."""


class Field(Record, frozen=True):
    transmission_id: Text
    contact_id: Text
    field: str
    ordinal: int
    data_class: str
    form: str
    matching: str
    length: int
    value_token: str
    value: Text


class Contact(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    visit_id: Text
    position: int
    part: int | None
    line: int | None
    seen_at: Text
    channel: str
    rule_id: str
    rule_version: int
    confidence: str
    pixel_id: Text
    page_site: Text
    page_url: Text
    attributed_by: str
    attribution_certainty: Text
    receiver_host: str
    first_party: bool | None
    method: str
    body_state: str
    blocked: bool
    also_matched: tuple[str, ...]
    delivery: str = "unknown"
    delivery_reason: Text = None
    sender: str = "site"


class Signal(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    visit_id: Text
    position: int
    site: Text
    seen_at: Text
    rule_id: str
    rule_version: int
    kind: str
    state: Text


class Observation(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    visit_id: Text
    position: int
    site: Text
    seen_at: Text
    kind: str
    rule_id: str
    rule_version: int
    confidence: str
    evidence: Text


class PixelConfig(Record, frozen=True, kw_only=True):
    id: str
    recording_id: str
    visit_id: Text
    position: int
    site: Text
    pixel_id: Text
    seen_at: Text
    key: str
    value: str


class Finding(Record, frozen=True, kw_only=True):
    event_id: Text
    contact_id: Text
    visit_id: Text
    recording_id: str
    kind: str
    label: str
    field: Text
    certainty: str
    evidence: Text
    knowledge_version: Text
    fingerprint: Text = None


type Amended = Text | int | bool | tuple[str, ...]

AMENDABLE: Mapping[str, frozenset[str]] = {
    "recordings": frozenset({"sources"}),
    "events": frozenset({"delivery", "sender"}),
    "transmissions": frozenset({"delivery", "delivery_reason"}),
    "contacts": frozenset({"delivery", "delivery_reason", "sender"}),
}
"""Table to the columns whose values may change once a row is stored."""


class Amendment(Record, frozen=True, kw_only=True):
    """What became known of a row after it was made: new values for some of its columns.

    The one way by which what comes later changes a stored row, through the same queue and spill as all records.
    It takes effect behind the records before it, and states values, no differences: the same again changes nothing.
    One for a row that is not stored, or for a column that `AMENDABLE` does not name, is refused and counted.
    """

    table: str
    id: str
    values: dict[str, Amended]


type AnyRecord = (
    Recording
    | Visit
    | Event
    | Transmission
    | Field
    | Contact
    | Signal
    | Observation
    | PixelConfig
    | Finding
    | Amendment
)


def holds_rows(batch: Iterable[AnyRecord]) -> bool:
    """Say whether a request is missing where these are: counts come again, and an amendment only adds to a row."""
    return any(not isinstance(record, Recording | Amendment) for record in batch)


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
