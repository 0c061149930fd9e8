"""Secrets planted in a recording, through every format of ``check``, with every check that looks at data."""

from pathlib import Path

import pytest
from tests.cli.test_cli_checkformats import check
from tests.end_to_end.conftest import Store
from tests.end_to_end.test_e2e_secrets import hits, leaks
from tests.har import write

from pixelwitness.report.formats.format_table import CHECK_FORMATS

PRESETS = ("no-meta", "no-personal-data", "no-health", "consent-first")


@pytest.mark.parametrize("format_", CHECK_FORMATS)
@pytest.mark.parametrize("keep", [False, True])
def test_no_planted_secret_is_in_any_format_nor_in_a_baseline(
    store: Store, tmp_path: Path, format_: str, keep: bool
) -> None:
    planted = write(tmp_path / "planted.har", hits())
    store.scan(planted, keep_values=keep)
    options = ["--format", format_, *(part for preset in PRESETS for part in ("--preset", preset))]
    summary, baseline = tmp_path / "summary.md", tmp_path / "baseline.json"
    shown = check(store.path, *options, cwd=tmp_path, summary=summary)
    check(store.path, *options, "--write-baseline", baseline, cwd=tmp_path)
    told = shown.stdout + shown.stderr + (summary.read_text("utf-8") if summary.exists() else "")

    assert shown.returncode == 1
    assert "personal-data" in told
    assert leaks(told) == []
    assert leaks(baseline.read_text("utf-8")) == []


def test_a_database_with_values_is_judged_as_one_without(store: Store, tmp_path: Path) -> None:
    planted = write(tmp_path / "planted.har", hits())
    bare = check(planted, "--preset", "no-personal-data", "--format", "json", cwd=tmp_path)
    store.scan(planted, keep_values=True)
    kept = check(store.path, "--preset", "no-personal-data", "--format", "json", cwd=tmp_path)

    def known(text: str) -> set[str]:
        return {line for line in text.splitlines() if '"fingerprint"' in line or '"event_name"' in line}

    assert known(kept.stdout) == known(bare.stdout)
