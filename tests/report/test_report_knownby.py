"""By what Meta could know somebody: the summarise_identity level of a site, in a sentence, from findings in a store."""

from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, write

from pixelwitness.core.exposure.exposure import Identification as Known
from pixelwitness.meaning.hints.identity import summarise_identity
from pixelwitness.report.statements.site_kinds import Identification
from pixelwitness.report.statements.statement import Carried
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store import queries
from pixelwitness.store.database import reading

HASH = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        (
            [("click", "_fbc"), ("account", "c_user, _fbp")],
            Known("account", ("c_user", "_fbp", "_fbc"), False),
        ),
        ([("none", "no identifier"), ("browser", "_fbp")], Known("browser", ("_fbp",), False)),
        ([("none", "no identifier")], Known("none", (), False)),
        (
            [("none", "no identifier"), ("not recorded", "not recorded: the body and cookies")],
            Known("not recorded", (), True),
        ),
        ([("person", "em; not recorded: cookies")], Known("person", ("em",), True)),
        (
            [("account", "c_user"), ("browser", "_fbp; not recorded: the body")],
            Known("account", ("c_user", "_fbp"), False),
        ),
    ],
)
def test_the_closest_of_all_events_counts(findings: list[tuple[str, str]], expected: Known) -> None:
    assert summarise_identity(findings) == expected


EMAIL = (Carried("email", "plain"),)


@pytest.mark.parametrize(
    ("level", "names", "by_content", "more", "sentence"),
    [
        (
            "account",
            ("c_user",),
            (),
            False,
            "With this Meta could know the visitor's Facebook or Instagram account, by c_user.",
        ),
        (
            "browser",
            ("_fbp", "fr"),
            (),
            True,
            "With this Meta could know the visitor's browser, by _fbp and fr; what was not recorded may tell more.",
        ),
        (
            "browser",
            ("_fbp",),
            EMAIL,
            False,
            "With this Meta could know the visitor's browser, by _fbp. What else went along may tell it, too: e-mail "
            "(readable).",
        ),
        ("none", (), (), False, "None of the identifiers by which Meta matches people was seen."),
        (
            "none",
            (),
            EMAIL,
            False,
            "None of the identifiers by which Meta matches people was seen; what else went along may tell whom this is "
            "about: e-mail (readable).",
        ),
        ("not recorded", (), (), True, "By what Meta could know whom this is about was not recorded."),
    ],
)
def test_each_level_has_its_sentence(level: Any, names: Any, by_content: Any, more: bool, sentence: str) -> None:
    known = Identification(
        person="visitor", level=level, names=names, by_content=by_content, may_be_more=more, unknown=False
    )
    assert plain_sentence(tell(known, vocabulary())) == sentence


def test_the_sentence_comes_from_the_findings_of_a_store(tmp_path: Path) -> None:
    pixel = "https://www.facebook.com/tr/?id=1234567890123456&dl=https%3A%2F%2Fshop.example%2F&ev="
    recorded = [
        entry(f"{pixel}PageView&fbp=fb.1.1.2", headers={"cookie": "wd=1"}),
        entry(f"{pixel}Lead&ud[em]={HASH}", headers={"cookie": "datr=x"}),
    ]
    scan([str(write(tmp_path / "a.har", recorded))], ScanOptions(db=tmp_path / "a.sqlite"))
    with reading(tmp_path / "a.sqlite") as connection:
        sites = queries.exposure(connection, ()).sites
    assert [(one.name, one.known_by) for one in sites] == [
        ("shop.example", Known("person", ("em", "datr", "_fbp"), False))
    ]
