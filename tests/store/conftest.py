"""Rows of an invented shop, and a child process to hurt, for the tests of the store."""

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pytest

from pixelwitness.core.exposure import records as r

SEEN = "2026-07-01T10:00:00.000Z"


@dataclass(frozen=True)
class Sample:
    """A recording and its rows, as a scan would hand them over."""

    recording: r.Recording
    rows: tuple[r.AnyRecord, ...]


def make_recording(ident: str, **changes: object) -> r.Recording:
    recording = r.Recording(
        id=ident,
        sources=(f"{ident}.har",),
        kind="har",
        sha256="0" * 64,
        exporter="Invented 1.0",
        user_agent=None,
        first_seen=SEEN,
        last_seen=SEEN,
        complete=True,
        tool_version="0.1.0",
        rules_sha256="a" * 64,
        knowledge_sha256="b" * 64,
        suffix_list="2026-06-01",
        options="{}",
        cookies_recorded=True,
        requests_seen=9,
        requests_matched=4,
        requests_other=5,
        undecodable=0,
        rejected=0,
        blocked=0,
        not_requests=0,
        bodies_not_recorded=0,
        tls_refused=0,
        dropped=0,
        rule_faults=0,
    )
    return msgspec.structs.replace(recording, **changes)


def make_visit(ident: str, recording: str, site: str | None = "shop.example") -> r.Visit:
    return r.Visit(
        id=ident,
        recording_id=recording,
        position=0,
        site=site,
        page_url="https://shop.example/boots",
        status=200,
        seen_at=SEEN,
        attributed_by="document",
    )


def make_event(ident: str, recording: str, **changes: object) -> r.Event:
    event = r.Event(
        id=ident,
        recording_id=recording,
        visit_id=None,
        seen_at=SEEN,
        channel="pixel",
        rule_id="meta-pixel-event",
        confidence="certain",
        pixel_id="1234567890123456",
        event_name="PageView",
        event_kind="standard",
        dedup_id=None,
        dedup_token=None,
        dedup_form=None,
        page_site="shop.example",
        page_url="https://shop.example/boots",
        attributed_by="dl",
        attribution_certainty="certain",
        transmissions=1,
        blocked=False,
    )
    return msgspec.structs.replace(event, **changes)


def make_transmission(ident: str, event: str, recording: str, **changes: object) -> r.Transmission:
    transmission = r.Transmission(
        id=ident,
        event_id=event,
        recording_id=recording,
        position=1,
        part=None,
        item=None,
        line=None,
        seen_at=SEEN,
        rule_id="meta-pixel-event",
        rule_version=1,
        channel="pixel",
        receiver_host="www.facebook.com",
        first_party=False,
        method="GET",
        transport="image",
        body_state="empty",
        blocked=False,
        also_matched=("meta-relay",),
    )
    return msgspec.structs.replace(transmission, **changes)


def make_contact(ident: str, recording: str, **changes: object) -> r.Contact:
    contact = r.Contact(
        id=ident,
        recording_id=recording,
        visit_id=None,
        position=2,
        part=None,
        line=None,
        seen_at=SEEN,
        channel="library",
        rule_id="meta-pixel-library",
        rule_version=1,
        confidence="certain",
        pixel_id=None,
        page_site="shop.example",
        page_url=None,
        attributed_by="referer",
        attribution_certainty="certain",
        receiver_host="connect.facebook.net",
        first_party=False,
        method="GET",
        body_state="empty",
        blocked=False,
        also_matched=(),
    )
    return msgspec.structs.replace(contact, **changes)


def make_field(subject: str, name: str, *, of_contact: bool = False, **changes: object) -> r.Field:
    field = r.Field(
        transmission_id=None if of_contact else subject,
        contact_id=subject if of_contact else None,
        field=name,
        ordinal=0,
        data_class="email",
        form="sha256",
        matching="manual",
        length=64,
        value_token="c" * 32,
        value=None,
    )
    return msgspec.structs.replace(field, **changes)


def make_finding(event: str, recording: str, **changes: object) -> r.Finding:
    finding = r.Finding(
        event_id=event,
        contact_id=None,
        visit_id=None,
        recording_id=recording,
        kind="personal_data",
        label="email",
        field="ud.em",
        certainty="certain",
        evidence="sha256",
        knowledge_version="1",
    )
    return msgspec.structs.replace(finding, **changes)


def make_sample(ident: str, events: int = 3, **changes: object) -> Sample:
    """Make a recording of one visit with that many events and a row in every other table."""
    visit = f"{ident}-0"
    rows: list[r.AnyRecord] = [make_visit(visit, ident)]
    for position in range(1, events + 1):
        one = f"{ident}-{position}"
        rows += [
            make_event(one, ident, visit_id=visit),
            make_transmission(one, one, ident, position=position),
            make_field(one, "ud.em"),
            make_field(one, "cd.value", data_class="value", form="plain", value="89"),
            make_finding(one, ident),
        ]
    contact = f"{ident}-{events + 1}"
    common = {"id": contact, "recording_id": ident, "visit_id": visit, "position": events + 1, "seen_at": SEEN}
    rows += [
        make_contact(contact, ident, visit_id=visit),
        make_field(contact, "params.id", of_contact=True),
        msgspec.convert(
            {**common, "site": "shop.example", "rule_id": "s", "rule_version": 1, "kind": "cookie", "state": "absent"}
            | {"type": "Signal"},
            r.Signal,
        ),
        msgspec.convert(
            {**common, "site": None, "kind": "relay", "rule_id": "o", "rule_version": 1, "confidence": "likely"}
            | {"evidence": None, "type": "Observation"},
            r.Observation,
        ),
        msgspec.convert(
            {**common, "site": None, "pixel_id": "1", "key": "k", "value": "v", "type": "PixelConfig"}, r.PixelConfig
        ),
    ]
    return Sample(make_recording(ident, **changes), tuple(rows))


@dataclass(frozen=True)
class Rows:
    """The makers of rows, for test modules, which cannot import this one."""

    recording: Callable[..., r.Recording] = make_recording
    visit: Callable[..., r.Visit] = make_visit
    event: Callable[..., r.Event] = make_event
    transmission: Callable[..., r.Transmission] = make_transmission
    contact: Callable[..., r.Contact] = make_contact
    field: Callable[..., r.Field] = make_field
    finding: Callable[..., r.Finding] = make_finding
    sample: Callable[..., Sample] = make_sample


@pytest.fixture(scope="session")
def rows() -> Rows:
    return Rows()


def in_child(work: Callable[[], None]) -> int:
    """Run work in a child process; return its exit code, minus the signal when one ended it."""
    with warnings.catch_warnings():
        # Test runners hold threads that the child never touches.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.fixture(scope="session")
def child() -> Callable[[Callable[[], None]], int]:
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    return in_child
