"""Invented events and contacts as the store holds them, for tests of what is made of them."""

from typing import Any

import msgspec

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Contact, Event, Field, Finding, Recording, Signal, Transmission, Visit

REC = "aaaa000011112222"


def recording(**changed: Any) -> Recording:
    values: dict[str, Any] = {
        "id": REC,
        "sources": ("shop.har",),
        "kind": "har",
        "sha256": "a" * 64,
        "exporter": "WebInspector 537.36",
        "user_agent": None,
        "first_seen": "2026-11-20T10:00:00.000Z",
        "last_seen": "2026-11-20T10:05:00.000Z",
        "complete": True,
        "tool_version": "0.1.0",
        "rules_sha256": "b" * 64,
        "knowledge_sha256": "c" * 64,
        "suffix_list": "bundled",
        "options": '{"keep_values": false}',
        "cookies_recorded": True,
        "requests_seen": 10,
        "requests_matched": 4,
        "requests_other": 6,
        "undecodable": 0,
        "rejected": 0,
        "blocked": 0,
        "not_requests": 0,
        "bodies_not_recorded": 0,
        "tls_refused": 0,
        "dropped": 0,
        "rule_faults": 0,
    }
    return Recording(**values | changed)


def visit(site: str | None = "shop.example", position: int = 0) -> Visit:
    return Visit(
        id=f"{REC}-{position}",
        recording_id=REC,
        position=position,
        site=site,
        page_url=f"https://{site}/",
        status=200,
        seen_at="2026-11-20T10:00:00.000Z",
        attributed_by="document",
    )


def signal(
    state: str | None = "granted", site: str | None = "shop.example", position: int = 2, **changed: Any
) -> Signal:
    values: dict[str, Any] = {
        "id": f"{REC}-{position}",
        "recording_id": REC,
        "visit_id": None,
        "position": position,
        "site": site,
        "seen_at": f"2026-11-20T10:00:{position:02d}.000Z",
        "rule_id": "signal-onetrust",
        "rule_version": 1,
        "kind": "onetrust",
        "state": state,
    }
    return Signal(**values | changed)


def datum(
    name: str,
    data_class: str,
    form: str = "plain",
    value: str | None = None,
    *,
    matching: str = "manual",
    token: str | None = None,
) -> Field:
    return Field(
        transmission_id=None,
        contact_id=None,
        field=name,
        ordinal=0,
        data_class=data_class,
        form=form,
        matching=matching,
        length=len(value or "something"),
        value_token=token or f"token of {name} {value}",
        value=value,
    )


def event(
    name: str | None = "PageView",
    *fields: Field,
    site: str | None = "shop.example",
    position: int = 1,
    **changed: Any,
) -> SeenEvent:
    """Return an event of one transmission; ``changed`` goes to the one of the two that has the attribute."""
    own = f"{changed.get('recording_id', REC)}-{position}"
    values: dict[str, Any] = {
        "id": own,
        "recording_id": REC,
        "visit_id": None,
        "seen_at": f"2026-11-20T10:00:{position:02d}.000Z",
        "channel": "pixel",
        "rule_id": "meta-pixel-event",
        "confidence": "certain",
        "pixel_id": "1234567890123456",
        "event_name": name,
        "event_kind": "standard",
        "dedup_id": None,
        "dedup_token": None,
        "dedup_form": None,
        "page_site": site,
        "page_url": f"https://{site}/boots" if site else None,
        "attributed_by": "dl",
        "attribution_certainty": "certain" if site else None,
        "transmissions": 1,
        "blocked": False,
        "delivery": "stopped" if changed.get("blocked") else "answered",
        "sender": "site",
    }
    carried: dict[str, Any] = {
        "id": own,
        "event_id": own,
        "recording_id": REC,
        "position": position,
        "part": None,
        "item": None,
        "line": 100 + position,
        "seen_at": values["seen_at"],
        "rule_id": "meta-pixel-event",
        "rule_version": 1,
        "channel": "pixel",
        "receiver_host": "www.facebook.com",
        "first_party": False,
        "method": "GET",
        "transport": "image",
        "body_state": "empty",
        "blocked": False,
        "also_matched": (),
        "delivery": values["delivery"],
        "delivery_reason": None,
    }
    for key, value in changed.items():
        assert key in values or key in carried, key
        if key in values:
            values[key] = value
        if key in carried:
            carried[key] = value
    owned = tuple(msgspec.structs.replace(field, transmission_id=carried["id"]) for field in fields)
    return SeenEvent(Event(**values), (Transmission(**carried),), owned)


def contact(channel: str = "library", *fields: Field, site: str | None = "shop.example", **changed: Any) -> SeenContact:
    values: dict[str, Any] = {
        "id": f"{REC}-90",
        "recording_id": REC,
        "visit_id": None,
        "position": 90,
        "part": None,
        "line": 190,
        "seen_at": "2026-11-20T10:01:00.000Z",
        "channel": channel,
        "rule_id": "meta-pixel-library",
        "rule_version": 1,
        "confidence": "certain",
        "pixel_id": None,
        "page_site": site,
        "page_url": f"https://{site}/" if site else None,
        "attributed_by": "referer",
        "attribution_certainty": "likely" if site else None,
        "receiver_host": "connect.facebook.net",
        "first_party": False,
        "method": "GET",
        "body_state": "empty",
        "blocked": False,
        "also_matched": (),
        "delivery": "stopped" if changed.get("blocked") else "answered",
        "delivery_reason": None,
        "sender": "site",
    }
    row = Contact(**values | changed)
    return SeenContact(row, tuple(msgspec.structs.replace(field, contact_id=row.id) for field in fields))


EMAIL = datum("ud.em", "email", "sha256", token="jane")
FBP = datum("fbp", "browser_id")
BOOTS = (
    datum("cd.content_name", "product", value="hiking boots"),
    datum("cd.currency", "money", value="EUR"),
    datum("cd.value", "money", "number", value="89"),
)
BOOTS_NOT_KEPT = (datum("cd.content_name", "product", token="boots"), *BOOTS[1:])


def finding(
    kind: str, label: str, evidence: str = "a word of ours", field: str | None = None, **changed: Any
) -> Finding:
    values: dict[str, Any] = {
        "event_id": f"{REC}-1",
        "contact_id": None,
        "visit_id": None,
        "recording_id": REC,
        "kind": kind,
        "label": label,
        "field": field,
        "certainty": "certain",
        "evidence": evidence,
        "knowledge_version": "1",
        "fingerprint": "f" * 32,
    }
    return Finding(**values | changed)
