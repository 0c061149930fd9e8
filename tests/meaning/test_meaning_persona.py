"""The persona: every spelling and hash of an invented identity is found, told by its name, and nothing else is."""

import base64
import hashlib
from urllib.parse import quote

import pytest

from pixelwitness.core.detect.rule import Conditions, Confidence, Decode, Rule
from pixelwitness.core.detect.sighting import Field, Sighting
from pixelwitness.core.wire.request import Request
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.names.knowledge import DataClass, Knowledge
from pixelwitness.meaning.pipeline.classification import persona_findings
from pixelwitness.meaning.spot.persona import Datum, Persona, Recogniser
from pixelwitness.meaning.text.normalisation import DatumKind, spellings

JANE = Persona(
    (
        Datum("email", "jane.doe@example.com"),
        Datum("phone", "+49 170 1234567"),
        Datum("first_name", "Jane Marie"),
        Datum("last_name", "O'Doe"),
        Datum("street", "Musterweg 12"),
        Datum("city", "São Paulo"),
        Datum("state", "Berlin"),
        Datum("postal_code", "10115"),
        Datum("country", "Germany"),
        Datum("country", "DE"),
        Datum("birth_date", "1990-05-04"),
        Datum("gender", "female"),
        Datum("id", "user-42"),
        Datum("phrase", "pain in my left knee"),
    )
)
RULE = Rule("a-rule", 1, "", "stable", "event", Confidence.CERTAIN, "", (), Conditions(), Decode())


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def jane() -> Recogniser:
    return Recogniser(JANE)


@pytest.fixture(scope="module")
def witness(knowledge: Knowledge, jane: Recogniser) -> Redactor:
    return Redactor(knowledge, tokenizer(b"key"), recogniser=jane)


def told(redactor: Redactor, name: str, text: str, event_name: str = "Lead") -> list[tuple[str, str | None, str, str]]:
    """Return (label, field, certainty, evidence) of what is found in one field."""
    sighting = Sighting(Request("GET", ""), RULE, event_name=event_name, fields=(Field(name, text),))
    assert redactor.recogniser is not None
    findings = dict.fromkeys(persona_findings(sighting, redactor, redactor.recogniser))
    return [(finding.label, finding.field, finding.certainty, finding.evidence) for finding in findings]


# What the library, its alternate, the SDKs, the gateway, the tag manager and Zaraz make of the same person.
HASHED = [
    ("ud.em", "jane.doe@example.com", "your e-mail", "SHA-256 of the lower-cased address"),
    ("ud.ph", "491701234567", "your phone number", "SHA-256 of the digits with the country's code"),
    (
        "udff.ph",
        "4901701234567",
        "your phone number",
        "SHA-256 of the digits with the country's code, the zero in between kept",
    ),
    ("user_data.ph", "+491701234567", "your phone number", "SHA-256 of the number with + and the country's code"),
    (
        "user_data.ph",
        "49170 1234567",
        "your phone number",
        "SHA-256 of the number without the first of each sign",
    ),
    ("user_data.ph", "+49 170 1234567", "your phone number", "SHA-256 of the number as written"),
    ("ud.fn", "janemarie", "your first name", "SHA-256 of the first name in lower case without spaces and signs"),
    ("user_data.fn", "jane marie", "your first name", "SHA-256 of the first name in lower case"),
    ("ud.ln", "odoe", "your last name", "SHA-256 of the last name in lower case without spaces and signs"),
    ("user_data.ln", "o'doe", "your last name", "SHA-256 of the last name in lower case"),
    ("ud.ct", "sopaulo", "your city", "SHA-256 of the city in lower case, plain letters and digits only"),
    ("user_data.ct", "sãopaulo", "your city", "SHA-256 of the city in lower case, letters only"),
    ("ud.st", "be", "your state", "SHA-256 of the first two letters of the state"),
    ("ud.country", "de", "your country", "SHA-256 of the first two letters of the country"),
    ("aud.country", "ge", "your country", "SHA-256 of the first two letters of the country"),
    ("ud.zp", "10115", "your postal code", "SHA-256 of the postal code in lower case, cut at the hyphen"),
    ("ud.db", "19900504", "your date of birth", "SHA-256 of the date as YYYYMMDD"),
    ("aud.db", "1990-05-04", "your date of birth", "SHA-256 of the date as YYYYMMDD with - between"),
    ("ud.ge", "f", "your gender", "SHA-256 of the first letter of the gender"),
    ("ud.external_id", "user-42", "your id", "SHA-256 of the id in lower case"),
]


@pytest.mark.parametrize(("field", "spelling", "label", "evidence"), HASHED)
def test_a_hash_is_named_with_its_normalisation(
    witness: Redactor, field: str, spelling: str, label: str, evidence: str
) -> None:
    assert told(witness, field, sha(spelling)) == [(label, field, "certain", evidence)]


@pytest.mark.parametrize("write", [str.upper, lambda text: text + ".AQQCAQMC"])
def test_a_hash_is_found_in_upper_case_and_with_the_builders_mark(witness: Redactor, write: "type[str]") -> None:
    found = told(witness, "ud.em", write(sha("jane.doe@example.com")))
    assert found == [("your e-mail", "ud.em", "certain", "SHA-256 of the lower-cased address")]


MAIL = "jane.doe@example.com"
WRAPPED = [
    (hashlib.md5(MAIL.encode()).hexdigest(), "MD5 of the lower-cased address"),
    (hashlib.sha1(MAIL.encode()).hexdigest(), "SHA-1 of the lower-cased address"),
    (sha(sha(MAIL)), "SHA-256 of the SHA-256 of the lower-cased address"),
    (sha(hashlib.md5(MAIL.encode()).hexdigest()), "SHA-256 of the MD5 of the lower-cased address"),
    (
        base64.b64encode(hashlib.sha256(MAIL.encode()).digest()).decode(),
        "SHA-256 of the lower-cased address, in Base64",
    ),
    (b64(MAIL), "Base64 of the lower-cased address"),
    (b64(b64(MAIL)), "Base64, twice over, of the lower-cased address"),
    (MAIL, "the lower-cased address, readable"),
    ("Jane.Doe@Example.com", "the lower-cased address, readable"),
    (quote(MAIL), "the lower-cased address, readable, percent-encoded"),
    (quote(quote(MAIL)), "the lower-cased address, readable, percent-encoded twice"),
    (f"Thank you, {MAIL}!", "the lower-cased address, readable"),
    (f"u={sha(MAIL)}&x", "SHA-256 of the lower-cased address"),
]


@pytest.mark.parametrize(("text", "evidence"), WRAPPED)
def test_an_address_is_found_in_every_wrapping(witness: Redactor, text: str, evidence: str) -> None:
    assert told(witness, "cd.note", text) == [("your e-mail", "cd.note", "certain", evidence)]


PLACES = [
    ("dl", f"https://shop.example/u/{quote(MAIL)}", "dl.path#2", "your e-mail"),
    ("dl", f"https://shop.example/?email={quote(quote(MAIL))}", "dl.query.email", "your e-mail"),
    ("rl", f"https://shop.example/#/{MAIL}", "rl.fragment", "your e-mail"),
    ("dl", "https://shop.example/?q=pain+in+my+left+knee", "dl.query.q", "a phrase of yours"),
    ("dl", "https://shop.example/?tel=0170+1234567", "dl.query.tel", "your phone number"),
    ("cd.search_string", "Pain in my  left knee", "cd.search_string", "a phrase of yours"),
    ("pmd.title", "Welcome Jane Marie O'Doe", "pmd.title", "your name"),
    ("cookie.uid", "user-42", "cookie.uid", "your id"),
    ("am.external_id", "user-42", "am.external_id", "your id"),
    ("user_data.fn", "Jane Marie", "user_data.fn", "your first name"),
    ("cd.city", "São Paulo", "cd.city", "your city"),
    (f"cd.{MAIL}", "1", "cd.{persona}", "your e-mail"),
]


@pytest.mark.parametrize(("name", "text", "field", "label"), PLACES)
def test_the_persona_is_found_wherever_it_stands(
    witness: Redactor, name: str, text: str, field: str, label: str
) -> None:
    assert (label, field) in [(one[0], one[1]) for one in told(witness, name, text)]


def test_the_persona_is_found_in_the_name_of_an_event(witness: Redactor) -> None:
    found = told(witness, "cd.value", "1", event_name=f"Order of {MAIL}")
    assert found == [("your e-mail", "event_name", "certain", "the lower-cased address, readable")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cd.note", "xjane.doe@example.com"),
        ("cd.note", "jane.doe@example.com.au"),
        ("cd.note", "jane.doe@example.community"),
        ("cd.note", "john.doe@example.com"),
        ("ud.em", sha("john.doe@example.com")),
        ("cd.note", "4917012345678"),
        ("cd.content_ids", "10115"),  # a postal code is one only where a field says so
        ("pmd.title", "Berlin, Germany: our shops"),
        ("ud.st", "de"),
        ("cd.ge", "female"),
        ("dl", "https://shop.example/de/germany?plan=female"),
        ("cookie.note", f"for {MAIL}"),  # cookies by equality alone
        ("ud.em", sha("")),
        ("eid", "user-4211"),
        ("cd.value", "19900504.5"),
    ],
)
def test_what_is_not_the_personas_is_not_told(witness: Redactor, name: str, text: str) -> None:
    assert told(witness, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "cud.em",
            "****.***@*******.***",
            [("your e-mail", "cud.em", "likely", "the masked form")],
        ),
        ("cud.st", "^*****", [("your state", "cud.st", "hint", "the masked form")]),
        ("cud.ph", "****.***@*******.***", []),
    ],
)
def test_a_masked_form_is_never_certain(
    witness: Redactor, name: str, text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert told(witness, name, text) == expected


def test_what_is_stored_holds_nothing_of_the_persona(knowledge: Knowledge, jane: Recogniser) -> None:
    keeper = Redactor(knowledge, tokenizer(b"key"), keep_values=True, recogniser=jane)
    texts = ["Jane Marie", "pain in my left knee", "user-42", MAIL, sha(MAIL), "Musterweg 12", "0170 1234567"]
    for text in texts:
        sent = [
            Field("cd.note", text),
            Field(f"cd.{text}", "x"),
            Field("dl", f"https://shop.example/{text}/x?y={text}"),
        ]
        out = repr([(one.field, one.value) for one in keeper.fields(sent)])
        out += repr([keeper.url(sent[2].text), keeper.event_name(f"Order {text}"), keeper.dedup(text)[0]])
        assert text.lower() not in out.lower(), text


def test_personas_are_told_apart_by_a_mark_under_the_key() -> None:
    one, other = Persona((Datum("email", MAIL),)), Persona((Datum("email", "john@example.com"),))
    assert one.mark(b"a") == Persona((Datum("email", MAIL),)).mark(b"a")
    assert len({one.mark(b"a"), one.mark(b"b"), other.mark(b"a")}) == 3
    assert len(one.mark(b"a")) == 16


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("state", "California", {"ca", "california", "California"}),
        ("postal_code", "SW1A 1AA", {"sw1a 1aa", "sw1a1aa", "SW1A 1AA"}),
        ("gender", "male", {"m", "male"}),
        ("id", "Ab C-1", {"abc-1", "Ab C-1"}),
    ],
)
def test_spellings(kind: DatumKind, text: str, expected: set[str]) -> None:
    assert {spelling for spelling, _ in spellings(kind, text)} == expected


def test_classes_of_hashes_do_not_mix(jane: Recogniser) -> None:
    assert jane.whole(DataClass.GENDER, sha("de")) == ()
    assert [one.kind for one in jane.whole(DataClass.COUNTRY, sha("de"))] == ["country"]
