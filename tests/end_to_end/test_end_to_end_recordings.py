"""One recorded session in four forms: mitmproxy tells all of it, the browser lacks requests and nothing else."""

from collections import Counter
from pathlib import Path

import pytest
from tests.sites import stored

from pixelwitness.scan.scan import ScanOptions, scan

WAYS = Path(__file__).parents[1] / "sites" / "recordings"
FORMS = ("ways.mitm", "ways.har", "ways.playwright.har", "ways.devtools.har.gz")

type Told = Counter[tuple[str, str, str]]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("stores")
    made = {form: folder / f"{form}.sqlite" for form in FORMS}
    for form, db in made.items():
        (scanned,) = scan([str(WAYS / form)], ScanOptions(db=db, key=folder / "study.key")).scanned
        assert scanned.problems == ()
    return made


def told(db: Path) -> Told:
    return Counter((one["event_name"], one["pixel_id"], one["page_site"]) for one in stored.told(db)["events"])


def test_flow_file_and_har_of_mitmproxy_say_the_same(stores: dict[str, Path]) -> None:
    assert stored.differences(stores["ways.mitm"], stores["ways.har"]) == []


@pytest.mark.parametrize(
    ("form", "lacking"),
    [
        # Sent while the page went away, and by a server: neither is the browser's to tell.
        ("ways.playwright.har", {"PlayEnded", "Purchase"}),
        # The panel of one page does not see into the process of a frame from another site.
        ("ways.devtools.har.gz", {"PlayEnded", "Purchase", "AddPaymentInfo"}),
    ],
)
def test_a_browsers_har_lacks_events_and_never_errs_in_a_site(
    form: str, lacking: set[str], stores: dict[str, Path]
) -> None:
    whole, seen = told(stores["ways.mitm"]), told(stores[form])
    assert seen - whole == Counter()
    assert {name for name, _, _ in whole - seen} == lacking
