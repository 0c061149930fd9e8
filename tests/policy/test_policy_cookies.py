"""Cookies that the recorder left out: told everywhere, a gap where everything has to be known."""

from pathlib import Path

import pytest
from tests.exposed import contact, event, recording
from tests.har import entry, write
from tests.policy.judging import judged

from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.policy.judge import judge
from pixelwitness.policy.terms import Terms
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.policy.violations.site_rules import PolicyRules
from pixelwitness.report.check.check_text import describe_judgement
from pixelwitness.report.check.stored_case import read_case
from pixelwitness.report.wording.vocabulary import vocabulary
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store.database import reading

SANITISED = recording(cookies_recorded=False)
PAGE_VIEW, PLUGIN = event("PageView"), contact("social-plugin", receiver_host="www.facebook.com")
ACCOUNTS_ALLOWED = 'presets = ["no-personal-data"]\n[[site]]\nmatch = "*"\nallow = {data = ["account_id"]}\n'
LISTED = '[checks]\nevent = "off"\n[[site]]\nmatch = "*"\nallow = {data = ["page_url"]}\n'
DECLARED = '[[site]]\nmatch = "shop.example"\nevents = ["PageView"]\npixels = ["1234567890123456"]\n'


@pytest.mark.parametrize(
    ("toml", "presets", "declared", "seen", "number"),
    [
        ("", ("no-personal-data",), None, (PAGE_VIEW,), 1),
        ("", ("no-personal-data",), None, (PAGE_VIEW, PLUGIN), 2),
        (LISTED, (), None, (PAGE_VIEW,), 1),
        (LISTED.replace("page_url", "*"), (), None, (PAGE_VIEW,), 0),
        ("", ("declared",), DECLARED, (PAGE_VIEW,), 1),
        ("", ("declared",), DECLARED + 'data = ["account_id"]', (PAGE_VIEW,), 0),
        (ACCOUNTS_ALLOWED, (), None, (PAGE_VIEW,), 0),
        # These do not judge what went along.
        ("", (), None, (PAGE_VIEW,), 0),
        ("", ("no-meta",), None, (PAGE_VIEW,), 0),
        ("", ("no-health",), None, (PAGE_VIEW,), 0),
        # Meta's cookies go to Meta's hosts, and nothing did.
        ("", ("no-personal-data",), None, (event("PageView", receiver_host="metrics.shop.example"),), 0),
        ("", ("no-personal-data",), None, (), 0),
    ],
)
def test_unknown_cookies_are_a_gap_under_strict_where_accounts_are_judged(
    toml: str, presets: tuple[str, ...], declared: str | None, seen: tuple[SeenEvent | SeenContact, ...], number: int
) -> None:
    gaps = (Gap(GapKind.COOKIES, number),) if number else ()
    assert judged(toml, *seen, presets=presets, declared=declared, of=SANITISED, strict=True).gaps == gaps
    assert judged(toml, *seen, presets=presets, declared=declared, of=SANITISED).gaps == ()
    assert judged(toml, *seen, presets=presets, declared=declared, strict=True).gaps == ()


@pytest.mark.parametrize("strict", [False, True])
def test_a_sanitised_export_of_a_browser_passes_with_a_sentence_and_not_under_strict(
    tmp_path: Path, strict: bool
) -> None:
    shop = {"referer": "https://shop.example/"}
    har = write(
        tmp_path / "visit.har",
        [
            entry("https://shop.example/", headers={"sec-fetch-dest": "document"}, mime_type="text/html"),
            entry("https://www.facebook.com/tr/?id=1234567890123456&ev=PageView", headers=shop, seconds=1),
        ],
    )
    har.write_text(har.read_text().replace('{"name": "tests", "version": "1"}', '{"name": "WebInspector"}'))
    scan([str(har)], ScanOptions(db=tmp_path / "db.sqlite"))
    with reading(tmp_path / "db.sqlite") as connection:
        terms = Terms(PolicyRules(further=("no-personal-data",)))
        judgement = judge(read_case(connection), terms, strict=strict)

    assert judgement.violations == ()
    assert judgement.gaps == ((Gap(GapKind.COOKIES, 1),) if strict else ())
    assert (
        "The exporter left cookies out of 1 recording: whether Meta's account cookies went along is unknown."
        in describe_judgement(judgement, vocabulary(), {})
    )
