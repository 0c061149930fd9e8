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
from pixelwitness.report.statements.narrative import narrate_all
from pixelwitness.report.statements.report_statements import reporting_sites
from pixelwitness.report.statements.site_kinds import Act, Attribution, Contacts, Events
from pixelwitness.report.wording.coverage_words import SERVER_GAP, list_gaps, summarise_coverage
from pixelwitness.report.wording.english.cells import about_whom, list_contacts
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.site_words import describe_others
from pixelwitness.report.wording.vocabulary import vocabulary

WORDS = vocabulary()
WAY = "In all 2 events went to Meta by pixel (image request) to www.facebook.com; pixel 1234567890123456 received this."
DL = datum("dl", "page_url")


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
    """Return what is told of acts, events, contacts and how sure it is whose they are."""
    exposure = exposed(*seen)
    return [
        plain_sentence(tell(one, WORDS))
        for narrative in narrate_all(exposure, WORDS.perspective(exposure))
        for one in narrative.statements
        if isinstance(one, Act | Events | Contacts | Attribution)
    ]


def test_a_view_and_a_purchase_of_one_thing_are_one_sentence() -> None:
    sentences = told(
        event("ViewContent", *BOOTS, EMAIL, FBP, position=1), event("Purchase", *BOOTS, EMAIL, FBP, position=2)
    )

    assert sentences == [
        "shop.example told Meta: the visitor viewed and bought hiking boots for 89 EUR. "
        "With it: e-mail (SHA-256), from a browser that Meta can know by _fbp.",
        WAY,
    ]


def test_without_kept_values_the_same_says_what_was_sent_and_not_kept() -> None:
    sentences = told(
        event("ViewContent", *BOOTS_NOT_KEPT, EMAIL, position=1), event("Purchase", *BOOTS_NOT_KEPT, FBP, position=2)
    )

    assert sentences[0] == (
        "shop.example told Meta: a ViewContent and a Purchase of 89 EUR (product name sent, not kept). "
        "With it: e-mail (SHA-256), from a browser that Meta can know by _fbp."
    )


def test_other_prices_are_other_sentences() -> None:
    dearer = datum("cd.value", "money", "number", value="120")

    sentences = told(
        event("ViewContent", BOOTS[0], position=1),
        event("Purchase", *BOOTS, position=2),
        event("Purchase", BOOTS[0], BOOTS[1], dearer, position=3),
    )

    assert "the visitor viewed and bought hiking boots for 89 EUR" in sentences[0]
    assert [one.partition("bought ")[2].rstrip(".") for one in sentences[:2]] == [
        "hiking boots for 89 EUR",
        "hiking boots for 120 EUR",
    ]


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ([event("CompleteRegistration")], "the visitor registered."),
        ([event("Lead"), event("Lead")], "the visitor left contact details (2 times)."),
        ([event("Purchase", *BOOTS[1:])], "the visitor bought something for 89 EUR."),
        ([event("InitiateCheckout", *BOOTS[1:])], "the visitor went to the checkout (89 EUR)."),
        (
            [event("Search", datum("cd.search_string", "search_text", value="tinnitus"))],
            "the visitor searched for “tinnitus”.",
        ),
        (
            [
                event("SubscribedButtonClick", datum("cd.buttonText", "button_text", value=text))
                for text in ("Pay", "Go")
            ],
            "the visitor clicked “Pay” and “Go”.",
        ),
        (
            [event("SubscribedButtonClick", datum("cd.buttonText", "button_text"))],
            "the visitor clicked a button (its text was sent, not kept).",
        ),
        ([event("PageView", DL), event("PageView", DL)], "the visitor opened shop.example/boots (2 times in all)."),
        ([event("QuizDone"), event("Level 1")], "events of its own naming, QuizDone and Level 1."),
        ([event("Microdata", event_kind="automatic")], "an event of the library's own, Microdata."),
        ([event(None)], "an event of its own naming, one whose name was not recorded."),
        (
            [event("Lead", method="POST", body_state="not_recorded")],
            "the visitor left contact details. What else its body held was not recorded.",
        ),
        (
            [event("Lead", datum("ud.em", "email", "empty-hash"))],
            "the visitor left contact details.",
        ),
        (
            [event("Lead", datum("cookie.c_user", "account_id"), datum("fbc", "click_id"), FBP)],
            "the visitor left contact details. Meta can know the browser by _fbp, _fbc (an ad click) "
            "and c_user (a Facebook account).",
        ),
        (
            [event("Lead", EMAIL, datum("cud.em", "email", "masked"), datum("udff.ph", "phone", "md5"))],
            "the visitor left contact details. With it: e-mail (SHA-256, masked) and phone number (MD5).",
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
        "shop.example told Meta: the visitor bought hiking boots for 89 EUR. It went by pixel.",
        "It also told: the visitor left contact details. It went by Conversions API gateway.",
        "In all 2 events went to Meta by Conversions API gateway (fetch) and pixel (image request) to gw.shop.example "
        "and www.facebook.com; pixel 1234567890123456 received this.",
    ]


def test_blocked_events_were_tried_and_reached_nobody() -> None:
    assert told(event("Lead", EMAIL, blocked=True)) == [
        "shop.example tried to tell Meta, and was blocked: the visitor left contact details. "
        "With it: e-mail (SHA-256).",
        "1 event was to go by pixel (image request) to www.facebook.com, and was blocked.",
    ]


def test_contacts_tell_of_the_visit() -> None:
    assert told(
        contact("social-plugin", attribution_certainty="certain"), contact(attribution_certainty="certain")
    ) == ["shop.example let Meta know of the visit, through Meta's library and social plug-in."]


def test_contacts_of_the_pixel_are_called_by_what_their_rule_is_for() -> None:
    topics = {"rule_id": "meta-topics-registration", "attribution_certainty": "certain"}
    seen = exposed(contact("pixel", **topics), contact("pixel", **topics), contact("pixel", rule_id="of-a-user"))
    (narrative,) = narrate_all(seen, WORDS.perspective(seen))

    assert list_contacts(narrative.contacts("told"), WORDS) == (
        "registration of the visit with the browser's topics ×2",
        "pixel without an event",
    )


def test_blocked_contacts_were_tried() -> None:
    assert told(contact("social-plugin", attribution_certainty="certain", blocked=True)) == [
        "shop.example tried to let Meta know of the visit, and was blocked, through social plug-in."
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

    assert [site.name for site in reporting_sites(seen, WORDS.perspective(seen))] == names
    assert [one.site.name for one in narrate_all(seen, WORDS.perspective(seen))] == names
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

    assert plain.describe_silence(exposure, WORDS) == headline
    assert [" ".join(text.split()).count(headline) for text in outputs] == [1, 1, 1]
    assert " ".join(drawn.get().split()).count(headline) == 2


def test_after_the_story_the_summary_tells_nothing_twice() -> None:
    builder = ExposureBuilder((), ())
    builder.add_event(event("Purchase"))
    builder.add_server_hint("shop.example", CountedFinding("agent", "hint", "WooCommerce says so", 1))
    exposure = builder.build(coverage_of([recording()]))
    whole, after = ("\n".join(summary_lines(exposure, WORDS, after_story=one)) for one in (False, True))

    assert [text.count("the server may report to Meta, too") for text in (whole, after)] == [1, 0]
    assert [text.count("What has been announced") for text in (whole, after)] == [1, 0]
    assert "told Meta  Purchase" in after


def test_doubtful_attribution_is_said() -> None:
    doubt = "That 1 of 2 requests came from this site is likely, not certain."
    alone = " 1 of these is given to it by the sender's own word alone."
    for attributed_by, words in (("referer", doubt), ("dl", doubt + alone)):
        doubtful = event("Lead", attribution_certainty="likely", attributed_by=attributed_by)
        assert told(doubtful, event("Lead"))[-1] == words


def test_an_unknown_page_is_called_so_and_metas_own_sites_are_no_part_of_the_story() -> None:
    sentences = told(event("Lead", site=None), event("Lead", site="facebook.com"))

    assert sentences[0] == "A page that nothing names told Meta: the visitor left contact details."
    assert len(sentences) == 2


def test_no_identifier_is_said_of_the_fields_that_were_read_alone() -> None:
    def cells(seen: SeenEvent) -> tuple[str, ...]:
        exposure = exposed(seen)
        (narrative,) = narrate_all(exposure, WORDS.perspective(exposure))
        return about_whom(narrative, WORDS)

    assert cells(event("Lead")) == ("no identifier in the fields that were read",)
    assert cells(event("Lead", method="POST", body_state="not_recorded")) == (
        "no identifier in the fields that were read; part of it not recorded",
    )


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
        "1 recording, 13 requests = 4 for Meta (3 carried 5 events, 1 contact) + 6 other + 1 undecodable + 2 unusable"
        " + 0 blocked; LOST: 1 record could not be stored; LOST: 1 request was not looked at whole"
    )
    apart = coverage_of(
        [recording(requests_seen=9, delivery_failed=1, delivery_stopped=3, blocked=2, delivery_unknown=2)]
    )
    assert summarise_coverage(apart).startswith(
        "1 recording, 9 requests = 4 for Meta (4 contacts; 2 never left; of 2 it was not recorded whether they left)"
    )
    assert list_gaps(exposure) == (
        "1 recording ends before the end: what came after is unknown.",
        "2 entries of recordings could not be used (no address in them).",
        "1 request to Meta could not be decoded: the contents are unknown.",
        "1 record could not be stored and was dropped.",
        "1 request was not looked at whole (a rule failed, or too much was in it): what it held may be missing.",
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
        ("The same e-mail (SHA-256) (values 1, 2) went from", ("clinic.example", "shop.example")),
    ]
