"""Answers and signals: what they show, freed of everything that may not be kept.

Owns the step from an answer's text to settings and words, and from a signal's value to its
state.  The text, which may be long, goes no further.
"""

from msgspec.structs import replace

from pixelwitness.core.detect.config_script import settings_of
from pixelwitness.core.detect.sighting import PageClaims, Sign
from pixelwitness.meaning.hints.consent import state_of
from pixelwitness.meaning.hints.pixel_settings import understood
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.meaning.pipeline.redacted import NO_REQUEST, Place, Shown

PIXEL_CONFIG = "pixel_config"
"""The kind of an observation whose value is the script that configures a pixel."""

_EVIDENCE = {
    "server_tag_cookie": "a host of the site set the cookie of Meta's server tag (_gtmeec)",
    "server_set_cookie": "a host of the site set Meta's browser id or click id (_fbp, _fbc) by HTTP",
}


def signal_of(sign: Sign, place: Place) -> Shown:
    """Return what a signal shows."""
    headers = sign.request.header_map
    claims = PageClaims(referer=headers.get("referer"), origin=headers.get("origin"))
    state = state_of(sign.kind, sign.value, {field.name: field.text for field in sign.fields})
    return Shown(place, replace(sign, request=NO_REQUEST, value=None, fields=()), claims, state=state)


def shown_of(sign: Sign, place: Place, knowledge: Knowledge) -> Shown:
    """Return what an observation shows."""
    headers = sign.request.header_map
    claims = PageClaims(referer=headers.get("referer"), origin=headers.get("origin"))
    without = replace(sign, request=NO_REQUEST, value=None, fields=())
    if sign.kind != PIXEL_CONFIG:
        return Shown(place, without, claims, evidence=_EVIDENCE.get(sign.kind, sign.rule.title))
    calls = settings_of(sign.value or "")
    pixel_id = next((field.text for field in sign.fields if field.name == "pixel_id"), None)
    settings = understood(calls, pixel_id, knowledge.settings)
    return Shown(place, without, claims, settings, "settings were read" if calls else "no setting could be read")
