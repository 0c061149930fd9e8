"""A recording that holds configurations: what they set becomes rows, and reports tell it beside what was seen."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests import program
from tests.end_to_end.conftest import Store
from tests.har import entry, write
from tests.sites.server import SET_UP, answer_for_configuration

CONFIG = f"https://connect.facebook.net/signals/config/{SET_UP}?v=2.9.324&domain=shop.example"
OF_SHOP = {"referer": "https://shop.example/"}
HEADLESS = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36"}
TEXT = answer_for_configuration(SET_UP)
BUILT = "fbp=fb.1.1795304924588.386876714.AQQCAQMC"
EVENT = f"https://www.facebook.com/tr/?id={SET_UP}&ev=Purchase&dl=https%3A%2F%2Fshop.example%2F&eid=order-1&{BUILT}"


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run the tool; return its exit code and its output with blanks and line ends as one blank each."""
    done = program.run(*arguments)
    return done.returncode, " ".join(done.stdout.split())


def answered(url: str, content: dict[str, Any] | None, headers: dict[str, str] | None = None, **more: Any) -> Any:
    made = entry(url, headers=headers or OF_SHOP, mime_type="application/x-javascript", **more)
    made["response"]["content"] |= content or {}
    return made


SETTINGS = [
    (SET_UP, "shop.example", "automatic_matching", '{"on":true,"fields":["em","ph","fn"]}'),
    (SET_UP, "shop.example", "bot_blocking", '{"on":true,"headless":true}'),
    (SET_UP, "shop.example", "event_rule", '{"name":"Lead","conditions":1}'),
    (SET_UP, "shop.example", "gateway", '{"on":true,"host":"capig.shop.example"}'),
    (
        SET_UP,
        "shop.example",
        "unwanted_data",
        '{"on":true,"event":"PageView","address":["{email}"],"certainty":"hint"}',
    ),
]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ({"text": TEXT}, SETTINGS),
        ({"text": base64.b64encode(TEXT.encode()).decode(), "encoding": "base64"}, SETTINGS),
        ({"text": ""}, []),
        ({"text": None}, []),
        ({}, []),
        ({"text": "config.set(" * 1_000}, []),
        ({"text": TEXT + " " * 2_000_000}, []),
    ],
    ids=["text", "base64", "empty", "null", "missing", "hostile", "too big"],
)
def test_a_configuration_in_a_har(store: Store, tmp_path: Path, content: dict[str, Any], rows: list[Any]) -> None:
    store.scan(write(tmp_path / "a.har", [answered(CONFIG, content)]))
    assert store.rows("SELECT pixel_id, site, key, value FROM pixel_configs ORDER BY key") == rows
    assert store.column("SELECT count(*) FROM contacts") == [1]
    assert store.column("SELECT sum(rule_faults) FROM recordings") == [0]


def test_nothing_is_read_out_of_another_hosts_script_or_of_no_answer(store: Store, tmp_path: Path) -> None:
    entries = [
        answered(CONFIG.replace("connect.facebook.net", "cdn.example"), {"text": TEXT}),
        answered("https://connect.facebook.net/en_US/fbevents.js", {"text": TEXT}),
        answered(CONFIG, {"text": TEXT}, status=404),
    ]
    store.scan(write(tmp_path / "a.har", entries))
    assert store.column("SELECT count(*) FROM pixel_configs") == [0]


def test_reports_tell_what_a_pixel_is_set_to_take_beside_what_it_took(store: Store, tmp_path: Path) -> None:
    store.scan(write(tmp_path / "a.har", [answered(CONFIG, {"text": TEXT}), entry(EVENT, headers=OF_SHOP)]))

    def report(form: str) -> str:
        code, text = run("report", store.path, "--format", form)
        assert code == 0, text
        return text

    for form in ("table", "story"):
        text = report(form)
        assert f"Pixel {SET_UP} is set to take: e-mail, phone number, first name from forms" in text, form
        assert "Seen to take: browser known by _fbp." in text, form
        assert "Conversions API gateway: capig.shop.example." in text, form
        assert "Browser: 1 event; the server may report to Meta, too:" in text, form
    assert "`capig.shop.example`" in report("markdown")
    (site,) = json.loads(report("json"))["sites"]
    assert [(one["label"], one["certainty"], one["events"]) for one in site["server_side"]] == [
        ("dedup_id", "hint", 1),
        ("parameter_builder", "hint", 1),
    ]
    (pixel,) = site["pixel_settings"]
    assert (pixel["pixel_id"], pixel["seen_to_take"]) == (SET_UP, ["browser known by _fbp"])
    assert {(one["key"], json.dumps(one["value"], separators=(",", ":"))) for one in pixel["settings"]} == {
        (key, value) for _, _, key, value in SETTINGS
    }


@pytest.mark.parametrize(
    ("text", "explained"),
    [(TEXT, "the recorded configuration has events of such browsers dropped"), ("", "Meta's configurations block")],
)
def test_a_silent_headless_browser_is_explained_by_the_configuration(tmp_path: Path, text: str, explained: str) -> None:
    recording = write(tmp_path / "a.har", [answered(CONFIG, {"text": text}, HEADLESS | OF_SHOP)])
    code, told = run("check", recording)
    assert code == 4
    assert explained in told


def test_cookies_that_a_server_sets_are_observed(store: Store, tmp_path: Path) -> None:
    tag = {"name": "Set-Cookie", "value": "_gtmeec=eyJlbSI6ImludmVudGVkIn0=; Path=/\n_fbp=fb.1.1795304924588.1; Path=/"}
    page = entry("https://shop.example/", mime_type="text/html", _resourceType="document")
    collect = entry("https://data.shop.example/g/collect?v=2&en=page_view", headers=OF_SHOP)
    other = entry("https://data.shop.example/quiet", headers=OF_SHOP)
    for one in (page, collect, other):
        one["response"]["headers"] = [tag]
    store.scan(write(tmp_path / "a.har", [page, collect, other]))
    assert store.rows("SELECT position, kind, site, confidence FROM observations ORDER BY position, kind") == [
        (0, "server_set_cookie", "shop.example", "hint"),
        (0, "server_tag_cookie", "shop.example", "likely"),
        (1, "server_set_cookie", "shop.example", "hint"),
        (1, "server_tag_cookie", "shop.example", "likely"),
    ]
    assert store.column("SELECT count(*) FROM observations WHERE visit_id IS NULL") == [0]
    assert store.column("SELECT requests_seen - requests_other FROM recordings") == [0]
    _, text = run("report", store.path, "--format", "story")
    assert text.startswith(
        "The server may report to Meta, too: a host of the site set Meta's browser id or click id"
        " (_fbp, _fbc) by HTTP; a host of the site set the cookie of Meta's server tag (_gtmeec)."
    )


def test_a_finding_is_known_again_without_a_value(store: Store, tmp_path: Path) -> None:
    first = write(tmp_path / "a.har", [entry(EVENT, headers=OF_SHOP)])
    again = write(tmp_path / "b.har", [entry(EVENT.replace("order-1", "order-2"), headers=OF_SHOP, seconds=9)])
    store.scan(first, again)
    found = store.rows(
        "SELECT label, count(*), count(DISTINCT fingerprint) FROM findings"
        " WHERE kind = 'server_side' GROUP BY label ORDER BY label"
    )
    assert found == [("dedup_id", 2, 1), ("parameter_builder", 2, 1)]
    assert not store.column("SELECT 1 FROM findings WHERE evidence LIKE '%order%' OR evidence LIKE '%3868%'")
