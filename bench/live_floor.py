"""The floor of a recorded event: an addon that stores what a pixel event holds and understands nothing of it.

Every addon that keeps such an event as evidence must do at least this much: decode
its parameters, make a keyed token of each value, and store one row a parameter, in
the same tables and as durably.  It tries no rule, looks for no personal data,
attributes and folds nothing, and shows nothing.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import yarl
from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader

from pixelwitness.core.exposure import records
from pixelwitness.core.exposure.records import time_text
from pixelwitness.live.saving.session_store import open_session_store
from pixelwitness.live.saving.writer import Writer
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.store.key import study_key

RECORDING = records.Recording(
    id=uuid4().hex,
    sources=("live",),
    kind="live",
    sha256=None,
    exporter=None,
    user_agent=None,
    first_seen=None,
    last_seen=None,
    complete=False,
    tool_version="floor",
    rules_sha256="",
    knowledge_sha256="",
    suffix_list="",
    options="{}",
    cookies_recorded=True,
    requests_seen=0,
    requests_matched=0,
    requests_other=0,
    undecodable=0,
    rejected=0,
    blocked=0,
    not_requests=0,
    bodies_not_recorded=0,
    tls_refused=0,
    dropped=0,
    rule_faults=0,
)


class Floor:
    """Stores the parameters of every request."""

    _writer: Writer
    _token: Callable[[str], str]

    def __init__(self) -> None:
        self._seen = 0

    def load(self, loader: Loader) -> None:
        """Declare the options that the bench hands over."""
        loader.add_option("pixelwitness_db", str, "", "the database")
        loader.add_option("pixelwitness_key", str, "", "the study's key")

    def running(self) -> None:
        """Open the database."""
        db, key = Path(ctx.options.pixelwitness_db), Path(ctx.options.pixelwitness_key)
        kept, _ = open_session_store(db, key, {})
        self._token = tokenizer(study_key(db, key))
        self._writer = Writer(kept, lambda error: None)
        self._writer.put([RECORDING])

    def request(self, flow: http.HTTPFlow) -> None:
        """Hand the rows of a request to the writer."""
        own, self._seen = f"{RECORDING.id}-{self._seen}", self._seen + 1
        seen_at = time_text(flow.request.timestamp_start)
        query = dict(yarl.URL(flow.request.url, encoded=True).query)
        rows: list[records.AnyRecord] = [_event(own, seen_at, query), _transmission(own, self._seen, seen_at)]
        for ordinal, (name, text) in enumerate(query.items()):
            token = self._token(text)
            rows.append(records.Field(own, None, name, ordinal, "unknown", "plain", "unknown", len(text), token, None))
        self._writer.put(rows)

    def done(self) -> None:
        """Bring what waits into the database."""
        self._writer.finish(10.0)


def _event(own: str, seen_at: str | None, query: Mapping[str, str]) -> records.Event:
    return records.Event(
        id=own,
        recording_id=RECORDING.id,
        visit_id=None,
        seen_at=seen_at,
        channel="pixel",
        rule_id="floor",
        confidence="certain",
        pixel_id=query.get("id"),
        event_name=query.get("ev"),
        event_kind="standard",
        dedup_id=None,
        dedup_token=None,
        dedup_form=None,
        page_site=None,
        page_url=None,
        attributed_by="none",
        attribution_certainty=None,
        transmissions=1,
        blocked=False,
    )


def _transmission(own: str, position: int, seen_at: str | None) -> records.Transmission:
    return records.Transmission(
        id=own,
        event_id=own,
        recording_id=RECORDING.id,
        position=position,
        part=None,
        item=None,
        line=None,
        seen_at=seen_at,
        rule_id="floor",
        rule_version=1,
        channel="pixel",
        receiver_host="www.facebook.com",
        first_party=None,
        method="GET",
        transport="image",
        body_state="empty",
        blocked=False,
        also_matched=(),
    )


addons = [Floor()]
