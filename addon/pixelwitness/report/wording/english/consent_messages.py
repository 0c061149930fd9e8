"""Consent in English: what was visible of it when events left.

Owns these sentences, and the caution that stands once in each report.  They say what was
seen, never whether a law was kept.
"""

from collections.abc import Iterator, Mapping

from pixelwitness.report.statements.site_kinds import Consent, LimitedUse
from pixelwitness.report.wording.english.messages import follow, list_all, plural
from pixelwitness.report.wording.labels import spell_out
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

CAUTION = (
    "Whether consent was given as the law asks: a signal that was seen is not a legal judgement, nor is one that was "
    "not; a choice shows with the next page that is opened, and one that a banner keeps outside of cookies (as "
    "Usercentrics does) in neighbouring requests at most."
)

LEFT: Mapping[str, str] = {
    "denied": "left although a signal denied consent",
    "after_withdrawal": "left after a signal withdrew consent",
    "gpc": "left although the browser objected to sale and sharing",
    "partial": "left with a signal that grants consent in part",
    "granted": "left with a signal that grants consent",
    "not_opted_out": "left where a signal says that nobody had objected",
    "not_required": "left where the site holds that nobody need be asked",
    "present": "left with a consent signal that could not be read",
    "not_recorded": "left without a record of consent",
    "nothing_seen": "left, and no consent signal was seen",
}
"""How events left, by the state of consent."""
BEFORE = "left before any consent signal"
"""Said only of events that a signal followed."""
_MOST = 2
_UNEXPLAINED = ("gpc", "nothing_seen")
"""States that speak for themselves."""


def tell_consent(statement: Consent, vocabulary: Vocabulary) -> Sentence:
    """Return how many events left with which consent; those that a signal followed left before it."""
    return follow(*_consent(statement), *_not_known(statement))


def _not_known(statement: Consent | LimitedUse) -> Iterator[Sentence]:
    if statement.unknown:
        yield plural(
            statement.unknown,
            "Of {number} of them it was not recorded whether it left.",
            "Of {number} of them it was not recorded whether they left.",
        )


def _consent(statement: Consent) -> Iterator[Sentence]:
    may = "may have " if statement.unknown else ""
    before = statement.followed if statement.state == "nothing_seen" else 0
    if before:
        yield plural(before, f"{{number}} event {may}{BEFORE}.", f"{{number}} events {may}{BEFORE}.")
    rest = statement.events - before
    if not rest:
        return
    how = may + LEFT.get(statement.state, f"left with consent \u201c{spell_out(statement.state)}\u201d")
    if statement.state in _UNEXPLAINED or not statement.reasons:
        yield plural(rest, "{number} event {how}.", "{number} events {how}.", how=how)
        return
    reasons = [safe_text(reason) for reason in statement.reasons[:_MOST]]
    more = len(statement.reasons) - len(reasons)
    shown = list_all([*reasons, plural(more, "{number} other way", "{number} other ways")] if more else reasons)
    yield plural(
        rest, "{number} event {how} ({reasons}).", "{number} events {how} ({reasons}).", how=how, reasons=shown
    )


def tell_limited_use(statement: LimitedUse, vocabulary: Vocabulary) -> Sentence:
    """Return what events asked of Meta's use of them."""
    reason = safe_text(statement.reason)
    told = plural(statement.events, "In {number} event {reason}.", "In {number} events {reason}.", reason=reason)
    return follow(told, *_not_known(statement))


def label_consent(label: str) -> str:
    """Return what was visible of consent when one event left, in few words.

    >>> label_consent("granted"), label_consent("nothing_seen"), label_consent("limited_data_use")
    ('with a signal that grants consent', 'no consent signal was seen', '')
    """
    return LEFT.get(label, "").removeprefix("left ").removeprefix("left, and ")
