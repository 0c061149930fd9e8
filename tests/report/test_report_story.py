import io
import re
from typing import Any

import pytest
from tests.exposed import BOOTS, BOOTS_NOT_KEPT, EMAIL, FBP, contact, datum, event, recording, visit

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.report.formats import plain, terminal
from pixelwitness.report.formats.markdown import render_markdown
from pixelwitness.report.formats.plain import summary_lines
from pixelwitness.report.wording.coverage_words import SERVER_GAP, describe_silence, list_gaps, summarise_coverage
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.site_words import describe_absence, describe_others, list_contacts, reporting_sites
from pixelwitness.report.wording.story import tell_story
from pixelwitness.report.wording.vocabulary import Vocabulary, vocabulary

WORDS = Vocabulary({"email": "e-mail", "phone": "phone number", "browser_id": "browser id"})
WAY = "All of this went by pixel: image request to www.facebook.com. Pixel 1234567890123456 received it."


def exposed(*seen: SeenEvent | SeenContact) -> Exposure:
    builder = ExposureBuilder({"facebook.com"}, {"email"})
    builder.add_visit(visit("garden.example"))
    for one in seen:
        if isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    return builder.build(coverage_of([recording()]))


def told(*seen: SeenEvent | SeenContact) -> list[str]:
    return [plain_sentence(one) for _, sentences in tell_story(exposed(*seen), WORDS) for one in sentences]


def test_a_view_and_a_purchase_of_one_thing_are_one_sentence() -> None:
    sentences = told(
        event("ViewContent", *BOOTS, EMAIL, FBP, position=1), event("Purchase", *BOOTS, EMAIL, FBP, position=2)
    )

    assert sentences == [
        "shop.example told Meta: you viewed and bought hiking boots for 89 EUR; "
        "with it your e-mail (SHA-256), from a browser that Meta can know by _fbp.",
        WAY,
    ]


def test_without_kept_values_the_same_says_what_was_sent_and_not_kept() -> None:
    sentences = told(
        event("ViewContent", *BOOTS_NOT_KEPT, EMAIL, position=1), event("Purchase", *BOOTS_NOT_KEPT, FBP, position=2)
    )

    assert sentences[0] == (
        "shop.example told Meta: a ViewContent and a Purchase of 89 EUR (product name sent, not kept); "
        "with it your e-mail (SHA-256), from a browser that Meta can know by _fbp."
    )


def test_other_prices_are_other_sentences() -> None:
    dearer = datum("cd.value", "money", "number", value="120")

    sentences = told(
        event("ViewContent", BOOTS[0], position=1),
        event("Purchase", *BOOTS, position=2),
        event("Purchase", BOOTS[0], BOOTS[1], dearer, position=3),
    )

    assert "you viewed and bought hiking boots for 89 EUR" in sentences[0]
    assert [one.partition("bought ")[2].partition(";")[0] for one in sentences[:2]] == [
        "hiking boots for 89 EUR",
        "hiking boots for 120 EUR",
    ]


PERSON = "; nothing about the person was seen with it."


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ([event("CompleteRegistration")], f"you registered{PERSON}"),
        ([event("Lead"), event("Lead")], f"you left contact details (2 times){PERSON}"),
        ([event("Purchase", *BOOTS[1:])], f"you bought something for 89 EUR{PERSON}"),
        ([event("InitiateCheckout", *BOOTS[1:])], f"you went to the checkout (89 EUR){PERSON}"),
        (
            [event("Search", datum("cd.search_string", "search_text", value="tinnitus"))],
            f"you searched for “tinnitus”{PERSON}",
        ),
        (
            [
                event("SubscribedButtonClick", datum("cd.buttonText", "button_text", value=text))
                for text in ("Pay", "Go")
            ],
            f"you clicked “Pay” and “Go”{PERSON}",
        ),
        (
            [event("SubscribedButtonClick", datum("cd.buttonText", "button_text"))],
            f"you clicked a button (its text was sent, not kept){PERSON}",
        ),
        ([event("PageView"), event("PageView")], f"you opened shop.example/boots (2 times in all){PERSON}"),
        ([event("QuizDone"), event("Level 1")], f"events of its own naming, QuizDone and Level 1{PERSON}"),
        ([event("Microdata", event_kind="automatic")], f"an event of the library's own, Microdata{PERSON}"),
        ([event(None)], f"an event of its own naming, one whose name was not recorded{PERSON}"),
        (
            [event("Lead", method="POST", body_state="not_recorded")],
            "you left contact details; what else its body held was not recorded.",
        ),
        (
            [event("Lead", datum("ud.em", "email", "empty-hash"))],
            f"you left contact details{PERSON}",
        ),
        (
            [event("Lead", datum("cookie.c_user", "account_id"), datum("fbc", "click_id"), FBP)],
            "you left contact details; from a browser that Meta can know by _fbp, _fbc (an ad click) and "
            "c_user (a Facebook account).",
        ),
        (
            [event("Lead", EMAIL, datum("cud.em", "email", "masked"), datum("udff.ph", "phone", "md5"))],
            "you left contact details; with it your e-mail (SHA-256, masked) and phone number (MD5).",
        ),
    ],
)
def test_sentences(seen: list[SeenEvent], sentence: str) -> None:
    assert told(*seen)[0] == f"shop.example told Meta: {sentence}"


def test_ways_are_told_beside_each_sentence_only_where_they_differ() -> None:
    sentences = told(
        event("Purchase", *BOOTS, position=1),
        event("Lead", position=2, channel="capi-gateway", receiver_host="gw.shop.example", transport="fetch"),
    )

    assert sentences == [
        f"shop.example told Meta: you bought hiking boots for 89 EUR{PERSON[:-1]} (by pixel).",
        f"It also told: you left contact details{PERSON[:-1]} (by Conversions API gateway).",
        "All of this went by Conversions API gateway and pixel: fetch and image request to gw.shop.example and "
        "www.facebook.com. Pixel 1234567890123456 received it.",
    ]


def test_blocked_events_were_tried_and_reached_nobody() -> None:
    assert told(event("Lead", EMAIL, blocked=True)) == [
        "shop.example tried to tell Meta, but was blocked: you left contact details; with it your e-mail (SHA-256).",
        "All of this was to go by pixel: image request to www.facebook.com.",
    ]


def test_contacts_tell_of_the_visit() -> None:
    assert told(
        contact("social-plugin", attribution_certainty="certain"), contact(attribution_certainty="certain")
    ) == ["shop.example let Meta know of the visit, through Meta's library and social plug-in."]


def test_contacts_of_the_pixel_are_called_by_what_their_rule_is_for() -> None:
    topics = {"rule_id": "meta-topics-registration", "attribution_certainty": "certain"}
    seen = exposed(contact("pixel", **topics), contact("pixel", **topics), contact("pixel", rule_id="of-a-user"))
    (site,) = seen.sites[1:]

    assert list_contacts(site.contacts, vocabulary()) == (
        "registration of the visit with the browser's topics ×2",
        "pixel without an event",
    )


def test_blocked_contacts_were_tried() -> None:
    assert told(contact("social-plugin", attribution_certainty="certain", blocked=True)) == [
        "shop.example tried to let Meta know of the visit, but was blocked, through social plug-in."
    ]


def test_sites_that_told_of_the_person_come_first_then_all_by_name() -> None:
    phone = datum("ud.ph", "phone", "sha256")
    seen = exposed(
        event("Lead", FBP, site=None),
        event("Lead", FBP, site="alpha.example"),
        event("Lead", FBP, site="beta.example"),
        event("Lead", FBP, site="beta.example", position=2),
        event("Lead", EMAIL, site="one.example"),
        event("Lead", EMAIL, site="two.example"),
        event("Lead", EMAIL, site="two.example", position=2),
        event("Lead", EMAIL, phone, site="zoo.example"),
        event("Lead", datum("ud.em", "email", "empty-hash"), site="aardvark.example"),
    )
    names = [
        "zoo.example",
        "two.example",
        "one.example",
        "aardvark.example",
        "alpha.example",
        "beta.example",
        "unknown",
    ]

    assert [site.name for site in reporting_sites(seen)] == names
    assert [site.name for site, _ in tell_story(seen, WORDS)] == names
    assert [
        line.split("  (")[0] for line in summary_lines(seen, WORDS) if ".example  (" in line or "unknown  (" in line
    ] == (names)
    markdown = "\n".join(render_markdown(seen, WORDS))
    assert re.findall(r"^## `(.+)`$", markdown, re.MULTILINE) == names
    assert re.findall(r"^\| `(.+?)`", markdown, re.MULTILINE) == names
    assert [site.name for site in seen.sites] == [*sorted(["garden.example", *names[:-1]]), "unknown"]


def silent(**changed: Any) -> Exposure:
    builder = ExposureBuilder({"facebook.com"}, ())
    builder.add_visit(visit("garden.example"))
    return builder.build(coverage_of([recording(**({"requests_matched": 0, "requests_other": 10} | changed))]))


@pytest.mark.parametrize(
    ("exposure", "headline"),
    [
        (silent(), "Nothing was seen to go to Meta in 10 requests; unknown: what servers send directly."),
        (
            silent(complete=False, bodies_not_recorded=3, tls_refused=1),
            "Nothing was seen to go to Meta in 10 requests; unknown: 1 recording that ends before its end, 3 request "
            "bodies not recorded, 1 connection refused to be looked into and what servers send directly.",
        ),
        (
            silent(requests_seen=0, requests_other=0),
            "Nothing to scan: 0 requests. What was not looked at is not clean.",
        ),
        (
            silent(requests_matched=2, requests_other=7, blocked=1),
            "Nothing of what was asked for was seen to go to Meta; in all, 3 of 10 requests of these recordings were "
            "for Meta.",
        ),
        (
            exposed(event("Lead", site="facebook.com")),
            "No site was seen to tell Meta anything in 10 requests, Meta's own sites aside; unknown: what servers send "
            "directly.",
        ),
    ],
)
def test_silence_says_how_much_was_looked_at_in_every_output_for_people(exposure: Exposure, headline: str) -> None:
    console = terminal.console(io.StringIO(), colour=False, width=100)
    with console.capture() as drawn:
        console.print(terminal.draw_summary(exposure, WORDS))
        console.print(terminal.draw_story(exposure, WORDS))
    outputs = [
        " ".join(summary_lines(exposure, WORDS)),
        " ".join(plain.story_lines(exposure, WORDS)),
        " ".join(render_markdown(exposure, WORDS)),
    ]

    assert describe_silence(exposure) == headline
    assert [" ".join(text.split()).count(headline) for text in outputs] == [1, 1, 1]
    assert " ".join(drawn.get().split()).count(headline) == 2


def test_after_the_story_the_summary_tells_nothing_twice() -> None:
    builder = ExposureBuilder((), ())
    builder.add_event(event("Purchase"))
    builder.add_server_hint("shop.example", CountedFinding("agent", "hint", "WooCommerce says so", 1))
    exposure = builder.build(coverage_of([recording()]))
    words = vocabulary()
    whole, after = ("\n".join(summary_lines(exposure, words, after_story=one)) for one in (False, True))

    assert [text.count("server side likely") for text in (whole, after)] == [1, 0]
    assert [text.count("What has been announced") for text in (whole, after)] == [1, 0]
    assert "told Meta  Purchase" in after


def test_doubtful_attribution_is_said() -> None:
    assert told(event("Lead", attribution_certainty="likely"), event("Lead"))[-1] == (
        "That 1 of these 2 requests came from this site is likely, not certain."
    )


def test_an_unknown_page_is_called_so_and_metas_own_sites_are_no_part_of_the_story() -> None:
    sentences = told(event("Lead", site=None), event("Lead", site="facebook.com"))

    assert sentences[0] == f"A page that nothing names told Meta: you left contact details{PERSON}"
    assert len(sentences) == 2


def test_no_data_and_data_that_were_not_recorded_differ() -> None:
    (recorded,) = exposed(event("Lead")).sites[1:]
    (unread,) = exposed(event("Lead", method="POST", body_state="not_recorded")).sites[1:]

    assert (describe_absence(recorded), describe_absence(unread)) == (("no personal data seen",), ("not recorded",))


def test_the_ledger_adds_up_and_says_what_could_not_be_seen() -> None:
    builder = ExposureBuilder((), ())
    builder.add_event(event("Lead", method="POST", body_state="not_recorded"))
    broken = recording(
        complete=False,
        cookies_recorded=False,
        requests_seen=13,
        rejected=2,
        undecodable=1,
        bodies_not_recorded=3,
        tls_refused=1,
        dropped=1,
        rule_faults=1,
        user_agent="HeadlessChrome/140",
    )
    exposure = builder.build(coverage_of([broken], carrying=3, carried=5))

    assert summarise_coverage(exposure.coverage) == (
        "1 recording, 13 requests = 4 to Meta (3 carried 5 events, 1 contact) + 6 other + 1 undecodable + 2 unusable"
        " + 0 blocked; LOST: 1 record could not be stored; LOST: 1 request was not looked at whole"
    )
    assert list_gaps(exposure) == (
        "1 recording ends before the end: what came after is unknown.",
        "2 entries of recordings could not be used (no address in them).",
        "1 request to Meta could not be decoded: the contents are unknown.",
        "1 record could not be stored and were dropped.",
        "1 request was not looked at whole (a rule failed, or too much was in it): what they held may be missing.",
        "3 request bodies were not recorded, 1 of them to Meta: what they held is unknown, not absent.",
        "The exporter left cookies out of 1 recording: whether Meta's account cookies went along is unknown.",
        "1 connection refused to be looked into: what they carried is unknown. Either the program accepts certain "
        "certificates only (it pins them), or it does not trust the proxy's certificate yet.",
        "A headless browser made 1 recording: Meta's configurations send it away, so silence proves nothing.",
        SERVER_GAP,
    )


def test_one_value_from_several_sites_is_told_by_number_alone() -> None:
    other = datum("ud.em", "email", "sha256", token="john")
    seen = [event("Lead", one, site=site) for one in (EMAIL, other) for site in ("clinic.example", "shop.example")]

    assert list(describe_others(exposed(*seen), WORDS)) == [
        ("Visited, nothing seen to go to Meta", ("garden.example",)),
        ("The same e-mail (values 1, 2) went from", ("clinic.example", "shop.example")),
    ]
