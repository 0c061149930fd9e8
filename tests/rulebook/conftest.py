"""Text of YAML is read once: a hundred cases change one built-in file each and have all others checked again."""

from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest

from pixelwitness.rulebook.yaml import yaml_text


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    with patch.object(yaml_text, "read", cache(yaml_text.read)):
        yield
