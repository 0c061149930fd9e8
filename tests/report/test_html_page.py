"""The HTML report as a document: sound, safe to open, and telling what every other report tells."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import program
from tests.exposed import BOOTS, EMAIL, FBP, REC, contact, datum, event, finding, recording, signal, visit
from tests.har import entry, write
from tests.report.page import ELEMENTS, by_id, elements, made, of_database, parsed, rows, table, tag, text, unprintable

from pixelwitness.core.exposure.exposure import SeenEvent
from pixelwitness.core.exposure.records import Finding
from pixelwitness.meaning.names.subjects import IDENTIFYING
from pixelwitness.report.html.page import SIZE
from pixelwitness.report.html.page_evidence import AT_LEAST, PageRoom, share_room
from pixelwitness.report.statements.report_statements import lead_statements, reporting_sites
from pixelwitness.report.statements.site_statements import site_statements
from pixelwitness.report.wording.coverage_words import SERVER_GAP
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store import queries
from pixelwitness.store.database import reading


def understood(seen: SeenEvent, *findings: Finding) -> SeenEvent:
    return replace(seen, findings=findings)


EVENTS = [
    understood(event("Purchase", *BOOTS, EMAIL, FBP, position=1), finding("consent", "denied")),
    event("Lead", EMAIL, site="clinic.example", position=2, method="POST", body_state="not_recorded"),
    event("PageView", FBP, site="news.example", position=3, blocked=True),
]
CONTACTS = [contact(), contact("login", site="facebook.com")]


@pytest.fixture(name="demo", scope="module")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the bundled recording, its values kept."""
    folder = tmp_path_factory.mktemp("demo")
    program.run("demo", "--save", "story.har", cwd=folder)
    scan([str(folder / "story.har")], ScanOptions(db=folder / "demo.sqlite", keep_values=True))
    return folder / "demo.sqlite"


@pytest.fixture(name="tree", scope="module")
def _tree(demo: Path) -> Element:
    return parsed(of_database(demo))


# Sound ---------------------------------------------------------------------------


def test_headings_leave_out_no_level_and_there_is_one_first(tree: Element) -> None:
    levels = [int(tag(one)[1]) for one in elements(tree, "h1", "h2", "h3", "h4", "h5", "h6")]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_has_one_of_each_landmark_and_a_link_past_the_contents(tree: Element) -> None:
    (body,) = elements(tree, "body")
    landmarks = [tag(one) for one in body if tag(one) in ("header", "nav", "main", "footer")]
    first = next(elements(body, "a"))

    assert landmarks == ["header", "nav", "main", "footer"]
    assert (first.get("href"), text(first)) == ("#main", "Skip to the report")
    assert tree.get("lang") == "en"


def test_ids_are_unique_and_whatever_names_one_finds_it(tree: Element) -> None:
    ids = [one.get("id") for one in elements(tree) if one.get("id") is not None]
    named = {
        name
        for one in elements(tree)
        for attribute in ("aria-labelledby", "aria-describedby")
        for name in (one.get(attribute) or "").split()
    }
    linked = {(one.get("href") or "").removeprefix("#") for one in elements(tree, "a")}

    assert len(ids) == len(set(ids))
    assert named | linked <= set(ids)


def test_every_table_has_a_caption_and_every_head_cell_a_scope(tree: Element) -> None:
    tables = list(elements(tree, "table"))

    assert tables
    assert all(len([one for one in elements(each, "caption") if text(one)]) == 1 for each in tables)
    assert {one.get("scope") for one in elements(tree, "th")} == {"col", "row"}


def test_every_picture_has_a_name_a_description_and_the_same_as_a_table(tree: Element) -> None:
    figures = list(elements(tree, "figure"))

    assert len(figures) == 4
    for figure in figures:
        (picture,) = elements(figure, "svg")
        assert picture.get("role") == "img"
        assert [tag(one) for one in list(picture)[:2]] == ["title", "desc"]
        assert all(text(one) for one in list(picture)[:2])
        (told,) = elements(figure, "table")
        assert rows(told)


# Safe to open ----------------------------------------------------------------------


def test_the_policy_allows_one_style_sheet_by_its_hash_and_nothing_else(tree: Element) -> None:
    (style,) = elements(tree, "style")
    policies = [one for one in elements(tree, "meta") if one.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256((style.text or "").encode()).digest()).decode()

    assert [one.get("content") for one in policies] == [
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    (head,) = elements(tree, "head")
    # It holds from where it stands on: only the character set comes before it.
    assert [one.get("charset") for one in list(head)[:1]] == ["utf-8"]
    assert list(head)[1] is policies[0]


def test_nothing_in_the_page_can_load_run_or_lead_anywhere(tree: Element) -> None:
    loading = {"src", "srcset", "style", "action", "formaction", "poster", "data", "background", "ping", "target"}

    assert {tag(one) for one in elements(tree)} <= ELEMENTS
    for one in elements(tree):
        names = {str(name).rpartition("}")[2] for name in one.attrib}
        assert not names & loading
        assert not [name for name in names if name.startswith("on")]
        for name, value in one.attrib.items():
            if str(name).rpartition("}")[2] == "href":
                assert value.startswith("#") or (tag(one) == "link" and value == "data:,")
            assert not re.search(r"url\((?!#)", value)
    (style,) = elements(tree, "style")
    assert not re.search(r"@import|url\(|expression|image-set|src\(", style.text or "")


def test_receivers_are_no_addresses_that_anything_could_make_a_link_of(tree: Element) -> None:
    shown = rows(table(card(tree, "shop.example"), _places()))

    assert any("www.facebook[.]com" in cell for row in shown for cell in row)
    assert not [cell for row in shown for cell in row if "facebook.com" in cell]
    assert not [one for one in elements(tree, "article") if "://" in text(one)]


def _places() -> str:
    return "Events and contacts"


# What it tells ---------------------------------------------------------------------


def test_it_tells_every_statement_in_the_words_of_the_renderer(demo: Path, tree: Element) -> None:
    words = vocabulary()
    with reading(demo) as connection:
        exposure = queries.exposure(connection, IDENTIFYING)
    perspective = words.perspective(exposure)
    sites = reporting_sites(exposure, perspective)

    assert len(sites) == 4
    for site in sites:
        statements = site_statements(site, perspective)
        told = {(str(type(one).__struct_config__.tag), plain_sentence(tell(one, words))) for one in statements}
        shown = {line for line in lines(card(tree, site.name)) if line[0] not in ("announced_use", "server_gap")}
        assert len(shown) > 8
        assert shown == {(kind, " ".join(sentence.split())) for kind, sentence in told}
    (lead,) = (one for one in elements(tree, "p") if one.get("class") == "lead")
    assert text(lead) == " ".join(plain_sentence(tell(one, words)) for one in lead_statements(exposure, perspective))
    assert SERVER_GAP in text(tree)


def lines(card: Element) -> list[tuple[str, str]]:
    """Return kind and words of what a card states, without the rows that it leads to."""
    found = []
    for one in elements(card, "p"):
        if kind := one.get("data-kind"):
            proofs = [text(each) for each in elements(one, "small")]
            found.append((kind, text(one).removesuffix(proofs[0]).strip() if proofs else text(one)))
    return found


def test_a_statement_leads_to_the_rows_that_it_rests_on() -> None:
    tree = parsed(made(EVENTS, CONTACTS))
    named = {one.get("id"): text(next(elements(one, "th"))) for one in elements(tree, "tr") if one.get("id")}
    led = {
        (one.get("data-kind"), text(link), named[(link.get("href") or "").removeprefix("#")].split()[0])
        for one in elements(card(tree, "shop.example"), "p")
        for link in elements(one, "a")
        if one.get("data-kind")
    }

    assert led >= {("act", "E1", "Purchase"), ("personal_data", "E1", "Purchase"), ("contacts", "E2", "Meta's")}


def test_a_page_about_nothing_says_how_much_was_looked_at_and_draws_nothing() -> None:
    tree = parsed(made(recordings=[recording(requests_matched=0, requests_other=10)]))

    assert "Nothing was seen to go to Meta in 10 requests; unknown: what servers send directly." in text(tree)
    assert list(elements(tree, "svg", "article")) == []
    assert "Visited, nothing seen to go to Meta: garden.example" in text(parsed(made(visits=[visit("garden.example")])))


def card(tree: Element, site: str) -> Element:
    (found,) = (one for one in elements(tree, "article") if text(next(elements(one, "h3"))) == site)
    return found


def facts(tree: Element, site: str) -> dict[str, str]:
    (list_,) = (one for one in elements(card(tree, site), "dl"))
    return {text(one[0]): text(one[1]) for one in list_}


def test_a_card_says_what_about_whom_by_which_way_with_which_consent_and_what_is_unknown() -> None:
    tree = parsed(made(EVENTS, CONTACTS))

    shop, clinic, news = (facts(tree, f"{name}.example") for name in ("shop", "clinic", "news"))
    assert shop["What was sent"] == "Purchase"
    assert shop["Contacts"] == "Meta's library"
    assert shop["About whom"].startswith(
        "e-mail (SHA-256)browser known by _fbp About the person: e-mail (SHA-256) in ud.em"
    )
    assert shop["By which way"].startswith("In all 1 event went to Meta by pixel (image request) to www.facebook.com;")
    assert shop["Consent"].startswith("1 event left although a signal denied consent")
    assert "Blocked" not in shop
    assert shop["Announced use"].startswith("Meta has said (2026-06-09), as several sources quote it: what businesses")
    assert "Not settled: one report lists the US" in shop["Announced use"]
    assert shop["Could not be seen"] == SERVER_GAP
    assert clinic["Could not be seen"] == (
        f"1 request body was not recorded: what it held is unknown, not absent. {SERVER_GAP}"
    )
    assert ("What was sent" in news, news["Blocked"]) == (False, "PageView")


def marks(tree: Element, site: str) -> list[str]:
    (list_,) = (one for one in elements(card(tree, site), "ul") if one.get("class") == "marks")
    return [text(one) for one in list_]


def test_the_marks_of_a_card_need_no_colour() -> None:
    tree = parsed(made([*EVENTS, event("Lead", FBP, site="game.example")], [contact(site="map.example")]))

    person = "● about the person: e-mail (SHA-256)"
    assert marks(tree, "shop.example") == [person, "◐ browser known by _fbp"]
    assert marks(tree, "clinic.example") == [person, "? not all recorded"]
    assert marks(tree, "game.example") == ["◐ browser known by _fbp"]
    assert marks(tree, "map.example") == ["○ no identifier in the fields that were read"]
    assert marks(tree, "news.example") == ["⊘ blocked"]


def test_evidence_names_raw_parameters_rule_and_version_recording_entry_and_line() -> None:
    told = finding("topic", "health", "dermatology", "dl", certainty="hint")
    seen = understood(event("Purchase", *BOOTS, EMAIL, rule_version=3, line=77), told)
    tree = parsed(made([seen], [contact()], recordings=[recording()]))

    data = rows(table(tree, "What was in the requests"))
    assert data[0] == ["e-mail person", "ud.em", "SHA-256", "manual", "Purchase", "1"]
    assert sorted(row[1] for row in data[1:]) == ["cd.content_name hiking boots", "cd.currency EUR", "cd.value 89"]
    events, contacts = rows(table(tree, _places()))
    assert events == [
        "E1",
        "2026-11-20 10:00:01",
        "Purchase standardshop.example/boots",
        "pixel 1234567890123456 www.facebook[.]com",
        "pixel (image request)",
        "sent",
        "R1 entry 1, line 77",
        "meta-pixel-event v3 certain; page by dl",
    ]
    assert contacts[2] == "Meta's library contactshop.example/"
    assert contacts[6:] == ["R1 entry 90, line 190", "meta-pixel-library v1 certain; page by referer"]
    assert rows(table(tree, "Findings")) == [["sensitive topic: health", "dl", "hint", "dermatology", "1"]]


def test_what_consent_an_event_left_with_stands_beside_it() -> None:
    seen = [
        understood(event("Lead", position=1), finding("consent", "nothing_seen")),
        understood(event("Lead", position=2), finding("consent", "granted")),
        event("Lead", position=3, blocked=True),
        event("Lead", position=4),
    ]
    left = [row[5] for row in rows(table(parsed(made(seen)), _places()))]

    assert left == ["no consent signal was seen", "with a signal that grants consent", "blocked", "sent"]


def test_the_ledger_counts_each_request_once_and_the_method_names_every_version() -> None:
    row = recording(undecodable=2, blocked=1, requests_seen=13, complete=False, bodies_not_recorded=3)
    tree = parsed(made(EVENTS, recordings=[row]))

    assert [line[:2] for line in rows(table(tree, "Every request, counted once at the branch where it went"))] == [
        ["To Meta", "4"],
        ["Other", "6"],
        ["Undecodable", "2"],
        ["Unusable", "0"],
        ["Blocked", "1"],
        ["All", "13"],
    ]
    (source,) = rows(table(tree, "Recordings"))
    assert source[0] == "R1"
    assert source[1] == f"shop.har har, id {REC}"
    assert source[5:] == ["ends before its end; 3 bodies not recorded", "a" * 64]
    method = text(by_id(tree, "method"))
    for version in ("0.1.0", "b" * 64, "c" * 64, "bundled", "WebInspector 537.36"):
        assert version in method
    rules = rows(table(tree, "Rules, with the version that spoke and how often"))
    assert [(line[0], line[3]) for line in rules] == [("meta-pixel-event v1", "3")]
    assert "Meta Pixel event" in rules[0][1]


def test_files_are_named_without_the_folder_that_all_of_them_share() -> None:
    one = recording(sources=("/home/jane/study/a.har", "/home/jane/study/may/b.har"))
    other = recording(id="bbbb000011112222", sources=("/home/jane/study/c.har",))
    page = made(recordings=[one, other])

    assert [row[1].split(" har")[0] for row in rows(table(parsed(page), "Recordings"))] == ["a.har may/b.har", "c.har"]
    assert "jane" not in page


def test_sums_that_do_not_add_up_are_said() -> None:
    lines = rows(
        table(
            parsed(made(recordings=[recording(requests_seen=12)])),
            "Every request, counted once at the branch where it went",
        )
    )

    assert lines[-1] == ["All", "12", "these do not add up: 10 accounted for"]


def test_statements_are_told_with_who_said_them_when_where_and_what_is_not_settled(tree: Element) -> None:
    uses = text(by_id(tree, "uses"))

    assert "Meta has said (2026-06-09), as several sources quote it: what businesses share" in uses
    assert "In force from 2026-07 on. Where: the US and a number of other countries; the EU is not named." in uses
    assert "Not settled: one report lists the US" in uses
    assert "It was claimed (2024), and nothing by Meta was found to support it" in uses
    assert "Sources: https://www.facebook.com/legal/businesstech" in uses


def test_values_are_shown_where_they_were_kept_and_the_page_says_so() -> None:
    kept = made(
        [event("Lead", datum("ud.em", "email", value="jane.doe@example.com"))],
        recordings=[recording(options='{"keep_values": true, "persona": null}')],
    )
    bare = made([event("Lead", datum("ud.em", "email"))])

    assert "jane.doe@example.com" in text(table(parsed(kept), "What was in the requests"))
    assert "This page shows values." in text(parsed(kept))
    assert "This page shows values." not in text(parsed(bare))


def test_tokens_are_never_shown() -> None:
    name = datum("ud.em", "email", "sha256", token="5ec2e7")

    assert "5ec2e7" not in made(
        [event("Lead", name), event("Lead", name, site="clinic.example")], [contact("login", name)]
    )


def test_options_are_told_without_the_token_of_a_persona() -> None:
    page = made([event("Lead")], recordings=[recording(options='{"keep_values": false, "persona": "5ec2e7"}')])

    assert "5ec2e7" not in page
    assert "values not kept, with a persona" in text(parsed(page))


def test_what_a_report_was_limited_to_stands_at_its_head(demo: Path) -> None:
    def page(*limits: str) -> Element:
        return parsed(program.run("report", demo, "--format", "html", *limits).stdout)

    one = page("--site", "clinic.example", "--since", "2026-11-22")
    assert [text(each) for each in elements(one, "h3") if "example" in text(each)] == ["clinic.example"]
    assert "Only what belongs to clinic.example. Only what was seen since 2026-11-22T00:00:00.000Z." in text(one)
    with reading(demo) as connection:
        (recorded,) = queries.recordings(connection)
    assert "Only 1 recording of the database." in text(page("--recording", recorded.id[:6]))


@pytest.mark.parametrize("region", ["DE", "US"])
def test_a_region_is_told_in_statements(demo: Path, region: str) -> None:
    uses = text(by_id(parsed(of_database(demo, region)), "uses"))

    assert ("(US is among them)" in uses) is (region == "US")


def test_the_demo_writes_its_report(tmp_path: Path) -> None:
    done = program.run("demo", "--html", "demo.html", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert "demo.html" in done.stderr
    assert "the visitor viewed, put into the cart and bought Hiking boots for 89 EUR" in text(
        parsed((tmp_path / "demo.html").read_text("utf-8"))
    )


# Size ------------------------------------------------------------------------------


def shopping(number: int) -> list[object]:
    """What one of many shops sends: pages, things looked at and bought, a form, the library and its copies."""
    site = f"https://www.shop-{number:03d}.example"
    fields = (
        "&rl=&if=false&sw=1920&sh=1080&v=2.9.200&r=stable&ec={n}&o=4126&fbp=fb.1.1767225600000.12345678{number:03d}"
        "&cs_est=true&ler=empty&it=1767225599000&coo=false&rqm=GET&ud[em]={hash}&ud[fn]={hash}&udff[em]={hash}"
        "&cd[content_name]=hiking+boots+of+the+year+number+{n}&cd[content_ids]=%5B%22{n}%22%5D&cd[value]={n}.50&cd[currency]=EUR"
        "&cd[buttonText]=Buy&cd[pageFeatures]=%7B%22title%22%3A%22Thing+{n}%22%7D"
    )
    names = ("PageView", "ViewContent", "AddToCart", "Purchase", "SubscribedButtonClick", f"Own{number % 7}")
    entries = [entry(f"{site}/", mime_type="text/html")]
    for n in range(30):
        page = f"https%3A%2F%2Fwww.shop-{number:03d}.example%2Fdermatology%2Fthings-for-long-evenings%2F{n}%3Fq%3D{n}"
        query = f"id={10**15 + number}&ev={names[n % len(names)]}&dl={page}&ts={1767225600000 + n}"
        more = fields.format(n=n, number=number, hash=hashlib.sha256(str(number).encode()).hexdigest())
        entries.append(entry(f"https://www.facebook.com/tr/?{query}{more}", seconds=n))
    library = {"referer": f"{site}/"}
    entries += [entry("https://connect.facebook.net/en_US/fbevents.js", headers=library, seconds=40)] * 3
    return list(entries)


def test_a_hundred_sites_fit_into_a_megabyte_and_what_does_not_is_counted(tmp_path: Path) -> None:
    sites = 100
    for number in range(sites):
        write(tmp_path / f"{number:03d}.har", shopping(number))
    outcome = scan([str(tmp_path)], ScanOptions(db=tmp_path / "many.sqlite", keep_values=True))
    assert len(outcome.scanned) == sites

    page = of_database(tmp_path / "many.sqlite")
    size = len(page.encode())
    tree = parsed(page)

    assert size <= SIZE < 1_000_000
    assert len(list(elements(tree, "article"))) == sites
    shown = sum(len(rows(one)) for one in elements(tree, "table") if (text(one).startswith("Events and contacts")))
    left = [int(found[1].replace(",", "")) for found in re.finditer(r"([\d,]+) more events and contacts", text(tree))]
    assert shown + sum(left) == sites * 33


def test_a_page_of_captured_text_is_printable() -> None:
    assert unprintable(made([event("a\x1b[2J\u202e\x85")], signals=[signal()])) == []


def test_one_site_may_take_the_room_of_all() -> None:
    tree = parsed(made([event("Lead", EMAIL, position=n, seen_at="2026-11-20T10:00:00.000Z") for n in range(900)]))

    assert len(rows(table(tree, _places()))) == 900
    assert "for which there is no room" not in text(tree)


def test_four_hundred_sites_keep_a_card_and_the_least_of_their_evidence_each() -> None:
    tree = parsed(made([event("Lead", EMAIL, site=f"s{n % 400}.example", position=n) for n in range(400 * 5)]))
    cards = list(elements(tree, "article"))

    assert len(cards) == 400
    assert {len(rows(table(each, _places()))) for each in cards} == {AT_LEAST}
    assert all("2 more events and contacts" in text(each) for each in cards)


@given(st.lists(st.integers(0, 500), max_size=40), st.integers(0, 2_000))
def test_room_is_shared_so_that_nobody_gets_more_than_needed_and_everybody_the_least(
    needs: list[int], room: int
) -> None:
    given_ = share_room(needs, room)

    assert all(min(need, AT_LEAST) <= share <= need for need, share in zip(needs, given_, strict=True))
    assert sum(given_) <= max(room, AT_LEAST * len(needs))
    # What is left would be of use to nobody.
    if sum(given_) < room - len(needs):
        assert list(given_) == needs


def test_a_smaller_room_comes_to_the_least() -> None:
    room, steps = PageRoom(), 0
    while not room.is_least(1):
        room, steps = room.smaller(), steps + 1

    assert steps < 25
