"""Reading a persona file: what it may say, and what is wrong with it, without a word of its values."""

from pathlib import Path

import pytest

from pixelwitness.meaning.spot.persona import Datum
from pixelwitness.rulebook.persona_file import MAX_BYTES, read_by_others, read_persona
from pixelwitness.rulebook.yaml.problems import RulesError


def written(folder: Path, text: str) -> Path:
    file = folder / "persona.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_text_a_list_and_a_date_are_read(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'emails = ["jane.doe@example.com", "jane@example.org"]\nphones = "+49  170 1234567"\n'
        'birth_dates = 1990-05-04\ngenders = "f"\nphrases = ["pain in my left knee"]\n',
    )
    assert read_persona(file).data == (
        Datum("email", "jane.doe@example.com"),
        Datum("email", "jane@example.org"),
        Datum("phone", "+49 170 1234567"),
        Datum("birth_date", "1990-05-04"),
        Datum("gender", "f"),
        Datum("phrase", "pain in my left knee"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it names nothing; give at least one of emails"),
        ('email = "secret@example.com"', "email: there is no such key; did you mean 'emails'?"),
        ('emails = "secret"', "emails: this is no e-mail address; write it as jane.doe@example.com"),
        ('emails = ["jane@example.com", "secret"]', "emails[1]: this is no e-mail address"),
        ('phones = "secret 12345678"', "phones: this is no phone number of 7 to 15 digits"),
        ("phones = 491701234567", "phones: this is no text; write it in quotes"),
        ('birth_dates = "04.05.1990"', "birth_dates: this is no date; write it as 1990-05-04"),
        ('ids = "12"', "ids: give 4 to 200 characters"),
        ('phrases = "knee"', "phrases: give 6 to 500 characters"),
        ("emails = [[1]]", "emails[0]: this is no text; write it in quotes"),
        ("emails = secret@example.com", "this is no TOML"),
        ('emails = "a@example.com"\nemails = "secret@example.com"', "this is no TOML"),
    ],
)
def test_what_is_wrong_is_said_without_the_value(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(RulesError) as error:
        read_persona(written(tmp_path, text))
    assert problem in str(error.value)
    assert "secret" not in str(error.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        read_persona(written(tmp_path, 'emails = "x"\nphones = "y"\n'))
    assert [one.field for one in error.value.problems] == ["emails", "phones"]


def test_a_file_that_is_no_persona_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "persona.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(RulesError, match="it is not UTF-8"):
        read_persona(file)
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(RulesError, match="bytes; name an invented person"):
        read_persona(file)


def test_permissions_are_looked_at(tmp_path: Path) -> None:
    file = written(tmp_path, 'emails = "jane.doe@example.com"')
    file.chmod(0o600)
    assert read_by_others(file) is False
    file.chmod(0o644)
    assert read_by_others(file) is True
