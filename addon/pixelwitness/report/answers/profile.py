"""The profile: what could be inferred about a browser from all that sites sent, with the evidence in words.

Owns the sentences and the shape for machines.  It says "could be inferred", for nobody
knows from outside whether Meta infers it.  Must not know the store.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pixelwitness.core.exposure.exposure import Exposure, SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Finding
from pixelwitness.meaning.hints.interests import Clue, Engagement, Inference, engagement_of, infer
from pixelwitness.meaning.names.word_lists import WordList
from pixelwitness.report.published.report_document import publish_uses
from pixelwitness.report.published.shared_model import SCHEMA_VERSION
from pixelwitness.report.wording.actions import find_subject, name_subject
from pixelwitness.report.wording.announcements import select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.labels import label_contact, sayings, spell_out
from pixelwitness.report.wording.plain_text import WIDTH, announced_lines, plain_sentence
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.report.wording.sentence import Captured, Sentence, shorten_url
from pixelwitness.report.wording.vocabulary import Vocabulary

KINDS = ("topic", "interest", "instruction_text")
"""Kinds of findings that a profile is made of."""
HEADS = {"topic": "Sensitive topics", "interest": "Interests"}
MAX_LINES = 8
"""Lines of evidence that one inference is told with."""
_NUMBERED = {Engagement.DONE: "bought or done", Engagement.WANTED: "wanted", Engagement.SEEN: "looked at"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in an event that could reach an AI."""

    site: str
    event: str
    label: str
    field: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one event told: before the site is named, and after it."""

    before: Sentence
    after: str = ""
    names_site: bool = False
    """What stands before names the site already."""

    def at(self, site: str) -> Sentence:
        """Return it whole."""
        return (*self.before, *(() if self.names_site else (" at ", Captured(site))), self.after)


@dataclass(frozen=True, slots=True)
class Profile:
    """All that could be inferred."""

    inferred: tuple[Inference[Evidence], ...]
    texts: tuple[Text, ...]
    names: Mapping[tuple[str, str], str]
    """Name of an inference by its kind and label."""


def infer_profile(
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    findings: Iterable[Finding],
    lists: Iterable[WordList],
    own_sites: frozenset[str],
) -> Profile:
    """Return the profile; what was blocked and what is Meta's own are no part of it."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.event_id or one.contact_id or "", []).append(one)
    hinted: list[Clue[Evidence]] = []
    texts: dict[Text, None] = {}
    for seen in events:
        event = seen.event
        if not event.blocked and event.page_site not in own_sites and event.id in found:
            engagement = engagement_of(event.event_name, event.event_kind)
            hinted += _hinted(found[event.id], event.page_site, engagement, _told(seen))
            texts |= dict.fromkeys(_texts(found[event.id], event.page_site, event.event_name))
    for one_contact in contacts:
        contact = one_contact.contact
        if not contact.blocked and contact.page_site not in own_sites and contact.id in found:
            told = Evidence(("a visit, by ", label_contact(contact.channel), ","))
            hinted += _hinted(found[contact.id], contact.page_site, Engagement.SEEN, told)
            texts |= dict.fromkeys(_texts(found[contact.id], contact.page_site, None))
    names = {(one.kind, one.label): one.called for one in lists}
    return Profile(infer(hinted), tuple(texts), {(str(kind), label): name for (kind, label), name in names.items()})


def _hinted(
    findings: Sequence[Finding], site: str | None, engagement: Engagement, told: Evidence
) -> Iterator[Clue[Evidence]]:
    words: dict[tuple[str, str], set[str]] = {}
    for one in findings:
        if one.kind in HEADS:
            words.setdefault((one.kind, one.label), set()).update((one.evidence or "").split(", "))
    for (kind, label), several in words.items():
        yield Clue(kind, label, engagement, site or "unknown", tuple(sorted(several)), told)


def _texts(findings: Sequence[Finding], site: str | None, name: str | None) -> Iterator[Text]:
    for one in findings:
        if one.kind == "instruction_text":
            yield Text(site or "unknown", name or "no event", one.label, one.field or "", one.evidence or "")


def _told(seen: SeenEvent) -> Evidence:
    """Tell what an event says somebody did."""
    event = seen.event
    name = event.event_name
    saying = sayings().get(name or "")
    about = find_subject(seen.fields)
    if name == "PageView":
        page = Captured(shorten_url(event.page_url)) if event.page_url else "a page"
        return Evidence(("opened ", page), names_site=event.page_url is not None)
    if saying is None:
        return Evidence(
            ("an event of the site's own naming, ", Captured(name)) if name else ("an event without a name",)
        )
    if about is None:
        return Evidence((saying.alone,))
    if about.value is None:
        return Evidence(
            (f"{'an' if str(name)[:1] in 'AEIO' else 'a'} {name}",), f" ({name_subject(about)} sent, not kept)"
        )
    return Evidence((f"{saying.about} ", Captured(about.value)))


# Text --------------------------------------------------------------------------


def profile_lines(profile: Profile, exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines of the profile."""
    yield "What could be inferred about this browser from what sites sent. Hints from words, never facts."
    yield ""
    for kind, head in HEADS.items():
        several = [one for one in profile.inferred if one.kind == kind]
        if several:
            yield f"{head}:"
            for one in several:
                yield from _inference(one, profile.names.get((kind, one.label)) or spell_out(one.label))
            yield ""
    if not profile.inferred:
        yield from ("No topic and no interest was found.", "")
    if profile.texts:
        yield "Text that could reach an AI, if used as announced:"
        for text in profile.texts:
            what = "looks like instructions to an AI: " if text.label == "instruction" else ""
            said = (Captured(text.site), ": ", what, text.evidence, ", in ", Captured(text.field), " of ")
            yield from _filled("  ", plain_sentence((*said, Captured(text.event))))
        yield ""
    yield from announced_lines(exposure, vocabulary)
    yield from _filled("", f"Looked at: {summarise_coverage(exposure.coverage)}")
    yield "Could not be seen:"
    for gap in list_gaps(exposure):
        yield from _filled("- ", gap)


def _inference(one: Inference[Evidence], name: str) -> Iterator[str]:
    for index, line in enumerate(one.lines[:MAX_LINES]):
        times = f" ({counted(line.times, 'time')})" if line.times > 1 else ""
        told = plain_sentence((*line.evidence.at(line.site), times))
        yield from _filled(f"  {name}: " if not index else f"  {' ' * len(name)}  ", told)
    if len(one.lines) > MAX_LINES:
        yield f"  {' ' * len(name)}  … and {counted(len(one.lines) - MAX_LINES, 'further thing')}"
    numbers = ", ".join(f"{number:,} {_NUMBERED[engagement]}" for engagement, number in one.numbers)
    last = f"({one.strength}: {numbers}; {counted(len(one.sites), 'site')}; words: {', '.join(one.words)})"
    yield from _filled(f"  {' ' * len(name)}  ", last)


def _filled(head: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * min(len(head), 24), break_on_hyphens=False
    )


# Machines ------------------------------------------------------------------------


def profile_document(profile: Profile, exposure: Exposure, vocabulary: Vocabulary) -> dict[str, object]:
    """Return the profile for machines."""
    return {
        "schema_version": SCHEMA_VERSION,
        "inferred": [
            {
                "kind": one.kind,
                "label": one.label,
                "called": profile.names.get((one.kind, one.label)) or spell_out(one.label),
                "certainty": "hint",
                "strength": one.strength,
                "numbers": {engagement.name.lower(): number for engagement, number in one.numbers},
                "sites": list(one.sites),
                "words": list(one.words),
                "evidence": [
                    {
                        "deed": line.engagement.name.lower(),
                        "site": line.site,
                        "told": "".join(line.evidence.at(line.site)),
                        "times": line.times,
                    }
                    for line in one.lines
                ],
            }
            for one in profile.inferred
        ],
        "texts": [
            {"site": one.site, "event": one.event, "label": one.label, "field": one.field, "evidence": one.evidence}
            for one in profile.texts
        ],
        "announced_uses": publish_uses(select_announcements(exposure, vocabulary)),
        "could_not_be_seen": list(list_gaps(exposure)),
    }
