"""The profile: what could be inferred about a browser from all that sites sent, with the evidence in words.

Owns the sentences and the shape for machines.  It says "could be inferred", for nobody
knows from outside whether Meta infers it.  Must not know the store.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pixelwitness.core.exposure.exposure import OPERATOR, Exposure, SeenContact, SeenEvent, told_by
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.core.exposure.records import Finding
from pixelwitness.meaning.hints.interests import Clue, Engagement, Inference, engagement_of, infer
from pixelwitness.meaning.names.word_lists import WordList
from pixelwitness.report.published.report_document import publish_uses
from pixelwitness.report.published.shared_model import SCHEMA_VERSION
from pixelwitness.report.statements.acts import find_subject, shorten_url, subject_name
from pixelwitness.report.wording.announcements import select_announcements
from pixelwitness.report.wording.coverage_words import list_gaps, summarise_coverage
from pixelwitness.report.wording.english.act_words import SUBJECT
from pixelwitness.report.wording.labels import event_sayings, label_contact, spell_out
from pixelwitness.report.wording.plain_text import announced_lines, plain_sentence, wrap_after
from pixelwitness.report.wording.safe_text import counted
from pixelwitness.report.wording.sentence import Captured, Sentence
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
    """Return the profile; what did not leave and what is Meta's own are no part of it."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.event_id or finding.contact_id or "", []).append(finding)
    hinted: list[Clue[Evidence]] = []
    texts: dict[Text, None] = {}
    for seen in events:
        event = seen.event
        site = told_by(event)
        if _may_have_left(seen) and site not in own_sites and event.id in found:
            engagement = engagement_of(event.event_name, event.event_kind)
            hinted += _hinted(found[event.id], site, engagement, _describe_event(seen))
            texts |= dict.fromkeys(_texts(found[event.id], site, event.event_name))
    for one_contact in contacts:
        contact = one_contact.contact
        site = told_by(contact)
        if _may_have_left(one_contact) and site not in own_sites and contact.id in found:
            evidence = Evidence(("a visit, by ", label_contact(contact.channel), ","), _unsure(one_contact))
            hinted += _hinted(found[contact.id], site, Engagement.SEEN, evidence)
            texts |= dict.fromkeys(_texts(found[contact.id], site, None))
    names = {(word_list.kind, word_list.label): word_list.called for word_list in lists}
    return Profile(infer(hinted), tuple(texts), {(str(kind), label): name for (kind, label), name in names.items()})


def _may_have_left(seen: SeenEvent | SeenContact) -> bool:
    sender = seen.event.sender if isinstance(seen, SeenEvent) else seen.contact.sender
    return seen.outcome in SENT and sender != OPERATOR


def _unsure(seen: SeenEvent | SeenContact) -> str:
    return " (not recorded whether it left)" if seen.outcome is Outcome.UNKNOWN else ""


def _hinted(
    findings: Sequence[Finding], site: str | None, engagement: Engagement, evidence: Evidence
) -> Iterator[Clue[Evidence]]:
    words: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        if finding.kind in HEADS:
            words.setdefault((finding.kind, finding.label), set()).update((finding.evidence or "").split(", "))
    for (kind, label), matched in words.items():
        yield Clue(kind, label, engagement, site or "unknown", tuple(sorted(matched)), evidence)


def _texts(findings: Sequence[Finding], site: str | None, name: str | None) -> Iterator[Text]:
    for finding in findings:
        if finding.kind == "instruction_text":
            yield Text(
                site or "unknown", name or "no event", finding.label, finding.field or "", finding.evidence or ""
            )


def _describe_event(seen: SeenEvent) -> Evidence:
    """Describe what an event says somebody did."""
    event = seen.event
    name = event.event_name
    saying = event_sayings().get(name or "")
    about, unsure = find_subject(seen.carried), _unsure(seen)
    if name == "PageView":
        page = Captured(shorten_url(event.page_url)) if event.page_url else "a page"
        return Evidence(("opened ", page), unsure, names_site=event.page_url is not None)
    if saying is None:
        named: Sentence = (
            ("an event of the site's own naming, ", Captured(name)) if name else ("an event without a name",)
        )
        return Evidence(named, unsure)
    if about is None:
        return Evidence((saying.alone,), unsure)
    if about.value is None:
        an = "an" if str(name)[:1] in "AEIO" else "a"
        return Evidence((f"{an} {name}",), f" ({SUBJECT[subject_name(about)]} sent, not kept){unsure}")
    return Evidence((f"{saying.about} ", Captured(about.value)), unsure)


# Text --------------------------------------------------------------------------


def profile_lines(profile: Profile, exposure: Exposure, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the lines of the profile."""
    yield "What could be inferred about this browser from what sites sent. Hints from words, never facts."
    yield ""
    for kind, head in HEADS.items():
        inferences = [inference for inference in profile.inferred if inference.kind == kind]
        if inferences:
            yield f"{head}:"
            for inference in inferences:
                yield from _inference(
                    inference, profile.names.get((kind, inference.label)) or spell_out(inference.label)
                )
            yield ""
    if not profile.inferred:
        yield from ("No topic and no interest was found.", "")
    if profile.texts:
        yield "Text that could reach an AI, if used as announced:"
        for text in profile.texts:
            kind_words = "looks like instructions to an AI: " if text.label == "instruction" else ""
            sentence = (Captured(text.site), ": ", kind_words, text.evidence, ", in ", Captured(text.field), " of ")
            yield from wrap_after("  ", plain_sentence((*sentence, Captured(text.event))), 24)
        yield ""
    yield from announced_lines(exposure, vocabulary)
    yield from wrap_after("", f"Looked at: {summarise_coverage(exposure.coverage)}", 24)
    yield "Could not be seen:"
    for gap in list_gaps(exposure):
        yield from wrap_after("- ", gap, 24)


def _inference(inference: Inference[Evidence], name: str) -> Iterator[str]:
    for index, line in enumerate(inference.lines[:MAX_LINES]):
        times = f" ({counted(line.times, 'time')})" if line.times > 1 else ""
        sentence = plain_sentence((*line.evidence.at(line.site), times))
        yield from wrap_after(f"  {name}: " if not index else f"  {' ' * len(name)}  ", sentence, 24)
    if len(inference.lines) > MAX_LINES:
        yield f"  {' ' * len(name)}  … and {counted(len(inference.lines) - MAX_LINES, 'further thing')}"
    numbers = ", ".join(f"{number:,} {_NUMBERED[engagement]}" for engagement, number in inference.numbers)
    sites, words = counted(len(inference.sites), "site"), ", ".join(inference.words)
    last = f"({inference.strength}: {numbers}; {sites}; words: {words})"
    yield from wrap_after(f"  {' ' * len(name)}  ", last, 24)


# Machines ------------------------------------------------------------------------


def profile_document(profile: Profile, exposure: Exposure, vocabulary: Vocabulary) -> dict[str, object]:
    """Return the profile for machines."""
    return {
        "schema_version": SCHEMA_VERSION,
        "inferred": [
            {
                "kind": inference.kind,
                "label": inference.label,
                "called": profile.names.get((inference.kind, inference.label)) or spell_out(inference.label),
                "certainty": "hint",
                "strength": inference.strength,
                "numbers": {engagement.name.lower(): number for engagement, number in inference.numbers},
                "sites": list(inference.sites),
                "words": list(inference.words),
                "evidence": [
                    {
                        "deed": line.engagement.name.lower(),
                        "site": line.site,
                        "told": "".join(line.evidence.at(line.site)),
                        "times": line.times,
                    }
                    for line in inference.lines
                ],
            }
            for inference in profile.inferred
        ],
        "texts": [
            {
                "site": text.site,
                "event": text.event,
                "label": text.label,
                "field": text.field,
                "evidence": text.evidence,
            }
            for text in profile.texts
        ],
        "announced_uses": publish_uses(select_announcements(exposure, vocabulary)),
        "could_not_be_seen": list(list_gaps(exposure)),
    }
