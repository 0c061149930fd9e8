"""Rules as the core sees them: compiled, frozen, ready to be asked.

Owns what a rule is and whether its conditions hold for a request.  The built
JSON and checked files are decoded into these classes directly.  Reading and checking
YAML belongs to ``rulebook``; what a matching rule yields to `extraction`.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, cached_property
from itertools import chain
from types import MappingProxyType
from typing import Literal

import msgspec

from pixelwitness.core.detect.locator import Locator, Scope, first_text, resolve
from pixelwitness.core.detect.pattern import Pattern
from pixelwitness.core.wire.body_kind import BodyKind, kind_of
from pixelwitness.core.wire.request import BodyState, Request

type Gives = Literal["event", "contact", "signal", "observation"]


class Channel(StrEnum):
    """The ways by which something reaches Meta."""

    PIXEL = "pixel"
    CAPI = "capi"
    CAPI_GATEWAY = "capi-gateway"
    SIGNALS_GATEWAY = "signals-gateway"
    SERVER_GTM = "server-gtm"
    RELAY = "relay"
    APP_SDK = "app-sdk"
    LIBRARY = "library"
    CONFIG = "config"
    SOCIAL_PLUGIN = "social-plugin"
    LOGIN = "login"
    CHAT = "chat"
    AUDIENCE_NETWORK = "audience-network"
    META_AI = "meta-ai"
    UNKNOWN = "unknown"
    """It went to Meta, and no rule knows what for."""


SERVER_CHANNELS = frozenset({Channel.CAPI})
"""Channels on which servers speak: there is no browser whose page could be asked."""


class Confidence(StrEnum):
    """How sure it is that a matching request means what its rule says."""

    CERTAIN = "certain"
    LIKELY = "likely"
    HINT = "hint"


NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})

CONFIDENCE_ORDER = {level: rank for rank, level in enumerate(Confidence)}


class AtLeast(msgspec.Struct, frozen=True):
    """At least ``n`` of the locators resolve."""

    n: int
    of: tuple[Locator, ...]


class Literals(msgspec.Struct, frozen=True, dict=True, omit_defaults=True):
    """Text of which one stands in the URL or the body."""

    url: tuple[str, ...] = ()
    body: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.url or self.body)

    @cached_property
    def body_bytes(self) -> tuple[bytes, ...]:
        """The texts of the body as UTF-8."""
        return tuple(map(str.encode, self.body))


class Conditions(msgspec.Struct, frozen=True, dict=True, omit_defaults=True):
    """The keys of ``match`` and of ``unless``: all that are given must hold."""

    method: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    path: Pattern | None = None
    all: tuple[Locator, ...] = ()
    any: tuple[Locator, ...] = ()
    at_least: AtLeast | None = None
    where: dict[Locator, Pattern] = {}
    document: bool = False
    body: tuple[BodyState, ...] = ()
    literal: Literals = Literals()
    unless: "Conditions | None" = None

    @property
    def any_host(self) -> bool:
        return not self.site and not self.host

    def can_meet(self, host: str, site: str | None) -> bool:
        """Say whether a request to a host can fulfil the conditions, whatever else it holds."""
        if not self.any_host:
            return host in self.host or site in self.site
        # Most rules of any host leave out Meta's own.
        unless = self.unless
        return unless is None or unless != Conditions(site=unless.site) or site not in unless.site

    @cached_property
    def body_kinds(self) -> frozenset[BodyKind]:
        """The kinds of bodies in which the literals are searched: those that the rule can read.

        A rule that needs something of ``json`` reads no form, one that needs only ``params`` no JSON.
        """
        needed = {locator.source for locator in (*self.all, *self.where)}
        for group in (self.any, self.at_least.of if self.at_least else ()):
            sources = {locator.source for locator in group}
            if len(sources) == 1:
                needed |= sources
        if "json" in needed:
            return frozenset({BodyKind.JSON, BodyKind.EITHER})
        if "params" in needed:
            return frozenset({BodyKind.FORM, BodyKind.EITHER})
        return frozenset(BodyKind)

    def holds(self, scope: Scope, *, is_document: bool) -> Mapping[str, str | None] | None:
        """Return the named groups of the path when every condition holds, else None.

        Cheap conditions come first: nothing of the request is parsed before host and path hold.
        """
        request = scope.request
        if self.site and request.site not in self.site:
            return None
        if self.host and request.host not in self.host:
            return None
        groups = self.aims(request.method, request.path, scope.groups)
        if groups is None:
            return None
        inner = Scope(request, groups, scope.item, scope.response)
        return groups if self.holds_within(inner, is_document=is_document) else None

    def aims(
        self, method: str, path: str, groups: Mapping[str, str | None] = NO_GROUPS
    ) -> Mapping[str, str | None] | None:
        """Return the named groups of a path, or ``groups`` where none is asked for; None when one is another."""
        if self.method and method not in self.method:
            return None
        if self.path is None:
            return groups
        found = self.path.fullmatch(path)
        return None if found is None else found.groupdict()

    def holds_within(self, scope: Scope, *, is_document: bool) -> bool:
        """Say whether what is asked of a request holds beyond its method, host and path."""
        request = scope.request
        if self.document and not is_document:
            return False
        if self.body and request.body_state not in self.body:
            return False
        if self.literal and not self._literal_in(request):
            return False
        if not self._locators_hold(scope):
            return False
        return self.unless is None or self.unless.holds(scope, is_document=is_document) is None

    def _literal_in(self, request: Request) -> bool:
        literal = self.literal
        for text in literal.url:  # a generator costs three times as much
            if text in request.url:
                return True
        body = request.body
        if not body:
            # A recorder that kept only the pairs of a form: the text they stood in is gone.
            return bool(literal.body and request.form)
        if not literal.body or kind_of(request.content_type, body) not in self.body_kinds:
            return False
        return any(text in body for text in literal.body_bytes)

    def _locators_hold(self, scope: Scope) -> bool:
        def there(locator: Locator) -> bool:
            return resolve(locator, scope) is not None

        if not all(map(there, self.all)):
            return False
        if self.any and not any(map(there, self.any)):
            return False
        if self.at_least is not None and sum(map(there, self.at_least.of)) < self.at_least.n:
            return False
        for locator, pattern in self.where.items():
            text = first_text(resolve(locator, scope))
            if text is None or pattern.fullmatch(text) is None:
                return False
        return True


CREDENTIALS = frozenset(
    {
        "access_token",
        "appsecret_proof",
        "client_secret",
        "fb_exchange_token",
        "id_token",
        "input_token",
        "refresh_token",
    }
)
"""Names by which callers prove who they are: no ``["*"]`` gathers them, so they never leave the request.

They stand here and not in ``rules/``: no file of rules, a user's included, may switch this off.
"""


class Decode(msgspec.Struct, frozen=True, dict=True, omit_defaults=True):
    """Where a matching request holds what: each key takes the first locator that resolves."""

    pixel_id: tuple[Locator, ...] = ()
    event_name: tuple[Locator, ...] = ()
    dedup_id: tuple[Locator, ...] = ()
    sent_at: tuple[Locator, ...] = ()
    """The library's own time stamp (``ts``), part of the key that joins a pixel's copies."""
    counter: tuple[Locator, ...] = ()
    """The library's own event counter (``ec``), likewise."""
    in_frame: tuple[Locator, ...] = ()
    page: dict[str, tuple[Locator, ...]] = {}
    """What the payload says of the page, by the name of the claim (``dl``), best first."""
    copy: tuple[Locator, ...] = ()
    """Where one resolves, the request only repeats the pixel's own hit (the sandbox trigger, a redirect)."""
    each: tuple[Locator, ...] = ()
    fields: dict[str, tuple[Locator, ...]] = {}
    drop: tuple[Locator, ...] = ()
    """What says nothing by itself: ``["*"]`` does not gather it."""
    kind: str | None = None
    value: tuple[Locator, ...] = ()

    def taken_beside(self, gatherer: Locator) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return what ``["*"]`` does not gather: the names that the decode takes by themselves, and their prefixes."""
        return self._taken.get((gatherer.source, *gatherer.names[:-1]), (CREDENTIALS, ()))

    @cached_property
    def _taken(self) -> Mapping[tuple[str, ...], tuple[frozenset[str], tuple[str, ...]]]:
        names: dict[tuple[str, ...], set[str]] = {}
        alone = (self.pixel_id, self.event_name, self.dedup_id, self.each, self.drop)
        for locator in chain(*alone, *self.page.values(), *self.fields.values()):
            *way, last = (locator.source, *locator.names)
            names.setdefault(tuple(way), set()).add(last)
        return {
            way: (CREDENTIALS | taken, tuple(sorted(name[:-1] for name in taken if name.endswith("*") and name != "*")))
            for way, taken in names.items()
        }


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way of reaching Meta: how it is recognised, what it means, how sure that is."""

    id: str
    version: int
    title: str
    status: str
    gives: Gives
    confidence: Confidence
    description: str
    references: tuple[str, ...]
    match: Conditions
    decode: Decode = Decode()
    channel: Channel | None = None

    @property
    def is_last_resort(self) -> bool:
        """Say whether the rule is only tried on a request in which no other rule finds an event or contact."""
        return self.channel is Channel.UNKNOWN

    @property
    def precedence(self) -> tuple[int, bool, int, str]:
        """Event before contact, site-bound before any-host, certain before likely before hint, then id."""
        return (
            ("event", "contact", "signal", "observation").index(self.gives),
            self.match.any_host,
            CONFIDENCE_ORDER[self.confidence],
            self.id,
        )


def parse_text(kind: type, text: str) -> Locator | Pattern:
    """Return the locator or pattern that a text stands for: what msgspec asks (``dec_hook``) where it decodes rules."""
    return _locator(text) if kind is Locator else Pattern(text)


_locator = cache(Locator)
"""Rules name the same places again and again."""
