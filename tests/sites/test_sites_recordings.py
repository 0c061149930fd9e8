"""The project's own recordings hold the test sites and nothing else."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader
from tests.sites.server import HOSTS

ROOT = Path(__file__).parents[2]
STORY = ROOT / "addon" / "pixelwitness" / "recordings" / "story.har"
WAYS = Path(__file__).parent / "recordings"
FILES = [STORY, *sorted(WAYS.iterdir())]
HARS = [file for file in FILES if ".har" in file.suffixes]
# What would betray the machine, or a person who is not invented.
ELSEWHERE = re.compile(rb"/(?:work|tmp|root|home|Users|usr)/\w|[A-Za-z]:\\\\Users|localhost")
MAIL = re.compile(rb"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
ADDRESS = re.compile(rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
OF_CHROME = rb"156\.0\.0\.0"


def name(file: Path) -> str:
    return file.name


def content(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_recording_holds_no_machine_no_person_and_no_other_host(file: Path) -> None:
    data = content(file)
    assert ELSEWHERE.findall(data) == []
    assert {mail.replace(b"%40", b"@") for mail in MAIL.findall(data)} <= {b"jane.doe@example.com"}
    assert set(ADDRESS.findall(re.sub(OF_CHROME, b"", data))) <= {b"127.0.0.1", b"203.0.113.7"}


@pytest.mark.parametrize("file", HARS, ids=name)
def test_a_har_asks_the_test_sites_alone(file: Path) -> None:
    entries = json.loads(content(file))["log"]["entries"]
    assert {urlsplit(entry["request"]["url"]).hostname for entry in entries} <= set(HOSTS)


def test_the_flow_file_asks_the_test_sites_alone() -> None:
    with (WAYS / "ways.mitm").open("rb") as file:
        flows = [flow for flow in FlowReader(file).stream() if isinstance(flow, http.HTTPFlow)]
    assert {flow.request.host for flow in flows} <= set(HOSTS)


def test_the_recordings_are_small() -> None:
    assert STORY.stat().st_size < 400_000
    assert sum(file.stat().st_size for file in WAYS.iterdir()) < 1_000_000


def test_the_story_is_told() -> None:
    urls = [entry["request"]["url"] for entry in json.loads(STORY.read_bytes())["log"]["entries"]]
    names = {found[1] for url in urls if (found := re.search(r"facebook\.com/tr/\?id=\d+&ev=(\w+)", url))}
    assert {"ViewContent", "AddToCart", "Purchase", "AppointmentRequested", "LevelCompleted", "CreditsSpent"} <= names
    assert "https://garden.example/" in urls
    assert any(url.startswith("https://www.facebook.com/plugins/like.php") for url in urls)
    assert any(url.startswith("https://www.facebook.com/x/oauth/status") for url in urls)
