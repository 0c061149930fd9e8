"""What mitmproxy's own interfaces show of a flow to Meta: a mark, a comment, and the payload in words.

Owns what a mark looks like and the layout of the contentview "pixelwitness".  It shows
what the store may hold and no more: values that are not kept appear as kind, form and
length.  Of a flow only mitmproxy's own notes are written, nothing that is sent.  A
request that no rule finds is left to mitmproxy's other views; nothing in it may make
this one raise an error that holds captured text.
"""

from collections.abc import Callable, Iterator, Sequence

from mitmproxy import contentviews, http

from pixelwitness.core.detect.sighting import Detection, Sighting
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.exposure.records import Field
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.live.display.event_line import MAX_LENGTH, EventLine, SettledLine, shorten
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.report.wording.english.request_messages import (
    tell_contact,
    tell_event,
    tell_field,
    tell_missing_body,
)
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary
from pixelwitness.rulebook.analyser_setup import AnalyserSetup
from pixelwitness.sources import flow_exchange

PERSONAL, EVENT, CONTACT, KEPT_BACK = ":red_circle:", ":yellow_circle:", ":white_circle:", ":no_entry:"
"""Marks of flows, the strongest that fits."""
MOST_SIGHTINGS, MOST_FIELDS = 50, 200
"""Events of a request, and fields of an event, that are shown."""
_AHEAD_OF_OTHERS = 2.0
_NOT_OURS = -1.0


class PixelWitnessView(contentviews.Contentview):
    """Shows what a request sends to Meta; ``find_setup`` gives rules and redaction, None while nothing is recorded."""

    def __init__(self, find_setup: Callable[[], AnalyserSetup | None], vocabulary: Vocabulary) -> None:
        self._find_setup = find_setup
        self._vocabulary = vocabulary

    @property
    def name(self) -> str:
        return "pixelwitness"

    def render_priority(self, data: bytes, metadata: contentviews.Metadata) -> float:
        """Return a priority ahead of the general views for what a rule finds, else one below zero."""
        return _AHEAD_OF_OTHERS if self._find(data, metadata) is not None else _NOT_OURS

    def prettify(self, data: bytes, metadata: contentviews.Metadata) -> str:
        """Return the payload in words; raises `ValueError` where no rule finds anything."""
        found = self._find(data, metadata)
        if found is None:
            raise ValueError("pixelwitness finds nothing in this that goes to Meta")
        return "\n".join(self._lines(*found))

    def _find(self, data: bytes, metadata: contentviews.Metadata) -> tuple[Request, Detection, Redactor] | None:
        setup = self._find_setup()
        if setup is None:
            return None
        try:
            request = _request(data, metadata)
            if request is None:
                return None
            detection = setup.detector.detect(request)
        except Exception:  # mitmproxy would log it with what was captured
            return None
        # What a request of unknown purpose says is better read as it stands.
        known = [*detection.events, *(contact for contact in detection.contacts if not contact.rule.is_last_resort)]
        return (request, detection, setup.redactor) if known else None

    def _lines(self, request: Request, detection: Detection, redactor: Redactor) -> Iterator[str]:
        sightings = (*detection.events, *detection.contacts)
        for index, sighting in enumerate(sightings[:MOST_SIGHTINGS]):
            if index:
                yield ""
            yield from self._sighting_lines(sighting, redactor)
        if len(sightings) > MOST_SIGHTINGS:
            yield f"… and {len(sightings) - MOST_SIGHTINGS} more in this request"
        if request.body_state not in (BodyState.RECORDED, BodyState.EMPTY):
            yield plain_sentence(tell_missing_body(request.body_state))

    def _sighting_lines(self, sighting: Sighting, redactor: Redactor) -> Iterator[str]:
        rule = sighting.rule
        channel, pixel = rule.channel or "", redactor.pixel_id(sighting.pixel_id)
        if rule.gives == "event":
            name = redactor.event_name(sighting.event_name)
            yield plain_sentence(tell_event(name, channel, pixel, rule.id, rule.confidence))
        else:
            yield plain_sentence(tell_contact(channel, pixel, rule.id, rule.confidence))
        fields = redactor.fields(sighting.fields)
        width = min(max((len(field.field) for field in fields), default=0), 40)
        for field in fields[:MOST_FIELDS]:
            yield f"  {safe_text(field.field, 40):<{width}}  {self._words(field)}"
        if len(fields) > MOST_FIELDS:
            yield f"  … and {len(fields) - MOST_FIELDS} more fields"

    def _words(self, field: Field) -> str:
        if field.value is not None:
            return f"{safe_text(field.value, 200)}  ({self._vocabulary.label(field.data_class)})"
        return plain_sentence(tell_field(field.data_class, field.form, field.length, self._vocabulary))


def _request(data: bytes, metadata: contentviews.Metadata) -> Request | None:
    """Return the request that is being looked at; None for an answer, or where mitmproxy does not say what it is."""
    message, flow = metadata.http_message, metadata.flow
    if not isinstance(message, http.Request):
        return None
    if isinstance(flow, http.HTTPFlow) and flow.request is message:
        return flow_exchange.request_of(flow, 0)
    headers = tuple(
        (name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in message.headers.fields
    )
    state = BodyState.RECORDED if data else BodyState.EMPTY
    return Request(message.method.upper(), message.url, headers, data or None, state)


def mark(flow: http.HTTPFlow, lines: Sequence[EventLine]) -> None:
    """Mark a flow and write its events and contacts into its comment; marks and comments of the user's own stay."""
    if not lines:
        return
    if not flow.marked:
        flow.marked = _mark_of(lines)
    if not flow.comment:
        flow.comment = _comment_of(lines)


def mark_settled(flow: http.HTTPFlow, settled: Sequence[SettledLine]) -> None:
    """Mark a flow that did not leave after all, where its mark and comment are still ours."""
    before, after = [line.before for line in settled], [line.after for line in settled]
    if flow.marked == _mark_of(before):
        flow.marked = _mark_of(after)
    if flow.comment == _comment_of(before):
        flow.comment = _comment_of(after)


def _comment_of(lines: Sequence[EventLine]) -> str:
    more = f"; and {len(lines) - 5} more" if len(lines) > 5 else ""
    return shorten("; ".join(line.text for line in lines[:5]) + more, 2 * MAX_LENGTH)


def _mark_of(lines: Sequence[EventLine]) -> str:
    if all(line.outcome in (Outcome.BLOCKED, Outcome.TRIED) for line in lines):
        return KEPT_BACK
    if any(line.is_personal for line in lines):
        return PERSONAL
    return EVENT if any(line.is_event for line in lines) else CONTACT
