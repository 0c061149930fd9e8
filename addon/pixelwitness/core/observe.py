"""Observation: what only an answer shows.

Owns the rules that look at a response.  An observation never changes an event;
it arrives later and stands beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pixelwitness.core.detect import sign
from pixelwitness.core.documents import is_navigation
from pixelwitness.core.event import Sign
from pixelwitness.core.locator import Scope
from pixelwitness.core.request import Request, Response
from pixelwitness.core.rule import Rule
from pixelwitness.core.sites import site_of


class Observer:
    """The observation rules of a set, ready to be asked about answers."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in sorted(rules, key=lambda r: r.precedence) if rule.gives == "observation")
        self._rules_of = lru_cache(maxsize=1024)(self._rules_to)

    def _rules_to(self, host: str) -> Sequence[Rule]:
        site = site_of(host)
        return tuple(rule for rule in self.rules if rule.match.can_meet(host, site))

    def observe(self, request: Request, response: Response) -> Iterator[Sign]:
        """Yield what the answer to a request shows."""
        navigation = is_navigation(request, response)
        for rule in self._rules_of(request.host):
            if rule.match.document and not navigation:
                continue
            groups = rule.match.holds(Scope(request, {}, response=response), is_document=navigation)
            if groups is not None:
                yield sign(rule, Scope(request, groups, response=response))
