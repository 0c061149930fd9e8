"""Attribution: on which site's page did the person see or do what was reported.

Owns the order in which evidence counts.  What the recorder saw (its pages) goes
before what the browser says (``Referer``, ``Origin``), and both go before what a
script states about itself when the two disagree; inside a frame only the
recorder and ``rl`` point at the page.  Never a guess by time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pixelwitness.core.event import PageClaims
from pixelwitness.core.rule import SERVER_CHANNELS, Channel, Confidence
from pixelwitness.core.sites import Site, host_of, site_of_url

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


@dataclass(frozen=True, slots=True)
class Visit:
    """One loading of a page, as its document's request shows it."""

    id: str
    site: Site
    url: str
    client: str = ""
    page_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The page of an event or contact, and how that is known."""

    site: Site | None
    url: str | None
    by: str
    certainty: Confidence | None
    visit: Visit | None = None


UNKNOWN_PAGE = Attribution(None, None, "none", None)


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a request came from, as far as the recording shows it."""

    channel: Channel
    claims: PageClaims
    client: str = ""
    page_ref: str | None = None
    initiator: str | None = None
    receiver: Site | None = None


class Visits:
    """The visits of a recording so far, and the pages its recorder lists."""

    def __init__(self, pages: Mapping[str, str], is_metas_own: Callable[[Site], bool]) -> None:
        self.pages = pages
        self._is_metas_own = is_metas_own
        self._by_url: dict[tuple[str, str], Visit] = {}
        self._by_site: dict[tuple[str, Site], Visit] = {}
        self._by_page: dict[str, list[Visit]] = {}

    def add(self, visit: Visit) -> None:
        """Take the next visit; the latest of a URL or site counts."""
        self._by_url[visit.client, page_key(visit.url)] = visit
        self._by_site[visit.client, visit.site] = visit
        if visit.page_ref is not None:
            self._by_page.setdefault(visit.page_ref, []).append(visit)

    def is_frame(self, page_ref: str | None, referer: str | None, site: Site, *, sure: bool) -> bool:
        """Say whether a document is one inside a page, where its own request does not tell (``sure``).

        Chrome calls frames documents, too, and gives every navigation a page of its own:
        a further document of the same page is a frame.  Without pages, a document
        that another site refers to may be one, and is not taken for a visit.
        """
        if sure:
            return False
        if page_ref is not None:
            return bool(self._by_page.get(page_ref))
        referring = site_of_url(referer)
        return referring is not None and referring != site

    def attribute(self, sender: Sender) -> Attribution:
        """Return the page that a request belongs to, `UNKNOWN_PAGE` when nothing tells."""
        claims = sender.claims
        frame_parent = next((url for by, url in claims.stated if by == "rl" and site_of_url(url)), None)
        stated = next(((by, url) for by, url in claims.stated if by != "rl" and self._is_page(by, url)), None)
        header = _header(claims)
        return (
            self._by_recorder(sender, stated, header)
            or self._by_frame(sender, frame_parent, stated)
            or self._by_statement(sender, stated, header)
            or self._by_header(sender, header)
            or self._by_document(sender)
            or UNKNOWN_PAGE
        )

    def _is_page(self, by: str, url: str) -> bool:
        site = site_of_url(url)
        # A plug-in's href names what is liked; Meta's own pages are not where it was seen.
        return site is not None and not (by == "page_param" and self._is_metas_own(site))

    def _by_recorder(
        self, sender: Sender, stated: tuple[str, str] | None, header: tuple[str, str] | None
    ) -> Attribution | None:
        url = stated[1] if stated and not sender.claims.in_frame else None
        if sender.page_ref is not None:
            visit = self._of_page(sender.page_ref, url, header)
            if visit is not None:
                exact = url if url and site_of_url(url) == visit.site else visit.url
                return Attribution(visit.site, exact, "har_page", Confidence.CERTAIN, visit)
            listed = self.pages.get(sender.page_ref)
            site = site_of_url(listed)
            if site is not None and sender.page_ref not in self._by_page:
                page_url = url if url and site_of_url(url) == site else listed
                return Attribution(site, page_url, "har_page", Confidence.CERTAIN, None)
        if sender.initiator and not stated:
            visit = self._by_url.get((sender.client, page_key(sender.initiator)))
            if visit is not None:
                return Attribution(visit.site, visit.url, "initiator", Confidence.LIKELY, visit)
        return None

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

    def _by_frame(self, sender: Sender, frame_parent: str | None, stated: tuple[str, str] | None) -> Attribution | None:
        if not sender.claims.in_frame:
            return None
        if frame_parent is not None:
            return self._at(sender, "rl", frame_parent, Confidence.LIKELY, site_of_url(frame_parent))
        # Only the frame's own address is known: the page may be another one.
        return self._at(sender, stated[0], stated[1], Confidence.HINT, None) if stated else None

    def _by_statement(
        self, sender: Sender, stated: tuple[str, str] | None, header: tuple[str, str] | None
    ) -> Attribution | None:
        if stated is None:
            return None
        by, url = stated
        from_browser = header is not None and sender.channel not in SERVER_CHANNELS
        if header is not None and from_browser and site_of_url(header[1]) != site_of_url(url):
            return self._at(sender, header[0], header[1], Confidence.LIKELY, site_of_url(header[1]))
        certainty = Confidence.LIKELY if by == "page_param" and not from_browser else Confidence.CERTAIN
        return self._at(sender, by, url, certainty, site_of_url(header[1]) if header else None)

    def _by_header(self, sender: Sender, header: tuple[str, str] | None) -> Attribution | None:
        if header is None:
            return None
        return self._at(sender, header[0], header[1], Confidence.LIKELY, site_of_url(header[1]))

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
