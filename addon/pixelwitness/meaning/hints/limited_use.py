"""Limited Data Use: what an event itself asks of Meta about its use of the data.

Owns the names of the fields that say so and the words for them.  It is a wish about use, not
about receipt.  Runs before redaction and lets go of every value.  Pure.
"""

import re
from collections.abc import Sequence

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.names.knowledge import ConsentNames
from pixelwitness.meaning.spot.finding import CONSENT, Finding

LIMITED = "limited_data_use"
NOT_LIMITED = "no_limited_data_use"

_OPTIONS = ("dpo", "data_processing_options", "fb.data_processing_options")
_OF_COUNTRY = ("dpoco", "data_processing_options_country")
_OF_STATE = ("dpost", "data_processing_options_state")
_ALL = frozenset((*_OPTIONS, *_OF_COUNTRY, *_OF_STATE))


def limited_use(fields: Sequence[Field], names: ConsentNames) -> Finding | None:
    """Return what a transmission says of Limited Data Use; None when it says nothing.

    An empty option is the site's own word that it asks for none.
    """
    told = [field for field in fields if field.name in _ALL]
    options = [field for field in told if field.name in _OPTIONS]
    if not options:
        return None
    if not any(option.text.strip().upper() == "LDU" for option in options):
        if any(option.text.strip() for option in options):
            return None
        words = "the event says that Limited Data Use is not asked for"
        return Finding(CONSENT, NOT_LIMITED, options[0].name, "certain", words)
    country = _called(_text(told, _OF_COUNTRY), names.countries, "country")
    state = _called(_text(told, _OF_STATE), names.states, "state")
    places = [place for place in (state, country) if place is not None]
    words = "the event asks for Limited Data Use"
    evidence = f"{words}: {', '.join(places)}" if places else f"{words}, with no country or state"
    return Finding(CONSENT, LIMITED, options[0].name, "certain", evidence)


def _text(fields: Sequence[Field], names: Sequence[str]) -> str | None:
    return next((field.text for field in fields if field.name in names), None)


def _called(code: str | None, names: dict[str, str], what: str) -> str | None:
    if code is None or not code.strip():
        return None
    plain = re.fullmatch(r"\s*0*(\d{1,9})(?:\.0)?\s*", code)
    return names.get(plain[1], f"a {what} that Meta's list does not name") if plain else f"a {what} that is no code"
