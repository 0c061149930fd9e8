"""Understanding: what one transmission or contact tells of a person, before redaction lets go of it.

Owns that the personal data, the persona and the identifiers of a sighting are looked for
once, over all its texts.  Pure; what comes out holds words of ours alone.
"""

from collections.abc import Iterator

import msgspec

from pixelwitness.core.detect import sighting
from pixelwitness.meaning.hints.identity import Received, received
from pixelwitness.meaning.hints.limited_use import limited_use
from pixelwitness.meaning.keep.field_facts import FieldFacts
from pixelwitness.meaning.keep.name_redaction import MAX_FIELD_NAME, field_name
from pixelwitness.meaning.keep.page_urls import MAX_PARTS
from pixelwitness.meaning.keep.redaction import MAX_LOOKED_AT_IN_ALL, PERSONA_MARK, Redactor
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.spot.finding import PERSONA, Understood
from pixelwitness.meaning.spot.leaks import leak
from pixelwitness.meaning.spot.persona import LABELS, MAX_LOOKED_AT, Recogniser
from pixelwitness.meaning.spot.personal_data import find
from pixelwitness.meaning.text.forms import form_of
from pixelwitness.meaning.text.url_parts import looks_absolute, pairs_of, split_address


class Meant(msgspec.Struct, frozen=True, gc=False):
    """What a sighting was understood to tell."""

    facts: tuple[FieldFacts, ...]
    findings: tuple[Understood, ...]
    received: Received


def understand(sighting: sighting.Sighting, redactor: Redactor, *, takes_cookies: bool) -> Meant:
    """Return facts, findings and identifiers of a sighting."""
    facts, leaks = redactor.look(sighting.fields)
    findings = dict.fromkeys((*leaks, *in_name(sighting.event_name)))
    limited = limited_use(sighting.fields, redactor.knowledge.consent)
    if limited is not None:
        findings[limited] = None
    if redactor.recogniser is not None:
        findings |= dict.fromkeys(persona_in(sighting, redactor, redactor.recogniser))
    return Meant(
        facts,
        tuple(findings),
        received(facts, sighting.request.body_state, takes_cookies=takes_cookies),
    )


def in_name(name: str | None) -> tuple[Understood, ...]:
    """Return the findings of readable personal data in an event's name."""
    if name is None or len(name) < 6:
        return ()
    found = (leak("text", kind, "event_name", text, form_of(text), by_key=False) for kind, text in find(name))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def persona_in(sighting: sighting.Sighting, redactor: Redactor, recogniser: Recogniser) -> Iterator[Understood]:
    """Yield where the persona's data stand in a sighting, and in which dress."""
    for name, data_class, text, is_whole in _texts(sighting, redactor):
        look = recogniser.whole if is_whole else recogniser.within
        for one in look(data_class, text):
            stored = PERSONA_MARK if name != "event_name" and recogniser.hides(name) else name
            yield Understood(PERSONA, LABELS[one.kind], stored, one.certainty, one.evidence, form_of(text))


type _Text = tuple[str, DataClass, str, bool]
"""(name of the field as it may be stored, class, text, whether only the whole of it counts)"""


def _texts(sighting: sighting.Sighting, redactor: Redactor) -> Iterator[_Text]:
    budget = MAX_LOOKED_AT_IN_ALL
    told = (("event_name", sighting.event_name), ("event_id", sighting.dedup_id))
    for name, text in told:
        if text:
            yield name, DataClass.UNKNOWN, text, False
    for field in sighting.fields:
        budget -= min(len(field.text), MAX_LOOKED_AT)
        if budget < 0:
            return
        plan = redactor.plan(field.name)
        if plan.where is None:
            yield plan.name, plan.entry.data_class, field.text, True
        elif plan.entry.is_url or looks_absolute(field.text):
            yield from _of_address(plan.name, field.text[:MAX_LOOKED_AT], redactor)
        else:
            yield plan.name, plan.entry.data_class, field.text, False
        if plan.name != field.name and len(field.name) <= MAX_FIELD_NAME * 4:
            # Redaction had to change the name: it may hold what it names.
            yield plan.name, DataClass.UNKNOWN, field.name.partition(".")[2], False


def _of_address(name: str, text: str, redactor: Redactor) -> Iterator[_Text]:
    address = split_address(text)
    if address.userinfo:
        yield f"{name}.userinfo", DataClass.UNKNOWN, address.userinfo, False
    for number, segment in enumerate(address.path.strip("/").split("/")[:MAX_PARTS], 1):
        if segment:
            yield f"{name}.path#{number}", DataClass.UNKNOWN, segment, False
    for place, part in (("query", address.query), ("fragment", address.fragment)):
        if part and "=" not in part:
            yield f"{name}.{place}", DataClass.UNKNOWN, part, False
        elif part:
            yield from _of_pairs(f"{name}.{place}", part, redactor)


def _of_pairs(name: str, query: str, redactor: Redactor) -> Iterator[_Text]:
    for key, _, part in pairs_of(query):
        called = f"{name}.{field_name(key)}"[:MAX_FIELD_NAME]
        entry = redactor.knowledge.key(key, "url")
        value = part.partition("=")[2]
        if value:
            yield called, entry.data_class if entry else DataClass.UNKNOWN, value.replace("+", " "), False
            if "+" in value:  # a sign of Base64, or of a phone number that was not encoded
                yield called, DataClass.UNKNOWN, value, False
        else:
            yield called, DataClass.UNKNOWN, key, False
