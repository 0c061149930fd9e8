"""The addon without understanding: it detects, redacts, attributes, folds, stores and shows, and reads no meaning.

For measurements alone: what is left out here is what `pixelwitness.meaning` looks for in
an event beyond the class and form of its data: words, identity, hints of servers,
consent, readable personal data.
"""

from msgspec.structs import replace

from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.live.hooks.addon import PixelWitness
from pixelwitness.meaning.hints.identity import NO_IDENTIFIERS
from pixelwitness.meaning.hints.text_hints import TextReader
from pixelwitness.meaning.hints.visible_consent import ConsentMemory
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline import analyser
from pixelwitness.meaning.pipeline.finding_builder import FindingBuilder
from pixelwitness.meaning.pipeline.redacted_items import NO_REQUEST, RedactedSighting, RequestFacts


def _redact_alone(
    sighting: Sighting, request: RequestFacts, redactor: Redactor, reader: TextReader, *, takes_cookies: bool
) -> RedactedSighting:
    return RedactedSighting(
        request=request,
        sighting=replace(sighting, request=NO_REQUEST, fields=()),
        fields=redactor.fields(sighting.fields),
        event_kind=redactor.event_kind(sighting.event_name, sighting.fields),
        findings=(),
        identifiers=NO_IDENTIFIERS,
    )


vars(analyser).update(classify_sighting=_redact_alone)
ConsentMemory.at_event = lambda self, client, site, *, cookies_recorded: ()  # type: ignore[method-assign]
FindingBuilder.of_event = lambda self, group, newest=None: iter(())  # type: ignore[method-assign]

addons = [PixelWitness()]
