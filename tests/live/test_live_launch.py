"""The command behind ``live``: the proxy started, explained and ended."""

import json
import runpy
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest
from mitmproxy.hooks import all_hooks
from tests.live.launched import free_port, started
from tests.sites import client, stored

from pixelwitness.live.hooks.addon import PixelWitness
from pixelwitness.live.hooks.mitmproxy_checks import version_problem
from pixelwitness.live.start import launch
from pixelwitness.live.start.launch import LiveOptions, arguments_of, shim_path, stated_modes, usage_lines

pytestmark = pytest.mark.process

EVENT = "https://www.facebook.com/tr/?id=1111222233334444&ev=PageView&dl=https%3A%2F%2Fshop.example%2F"


def test_the_proxy_records_on_loopback_and_ends_with_0(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port) as running:
        assert client.send(running.proxy, "GET", EVENT) == 200
        with closing(socket.socket()) as elsewhere, pytest.raises(ConnectionRefusedError):
            elsewhere.connect(("127.0.0.2", port))
        running.proxy.process.send_signal(signal.SIGINT)
        assert running.proxy.process.wait(60) == 0
        assert [event["event_name"] for event in stored.told(running.db)["events"]] == ["PageView"]
        said = running.said.read_text()
        assert f"The proxy listens on 127.0.0.1:{port}" in said
        assert "then open the page in question." in said


def test_the_web_interface_records_as_well(tmp_path: Path) -> None:
    more = ["--no-web-open-browser", "--web-port", str(free_port())]
    with started(tmp_path, free_port(), more, ui="web") as running:
        assert client.send(running.proxy, "GET", EVENT) == 200
        running.proxy.process.send_signal(signal.SIGINT)
        assert running.proxy.process.wait(60) == 0
        assert [event["event_name"] for event in stored.told(running.db)["events"]] == ["PageView"]


def test_a_port_in_use_ends_with_2(tmp_path: Path) -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with started(tmp_path, holder.getsockname()[1]) as running:
            assert running.proxy.process.wait(60) == launch.COULD_NOT_RUN
    assert stored.recording(running.db)["requests_seen"] == 0


def test_a_fault_of_ours_ends_with_4(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("from pixelwitness.live.hooks.live_session import Session\nSession.request = None\n")
    with started(tmp_path, free_port(), ["-s", str(broken)]) as running:
        assert client.send(running.proxy, "GET", EVENT) == 200
        running.proxy.process.send_signal(signal.SIGINT)
        assert running.proxy.process.wait(60) == launch.INCOMPLETE


def test_the_arguments_of_mitmproxy_come_last() -> None:
    options = LiveOptions(db=Path("a.sqlite"), port=8090, arguments=("--mode", "socks5"))
    assert arguments_of(options) == [
        *("--set", "pixelwitness_db=a.sqlite"),
        *("--set", "pixelwitness_key="),
        *("--set", "pixelwitness_rules="),
        *("--set", "pixelwitness_keep_values=no"),
        *("--set", "pixelwitness_block=off"),
        *("--listen-host", "127.0.0.1", "--listen-port", "8090", "--mode", "socks5"),
    ]


def test_the_steps_name_browser_phone_and_server() -> None:
    told = usage_lines(None, 8080)
    assert [line.partition(":")[0] for line in told[1:]] == ["Browser", "Phone", "Server"]
    assert all("8080" in line for line in (told[0], told[1], told[3]))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), ("The proxy listens", "Browser", "Phone", "Server")),
        (("--mode", "regular"), ("The proxy listens", "Browser", "Phone", "Server")),
        (("--mode", "wireguard@51820"), ("Ctrl-C", "WireGuard", "Trust")),
        (("-m", "local:curl", "--mode=wireguard"), ("Ctrl-C", "Programs of this computer", "WireGuard", "Trust")),
        (("--mode", "reverse:https://shop.example"), ("Ctrl-C", "mitmproxy's mode reverse", "Trust")),
    ],
)
def test_the_steps_fit_the_mode(arguments: tuple[str, ...], told: tuple[str, ...]) -> None:
    lines = usage_lines(None, 8080, stated_modes(arguments))
    assert len(lines) == len(told)
    assert [line for line, start in zip(lines, told, strict=True) if not line.startswith(start)] == []


def test_the_settings_of_a_tunnel_are_told(tmp_path: Path) -> None:
    with started(tmp_path, free_port(), ["--mode", f"wireguard@{free_port()}"]) as running:
        running.proxy.process.send_signal(signal.SIGINT)
        assert running.proxy.process.wait(60) == 0
        said = running.said.read_text()
    assert "Endpoint = 127.0.0.1:" in said
    assert json.loads((tmp_path / "wireguard.conf").read_text())["client_key"] in said
    assert "The proxy listens" not in said


def test_the_shim_lies_alone_in_its_folder() -> None:
    others = [file.name for file in shim_path().parent.iterdir() if file.name not in ("__init__.py", "__pycache__")]
    assert others == [shim_path().name]


@pytest.mark.parametrize("version", ["12.2.2", "12.2.3", "12.3.0", "13.0.0", "12.2.2.dev0"])
def test_a_mitmproxy_with_the_fixes_is_used(version: str) -> None:
    assert version_problem(version) is None


@pytest.mark.parametrize("version", [None, "12.2.1", "11.1.2", "9.0.0", ""])
def test_a_mitmproxy_without_the_fixes_is_refused_with_the_reason(version: str | None) -> None:
    reason = version_problem(version)
    assert reason is not None
    assert "install" in reason


def test_both_files_for_mitmproxy_hand_over_every_hook_of_the_addon() -> None:
    names = {name for name in vars(PixelWitness) if name in all_hooks}
    assert {"load", "configure", "running", "done", "request", "response", "error"} <= names
    for file in (shim_path(), Path(__file__).parents[2] / "addon" / "addon.py"):
        handed_over = runpy.run_path(str(file))
        assert {name for name in handed_over if name in all_hooks} == names
        assert len({handed_over[name].__self__ for name in names}) == 1
