"""Hostile text of every kind, in every captured field, through every output: none of it takes effect."""

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mitmproxy import http
from mitmproxy.io import FlowReader, tnetstring
from mitmproxy.test import tflow
from tests import hostile
from tests.end_to_end.conftest import Store
from tests.published import problems
from tests.sinks import ALL, Study, Told, tell

from pixelwitness.core.wire.sites import host_of
from pixelwitness.live.start.launch import shim_path
from pixelwitness.report.schemas import PUBLISHED

pytestmark = pytest.mark.process

EVIL = "evil.example"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module", params=["recordings", "a stranger's database"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("hostile")
    recordings = hostile.write(folder / "recordings")
    store, other = Store(folder / "study.sqlite"), Store(folder / "other.sqlite")
    store.scan(recordings, keep_values=True)
    other.scan(sorted(recordings.iterdir())[0])
    if request.param != "recordings":
        hostile.plant(store.path)
    return Study(
        folder / "outputs",
        recordings,
        store.path,
        other.path,
        hostile.write_export(folder / "your_off-facebook_activity.json"),
        text="".join(hostile.PAYLOADS.values()),
    )


@pytest.fixture(scope="module")
def told(study: Study) -> dict[str, Told]:
    return tell(study)


def unprintable(text: str) -> set[str]:
    return {
        f"{ord(one):04x}"
        for one in text
        if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }


def is_plain(text: str) -> None:
    """Hold a text to what a terminal and a runner's log may be given."""
    assert unprintable(text) == set()
    assert re.findall(r"^\s*::[a-zA-Z\[].*|##\w*\[", text, re.MULTILINE) == []


# What a reader of each kind of output would do with it ---------------------------------------


def text_is_text(text: str) -> None:
    is_plain(text)


def drawn_has_colours_alone(text: str) -> None:
    is_plain(_COLOUR.sub("", text))


def json_is_json(text: str) -> None:
    assert text.isascii()
    is_plain(text)
    # Editors and logs make links of what looks like an address, viewers of strings that are one.
    assert "://" not in text
    captured = (part for _, part in strings(json.loads(text)) if EVIL in part or "shop.example" in part)
    assert [part for part in captured if re.match(r"\s*https?://", part)] == []


def lines_are_json(text: str) -> None:
    for line in text.splitlines():
        json_is_json(line)


def csv_has_no_formula(text: str) -> None:
    is_plain(text)
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {len(rows[0])}
    triggers = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(triggers)] == []


def tokens(parsed: list[Token]) -> Iterator[Token]:
    for one in parsed:
        yield one
        yield from tokens(one.children or [])


def markdown_shows_no_captured_markup(text: str) -> None:
    is_plain(text)
    found = list(tokens(MarkdownIt("gfm-like", {"html": True, "linkify": True}).parse(text)))
    assert [one for one in found if one.type == "image"] == []
    links = [str(one.attrs["href"]) for one in found if one.type == "link_open"]
    assert [link for link in links if not link.startswith("https://github.com/")] == []
    allowed = re.compile(r"(<br>|</?details>|</?summary>|<!--[ \w-]*-->|\s)*")
    markup = [one.content for one in found if one.type in ("html_block", "html_inline")]
    assert [one for one in markup if not allowed.fullmatch(re.sub(r"(?<=<summary>)[^<]*(?=</summary>)", "", one))] == []
    words = [one.content for one in found if one.type == "text"]
    # Outside of code, @user would call somebody on a hub.
    assert [one for one in words if "@user" in one] == []


def html_loads_and_leads_nowhere(text: str) -> None:
    assert unprintable(text) == set()
    page = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = page.parse(text)
    # The parser says what a browser would mend; a text that broke out of its place would need that.
    assert page.errors == []
    scripts, attributes = [], []
    for one in root.iter():
        if not isinstance(one.tag, str):
            continue  # a comment
        name = one.tag.lower().rpartition("}")[2]
        if name in ("script", "img", "image", "iframe", "object", "embed", "link", "form", "base", "audio", "video"):
            scripts.append(name)
        for attribute, value in one.attrib.items():
            plain = str(attribute).lower().rpartition("}")[2].rpartition(":")[2]
            if plain.startswith("on") or (plain in ("href", "src", "srcset", "action", "data") and value[:1] != "#"):
                attributes.append((name, plain, value))
            if plain == "style":
                assert "url(" not in value
        if name == "style":
            assert EVIL not in "".join(one.itertext())
    # The empty icon keeps a browser from asking for one.
    assert scripts == ["link"]
    assert [one for one in attributes if not is_our_source(one)] == [("link", "href", "data:,")]


def is_our_source(attribute: tuple[str, str, str]) -> bool:
    """Say whether a link is one of the addresses of announcements, which are no captured ones."""
    name, plain, value = attribute
    return (
        (name, plain) == ("a", "href")
        and value.startswith("https://")
        and EVIL not in value
        and "shop.example" not in value
    )


def strings(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, str):
                yield key, part
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, str):
                yield "", part
            yield from strings(part)


def sarif_has_no_link(text: str) -> None:
    json_is_json(text)
    found = list(strings(json.loads(text)))
    # A viewer makes links of [text](target) in a message's text, and reads another key as Markdown.
    assert [part for key, part in found if key == "text" and re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", part)] == []
    assert [part for key, part in found if key == "markdown"] == []
    assert [
        part for key, part in found if key in ("uri", "helpUri", "informationUri") and EVIL in part and ":/" in part
    ] == []
    assert [part for _, part in found if unprintable(part)] == []


def junit_is_xml(text: str) -> None:
    is_plain(text)
    assert "<!ENTITY" not in text
    assert "<!DOCTYPE" not in text
    root = ET.fromstring(text)
    names = {one.tag for one in root.iter()}
    assert names <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property"),
        *("system-out", "system-err"),
    }
    # What an XML reader gives back is what people see in a terminal or on a page.
    for one in root.iter():
        for part in (one.text or "", one.tail or "", *one.attrib.values()):
            assert unprintable(part) == set()


def github_has_our_commands_alone(text: str) -> None:
    assert unprintable(text) == set()
    head, *commands = text.splitlines()
    is_plain(head)
    # As the runner reads a command: properties up to the next ::, then the message, escapes taken back.
    shape = re.compile(r"::(error|warning|notice)( (?:[a-z]+=[^:,]*)(?:,[a-zA-Z]+=[^:,]*)*)?::(.*)")
    for line in commands:
        found = shape.fullmatch(line)
        assert found is not None, line
        names = [part.partition("=")[0].strip() for part in (found[2] or "").split(",")]
        assert set(names) <= {"file", "line", "title", "endLine", "col"}
        message = found[3].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        assert unprintable(message) == set()
        assert re.findall(r"^\s*::[a-zA-Z\[]|##\w*\[", message, re.MULTILINE) == []


READERS: dict[str, Callable[[str], None]] = {
    "text": text_is_text,
    "drawn": drawn_has_colours_alone,
    "json": json_is_json,
    "lines": lines_are_json,
    "csv": csv_has_no_formula,
    "markdown": markdown_shows_no_captured_markup,
    "html": html_loads_and_leads_nowhere,
    "sarif": sarif_has_no_link,
    "junit": junit_is_xml,
    "github": github_has_our_commands_alone,
}


def test_nothing_captured_takes_effect(told: dict[str, Told], subtests: pytest.Subtests) -> None:
    for sink in ALL:
        with subtests.test(sink.name):
            result = told[sink.name]
            assert result.out, result.err
            READERS[sink.kind.partition(" ")[0]](result.out)


def test_what_is_said_beside_the_output_is_plain(told: dict[str, Told], subtests: pytest.Subtests) -> None:
    for sink in ALL:
        with subtests.test(sink.name):
            is_plain(told[sink.name].err)
            assert "a fault of its own" not in told[sink.name].err


def test_what_has_a_schema_follows_it(told: dict[str, Told], subtests: pytest.Subtests) -> None:
    for sink in ALL:
        kind, _, schema = sink.kind.partition(" ")
        if not schema:
            continue
        with subtests.test(sink.name):
            documents = told[sink.name].out.splitlines() if kind == "lines" else [told[sink.name].out]
            assert [problem for one in documents for problem in problems(schema, json.loads(one))] == []


def test_every_published_schema_is_of_an_output() -> None:
    assert {one.kind.partition(" ")[2] for one in ALL} - {""} == set(PUBLISHED)


# Where hostile text gets in ------------------------------------------------------------------

REACHED = {
    **dict.fromkeys(("event", "pixel", "page", "query", "host", "referer", "key", "value", "button"), "output"),
    **dict.fromkeys(("userkey", "uservalue", "dedup", "consent", "title", "server", "contact"), "output"),
    **dict.fromkeys(("exporter", "agent", "file"), "output"),
    "setting": "database",
}
"""Field to where its text gets; methods and hosts of receivers are read, and never kept as they are."""


@pytest.mark.parametrize("study", ["recordings"], indirect=True, scope="module")
def test_hostile_text_of_every_field_does_get_there(study: Study, told: dict[str, Told]) -> None:
    lines, database = told["report jsonl"].out, study.db.read_bytes().decode("latin-1")
    fields = (*hostile.FIELDS, "exporter", "agent", "file", "method")
    found = {
        field: "output" if hostile.mark(field) in lines else "database"
        for field in fields
        if hostile.mark(field) in lines or hostile.mark(field) in database
    }
    assert found == REACHED


@pytest.mark.parametrize("study", ["recordings"], indirect=True, scope="module")
def test_every_kind_of_hostile_text_does_get_there(told: dict[str, Told]) -> None:
    lines = map(json.loads, told["report jsonl"].out.splitlines())
    of = {line["recording_id"] for line in lines if hostile.mark("event") in (line.get("event_name") or "")}
    assert len(of) == len(hostile.PAYLOADS)


@pytest.mark.parametrize("study", ["a stranger's database"], indirect=True, scope="module")
def test_raw_hostile_text_of_a_stranger_does_get_there(told: dict[str, Told]) -> None:
    lines = [json.loads(line) for line in told["report jsonl"].out.splitlines()]
    names = {line.get("event_name") for line in lines}
    payloads = {kind: payload.removeprefix("https://") for kind, payload in hostile.PAYLOADS.items()}
    assert [kind for kind, payload in payloads.items() if payload not in names] == []


# The logs of mitmproxy -----------------------------------------------------------------------

SUMMARY_OF_SESSION = """
import json
from pathlib import Path
from mitmproxy import ctx

class Asking:
    left = {flows}
    def response(self, flow):
        self.left -= 1
        for name in ("summary", "sites") if self.left == 0 else ():
            Path(__file__).with_name(name).write_text(str(ctx.master.commands.call_strings(f"pixelwitness.{name}", [])))

addons = [Asking()]
"""


def test_what_mitmproxy_logs_shows_and_keeps_is_plain(tmp_path: Path) -> None:
    flows = []
    for payload in hostile.PAYLOADS.values():
        for hit in hostile.hits(payload):
            request = hit["request"]
            headers = [(one["name"].encode(), one["value"].encode("utf-8", "replace")) for one in request["headers"]]
            url, method = request["url"], request["method"] if request["method"].isalpha() else "GET"
            if host_of(url) not in ("www.facebook.com", "graph.facebook.com", "shop.example"):
                continue  # no proxy meets a host like that; what a configuration answers is not sent again
            body = request.get("postData", {}).get("text", "").encode()
            flow = tflow.tflow(req=http.Request.make(method, url, body, http.Headers(headers)), resp=True)
            flows.append(flow.get_state())
    (tmp_path / "in.mitm").write_bytes(b"".join(map(tnetstring.dumps, flows)))
    (tmp_path / "asking.py").write_text(SUMMARY_OF_SESSION.replace("{flows}", str(len(flows))), "utf-8")
    command = [
        *(
            str(Path(sys.executable).with_name("mitmdump")),
            "-n",
            "-r",
            "in.mitm",
            "-w",
            "out.mitm",
            "-s",
            str(shim_path()),
        ),
        *("-s", "asking.py", "--set", "pixelwitness_db=live.sqlite", "--set", "flow_detail=0"),
        *("--set", "pixelwitness_keep_values=yes", "--set", f"confdir={tmp_path}"),
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
    is_plain(done.stdout + done.stderr)
    assert "fault" not in done.stdout + done.stderr
    with (tmp_path / "out.mitm").open("rb") as file:
        shown = [(flow.comment, flow.marked) for flow in FlowReader(file).stream()]
    assert len({comment for comment, marked in shown if marked}) > 3 * len(hostile.PAYLOADS)
    is_plain("\n".join(comment for comment, _ in shown))
    for name in ("summary", "sites"):
        text = (tmp_path / name).read_text("utf-8")
        assert "shop.example" in text
        is_plain(text)
