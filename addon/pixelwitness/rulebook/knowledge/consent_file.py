"""What ``consent.yaml`` may say, and what becomes of it.

Owns the strict shape of the file on signals and Limited Data Use.  Must not know
requests or values.
"""

import re
from collections.abc import Sequence

from pydantic import Field

from pixelwitness.meaning.names.knowledge import ConsentNames
from pixelwitness.rulebook.knowledge.knowledge_file import Head, Problems, Sourced, Strict, Words, repeated

_KIND = re.compile(r"[a-z][a-z0-9_]{1,40}")


class _SignalModel(Sourced):
    kind: str
    label: str = Field(min_length=1)
    reads: str = Field(min_length=1)


class _CodeModel(Sourced):
    code: int = Field(ge=0)
    name: str = Field(min_length=1)


class _LibraryModel(Sourced):
    version: str = Field(min_length=1)
    note: str = Field(min_length=1)


class _UseFields(Sourced):
    options: Words = Field(min_length=1)
    country: Words = Field(min_length=1)
    state: Words = Field(min_length=1)


class _LimitedDataUse(Strict):
    fields: _UseFields
    countries: list[_CodeModel] = Field(min_length=1)
    states: list[_CodeModel] = Field(min_length=1)
    libraries: list[_LibraryModel]


class ConsentFile(Head):
    """``consent.yaml``."""

    signals: list[_SignalModel]
    limited_data_use: _LimitedDataUse


def problems_of_consent(read: ConsentFile) -> Problems:
    """Yield what is wrong with well-formed names of signals and codes."""
    for index, signal in enumerate(read.signals):
        if not _KIND.fullmatch(signal.kind):
            yield ("signals", index, "kind"), f"{signal.kind!r} is no kind; small letters, digits and _ are needed"
    for index, kind, first in repeated(enumerate(signal.kind for signal in read.signals)):
        yield ("signals", index, "kind"), f"{kind!r} stands in signals[{first}], too; a kind has one name"
    use = read.limited_data_use
    for name, codes in (("countries", use.countries), ("states", use.states)):
        for index, code, first in repeated(enumerate(entry.code for entry in codes)):
            what = f"{code} stands in {name}[{first}], too; a code has one meaning"
            yield ("limited_data_use", name, index, "code"), what
    of_use: tuple[tuple[str, Sequence[Sourced]], ...] = (
        ("fields", [use.fields]),
        ("countries", use.countries),
        ("states", use.states),
        ("libraries", use.libraries),
    )
    for name, listed in of_use:
        for index, sourced in enumerate(listed):
            for source in sourced.sources:
                if source not in read.sources:
                    yield ("limited_data_use", name, index, "sources"), f"{source!r} is not among the file's sources"


def names(read: ConsentFile) -> ConsentNames:
    """Return the names of signals and the meanings of codes."""
    use = read.limited_data_use
    return ConsentNames(
        signals={signal.kind: signal.label for signal in read.signals},
        countries={str(country.code): country.name for country in use.countries},
        states={str(state.code): state.name for state in use.states},
        use_fields={
            **dict.fromkeys(use.fields.options, "options"),
            **dict.fromkeys(use.fields.country, "country"),
            **dict.fromkeys(use.fields.state, "state"),
        },
    )
