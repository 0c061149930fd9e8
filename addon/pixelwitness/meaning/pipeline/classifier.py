"""The classifier of exchanges: what a request sent and what its answer shows, redacted and counted.

Owns that a fault of a rule costs one request and is counted, and where the ledger counts it.
Must not know pages, copies or rows.
"""

from pixelwitness.core.detect.detector import Detector, Observer
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.core.wire.exchange import Exchange, Tally
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.core.wire.sites import site_of_url
from pixelwitness.meaning.hints.text_hints import reader_of
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline.classification import classify_observation, classify_sighting, classify_signal
from pixelwitness.meaning.pipeline.redacted_items import RedactedItem, RedactedSign, Sent, document_of, request_facts


class Classifier:
    """Classifies the exchanges of one recording and keeps its tally."""

    def __init__(self, detector: Detector, redactor: Redactor, tally: Tally) -> None:
        self._detector = detector
        self._observer = Observer(detector.rules)
        self._redactor = redactor
        self._tally = tally
        self._knowledge = redactor.knowledge
        self._is_metas_own = redactor.knowledge.is_metas_own
        self._reader = reader_of(redactor.knowledge)

    def awaits_answer(self, request: Request) -> bool:
        """Say whether the answer to a request can add anything, if it is no page."""
        return self._observer.awaits(request)

    def sent(self, exchange: Exchange, sent: Sent) -> list[RedactedItem]:
        """Return what a request sent, and count it, unless it is known only with its page whether it counts."""
        request = exchange.request
        self._tally.widen(request.seen_at)
        items: list[RedactedItem] = []
        matched = is_counted_later = False
        try:
            detection = self._detector.detect(request, exchange.response)
            matched = bool(detection.events or detection.contacts)
            if detection.cut:
                self._note_cut()
            for sighting in (*detection.events, *detection.contacts):
                receiver = sighting.request.site
                if sighting.rule.is_last_resort and self._is_surely_within_meta(sighting):
                    matched = False
                    self._tally.within_meta += 1
                    continue
                item = classify_sighting(
                    sighting,
                    request_facts(sighting.request, sent),
                    self._redactor,
                    self._reader,
                    takes_cookies=receiver is not None and self._is_metas_own(receiver),
                )
                if sighting.rule.is_last_resort:
                    is_counted_later = True
                    if receiver is not None and is_navigation(request, exchange.response):
                        item.navigation = document_of(request, receiver)
                items.append(item)
            if not sent.by_operator:
                # A page that the operator asks for again shows nothing of the site's consent.
                items.extend(classify_signal(sign, request_facts(sign.request, sent)) for sign in detection.signals)
        except Exception:  # a fault of a rule or of ours costs this request, never the others: the ledger says so
            self._tally.rule_faults += 1
            items = []
            matched = is_counted_later = False
        if not is_counted_later:
            self.count(request.body_state, sent, matched=matched)
        return items

    def _is_surely_within_meta(self, contact: Sighting) -> bool:
        """Say whether a request of unknown purpose is one of Meta's own pages, by itself alone.

        Somebody who uses Meta makes hundreds of them, and a live proxy waits for each.
        """
        request, claims = contact.request, contact.claims
        if "sec-fetch-dest" in request.header_map and is_navigation(request, None):
            return True
        page = site_of_url(claims.referer) or site_of_url(claims.origin)
        return request.page_ref is None and self._is_metas_own(page)

    def count(self, body_state: BodyState, sent: Sent, *, matched: bool) -> None:
        """Count a request in the ledger."""
        delivery = sent.settling.outcome.delivery
        self._tally.count(body_state, delivery, matched=matched, blocked=sent.blocked, by_operator=sent.by_operator)

    def _note_cut(self) -> None:
        # Like a fault of a rule, it leaves a request that was not looked at whole.
        self._tally.cut += 1
        self._tally.rule_faults += 1

    def signals_with_answer(self, exchange: Exchange, sent: Sent) -> list[RedactedSign]:
        """Return the signals of a document's request, known as one by its answer."""
        # Only that a request was a document's can become known with the answer.
        if not is_navigation(exchange.request, exchange.response):
            return []
        try:
            signals = self._detector.signals(exchange.request, exchange.response)
            return [classify_signal(sign, request_facts(sign.request, sent)) for sign in signals]
        except Exception:  # as above
            self._tally.rule_faults += 1
            return []

    def observations(self, exchange: Exchange, sent: Sent) -> list[RedactedSign]:
        """Return what an answer shows."""
        response = exchange.response
        if response is None:
            return []
        request = request_facts(exchange.request, sent)
        try:
            signs = tuple(self._observer.observe(exchange.request, response))
            if any(sign.cut for sign in signs):
                self._note_cut()
            return [classify_observation(sign, request, self._knowledge) for sign in signs]
        except Exception:  # as above
            self._tally.rule_faults += 1
            return []
