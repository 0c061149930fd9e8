from dataclasses import replace

import pytest
from msgspec import structs

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.detect.sighting import PageClaims
from pixelwitness.core.join.attribution import UNKNOWN_PAGE, Sender, attribute
from pixelwitness.core.join.visits import Document, Visit, Visits
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
    page = attribute(one, found)
    return page.site, page.by, page.certainty, page.visit.id if page.visit else None


SHOP_VISIT, NEWS_VISIT = visit(1, SHOP), visit(2, NEWS)


@pytest.mark.parametrize(
    ("seen", "one", "expected"),
    [
        ([], sender(), (None, "none", None, None)),
        # The sender's own word alone is likely at most; the browser or the document confirms it.
        ([], sender(("dl", SHOP)), ("shop.example", "dl", "likely", None)),
        ([], sender(("dl", SHOP), referer="https://shop.example/"), ("shop.example", "dl", "certain", None)),
        ([], sender(("dl", SHOP), origin="https://shop.example"), ("shop.example", "dl", "certain", None)),
        # An older page than the last one confirms nothing: any later page can name it.
        ([SHOP_VISIT, NEWS_VISIT], sender(("dl", SHOP)), ("shop.example", "dl", "likely", "v1")),
        ([SHOP_VISIT], sender(("dl", SHOP), initiator=SHOP), ("shop.example", "initiator", "certain", "v1")),
        ([SHOP_VISIT], sender(("dl", SHOP + "#reviews")), ("shop.example", "dl", "certain", "v1")),
        # A single-page application's URL is no document; the browser's word finds the visit.
        (
            [SHOP_VISIT],
            sender(("dl", "https://shop.example/cart"), referer="https://shop.example/"),
            ("shop.example", "dl", "certain", "v1"),
        ),
        ([SHOP_VISIT], sender(("dl", "https://shop.example/cart")), ("shop.example", "dl", "likely", None)),
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
        ([], sender(("dl", SHOP), ("rl", NEWS)), ("shop.example", "dl", "likely", None)),
        ([], sender(("dl", "not a URL"), referer=SHOP), ("shop.example", "referer", "likely", None)),
        # A server speaks for itself: there is no browser whose Referer could disagree.
        (
            [],
            sender(("event_source_url", SHOP), channel=Channel.CAPI, referer=NEWS),
            ("shop.example", "event_source_url", "likely", None),
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
        # One that says it is no frame states something that is not so, unless the browser stands by it.
        (
            sender(("dl", "https://brand.example/"), page_ref="p1", says_top=True),
            ("shop.example", "har_page", "certain", "v1"),
        ),
        (
            sender(("dl", "https://brand.example/a"), page_ref="p1", says_top=True, referer="https://brand.example/"),
            ("brand.example", "referer", "likely", None),
        ),
        # What a page that was seen sends as it goes away may stand under the recorder's next page.
        (
            sender(("dl", NEWS), page_ref="p1", says_top=True, referer="https://news.example/"),
            ("news.example", "referer", "certain", "v4"),
        ),
        (
            sender(("dl", NEWS), page_ref="p1", referer="https://news.example/"),
            ("news.example", "referer", "likely", "v4"),
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
        (sender(page_ref="listed"), ("news.example", "har_page", "likely", None)),
        (sender(("dl", NEWS), page_ref="listed"), ("news.example", "dl", "certain", "v4")),
        (sender(("dl", NEWS + "?a=1"), page_ref="listed"), ("news.example", "dl", "likely", None)),
        (sender(page_ref="listed", referer="https://news.example/"), ("news.example", "har_page", "certain", None)),
        (sender(("dl", FRAME), in_frame=True, page_ref="listed"), ("news.example", "har_page", "likely", None)),
        (sender(page_ref="unknown"), (None, "none", None, None)),
    ],
)
def test_what_the_recorder_saw_comes_first(
    one: Sender, expected: tuple[str | None, str, str | None, str | None]
) -> None:
    found = visits(visit(1, SHOP, "p1"), visit(3, SHOP, "tab"), visit(4, NEWS, "tab"), pages={"listed": NEWS})
    assert told(found, one) == expected


EVIL = "https://attacker.example/"
EVIL_VISIT = visit(5, EVIL, "p5")
CLAIM = ("dl", "https://victim.example/account")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        # A page of one site that says it is another: what was seen wins, and the conflict is kept.
        (
            sender(CLAIM, page_ref="p5", says_top=True, referer=EVIL),
            ("attacker.example", "har_page", "certain", ("dl", "har_page", "certain")),
        ),
        (
            sender(CLAIM, page_ref="p5", says_top=True),
            ("attacker.example", "har_page", "certain", ("dl", "har_page", "certain")),
        ),
        (
            sender(CLAIM, page_ref="p5"),
            ("attacker.example", "har_page", "likely", ("dl", "har_page", "likely")),
        ),
        (
            sender(CLAIM, says_top=True, initiator=EVIL),
            ("attacker.example", "initiator", "certain", ("dl", "initiator", "certain")),
        ),
        (
            sender(CLAIM, says_top=True, referer=EVIL),
            ("attacker.example", "referer", "likely", ("dl", "referer", "certain")),
        ),
        (
            sender(("website_context", CLAIM[1]), channel=Channel.CAPI_GATEWAY, origin="https://attacker.example"),
            ("attacker.example", "origin", "likely", ("website_context", "origin", "likely")),
        ),
        # The frame that it says to be was seen as the page itself.
        (
            sender(("dl", EVIL), ("rl", CLAIM[1]), in_frame=True, referer=EVIL),
            ("attacker.example", "referer", "likely", ("rl", "document", "likely")),
        ),
        # The browser's word and the sender's against the recorder's page.
        (
            sender(CLAIM, page_ref="p5", says_top=True, referer="https://victim.example/"),
            ("victim.example", "referer", "likely", ("dl", "har_page", "certain")),
        ),
        # Nothing else speaks: the sender's own word, and nobody to contradict it.
        (sender(CLAIM, says_top=True), ("victim.example", "dl", "likely", None)),
        # No conflicts: another page of the same site, a frame, a page without a word.
        (sender(("dl", EVIL + "other"), page_ref="p5"), ("attacker.example", "har_page", "certain", None)),
        (sender(CLAIM, in_frame=True, page_ref="p5"), ("attacker.example", "har_page", "certain", None)),
        (sender(page_ref="p5", referer=CLAIM[1]), ("attacker.example", "har_page", "certain", None)),
        (sender(("page_param", CLAIM[1]), page_ref="p5"), ("attacker.example", "har_page", "certain", None)),
    ],
)
def test_a_statement_that_what_was_seen_contradicts_does_not_win(
    one: Sender, expected: tuple[str, str, str, tuple[str, str, str] | None]
) -> None:
    page = attribute(one, visits(EVIL_VISIT))
    conflict = page.conflict and (page.conflict.claim, page.conflict.against, page.conflict.certainty)
    assert (page.site, page.by, page.certainty, conflict) == expected


@pytest.mark.parametrize(
    ("seen_at", "one", "expected"),
    [
        # What the shop's page sends as it goes away, written under the next page before that one answered.
        (100.008, sender(("dl", SHOP), page_ref="p2", referer=SHOP), ("shop.example", "dl", "certain", "v1")),
        (100.008, sender(("dl", SHOP), page_ref="p2"), ("shop.example", "dl", "certain", "v1")),
        (100.008, sender(page_ref="p2", referer=SHOP), ("shop.example", "referer", "likely", "v1")),
        # Before the answer nothing is the next page's, whatever the recorder's list of pages says.
        (100.008, sender(page_ref="p2"), (None, "none", None, None)),
        (100.008, sender(initiator=NEWS), (None, "none", None, None)),
        (100.008, sender(receiver="news.example"), (None, "none", None, None)),
        (100.2, sender(page_ref="p2"), ("news.example", "har_page", "certain", "v2")),
        (100.1995, sender(page_ref="p2"), ("news.example", "har_page", "certain", "v2")),
        # A time that is not known lies behind what stands before it.
        (None, sender(page_ref="p2"), ("news.example", "har_page", "certain", "v2")),
    ],
)
def test_a_visit_counts_from_the_answer_of_its_document(
    seen_at: float | None, one: Sender, expected: tuple[str | None, str, str | None, str | None]
) -> None:
    found = visits(visit(1, SHOP, "p1"), pages={"p2": NEWS})
    found.add(structs.replace(visit(2, NEWS, "p2"), answered_at=100.2))
    assert told(found, structs.replace(one, seen_at=seen_at)) == expected


def test_a_document_that_has_not_answered_yet_has_frames_already() -> None:
    found = visits()
    found.add(structs.replace(visit(1, SHOP, "p1"), answered_at=100.2))
    assert found.is_frame(Document(Site("widget.example"), "p1"))


def test_a_live_visit_is_the_latest_of_the_url_and_of_the_same_client() -> None:
    found = visits(visit(1, SHOP, client="a"), visit(2, SHOP, client="a"), visit(3, SHOP, client="b"))
    assert told(found, sender(("dl", SHOP), client="a"))[3] == "v2"
    assert attribute(sender(client="a"), found) is UNKNOWN_PAGE


def test_the_page_url_is_the_statement_where_it_is_of_the_same_site() -> None:
    found = visits(visit(1, SHOP, "p1"))
    cart = "https://shop.example/cart"
    assert attribute(sender(("dl", cart), page_ref="p1"), found).url == cart
    assert attribute(sender(("dl", "https://brand.example/"), page_ref="p1"), found).url == SHOP


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
