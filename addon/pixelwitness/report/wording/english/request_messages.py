"""Messages about one request in English: what it sends, before anything is known of what becomes of it.

Owns these messages, for views of single requests.
"""

from pixelwitness.report.wording.english.messages import message, plural
from pixelwitness.report.wording.labels import label_channel, label_form
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary


def tell_event(name: str | None, channel: str, pixel_id: str | None, rule_id: str, confidence: str) -> Sentence:
    """Return which event a request carries, and who receives it."""
    return message(
        "Event {name}, by {way}, received by pixel {pixel} (rule {rule}, {confidence})"
        if pixel_id
        else "Event {name}, by {way} (rule {rule}, {confidence})",
        name=(Captured(name),) if name else "(name not recorded)",
        way=label_channel(channel),
        pixel=(Captured(pixel_id or ""),),
        rule=(Captured(rule_id),),
        confidence=confidence,
    )


def tell_contact(channel: str, pixel_id: str | None, rule_id: str, confidence: str) -> Sentence:
    """Return by which way a request without an event reaches Meta."""
    return message(
        "Contact, by {way}, received by pixel {pixel} (rule {rule}, {confidence})"
        if pixel_id
        else "Contact, by {way} (rule {rule}, {confidence})",
        way=label_channel(channel),
        pixel=(Captured(pixel_id or ""),),
        rule=(Captured(rule_id),),
        confidence=confidence,
    )


def tell_field(data_class: str, form: str, length: int, vocabulary: Vocabulary) -> Sentence:
    """Return what kind of thing a field holds whose value is not kept."""
    return plural(
        length,
        "{label} ({form}), {number} character, not kept",
        "{label} ({form}), {number} characters, not kept",
        label=vocabulary.label(data_class),
        form=label_form(form),
    )


def tell_missing_body(state: str) -> Sentence:
    """Return that a body could not be read, and why."""
    return message(
        "The body is not here ({state}): what it held is unknown, not absent.", state=state.replace("_", " ")
    )
