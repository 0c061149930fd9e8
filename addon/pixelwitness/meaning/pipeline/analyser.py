"""The analyser of one recording: its requests in, finished records out.

Owns the order of the work: detect, classify and redact, then attribute and fold.  Pure; the
same class serves a HAR, a flow file and a live session.  A recording is analysed whole by
`Analyser.analyse`, which brings it into the order of time first; `Analyser.analyse_request`
and `Analyser.analyse_response` are for traffic as it happens.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import TypeGuard

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.extraction import MAX_FIELDS, MAX_ITEMS
from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure import records
from pixelwitness.core.join.attribution import UNKNOWN_PAGE, attribute
from pixelwitness.core.join.folding import Folding, Group
from pixelwitness.core.join.visits import Visit, Visits
from pixelwitness.core.wire.delivery import Outcome
from pixelwitness.core.wire.exchange import Exchange, Problem, Reading
from pixelwitness.core.wire.request import Request
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.visible_consent import ConsentMemory
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.app_sender import Apps
from pixelwitness.meaning.pipeline.classifier import Classifier
from pixelwitness.meaning.pipeline.finding_builder import FindingBuilder
from pixelwitness.meaning.pipeline.record_builder import Origin, RecordBuilder
from pixelwitness.meaning.pipeline.redacted_items import (
    PageDocument,
    RedactedItem,
    RedactedSighting,
    RedactedSign,
    Sent,
    page_documents,
    sender_of,
    sent_with,
    sort_by_time,
)
from pixelwitness.meaning.pipeline.settlements import Settlements
from pixelwitness.meaning.spot.finding import Finding

BATCH = 5_000
"""Rows of a batch, the last one excepted."""

_WITHOUT_PAGES = frozenset({Channel.CAPI, Channel.APP_SDK})
_TOO_MUCH = f"more than {MAX_FIELDS:,} fields or {MAX_ITEMS:,} events in it; the rest was not looked at"


class Analyser:
    """What is known of one recording while it is analysed."""

    def __init__(
        self,
        recording_id: str,
        reading: Reading,
        detector: Detector,
        redactor: Redactor,
        origin: Origin,
        *,
        most_keys: int | None = None,
        most_open: int = 0,
    ) -> None:
        self.recording_id = recording_id
        self._reading = reading
        self._tally = reading.tally
        self._origin = origin
        self._classifier = Classifier(detector, redactor, self._tally)
        self._is_metas_own = redactor.knowledge.is_metas_own
        self._records = RecordBuilder(recording_id, redactor)
        self._findings = FindingBuilder(recording_id, redactor, reading)
        self._visits = Visits(reading.pages, self._is_metas_own)
        self._visit_at: dict[int, Visit] = {}
        self._apps = Apps()
        self._consent = ConsentMemory(redactor.knowledge.consent)
        self._folding: Folding[RedactedSighting] = Folding(most_keys)
        self._settlements = Settlements(recording_id, self._tally, self._folding, most_open)

    # A whole recording -------------------------------------------------------

    def analyse(self) -> Iterator[tuple[records.AnyRecord, ...]]:
        """Read the recording to its end and yield its rows in batches: the rest in the order of time, then events."""
        items: list[RedactedItem] = []
        for exchange in self._reading.exchanges:
            cut_before = self._tally.cut
            items.extend(self._items(exchange))
            if self._tally.cut > cut_before:
                self._reading.problems.append(Problem(f"entry {exchange.request.position}", _TOO_MUCH))
        for item in items:
            self._note_app(item)
        yield from batched(self._rows(sort_by_time(items)), BATCH)

    def _rows(self, items: Iterable[RedactedItem]) -> Iterator[records.AnyRecord]:
        groups: dict[int, Group[RedactedSighting]] = {}
        for item in items:
            if _is_event(item):
                group = self._folding.add(self._attributed(item))
                groups[id(group)] = group
            else:
                yield from self._rows_beside_events(item)
        for group in groups.values():
            yield self._records.event(group)
            for member in group.members:
                yield from self._records.transmission(group, member)
            yield from self._findings.of_event(group)

    def recording(self, *, sources: tuple[str, ...], sha256: str | None, dropped: int = 0) -> records.Recording:
        """Return the row of the recording itself, with the ledger in which every request is counted once."""
        return self._records.recording(self._reading, self._origin, sources=sources, sha256=sha256, dropped=dropped)

    # Traffic as it happens ---------------------------------------------------

    def analyse_request(self, exchange: Exchange, *, blocked: bool = False) -> list[records.AnyRecord]:
        """Return the rows of a request that leaves; an event's row comes again, brought up to date, with each copy."""
        rows: list[records.AnyRecord] = []
        sent = sent_with(exchange, blocked=blocked)
        for item in self._classifier.sent(exchange, sent):
            rows.extend(self._note_app(item))
            if _is_event(item):
                group = self._folding.add(self._attributed(item))
                rows.append(self._records.event(group))
                rows.extend(self._records.transmission(group, item))
                rows.extend(self._findings.of_event(group, newest=item))
                self._settlements.await_transmission(item, group)
                self._apps.await_package(group.members[0].sender, "events", group.first.id_in(self.recording_id))
            else:
                beside = [*self._rows_beside_events(item)]
                rows.extend(beside)
                if beside and isinstance(item, RedactedSighting):
                    self._settlements.await_contact(item)
                    self._apps.await_package(item.sender, "contacts", item.id_in(self.recording_id))
        return rows

    def settle(self, position: int, outcome: Outcome, *, by_operator: bool = False) -> list[records.AnyRecord]:
        """Return what the end of a request changes in its rows; nothing where all is known, or was let go of."""
        return [*self._settlements.settle(position, outcome, by_operator=by_operator)]

    def awaits_answer(self, request: Request) -> bool:
        """Say whether the answer to a request can add anything, if it is no page."""
        return self._classifier.awaits_answer(request)

    def analyse_response(self, exchange: Exchange) -> list[records.AnyRecord]:
        """Return the rows that an answer adds: a visit, signals of a document, observations.

        A signal that the request alone has shown already comes again under the same id.
        """
        sent = sent_with(exchange)
        if sent.by_operator:
            return []
        items: list[RedactedItem] = [*page_documents(exchange, sent)]
        items += self._classifier.signals_with_answer(exchange, sent)
        items += self._classifier.observations(exchange, sent)
        return [row for item in items for row in self._rows_beside_events(item)]

    def _items(self, exchange: Exchange) -> Iterator[RedactedItem]:
        sent = sent_with(exchange)
        items = self._classifier.sent(exchange, sent)
        yield from (item for item in items if isinstance(item, RedactedSighting))
        if sent.by_operator:
            return
        # A document's signals belong to its visit, so the visit comes before them.
        yield from page_documents(exchange, sent)
        yield from (item for item in items if not isinstance(item, RedactedSighting))
        yield from self._classifier.observations(exchange, sent)

    def _note_app(self, item: RedactedItem) -> list[records.AnyRecord]:
        # An app asks for its settings by its number before it names its package.
        if not isinstance(item, RedactedSighting) or item.app is None or item.by_operator:
            return []
        return self._apps.learn(item.app)

    # Attributing -------------------------------------------------------------

    def _rows_beside_events(self, item: RedactedItem) -> Iterator[records.AnyRecord]:
        """Yield the rows of what is no event."""
        if isinstance(item, PageDocument):
            visit = self._visit(item)
            if visit is not None:
                yield self._records.visit(visit, item)
        elif isinstance(item, RedactedSign):
            visit, site = self._page_of(item)
            if item.state is not None and site is not None:
                request, sign = item.request, item.sign
                is_own = sign.rule.match.document
                self._consent.signal(request.client, site, sign.kind, item.state, request.seen_at, own=is_own)
            yield from self._records.sign(item, visit, site)
        elif not self._is_within_meta(self._attributed(item)):
            yield from self._records.contact(item)
            yield from self._findings.of_contact(item)

    def _is_within_meta(self, contact: RedactedSighting) -> bool:
        """Say whether a request that no rule knows stays among Meta's own pages, and count it: only now is that known.

        What a page of Meta's own asks of Meta shows a person using Meta, and so does a navigation to such a page.
        """
        if not contact.rule.is_last_resort:
            return False
        page, navigation = contact.attribution.site, contact.navigation
        is_page = navigation is not None and not self._visits.is_frame(navigation)
        is_within = is_page or (page is not None and self._is_metas_own(page))
        request = contact.request
        sent = Sent(request.settling, request.blocked, request.by_operator)
        self._classifier.count(request.body_state, sent, matched=not is_within)
        self._tally.within_meta += is_within
        return is_within

    def _visit(self, page: PageDocument) -> Visit | None:
        request = page.request
        is_frame = self._visits.is_frame(page.document)
        self._visits.note_referrer(request.page_ref, page.document.referer)
        if is_frame:
            return None
        site = page.document.site
        visit_id = f"{self.recording_id}-{request.position}"
        visit = Visit(visit_id, site, page.url, request.client, request.page_ref, page.answered_at)
        self._visits.add(visit)
        self._consent.page(request.client, site)
        self._visit_at[request.position] = visit
        return visit

    def _attributed(self, item: RedactedSighting) -> RedactedSighting:
        """Return the sighting with its page, and with what was visible of that page's consent."""
        claims = item.sighting.claims
        self._visits.note_referrer(item.request.page_ref, claims.referer)
        item.attribution = attribute(sender_of(item.request, item.channel, claims), self._visits)
        app = item.app
        # A number alone may be that of a website's SDK: then its page is known.
        if app is not None and (app.package is not None or item.attribution.site is None):
            item.attribution = UNKNOWN_PAGE
            item.sender = self._apps.sender(app)
        if item.by_operator:
            item.sender = "operator"
        item.consent = self._visible_consent(item)
        return item

    def _visible_consent(self, item: RedactedSighting) -> tuple[Finding, ...]:
        """Return what was visible of a site's consent; servers and apps speak without a browser that could show it."""
        site = item.attribution.site
        if site is None or item.rule.gives != "event" or item.channel in _WITHOUT_PAGES or self._is_metas_own(site):
            return ()
        return self._consent.at_event(item.request.client, site, cookies_recorded=self._reading.cookies_recorded)

    def _page_of(self, item: RedactedSign) -> tuple[Visit | None, Site | None]:
        """Return the visit and site of a signal or observation: a document's own, else the page it came from."""
        visit = self._visit_at.get(item.request.position)
        is_signal = item.sign.rule.gives == "signal"
        if visit is not None or (is_signal and item.sign.rule.match.document):
            return visit, item.request.receiver
        page = attribute(sender_of(item.request, Channel.CONFIG, item.claims), self._visits)
        if is_signal:
            return page.visit, page.site
        receiver = item.request.receiver
        # Meta's own host answers for any site, a relay's for its own.
        relay = None if receiver is None or self._is_metas_own(receiver) else receiver
        return page.visit, page.site or relay


def _is_event(item: RedactedItem) -> TypeGuard[RedactedSighting]:
    return isinstance(item, RedactedSighting) and item.rule.gives == "event"
