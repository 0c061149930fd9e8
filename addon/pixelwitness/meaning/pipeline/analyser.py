"""The witness: one recording's requests in, finished records out.

Owns the order of the work: detect, redact, then attribute and fold.  Pure; the
same object serves a HAR, a flow file and a live session.  `Witness.take_request`
and `Witness.take_response` are for traffic as it happens; a recording is taken
whole by `Witness.take_all`, which brings it into the order of time first.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pixelwitness.core.detect.detector import MAX_FIELDS, MAX_ITEMS, Detector
from pixelwitness.core.detect.observer import Observer
from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure import records
from pixelwitness.core.join.attribution import Visit, Visits
from pixelwitness.core.join.folding import Carried, Folding, Group
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.core.wire.exchange import Exchange, Problem, Reading
from pixelwitness.core.wire.request import Request
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.server_side import hints_of
from pixelwitness.meaning.hints.texts import reader_of
from pixelwitness.meaning.hints.visible_consent import ConsentSeen
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.classification import understand
from pixelwitness.meaning.pipeline.finding_builder import FindingRows
from pixelwitness.meaning.pipeline.record_builder import Origin, Rows
from pixelwitness.meaning.pipeline.redacted import (
    Page,
    Placed,
    Seen,
    Shown,
    Taken,
    in_time,
    pages_of,
    place_of,
    sender_of,
    without_values,
)
from pixelwitness.meaning.pipeline.request_counts import Account
from pixelwitness.meaning.pipeline.signs import shown_of, signal_of
from pixelwitness.meaning.spot.finding import Understood

_WITHOUT_PAGES = frozenset({Channel.CAPI, Channel.APP_SDK})
_TOO_MUCH = f"more than {MAX_FIELDS:,} fields or {MAX_ITEMS:,} events in it; the rest was not looked at"


class Witness:
    """What is known of one recording while it is taken."""

    def __init__(
        self,
        recording_id: str,
        detector: Detector,
        redactor: Redactor,
        is_metas_own: Callable[[Site], bool],
        *,
        most_keys: int | None = None,
    ) -> None:
        self.recording_id = recording_id
        self.account = Account()
        self._detector = detector
        self._observer = Observer(detector.rules)
        self._redactor = redactor
        self._reader = reader_of(redactor.knowledge)
        self._rows = Rows(recording_id, redactor)
        self._findings = FindingRows(recording_id, redactor)
        self._is_metas_own = is_metas_own
        self._visits = Visits({}, is_metas_own)
        self._visit_at: dict[int, Visit] = {}
        self._consent = ConsentSeen(redactor.knowledge.consent)
        self._folding: Folding[Placed] = Folding(most_keys)

    # A whole recording -------------------------------------------------------

    def take_all(self, reading: Reading) -> list[records.AnyRecord]:
        """Take a recording whole: its rows, every event once, in the order of time."""
        taken: list[Taken] = []
        for exchange in reading.exchanges:
            before = self.account.cut
            taken.extend(self._look(exchange))
            if self.account.cut > before:
                reading.problems.append(Problem(f"entry {exchange.request.position}", _TOO_MUCH))
        self._visits = Visits(reading.pages, self._is_metas_own)
        self._findings = replace(self._findings, cookies_recorded=reading.cookies_recorded)
        rows: list[records.AnyRecord] = []
        groups: dict[int, Group[Placed]] = {}
        for one in in_time(taken):
            if isinstance(one, Seen) and one.rule.gives == "event":
                group = self._fold(self._placed(one))
                groups[id(group)] = group
            else:
                rows.extend(self._beside_events(one))
        for group in groups.values():
            rows.append(self._rows.event(group))
            for member in group.members:
                rows.extend(self._rows.transmission(group, member.what))
            rows.extend(self._findings.of_event(group))
        return rows

    def recording(
        self, reading: Reading, *, sources: tuple[str, ...], sha256: str | None, origin: Origin, dropped: int = 0
    ) -> records.Recording:
        """Return the row of the recording itself, with the ledger in which every request is counted once."""
        return self._rows.recording(reading, self.account, origin, sources=sources, sha256=sha256, dropped=dropped)

    # Traffic as it happens ---------------------------------------------------

    def take_request(self, request: Request, *, blocked: bool = False) -> list[records.AnyRecord]:
        """Take a request as it leaves; an event's row comes again, brought up to date, with each further copy."""
        rows: list[records.AnyRecord] = []
        for one in self._sent(Exchange(request), blocked=blocked):
            if isinstance(one, Seen) and one.rule.gives == "event":
                placed = self._placed(one)
                group = self._fold(placed)
                rows.append(self._rows.event(group))
                rows.extend(self._rows.transmission(group, placed))
                rows.extend(self._findings.of_event(group, newest=placed))
            else:
                rows.extend(self._beside_events(one))
        return rows

    def awaits_answer(self, request: Request) -> bool:
        """Say whether the answer to a request can add anything, if it is no page."""
        return self._observer.awaits(request)

    def take_response(self, exchange: Exchange) -> list[records.AnyRecord]:
        """Take what an answer adds: a visit, signals of a document, observations.

        A signal that the request alone has shown already comes again under the same id.
        """
        shown = [*self._signals_with_answer(exchange), *self._observed(exchange)]
        taken: list[Taken] = [*pages_of(exchange), *shown]
        return [row for one in taken for row in self._beside_events(one)]

    # Looking -----------------------------------------------------------------

    def _look(self, exchange: Exchange) -> Iterator[Taken]:
        sent = self._sent(exchange, blocked=False)
        yield from (one for one in sent if isinstance(one, Seen))
        # A document's signals belong to its visit, so the visit comes before them.
        yield from pages_of(exchange)
        yield from (one for one in sent if not isinstance(one, Seen))
        yield from self._observed(exchange)

    def _sent(self, exchange: Exchange, *, blocked: bool) -> list[Taken]:
        request = exchange.request
        self.account.date(request.seen_at)
        taken: list[Taken] = []
        matched = False
        try:
            found = self._detector.detect(request, exchange.response)
            matched = bool(found.events or found.contacts)
            if found.cut:
                self._note_cut()
            for sighting in (*found.events, *found.contacts):
                place = place_of(sighting.request, blocked=blocked)
                own = request.site is not None and self._is_metas_own(request.site)
                meant = understand(sighting, self._redactor, takes_cookies=own)
                kind = self._redactor.event_kind(sighting.event_name, sighting.fields)
                hints = hints_of(sighting, self._redactor.knowledge)
                texts = self._reader.hints(sighting.fields, sighting.claims.page, sighting.event_name)
                told = without_values(sighting)
                taken.append(
                    Seen(place, sighting.rule, told, meant.facts, kind, hints, texts, meant.findings, meant.received)
                )
            taken.extend(signal_of(one, place_of(one.request, blocked=blocked)) for one in found.signals)
        except Exception:  # a fault of a rule or of ours costs this request, never the others: the ledger says so
            self.account.rule_faults += 1
            taken = []
            matched = False
        self.account.count(request, matched=matched, blocked=blocked)
        return taken

    def _note_cut(self) -> None:
        # Like a fault of a rule, it leaves a request that was not looked at whole.
        self.account.cut += 1
        self.account.rule_faults += 1

    def _signals_with_answer(self, exchange: Exchange) -> list[Shown]:
        # Only that a request was a document's can become known with the answer.
        if not is_navigation(exchange.request, exchange.response):
            return []
        try:
            signals = self._detector.signals(exchange.request, exchange.response)
            return [signal_of(one, place_of(exchange.request)) for one in signals]
        except Exception:  # as above
            self.account.rule_faults += 1
            return []

    def _observed(self, exchange: Exchange) -> list[Shown]:
        response = exchange.response
        if response is None:
            return []
        place, knowledge = place_of(exchange.request), self._redactor.knowledge
        try:
            signs = tuple(self._observer.observe(exchange.request, response))
            if any(one.cut for one in signs):
                self._note_cut()
            return [shown_of(one, place, knowledge) for one in signs]
        except Exception:  # as above
            self.account.rule_faults += 1
            return []

    # Placing -----------------------------------------------------------------

    def _beside_events(self, one: Taken) -> Iterator[records.AnyRecord]:
        """Yield the rows of what is no event."""
        if isinstance(one, Page):
            visit = self._visit(one)
            if visit is not None:
                yield self._rows.visit(visit, one)
        elif isinstance(one, Shown):
            visit, site = self._page_of(one)
            if one.state is not None and site is not None:
                place, sign = one.place, one.sign
                own = sign.rule.match.document
                self._consent.signal(place.client, site, sign.kind, one.state, place.seen_at, own=own)
            yield from self._rows.shown(one, visit, site)
        else:
            placed = self._placed(one)
            yield from self._rows.contact(placed)
            yield from self._findings.of_contact(placed)

    def _visit(self, page: Page) -> Visit | None:
        place = page.place
        is_frame = self._visits.is_frame(page.document)
        self._visits.note_referrer(place.page_ref, page.document.referer)
        if is_frame:
            return None
        site = page.document.site
        visit = Visit(f"{self.recording_id}-{place.position}", site, page.url, place.client, place.page_ref)
        self._visits.add(visit)
        self._consent.page(place.client, site)
        self._visit_at[place.position] = visit
        return visit

    def _placed(self, seen: Seen) -> Placed:
        claims = seen.sighting.claims
        self._visits.note_referrer(seen.place.page_ref, claims.referer)
        page = self._visits.attribute(sender_of(seen.place, seen.channel, claims))
        return Placed(seen, page, self._visible(seen, page.site))

    def _visible(self, seen: Seen, site: Site | None) -> tuple[Understood, ...]:
        """Return what was visible of a site's consent; servers and apps speak without a browser that could show it."""
        if site is None or seen.rule.gives != "event" or seen.channel in _WITHOUT_PAGES or self._is_metas_own(site):
            return ()
        return self._consent.at_event(seen.place.client, site, cookies_recorded=self._findings.cookies_recorded)

    def _page_of(self, shown: Shown) -> tuple[Visit | None, Site | None]:
        """Return the visit and site of a signal or observation: a document's own, else the page it came from."""
        own = self._visit_at.get(shown.place.position)
        is_signal = shown.sign.rule.gives == "signal"
        if own is not None or (is_signal and shown.sign.rule.match.document):
            return own, shown.place.receiver
        page = self._visits.attribute(sender_of(shown.place, Channel.CONFIG, shown.claims))
        if is_signal:
            return page.visit, page.site
        receiver = shown.place.receiver
        # Meta's own host answers for any site, a relay's for its own.
        other = None if receiver is None or self._is_metas_own(receiver) else receiver
        return page.visit, page.site or other

    def _fold(self, placed: Placed) -> Group[Placed]:
        seen, sighting = placed.seen, placed.seen.sighting
        return self._folding.add(
            Carried(
                what=placed,
                channel=seen.channel,
                coordinates=seen.coordinates,
                seen_at=seen.place.seen_at,
                pixel_id=sighting.pixel_id,
                event_name=sighting.event_name,
                dedup_id=sighting.dedup_id,
                sent_at=sighting.sent_at,
                counter=sighting.counter,
                is_copy=sighting.is_copy,
            )
        )
