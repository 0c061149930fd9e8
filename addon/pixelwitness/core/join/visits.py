"""Visits: which pages were seen in a recording, and from when on a request can be theirs.

Owns the documents that a recording shows, the pages its recorder lists, and which of the
documents are frames.  A visit counts from the time at which its document began to come:
what was sent before is not its own, though a recorder may say so (Firefox writes what a
page sends as it goes away under the next page).  Must not know senders and their claims.
"""

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from pixelwitness.core.wire.sites import Site, host_of, site_of_url

_ROUNDING = 0.001
"""Seconds to which recorders write times."""


class Visit(msgspec.Struct, frozen=True, gc=False):
    """One loading of a page, as its document's request shows it."""

    id: str
    site: Site
    url: str
    client: str = ""
    page_ref: str | None = None
    answered_at: float | None = None
    """When the document began to come: POSIX seconds; None when not recorded, then the visit counts at once."""


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


class Visits:
    """The visits of a recording so far, and the pages its recorder lists."""

    def __init__(self, pages: Mapping[str, str], is_metas_own: Callable[[Site], bool]) -> None:
        self.is_metas_own = is_metas_own
        self._pages = pages
        self._unanswered: list[tuple[float, int, Visit]] = []
        """(time of the answer, number, visit), the next one last."""
        self._number = 0
        self._by_url: dict[tuple[str, str], Visit] = {}
        self._by_site: dict[tuple[str, Site], Visit] = {}
        self._by_client: dict[str, Visit] = {}
        self._by_page: dict[str, list[Visit]] = {}
        self._referrers: dict[str, set[Site]] = {}

    def add(self, visit: Visit) -> None:
        """Take the next visit; it counts once its document has begun to come."""
        if visit.page_ref is not None:
            self._by_page.setdefault(visit.page_ref, []).append(visit)
        if visit.answered_at is None:
            self._count(visit)
        else:
            self._number += 1
            insort(self._unanswered, (-visit.answered_at, -self._number, visit))

    def advance(self, now: float | None) -> None:
        """Let the visits count whose documents had begun to come at a time, all of them when it is not known."""
        while self._unanswered and (now is None or -self._unanswered[-1][0] <= now + _ROUNDING):
            self._count(self._unanswered.pop()[2])

    def _count(self, visit: Visit) -> None:
        self._by_url[visit.client, page_key(visit.url)] = visit
        self._by_site[visit.client, visit.site] = visit
        self._by_client[visit.client] = visit

    def of_url(self, client: str, url: str) -> Visit | None:
        """Return the latest visit of a URL."""
        return self._by_url.get((client, page_key(url)))

    def of_site(self, client: str, site: Site) -> Visit | None:
        """Return the latest visit of a site."""
        return self._by_site.get((client, site))

    def latest(self, client: str) -> Visit | None:
        """Return the latest visit of all."""
        return self._by_client.get(client)

    def of_page(self, page_ref: str, url: str | None, referring: Site | None) -> Visit | None:
        """Choose among the documents of one recorder's page (a tab may hold several, one after another)."""
        waiting = [visit for _, _, visit in self._unanswered]
        visits = [visit for visit in self._by_page.get(page_ref, ()) if visit not in waiting]
        if url:
            for visit in reversed(visits):
                if page_key(visit.url) == page_key(url):
                    return visit
        for named in (site_of_url(url), referring):
            for visit in reversed(visits):
                if visit.site == named:
                    return visit
        return visits[-1] if visits and len({visit.site for visit in visits}) == 1 else None

    def listed(self, page_ref: str | None) -> str | None:
        """Return the URL that the recorder lists for a page of which no document was seen."""
        if page_ref is None or page_ref in self._by_page:
            return None
        url = self._pages.get(page_ref)
        return url if site_of_url(url) else None

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


def page_key(url: str) -> str:
    """Bring a page's URL into the form by which two spellings of it are one: no fragment, host in lower case.

    >>> page_key("https://Shop.Example/a#top") == page_key("https://shop.example/a")
    True
    """
    address = url.strip().partition("#")[0]
    head, slashes, rest = address.partition("://")
    authority = rest.partition("/")[0].partition("?")[0]
    return f"{head.lower()}{slashes}{host_of(address)}{rest[len(authority) :] or '/'}"
