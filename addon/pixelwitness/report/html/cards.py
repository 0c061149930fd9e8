"""The cards of the page: one for each site, what a person reads of it before any evidence.

Owns which facts a card holds, in which order, and its marks.  Sentences are the story's,
words those of every other report.  Must not know templates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.meaning.names.announced_uses import introduction
from pixelwitness.meaning.names.subjects import About
from pixelwitness.report.html.page_evidence import SiteEvidence, share_room
from pixelwitness.report.wording.announcements import announcement_sentence, is_main, select_announcements
from pixelwitness.report.wording.consent_words import consent_parts, limited_use_sentences
from pixelwitness.report.wording.coverage_words import list_site_gaps
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.sentence import Sentence, list_captured
from pixelwitness.report.wording.setup_words import setup_sentences
from pixelwitness.report.wording.site_words import (
    describe_absence,
    describe_span,
    list_channels,
    list_contacts,
    list_events,
    reporting_sites,
    select_data,
)
from pixelwitness.report.wording.story import certainty_sentences, identification_sentences, sent_sentences
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_PIXELS = 12
MOST_WHOLE = 12
"""Cards up to which each tells the main statements whole; beyond, they stand once below."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a card says at a glance: a class of looks, a sign and words, so that no colour stands alone."""

    looks: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: its head, words that stand beside each other, each with its looks, then sentences."""

    head: str
    words: tuple[tuple[str, str], ...] = ()
    sentences: tuple[Sentence, ...] = ()
    to_uses: bool = False
    """A pointer to all that was announced follows."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that one site's part of the page holds."""

    number: int
    name: str
    span: str
    marks: tuple[Mark, ...]
    sentences: tuple[Sentence, ...]
    more_sentences: int
    facts: tuple[Fact, ...]
    evidence: SiteEvidence


def build_cards(
    exposure: Exposure, evidence: Mapping[str, SiteEvidence], words: Vocabulary, sentence_room: int
) -> Iterator[Card]:
    """Yield the cards of all sites, in the order of the story, with so many sentences of it in all."""
    sites = reporting_sites(exposure)
    site_sentences = [(*sent_sentences(site, words), *certainty_sentences(site)) for site in sites]
    rooms = share_room(tuple(map(len, site_sentences)), sentence_room)
    for number, (site, sentences, room) in enumerate(zip(sites, site_sentences, rooms, strict=True), start=1):
        facts = (
            *_facts(site, words),
            *_announced(site, exposure, words, whole=len(sites) <= MOST_WHOLE),
            _unseen(site),
        )
        yield Card(
            number,
            site.name,
            ", ".join(describe_span(site)),
            tuple(_marks(site, words)),
            sentences[:room],
            len(sentences[room:]),
            facts,
            evidence[site.name],
        )


def person_labels(site: SiteExposure, words: Vocabulary) -> tuple[str, ...]:
    """Return what data of the person reached Meta from a site, by their plain names."""
    return tuple(sorted({words.label(one.data_class) for one in select_data(site, About.PERSON)}))


def _marks(site: SiteExposure, words: Vocabulary) -> Iterator[Mark]:
    person = person_labels(site, words)
    if person:
        yield Mark("sent", "\u25cf", f"about the person: {listed(person)}")
    elif select_data(site, About.BROWSER):
        yield Mark("known", "\u25d0", "browser can be known again")
    elif site.sent or site.contacts:
        yield Mark("quiet", "\u25cb", describe_absence(site)[0])
    if site.unread:
        yield Mark("unknown", "?", "not all recorded")
    if site.blocked or site.blocked_contacts:
        yield Mark("blocked", "\u2298", "partly blocked" if site.sent or site.contacts else "blocked")


def _facts(site: SiteExposure, words: Vocabulary) -> Iterator[Fact]:
    yield Fact("What was sent", _alike(list_events(site.sent) or ("no event",)))
    if site.contacts:
        yield Fact("Contacts", _alike(list_contacts(site.contacts, words)))
    person = _alike(words.about_person(select_data(site, About.PERSON)), "sent")
    browser = _alike(words.about_person(select_data(site, About.BROWSER)), "known")
    nothing = _alike(describe_absence(site), "unknown" if site.unread else "")
    yield Fact("About whom", (*person, *browser) or nothing, tuple(identification_sentences(site)))
    if site.sent:
        yield Fact("By which way", _alike(list_channels(site.sent)), tuple(_receivers(site)))
    parts = consent_parts(site)
    if parts:
        sentences = tuple((f"{part}.",) for part in parts)
        yield Fact("Consent", (), (*sentences, *limited_use_sentences(site)))
    blocked = (*list_events(site.blocked), *list_contacts(site.blocked_contacts, words))
    yield Fact("Blocked", _alike(blocked, "blocked") or _alike(("nothing",)))
    setup = tuple(setup_sentences(site, words))
    if setup:
        yield Fact("How it is set up", (), setup)


def _alike(words: tuple[str, ...], looks: str = "") -> tuple[tuple[str, str], ...]:
    return tuple((word, looks) for word in words)


def _receivers(site: SiteExposure) -> Iterator[Sentence]:
    hosts = sorted({host for group in site.sent for host in group.receivers})
    pixels = site.pixels
    if pixels:
        which = "Received by pixel " if len(pixels) == 1 else "Received by pixels "
        yield (which, *list_captured(pixels, MAX_PIXELS), " at ", *list_captured(hosts), ".")
    else:
        yield ("Received at ", *list_captured(hosts), ".")


def _announced(site: SiteExposure, exposure: Exposure, words: Vocabulary, *, whole: bool) -> Iterator[Fact]:
    """Yield what Meta announced about what this site sent, by the time of its own traffic."""
    announcements = select_announcements(replace(exposure, sites=(site,)), words)
    main = [applicable for applicable in announcements.uses if is_main(applicable)]
    if not announcements.uses:
        return
    sentences = [
        announcement_sentence(applicable, announcements)
        if whole
        else f"{introduction(applicable.use)}: {applicable.use.claim}."
        for applicable in main
    ]
    number = len(announcements.uses) - len(main)
    pointer = (
        f"{counted(number, 'further statement' if main else 'statement')}, and what you can do:"
        if number
        else "Where, from when on and what is open:"
    )
    yield Fact("Announced use", (), (*((sentence,) for sentence in sentences), (pointer,)), to_uses=True)


def _unseen(site: SiteExposure) -> Fact:
    return Fact("Could not be seen", (), tuple((gap,) for gap in list_site_gaps(site)))
