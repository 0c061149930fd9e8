"""Where no page could be opened, nothing of the site was seen."""

from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, write

from pixelwitness.policy.judge import judge
from pixelwitness.policy.violations.gaps import Gap, GapKind
from pixelwitness.report.check.stored_case import read_case
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store.database import reading

GAP = Gap(GapKind.PAGE_MISSING, 1)
PAGE = {"sec-fetch-dest": "document"}
SHOP = {"referer": "https://shop.example/"}


def page(status: int = 200, host: str = "shop.example", mime_type: str = "text/html") -> dict[str, Any]:
    return entry(f"https://{host}/", headers=PAGE, status=status, mime_type=mime_type)


SDK = entry("https://connect.facebook.net/en_US/sdk.js", headers=SHOP, seconds=1)
RECORDED: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a page": ([page()], True),
    "no answer": ([page(0, mime_type="x-unknown")], False),
    "no answer, and a page after it": ([page(0, mime_type="x-unknown"), page()], True),
    "a gateway's error": ([page(502)], False),
    "two errors": ([page(404), page(500, "news.example")], False),
    "an error page beside a page": ([page(), page(404, "news.example")], True),
    "an error page that reaches for Meta": ([page(404), SDK], True),
    "a download": ([page(mime_type="application/pdf")], True),
    "no page, as of an app": ([entry("https://api.shop.example/v1/basket", mime_type="application/json")], True),
    "a picture without an answer": ([entry("https://shop.example/a.gif", status=0)], True),
}


@pytest.mark.parametrize(("entries", "proves"), RECORDED.values(), ids=RECORDED)
def test_error_pages_alone_prove_nothing(tmp_path: Path, entries: list[dict[str, Any]], proves: bool) -> None:
    scan([str(write(tmp_path / "visit.har", entries))], ScanOptions(db=tmp_path / "db.sqlite"))
    with reading(tmp_path / "db.sqlite") as connection:
        judgement = judge(read_case(connection))
    assert (judgement.gaps, judgement.violations) == (() if proves else (GAP,), ())
