"""The guard as a hook meets it; nothing of what it finds is shown."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, har, write
from tests.program import Finished, run

SECRET = "9f2c4e7d1b0a48c6"
COOKIE = {"Cookie": f"sid={SECRET}"}
END = "what would let others in\n"


def guard(*paths: str | Path, cwd: Path) -> Finished:
    return run("guard", *paths, cwd=cwd)


def clean() -> dict[str, Any]:
    return entry("https://shop.example/", mime_type="text/html")


def test_a_sanitised_recording_passes(tmp_path: Path) -> None:
    write(tmp_path / "a.har", [clean(), entry("https://shop.example/x", headers={"Cookie": "sid=REDACTED"})])

    done = guard("a.har", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"1 recording: 0 requests of 2 hold {END}"


def test_a_session_is_told_by_file_line_entry_and_kind_and_never_shown(tmp_path: Path) -> None:
    login = entry("https://shop.example/login", method="POST", body=f"password={SECRET}", headers=COOKIE)
    login["request"]["postData"]["mimeType"] = "application/x-www-form-urlencoded"
    login["response"]["cookies"] = [{"name": "sid", "value": SECRET}]
    write(tmp_path / "a.har", [clean(), entry("https://shop.example/x", headers=COOKIE), login])

    done = guard("a.har", cwd=tmp_path)

    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[:2] == [
        "a.har:3: entry 1: cookies that were sent",
        "a.har:4: entry 2: cookies that were sent, cookies that were set and a token or password in what was sent",
    ]
    assert lines[2].startswith("to fix: save the recording again without them")
    assert lines[-1] == "1 recording: 2 requests of 3 hold what would let others in"
    assert done.stderr == "pixelwitness: exit 1: violations were found\n"
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["a.har.gz", "a.har.zip"])
def test_it_reads_what_scan_reads(tmp_path: Path, name: str) -> None:
    data = json.dumps(har([entry("https://shop.example/x", headers=COOKIE)])).encode()
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("har.har", data)

    assert guard(name, cwd=tmp_path).returncode == 1


def test_many_entries_are_counted_and_hostile_names_are_made_harmless(tmp_path: Path) -> None:
    name = "::error::\x1b[31m.har"
    try:
        write(tmp_path / name, [entry("https://shop.example/x", headers=COOKIE)] * 30)
    except OSError:
        pytest.skip("this file system takes no such name")

    done = guard(".", cwd=tmp_path)

    assert done.returncode == 1
    assert "… and 10 further entries\n" in done.stdout
    assert "\x1b" not in done.stdout
    assert not any(line.startswith("::") for line in done.stdout.splitlines())


def test_what_was_not_looked_at_is_not_clean(tmp_path: Path) -> None:
    whole = json.dumps(har([clean(), clean()]))
    (tmp_path / "cut.har").write_text(whole[: whole.rindex("startedDateTime")], encoding="utf-8")
    write(tmp_path / "odd.har", [clean(), {"response": {"headers": [{"name": "Set-Cookie", "value": f"a={SECRET}"}]}}])
    (tmp_path / "none.har").write_text("this is no recording", encoding="utf-8")

    assert guard("cut.har", cwd=tmp_path).returncode == 4
    assert guard("odd.har", cwd=tmp_path).returncode == 4
    assert guard("none.har", cwd=tmp_path).returncode == 2
    assert guard("cut.har", "none.har", cwd=tmp_path).returncode == 4
    assert guard("missing.har", cwd=tmp_path).returncode == 3


def test_a_body_beside_the_recording_is_looked_into(tmp_path: Path) -> None:
    login = entry("https://shop.example/login", method="POST", headers={"Content-Type": "application/json"})
    login["request"]["postData"] = {"mimeType": "application/json", "_file": "body.json"}
    write(tmp_path / "a.har", [login])
    (tmp_path / "body.json").write_text(json.dumps({"password": SECRET}), encoding="utf-8")

    done = guard("a.har", cwd=tmp_path)

    assert (done.returncode, SECRET in done.stdout) == (1, False)
    assert done.stdout.startswith("a.har:2: entry 0: a token or password in what was sent\n")


def test_an_answer_beside_the_recording_is_looked_into(tmp_path: Path) -> None:
    asked = entry("https://shop.example/session", mime_type="application/json")
    asked["response"]["content"] = {"mimeType": "application/json", "_file": "answer.json"}
    with zipfile.ZipFile(tmp_path / "a.har.zip", "w") as archive:
        archive.writestr("har.har", json.dumps(har([asked])))
        archive.writestr("answer.json", json.dumps({"access_token": SECRET}))

    done = guard("a.har.zip", cwd=tmp_path)

    assert (done.returncode, SECRET in done.stdout) == (1, False)
    assert done.stdout.startswith("a.har.zip:1: entry 0: a token in the answer\n")
