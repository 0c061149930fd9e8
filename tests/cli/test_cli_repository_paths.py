"""Where recordings lie in a repository."""

import os
from pathlib import Path

import pytest
from tests.exposed import REC, recording

from pixelwitness.cli.shared.repository_paths import find_root, locate, locate_recordings, path_below_root
from pixelwitness.report.check.check_result import Located


@pytest.fixture(name="root")
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    (root / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def test_the_root_is_the_nearest_folder_with_git_above(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "a" / "b")
    assert find_root(None) == root / "a" / "b"
    (root / ".git").write_text("gitdir: elsewhere", encoding="utf-8")  # as in a worktree
    assert find_root(None) == root
    assert find_root(root / "a") == root / "a"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a/shop.har", Located("a/shop.har")),
        ("./a/../a/shop.har", Located("a/shop.har")),
        ("a b/ü.har", Located("a b/ü.har")),
        ("a/all.zip!b/c.har", Located("a/all.zip")),
        ("a/all.ZHAR!c.har", Located("a/all.ZHAR")),
        ("a/what!.har", Located("a/what!.har")),
        ("../shop.har", Located("shop.har", stands_in=True)),
        ("/elsewhere/of/jane.doe/shop.har", Located("shop.har", stands_in=True)),
        ("C:\\Users\\jane.doe\\..\\shop.har" if os.name != "nt" else "X:\\shop.har", None),
        ("-", Located("recording", stands_in=True)),
        ("..", Located("recording", stands_in=True)),
        (".", Located("recording", stands_in=True)),
        ("", Located("recording", stands_in=True)),
        ("../../../a\0b.har", Located("a\0b.har", stands_in=True)),
    ],
)
def test_a_source_is_told_from_the_root_or_by_its_last_name(root: Path, source: str, expected: Located | None) -> None:
    if expected is None:  # a path of another system: whatever it is, no folder of it is told as one
        assert "/" not in locate(source, root).path
    else:
        assert locate(source, root) == expected


def test_a_link_into_the_repository_is_followed_and_one_in_it_is_not(root: Path) -> None:
    (root / "a" / "shop.har").write_text("{}", encoding="utf-8")
    try:
        (root.parent / "link").symlink_to(root / "a", target_is_directory=True)
        (root / "out").symlink_to(root.parent, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")

    assert path_below_root("../link/shop.har", root) == "a/shop.har"
    assert path_below_root("out/shop.har", root) == "out/shop.har"


def test_the_first_source_below_the_root_is_the_file_of_a_recording(root: Path) -> None:
    rows = [recording(sources=("/elsewhere/x.har", "a/x.har"))]

    assert locate_recordings(rows, root, Located("db.sqlite")) == {REC: Located("a/x.har")}


@pytest.mark.parametrize(
    ("row", "database", "expected"),
    [
        (recording(sources=("/elsewhere/x.har",)), Located("db.sqlite"), "db.sqlite"),
        (recording(sources=("/elsewhere/x.har",)), Located("db.sqlite", stands_in=True), "x.har"),
        (recording(sources=("/elsewhere/x.har",)), None, "x.har"),
        (recording(sources=("-",)), None, "recording"),
        (recording(sources=("live",), kind="live"), Located("db.sqlite"), "db.sqlite"),
        (recording(sources=("a/live",), kind="live"), None, "a/live"),
        (recording(sources=()), None, "har"),
    ],
)
def test_without_a_file_below_the_root_another_name_stands_in(
    root: Path, row: object, database: Located | None, expected: str
) -> None:
    assert locate_recordings([row], root, database) == {REC: Located(expected, stands_in=True)}  # type: ignore[list-item]
