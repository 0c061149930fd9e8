"""Signals of consent: each form of value with what it is read as, and the many that are not read."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.core.detect.sighting import Field
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.consent import ConsentState, decode_consent
from pixelwitness.meaning.hints.limited_use import limited_use
from pixelwitness.meaning.hints.visible_consent import ConsentMemory
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.meaning.spot.finding import CONSENT, Finding
from pixelwitness.rulebook import load_rules

GRANTED, DENIED, PARTIAL, PRESENT = (
    ConsentState.GRANTED,
    ConsentState.DENIED,
    ConsentState.PARTIAL,
    ConsentState.PRESENT,
)
OPTED_IN, NOT_ASKED = ConsentState.NOT_OPTED_OUT, ConsentState.NOT_REQUIRED
ONETRUST = "isGpcEnabled=0&datestamp=Fri+Nov+20+2026&version=202401.2.0&isIABGlobal=false&hosts=&groups="


def didomi(**purposes: object) -> str:
    return base64.b64encode(json.dumps({"user_id": "invented", "purposes": purposes}).encode()).decode()


def tcf(purposes: str, version: str = "000010") -> str:
    """Return a TC string that agrees to the purposes given as bits."""
    bits = version + "0" * 146 + purposes.ljust(24, "0") + "0" * 64
    whole = int(bits.ljust(240, "0"), 2).to_bytes(30)
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


READ = [
    ("onetrust", f"{ONETRUST}C0001%3A1%2CC0002%3A0%2CC0004%3A1", GRANTED),
    ("onetrust", f"{ONETRUST}C0001:1,C0002:1,C0004:0&geolocation=;", DENIED),
    ("onetrust", f"{ONETRUST}1%3A1%2C2%3A1%2C3%3A1%2C4%3A1%2CBG71%3A1", GRANTED),
    ("onetrust", "groups%3DC0001%253A1%252CC0004%253A0", DENIED),
    ("onetrust", f"{ONETRUST}C0004%3A1%2C4%3A0", PARTIAL),
    ("cookiebot", "{stamp:%27aW52%27%2Cnecessary:true%2Cstatistics:true%2Cmarketing:true%2Cver:1}", GRANTED),
    ("cookiebot", "{stamp:%27aW52%27%2Cnecessary:true%2Cstatistics:true%2Cmarketing:false%2Cver:1}", DENIED),
    ("cookiebot", "{stamp:'-1',necessary:true,marketing:true}", GRANTED),
    ("cookiebot", "0", DENIED),
    ("cookiebot", "-1", NOT_ASKED),
    ("cookieconsent", "allow", GRANTED),
    ("cookieconsent", "deny", DENIED),
    ("didomi", didomi(enabled=["cookies", "create_ads_profile"], disabled=[]), GRANTED),
    ("didomi", didomi(enabled=["cookies"], disabled=["advertising_personalization"]), DENIED),
    ("didomi", didomi(enabled=["select_basic_ads"], disabled=["select_personalized_ads"]), PARTIAL),
    ("shopify", "%7B%22con%22%3A%7B%22CMP%22%3A%7B%22m%22%3A%221%22%2C%22s%22%3A%22%22%7D%7D%7D", GRANTED),
    ("shopify", "%7B%22con%22%3A%7B%22CMP%22%3A%7B%22a%22%3A%221%22%2C%22m%22%3A%220%22%7D%7D%7D", DENIED),
    ("shopify", "3AMPS.AMPS_DEBE_f_f_aW52", GRANTED),
    ("shopify", "3amps._DEBE_f_f_aW52", DENIED),
    ("shopify", "3AMPs.AMP_USCA_f_t_aW52", PARTIAL),
    ("tcf", tcf("1" * 10), GRANTED),
    ("tcf", tcf("0" * 10), DENIED),
    ("tcf", tcf("0100001111"), DENIED),
    ("tcf", tcf("1000000000"), PARTIAL),
    ("tcf", tcf("1111") + ".argAC0gAAAAAAAAAAAA", GRANTED),
    (
        "tcf",
        # The example of the specification agrees to purposes 1, 3, 9 and 10.
        "CLcVDxRMWfGmWAVAHCENAXCkAKDAADnAABRgA5mdfCKZuYJez-NQm0TBMYA4oCAAGQYIAAAAAAEAIAEgAA.argAC0gAAAAAAAAAAAA",
        PARTIAL,
    ),
    ("tcf", "0", NOT_ASKED),
    ("us_privacy", "1YYN", DENIED),
    ("us_privacy", "1yyy", DENIED),
    ("us_privacy", "1YNN", OPTED_IN),
    ("us_privacy", "1---", NOT_ASKED),
    ("gpc", "1", DENIED),
    ("google_consent", "G111", GRANTED),
    ("google_consent", "G110", GRANTED),
    ("google_consent", "G101", DENIED),
    ("google_consent", "G100", DENIED),
]
NOT_READ = [
    ("onetrust", "2026-11-20T10:00:00.000Z"),
    ("onetrust", f"{ONETRUST}C0001%3A1%2CC0002%3A1"),
    ("onetrust", f"{ONETRUST}C0004"),
    ("onetrust", f"{ONETRUST}C0004%3Ayes"),
    ("onetrust", "groups="),
    ("onetrust", "&" * 1_000),
    ("cookiebot", "true"),
    ("cookiebot", "{necessary:true}"),
    ("cookiebot", "{necessary:true,marketing:maybe}"),
    ("cookiebot", "{necessary:true,email_marketing:true}"),
    ("cookiebot", "-10"),
    ("cookieconsent", "dismiss"),
    ("cookieconsent", "ALLOWED"),
    ("didomi", didomi()),
    ("didomi", didomi(enabled=["cookies", "analytics-x1"], disabled=["content"])),
    ("didomi", didomi(enabled="create_ads_profile")),
    ("didomi", base64.b64encode(b"[1, 2]").decode()),
    ("didomi", base64.b64encode(b"no JSON").decode()),
    ("didomi", "CQSh4AAinvented.QA"),
    ("shopify", "3.AMPS_DEBE_f_f_aW52"),
    ("shopify", "3AP._DEBE_f_f_aW52"),
    ("shopify", "%7B%22con%22%3A%7B%22CMP%22%3A%7B%22m%22%3A%22%22%7D%7D%7D"),
    ("shopify", "%7B%22v%22%3A%222.0%22%2C%22con%22%3A%7B%22GDPR%22%3A%221%22%7D%7D"),
    ("shopify", "%7B%22con%22%3A%22CMP%22%7D"),
    ("shopify", "2.1"),
    ("tcf", tcf("1111", version="000001")),
    ("tcf", tcf("1111")[:20]),
    ("tcf", "true"),
    ("tcf", "${GDPR_CONSENT_123}"),
    ("tcf", ""),
    ("us_privacy", "2YYN"),
    ("us_privacy", "1YY"),
    ("us_privacy", "${US_PRIVACY}"),
    ("gpp", "DBABLA~BVQqAAAAAgA.QA"),
    ("gpc", "0"),
    ("google_consent", "G1--"),
    ("google_consent", "G2"),
    ("google_consent", "granted"),
    ("a kind of a user's own rule", "granted"),
]


@pytest.mark.parametrize(("kind", "value", "state"), READ)
def test_a_value_is_read_for_advertising_alone(kind: str, value: str, state: ConsentState) -> None:
    assert decode_consent(kind, value, {}) is state


@pytest.mark.parametrize(("kind", "value"), NOT_READ)
def test_what_cannot_be_read_is_present_and_no_guess(kind: str, value: str) -> None:
    assert decode_consent(kind, value, {}) is PRESENT


@pytest.mark.parametrize(
    ("gcs", "gcd", "state"),
    [
        ("G111", "13r3r3r3r5", GRANTED),
        ("G111", "13t3t3t3t5", GRANTED),
        ("G111", "13v3q3v3q5", PARTIAL),
        ("G100", "13p3p3p3p5", DENIED),
        ("G100", "13q3u3m3p5", DENIED),
        ("G111", "13l3l3l3l1", GRANTED),
        ("G1--", "13l3l3l3l1", PRESENT),
        ("G111", "garbage", GRANTED),
        ("G111", "13z3z3z3z5", GRANTED),
    ],
)
def test_googles_letters_refine_its_digits(gcs: str, gcd: str, state: ConsentState) -> None:
    assert decode_consent("google_consent", gcs, {"gcd": gcd}) is state


@given(st.sampled_from(sorted({kind for kind, *_ in READ})), st.one_of(st.text(), st.none()), st.text(max_size=20))
def test_no_value_raises(kind: str, value: str | None, gcd: str) -> None:
    assert decode_consent(kind, value, {"gcd": gcd}) in ConsentState


@given(
    st.sampled_from(READ),
    st.integers(0, 200),
    st.text(alphabet="{}[]:,%=&.~\x00\ud800ABCab01 '\"", max_size=12),
)
def test_no_damaged_value_raises(known: tuple[str, str, ConsentState], at: int, noise: str) -> None:
    kind, value, _ = known
    assert decode_consent(kind, value[:at] + noise + value[at + 3 :], {}) in ConsentState


def test_every_kind_that_a_rule_gives_is_read_and_has_a_name(knowledge: Knowledge) -> None:
    kinds = {rule.decode.kind for rule in load_rules().rules if rule.gives == "signal"}
    assert kinds == set(knowledge.consent.signals) == {kind for kind, *_ in READ} | {"gpp"}


# Limited Data Use ------------------------------------------------------------------


def asked(evidence: str, name: str = "dpo") -> Finding:
    return Finding(CONSENT, "limited_data_use", name, "certain", f"the event asks for Limited Data Use{evidence}")


NOT_ASKED_FOR = Finding(
    CONSENT, "no_limited_data_use", "dpo", "certain", "the event says that Limited Data Use is not asked for"
)


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"dpo": "LDU", "dpoco": "1", "dpost": "1000"}, asked(": California, United States")),
        ({"dpo": "LDU", "dpoco": "1", "dpost": "1013"}, asked(": Rhode Island, United States")),
        (
            {"dpo": "LDU", "dpoco": "0", "dpost": "0"},
            asked(": state left to Meta to find out, country left to Meta to find out"),
        ),
        ({"dpo": "ldu"}, asked(", with no country or state")),
        ({"dpo": "LDU", "dpoco": "", "dpost": ""}, asked(", with no country or state")),
        ({"dpo": "LDU", "dpoco": "1"}, asked(": United States")),
        (
            {"dpo": "LDU", "dpoco": "2", "dpost": "1999"},
            asked(": a state that Meta's list does not name, a country that Meta's list does not name"),
        ),
        ({"dpo": "LDU", "dpost": "Ohio <b>"}, asked(": a state that is no code")),
        (
            {
                "data_processing_options": "LDU",
                "data_processing_options_country": "1",
                "data_processing_options_state": "1005",
            },
            asked(": Texas, United States", "data_processing_options"),
        ),
        ({"dpo": ""}, NOT_ASKED_FOR),
        ({"dpo": " ", "dpoco": "1"}, NOT_ASKED_FOR),
        ({"dpo": "something else"}, None),
        ({"dpoco": "1", "dpost": "1000"}, None),
        ({"cd.dpo": "LDU"}, None),
        ({"dpos": "LDU"}, None),
        ({"cd.text": "LDU"}, None),
        ({"ev": "PageView"}, None),
        ({}, None),
    ],
)
def test_limited_data_use_is_told_in_words(
    fields: dict[str, str], finding: Finding | None, knowledge: Knowledge
) -> None:
    assert limited_use([Field(name, text) for name, text in fields.items()], knowledge.consent) == finding


@given(options=st.text(), country=st.text(), state=st.text())
def test_no_code_raises(knowledge: Knowledge, options: str, country: str, state: str) -> None:
    fields = [Field("dpo", "LDU"), Field("dpo", options), Field("dpoco", country), Field("dpost", state)]
    assert limited_use(fields, knowledge.consent) is not None


# What was visible when --------------------------------------------------------------

BOOKS, NEWS = Site("books.example"), Site("news.example")


@pytest.fixture
def seen(knowledge: Knowledge) -> ConsentMemory:
    made = ConsentMemory(knowledge.consent)
    made.page("c", BOOKS)
    return made


def labels(seen: ConsentMemory, site: Site = BOOKS, client: str = "c", *, cookies: bool = True) -> list[str]:
    return [f"{one.label} {one.certainty}" for one in seen.at_event(client, site, cookies_recorded=cookies)]


def test_signals_of_another_site_or_client_tell_nothing(seen: ConsentMemory) -> None:
    seen.signal("c", NEWS, "tcf", GRANTED, 1.0, own=True)
    seen.signal("another", BOOKS, "tcf", GRANTED, 1.0, own=True)
    assert labels(seen) == ["nothing_seen likely"]


def test_without_cookies_or_pages_it_is_not_recorded(seen: ConsentMemory) -> None:
    assert labels(seen, cookies=False) == ["not_recorded certain"]
    assert labels(seen, NEWS) == ["not_recorded certain"]
    seen.signal("c", BOOKS, "google_consent", DENIED, 1.0, own=False)
    assert labels(seen, cookies=False) == ["denied hint"]


def test_the_newest_decides_where_signals_differ_and_is_a_hint(seen: ConsentMemory) -> None:
    seen.signal("c", BOOKS, "onetrust", DENIED, 1.0, own=True)
    assert labels(seen) == ["denied likely"]
    seen.signal("c", BOOKS, "google_consent", GRANTED, 2.0, own=False)
    assert labels(seen) == ["granted hint"]
    seen.signal("c", BOOKS, "tcf", DENIED, 2.0, own=False)
    assert labels(seen) == ["partial hint"]


def test_what_cannot_be_read_decides_nothing_beside_what_can(seen: ConsentMemory) -> None:
    seen.signal("c", BOOKS, "onetrust", GRANTED, 1.0, own=True)
    seen.signal("c", BOOKS, "gpp", PRESENT, 2.0, own=True)
    assert labels(seen) == ["granted likely"]


def test_a_withdrawal_lasts_until_it_is_taken_back(seen: ConsentMemory) -> None:
    seen.signal("c", BOOKS, "cookiebot", DENIED, 1.0, own=True)
    assert labels(seen) == ["denied likely"]
    seen.signal("c", BOOKS, "cookiebot", GRANTED, 2.0, own=True)
    seen.signal("c", BOOKS, "cookiebot", DENIED, 3.0, own=True)
    assert labels(seen) == ["denied likely", "after_withdrawal likely"]
    seen.signal("c", BOOKS, "cookiebot", GRANTED, 4.0, own=True)
    assert labels(seen) == ["granted likely"]


def test_a_signal_that_comes_again_late_changes_nothing(seen: ConsentMemory) -> None:
    seen.signal("c", BOOKS, "cookiebot", GRANTED, 2.0, own=True)
    seen.signal("c", BOOKS, "cookiebot", DENIED, 1.0, own=True)
    assert labels(seen) == ["granted likely"]
