"""The redactor as it is by default, and the one that was told to keep values."""

import pytest

from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

KEY = b"key of a study in a test"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="session")
def redactor(knowledge: Knowledge) -> Redactor:
    return Redactor(knowledge, tokenizer(KEY))


@pytest.fixture(scope="session")
def keeper(knowledge: Knowledge) -> Redactor:
    return Redactor(knowledge, tokenizer(KEY), keep_values=True)
