"""Which rules a request can meet at all, by its method, host and path.

Owns what is remembered of that: Meta's end points come again and again, and most
rules are told apart by where a request goes.  Must not look into a request.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pixelwitness.core.detect.rule import Rule
from pixelwitness.core.wire.request import Request
from pixelwitness.core.wire.sites import site_of

type _Aim = tuple[Rule, Mapping[str, str | None]]

_SHORT = 200
"""Characters of host and path up to which an answer is remembered; what is longer seldom comes again."""


class Aimed:
    """Rules, in their order, ready to be asked which of them a request may match."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._remembered = lru_cache(maxsize=1024)(self._of)

    def of(self, request: Request, *, is_document: bool) -> Sequence[_Aim]:
        """Return the rules whose method, host and path hold, each with the named groups of the path.

        Rules for documents are among them only for a request that is, or may be, one.
        """
        method, host, path = request.method, request.host, request.path
        if len(host) + len(path) > _SHORT:
            return self._of(method, host, path, is_document)
        return self._remembered(method, host, path, is_document)

    def _of(self, method: str, host: str, path: str, is_document: bool) -> Sequence[_Aim]:
        site = site_of(host)
        near = (
            rule for rule in self._rules if (is_document or not rule.match.document) and rule.match.can_meet(host, site)
        )
        return tuple((rule, groups) for rule in near if (groups := rule.match.aims(method, path)) is not None)
