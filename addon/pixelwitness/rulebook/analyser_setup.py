"""The set-up of analysers: rules, knowledge, key and persona joined to what recordings are analysed with.

Owns that `scan`, `live` and `testing` analyse with the same parts, and which versions and
options are stored with a recording.  Must not know stores, recordings or where a key is kept.
"""

import json
from dataclasses import dataclass

from pixelwitness import __version__
from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.wire.exchange import Reading
from pixelwitness.core.wire.sites import suffix_list
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.meaning.pipeline.analyser import Analyser
from pixelwitness.meaning.pipeline.record_builder import SCAN, Origin
from pixelwitness.meaning.spot.persona import Persona, Recogniser
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.rulebook.rules.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class AnalyserSetup:
    """What all analysers of one scan, live session or test share."""

    detector: Detector
    redactor: Redactor
    origin: Origin

    @property
    def knowledge(self) -> Knowledge:
        return self.redactor.knowledge

    def analyser(
        self, recording_id: str, reading: Reading, *, most_keys: int | None = None, most_open: int = 0
    ) -> Analyser:
        """Return the analyser of one recording; the bounds are for what a session without an end remembers."""
        parts = self.detector, self.redactor, self.origin
        return Analyser(recording_id, reading, *parts, most_keys=most_keys, most_open=most_open)


def set_up_analysis(
    rules: RuleSet, key: bytes, persona: Persona | None = None, *, keep_values: bool = False, **options: str
) -> AnalyserSetup:
    """Join rules and the study's key with the knowledge; ``options`` are further ones that change rows."""
    knowledge = load_knowledge()
    mark = persona.mark(key) if persona else None
    stored_options = {**options, "keep_values": keep_values, "persona": mark, "scan": SCAN}
    return AnalyserSetup(
        detector=rules.detector(),
        redactor=Redactor(knowledge, tokenizer(key), keep_values, Recogniser(persona) if persona else None),
        origin=Origin(
            tool_version=__version__,
            rules_sha256=rules.sha256,
            knowledge_sha256=knowledge.sha256,
            suffix_list=suffix_list(),
            options=json.dumps(stored_options, sort_keys=True),
        ),
    )
