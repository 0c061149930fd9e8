"""Profile, announced uses, reconcile and explain, as a user meets them."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, har
from tests.program import run

JUNE = "Meta has said (2026-06-09), as several sources quote it: what businesses share"


def joined(text: str) -> str:
    """Return text as one line, however it was wrapped."""
    return " ".join(text.split())


def story(folder: Path, *, day: str | None = None) -> Path:
    """Write the demo's recording, dated as it is or at another day."""
    text = (resources.files("pixelwitness.recordings") / "story.har").read_text("utf-8")
    path = folder / "story.har"
    recorded = json.loads(text)
    if day is not None:
        for one in recorded["log"]["entries"]:
            one["startedDateTime"] = day + one["startedDateTime"][10:]
    path.write_text(json.dumps(recorded), "utf-8")
    return path


def scanned(folder: Path, *options: str, day: str | None = None) -> Path:
    done = run("scan", story(folder, day=day), "--db", "s.sqlite", *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "s.sqlite"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("kept"), "--keep-values")


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("redacted"))


@pytest.fixture(scope="module")
def of_2022(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("past"), "--keep-values", day="2022-11-22")


# Profile -------------------------------------------------------------------------


def test_the_boots_become_an_interest_in_outdoors(kept: Path) -> None:
    done = run("profile", kept, "--region", "US", cwd=kept.parent)

    assert done.returncode == 0
    assert "  outdoors: bought Hiking boots at shop.example\n" in done.stdout
    assert "AppointmentRequested at clinic.example" in done.stdout
    assert joined(JUNE) in joined(done.stdout)
    assert "(US is among them)" in joined(done.stdout)


def test_without_values_the_profile_says_what_was_sent_and_not_kept(redacted: Path) -> None:
    told = run("profile", redacted, cwd=redacted.parent).stdout

    assert "  outdoors: a Purchase at shop.example (product name sent, not kept)\n" in told
    assert "Hiking" not in told


def test_the_same_recording_of_2022_is_not_told_of_2026(of_2022: Path) -> None:
    for arguments in (("profile", of_2022), ("report", of_2022, "--format", "story"), ("report", of_2022)):
        told = joined(run(*arguments, "--region", "US", cwd=of_2022.parent).stdout)
        assert "2026" not in told
        assert "2025-" not in told
    assert "outdoors: bought Hiking boots at shop.example" in run("profile", of_2022, cwd=of_2022.parent).stdout
    assert 'look through "Off-Facebook activity"' in joined(run("profile", of_2022, cwd=of_2022.parent).stdout)


def test_the_profile_for_machines_holds_hints_with_their_evidence(kept: Path) -> None:
    told = json.loads(run("profile", kept, "--format", "json", "--region", "US", cwd=kept.parent).stdout)

    outdoors = next(one for one in told["inferred"] if one["label"] == "outdoors")
    assert {key: outdoors[key] for key in ("kind", "called", "certainty", "strength", "sites", "words")} == {
        "kind": "interest",
        "called": "outdoors",
        "certainty": "hint",
        "strength": "strong",
        "sites": ["shop.example"],
        "words": ["hiking boot", "outdoor"],
    }
    assert outdoors["evidence"][0] == {
        "deed": "done",
        "site": "shop.example",
        "told": "bought Hiking boots at shop.example",
        "times": 1,
    }
    assert [(one["kind"], one["label"], one["strength"]) for one in told["inferred"]] == [
        ("interest", "outdoors", "strong"),
        ("interest", "games", "strong"),
        ("topic", "health", "moderate"),
    ]


def test_the_profile_is_the_same_every_time(kept: Path) -> None:
    assert len({run("profile", kept, "--format", "json", cwd=kept.parent).stdout for _ in range(2)}) == 1


def test_findings_hold_no_captured_text_and_are_hints(kept: Path) -> None:
    import sqlite3

    with sqlite3.connect(kept) as connection:
        rows = connection.execute(
            "SELECT DISTINCT kind, label, certainty, evidence FROM findings"
            " WHERE kind IN ('topic', 'interest', 'instruction_text')"
        ).fetchall()
    connection.close()
    assert {(kind, label) for kind, label, _, _ in rows} == {
        ("topic", "health"),
        ("interest", "outdoors"),
        ("interest", "games"),
        ("instruction_text", "free_text"),
    }
    assert {certainty for _, _, certainty, _ in rows} == {"hint"}
    assert "Hiking" not in json.dumps(rows)


# Announced uses --------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["story", "markdown", "table"])
def test_reports_tell_what_was_announced_and_who_said_it(format_: str, kept: Path) -> None:
    told = joined(run("report", kept, "--format", format_, "--region", "us", cwd=kept.parent).stdout)
    assert "What has been announced about such data" in told
    assert joined(JUNE) in told.replace("\\", "")
    if format_ != "table":
        assert "What you can do: no setting of Meta's stops the receipt" in told


def test_the_report_for_machines_holds_the_statements(kept: Path) -> None:
    told = json.loads(run("report", kept, "--format", "json", "--region", "DE", cwd=kept.parent).stdout)
    by_id = {one["id"]: one for one in told["announced_uses"]}
    june = by_id["off-meta-feed-ai"]
    assert {key: june[key] for key in ("said_by", "announced", "effective", "in_force", "region", "standing")} == {
        "said_by": "meta",
        "announced": "2026-06-09",
        "effective": "2026-07",
        "in_force": True,
        "region": "DE",
        "standing": "not_named",
    }
    assert june["conflicts"]
    assert by_id["off-meta-training"]["introduction"].startswith("It was claimed")


def test_nothing_is_announced_where_nothing_went_to_meta(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.har"
    quiet.write_text(json.dumps(har([entry("https://shop.example/boots", mime_type="text/html")])), "utf-8")
    done = run("scan", quiet, "--format", "story", cwd=tmp_path)
    assert "announced" not in done.stdout


@pytest.mark.parametrize("region", ["Europe", "U", "1A", "É€"])
def test_what_is_no_region_is_refused(region: str, kept: Path) -> None:
    done = run("profile", kept, "--region", region, cwd=kept.parent)
    assert done.returncode == 2
    assert "two letters of a country" in joined(done.stderr)


def test_announced_uses_are_never_stored(kept: Path) -> None:
    assert b"Better Personalization" not in kept.read_bytes()
    assert b"off-meta-feed-ai" not in kept.read_bytes()


# Reconcile ---------------------------------------------------------------------------

BOUGHT = 1795371428
"""About when the demo's boots were bought."""


def export(folder: Path, *events: tuple[str, int]) -> Path:
    activity: dict[str, Any] = {
        "off_facebook_activity_v2": [
            {"name": "shop.example", "events": [{"id": 1, "type": kind, "timestamp": at} for kind, at in events]},
            {"name": "Stra\u00c3\u009fenbahn", "events": [{"id": 2, "type": "CUSTOM", "timestamp": BOUGHT}]},
        ]
    }
    path = folder / "your_activity_off_meta_technologies.json"
    path.write_text(json.dumps(activity), "utf-8")
    return path


def test_reconcile_tells_the_three_outcomes_as_possibilities(kept: Path, tmp_path: Path) -> None:
    listed = export(tmp_path, ("PURCHASE", BOUGHT), ("PURCHASE", BOUGHT + 40), ("LEAD", BOUGHT))

    done = run("reconcile", listed, "--db", kept, cwd=tmp_path)

    assert done.returncode == 0
    assert "  PURCHASE: 1 seen and listed; 1 listed, not seen here\n" in done.stdout
    assert "  LEAD: 1 listed, not seen here\n" in done.stdout
    assert "  ADD_TO_CART: 1 seen, not listed\n" in done.stdout
    assert "Straßenbahn\n" in done.stdout
    assert "Possibilities, never proof:" in done.stdout


def test_reconcile_for_machines(kept: Path, tmp_path: Path) -> None:
    listed = export(tmp_path, ("PURCHASE", BOUGHT), ("PURCHASE", BOUGHT - 86_400 * 300))

    told = json.loads(run("reconcile", listed, "--db", kept, "--format", "json", cwd=tmp_path).stdout)

    row = next(one for one in told["rows"] if (one["business"], one["type"]) == ("shop.example", "PURCHASE"))
    assert (row["seen_and_listed"], row["listed_only"], row["listed_outside_recorded_time"]) == (1, 1, 1)
    assert len(row["events"]) == 1
    assert told["outcomes"]["seen_only"]["events"] > 0


def test_reconcile_says_that_the_html_form_cannot_be_read(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "your_activity_off_meta_technologies.html").write_text("<html>")
    done = run("reconcile", tmp_path, "--db", kept, cwd=tmp_path)
    assert done.returncode == 2
    assert "ask Meta for the JSON form" in done.stderr


def test_names_of_an_export_do_not_act_on_the_terminal(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "your_activity_off_meta_technologies.json"
    path.write_text(json.dumps({"v": [{"name": "a\x1b[2J\u202e", "events": [{"type": "X\x07Y", "timestamp": 1}]}]}))
    told = run("reconcile", path, "--db", kept, cwd=tmp_path).stdout
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "\u202e" not in told


# Explain -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Purchase", "The visitor bought something."),
        ("purchase", "The visitor bought something."),
        ("Conversational API", "Conversions API (channel)"),
        ("capi", "The business's server tells Meta"),
        ("_fbp", "_fbp (cookie)"),
        ("fbp", "_fbp (cookie)"),
        ("ud[em]", "ud.em (field)"),
        ("UD.EM", "ud.em (field)"),
        ("udff", "harvested from a form"),
        ("email", "(kind of data)"),
        ("health", "health (sensitive topic)"),
        ("outdoors", "outdoors (interest)"),
        ("mental_health", "mental health (sensitive topic)"),
        ("meta-pixel-event", "meta-pixel-event (rule)"),
        ("off-meta-feed-ai", "Meta has said (2026-06-09)"),
        ("account", "knows which account did it"),
        ("LDU", "Limited Data Use (consent)"),
        ("denied", "no legal judgement"),
        ("Activity from other businesses", "controls the use of such data, not its receipt"),
        ("off Facebook activity", "could be seen and disconnected"),
        ("disconnect", "Sites go on sending."),
        ("GDPR", "GDPR (word of the news)"),
        ("ccpa", "Global Privacy Control"),
        ("WhatsApp", "It was reported"),
        ("Llama", "Traffic does not show it."),
        ("prompt injection", "this program gives a hint"),
        ("data provenance", "This program shows a part"),
        ("sent", "delivery (word of this program)"),
        ("tried to tell", "it is proved that nothing left"),
    ],
)
def test_names_are_explained_as_they_are_met(name: str, told: str, tmp_path: Path) -> None:
    done = run("explain", name, cwd=tmp_path)
    assert done.returncode == 0
    assert told in done.stdout
    assert "Source: " in done.stdout


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Purchse\x1b[2J", "did you mean 'Purchase'"),
        ("facebook activities", "did you mean 'off-Facebook activity'"),
        ("businesses", "did you mean 'activity from other businesses'?"),
    ],
)
def test_an_unknown_name_is_answered_with_what_may_have_been_meant(name: str, meant: str, tmp_path: Path) -> None:
    done = run("explain", name, cwd=tmp_path)
    assert done.returncode == 2
    assert meant in done.stderr
    assert "\x1b" not in done.stderr
