"""A persona in a live session: found as in the recording of the same traffic, and told apart in the options."""

import json
import sqlite3
from pathlib import Path

import pytest
from mitmproxy.exceptions import OptionsError
from tests.sites import client
from tests.sites.watch import watched

from pixelwitness.live.hooks.addon_options import OPTIONS, check_settings
from pixelwitness.scan.scan import ScanOptions, scan

pytestmark = pytest.mark.process

MAIL_HASH = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"
PIXEL = "https://www.facebook.com/tr/?id=1111222233334444&ts=1&ec=0&dl=https%3A%2F%2Fshop.example%2F%3Fe%3Djane.doe%40example.com"
COPY = PIXEL.replace("/tr/", "/privacy_sandbox/pixel/register/trigger/")


def findings(db: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    connection = sqlite3.connect(db)
    try:
        told = connection.execute(
            "SELECT e.event_name, f.kind, f.label, f.field, f.certainty, f.evidence, f.fingerprint FROM findings f"
            " JOIN events e ON e.id = f.event_id ORDER BY 1, 2, 3, 4, 5, 6, 7"
        ).fetchall()
        options = [json.loads(text)["persona"] for (text,) in connection.execute("SELECT options FROM recordings")]
    finally:
        connection.close()
    return told, options


def test_findings_are_those_of_the_recording(tmp_path: Path) -> None:
    persona = tmp_path / "persona.toml"
    persona.write_text('emails = "jane.doe@example.com"\n', encoding="utf-8")
    sent = [
        ("GET", f"{PIXEL}&ev=Lead&ud[em]={MAIL_HASH}&fbp=fb.1.1.2", {"cookie": "datr=x"}, None),
        ("GET", f"{COPY}&ev=Lead&ud[em]={MAIL_HASH}&fbp=fb.1.1.2", {}, None),
    ]
    with watched(tmp_path, {"pixelwitness_persona": str(persona)}) as session:
        client.send_all(session.proxy, sent)
        assert session.proxy.stop() == 0
    live, options = findings(session.db)
    again = tmp_path / "again.sqlite"
    scan([str(session.flows)], ScanOptions(db=again, key=session.key, persona=persona))
    recorded, same = findings(again)
    assert (live, options) == (recorded, same)
    assert [one[:6] for one in live if one[1] in ("identity", "persona", "personal_data")] == [
        ("Lead", "identity", "person", None, "certain", "em, _fbp"),
        ("Lead", "identity", "person", None, "certain", "em, _fbp, datr"),
        ("Lead", "persona", "your e-mail", "dl.query.e", "certain", "the lower-cased address, readable"),
        ("Lead", "persona", "your e-mail", "ud.em", "certain", "SHA-256 of the lower-cased address"),
        (
            "Lead",
            "personal_data",
            "email",
            "dl.query.e",
            "certain",
            "an e-mail address, readable in an address of a page",
        ),
    ]


def test_a_persona_that_is_not_there_is_refused() -> None:
    stated = {option.name: option.default for option in OPTIONS} | {"persona": "nowhere.toml"}
    with pytest.raises(
        OptionsError, match=r"pixelwitness_persona: there is no file 'nowhere.toml'; name a persona file"
    ):
        check_settings(stated)
