"""Planted secrets through every output of every command: none of them is in any."""

from pathlib import Path

import pytest
from tests.end_to_end.conftest import Store
from tests.end_to_end.test_e2e_secrets import BEARER, COOKIE, MAIL, PASSWORD, TOKEN, hits, leaks
from tests.har import entry, write
from tests.hostile import write_export
from tests.program import run
from tests.sinks import ALL, Study, Told, tell

pytestmark = pytest.mark.process

KEPT_NEVER = (TOKEN, BEARER, COOKIE, PASSWORD)
"""What is stored in no mode."""


def study_of(folder: Path, *, keep_values: bool) -> Study:
    recordings = folder / "recordings"
    recordings.mkdir()
    planted = write(recordings / "planted.har", hits())
    shop = write(folder / "shop.har", [entry("https://shop.example/", mime_type="text/html")])
    store, other = Store(folder / "study.sqlite"), Store(folder / "other.sqlite")
    store.scan(planted, keep_values=keep_values)
    other.scan(shop)
    export = write_export(folder / "your_off-facebook_activity.json")
    return Study(folder / "outputs", recordings, store.path, other.path, export, typed=MAIL)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return tell(study_of(tmp_path_factory.mktemp("secrets"), keep_values=False))


@pytest.fixture(scope="module")
def told_with_values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return tell(study_of(tmp_path_factory.mktemp("kept"), keep_values=True))


# It scans with --keep-values, which shows readable values by intent.
BY_DEFAULT = [one for one in ALL if not one.name.startswith("scan ")]


def test_no_secret_is_in_any_output(told: dict[str, Told]) -> None:
    results = {sink.name: told[sink.name] for sink in BY_DEFAULT}
    assert [name for name, result in results.items() if not result.out] == []
    assert {name: found for name, result in results.items() if (found := leaks(result.out + result.err))} == {}


def test_tokens_and_sessions_are_in_no_output_even_where_values_are_kept(told_with_values: dict[str, Told]) -> None:
    shown = {sink.name: (result.out + result.err).lower() for sink in ALL for result in [told_with_values[sink.name]]}
    found = {name: [secret for secret in KEPT_NEVER if secret.lower() in text] for name, text in shown.items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_what_goes_to_a_log_or_to_others_names_no_person_even_where_values_are_kept(
    told_with_values: dict[str, Told],
) -> None:
    results = {name: one for name, one in told_with_values.items() if name.startswith(("check ", "export", "find "))}
    assert len(results) > 5
    assert {name: found for name, result in results.items() if (found := leaks(result.out + result.err))} == {}


def test_values_that_are_kept_are_shown_where_they_are_asked_for(told_with_values: dict[str, Told]) -> None:
    # Else the tests above would hold for a program that shows nothing.
    assert MAIL in told_with_values["report jsonl"].out


def test_a_redacted_copy_of_kept_values_holds_no_secret(tmp_path: Path) -> None:
    study = study_of(tmp_path, keep_values=True)
    assert run("export", study.db, "--redacted", "-o", tmp_path / "copy.sqlite").returncode == 0
    copy = (tmp_path / "copy.sqlite").read_bytes().decode("latin-1")
    assert leaks(study.db.read_bytes().decode("latin-1")) != []
    assert leaks(copy) == []
