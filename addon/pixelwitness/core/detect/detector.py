"""Detection: a request in, what it reports to Meta out; and what its answer shows.

Owns which rules are tried and in which order.  Pure: the same request and rules give
the same answer, hostile input included.  What a matching rule yields is `extraction`'s.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from pixelwitness.core.detect.extraction import extract_sightings, extract_sign
from pixelwitness.core.detect.locator import Scope
from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.detect.screen import Screen
from pixelwitness.core.detect.sighting import NOTHING, Detection, Sighting, Sign
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.core.wire.request import Request, Response
from pixelwitness.core.wire.sites import site_of

type _Candidate = tuple[Rule, Mapping[str, str | None]]
"""A rule and the named groups of the path."""

_SHORT = 200
"""Characters of host and path up to which candidates are remembered; what is longer seldom comes again."""


class _Candidates:
    """Rules, in their order, ready to be asked which of them a request can meet by its method, host and path.

    Meta's end points come again and again, so the answers are remembered.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._of_short = lru_cache(maxsize=1024)(self._of)

    def of(self, request: Request, *, is_document: bool) -> Sequence[_Candidate]:
        """Return the rules whose method, host and path hold, each with the named groups of the path.

        Rules for documents are among them only for a request that is, or may be, one.
        """
        method, host, path = request.method, request.host, request.path
        if len(host) + len(path) > _SHORT:
            return self._of(method, host, path, is_document)
        return self._of_short(method, host, path, is_document)

    def _of(self, method: str, host: str, path: str, is_document: bool) -> Sequence[_Candidate]:
        site = site_of(host)
        near = (
            rule for rule in self._rules if (is_document or not rule.match.document) and rule.match.can_meet(host, site)
        )
        return tuple((rule, groups) for rule in near if (groups := rule.match.aims(method, path)) is not None)


class Detector:
    """A set of rules, ready to be asked about requests."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: rule.precedence)
        self.rules: tuple[Rule, ...] = tuple(ordered)
        outgoing = [rule for rule in ordered if rule.gives in ("event", "contact")]
        self._outgoing = _Candidates(rule for rule in outgoing if not rule.is_last_resort)
        self._last_resort = _Candidates(rule for rule in outgoing if rule.is_last_resort)
        self._signalling = _Candidates(rule for rule in ordered if rule.gives == "signal")
        self.screen = Screen(ordered)

    def detect(self, request: Request, response: Response | None = None) -> Detection:
        """Return the events, contacts and signals of a request; the answer only shows whether it is a page."""
        detections = [detection for part in request.parts if (detection := self._detect_one(part, None))]
        if detections:
            found = Detection(
                tuple(event for detection in detections for event in detection.events),
                tuple(contact for detection in detections for contact in detection.contacts),
                tuple(signal for detection in detections for signal in detection.signals),
            )
        else:
            found = self._detect_one(request, response)
        if found.events or found.contacts:
            return found
        # The request as a whole: of a batch, too, it is one that went to Meta.
        contacts = self._sightings(self._last_resort, request, is_document=is_navigation(request, response))
        return replace(found, contacts=contacts) if contacts else found

    def _detect_one(self, request: Request, response: Response | None) -> Detection:
        navigation = is_navigation(request, response)
        sightings = self._sightings(self._outgoing, request, is_document=navigation)
        signals = tuple(self._signs(request, is_document=navigation))
        if not sightings:
            return Detection(signals=signals) if signals else NOTHING
        if sightings[0].rule.gives == "event":
            return Detection(events=sightings, signals=signals)
        return Detection(contacts=sightings, signals=signals)

    def _sightings(self, candidates: _Candidates, request: Request, *, is_document: bool) -> tuple[Sighting, ...]:
        """Return what the first of some rules makes of a request; it may be nothing, where an event has no item."""
        matched = [
            (rule, groups)
            for rule, groups in candidates.of(request, is_document=is_document)
            if rule.match.holds_within(Scope(request, groups), is_document=is_document)
        ]
        if not matched:
            return ()
        (rule, groups), *others = matched
        return tuple(extract_sightings(rule, Scope(request, groups), tuple(other.id for other, _ in others)))

    def signals(self, request: Request, response: Response | None) -> Iterator[Sign]:
        """Yield the signals of a request; on documents some are known only with the answer."""
        return self._signs(request, is_document=is_navigation(request, response))

    def _signs(self, request: Request, *, is_document: bool) -> Iterator[Sign]:
        for rule, groups in self._signalling.of(request, is_document=is_document):
            if rule.match.holds_within(Scope(request, groups), is_document=is_document):
                yield extract_sign(rule, Scope(request, groups))


class Observer:
    """The observation rules of a set, ready to be asked about answers.

    What an answer shows never changes an event: it arrives later and stands beside it.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(
            rule for rule in sorted(rules, key=lambda rule: rule.precedence) if rule.gives == "observation"
        )
        self._candidates = _Candidates(self.rules)

    def awaits(self, request: Request) -> bool:
        """Say whether the answer to a request can show anything to a rule, if it is no document."""
        return bool(self._candidates.of(request, is_document=False))

    def observe(self, request: Request, response: Response) -> Iterator[Sign]:
        """Yield what the answer to a request shows."""
        navigation = is_navigation(request, response)
        for rule, groups in self._candidates.of(request, is_document=navigation):
            if rule.match.holds_within(Scope(request, groups, None, response), is_document=navigation):
                yield extract_sign(rule, Scope(request, groups, None, response))
