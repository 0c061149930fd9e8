"""Hints that a site's server reports to Meta, too: what only the browser's events show of it.

Owns the reasons.  None of them proves anything: what a server sends is out of sight.
Runs before redaction and lets go of every value.  Pure.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.join.folding import is_library_made
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.meaning.spot.finding import SERVER_SIDE, Finding
from pixelwitness.meaning.text.forms import without_appendix

MAX_FIELDS = 500

_LANGUAGES = {1: "PHP", 2: "Python", 3: "Java", 4: "Node.js", 5: "Ruby", 6: "JavaScript in the browser"}
_LEGACY = {"AQ": 1, "Ag": 2, "Aw": 3, "BA": 4, "BQ": 5, "Bg": 6}
_BROWSER = 6
_PREFIX = re.compile(r"([a-z][a-z0-9]{1,15})_plugin-set_")
_FAMILIES = frozenset({"ud", "aud", "udff", "audff"})
_COOKIES = frozenset({"fbp", "fbc", "fbcs"})


def server_hints(sighting: Sighting, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return the reasons that one transmission of a browser's event gives, each once."""
    if sighting.rule.channel is not Channel.PIXEL:
        return ()
    return tuple(dict.fromkeys(_hints(sighting, knowledge)))


def _hints(sighting: Sighting, knowledge: Knowledge) -> Iterator[Finding]:
    if sighting.dedup_id:
        yield from _of_dedup_id(sighting.dedup_id, sighting.event_name, knowledge)
    for field in sighting.fields[:MAX_FIELDS]:
        family, dot, rest = field.name.partition(".")
        if field.name == "a":
            yield from _of_agent(field.text, knowledge)
        elif field.name in _COOKIES or (dot and family in _FAMILIES):
            built = appendix_words(field.text)
            if built is not None:
                # The site may have made up the name behind the family.
                name = field.name if field.name in _COOKIES else f"{family}.{_known(rest, knowledge)}"
                yield _hint("parameter_builder", name, built)


def _of_dedup_id(dedup_id: str, event_name: str | None, knowledge: Knowledge) -> Iterator[Finding]:
    prefix = _PREFIX.match(dedup_id)
    maker = knowledge.id_makers.get(prefix[1]) if prefix is not None else None
    if maker is not None:
        yield _hint(maker.label, "eid", f"the library made the event id for {maker.called}")
    elif event_name in knowledge.conversions and not is_library_made(dedup_id) and not dedup_id.startswith("LCP."):
        yield _hint("dedup_id", "eid", "the site gave a conversion an event id of its own, by which Meta joins copies")


def _of_agent(text: str, knowledge: Knowledge) -> Iterator[Finding]:
    agent = knowledge.agent(text)
    if agent is not None and agent.server != "no":
        does = "reports" if agent.server == "sends" else "can report"
        yield _hint("agent", "a", f"{agent.name} installed the pixel, and {does} from the server, too")


def _hint(label: str, field: str, evidence: str) -> Finding:
    return Finding(SERVER_SIDE, label, field, "hint", evidence)


def _known(key: str, knowledge: Knowledge) -> str:
    """Return a key of user data that is known; what the site made up is not named."""
    return key if len(key) <= 40 and knowledge.key(key, "person") is not None and key.isidentifier() else "*"


def appendix_words(text: str) -> str | None:
    """Say in words what the parameter builder's mark at the end of a value tells; None without one.

    >>> appendix_words("fb.1.1795304924588.386876714.AQQCAQMC")
    "the site runs Meta's parameter builder on its server (Node.js, version 1.3.2)"
    >>> appendix_words("fb.1.1795304924588.386876714.Bg")
    "the site runs Meta's parameter builder (JavaScript in the browser), which is made to feed a server"
    """
    text = text[:2_000]
    if "." not in text or without_appendix(text) is text:
        return None
    mark = text.rpartition(".")[2]
    if len(mark) == 2:
        return _words(_LEGACY[mark], None)
    try:
        _, language, _, *version = base64.b64decode(mark, altchars="-_", validate=True)
    except (binascii.Error, ValueError):  # pragma: no cover  who found the mark has decoded it
        return None
    return _words(language, ".".join(map(str, version)))


def _words(language: int, version: str | None) -> str:
    name = _LANGUAGES.get(language, f"language {language}")
    told = name if version is None else f"{name}, version {version}"
    if language == _BROWSER:
        return f"the site runs Meta's parameter builder ({told}), which is made to feed a server"
    return f"the site runs Meta's parameter builder on its server ({told})"
