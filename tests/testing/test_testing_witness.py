"""A real Chromium on the test sites, and a test that asks what it told Meta: the answers, and what no answer is."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pixelwitness.testing import BrowserWitness, NotRecordedError, ToldMetaError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser

BOOTS, FEEDBACK, LETTERS = "https://shop.example/boots", "https://shop.example/feedback", "https://news.example/letters"
SHOP, CLINIC = "1111222233334444", "2222333344445555"
EMAIL = "jane.doe@example.com"


@pytest.fixture
def witness(profile: "BrowserContext") -> BrowserWitness:
    return BrowserWitness(profile)


@pytest.fixture
def page(witness: BrowserWitness, profile: "BrowserContext") -> "Page":
    return profile.new_page()


def names(witness: BrowserWitness) -> list[str | None]:
    return [one.event.event_name for one in witness.events]


def lines(told: pytest.ExceptionInfo[Exception]) -> list[str]:
    return [re.sub(r"\s+", " ", line) for line in str(told.value).splitlines()]


# Events -----------------------------------------------------------------------


def test_a_page_that_tells_nothing_passes_every_question(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://garden.example/")
    witness.assert_no_events()
    witness.assert_no_personal_data()
    witness.assert_allowed(no_policy=True)
    assert (witness.events, witness.contacts) == ((), ())


def test_an_event_is_told_with_its_page_its_data_and_what_would_help(witness: BrowserWitness, page: "Page") -> None:
    page.goto(BOOTS)
    with pytest.raises(ToldMetaError) as told:
        witness.assert_no_events(name="ViewContent")
    said = lines(told)
    assert said[:2] == [
        "ViewContent was sent to Meta",
        f"violation: shop.example: ViewContent to pixel {SHOP} by pixel",
    ]
    for line in (
        " page shop.example/boots",
        " carried amount of money, browser id, page address, product",
        " to fix remove the pixel, or call fbq('consent', 'revoke') before fbq('init', …) until the",
    ):
        assert line in said


ASKED: dict[str, tuple[dict[str, str], bool]] = {
    "anything": ({}, True),
    "the site": ({"site": "shop.example"}, True),
    "a host of the site": ({"site": "www.shop.example"}, True),
    "an address of the site": ({"site": "https://shop.example/cart?x=1"}, True),
    "another site": ({"site": "news.example"}, False),
    "the pixel": ({"pixel": SHOP}, True),
    "another pixel": ({"pixel": CLINIC}, False),
    "the name": ({"name": "PageView"}, True),
    "another name": ({"name": "Purchase"}, False),
    "part of a name": ({"name": "Page"}, False),
    "the name elsewhere": ({"site": "news.example", "name": "PageView"}, False),
}


def test_questions_are_about_what_they_name(witness: BrowserWitness, page: "Page") -> None:
    page.goto(BOOTS)
    answered = {}
    for asked, (what, _) in ASKED.items():
        try:
            witness.assert_no_events(**what)
            answered[asked] = False
        except ToldMetaError:
            answered[asked] = True
    assert answered == {asked: sent for asked, (_, sent) in ASKED.items()}


def test_what_is_no_site_is_refused(witness: BrowserWitness) -> None:
    with pytest.raises(ValueError, match=r"site='' names no site; write it as shop\.example"):
        witness.assert_no_events("")


def test_what_a_click_sets_off_a_moment_later_is_waited_for(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://garden.example/")
    page.wait_for_load_state("networkidle")
    send = f"new Image().src = 'https://www.facebook.com/tr/?id={SHOP}&ev=Late'"
    page.evaluate(f"() => {{ setTimeout(() => {{ {send} }}, 300) }}")
    with pytest.raises(ToldMetaError, match="Late to pixel"):
        witness.assert_no_events()


def test_every_tab_of_the_context_is_heard_and_stays_heard(
    witness: BrowserWitness, page: "Page", profile: "BrowserContext"
) -> None:
    page.goto(BOOTS)
    other = profile.new_page()
    other.goto("https://www.clinic.example/")
    assert {(one.event.page_site, one.event.event_name) for one in witness.events} == {
        ("shop.example", "PageView"),
        ("shop.example", "ViewContent"),
        ("clinic.example", "PageView"),
    }
    profile.close()
    with pytest.raises(ToldMetaError, match="clinic"):
        witness.assert_no_events("www.clinic.example")


def test_a_context_of_the_async_api_is_refused() -> None:
    async_api = pytest.importorskip("playwright.async_api")
    with pytest.raises(TypeError, match="takes one of the sync API"):
        BrowserWitness(object.__new__(async_api.BrowserContext))


def test_what_an_event_is_called_does_nothing_to_a_log(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://garden.example/")
    name = "\x1b[2J\u202e\r\n::error file=a::b\n<script>alert(1)</script>\n## [link](https://evil.example)"
    url = f"'https://www.facebook.com/tr/?id={SHOP}&cd[n]=' + Math.random() + '&ev=' + encodeURIComponent(name)"
    send = f"(name) => {{ new Image().src = {url} }}"
    page.evaluate(send, name)
    with pytest.raises(ToldMetaError) as told:
        witness.assert_no_events()
    with pytest.raises(ToldMetaError) as missed, witness.expect_event("Lead", within=0.5):
        page.evaluate(send, name)
    for said in (str(told.value), str(missed.value)):
        assert "error file=a" in said
        assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]|^\s*::|^\s*#", said, re.MULTILINE) == []


# Personal data ----------------------------------------------------------------


def test_an_event_without_personal_data_passes(witness: BrowserWitness, page: "Page") -> None:
    page.goto(BOOTS)
    witness.assert_no_personal_data()
    assert len(witness.events) == 2


def test_a_hash_of_an_e_mail_is_personal_data(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://shop.example/checkout")
    page.fill("input[name=email]", EMAIL)
    page.click("#order")
    page.wait_for_url("**/thanks")
    witness.assert_no_personal_data(name="ViewContent")
    witness.assert_no_personal_data("news.example")
    with pytest.raises(ToldMetaError) as told:
        witness.assert_no_personal_data(name="Purchase")
    said = lines(told)
    assert said[:2] == [
        "personal data was sent to Meta with Purchase",
        f"violation: shop.example: Purchase to pixel {SHOP} by pixel",
    ]
    for line in (" carried e-mail (SHA-256)", " in ud.em", " to fix take the user data out of fbq('init', …)"):
        assert line in said
    with pytest.raises(ToldMetaError, match="automatic advanced matching"):
        witness.assert_no_personal_data(name="SubscribedButtonClick")


def tell_us(page: "Page") -> None:
    page.goto(FEEDBACK)
    page.fill("input[name=email]", EMAIL)
    page.click("#tell")


def test_what_stands_in_a_blob_is_not_recorded_and_neither_passes_nor_fails(
    witness: BrowserWitness, page: "Page"
) -> None:
    tell_us(page)
    with pytest.raises(NotRecordedError) as told:
        witness.assert_no_personal_data()
    assert lines(told) == [
        "not recorded: nobody can say whether personal data was sent to Meta with an event",
        " reason Of 1 event or contact a body was not recorded, so that what it held is unknown.",
        " to know browsers keep what stands in a Blob or a file to themselves: ask for it with "
        "--pixelwitness-read-bodies, or read_bodies=True",
    ]
    with pytest.raises(
        NotRecordedError, match=r"whether Contact was sent.*\n.*Of 1 event the name or the pixel.*\n.*read-bodies"
    ):
        witness.assert_no_events(name="Contact")
    with pytest.raises(ToldMetaError, match="an event whose name was not recorded"):
        witness.assert_no_events()
    assert not issubclass(NotRecordedError, AssertionError)


def test_with_bodies_asked_for_it_is_told_and_never_quoted(profile: "BrowserContext") -> None:
    witness = BrowserWitness(profile, read_bodies=True)
    tell_us(profile.new_page())
    with pytest.raises(ToldMetaError) as told:
        witness.assert_no_personal_data()
    assert f"violation: shop.example: Contact to pixel {SHOP} by pixel" in lines(told)
    assert " carried e-mail" in lines(told)
    assert "jane" not in str(told.value)
    assert EMAIL not in repr(vars(witness)) + repr(vars(witness._session))


def test_an_invented_identity_is_found_wherever_it_goes(profile: "BrowserContext", tmp_path: Path) -> None:
    persona = tmp_path / "persona.toml"
    persona.write_text('ids = "user-42"\n', "utf-8")
    ignorant, knowing = BrowserWitness(profile), BrowserWitness(profile, persona=persona)
    page = profile.new_page()
    page.goto("https://garden.example/")
    page.evaluate(f"() => {{ new Image().src = 'https://www.facebook.com/tr/?id={SHOP}&ev=Lead&cd[basket]=user-42' }}")
    ignorant.assert_no_personal_data()
    with pytest.raises(ToldMetaError, match=r"in +cd\.basket") as told:
        knowing.assert_no_personal_data()
    assert "user-42" not in str(told.value)


# Consent ----------------------------------------------------------------------


def agree_and_withdraw(witness: BrowserWitness, page: "Page", address: str) -> None:
    page.goto(address)
    with witness.expect_event("PageView"):
        page.click("#accept")
    page.click("#withdraw")
    witness.withdrawn()
    page.click("#write")
    page.goto(address)


def test_a_site_that_stops_is_silent(witness: BrowserWitness, page: "Page") -> None:
    agree_and_withdraw(witness, page, LETTERS)
    witness.assert_silent_after_withdrawal()
    assert names(witness) == ["PageView"]


def test_a_site_that_goes_on_is_not(witness: BrowserWitness, page: "Page") -> None:
    agree_and_withdraw(witness, page, f"{LETTERS}?careless")
    witness.assert_silent_after_withdrawal("shop.example")
    with pytest.raises(ToldMetaError) as told:
        witness.assert_silent_after_withdrawal("news.example")
    headline, violation = lines(told)[:2]
    assert headline == "Meta was told of the visit of news.example after consent was withdrawn"
    # What became of it may be lost with the page that sent it.
    assert violation.startswith("violation: news.example: LetterWritten to pixel 3333444455556666 by pixel")
    assert "PageView" not in str(told.value)


def test_a_library_that_is_loaded_after_withdrawal_is_no_silence(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://news.example/")
    witness.withdrawn()
    page.goto("https://news.example/")
    with pytest.raises(ToldMetaError, match=r"contact with Meta by .*library"):
        witness.assert_silent_after_withdrawal()
    witness.assert_silent_after_withdrawal(contacts=False)


def test_nobody_withdrew_nothing_can_be_asked(witness: BrowserWitness) -> None:
    with pytest.raises(RuntimeError, match=r"call withdrawn\(\) right after the step that does"):
        witness.assert_silent_after_withdrawal()


# Waiting ----------------------------------------------------------------------


def test_an_expected_event_is_given_with_what_it_carried(witness: BrowserWitness, page: "Page") -> None:
    with witness.expect_event("ViewContent", pixel=int(SHOP)) as viewed:
        page.goto(BOOTS)
    assert viewed.value.event.page_url == BOOTS
    assert {one.field: one.value for one in viewed.value.fields}["cd.value"] == "89"


def test_an_event_that_does_not_come_is_told_with_what_came(witness: BrowserWitness, page: "Page") -> None:
    with (
        pytest.raises(
            ToldMetaError, match=r"Lead was not sent to Meta within 0\.5 s; seen in that time: PageView, View"
        ),
        witness.expect_event("Lead", within=0.5),
    ):
        page.goto(BOOTS)


def test_an_event_whose_name_was_not_recorded_may_be_the_one(witness: BrowserWitness, page: "Page") -> None:
    with (
        pytest.raises(NotRecordedError, match="whether Contact was sent"),
        witness.expect_event("Contact", within=0.5),
    ):
        tell_us(page)


def test_what_takes_too_long_inside_the_block_is_no_missing_event(witness: BrowserWitness, page: "Page") -> None:
    from playwright.sync_api import TimeoutError as TookTooLong

    page.goto("https://garden.example/")
    with pytest.raises(TookTooLong, match="click"), witness.expect_event("Lead"):
        page.click("#nowhere", timeout=200)


def test_an_event_is_not_there_inside_the_block(witness: BrowserWitness, page: "Page") -> None:
    with witness.expect_event("PageView") as seen:
        with pytest.raises(RuntimeError, match="not inside it"):
            seen.value  # noqa: B018  asked for too early
        page.goto(BOOTS)
    assert seen.value.event.event_name == "PageView"


# What no answer is ------------------------------------------------------------


def test_a_browser_without_a_request_proves_nothing(witness: BrowserWitness) -> None:
    with pytest.raises(NotRecordedError, match="The browser made no request at all; open a page first"):
        witness.assert_no_events()


ANSWERS: dict[str, Callable[["Route"], None]] = {
    "aborted": lambda route: route.abort(),
    "empty": lambda route: route.fulfill(status=200, body=""),
    "missing": lambda route: route.fulfill(status=404, body="no such file"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_pixel_whose_library_did_not_arrive_proves_nothing(
    witness: BrowserWitness, page: "Page", profile: "BrowserContext", answer: Callable[["Route"], None]
) -> None:
    profile.route("**/fbevents.js", lambda route: answer(route))
    page.goto(BOOTS)
    with pytest.raises(NotRecordedError, match=r"library was asked for and did not arrive \(shop.example\)"):
        witness.assert_no_events()


def test_a_headless_agent_that_pixels_pass_over_proves_nothing(chromium: "Browser") -> None:
    from tests.sites import browse, direct

    context = direct.profile(chromium, browse.AGENT.replace("Chrome", "HeadlessChrome"))
    witness = BrowserWitness(context)
    page = context.new_page()
    page.goto("https://news.example/")  # waits for consent, and the library lies there
    with pytest.raises(NotRecordedError, match="a headless browser loaded Meta's pixel and no event followed"):
        witness.assert_no_events()
    page.click("#accept")  # it speaks, so its silence before was none of a headless browser
    witness.assert_no_events(name="Purchase")
    context.close()


@pytest.fixture
def held(profile: "BrowserContext") -> Iterator[None]:
    """Lets nothing come of what a page asks for as its stream."""
    routes: list[Route] = []
    profile.route("**/stream", lambda route: routes.append(route))
    yield
    for route in routes:
        route.abort()


ASK = "() => setInterval(() => fetch('/style.css?' + Math.random()), 200)"
WORK = "() => setInterval(() => { for (const end = Date.now() + 900; Date.now() < end; ); }, 1)"
RESTLESS = {
    "a request": ("() => { fetch('/stream') }", "1 request had no end yet"),
    "requests": (ASK, "it kept asking for more"),
    "a script": (WORK, "a script of it was still at work"),
}


@pytest.mark.parametrize(("script", "why"), RESTLESS.values(), ids=RESTLESS)
def test_a_page_that_never_rests_proves_nothing(profile: "BrowserContext", held: None, script: str, why: str) -> None:
    witness = BrowserWitness(profile, rest_within=1.0)
    page = profile.new_page()
    page.goto("https://garden.example/")
    page.evaluate(script)
    with pytest.raises(NotRecordedError, match=f"The page did not come to rest: {why}"):
        witness.assert_no_events()
    page.close()


def test_a_script_at_work_is_waited_for(witness: BrowserWitness, page: "Page") -> None:
    page.goto("https://garden.example/")
    send = f"new Image().src = 'https://www.facebook.com/tr/?id={SHOP}&ev=Late'"
    work = "for (const end = Date.now() + 1500; Date.now() < end; );"
    page.evaluate(f"() => {{ setTimeout(() => {{ {work} {send} }}, 1) }}")
    with pytest.raises(ToldMetaError, match="Late to pixel"):
        witness.assert_no_events()


@pytest.mark.parametrize("script", ["() => { fetch('/stream') }", ASK])
def test_what_is_known_never_to_end_is_not_waited_for(profile: "BrowserContext", held: None, script: str) -> None:
    witness = BrowserWitness(profile, endless=r"/stream$|style\.css\?0\.")
    page = profile.new_page()
    page.goto("https://garden.example/")
    page.evaluate(script)
    witness.assert_no_events()
    page.close()


def test_a_closed_tab_is_not_waited_for(profile: "BrowserContext", held: None) -> None:
    witness = BrowserWitness(profile, rest_within=5.0)
    page = profile.new_page()
    page.goto("https://garden.example/")
    page.evaluate("() => { fetch('/stream') }")
    page.close()
    witness.assert_no_events()


def test_a_window_that_a_page_opens_is_heard_from_its_first_request(
    witness: BrowserWitness, page: "Page", profile: "BrowserContext"
) -> None:
    page.goto("https://garden.example/")
    with witness.expect_event("ViewContent") as viewed, profile.expect_page():
        page.evaluate(f"() => {{ open('{BOOTS}') }}")
    assert (viewed.value.event.page_site, viewed.value.event.attribution_certainty) == ("shop.example", "certain")
    assert {one.contact.page_site for one in witness.contacts} == {"shop.example"}
