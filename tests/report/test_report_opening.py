import pytest
from tests.exposed import EMAIL, FBP, contact, datum, event, recording

from pixelwitness.core.exposure.coverage import coverage_of
from pixelwitness.core.exposure.exposure import CountedFinding, Exposure, SeenContact, SeenEvent
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.formats.markdown import render_markdown
from pixelwitness.report.formats.plain import describe_silence
from pixelwitness.report.statements.report_statements import lead_statements
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.english.site_messages import ALSO_SHOWN
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.vocabulary import vocabulary

SEEN = "This was seen on 2026-11-20, in 1 recording of 10 requests."
NONE = f"No identifier stood in the fields that were read. {ALSO_SHOWN}"
BROWSER = "It sent something by which Meta can know the browser again."


def exposed(*seen: SeenEvent | SeenContact, consent: tuple[str, ...] = ()) -> Exposure:
    builder = ExposureBuilder({"facebook.com"}, IDENTIFYING)
    for one in seen:
        if isinstance(one, SeenEvent):
            builder.add_event(one)
        else:
            builder.add_contact(one)
    for label in consent:
        builder.add_consent("shop.example", CountedFinding(label, "certain", "a cookie", 1))
    return builder.build(coverage_of([recording()]))


def opened(exposure: Exposure) -> str:
    words = vocabulary()
    statements = lead_statements(exposure, words.perspective(exposure))
    return " ".join(plain_sentence(tell(one, words)) for one in statements)


PHONE = datum("ud.ph", "phone", "sha256")
NAME = datum("ud.fn", "first_name", "sha256")
NOTHING = datum("ud.em", "email", "empty-hash")


@pytest.mark.parametrize(
    ("seen", "paragraph"),
    [
        (
            [event("Lead", EMAIL)],
            f"1 site told Meta of 1 event. shop.example sent data about the person: e-mail (SHA-256). {SEEN}",
        ),
        (
            [event("Lead", EMAIL, PHONE, FBP), event("Lead", position=2)],
            "1 site told Meta of 2 events. shop.example sent data about the person: e-mail (SHA-256) and phone number "
            f"(SHA-256). {BROWSER} {SEEN}",
        ),
        ([event("Lead", NOTHING)], f"1 site told Meta of 1 event. {NONE} {SEEN}"),
        (
            [event("Lead", method="POST", body_state="not_recorded")],
            "1 site told Meta of 1 event. No identifier stood in the fields that were read; part of it was not "
            f"recorded. {ALSO_SHOWN} 1 body of a request to Meta was not recorded. {SEEN}",
        ),
        (
            [event("Lead", FBP, site="a.example"), event("Lead", FBP, site="b.example")],
            "2 sites told Meta of 2 events. Nothing about the person stood in the fields that were read. "
            f"{ALSO_SHOWN} All of them sent something by which Meta can know the browser again. {SEEN}",
        ),
        (
            [event("Lead", EMAIL), event("Lead", EMAIL, PHONE, FBP, site="a.example"), contact(site="b.example")],
            "2 sites told Meta of 2 events. 1 more let Meta know of the visit: b.example. a.example and shop.example "
            "sent data about the person: e-mail (SHA-256). It is one value, the same from all of them. a.example sent "
            "data about the person: phone number (SHA-256). 1 of them sent something by which Meta can know the "
            f"browser again. {SEEN}",
        ),
        (
            [
                event("Lead", EMAIL, PHONE, site="a.example"),
                event("Lead", EMAIL, NAME, site="b.example"),
                event("Lead", EMAIL, site="c.example"),
                event("Lead", EMAIL, site="d.example"),
            ],
            "4 sites told Meta of 4 events. a.example, b.example, c.example and 1 more sent data about the person, not "
            f"each of them all of it: e-mail (SHA-256), first name (SHA-256) and phone number (SHA-256). {SEEN}",
        ),
        (
            [contact(site="a.example"), contact("login", site="b.example")],
            "No site was seen to tell Meta of an event. 2 sites let Meta know of the visit: a.example and b.example. "
            f"{SEEN}",
        ),
        (
            [event("Lead", EMAIL, blocked=True)],
            f"No site was seen to tell Meta of an event. 1 event of 1 site was blocked and did not arrive. {SEEN}",
        ),
        (
            [event("Lead"), event("Lead", seen_at="2026-11-22T01:00:00.000Z")],
            f"1 site told Meta of 2 events. {NONE} This was seen from 2026-11-20 to 2026-11-22, in 1 recording of 10 "
            "requests.",
        ),
        (
            [event("Lead", seen_at=None)],
            f"1 site told Meta of 1 event. {NONE} This was seen in 1 recording of 10 requests.",
        ),
    ],
)
def test_the_opening_tells_what_happened_and_no_more(seen: list[SeenEvent | SeenContact], paragraph: str) -> None:
    exposure = exposed(*seen)

    assert opened(exposure) == paragraph
    assert paragraph in list(render_markdown(exposure, vocabulary()))[2].replace("`", "").replace("\\", "")


def test_what_left_against_a_no_is_told_and_consent_that_was_given_is_not() -> None:
    told = opened(exposed(event("Lead"), consent=("denied", "gpc", "granted", "nothing_seen")))

    assert "1 event left although a signal denied consent. 1 event left although the browser objected to sale" in told
    assert "granted" not in told


def test_without_any_site_the_opening_is_the_silence() -> None:
    exposure = exposed(event("Lead", site="facebook.com"))

    assert opened(exposure) == describe_silence(exposure, vocabulary())
