"""Gaps: why silence would prove nothing.

Owns the sentences for what keeps a judgement from being one: losses of the recordings,
contents that a check would have to know, a pixel that headless browsers do not wake.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.records import PixelConfig
from pixelwitness.core.wire import json_text
from pixelwitness.policy.violations.objections import Doubt


def of_recordings(coverage: Coverage, *, strict: bool) -> Iterator[str]:
    """Yield what was lost of the recordings themselves."""
    if coverage.incomplete:
        yield f"recordings that end before their end: {coverage.incomplete:,}"
    if coverage.rejected:
        yield f"entries that could not be used: {coverage.rejected:,}"
    if coverage.undecodable:
        yield f"requests to Meta that could not be decoded: {coverage.undecodable:,}"
    if coverage.dropped:
        yield f"records that could not be stored: {coverage.dropped:,}"
    if coverage.rule_faults:
        yield f"requests on which a rule failed: {coverage.rule_faults:,}"
    if coverage.accounted != coverage.seen:
        yield f"requests seen {coverage.seen:,}, accounted for {coverage.accounted:,}"
    if strict and coverage.bodies_not_recorded:
        yield f"request bodies that were not recorded: {coverage.bodies_not_recorded:,} (--strict)"


_UNKNOWN: Mapping[str, str] = {
    "contents": "of which a body was not recorded, so that what they held is unknown",
    "cookies": "whose cookies the recorder left out, so that it is unknown whether an account at Meta went along",
    "name": "of which the name was not recorded, so that it is unknown whether they are allowed",
    "pixel": "of which the pixel was not recorded, so that it is unknown whether they are allowed",
    "consent": "of which it is unknown whether consent came before",
}


def of_doubts(doubts: Counter[tuple[str, str]], *, strict: bool) -> Iterator[str]:
    """Yield what could not be known of events and contacts; counts by (what about, why).

    Most exports of browsers hold no cookies, and no browser of a test is logged in at Meta: those are told,
    and a gap only where everything has to be known.
    """
    for about, words in _UNKNOWN.items():
        if about == "cookies" and not strict:
            continue
        for (told, why), number in sorted(doubts.items()):
            if told == about:
                yield f"events and contacts {words}{f' ({why})' if why else ''}: {number:,}"


def counted(doubts: Iterable[Doubt]) -> set[tuple[str, str]]:
    """Return the doubts about one event or contact, each once whatever number of checks has it."""
    return {(one.about, one.why) for one in doubts}


def blocking(configs: Iterable[PixelConfig]) -> set[str]:
    """Return the recordings in which a configuration was read that has events of programs dropped."""
    found = set()
    for row in configs:
        parts = json_text.loads_or_none(row.value) if row.key == "bot_blocking" else None
        if isinstance(parts, dict) and parts.get("on") is not False and parts.get("headless") is not False:
            found.add(row.recording_id)
    return found


def of_silence(headless: set[str], with_events: set[str], loaded: set[str], blocking: set[str]) -> Iterator[str]:
    """Tell recordings of headless browsers in which the pixel was loaded and kept silent."""
    suspicious = headless.intersection(loaded) - with_events
    told = suspicious & blocking
    if told:
        yield (
            f"a headless browser loaded Meta's pixel and no event followed (recordings: {len(told):,}); "
            "the recorded configuration has events of such browsers dropped, so silence proves nothing: "
            "record again with a window, or with an ordinary user agent"
        )
    if suspicious - told:
        yield (
            f"a headless browser loaded Meta's pixel and no event followed (recordings: {len(suspicious - told):,}); "
            "Meta's configurations block such browsers, so silence proves nothing: record again with a window, "
            "or with an ordinary user agent"
        )
