import re
from functools import cache

import pytest
from docs import house, make, picture
from tests.docs import reading

FORBIDDEN = re.compile(r"(?<![\w/])/(?:work|tmp|root|home)/|https?://(?:pypi|files\.pythonhosted)\.|>>> ")


def test_links_lead_to_pages_and_headings_that_exist() -> None:
    anchors = cache(reading.anchors)
    broken = []
    for page, link in ((each, link) for each in reading.PAGES for link in reading.links(each)):
        path, _, anchor = link.partition("#")
        if path.startswith("https://"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            broken.append(f"{reading.name(page)}: {link}")
    assert broken == []


def test_every_page_is_listed_in_the_index() -> None:
    index = reading.DOCS / "README.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in reading.links(index)}
    unlisted = {page for page in reading.PAGES if page.is_relative_to(reading.DOCS)} - listed - {index}
    assert unlisted == set()


def test_made_parts_are_as_the_program_has_them_now() -> None:
    texts = {page: page.read_text("utf-8") for page in reading.PAGES}
    old = [reading.name(page) for page, text in texts.items() if text != make.made(text)]
    assert old == [], "run python docs/make.py"


@pytest.mark.process
def test_the_picture_shows_what_the_demo_prints_now() -> None:
    drawn = picture.PICTURE.read_text("utf-8")
    assert picture.picture_text(drawn) == picture.picture_text(picture.picture()), "run python docs/make.py"
    assert re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?(?!#)[^)\"']*:", drawn) == [], "a picture loads nothing"


def test_the_picture_of_the_house_shows_the_imports_of_now() -> None:
    assert house.PICTURE.read_text("utf-8") == house.as_svg(), "run python docs/make.py"


def test_pictures_are_small_and_each_is_shown_somewhere() -> None:
    pictures = {one.resolve() for one in (reading.DOCS / "pictures").iterdir()}
    shown = {(page.parent / link).resolve() for page in reading.PAGES for link in reading.links(page)}
    assert [one.name for one in pictures if one.stat().st_size > 300_000] == []
    assert [one.name for one in pictures - shown] == []


def test_pages_name_no_folder_of_one_machine_and_only_invented_sites_are_linked() -> None:
    named = {reading.name(page): FORBIDDEN.findall(page.read_text("utf-8")) for page in reading.PAGES}
    assert {name: found for name, found in named.items() if found} == {}
    links = [(reading.name(page), link) for page in reading.PAGES for link in reading.links(page)]
    assert [(name, link) for name, link in links if "/tr" in link and "facebook" in link] == []


def test_the_words_for_sites_are_those_of_the_glossary() -> None:
    # "domain" is a key of Meta's own and stands in code; in prose it is "site" or "host".
    prose = {reading.name(page): re.sub(r"`[^`\n]*`", "", reading.prose(page)) for page in reading.PAGES}
    assert [name for name, words in prose.items() if re.search(r"\bdomains?\b", words, re.IGNORECASE)] == []
