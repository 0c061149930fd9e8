"""How a field is treated, by its name alone.

Owns the name under which a field is stored, for which personal data its value is searched,
and where such data would stand.  Must not know values.
"""

from collections.abc import Callable

import msgspec

from pixelwitness.meaning.keep.name_redaction import PLACEHOLDERS, field_name
from pixelwitness.meaning.names.knowledge import DataClass, FieldMeaning, KeyEntry, Knowledge, Matching
from pixelwitness.meaning.spot.leaks import LeakPlace

PERSONA_MARK = "{persona}"
"""What stands in a stored name where a datum of the persona stood."""

_ALL = frozenset(PLACEHOLDERS)
SURE = frozenset({DataClass.EMAIL, DataClass.SECRET})
"""Classes that are found without doubt."""
_PERSONAL = SURE | {DataClass.PHONE, DataClass.PAYMENT_CARD, DataClass.IP_ADDRESS, DataClass.LOCATION}
_SEARCHED = {
    # Ids and technical values are long numbers by nature: only what cannot be one is reported in them.
    **dict.fromkeys(DataClass, SURE),
    **dict.fromkeys((DataClass.UNKNOWN, DataClass.PAGE_URL, DataClass.SEARCH_TEXT, DataClass.BUTTON_TEXT), _ALL),
    **dict.fromkeys((DataClass.PAGE_TITLE, DataClass.PAGE_TEXT, DataClass.FORM_STRUCTURE), _PERSONAL),
    **dict.fromkeys((DataClass.EXTERNAL_ID, DataClass.FULL_NAME, DataClass.FIRST_NAME, DataClass.LAST_NAME), _PERSONAL),
    **dict.fromkeys((DataClass.STREET, DataClass.CITY, DataClass.EMAIL, DataClass.PHONE), _PERSONAL),
}


class FieldTreatment(msgspec.Struct, frozen=True, gc=False):
    """What is done with every value of a field name."""

    name: str
    """The field's name as it may be stored."""
    entry: KeyEntry
    matching: Matching
    searched_for: frozenset[DataClass]
    where: LeakPlace | None
    """Where personal data in it would stand; None where there can be no leak: Meta's own cookies."""


def treatment_of(name: str, knowledge: Knowledge, hides: Callable[[str], bool] | None) -> FieldTreatment:
    """Return how a field is treated; ``hides`` says whether a text holds a datum of the persona."""
    meaning = knowledge.field(name)
    rest = PERSONA_MARK if hides is not None and hides(meaning.rest) else field_name(meaning.rest)
    entry = meaning.entry
    return FieldTreatment(
        name=f"{meaning.family}.{rest}" if meaning.family else rest,
        entry=entry,
        matching=meaning.matching,
        searched_for=_SEARCHED[entry.data_class] - {entry.data_class},
        where=_where(meaning, knowledge),
    )


def _where(meaning: FieldMeaning, knowledge: Knowledge) -> LeakPlace | None:
    family = knowledge.families.get(meaning.family)
    if family is not None and family.realm in ("person", "cookie"):
        return "person" if family.realm == "person" else None
    if meaning.entry.data_class is DataClass.SECRET and (family is None or family.realm == "context"):
        return None  # what a program shows to Meta itself to be let in
    return "page" if meaning.entry.data_class in (DataClass.PAGE_TITLE, DataClass.PAGE_TEXT) else "text"
