"""The addon without understanding: it detects, redacts, attributes, folds, stores and shows, and reads no meaning.

For measurements alone: what is left out here is what `pixelwitness.meaning` looks for in
an event beyond the class and form of its data: words, identity, hints of servers,
consent, readable personal data.
"""

from pixelwitness.core.event import Sighting
from pixelwitness.live.addon import PixelWitness
from pixelwitness.meaning import witness
from pixelwitness.meaning.consentseen import ConsentSeen
from pixelwitness.meaning.findingrows import FindingRows
from pixelwitness.meaning.identity import Received
from pixelwitness.meaning.redaction import Redactor
from pixelwitness.meaning.texts import TextReader
from pixelwitness.meaning.understanding import Meant


def _facts_alone(sighting: Sighting, redactor: Redactor, *, takes_cookies: bool) -> Meant:
    return Meant(redactor.fields(sighting.fields), (), Received(()))


vars(witness).update(understand=_facts_alone, hints_of=lambda sighting, knowledge: ())
TextReader.hints = lambda self, fields, page_url, event_name: ()  # type: ignore[method-assign]
ConsentSeen.at_event = lambda self, client, site, *, cookies_recorded: ()  # type: ignore[method-assign]
FindingRows.of_event = lambda self, group, newest=None: iter(())  # type: ignore[method-assign]

addons = [PixelWitness()]
