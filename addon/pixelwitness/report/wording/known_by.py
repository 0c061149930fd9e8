"""By what Meta could tell whom a site's events are about, in a sentence."""

from collections.abc import Mapping

from pixelwitness.core.exposure.exposure import Identification
from pixelwitness.report.wording.safe_text import listed, safe_text

_LEVELS: Mapping[str, str] = {
    "account": "your Facebook or Instagram account",
    "person": "you as a person",
    "browser": "your browser",
    "click": "the click on an ad that led here",
}


def known_by_sentence(known: Identification) -> str:
    """Return the sentence; what was not recorded it calls so.

    >>> known_by_sentence(Identification("person", ("em", "_fbp"), may_be_more=True))
    'With this Meta could know you as a person, by em and _fbp; what was not recorded may tell more.'
    """
    if known.level in _LEVELS:
        more = "; what was not recorded may tell more" if known.may_be_more else ""
        names = listed([safe_text(name) for name in known.names])
        return f"With this Meta could know {_LEVELS[known.level]}, by {names}{more}."
    if known.level == "not recorded":
        return "By what Meta could know whom this is about was not recorded."
    return "Nothing was seen by which Meta could know whom this is about."
