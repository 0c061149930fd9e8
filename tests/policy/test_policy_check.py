"""``check`` with a policy, as a pipeline runs it: own recordings, exit codes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from tests.har import entry, write
from tests.program import Finished, run, start

EMAIL = "jane.doe@example.com"
HASH = hashlib.sha256(EMAIL.encode()).hexdigest()
SHOP = {"referer": "https://shop.example/"}
HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"


def check(cwd: Path, *arguments: str, **env: str) -> Finished:
    return run("check", *arguments, cwd=cwd, env=env)


def page(path: str = "/", seconds: int = 0, cookie: str = "basket=1") -> dict[str, Any]:
    headers = {"sec-fetch-dest": "document", "cookie": cookie}
    return entry(f"https://shop.example{path}", headers=headers, mime_type="text/html", seconds=seconds)


def pixel(name: str, more: str = "", *, seconds: int = 1, path: str = "/", **sent: Any) -> dict[str, Any]:
    url = f"https://www.facebook.com/tr/?id=1111222233334444&ev={name}&dl=https%3A%2F%2Fshop.example{path}{more}"
    return entry(url, headers=SHOP | sent.pop("headers", {}), seconds=seconds, **sent)


def beacon_without_body(seconds: int = 2) -> dict[str, Any]:
    told = entry(
        "https://www.facebook.com/tr/",
        method="POST",
        headers=SHOP | {"content-type": "multipart/form-data; boundary=x", "content-length": "900"},
        seconds=seconds,
    )
    told["request"]["bodySize"] = 900
    return told


LIBRARY = entry("https://connect.facebook.net/en_US/fbevents.js", headers=SHOP, mime_type="text/javascript", seconds=1)
PURCHASE = pixel("Purchase", f"&cd[value]=89&cd[currency]=EUR&ud[em]={HASH}", seconds=3, path="%2Fthanks")


def last(done: Finished) -> str:
    return done.stderr.splitlines()[-1] if done.stderr else ""


def test_a_leak_fails_with_a_message_that_names_everything_and_its_repair_passes(tmp_path: Path) -> None:
    (tmp_path / "pixelwitness.toml").write_text(
        'presets = ["no-personal-data"]\n[[site]]\nmatch = "shop.example"\nallow.events = ["PageView", "Purchase"]\n'
    )
    leak = write(tmp_path / "visit.har", [page(), pixel("PageView"), LIBRARY, PURCHASE])
    done = check(tmp_path, leak.name)

    assert (done.returncode, last(done)) == (1, "pixelwitness: exit 1: violations were found")
    assert done.stdout == (
        "violation: shop.example: Purchase to pixel 1111222233334444 by pixel\n"
        "  page      shop.example/thanks\n"
        "  carried   e-mail (SHA-256)\n"
        "  in        ud.em\n"
        "  check     personal-data: data about a person may not go to Meta, in no form\n"
        "  rule      meta-pixel-event (certain)\n"
        "  evidence  visit.har:5 (entry 3)\n"
        "  to fix    take the user data out of fbq('init', …)\n"
        "  known by  " + done.stdout.partition("known by  ")[2][:32] + "\n"
        "\n"
        "Judged by: pixelwitness.toml; preset no-personal-data.\n"
        "Looked at: 1 recording, 4 requests = 3 for Meta (2 carried 2 events, 1 contact) + 1 other + 0\n"
        "            undecodable + 0 unusable + 0 blocked.\n"
        "What servers send to Meta directly passes no browser and no proxy: it stays out of sight.\n"
        "1 violation on 1 site, 0 warnings.\n"
    )
    mended = pixel("Purchase", "&cd[value]=89&cd[currency]=EUR", seconds=3, path="%2Fthanks")
    write(leak, [page(), pixel("PageView"), LIBRARY, mended])
    done = check(tmp_path, leak.name)
    assert (done.returncode, done.stderr) == (0, "1 recording: 1 added\n")
    assert done.stdout.endswith("No violation in 4 requests, 0 warnings.\n")


def test_a_policy_is_found_above_and_in_pyproject_and_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pixelwitness]\nchecks.event = "warn"\n')
    below = tmp_path / "web"
    below.mkdir()
    write(below / "visit.har", [page(), pixel("PageView")])

    found = check(below, "visit.har")
    assert (found.returncode, found.stdout.splitlines()[-1]) == (0, "No violation in 2 requests, 1 warning.")
    assert check(below, "visit.har", "--no-policy").returncode == 1
    assert check(below, "visit.har", PIXELWITNESS_NO_POLICY="1").returncode == 1
    (tmp_path / "strict.toml").write_text('[checks]\nevent = "error"\n')
    assert check(below, "visit.har", "--policy", "../strict.toml").returncode == 1
    by_variables = {"PIXELWITNESS_POLICY": "../strict.toml", "PIXELWITNESS_PRESET": "no-health no-meta"}
    told = check(below, "visit.har", **by_variables)
    assert "Judged by: ../strict.toml; presets no-health, no-meta.\n" in told.stdout


def test_a_policy_that_cannot_be_used_stops_before_anything_is_scanned(tmp_path: Path) -> None:
    write(tmp_path / "visit.har", [page(), pixel("PageView")])
    (tmp_path / "pixelwitness.toml").write_text('preset = "no-meta"\n')
    done = check(tmp_path, "visit.har")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "pixelwitness: pixelwitness.toml:1: preset: there is no such key; did you mean 'presets'?\n"
        "pixelwitness: exit 2: it could not run\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--preset", "declared"), "the preset declared needs a declaration; name it by --declaration FILE"),
        (("--policy", "p.toml", "--no-policy"), "--policy and --no-policy exclude each other; keep one"),
        (("--baseline", "p.toml", "--write-baseline", "b.json"), "leave --baseline out"),
        (("--baseline", "p.toml"), "p.toml:1: this is no baseline: "),
        (("--preset", "no-such"), "'no-such' is not one of"),
        (("--policy", "gone.toml"), "does not exist"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    write(tmp_path / "visit.har", [page(), pixel("PageView")])
    (tmp_path / "p.toml").write_text("")
    done = check(tmp_path, "visit.har", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_baseline_lets_pass_what_was_there_and_nothing_new(tmp_path: Path) -> None:
    har = write(tmp_path / "visit.har", [page(), LIBRARY, pixel("PageView"), PURCHASE])
    made = check(tmp_path, har.name, "--write-baseline", "known.json")
    assert (made.returncode, "3 entries written to known.json" in made.stderr) == (0, True)
    text = (tmp_path / "known.json").read_text()
    assert [(one["check"], one["event"]) for one in json.loads(text)["entries"]] == [
        ("contact", None),
        ("event", "PageView"),
        ("event", "Purchase"),
    ]
    assert HASH not in text

    same = check(tmp_path, har.name, "--baseline", "known.json")
    assert (same.returncode, same.stdout.splitlines()[-1]) == (
        0,
        "No violation in 4 requests, 0 warnings, 3 suppressed.",
    )
    assert (
        "suppressed: shop.example: Purchase to pixel 1111222233334444 by pixel\n  baseline  known to known.json\n"
        in same.stdout
    )

    write(har, [page(), LIBRARY, pixel("PageView"), pixel("Lead", seconds=4)])
    new = check(tmp_path, har.name, "--baseline", "known.json")
    assert (new.returncode, new.stdout.splitlines()[-1]) == (1, "1 violation on 1 site, 0 warnings, 2 suppressed.")
    assert new.stdout.startswith("violation: shop.example: Lead to pixel")
    assert "(event, shop.example, Purchase) matches nothing any more" in " ".join(new.stdout.split())


def test_an_ignore_is_shown_with_its_reason_and_counts_no_more_when_it_has_expired(tmp_path: Path) -> None:
    write(tmp_path / "visit.har", [page(), pixel("PageView")])
    (tmp_path / "pixelwitness.toml").write_text(
        '[[ignore]]\nevent = "PageView"\nreason = "goes with the relaunch"\nexpires = 2027-01-31\n'
    )
    before = check(tmp_path, "visit.har", SOURCE_DATE_EPOCH="1795300000")
    assert before.returncode == 0
    assert "  ignore    goes with the relaunch (until 2027-01-31)\n" in before.stdout
    after = check(tmp_path, "visit.har", SOURCE_DATE_EPOCH="1801526400")
    assert after.returncode == 1
    assert "stale: ignore[1] (event PageView) expired after 2027-01-31: what it covered counts again.\n" in after.stdout


UNKNOWN = "Of 1 event or contact a body was not recorded, so that what it held is unknown."


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--preset", "no-personal-data"), 4),
        (("--preset", "no-personal-data", "--exit-zero"), 4),
        (("--preset", "no-health"), 4),
        (("--preset", "no-meta"), 1),
        (("--preset", "no-meta", "--preset", "no-health"), 1),
        (("--preset", "no-meta", "--preset", "no-health", "--strict"), 4),
        (("--preset", "no-meta", "--strict"), 4),
        (("--preset", "no-meta", "--exit-zero"), 0),
    ],
)
def test_a_body_that_was_not_recorded_is_no_clean_bill(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    write(tmp_path / "visit.har", [page(), beacon_without_body()])
    done = check(tmp_path, "visit.har", *arguments)
    assert done.returncode == code
    judges_contents = any(one in ("no-personal-data", "no-health") for one in arguments)
    assert (UNKNOWN in " ".join(done.stdout.split())) == judges_contents
    if code:
        assert last(done).startswith(f"pixelwitness: exit {code}: ")


def test_nothing_scanned_is_not_clean_and_no_baseline_is_made_of_it(tmp_path: Path) -> None:
    write(tmp_path / "visit.har", [])
    done = check(tmp_path, "visit.har", "--preset", "no-meta", "--write-baseline", "known.json", "--exit-zero")
    assert (done.returncode, last(done)) == (3, "pixelwitness: exit 3: there was nothing to scan")
    assert "known.json was not written" in done.stderr
    assert not (tmp_path / "known.json").exists()
    assert check(tmp_path, "gone.har", "--preset", "no-meta").returncode == 3


def test_a_headless_browser_that_is_kept_silent_is_not_clean_under_a_preset_either(tmp_path: Path) -> None:
    headless = {"user-agent": HEADLESS}
    asked = [page(), entry(LIBRARY["request"]["url"], headers=SHOP | headless, mime_type="text/javascript", seconds=1)]
    asked[0]["request"]["headers"].append({"name": "user-agent", "value": HEADLESS})
    write(tmp_path / "visit.har", asked)
    done = check(tmp_path, "visit.har", "--preset", "no-personal-data")
    assert (done.returncode, last(done)) == (4, "pixelwitness: exit 4: the evidence is incomplete")
    assert "Meta's configurations block such browsers" in " ".join(done.stdout.split())


GRANTED = "OptanonConsent=groups=C0001:1,C0002:1,C0004:1"
DENIED = "OptanonConsent=groups=C0001:1,C0002:1,C0004:0"


def without_cookies(path: Path) -> None:
    """Make of a recording one as the panel of Chrome exports it by default."""
    told = json.loads(path.read_text())
    told["log"]["creator"]["name"] = "WebInspector"
    for one in told["log"]["entries"]:
        one["request"]["headers"] = [header for header in one["request"]["headers"] if header["name"] != "cookie"]
    path.write_text(json.dumps(told))


def test_consent_first_tells_before_after_and_unknown_apart(tmp_path: Path) -> None:
    before = [page(), LIBRARY, pixel("PageView", seconds=2)]
    after = [page("/", 4, GRANTED), pixel("ViewContent", seconds=5)]
    har = write(tmp_path / "visit.har", [*before, *after])
    done = check(tmp_path, har.name, "--preset", "consent-first")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 violation on 1 site, 1 warning.")
    assert "check     consent: it is allowed with consent only, and no consent signal had been seen" in done.stdout

    write(har, after)
    assert check(tmp_path, har.name, "--preset", "consent-first").returncode == 0
    write(har, [page("/", 4, DENIED), pixel("ViewContent", seconds=5)])
    denied = check(tmp_path, har.name, "--preset", "consent-first")
    assert (denied.returncode, "and consent had been denied" in denied.stdout) == (1, True)
    without_cookies(har)
    unknown = check(tmp_path, har.name, "--preset", "consent-first")
    assert (unknown.returncode, last(unknown)) == (4, "pixelwitness: exit 4: the evidence is incomplete")
    assert "it is unknown whether consent came before" in " ".join(unknown.stdout.split())


def test_health_and_personal_data_in_addresses_are_found_and_no_value_is_shown(tmp_path: Path) -> None:
    path = f"%2Fappointments%2Fdermatology%3Fmail%3D{EMAIL.replace('@', '%2540')}"
    write(tmp_path / "visit.har", [page("/appointments/dermatology"), pixel("Schedule", path=path)])
    done = check(tmp_path, "visit.har", "--preset", "no-health", "--preset", "no-personal-data")
    assert done.returncode == 1
    assert done.stdout.count("violation: ") == 2
    assert "check     health: its texts point at health" in done.stdout
    assert "in        dl.query.mail\n" in done.stdout
    assert "to fix    keep it out of the page's address" in done.stdout
    assert "jane.doe" not in done.stdout + done.stderr


def test_the_declaration_of_a_site_is_held_against_it(tmp_path: Path) -> None:
    (tmp_path / "declared.toml").write_text(
        '[[site]]\nmatch = "shop.example"\nevents = ["PageView"]\npixels = ["1111222233334444"]\n'
        'channels = ["pixel"]\ncontacts = ["library"]\ndata = ["page_url", "browser_id"]\n'
    )
    (tmp_path / "pixelwitness.toml").write_text('presets = ["declared"]\ndeclaration = "declared.toml"\n')
    har = write(tmp_path / "visit.har", [page(), LIBRARY, pixel("PageView", "&fbp=fb.1.1795300000000.123456789")])
    assert check(tmp_path, har.name).returncode == 0
    write(har, [page(), LIBRARY, pixel("PageView", f"&ud[em]={HASH}"), pixel("Lead", seconds=5)])
    done = check(tmp_path, har.name)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "2 violations on 1 site, 0 warnings.")
    assert "check     undeclared: the site's declaration does not list this event" in done.stdout
    assert "check     undeclared: the site's declaration does not list this class of data" in done.stdout


@pytest.mark.process
def test_a_database_is_judged_as_its_recordings_are_and_the_answer_is_the_same_each_time(tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"{n}.har", [page(), LIBRARY, pixel("PageView", f"&fbp=fb.1.{n}.1", seconds=n), PURCHASE]).name
        for n in (1, 2, 3)
    ]
    presets = ("--preset", "no-meta", "--preset", "no-personal-data", "--preset", "consent-first")
    assert run("scan", *files, cwd=tmp_path).returncode == 0
    told = {
        check(tmp_path, "pixelwitness.sqlite", *presets).stdout,
        start("check", *files, *presets, cwd=tmp_path, env={"PYTHONHASHSEED": "2"}).stdout,
        start("check", *files, *presets, "--jobs", "2", cwd=tmp_path, env={"PYTHONHASHSEED": "3"}).stdout,
    }
    assert len(told) == 1
