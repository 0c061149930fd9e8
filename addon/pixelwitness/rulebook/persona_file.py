"""Reading a persona file: the tester's invented identity, checked strictly.

Owns the form of ``persona.toml`` and every error of it.  Its messages name keys and lines of
the form, never a value.
"""

import stat
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from pixelwitness.meaning.spot.persona import Datum, Persona
from pixelwitness.meaning.text.normalisation import DatumKind
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError, meant

KEYS: Final[Mapping[str, DatumKind]] = {
    "emails": "email",
    "phones": "phone",
    "first_names": "first_name",
    "last_names": "last_name",
    "streets": "street",
    "cities": "city",
    "states": "state",
    "postal_codes": "postal_code",
    "countries": "country",
    "birth_dates": "birth_date",
    "genders": "gender",
    "ids": "id",
    "phrases": "phrase",
}
"""Key of the file to what it lists; each takes a text or a list of texts."""
MAX_BYTES = 100_000
MAX_DATA = 200


def read_persona(file: Path) -> Persona:
    """Read a persona; raises `RulesError` with every problem of the file, OSError when it cannot be read."""
    raw = file.read_bytes()[: MAX_BYTES + 1]
    if len(raw) > MAX_BYTES:
        raise _refused(file, "", f"it has more than {MAX_BYTES:,} bytes; name an invented person, no list of people")
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise _refused(file, "", "it is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RulesError([RuleProblem(str(file), getattr(error, "lineno", 1), "", _toml_words(error))]) from None
    problems: list[RuleProblem] = []
    data = list(_data(content, file, problems))
    if not data and not problems:
        raise _refused(file, "", f"it names nothing; give at least one of {', '.join(KEYS)}")
    if len(data) > MAX_DATA:
        raise _refused(file, "", f"it names {len(data)} data; {MAX_DATA} at most")
    if problems:
        raise RulesError(problems)
    return Persona(tuple(dict.fromkeys(data)))


def read_by_others(file: Path) -> bool:
    """Say whether other users of the machine can read a file; never where a system has no permissions."""
    return sys.platform != "win32" and bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _data(content: Mapping[str, object], file: Path, problems: list[RuleProblem]) -> Iterator[Datum]:
    for key, value in content.items():
        kind = KEYS.get(key)
        if kind is None:
            known = key if key.isidentifier() and len(key) <= 40 else "a key"
            right = meant(known, KEYS) or f"; the keys are {', '.join(KEYS)}"
            problems.append(_problem(file, known, f"there is no such key{right}"))
            continue
        values = value if isinstance(value, list) else [value]
        for number, item in enumerate(values):
            where = f"{key}[{number}]" if isinstance(value, list) else key
            text = _text(kind, item)
            wrong = "this is no text; write it in quotes" if text is None else _wrong(kind, text)
            if wrong:
                problems.append(_problem(file, where, wrong))
            elif text is not None:
                yield Datum(kind, text)


def _text(kind: DatumKind, value: object) -> str | None:
    if kind == "birth_date" and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return " ".join(value.split()) if isinstance(value, str) else None


def _wrong(kind: DatumKind, text: str) -> str | None:
    holds, right = _CHECKS.get(kind, (lambda text: 2 <= len(text) <= 200, "give 2 to 200 characters"))
    return None if holds(text) else right


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


_CHECKS: Mapping[DatumKind, tuple[Callable[[str], bool], str]] = {
    "email": (
        lambda text: text.count("@") == 1 and "." in text.partition("@")[2] and " " not in text and len(text) <= 254,
        "this is no e-mail address; write it as jane.doe@example.com",
    ),
    "phone": (
        lambda text: 7 <= sum(map(str.isdigit, text)) <= 15 and not any(map(str.isalpha, text)),
        "this is no phone number of 7 to 15 digits; write it with the country's code, as +49 170 1234567",
    ),
    "birth_date": (_is_date, "this is no date; write it as 1990-05-04"),
    "gender": (lambda text: 1 <= len(text) <= 20, "give a letter or a word, as f or female"),
    "id": (lambda text: 4 <= len(text) <= 200, "give 4 to 200 characters: a shorter id is found by chance"),
    "phrase": (lambda text: 6 <= len(text) <= 500, "give 6 to 500 characters: a shorter phrase is found by chance"),
}


def _toml_words(error: tomllib.TOMLDecodeError) -> str:
    # The parser's own words may quote the file.
    place = f" at line {error.lineno}" if hasattr(error, "lineno") else ""
    return f'this is no TOML{place}; write lines such as emails = ["jane.doe@example.com"]'


def _problem(file: Path, field: str, what: str) -> RuleProblem:
    return RuleProblem(str(file), 1, field, what)


def _refused(file: Path, field: str, what: str) -> RulesError:
    return RulesError([_problem(file, field, what)])
