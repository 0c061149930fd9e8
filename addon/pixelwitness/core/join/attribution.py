"""Attribution: on which site's page did the person see or do what was reported.

Owns the order in which evidence counts.  The library's own statement (``dl``) names
the page; what the recorder saw and what the browser says (``Referer``, ``Origin``)
confirm it, and together or alone stand against it: a script can state anything.
Inside a frame only the recorder and ``rl`` point at the page.  A recorder's list of
pages without their documents is the weakest word of all: exporters were seen to get
it wrong.  Never a guess by time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from pixelwitness.core.detect.rule import SERVER_CHANNELS, Channel, Confidence
from pixelwitness.core.detect.sighting import PageClaims
from pixelwitness.core.wire.sites import Site, host_of, site_of_url

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


class Visit(msgspec.Struct, frozen=True, gc=False):
    """One loading of a page, as its document's request shows it."""

    id: str
    site: Site
    url: str
    client: str = ""
    page_ref: str | None = None


class Attribution(msgspec.Struct, frozen=True, gc=False):
    """The page of an event or contact, and how that is known."""

    site: Site | None
    url: str | None
    by: str
    certainty: Confidence | None
    visit: Visit | None = None


UNKNOWN_PAGE = Attribution(None, None, "none", None)


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Where a request came from, as far as the recording shows it."""

    channel: Channel
    claims: PageClaims
    client: str = ""
    page_ref: str | None = None
    initiator: str | None = None
    receiver: Site | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document's request, as far as it shows whether a person saw it as a page."""

    site: Site
    page_ref: str | None = None
    referer: str | None = None
    said_by_browser: bool = False
    """``Sec-Fetch-Dest`` says that it is a top-level document."""
    said_by_recorder: bool = False
    """The recorder's resource type says that it is a document (a frame may be one, too)."""


_WEAK = frozenset({"rl", "page_param"})
"""Statements that may name something else than the page."""


class Visits:
    """The visits of a recording so far, and the pages its recorder lists."""

    def __init__(self, pages: Mapping[str, str], is_metas_own: Callable[[Site], bool]) -> None:
        self.pages = pages
        self._is_metas_own = is_metas_own
        self._by_url: dict[tuple[str, str], Visit] = {}
        self._by_site: dict[tuple[str, Site], Visit] = {}
        self._by_page: dict[str, list[Visit]] = {}
        self._referrers: dict[str, set[Site]] = {}

    def add(self, visit: Visit) -> None:
        """Take the next visit; the latest of a URL or site counts."""
        self._by_url[visit.client, page_key(visit.url)] = visit
        self._by_site[visit.client, visit.site] = visit
        if visit.page_ref is not None:
            self._by_page.setdefault(visit.page_ref, []).append(visit)

    def note_referrer(self, page_ref: str | None, referer: str | None) -> None:
        """Remember which sites the requests of a recorder's page were referred by."""
        site = site_of_url(referer)
        if page_ref is not None and site is not None:
            self._referrers.setdefault(page_ref, set()).add(site)

    def is_frame(self, document: Document) -> bool:
        """Say whether a document is one inside a page, where its own request does not show it.

        Chrome calls frames documents, too, and gives every navigation a page of its own:
        a further document of the same page is a frame.  Where a recorder names no types,
        one that another site refers to, or whose page other sites referred from before
        (the page itself came from a cache), may be a frame and is not taken for a visit.
        """
        if document.said_by_browser:
            return False
        if document.page_ref is not None and self._by_page.get(document.page_ref):
            return True
        if document.said_by_recorder:
            return False
        referring = site_of_url(document.referer)
        others = self._referrers.get(document.page_ref or "", set()) - {document.site}
        return bool(others) or (referring is not None and referring != document.site)

    def attribute(self, sender: Sender) -> Attribution:
        """Return the page that a request belongs to, `UNKNOWN_PAGE` when nothing shows it."""
        claims = sender.claims
        stated = next(((by, url) for by, url in claims.stated if by not in _WEAK and site_of_url(url)), None)
        header = None if sender.channel in SERVER_CHANNELS else _header(claims)
        recorded = self._recorded(sender, stated, header)
        if claims.in_frame:
            found = self._in_frame(sender, stated, recorded)
        elif stated is not None:
            found = self._stated(sender, stated, header, recorded)
        else:
            found = self._not_stated(sender, header, recorded)
        return found or self._by_document(sender) or UNKNOWN_PAGE

    def _in_frame(
        self, sender: Sender, stated: tuple[str, str] | None, recorded: Attribution | None
    ) -> Attribution | None:
        """Attribute what a frame sent: its own address and its Referer name the frame, not the page."""
        if recorded is not None:
            return recorded
        parent = next((url for by, url in sender.claims.stated if by == "rl" and site_of_url(url)), None)
        if parent is not None:
            return self._at(sender, "rl", parent, Confidence.LIKELY, site_of_url(parent))
        # Only the frame's own address is known: the page may be another one.
        return self._at(sender, stated[0], stated[1], Confidence.HINT, None) if stated else None

    def _stated(
        self, sender: Sender, stated: tuple[str, str], header: tuple[str, str] | None, recorded: Attribution | None
    ) -> Attribution:
        """Attribute what names its page; the browser's or the recorder's word confirms it or stands against it."""
        by, url = stated
        site = site_of_url(url)
        referring = site_of_url(header[1]) if header else None
        if recorded is not None and recorded.site == site:
            return msgspec.structs.replace(recorded, url=url)
        if referring is not None and referring != site:
            if recorded is not None and recorded.site == referring:
                return recorded
            return self._by_header(sender, header) or UNKNOWN_PAGE
        if recorded is not None and recorded.visit is not None and not sender.claims.says_top:
            # A sender that does not say whether it runs in a frame, under a document seen by the recorder.
            return msgspec.structs.replace(recorded, certainty=Confidence.LIKELY)
        # Browsers export lists of pages that do not fit the entries: a list alone outweighs nothing.
        contradicted = recorded is not None and referring is None
        return self._at(sender, by, url, Confidence.LIKELY if contradicted else Confidence.CERTAIN, referring)

    def _not_stated(
        self, sender: Sender, header: tuple[str, str] | None, recorded: Attribution | None
    ) -> Attribution | None:
        """Attribute what names no page, or only something that may be one (``href``, ``redirect_uri``)."""
        referring = site_of_url(header[1]) if header else None
        if recorded is not None and (recorded.visit is not None or referring in (None, recorded.site)):
            return recorded
        weak = next((url for by, url in sender.claims.stated if by == "page_param" and self._may_be_page(url)), None)
        if weak is not None and referring in (None, site_of_url(weak)):
            certainty = Confidence.LIKELY if referring is None else Confidence.CERTAIN
            return self._at(sender, "page_param", weak, certainty, referring)
        return self._by_header(sender, header) or self._by_initiator(sender)

    def _may_be_page(self, url: str) -> bool:
        site = site_of_url(url)
        # A plug-in's href names what is liked; Meta's own pages are not where it was seen.
        return site is not None and not self._is_metas_own(site)

    def _recorded(
        self, sender: Sender, stated: tuple[str, str] | None, header: tuple[str, str] | None
    ) -> Attribution | None:
        """Return the page that the recorder says the request belongs to, by its documents, else by its list."""
        if sender.page_ref is None:
            return None
        url = stated[1] if stated and not sender.claims.in_frame else None
        visit = self._of_page(sender.page_ref, url, header)
        if visit is not None:
            return Attribution(visit.site, visit.url, "har_page", Confidence.CERTAIN, visit)
        listed = self.pages.get(sender.page_ref)
        if site_of_url(listed) is None or sender.page_ref in self._by_page:
            return None
        return Attribution(site_of_url(listed), listed, "har_page", Confidence.CERTAIN, None)

    def _of_page(self, page_ref: str, url: str | None, header: tuple[str, str] | None) -> Visit | None:
        """Choose among the documents of one recorder's page (a tab may hold several, one after another)."""
        visits = self._by_page.get(page_ref, ())
        if url:
            for visit in reversed(visits):
                if page_key(visit.url) == page_key(url):
                    return visit
        for named in (site_of_url(url), site_of_url(header[1]) if header else None):
            for visit in reversed(visits):
                if visit.site == named:
                    return visit
        return visits[-1] if visits and len({visit.site for visit in visits}) == 1 else None

    def _by_header(self, sender: Sender, header: tuple[str, str] | None) -> Attribution | None:
        if header is None:
            return None
        return self._at(sender, header[0], header[1], Confidence.LIKELY, site_of_url(header[1]))

    def _by_initiator(self, sender: Sender) -> Attribution | None:
        visit = self._by_url.get((sender.client, page_key(sender.initiator))) if sender.initiator else None
        return Attribution(visit.site, visit.url, "initiator", Confidence.LIKELY, visit) if visit else None

    def _by_document(self, sender: Sender) -> Attribution | None:
        """Attribute a first-party request without any word of its page to the visit of that very site."""
        visit = self._by_site.get((sender.client, sender.receiver)) if sender.receiver else None
        if visit is None or self._is_metas_own(visit.site):
            return None
        return Attribution(visit.site, visit.url, "document", Confidence.LIKELY, visit)

    def _at(self, sender: Sender, by: str, url: str, certainty: Confidence, referring: Site | None) -> Attribution:
        """Attribute to a URL; the visit is the latest of that URL, else the latest of the referring site."""
        site = site_of_url(url)
        visit = self._by_url.get((sender.client, page_key(url)))
        if visit is None and referring is not None and referring == site:
            visit = self._by_site.get((sender.client, referring))
        return Attribution(site, url, by, certainty, visit)


def _header(claims: PageClaims) -> tuple[str, str] | None:
    """Return what the browser itself says: (``referer`` or ``origin``, URL)."""
    for by, url in (("referer", claims.referer), ("origin", claims.origin)):
        if url and site_of_url(url):
            return by, url
    return None


def page_key(url: str) -> str:
    """Bring a page's URL into the form by which two spellings of it are one: no fragment, host in lower case.

    >>> page_key("https://Shop.Example/a#top") == page_key("https://shop.example/a")
    True
    """
    address = url.strip().partition("#")[0]
    head, slashes, rest = address.partition("://")
    authority = rest.partition("/")[0].partition("?")[0]
    return f"{head.lower()}{slashes}{host_of(address)}{rest[len(authority) :] or '/'}"
