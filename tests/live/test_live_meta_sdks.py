"""Meta's own SDKs, unmodified, through the live proxy to a loopback server that plays Graph.

They are too heavy for everybody's test environment.  To run these tests: ``pip install facebook-business``
beside the project, and ``npm install facebook-nodejs-business-sdk`` in a folder that NODE_PATH names.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.sites import stored
from tests.sites.watch import Watched, watched

pytestmark = pytest.mark.process

SDKS = Path(__file__).parents[1] / "sdks"
PIXEL = "1111222233334444"
TOKEN = "EAAINVENTEDTOKEN0123456789"
EMAIL = sha256(b"jane.doe@example.com").hexdigest()
PHONE = sha256(b"12025550143").hexdigest()

NO_PYTHON_SDK = importlib.util.find_spec("facebook_business") is None


def no_node_sdk() -> str:
    """Say why the SDK for Node cannot be run, or nothing."""
    node = shutil.which("node")
    if node is None:
        return "Node is not installed"
    found = subprocess.run([node, "-e", "require.resolve('facebook-nodejs-business-sdk')"], capture_output=True)
    return "facebook-nodejs-business-sdk is not installed where NODE_PATH looks" if found.returncode else ""


def sent(session: Watched, command: list[str], **environment: str) -> list[dict[str, Any]]:
    """Let a program send its events through the proxy; return the events of the store by name."""
    address = f"http://127.0.0.1:{session.proxy.port}"
    proxies = {"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "", "no_proxy": ""}
    done = subprocess.run(
        command, env={**os.environ, **proxies, **environment}, capture_output=True, timeout=120, text=True
    )
    assert done.returncode == 0, done.stderr
    assert session.proxy.stop() == 0
    return sorted(stored.told(session.db)["events"], key=lambda event: str(event["event_name"]))


def values(event: dict[str, Any]) -> dict[str, list[str]]:
    (carried,) = event["carried_by"]
    found: dict[str, list[str]] = {}
    for field in sorted(carried["fields"], key=lambda one: (one["field"], one["ordinal"])):
        found.setdefault(field["field"], []).append(field["value"])
    return found


def heads(events: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    columns = ("event_name", "pixel_id", "channel", "rule_id", "confidence", "page_site")
    return [tuple(event[column] for column in columns) for event in events]


def token_is_nowhere(session: Watched) -> None:
    received = b"".join(one.target.encode() + one.body for one in session.world.by_meta())
    assert TOKEN.encode() in received  # else its absence would prove nothing
    for file in session.db.parent.glob(f"{session.db.name}*"):
        assert TOKEN.encode() not in file.read_bytes(), file
    assert TOKEN not in session.log()


PURCHASE = {
    "action_source": ["website"],
    "custom_data.currency": ["eur"],
    "custom_data.value": ["89.5"],
    "event_source_url": ["https://shop.example/thanks"],
    "partner_agent": ["shop-1.0"],
    "user_data.client_ip_address": ["203.0.113.7"],
    "user_data.client_user_agent": ["Mozilla/5.0"],
    "user_data.em": [EMAIL],
    "user_data.external_id": ["user-42"],
    "user_data.fbp": ["fb.1.1795300000000.123"],
    "user_data.ph": [PHONE],
}


def known(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out when it was sent, which is another moment in each run."""
    return {name: found for name, found in fields.items() if name != "event_time"}


@pytest.mark.skipif(NO_PYTHON_SDK, reason="facebook-business is not installed: pip install facebook-business")
def test_events_of_metas_python_sdk_are_stored_with_their_fields(tmp_path: Path) -> None:
    with watched(tmp_path, {"pixelwitness_keep_values": "yes"}) as session:
        address = f"http://127.0.0.1:{session.proxy.port}"
        program = [sys.executable, str(SDKS / "python_sdk.py"), TOKEN, address, PIXEL]
        events = sent(session, program, REQUESTS_CA_BUNDLE=str(session.proxy.authority))
        assert heads(events) == [
            ("Lead", PIXEL, "capi", "capi-event", "certain", None),
            ("PageView", PIXEL, "capi", "capi-event", "certain", None),
            ("Purchase", PIXEL, "capi", "capi-event", "certain", "shop.example"),
        ]
        lead, view, purchase = (known(values(event)) for event in events)
        assert lead == {
            "action_source": ["system_generated"],
            "data_processing_options": ["LDU"],
            "data_processing_options_country": ["1"],
            "data_processing_options_state": ["1000"],
            "partner_agent": ["shop-1.0"],
            "upload_tag": ["store 7"],
            "user_data.lead_id": ["525645896321548"],
        }
        assert view == {"action_source": ["website"]}
        assert purchase == PURCHASE | {
            "custom_data.contents.id": ["SKU-1"],
            "custom_data.contents.quantity": ["1"],
            "upload_tag": ["store 7"],
        }
        token_is_nowhere(session)


def test_events_of_metas_sdk_for_node_are_stored_with_their_fields(tmp_path: Path) -> None:
    if reason := no_node_sdk():
        pytest.skip(reason)
    with watched(tmp_path, {"pixelwitness_keep_values": "yes"}) as session:
        program = [shutil.which("node") or "node", str(SDKS / "node_sdk.cjs"), TOKEN, PIXEL]
        events = sent(session, program, NODE_EXTRA_CA_CERTS=str(session.proxy.authority))
        assert heads(events) == [
            ("Lead", PIXEL, "capi", "capi-event", "certain", None),
            ("Purchase", PIXEL, "capi", "capi-event", "certain", "shop.example"),
        ]
        lead, purchase = (known(values(event)) for event in events)
        assert lead == {
            "action_source": ["system_generated"],
            "partner_agent": ["shop-1.0"],
            "user_data.lead_id": ["525645896321548"],
        }
        assert purchase == PURCHASE | {"custom_data.currency": ["EUR"], "custom_data.order_id": ["1001"]}
        token_is_nowhere(session)
