"""The reference of the pytest plug-in names every fixture, option, method and argument, and no other."""

import inspect

import pytest
from tests.docs import reading

from pixelwitness import pytest_plugin
from pixelwitness.testing import BrowserWitness, outcomes

PAGE = reading.DOCS / "reference" / "pytest.md"


def documented(heading: str) -> set[str]:
    return {name.strip("`") for name in reading.first_words(PAGE, heading)}


def test_every_fixture_is_documented() -> None:
    made = {name for name, one in vars(pytest_plugin).items() if type(one).__name__ == "FixtureFunctionDefinition"}
    assert documented("Fixtures") == made != set()


def test_every_option_is_documented(pytestconfig: pytest.Config) -> None:
    parser = pytest.Parser(_ispytest=True)
    pytest_plugin.pytest_addoption(parser)
    (group,) = [one for one in parser._groups if one.name == "pixelwitness"]
    assert documented("Options") == {name for option in group.options for name in option.names()}


def test_every_method_and_argument_is_documented() -> None:
    public = {name for name in vars(BrowserWitness) if not name.startswith("_")}
    questions = {name for name in public if name.startswith("assert_")}
    assert documented("Questions") == questions
    assert documented("Other methods") == public - questions
    arguments = inspect.signature(BrowserWitness).parameters
    assert documented("Arguments") == set(arguments) - {"context"}


def test_every_outcome_is_documented() -> None:
    errors = {name for name, one in vars(outcomes).items() if isinstance(one, type)}
    assert documented("Outcomes") == errors
