from dataclasses import replace

import pytest

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.detect.sighting import PageClaims
from pixelwitness.core.join.attribution import UNKNOWN_PAGE, Document, Sender, Visit, Visits
from pixelwitness.core.wire.sites import Site

SHOP = "https://shop.example/boots?size=42"
NEWS = "https://news.example/today"
FRAME = "https://widget.example/frame"


def visits(*seen: Visit, pages: dict[str, str] | None = None) -> Visits:
    found = Visits(pages or {}, lambda site: site == "facebook.com")
    for visit in seen:
        found.add(visit)
    return found


def visit(number: int, url: str, page_ref: str | None = None, client: str = "") -> Visit:
    host = url.split("/")[2]
    return Visit(f"v{number}", Site(".".join(host.split(".")[-2:])), url, client, page_ref)


def sender(
    *stated: tuple[str, str],
    channel: Channel = Channel.PIXEL,
    referer: str | None = None,
    origin: str | None = None,
    in_frame: bool = False,
    says_top: bool = False,
    page_ref: str | None = None,
    client: str = "",
    initiator: str | None = None,
    receiver: str | None = "facebook.com",
) -> Sender:
    claims = PageClaims(stated, in_frame=in_frame, says_top=says_top, referer=referer, origin=origin)
    return Sender(channel, claims, client, page_ref, initiator, Site(receiver) if receiver else None)


def told(found: Visits, one: Sender) -> tuple[str | None, str, str | None, str | None]:
    page = found.attribute(one)
    return page.site, page.by, page.certainty, page.visit.id if page.visit else None


SHOP_VISIT, NEWS_VISIT = visit(1, SHOP), visit(2, NEWS)


@pytest.mark.parametrize(
    ("seen", "one", "expected"),
    [
        ([], sender(), (None, "none", None, None)),
        ([], sender(("dl", SHOP)), ("shop.example", "dl", "certain", None)),
        ([SHOP_VISIT], sender(("dl", SHOP + "#reviews")), ("shop.example", "dl", "certain", "v1")),
        # A single-page application's URL is no document; the browser's word finds the visit.
        (
            [SHOP_VISIT],
            sender(("dl", "https://shop.example/cart"), referer="https://shop.example/"),
            ("shop.example", "dl", "certain", "v1"),
        ),
        ([SHOP_VISIT], sender(("dl", "https://shop.example/cart")), ("shop.example", "dl", "certain", None)),
        # What the browser says goes before what a script states about itself.
        (
            [SHOP_VISIT, NEWS_VISIT],
            sender(("dl", "https://brand.example/"), referer="https://news.example/"),
            ("news.example", "referer", "likely", "v2"),
        ),
        ([], sender(referer="https://shop.example/"), ("shop.example", "referer", "likely", None)),
        ([], sender(origin="https://shop.example"), ("shop.example", "origin", "likely", None)),
        ([], sender(origin="null"), (None, "none", None, None)),
        # In a frame, dl and Referer name the frame; only rl points at the page.
        (
            [SHOP_VISIT],
            sender(("dl", FRAME), ("rl", "https://shop.example/"), referer=FRAME, in_frame=True),
            ("shop.example", "rl", "likely", "v1"),
        ),
        ([], sender(("dl", FRAME), ("rl", ""), in_frame=True), ("widget.example", "dl", "hint", None)),
        ([], sender(("dl", SHOP), ("rl", NEWS)), ("shop.example", "dl", "certain", None)),
        ([], sender(("dl", "not a URL"), referer=SHOP), ("shop.example", "referer", "likely", None)),
        # A server speaks for itself: there is no browser whose Referer could disagree.
        (
            [],
            sender(("event_source_url", SHOP), channel=Channel.CAPI, referer=NEWS),
            ("shop.example", "event_source_url", "certain", None),
        ),
        ([SHOP_VISIT], sender(channel=Channel.CAPI), (None, "none", None, None)),
        # A like button may like Meta's own page of the brand: that is not where it was seen.
        ([], sender(("page_param", "https://www.facebook.com/brand")), (None, "none", None, None)),
        ([], sender(("page_param", SHOP)), ("shop.example", "page_param", "likely", None)),
        ([], sender(("page_param", SHOP), referer=SHOP), ("shop.example", "page_param", "certain", None)),
        # First party without a word of the page.
        ([SHOP_VISIT], sender(receiver="shop.example"), ("shop.example", "document", "likely", "v1")),
        ([visit(1, SHOP, client="a")], sender(receiver="shop.example", client="b"), (None, "none", None, None)),
        ([SHOP_VISIT], sender(initiator=SHOP), ("shop.example", "initiator", "likely", "v1")),
        ([SHOP_VISIT], sender(initiator="https://cdn.example/lib.js"), (None, "none", None, None)),
    ],
)
def test_evidence_counts_in_this_order(
    seen: list[Visit], one: Sender, expected: tuple[str | None, str, str | None, str | None]
) -> None:
    assert told(visits(*seen), one) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (sender(page_ref="p1"), ("shop.example", "har_page", "certain", "v1")),
        # The page is what the person sees, whatever frame sent the hit.
        (
            sender(("dl", FRAME), ("rl", "https://other.example/"), in_frame=True, page_ref="p1"),
            ("shop.example", "har_page", "certain", "v1"),
        ),
        # A sender that does not say where it runs, under another site's document: likely in a frame.
        (sender(("dl", "https://brand.example/"), page_ref="p1"), ("shop.example", "har_page", "likely", "v1")),
        # One that says it is no frame: the page is what it states, with the browser's word for certain.
        (
            sender(("dl", "https://brand.example/"), page_ref="p1", says_top=True),
            ("brand.example", "dl", "likely", None),
        ),
        (
            sender(("dl", "https://brand.example/a"), page_ref="p1", says_top=True, referer="https://brand.example/"),
            ("brand.example", "dl", "certain", None),
        ),
        # A script can state anything: recorder and browser together stand against it.
        (
            sender(("dl", "https://brand.example/"), page_ref="p1", says_top=True, referer="https://shop.example/"),
            ("shop.example", "har_page", "certain", "v1"),
        ),
        # A list of pages without their documents outweighs nothing: exporters get it wrong.
        (
            sender(("dl", SHOP), page_ref="listed", referer="https://shop.example/"),
            ("shop.example", "dl", "certain", "v3"),
        ),
        (sender(("dl", SHOP), page_ref="listed"), ("shop.example", "dl", "likely", "v3")),
        (sender(referer="https://shop.example/", page_ref="listed"), ("shop.example", "referer", "likely", "v3")),
        # What a frame loads is referred by the frame; the page is the document that the recorder saw.
        (sender(referer=FRAME, page_ref="p1"), ("shop.example", "har_page", "certain", "v1")),
        (sender(("page_param", NEWS), page_ref="p1"), ("shop.example", "har_page", "certain", "v1")),
        # One tab, two documents, and a beacon of the first that left after the second began.
        (sender(("dl", SHOP), page_ref="tab"), ("shop.example", "har_page", "certain", "v3")),
        (sender(("dl", NEWS), page_ref="tab"), ("news.example", "har_page", "certain", "v4")),
        (sender(page_ref="tab", referer="https://shop.example/"), ("shop.example", "har_page", "certain", "v3")),
        # Two sites in one tab and no word which: not guessed.
        (sender(page_ref="tab"), (None, "none", None, None)),
        (sender(page_ref="listed"), ("news.example", "har_page", "certain", None)),
        (sender(page_ref="unknown"), (None, "none", None, None)),
    ],
)
def test_what_the_recorder_saw_comes_first(
    one: Sender, expected: tuple[str | None, str, str | None, str | None]
) -> None:
    found = visits(visit(1, SHOP, "p1"), visit(3, SHOP, "tab"), visit(4, NEWS, "tab"), pages={"listed": NEWS})
    assert told(found, one) == expected


def test_a_live_visit_is_the_latest_of_the_url_and_of_the_same_client() -> None:
    found = visits(visit(1, SHOP, client="a"), visit(2, SHOP, client="a"), visit(3, SHOP, client="b"))
    assert told(found, sender(("dl", SHOP), client="a"))[3] == "v2"
    assert found.attribute(sender(client="a")) is UNKNOWN_PAGE


def test_the_page_url_is_the_statement_where_it_is_of_the_same_site() -> None:
    found = visits(visit(1, SHOP, "p1"))
    assert (
        found.attribute(sender(("dl", "https://shop.example/cart"), page_ref="p1")).url == "https://shop.example/cart"
    )
    assert found.attribute(sender(("dl", "https://brand.example/"), page_ref="p1")).url == SHOP


def test_a_further_document_of_a_page_is_a_frame_unless_the_browser_says_otherwise() -> None:
    found = visits(visit(1, SHOP, "p1"))
    widget = Document(Site("widget.example"))
    assert found.is_frame(replace(widget, page_ref="p1"))
    assert found.is_frame(replace(widget, page_ref="p1", said_by_recorder=True))
    assert not found.is_frame(replace(widget, page_ref="p1", said_by_browser=True))
    assert not found.is_frame(replace(widget, page_ref="p2"))
    assert not found.is_frame(replace(widget, page_ref="p2", said_by_recorder=True, referer=SHOP))
    assert found.is_frame(replace(widget, referer=SHOP))
    assert found.is_frame(replace(widget, page_ref="p2", referer=SHOP))
    assert not found.is_frame(replace(widget, referer="https://widget.example/"))
    assert not found.is_frame(widget)


def test_a_document_of_a_page_that_another_site_referred_to_before_is_a_frame() -> None:
    found = visits()
    found.note_referrer("p1", "https://shop.example/")
    assert found.is_frame(Document(Site("ads.example"), "p1"))
    assert not found.is_frame(Document(Site("shop.example"), "p1"))
    assert not found.is_frame(Document(Site("ads.example"), "p2"))
    assert not found.is_frame(Document(Site("ads.example"), "p1", said_by_recorder=True))
