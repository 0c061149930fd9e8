"""Page conflicts: a sender says of itself that it is on one site, and what was seen says another.

Owns the words for it.  Which of the two the page is decides `attribution`.  Pure.
"""

from functools import lru_cache

from pixelwitness.core.join.attribution import Conflict
from pixelwitness.meaning.spot.finding import CONFLICT, Finding

PAGE = "page"
"""The label of a conflict about the page."""

_SEEN = {
    "har_page": "the document that the recorder saw",
    "document": "the document that was seen",
    "initiator": "the document that started the request",
    "referer": "the browser's Referer",
    "origin": "the browser's Origin",
}


@lru_cache(maxsize=32)
def page_conflict(conflict: Conflict) -> Finding:
    """Return the finding of a conflict.

    >>> from pixelwitness.core.detect.rule import Confidence
    >>> page_conflict(Conflict("dl", "referer", Confidence.CERTAIN)).evidence
    "dl names another site than the browser's Referer"
    """
    words = f"{conflict.claim} names another site than {_SEEN[conflict.against]}"
    if conflict.certainty != "certain":
        words += "; the sender does not say whether it ran in a frame"
    return Finding(CONFLICT, PAGE, conflict.claim, conflict.certainty.value, words)
