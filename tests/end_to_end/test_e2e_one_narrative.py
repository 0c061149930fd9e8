"""One narrative: of each recording every output says the same, number by number and statement by statement."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from tests.end_to_end.conftest import Store
from tests.har import SHARED, entry, write
from tests.report.page import elements, parsed, tag, text

from pixelwitness.policy.judge import judge
from pixelwitness.report.check.stored_case import read_case
from pixelwitness.report.formats.format_table import REPORT_FORMATS
from pixelwitness.report.report_data import read_report
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.store.database import reading
from pixelwitness.store.queries import Choice

MOST = 60
OWN = (
    Path(__file__).parents[2] / "addon" / "pixelwitness" / "recordings" / "story.har",
    *sorted((Path(__file__).parents[1] / "sites" / "recordings").glob("ways.*r*")),
)
OUTCOMES = {"answered": "told", "sent": "told", "unknown": "unknown", "failed": "tried", "stopped": "tried"}
WORDS = vocabulary()
CELLS_ONLY = {"events", "act", "further_events", "contacts", "personal_data", "browser_identifiers", "no_identifier"}
CELLS_ONLY |= {"text_hint", "conflict", "finding"}

DENIALS = (
    "o identifier in the fields",
    "o identifier stood in the fields",
    "othing about the person",
    "o personal data",
)

type Told = dict[str, str]
"""The text of each format by its name."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("narrative") / "store.sqlite")
    shared = []
    if SHARED.is_dir():
        shared = [*sorted((SHARED / "delivery").glob("*.har")), *sorted((SHARED / "recordings").glob("*.har"))]
    store.scan(*OWN, *shared)
    return store


@pytest.fixture(scope="module")
def recordings(scanned: Store) -> list[str]:
    """Return the recordings in which most is seen: those of which most can be said."""
    return scanned.column(
        "SELECT recordings.id FROM recordings LEFT JOIN findings ON findings.recording_id = recordings.id"
        f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST}"
    )


def told(store: Store, recording: str) -> Told:
    """Return all formats of the report of one recording."""
    found = {}
    with reading(store.path) as connection:
        for name, form in REPORT_FORMATS.items():
            data = read_report(connection, WORDS, Choice(recordings=(recording,)))
            found[name] = "".join(form.render(data))
    return found


def stored(store: Store, recording: str, table: str) -> Counter[tuple[str, str]]:
    """Count rows by (site or app, outcome), as the store has them."""
    own = set(store.column("SELECT site FROM site_owners"))
    counted: Counter[tuple[str, str]] = Counter()
    rows = store.rows(
        f"SELECT page_site, sender, delivery, blocked, channel FROM {table} WHERE recording_id = ?", (recording,)
    )
    for site, sender, delivery, blocked, channel in rows:
        who = sender if sender.startswith("app:") else site or "unknown"
        if delivery != "cached" and sender != "operator" and channel != "meta-ai" and who not in own:
            counted[who, "blocked" if blocked else OUTCOMES[delivery]] += 1
    return counted


def squeezed(words: str) -> str:
    """Return words as every output has them: without what escapes or breaks lines, and without blanks."""
    return re.sub(r"[\s\\`]", "", words.replace("[:]//", "://").replace("(at)", "@"))


def in_document(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield (site, kind, words, arguments) of each statement about a site."""
    for site in document["sites"]:
        for said in site["statements"]:
            if said["statement"]["kind"] != "nothing_seen":
                yield site["site"], said["statement"]["kind"], said["words"], said["statement"]


def numbers(document: dict[str, Any], kind: str) -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for site, of, _, arguments in in_document(document):
        if of == kind:
            counted[site, arguments["outcome"]] += arguments[kind]
    return counted


def of_sites(rows: str, kind: str, document: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Return the numbers of the CSV of sites; Meta's own stand there, too."""
    own = {(one["site"], one["standing"]) for one in document["sites"] if one["standing"] == "meta"}
    counted: Counter[tuple[str, str]] = Counter()
    for row in csv.DictReader(io.StringIO(rows)):
        if (row["site"], row["standing"]) not in own:
            for column, outcome in (
                (kind, "told"),
                *((f"{kind}_{one}", one) for one in ("unknown", "tried", "blocked")),
            ):
                counted[row["site"], outcome] += int(row[column])
    return +counted


def of_rows(rows: str, kind: str, document: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Return the numbers of the CSV of events; what counts for nobody stands there, too."""
    senders = {(site, outcome) for site, outcome in (*numbers(document, "events"), *numbers(document, "contacts"))}
    counted = Counter(
        (row["site"], "blocked" if row["blocked"] == "yes" else OUTCOMES.get(row["delivery"], ""))
        for row in csv.DictReader(io.StringIO(rows))
        if row["record"] == kind
    )
    return Counter({key: number for key, number in counted.items() if key in senders})


def on_page(page: str) -> list[tuple[str, str]]:
    """Return (kind, words) of the statements of sites on the page, without its marks of evidence."""
    found = []
    for card in (one for one in elements(parsed(page), "article")):
        for line in elements(card, "p"):
            if line.get("data-kind") not in (None, "announced_use", "server_gap"):
                found.append((str(line.get("data-kind")), squeezed(_without_proof(line))))
    return found


def _without_proof(line: Element) -> str:
    proof = "".join(text(one) for one in line if tag(one) == "small")
    whole = text(line)
    return whole.removesuffix(proof) if proof else whole


def problems(store: Store, recording: str) -> Iterator[str]:
    """Yield what two outputs say differently of one recording."""
    outputs = told(store, recording)
    document = json.loads(outputs["json"])
    said = list(in_document(document))
    for kind in ("events", "contacts"):
        expected = stored(store, recording, kind)
        for name, found in (
            ("json", numbers(document, kind)),
            ("csv-sites", of_sites(outputs["csv-sites"], kind, document)),
        ):
            if found != expected:
                yield f"{name}: {kind} {dict(found)}, stored {dict(expected)}"
        if not any(site.startswith("app:") for site, _ in expected):
            rows = of_rows(outputs["csv"], kind.removesuffix("s"), document)
            if rows != expected:
                yield f"csv: {kind} {dict(rows)}, stored {dict(expected)}"
    lines = [json.loads(line) for line in outputs["jsonl"].splitlines()]
    if Counter((one["site"], one["words"]) for one in lines if one["record"] == "statement") != Counter(
        (site, words) for site, kind, words, _ in in_document(document)
    ):
        yield "jsonl: other statements"
    story, markdown = squeezed(outputs["story"]), squeezed(outputs["markdown"].replace("- ", ""))
    table = squeezed(outputs["table"])
    for _, kind, words, arguments in said:
        for name, output in (("story", story), ("markdown", markdown)):
            if squeezed(words) not in output:
                yield f"{name}: not {words!r}"
        if kind not in CELLS_ONLY and squeezed(words) not in table:
            yield f"table: not {words!r}"
        if kind == "events":
            for one in arguments["names"]:
                cell = (one["name"] or "(name not recorded)") + (f" ×{one['events']:,}" if one["events"] > 1 else "")
                if squeezed(cell)[:50] not in table:
                    yield f"table: not {cell!r}"
    page = on_page(outputs["html"])
    shown = Counter(kind for kind, _ in page)
    if shown != Counter(kind for _, kind, _, _ in said):
        yield f"html: kinds {dict(shown)}"
    missing = {squeezed(words) for _, _, words, _ in said} - {words for _, words in page}
    yield from (f"html: not {words!r}" for words in missing)
    yield from _denials(outputs, document)


def _denials(outputs: Told, document: dict[str, Any]) -> Iterator[str]:
    """Yield where an output denies what a statement says."""
    for site in document["sites"]:
        kinds = {said["statement"]["kind"] for said in site["statements"]}
        if {"personal_data", "no_identifier"} <= kinds:
            yield f"json: {site['site']} has data about the person, and no identifier"
        if "personal_data" in kinds and len(document["sites"]) == 1:
            for name, output in outputs.items():
                yield from (f"{name}: says {denial!r}" for denial in DENIALS if denial in output)


def test_all_outputs_say_the_same_of_each_recording(
    scanned: Store, recordings: list[str], subtests: pytest.Subtests
) -> None:
    for recording in recordings:
        with subtests.test(recording):
            assert list(problems(scanned, recording)) == []


def test_check_objects_to_as_many_events_as_reports_tell(scanned: Store) -> None:
    with reading(scanned.path) as connection:
        judgement = judge(read_case(connection))
    found: Counter[str] = Counter()
    for violation in judgement.violations:
        found[violation.site or "unknown"] += violation.times
    expected: Counter[str] = Counter()
    for recording in scanned.column("SELECT id FROM recordings"):
        for (site, _), number in stored(scanned, recording, "events").items():
            expected[site] += number
    assert found == expected


ADDRESS = "jane.doe@example.com"
PIXEL = "https://www.facebook.com/tr/?id=1234567890123456&ev=Lead&dl=https%3A%2F%2Fshop.example%2F"


@pytest.mark.parametrize(
    "sent",
    [
        f"&cd[email_sha256]={sha256(ADDRESS.encode()).hexdigest()}",
        f"%3Fq%3D{ADDRESS}",
        f"&cd[note]={ADDRESS}",
    ],
)
def test_an_address_where_no_identifier_belongs_is_in_every_headline(sent: str, store: Store, tmp_path: Path) -> None:
    page = entry("https://shop.example/", mime_type="text/html")
    hit = entry(PIXEL + sent, headers={"referer": "https://shop.example/"})
    persona = tmp_path / "persona.toml"
    persona.write_text(f'emails = ["{ADDRESS}"]\n', "utf-8")
    store.scan(write(tmp_path / "a.har", [page, hit]), persona=persona)
    (recording,) = store.column("SELECT id FROM recordings")

    outputs = told(store, recording)
    assert [name for name, output in outputs.items() if "e-mail" not in output] == []
    assert [name for name, output in outputs.items() for denial in DENIALS if denial in output] == []
    assert list(problems(store, recording)) == []
    assert "your e-mail" in outputs["table"]
