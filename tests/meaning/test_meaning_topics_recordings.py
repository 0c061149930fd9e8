"""Topics over recorded traffic: every finding listed and judged, one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.meaning.hints.text_hints import reader_of
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.sources.har.reader import read_har

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"

LEAST_PRECISION = 0.9

# (recording, topic, field, words of the list) and whether the page really is about the topic.
# All but one are of a shop for home tests, whose pages speak of HIV and nothing else.
ORAQUICK = "samatt__fb-pixel-inspector__hist_0b9763ba____tests____test-data__oraquick__requests-merged.har"
# The title of a mental health service.
CLINIC = "the-markup__meta-pixel-988__davidlawrencecenters.org__HAR__davidlawrencecenters.org_2023-04-25.har"
JUDGED = {
    (ORAQUICK, "health", "cd.Meta.title", "hiv"): True,
    (ORAQUICK, "health", "cd.OpenGraph.og:title", "hiv"): True,
    (ORAQUICK, "health", "cd.OpenGraph.og:url", "hiv"): True,
    (ORAQUICK, "health", "cd.buttonFeatures.destination", "hiv"): True,
    (ORAQUICK, "health", "cd.content_name", "hiv"): True,
    (ORAQUICK, "health", "cd.pageFeatures.title", "hiv"): True,
    (ORAQUICK, "health", "dl", "diagnosis, hiv"): True,
    (ORAQUICK, "health", "dl", "hiv"): True,
    (ORAQUICK, "health", "rl", "hiv"): True,
    (CLINIC, "mental_health", "cd.pageFeatures.title", "mental health"): True,
}


def sightings() -> Iterator[tuple[str, Sighting]]:
    detector = load_rules(()).detector()
    for one in find_inputs([str(RECORDINGS)]):
        if one.kind != "har" or one.problem is not None:
            continue
        for exchange in read_har(one, detector.screen).exchanges:
            found = detector.detect(exchange.request, exchange.response)
            for sighting in (*found.events, *found.contacts):
                yield Path(one.name).name, sighting


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded traffic is not beside this clone")
def test_every_topic_over_recorded_traffic_was_judged_and_nine_of_ten_are_true(knowledge: Knowledge) -> None:
    reader = reader_of(knowledge)
    found = {
        (recording, hint.label, hint.field, hint.evidence)
        for recording, one in sightings()
        for hint in reader.hints(one.fields, one.claims.page, one.event_name)
        if hint.kind == "topic"
    }

    assert found == set(JUDGED), "judge what is new, one by one"
    assert sum(JUDGED.values()) / len(JUDGED) >= LEAST_PRECISION
