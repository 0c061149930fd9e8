"""Every output of every command is the same, byte for byte: over runs, hash seeds and numbers of processes."""

import json
import shutil
from pathlib import Path

import pytest
from tests import hostile
from tests.end_to_end.conftest import Store
from tests.har import entry, write
from tests.sinks import ALL, Study, Told, tell

pytestmark = pytest.mark.process

SHOPS = 6
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def recordings_in(folder: Path) -> Path:
    """Write recordings of several sites that share people, pixels and times, so that only ids and names order them."""
    folder.mkdir()
    for number in range(SHOPS):
        page = f"https://shop{number % 4}.example/"
        hits = [
            entry(
                f"https://www.facebook.com/tr/?id=11112222{event}333&ev={name}&dl={page}&ts={number}{event}&ec={event}"
                f"&ud[em]={HASH}&ud[ph]={HASH[::-1]}&fbp=fb.1.1795300000000.{event}&cd[content_name]=Boots",
                headers={"referer": page},
            )
            for event, name in enumerate(("PageView", "Purchase", "Lead", "ViewContent", "AddToCart", "Own"))
        ]
        read = [entry(page, mime_type="text/html", headers={"cookie": "OptanonConsent=groups=C0004:1"})]
        library = entry("https://connect.facebook.net/en_US/fbevents.js", headers={"referer": page})
        write(folder / f"{number}.har", [*read, library, *hits, library])
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Told]]:
    folder = tmp_path_factory.mktemp("equal")
    recordings = recordings_in(folder / "recordings")
    export = hostile.write_export(folder / "your_off-facebook_activity.json")
    results: list[dict[str, Told]] = []
    key = b"k" * 32
    for seed, jobs in (("0", 1), ("1", 2)):
        # At one place, since what is told names the files.
        place = folder / "place"
        place.mkdir()
        store, other = Store(place / "study.sqlite"), Store(place / "other.sqlite")
        for one in (store, other):
            one.path.with_suffix(".key").write_bytes(key)
        store.scan(recordings, jobs=jobs, keep_values=True)
        other.scan(recordings / "0.har", recordings / "5.har", jobs=jobs)
        results.append(tell(Study(place / "outputs", recordings, store.path, other.path, export), seed, jobs))
        shutil.rmtree(place)
    return results


def test_an_output_is_the_same_for_any_seed_and_number_of_processes(
    runs: list[dict[str, Told]], subtests: pytest.Subtests
) -> None:
    for sink in ALL:
        with subtests.test(sink.name):
            first, other = (run[sink.name] for run in runs)
            assert first.out, first.err
            assert first == other


def test_what_is_compared_holds_something(runs: list[dict[str, Told]]) -> None:
    document = json.loads(runs[0]["report json"].out)
    assert [site["n_events"] for site in document["sites"]] == [12, 12, 6, 6]
    assert len(document["shared_values"]) > 1
