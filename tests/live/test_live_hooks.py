"""The addon in a real mitmdump where things are not as they should be."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import mitmproxy
import pytest
from mitmproxy.exceptions import OptionsError
from tests.sites import client, proxy, server, stored
from tests.sites.watch import Watched, watched

from pixelwitness.live.hooks.addon_options import OPTIONS, check_settings
from pixelwitness.live.start.launch import shim_path
from pixelwitness.scan.scan import ScanOptions, scan
from pixelwitness.store.merge import merge

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
WAYS = ROOT / "tests" / "sites" / "recordings" / "ways.mitm"
EVENT = "https://www.facebook.com/tr/?id=1111222233334444&ev=PageView&dl=https%3A%2F%2Fshop.example%2F"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def names(db: Path) -> list[str | None]:
    with closing(sqlite3.connect(db)) as connection:
        return [name for (name,) in connection.execute("SELECT event_name FROM events ORDER BY seen_at")]


def same_from_flows(session: Watched, tmp_path: Path) -> None:
    db = tmp_path / "flows.sqlite"
    scan([str(session.flows)], ScanOptions(db=db, key=session.key))
    assert stored.differences(db, session.db) == []


def test_a_streamed_body_is_an_event_whose_body_was_not_recorded(tmp_path: Path) -> None:
    with watched(tmp_path, {"stream_large_bodies": "100"}) as session:
        body = b"id=1111222233334444&ev=Lead&cd[text]=" + b"x" * 5_000
        client.send(session.proxy, "POST", "https://www.facebook.com/tr/", FORM, body)
        assert session.proxy.stop() == 0
        (event,) = stored.told(session.db)["events"]
        assert [one["body_state"] for one in event["carried_by"]] == ["not_recorded"]
        assert stored.recording(session.db)["bodies_not_recorded"] == 1
        assert [len(one.body) for one in session.world.by_meta()] == [len(body)]
        same_from_flows(session, tmp_path)


def test_a_body_over_the_limit_is_told_and_did_not_leave(tmp_path: Path) -> None:
    with watched(tmp_path, {"body_size_limit": "100"}) as session:
        body = b"id=1111222233334444&ev=Lead&cd[text]=" + b"x" * 5_000
        assert client.send(session.proxy, "POST", "https://www.facebook.com/tr/", FORM, body) == 413
        assert session.proxy.stop() == 0
        recording = stored.recording(session.db)
        assert (recording["requests_seen"], recording["bodies_not_recorded"]) == (1, 1)
        assert session.world.by_meta() == []
        same_from_flows(session, tmp_path)


def test_an_undecodable_body_is_counted_as_such(tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        client.send(session.proxy, "POST", "https://www.facebook.com/tr/", {**FORM, "content-encoding": "gzip"}, b"no")
        assert session.proxy.stop() == 0
        assert stored.recording(session.db)["undecodable"] == 1
        same_from_flows(session, tmp_path)


def test_a_connection_to_an_address_is_known_by_its_tls_name(tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        assert client.send(session.proxy, "GET", EVENT, named="203.0.113.9") == 200
        assert session.proxy.stop() == 0
        (event,) = stored.told(session.db)["events"]
        assert event["carried_by"][0]["receiver_host"] == "www.facebook.com"
        same_from_flows(session, tmp_path)


def test_a_forged_host_header_changes_nothing(tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        to_shop = EVENT.replace("www.facebook.com", "shop.example")
        client.send(session.proxy, "GET", to_shop.replace("&dl", "&x"), {"host": "www.facebook.com"})
        client.send(session.proxy, "GET", EVENT, {"host": "shop.example"})
        assert session.proxy.stop() == 0
        hosts = [one["receiver_host"] for event in stored.told(session.db)["events"] for one in event["carried_by"]]
        assert hosts == ["www.facebook.com"]
        same_from_flows(session, tmp_path)


def test_a_client_that_distrusts_the_proxy_is_counted(tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        stranger = proxy.Proxy(session.proxy.port, session.proxy.process, session.proxy.log, tmp_path / "ca.pem")
        with pytest.raises(ssl.SSLCertVerificationError):
            client.send(stranger, "GET", EVENT)
        client.send(session.proxy, "GET", EVENT)
        assert session.proxy.stop() == 0
        recording = stored.recording(session.db)
        assert (recording["tls_refused"], recording["requests_seen"]) == (1, 1)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("db", "", "pixelwitness_db: no file is named; name a database, e.g. pixelwitness.sqlite"),
        ("rules", "nowhere", "pixelwitness_rules: there is no 'nowhere'; name a folder of rule files"),
        ("on_error", "panic", "pixelwitness_on_error: 'panic' is none of its values; use continue or stop"),
        ("block", "login", "pixelwitness_block: 'login' is none of its values; use off, events, all or all+login"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(option: str, value: str, message: str) -> None:
    stated = {one.name: one.default for one in OPTIONS}
    with pytest.raises(OptionsError, match=re.escape(message)):
        check_settings(stated | {option: value})


WRONG = [
    (["pixelwitness_keep_values=perhaps"], "pixelwitness_keep_values: 'perhaps' is none of its values; use no or yes"),
    (["pixelwitness_db=nowhere/at/all.sqlite"], "there is no such folder for the database; make it, or name another"),
    (
        ["pixelwitness_block=all", "stream_large_bodies=1m"],
        "pixelwitness_block: it is 'all' while stream_large_bodies lets bodies pass before they can be judged; unset",
    ),
    (
        ["pixelwitness_databse=a.sqlite"],
        "pixelwitness_databse: there is no such option; use one of pixelwitness_block, ",
    ),
    (["pixelwitness_rules=a", "pixelwitness_rules=b"], "pixelwitness_rules: it is given 2 times; give it once"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_a_wrong_option_ends_the_start_with_the_reason(
    options: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    world = server.World(0, 0, [])
    command: list[str | Path] = ["-s", shim_path(), *(part for option in options for part in ("--set", option))]
    with pytest.raises(RuntimeError, match=re.escape(message)), proxy.running(world, tmp_path / "proxy", command):
        pass


def test_a_second_process_is_told_who_writes_and_writes_a_file_of_its_own_that_merge_joins(tmp_path: Path) -> None:
    with watched(tmp_path) as first:
        options = {"pixelwitness_db": first.db, "pixelwitness_key": first.key}
        with watched(tmp_path / "second", options) as second:
            own = first.db.with_name(f"live-{second.proxy.process.pid}.sqlite")
            assert f"the process {first.proxy.process.pid} is writing to it" in second.log()
            assert client.send(second.proxy, "GET", EVENT.replace("PageView", "Lead")) == 200
            assert second.proxy.stop() == 0
        assert client.send(first.proxy, "GET", EVENT) == 200
        assert first.proxy.stop() == 0
        assert (names(first.db), names(own)) == (["PageView"], ["Lead"])
        merge(first.db, [own])
        assert names(first.db) == ["Lead", "PageView"]


BROKEN = """
from pixelwitness.live.hooks.live_session import Session
whole = Session.request
def request(self, flow):
    if "ev=Lead" in flow.request.url:
        raise RuntimeError("jane.doe@example.com")
    return whole(self, flow)
Session.request = request
"""


def test_a_fault_of_ours_never_breaks_browsing_and_is_shown(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    with watched(tmp_path, arguments=["-s", tmp_path / "broken.py"]) as session:
        for name in ("PageView", "Lead", "Lead", "Contact"):
            assert client.send(session.proxy, "GET", EVENT.replace("PageView", name)) == 200
        assert session.proxy.stop() == 0
        assert names(session.db) == ["PageView", "Contact"]
        assert stored.recording(session.db)["dropped"] == 2
        log = session.log()
        assert log.count("a fault (RuntimeError") == 1
        assert "incomplete: 2 faults (request: 2)" in log
        assert "jane.doe" not in log


def test_on_demand_a_fault_of_ours_stops_the_proxy(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    with watched(tmp_path, {"pixelwitness_on_error": "stop"}, ["-s", tmp_path / "broken.py"]) as session:
        assert client.send(session.proxy, "GET", EVENT.replace("PageView", "Contact")) == 200
        with contextlib.suppress(OSError, http.client.HTTPException):
            client.send(session.proxy, "GET", EVENT.replace("PageView", "Lead"))
        session.proxy.process.wait(60)
        assert names(session.db) == ["Contact"]
        assert stored.recording(session.db)["complete"] == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_orderly_end_writes_everything(ending: signal.Signals, tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        for _ in range(20):
            client.send(session.proxy, "GET", EVENT)
        session.proxy.process.send_signal(ending)
        assert session.proxy.process.wait(60) == 0
        assert names(session.db) == ["PageView"] * 20
        assert stored.recording(session.db)["complete"] == 1


def test_a_killed_session_keeps_what_was_older_than_half_a_second_and_is_incomplete(tmp_path: Path) -> None:
    with watched(tmp_path) as session:
        for _ in range(10):
            client.send(session.proxy, "GET", EVENT)
        time.sleep(0.5)
        session.proxy.process.kill()
        session.proxy.process.wait(60)
        assert names(session.db) == ["PageView"] * 10
        recording = stored.recording(session.db)
        assert (recording["complete"], recording["requests_seen"], recording["requests_matched"]) == (0, 10, 10)
    options = {"pixelwitness_db": session.db, "pixelwitness_key": session.key}
    with watched(tmp_path / "again", options) as again:
        client.send(again.proxy, "GET", EVENT)
        assert again.proxy.stop() == 0
    assert names(session.db) == ["PageView"] * 11


def test_a_reloaded_script_loses_nothing_and_stores_nothing_twice(tmp_path: Path) -> None:
    script = tmp_path / "pixelwitness_addon.py"
    shutil.copy(shim_path(), script)
    with watched(tmp_path, script=script) as session:
        for round_ in (1, 2):
            for _ in range(5):
                client.send(session.proxy, "GET", EVENT)
            os.utime(script, (time.time() + 10 * round_,) * 2)
            deadline = time.monotonic() + 90
            while session.log().count("what reaches Meta is recorded in") <= round_:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert session.proxy.stop() == 0
        assert names(session.db) == ["PageView"] * 10 == ["PageView"] * len(session.world.by_meta())
        with closing(sqlite3.connect(session.db)) as connection:
            assert connection.execute("SELECT complete FROM recordings").fetchall() == [(1,), (1,), (1,)]


def test_the_addon_loads_from_a_clone(tmp_path: Path) -> None:
    with watched(tmp_path, script=ROOT / "addon" / "addon.py") as session:
        client.send(session.proxy, "GET", EVENT)
        assert session.proxy.stop() == 0
        assert names(session.db) == ["PageView"]


def test_the_addon_loads_from_a_clone_that_is_not_installed(tmp_path: Path) -> None:
    for name in ("addon", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "builtin.json"))
    # -S leaves out what installed packages hook into the start; only their folder is added.
    packages = str(Path(mitmproxy.__file__).parents[1])
    start = f"import sys; sys.path.append({packages!r}); from mitmproxy.tools.main import mitmdump; mitmdump()"
    db = tmp_path / "a.sqlite"
    options = ("--set", f"pixelwitness_db={db}", "--set", f"confdir={tmp_path}")
    script = tmp_path / "addon" / "addon.py"
    command = [sys.executable, "-S", "-c", start, "-n", "-r", str(WAYS), "-s", str(script), *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert ran.returncode == 0, ran.stdout
    told = tmp_path / "told.sqlite"
    scan([str(WAYS)], ScanOptions(db=told, key=tmp_path / "a.key"))
    assert stored.differences(db, told) == []
