"""Limited Data Use: what an event itself asks of Meta about its use of the data.

Owns the words for it; the names of the fields that say so are knowledge.  It is a wish about use, not
about receipt.  Runs before redaction and lets go of every value.  Pure.
"""

import re
from collections.abc import Sequence

from pixelwitness.core.detect.sighting import Field
from pixelwitness.meaning.names.knowledge import ConsentNames
from pixelwitness.meaning.spot.finding import CONSENT, Finding

LIMITED = "limited_data_use"
NOT_LIMITED = "no_limited_data_use"


def limited_use(fields: Sequence[Field], names: ConsentNames) -> Finding | None:
    """Return what a transmission says of Limited Data Use; None when it says nothing.

    An empty option is the site's own word that it asks for none.
    """
    parts = names.use_fields
    stated = [field for field in fields if field.name in parts]
    options = [field for field in stated if parts[field.name] == "options"]
    if not options:
        return None
    if not any(option.text.strip().upper() == "LDU" for option in options):
        if any(option.text.strip() for option in options):
            return None
        words = "the event says that Limited Data Use is not asked for"
        return Finding(CONSENT, NOT_LIMITED, options[0].name, "certain", words)
    codes = {parts[field.name]: field.text for field in reversed(stated)}  # the first of a part counts
    state = _place_name(codes.get("state"), names.states, "state")
    country = _place_name(codes.get("country"), names.countries, "country")
    places = [place for place in (state, country) if place is not None]
    words = "the event asks for Limited Data Use"
    evidence = f"{words}: {', '.join(places)}" if places else f"{words}, with no country or state"
    return Finding(CONSENT, LIMITED, options[0].name, "certain", evidence)


def _place_name(code: str | None, names: dict[str, str], noun: str) -> str | None:
    if code is None or not code.strip():
        return None
    plain = re.fullmatch(r"\s*0*(\d{1,9})(?:\.0)?\s*", code)
    return names.get(plain[1], f"a {noun} that Meta's list does not name") if plain else f"a {noun} that is no code"
