"""The addon without understanding: it detects, redacts, attributes, folds, stores and shows, and reads no meaning.

For measurements alone: what is left out here is what `pixelwitness.meaning` looks for in
an event beyond the class and form of its data: words, identity, hints of servers,
consent, readable personal data.
"""

from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.live.hooks.addon import PixelWitness
from pixelwitness.meaning.hints.identity import Received
from pixelwitness.meaning.hints.texts import TextReader
from pixelwitness.meaning.hints.visible_consent import ConsentSeen
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.pipeline import analyser
from pixelwitness.meaning.pipeline.classification import Meant
from pixelwitness.meaning.pipeline.finding_builder import FindingRows


def _facts_alone(sighting: Sighting, redactor: Redactor, *, takes_cookies: bool) -> Meant:
    return Meant(redactor.fields(sighting.fields), (), Received(()))


vars(analyser).update(understand=_facts_alone, hints_of=lambda sighting, knowledge: ())
TextReader.hints = lambda self, fields, page_url, event_name: ()  # type: ignore[method-assign]
ConsentSeen.at_event = lambda self, client, site, *, cookies_recorded: ()  # type: ignore[method-assign]
FindingRows.of_event = lambda self, group, newest=None: iter(())  # type: ignore[method-assign]

addons = [PixelWitness()]
