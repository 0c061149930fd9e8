"""Sensitive topics: what the texts of an event are about.

Owns the question and nothing of the answer: the words stand in ``topics.yaml``.  A topic
is a hint, never a fact about a person.
"""

from collections.abc import Sequence

from pixelwitness.core.detect import sighting
from pixelwitness.meaning.hints.texts import TextHint, TextReader


def topics_of(
    reader: TextReader, fields: Sequence[sighting.Field], page_url: str | None, event_name: str | None
) -> tuple[TextHint, ...]:
    """Return the sensitive topics at which the texts of one event point, by field."""
    return tuple(one for one in reader.hints(fields, page_url, event_name) if one.kind == "topic")
