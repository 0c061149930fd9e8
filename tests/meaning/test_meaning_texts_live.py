"""Hints of texts are the same, whether traffic was taken as it happened or from a recording of it."""

from importlib import resources
from itertools import chain
from pathlib import Path

import pytest

from pixelwitness.core.exposure.records import AnyRecord, Finding
from pixelwitness.core.wire.exchange import Exchange, Reading
from pixelwitness.rulebook.analyser_setup import set_up_analysis
from pixelwitness.rulebook.rules.rule_set import load_rules
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.sources.har.reader import read_har

KINDS = ("topic", "interest", "instruction_text")


def findings(rows: list[AnyRecord]) -> list[Finding]:
    """Return the findings of texts, each once: live, an event's come again with each copy of it."""
    found = {one for one in rows if isinstance(one, Finding) and one.kind in KINDS}
    return sorted(
        found, key=lambda one: (one.event_id or "", one.contact_id or "", one.kind, one.label, str(one.field))
    )


@pytest.fixture(scope="module", name="story")
def _story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "story.har"
    path.write_bytes((resources.files("pixelwitness.recordings") / "story.har").read_bytes())
    return path


def test_live_and_recorded_traffic_give_the_same_hints(story: Path) -> None:
    setup = set_up_analysis(load_rules(()), b"key of a study in a test")
    (source,) = find_inputs([str(story)])

    def exchanges() -> list[Exchange]:
        return list(read_har(source, setup.detector.screen).exchanges)

    recorded = list(chain.from_iterable(setup.analyser("r", read_har(source, setup.detector.screen)).analyse()))
    analyser = setup.analyser("r", Reading(iter(()), "live"))
    live: list[AnyRecord] = []
    for exchange in sorted(exchanges(), key=lambda one: (one.request.seen_at or 0.0, one.request.position)):
        live += analyser.analyse_request(Exchange(exchange.request))
        live += analyser.analyse_response(exchange)

    assert findings(live) == findings(recorded)
    assert {(one.kind, one.label) for one in findings(recorded)} == {
        ("topic", "health"),
        ("interest", "outdoors"),
        ("interest", "games"),
        ("instruction_text", "free_text"),
    }
    assert all(one.fingerprint and one.knowledge_version for one in findings(recorded))
