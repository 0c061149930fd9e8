"""The persona behind the requests of Meta's own libraries: every hash found and named, in every family."""

import json
import os
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from tests.end_to_end.conftest import Store
from tests.end_to_end.test_e2e_secrets import MAIL as PLANTED_MAIL
from tests.end_to_end.test_e2e_secrets import hits
from tests.har import entry, write
from tests.program import Finished, run

from pixelwitness.verify import verify

PERSONA = """
emails = "jane.doe@example.com"
phones = ["+49 170 1234567", "+49 (0)170 1234567"]
first_names = "Jane Marie"
last_names = "O'Doe"
cities = "São Paulo"
states = "Berlin"
postal_codes = "10115-1234"
countries = ["Germany", "DE"]
birth_dates = 1990-05-04
genders = "f"
ids = "user-42"
"""

MATCHING = {
    "em": "e-mail",
    "ph": "phone number",
    "fn": "first name",
    "ln": "last name",
    "ct": "city",
    "st": "state",
    "zp": "postal code",
    "country": "country",
    "db": "date of birth",
    "ge": "gender",
    "external_id": "id",
}
HASHED = ("ud", "udff", "aud", "audff", "am", "user_data")
MASKED = ("cud", "cudff", "ncud", "ncudff")

NAMED = {
    ("aud.country", "SHA-256 of the first two letters of the country"),
    ("aud.db", "SHA-256 of the date as YYYYMMDD with - between"),
    ("ud.db", "SHA-256 of the date as YYYYMMDD"),
    ("ud.em", "SHA-256 of the lower-cased address"),
    ("ud.fn", "SHA-256 of the first name in lower case without spaces and signs"),
    ("user_data.fn", "SHA-256 of the first name in lower case"),
    ("user_data.ln", "SHA-256 of the last name in lower case"),
    ("ud.ct", "SHA-256 of the city in lower case, plain letters and digits only"),
    ("user_data.ct", "SHA-256 of the city in lower case, letters only"),
    ("ud.ph", "SHA-256 of the digits with the country's code"),
    ("udff.ph", "SHA-256 of the digits with the country's code, the zero in between kept"),
    ("am.external_id", "the id in lower case, readable"),
    ("ud.external_id", "SHA-256 of the id in lower case"),
    ("dl.query.email", "the lower-cased address, readable, percent-encoded"),
}


@pytest.fixture
def persona(tmp_path: Path) -> Path:
    file = tmp_path / "persona.toml"
    file.touch(mode=0o600)
    file.write_text(PERSONA, encoding="utf-8")
    return file


@pytest.fixture
def wire(shared: Path, tmp_path: Path) -> Path:
    lines = [
        json.loads(text)
        for name in ("pixel.jsonl", "capi.jsonl")
        for text in (shared / "wire" / name).read_text("utf-8").splitlines()
    ]
    return write(
        tmp_path / "wire.har",
        [
            entry(one["url"], method=one["method"], headers=one["headers"], body=one["body"], seconds=number)
            for number, one in enumerate(lines)
        ],
    )


def ask(store: Store, typed: str, *more: str) -> Finished:
    return run("find", store.path, *more, stdin=f"{typed}\n", cwd=store.path.parent)


def test_every_datum_of_the_person_is_found_in_every_family(store: Store, wire: Path, persona: Path) -> None:
    store.scan(wire, persona=persona)
    sent = defaultdict(set)
    for event, field, form in store.rows(
        "SELECT DISTINCT t.event_id, f.field, f.form FROM fields f JOIN transmissions t ON t.id = f.transmission_id"
    ):
        family, _, key = field.partition(".")
        if key in MATCHING and family in (*HASHED, *MASKED) and form != "empty":
            sent[event].add((field, f"your {MATCHING[key]}"))
    found = defaultdict(set)
    for event, field, label in store.rows("SELECT event_id, field, label FROM findings WHERE kind = 'persona'"):
        found[event].add((field, label))
    missed = {one for event, fields in sent.items() for one in fields - found[event]}
    # Two addresses among the SDKs' requests are other people's; two letters under a mask are anybody's.
    assert missed == {
        ("user_data.em", "your e-mail"),
        ("ncud.country", "your country"),
        ("ncud.st", "your state"),
    }


def test_every_hash_is_named_with_its_normalisation(store: Store, wire: Path, persona: Path) -> None:
    store.scan(wire, persona=persona)
    named = set(store.rows("SELECT field, evidence FROM findings WHERE kind = 'persona' AND certainty = 'certain'"))
    assert named >= NAMED
    masked = store.column(
        "SELECT DISTINCT certainty FROM findings WHERE kind = 'persona'"
        " AND (field LIKE 'cud%' OR field LIKE 'ncud%') ORDER BY 1"
    )
    assert masked == ["hint", "likely"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("jane.doe@example.com", "your e-mail"),
        (" Jane.Doe@Example.COM ", "your e-mail"),
        ("+49 (0)170 1234567", "your phone number"),
    ],
)
def test_find_gives_the_same_answer_by_the_tokens_alone(
    store: Store, wire: Path, persona: Path, typed: str, label: str
) -> None:
    store.scan(wire, persona=persona)
    done = ask(store, typed, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    answered = {
        (site["site"], field, way["evidence"].removesuffix(", percent-encoded"))
        for site in json.loads(done.stdout)
        for way in site["ways"]
        for field in way["fields"]
    }
    expected = {
        (site, field, evidence.removesuffix(", percent-encoded"))
        for site, field, evidence in store.rows(
            "SELECT ifnull(e.page_site, 'unknown'), f.field, f.evidence"
            " FROM findings f JOIN events e ON e.id = f.event_id"
            " WHERE f.kind = 'persona' AND f.label = ? AND f.certainty = 'certain'",
            [label],
        )
    }
    assert answered == expected
    assert len(answered) >= 6


def test_find_shows_and_keeps_nothing_of_what_was_asked(store: Store, wire: Path) -> None:
    store.scan(wire)
    before = store.path.read_bytes()
    for typed in ("jane.doe@example.com", "+49 170 1234567", "nobody@example.com", "Ottokar"):
        done = ask(store, typed)
        assert typed.lower() not in (done.stdout + done.stderr).lower()
    assert store.path.read_bytes() == before
    assert ask(store, "nobody@example.com").stdout.startswith("No site was seen to send this e-mail address to Meta.\n")
    refused = ask(store, "Ottokar")
    assert (refused.returncode, "neither an e-mail address nor a phone number" in refused.stderr) == (2, True)
    assert ask(store, "jane.doe@example.com").stdout.startswith("This e-mail address was sent to Meta from 2 sites:\n")


def test_find_wants_the_key_of_the_database(store: Store, wire: Path, tmp_path: Path) -> None:
    store.scan(wire)
    other = tmp_path / "other.key"
    other.write_bytes(os.urandom(32))
    done = ask(store, "jane.doe@example.com", "--key", str(other))
    assert done.returncode == 2
    assert "this is not the key of" in done.stderr


def test_another_persona_replaces_the_rows_and_the_same_adds_nothing(store: Store, wire: Path, persona: Path) -> None:
    states = [store.scan(wire).scanned[0].state, store.scan(wire, persona=persona).scanned[0].state]
    states.append(store.scan(wire, persona=persona).scanned[0].state)
    mark = json.loads(store.column("SELECT options FROM recordings")[0])["persona"]
    persona.write_text('emails = "john@example.com"\n', encoding="utf-8")
    states.append(store.scan(wire, persona=persona).scanned[0].state)
    other = json.loads(store.column("SELECT options FROM recordings")[0])["persona"]
    assert states == ["added", "replaced", "unchanged", "replaced"]
    assert len(mark) == len(other) == 16
    assert mark != other
    assert store.column("SELECT count(*) FROM findings WHERE kind = 'persona'") == [0]


PLANTED = f"""
emails = "{PLANTED_MAIL}"
first_names = "Plantina"
last_names = "Secretova"
streets = "Verborgengasse 17"
ids = "planted-id-4711"
phrases = "a secret about my left knee"
"""
VALUES = ("Plantina", "Secretova", "Verborgengasse 17", "planted-id-4711", "a secret about my left knee", PLANTED_MAIL)


@pytest.mark.parametrize("keep_values", [False, True])
def test_nothing_of_the_persona_is_stored_in_any_mode(store: Store, tmp_path: Path, keep_values: bool) -> None:
    told = list(hits())
    for value in VALUES:
        page = f"https://shop.example/u/{quote(value)}/{value.lower().replace(' ', '-')}?x={quote(value)}"
        data = {"id": "1234567890123456", "ev": f"Order {value}", "dl": page, "eid": value, "cd[note]": value,
                f"cd[{value}]": "1", "cd[status]": value, "pmd[title]": f"Hello {value}", "a": value}  # fmt: skip
        told.append(entry("https://www.facebook.com/tr/?" + urlencode(data)))
        told.append(entry(page, mime_type="text/html"))
    file = tmp_path / "persona.toml"
    file.write_text(PLANTED, encoding="utf-8")
    store.scan(write(tmp_path / "planted.har", told), persona=file, keep_values=keep_values)
    assert store.column("SELECT count(*) FROM findings WHERE kind = 'persona'")[0] > 30
    held = store.path.read_bytes().decode("utf-8", "replace").lower()
    spelled = [
        spelling for one in VALUES for spelling in (one.lower(), quote(one).lower(), one.lower().replace(" ", "-"))
    ]
    assert [one for one in spelled if one in held] == []


def test_a_persona_that_others_can_read_is_warned_of(tmp_path: Path, persona: Path) -> None:
    recording = write(tmp_path / "one.har", [entry("https://www.facebook.com/tr/?id=1234567890123456&ev=PageView")])
    persona.chmod(0o644)
    done = run("scan", recording, "--persona", persona, cwd=tmp_path)
    assert done.returncode == 0
    assert "other users of this machine can read it" in done.stderr


def test_rows_of_a_persona_are_verified_with_it(store: Store, wire: Path, persona: Path) -> None:
    store.scan(wire, persona=persona)
    verdicts = [verify(store.path, persona=persona)[0].verdict, verify(store.path)[0].verdict]
    assert verdicts == ["same", "other_rules"]
