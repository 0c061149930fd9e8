"""Observation: what only an answer shows.

Owns the rules that look at a response.  An observation never changes an event;
it arrives later and stands beside it.
"""

from collections.abc import Iterable, Iterator

from pixelwitness.core.detect.candidates import Aimed
from pixelwitness.core.detect.detector import sign
from pixelwitness.core.detect.locator import Scope
from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.detect.sighting import Sign
from pixelwitness.core.wire.documents import is_navigation
from pixelwitness.core.wire.request import Request, Response


class Observer:
    """The observation rules of a set, ready to be asked about answers."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in sorted(rules, key=lambda r: r.precedence) if rule.gives == "observation")
        self._aimed = Aimed(self.rules)

    def awaits(self, request: Request) -> bool:
        """Say whether the answer to a request can show anything to a rule, if it is no document."""
        return bool(self._aimed.of(request, is_document=False))

    def observe(self, request: Request, response: Response) -> Iterator[Sign]:
        """Yield what the answer to a request shows."""
        navigation = is_navigation(request, response)
        for rule, groups in self._aimed.of(request, is_document=navigation):
            if rule.match.holds_within(Scope(request, groups, None, response), is_document=navigation):
                yield sign(rule, Scope(request, groups, None, response))
