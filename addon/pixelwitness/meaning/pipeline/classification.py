"""Classification: what one sighting, signal or observation says, before redaction lets go of it.

Owns that the personal data, the persona, the hints and the identifiers of a sighting are
looked for once, over all its texts, and the step from an answer's text to settings.  Pure;
what comes out holds words of ours, what may be stored, and what joins copies and pages.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from pixelwitness.core.detect.config_script import settings_of
from pixelwitness.core.detect.sighting import PageClaims, Sighting, Sign
from pixelwitness.meaning.hints.consent import decode_consent
from pixelwitness.meaning.hints.identity import identifiers_of
from pixelwitness.meaning.hints.limited_use import limited_use
from pixelwitness.meaning.hints.pixel_settings import pixel_settings
from pixelwitness.meaning.hints.server_side import server_hints
from pixelwitness.meaning.hints.text_hints import TextReader
from pixelwitness.meaning.keep.field_treatment import PERSONA_MARK
from pixelwitness.meaning.keep.name_redaction import MAX_FIELD_NAME, field_name
from pixelwitness.meaning.keep.page_urls import MAX_PARTS
from pixelwitness.meaning.keep.redaction import MAX_LOOKED_AT_IN_ALL, Redactor
from pixelwitness.meaning.names.knowledge import DataClass, Knowledge
from pixelwitness.meaning.names.word_lists import ValueWords
from pixelwitness.meaning.pipeline.app_sender import app_of
from pixelwitness.meaning.pipeline.redacted_items import NO_REQUEST, RedactedSighting, RedactedSign, RequestFacts
from pixelwitness.meaning.spot.finding import PERSONA, Finding
from pixelwitness.meaning.spot.leaks import leak_finding
from pixelwitness.meaning.spot.persona import LABELS, MAX_LOOKED_AT, Recogniser
from pixelwitness.meaning.spot.personal_data import find
from pixelwitness.meaning.text.forms import form_of
from pixelwitness.meaning.text.url_parts import looks_absolute, pairs_of, split_address

PIXEL_CONFIG = "pixel_config"
"""The kind of an observation whose value is the script that configures a pixel."""

_EVIDENCE = {
    "server_tag_cookie": "a host of the site set the cookie of Meta's server tag (_gtmeec)",
    "server_set_cookie": "a host of the site set Meta's browser id or click id (_fbp, _fbc) by HTTP",
}


def classify_sighting(
    sighting: Sighting, request: RequestFacts, redactor: Redactor, reader: TextReader, *, takes_cookies: bool
) -> RedactedSighting:
    """Return a sighting redacted, with all that was found in it.

    ``takes_cookies`` says that a browser sends Meta's cookies to its receiver.
    """
    fields, leaks = redactor.fields_and_leaks(sighting.fields)
    findings = dict.fromkeys((*leaks, *leaks_in_name(sighting.event_name, redactor.knowledge.values)))
    limited = limited_use(sighting.fields, redactor.knowledge.consent)
    if limited is not None:
        findings[limited] = None
    if redactor.recogniser is not None:
        findings |= dict.fromkeys(persona_findings(sighting, redactor, redactor.recogniser))
    hints = server_hints(sighting, redactor.knowledge) if sighting.rule.gives == "event" else ()
    texts = reader.hints(sighting.fields, sighting.claims.page, sighting.event_name)
    return RedactedSighting(
        request=request,
        sighting=replace(sighting, request=NO_REQUEST, fields=()),
        fields=fields,
        event_kind=redactor.event_kind(sighting.event_name, sighting.fields),
        findings=(*hints, *texts, *findings),
        identifiers=identifiers_of(
            fields, redactor.knowledge.identifiers, request.body_state, takes_cookies=takes_cookies
        ),
        app=app_of(sighting),
    )


def classify_signal(sign: Sign, request: RequestFacts) -> RedactedSign:
    """Return what a signal says."""
    state = decode_consent(sign.kind, sign.value, {field.name: field.text for field in sign.fields})
    return RedactedSign(request, _without_values(sign), _claims(sign), state=state)


def classify_observation(sign: Sign, request: RequestFacts, knowledge: Knowledge) -> RedactedSign:
    """Return what an observation shows."""
    redacted, claims = _without_values(sign), _claims(sign)
    if sign.kind != PIXEL_CONFIG:
        return RedactedSign(request, redacted, claims, evidence=_EVIDENCE.get(sign.kind, sign.rule.title))
    calls = settings_of(sign.value or "")
    pixel_id = next((field.text for field in sign.fields if field.name == "pixel_id"), None)
    settings = pixel_settings(calls, pixel_id, knowledge.settings)
    evidence = "settings were read" if calls else "no setting could be read"
    return RedactedSign(request, redacted, claims, settings, evidence)


def _without_values(sign: Sign) -> Sign:
    return replace(sign, request=NO_REQUEST, value=None, fields=())


def _claims(sign: Sign) -> PageClaims:
    headers = sign.request.header_map
    return PageClaims(referer=headers.get("referer"), origin=headers.get("origin"))


def leaks_in_name(name: str | None, values: ValueWords) -> tuple[Finding, ...]:
    """Return the findings of readable personal data in an event's name."""
    if name is None or len(name) < 6:
        return ()
    found = (
        leak_finding("text", kind, "event_name", text, form_of(text), values, by_key=False) for kind, text in find(name)
    )
    return tuple(dict.fromkeys(finding for finding in found if finding is not None))


def persona_findings(sighting: Sighting, redactor: Redactor, recogniser: Recogniser) -> Iterator[Finding]:
    """Yield where the persona's data stand in a sighting, and in which form."""
    for name, data_class, text, is_whole in _texts(sighting, redactor):
        recognise = recogniser.whole if is_whole else recogniser.within
        for match in recognise(data_class, text):
            stored = PERSONA_MARK if name != "event_name" and recogniser.hides(name) else name
            yield Finding(PERSONA, LABELS[match.kind], stored, match.certainty, match.evidence, form_of(text))


type _Text = tuple[str, DataClass, str, bool]
"""(name of the field as it may be stored, class, text, whether only the whole of it counts)"""


def _texts(sighting: Sighting, redactor: Redactor) -> Iterator[_Text]:
    budget = MAX_LOOKED_AT_IN_ALL
    for name, text in (("event_name", sighting.event_name), ("event_id", sighting.dedup_id)):
        if text:
            yield name, DataClass.UNKNOWN, text, False
    for field in sighting.fields:
        budget -= min(len(field.text), MAX_LOOKED_AT)
        if budget < 0:
            return
        treatment = redactor.treatment(field.name)
        if treatment.where is None:
            yield treatment.name, treatment.entry.data_class, field.text, True
        elif treatment.entry.is_url or looks_absolute(field.text):
            yield from _of_address(treatment.name, field.text[:MAX_LOOKED_AT], redactor)
        else:
            yield treatment.name, treatment.entry.data_class, field.text, False
        if treatment.name != field.name and len(field.name) <= MAX_FIELD_NAME * 4:
            # Redaction had to change the name: it may hold what it names.
            yield treatment.name, DataClass.UNKNOWN, field.name.partition(".")[2], False


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
        full_name = f"{name}.{field_name(key)}"[:MAX_FIELD_NAME]
        entry = redactor.knowledge.key(key, "url")
        value = part.partition("=")[2]
        if value:
            yield full_name, entry.data_class if entry else DataClass.UNKNOWN, value.replace("+", " "), False
            if "+" in value:  # a sign of Base64, or of a phone number that was not encoded
                yield full_name, DataClass.UNKNOWN, value, False
        else:
            yield full_name, DataClass.UNKNOWN, key, False
