"""The cards of the page: one for each site, what a person reads of it before any evidence.

Owns under which head a kind of statement stands, and the marks of a card.  What is said is
decided by the statements and worded by their renderer; must not say anything of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.report.html.page_evidence import SiteEvidence
from pixelwitness.report.statements.narrative import SiteNarrative
from pixelwitness.report.statements.site_kinds import (
    BodiesNotRecorded,
    BrowserIdentifiers,
    Consent,
    Contacts,
    Events,
    Identification,
    LimitedUse,
    NoIdentifier,
    OtherFinding,
    PersonalData,
    PixelLimit,
    PixelSends,
    PixelTakes,
    ServerSide,
    TextHint,
)
from pixelwitness.report.statements.statement import Certainty, Outcome, Statement
from pixelwitness.report.wording.announcements import is_main, select_announcements, use_statements
from pixelwitness.report.wording.coverage_words import SERVER_GAP
from pixelwitness.report.wording.english.cells import (
    about_browser,
    about_person,
    describe_absence,
    list_contacts,
    list_events,
)
from pixelwitness.report.wording.english.renderer import tell
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.site_words import describe_span
from pixelwitness.report.wording.vocabulary import Vocabulary

MOST_PROOFS = 3
"""Rows of the evidence to which one sentence leads."""
MOST_WHOLE = 12
"""Cards up to which each tells the main announcements; beyond, all stand once below."""

_ABOVE, _WHOM, _UNSEEN = "", "About whom", "Could not be seen"
_HEADS: Mapping[type[Statement], str] = {
    Events: "By which way",
    PersonalData: _WHOM,
    BrowserIdentifiers: _WHOM,
    NoIdentifier: _WHOM,
    Identification: _WHOM,
    TextHint: "What it points at",
    OtherFinding: "What it points at",
    Consent: "Consent",
    LimitedUse: "Consent",
    PixelTakes: "How it is set up",
    PixelSends: "How it is set up",
    PixelLimit: "How it is set up",
    ServerSide: "How it is set up",
    BodiesNotRecorded: _UNSEEN,
}
"""Under which head a kind stands; all others tell what happened, above the heads."""
_SENT: Mapping[Outcome, tuple[str, str, str]] = {
    "told": ("What was sent", "Contacts", ""),
    "unknown": ("Not recorded whether it left", "Not recorded whether it left", "unknown"),
    "tried": ("Tried, and nothing left", "Tried, and nothing left", "tried"),
    "blocked": ("Blocked", "Blocked", "blocked"),
}
"""(head of events, head of contacts, looks) by what became of them."""
_OUTCOME_MARKS: tuple[tuple[Outcome, str, str, str], ...] = (
    ("unknown", "unknown", "\u2047", "not recorded whether it left"),
    ("tried", "tried", "\u2298", "tried, and nothing left"),
    ("blocked", "blocked", "\u2298", "blocked"),
)
_SURELY: tuple[tuple[Certainty, str, str], ...] = (
    ("certain", "sent", "\u25cf"),
    ("likely", "perhaps", "\u25cc"),
    ("hint", "perhaps", "\u25cc"),
)
"""(how sure, looks, sign) of data about the person."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a card says at a glance: a class of looks, a sign and words, so that no colour stands alone."""

    looks: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One statement as the page tells it, and the rows of the evidence that it rests on."""

    kind: str
    sentence: Sentence
    rows: tuple[int, ...] = ()
    more_rows: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One head of a card: words that stand beside each other, each with its looks, then statements."""

    head: str
    words: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    pointer: str = ""
    """Words behind which all that was announced is pointed at."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that one site's part of the page holds."""

    number: int
    name: str
    span: str
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    more_lines: int
    evidence: SiteEvidence


def build_card(
    number: int,
    narrative: SiteNarrative,
    evidence: SiteEvidence,
    announced: Fact | None,
    words: Vocabulary,
    room: int,
) -> Card:
    """Return the card of a site; ``room`` is how many statements it tells, and a third of it stands below one head.

    Where there is room for all, all are told.
    """
    by_head: dict[str, list[Line]] = {_ABOVE: []}
    for statement in narrative.statements:
        head = _HEADS.get(type(statement), _ABOVE)
        by_head.setdefault(head, []).append(draw_line(statement, words, evidence.numbers))
    told, unseen = by_head.pop(_ABOVE), by_head.pop(_UNSEEN, [])
    below = room if room >= len(narrative.statements) else max(room // 3, 1)
    facts = [
        *_names_sent(narrative, words),
        *(
            Fact(head, tuple(_data_sent(narrative, words)) if head == _WHOM else (), tuple(lines[:below]))
            for head, lines in by_head.items()
        ),
        *((announced,) if announced is not None else ()),
        Fact(_UNSEEN, (), (*unseen, Line("server_gap", (SERVER_GAP,)))),
    ]
    return Card(
        number,
        narrative.site.name,
        ", ".join(describe_span(narrative.site)),
        tuple(_marks(narrative, words)),
        tuple(told[:room]),
        tuple(facts),
        len(told[room:]) + sum(len(lines[below:]) for lines in by_head.values()),
        evidence,
    )


def draw_line(statement: Statement, words: Vocabulary, numbers: Mapping[str, int]) -> Line:
    """Return a statement told, with those rows of the evidence that the page shows; ``numbers`` by ids."""
    rows = sorted({numbers[one] for one in statement.evidence.ids if one in numbers})[:MOST_PROOFS]
    more = max(statement.evidence.total - len(rows), 0) if rows else 0
    return Line(str(type(statement).__struct_config__.tag), tell(statement, words), tuple(rows), more)


def announced_fact(site: SiteExposure, exposure: Exposure, words: Vocabulary) -> Fact | None:
    """Return what has been announced about what this site sent, by the time of its own traffic."""
    announcements = select_announcements(replace(exposure, sites=(site,)), words)
    if not announcements.uses:
        return None
    told = [
        statement
        for applicable, statement in zip(announcements.uses, use_statements(announcements), strict=True)
        if is_main(applicable)
    ]
    further = len(announcements.uses) - len(told)
    pointer = f"{counted(further, 'further statement' if told else 'statement')}, with where that holds:"
    return Fact("Announced use", (), tuple(draw_line(one, words, {}) for one in told), pointer)


def _names_sent(narrative: SiteNarrative, words: Vocabulary) -> Iterator[Fact]:
    """Yield events and contacts by their names, apart by what became of them."""
    names: dict[tuple[str, str], list[str]] = {}
    for outcome, (head, of_contacts, looks) in _SENT.items():
        names.setdefault((head, looks), []).extend(list_events(narrative.events(outcome)))
        names.setdefault((of_contacts, looks), []).extend(list_contacts(narrative.contacts(outcome), words))
    for (head, looks), of in names.items():
        if of:
            yield Fact(head, tuple((name, looks) for name in of))


def _data_sent(narrative: SiteNarrative, words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield data about the person and identifiers in few words, with their looks."""
    for certainty, looks, _ in _SURELY:
        data = [one for one in narrative.of(PersonalData) if one.certainty == certainty]
        yield from ((name, looks) for name in about_person(data, words))
    yield from ((name, "known") for name in about_browser(narrative.of(BrowserIdentifiers), words))


def _marks(narrative: SiteNarrative, words: Vocabulary) -> Iterator[Mark]:
    for certainty, looks, sign in _SURELY:
        data = [one for one in narrative.of(PersonalData) if one.certainty == certainty]
        if data:
            yield Mark(looks, sign, f"about the person: {listed(about_person(data, words))}")
    for known in about_browser(narrative.of(BrowserIdentifiers), words):
        yield Mark("known", "\u25d0", known)
    for nothing in narrative.of(NoIdentifier):
        yield Mark("quiet", "\u25cb", describe_absence(nothing))
    if narrative.of(BodiesNotRecorded):
        yield Mark("unknown", "?", "not all recorded")
    outcomes = {one.outcome for one in narrative.of(Events)} | {one.outcome for one in narrative.of(Contacts)}
    for outcome, looks, sign, became in _OUTCOME_MARKS:
        if outcome in outcomes:
            yield Mark(looks, sign, became if len(outcomes) == 1 else f"partly {became}")
