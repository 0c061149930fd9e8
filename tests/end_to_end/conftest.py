import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.har import SHARED

from pixelwitness.scan.scan import ScanOptions, ScanOutcome, scan


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings that lies beside the repository, where it does."""
    if not SHARED.is_dir():
        pytest.skip("the folder `shared` with other people's recordings does not lie beside the repository")
    return SHARED


class Store:
    """A database of a test, and the questions it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scan(self, *paths: Path | str, **options: Any) -> ScanOutcome:
        return scan([str(path) for path in paths], ScanOptions(db=self.path, **options))

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    def column(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        return [row[0] for row in self.rows(statement, parameters)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")
