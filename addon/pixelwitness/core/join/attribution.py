"""Attribution: on which site's page did the person see or do what was reported.

Owns the order in which evidence counts.  What the sender alone claims (``dl``,
``website_context``, ``event_source_url``) is its own word and likely at most: a script can
state anything.  A document that was seen, the one that started the request, and what the
browser says (``Referer``, ``Origin``) confirm it, or win against it, and the conflict is
kept.  Inside a frame only the recorder and ``rl`` point at the page.  A recorder's list
of pages without their documents is the weakest word of all: exporters were seen to get it
wrong.  Never a guess by time.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from pixelwitness.core.detect.rule import SERVER_CHANNELS, Channel, Confidence
from pixelwitness.core.detect.sighting import PageClaims
from pixelwitness.core.join.visits import Visit, Visits
from pixelwitness.core.wire.sites import Site, site_of_url

type AttributedBy = Literal[
    "har_page",
    "initiator",
    "dl",
    "website_context",
    "event_source_url",
    "page_param",
    "rl",
    "referer",
    "origin",
    "document",
    "none",
]


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """A claim of the sender's, and the evidence that names another site: both by their names in `AttributedBy`."""

    claim: str
    against: str
    certainty: Confidence
    """Less than certain where a frame, of which the sender says nothing, would explain it."""


class Attribution(msgspec.Struct, frozen=True, gc=False):
    """The page of an event or contact, and how that is known."""

    site: Site | None
    url: str | None
    by: str
    certainty: Confidence | None
    visit: Visit | None = None
    conflict: Conflict | None = None


UNKNOWN_PAGE = Attribution(None, None, "none", None)


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Where a request came from, as far as the recording shows it."""

    channel: Channel
    claims: PageClaims
    client: str = ""
    page_ref: str | None = None
    initiator: str | None = None
    receiver: Site | None = None
    seen_at: float | None = None
    """When it was sent: POSIX seconds."""


class _Word(msgspec.Struct, frozen=True, gc=False):
    """A word that names a page: ``by`` as in `AttributedBy`."""

    by: str
    url: str
    site: Site


OWN_WORDS = frozenset({"dl", "website_context", "event_source_url"})
"""A page by one of these is likely where nothing but the sender's own word gives it, else something confirms it."""
_WEAK = frozenset({"rl", "page_param"})
"""Statements that may name something else than the page."""


def attribute(sender: Sender, visits: Visits) -> Attribution:
    """Return the page that a request belongs to, `UNKNOWN_PAGE` when nothing shows it."""
    visits.advance(sender.seen_at)
    return _Evidence(sender, visits).judge()


class _Evidence:
    """What speaks for the page of one request."""

    def __init__(self, sender: Sender, visits: Visits) -> None:
        claims = sender.claims
        self._sender = sender
        self._claims = claims
        self._visits = visits
        self._stated = _first_of((by, url) for by, url in claims.stated if by not in _WEAK)
        is_server = sender.channel in SERVER_CHANNELS
        browser = () if is_server else (("referer", claims.referer), ("origin", claims.origin))
        self._header = _first_of(browser)
        self._referring = self._header.site if self._header else None

    def judge(self) -> Attribution:
        recorded = self._recorded()
        if self._claims.in_frame:
            found = recorded or self._by_list() or self._in_frame()
        elif self._stated is not None:
            found = self._of_statement(self._stated, recorded or self._by_initiator())
        else:
            found = recorded or self._without_statement()
        return found or self._by_list() or self._by_document() or UNKNOWN_PAGE

    def _in_frame(self) -> Attribution | None:
        """Attribute what a frame sent: its own address and its Referer name the frame, not the page."""
        own = self._header or self._stated
        parent = _first_of((by, url) for by, url in self._claims.stated if by == "rl")
        if parent is not None:
            if own is not None and self._was_page(own.site) and not self._was_page(parent.site):
                # The frame that it says to be was seen as a page, the page around it was not.
                against = Conflict("rl", "document", Confidence.LIKELY)
                return self._at(own, Confidence.LIKELY, own.site, against if own.site != parent.site else None)
            return self._at(parent, Confidence.LIKELY, parent.site)
        # Only the frame's own address is known: the page may be another one.
        return self._at(self._stated, Confidence.HINT) if self._stated else None

    def _of_statement(self, stated: _Word, seen: Attribution | None) -> Attribution:
        """Attribute what names its page: confirmed, contradicted, or alone."""
        if seen is not None:
            return self._beside_document(stated, seen)
        if self._header is not None:
            if self._header.site == stated.site:
                return self._at(stated, Confidence.CERTAIN, stated.site)
            return self._at(self._header, Confidence.LIKELY, self._header.site, self._conflict(stated, self._header.by))
        # Alone; the document itself, if it is the last one that was opened, confirms it.
        visit, latest = self._visits.of_url(self._sender.client, stated.url), self._visits.latest(self._sender.client)
        confirmed = visit is not None and latest is not None and latest.site == stated.site
        return self._at(stated, Confidence.CERTAIN if confirmed else Confidence.LIKELY)

    def _beside_document(self, stated: _Word, seen: Attribution) -> Attribution:
        """Attribute what names its page where the recording shows a document from which it came."""
        says_top = self._claims.says_top
        if seen.site == stated.site:
            return replace(seen, url=stated.url, certainty=Confidence.CERTAIN)
        if self._header is not None and self._header.site == stated.site:
            # The browser stands against the recorder: a frame, or a page that sends as it goes away.
            named = _Word(self._header.by, stated.url, stated.site)
            if self._was_page(stated.site):
                return self._at(named, Confidence.CERTAIN if says_top else Confidence.LIKELY, stated.site)
            if says_top:
                return self._at(named, Confidence.LIKELY, stated.site, self._conflict(stated, seen.by))
        sure = says_top or self._referring == seen.site
        certainty = Confidence.CERTAIN if sure else Confidence.LIKELY
        return replace(seen, certainty=certainty, conflict=self._conflict(stated, seen.by))

    def _without_statement(self) -> Attribution | None:
        """Attribute what names no page, or only something that may be one (``href``, ``redirect_uri``)."""
        listed = self._by_list()
        if listed is not None and self._referring in (None, listed.site):
            return replace(listed, certainty=Confidence.CERTAIN) if self._referring else listed
        weak = _first_of((by, url) for by, url in self._claims.stated if by == "page_param")
        # A plug-in's href names what is liked; Meta's own pages are not where it was seen.
        if weak is not None and not self._visits.is_metas_own(weak.site) and self._referring in (None, weak.site):
            return self._at(weak, Confidence.CERTAIN if self._referring else Confidence.LIKELY, self._referring)
        if self._header is not None:
            return self._at(self._header, Confidence.LIKELY, self._referring)
        return self._by_initiator()

    def _recorded(self) -> Attribution | None:
        """Return the page that the recorder says the request belongs to, where its document was seen."""
        if self._sender.page_ref is None:
            return None
        url = self._stated.url if self._stated and not self._claims.in_frame else None
        visit = self._visits.of_page(self._sender.page_ref, url, self._referring)
        return Attribution(visit.site, visit.url, "har_page", Confidence.CERTAIN, visit) if visit else None

    def _by_list(self) -> Attribution | None:
        listed = self._visits.listed(self._sender.page_ref)
        return Attribution(site_of_url(listed), listed, "har_page", Confidence.LIKELY) if listed else None

    def _by_initiator(self) -> Attribution | None:
        initiator = self._sender.initiator
        visit = self._visits.of_url(self._sender.client, initiator) if initiator else None
        return Attribution(visit.site, visit.url, "initiator", Confidence.LIKELY, visit) if visit else None

    def _by_document(self) -> Attribution | None:
        """Attribute a first-party request without any word of its page to the visit of that very site."""
        receiver = self._sender.receiver
        visit = self._visits.of_site(self._sender.client, receiver) if receiver else None
        if visit is None or self._visits.is_metas_own(visit.site):
            return None
        return Attribution(visit.site, visit.url, "document", Confidence.LIKELY, visit)

    def _was_page(self, site: Site) -> bool:
        return self._visits.of_site(self._sender.client, site) is not None

    def _conflict(self, stated: _Word, against: str) -> Conflict:
        return Conflict(stated.by, against, Confidence.CERTAIN if self._claims.says_top else Confidence.LIKELY)

    def _at(
        self, word: _Word, certainty: Confidence, referring: Site | None = None, conflict: Conflict | None = None
    ) -> Attribution:
        """Attribute to what a word names; the visit is the latest of that URL, else of the referring site."""
        visit = self._visits.of_url(self._sender.client, word.url)
        if visit is None and referring == word.site:
            visit = self._visits.of_site(self._sender.client, word.site)
        return Attribution(word.site, word.url, word.by, certainty, visit, conflict)


def _first_of(named: Iterable[tuple[str, str | None]]) -> _Word | None:
    """Return the first of (by, URL) that names a site."""
    for by, url in named:
        site = site_of_url(url)
        if url and site:
            return _Word(by, url, site)
    return None
