"""Consent in reports: what was visible when a site's events left, in one line.

Owns the order and the words of that line, and the caution that stands once in each report.
It says what was seen, never whether a law was kept.
"""

from collections.abc import Iterable, Iterator, Sequence

from pixelwitness.core.exposure.exposure import CountedFinding, SiteExposure
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Sentence

CAUTION = (
    "Whether consent was given as the law asks: a signal that was seen is not a legal judgement, nor is one that was "
    "not; a choice shows with the next page that is opened, and one that a banner keeps outside of cookies (as "
    "Usercentrics does) in neighbouring requests at most."
)

_WORDS = {
    "denied": "left although a signal denied consent",
    "after_withdrawal": "left after a signal withdrew consent",
    "gpc": "left although the browser objected to sale and sharing",
    "partial": "left with a signal that grants consent in part",
    "granted": "left with a signal that grants consent",
    "not_opted_out": "left where a signal says that nobody had objected",
    "not_required": "left where the site holds that nobody need be asked",
    "present": "left with a consent signal that could not be read",
    "not_recorded": "left without a record of consent",
}
_BEFORE = "nothing_seen"
_AGAINST = ("denied", "after_withdrawal", "gpc")
_OF_USE = ("limited_data_use", "no_limited_data_use")
_MOST = 2


def consent_sentences(site: SiteExposure) -> Iterator[Sentence]:
    """Yield one line on consent, and one on Limited Data Use, for a site whose events reached Meta."""
    parts = consent_parts(site)
    if parts:
        yield (f"Consent: {'; '.join(parts)}.",)
    yield from limited_use_sentences(site)


def limited_use_sentences(site: SiteExposure) -> Iterator[Sentence]:
    """Yield what the events of a site asked of Meta's use of them."""
    by_label = _by_label(site.consent)
    for label in _OF_USE:
        for finding in by_label.get(label, ()):
            yield (f"In {counted(finding.events, 'event')} {safe_text(finding.evidence)}.",)


def consent_parts(site: SiteExposure) -> tuple[str, ...]:
    """Return how many events left with which consent, each as ``2 events left with a signal that grants consent``."""
    by_label = _by_label(site.consent)
    parts = []
    if _BEFORE in by_label:
        seen_later = any(label in by_label for label in _WORDS if label not in ("gpc", "not_recorded"))
        words = "left before any consent signal was seen" if seen_later else "left, and no consent signal was seen"
        parts.append(f"{_events(by_label[_BEFORE])} {words}")
    parts += [
        f"{_events(by_label[label])} {words}{_why(by_label[label])}"
        for label, words in _WORDS.items()
        if label in by_label
    ]
    return tuple(parts)


def count_against_consent(sites: Iterable[SiteExposure]) -> tuple[str, ...]:
    """Return how many events of several sites left although somebody had said no."""
    by_label = _by_label(finding for site in sites for finding in site.consent)
    return tuple(f"{_events(by_label[label])} {_WORDS[label]}" for label in _AGAINST if label in by_label)


def label_consent(label: str) -> str:
    """Return what was visible of consent when one event left, in few words.

    >>> label_consent("granted"), label_consent("nothing_seen"), label_consent("limited_data_use")
    ('with a signal that grants consent', 'before any consent signal was seen', '')
    """
    return "before any consent signal was seen" if label == _BEFORE else _WORDS.get(label, "").removeprefix("left ")


def _by_label(findings: Iterable[CountedFinding]) -> dict[str, list[CountedFinding]]:
    by_label: dict[str, list[CountedFinding]] = {}
    for finding in findings:
        by_label.setdefault(finding.label, []).append(finding)
    return by_label


def _events(findings: Sequence[CountedFinding]) -> str:
    return counted(sum(finding.events for finding in findings), "event")


def _why(findings: Sequence[CountedFinding]) -> str:
    # The header speaks for itself.
    reasons = list(dict.fromkeys(safe_text(finding.evidence) for finding in findings if finding.label != "gpc"))
    if not reasons:
        return ""
    more = [f"{len(reasons) - _MOST} other ways"] if len(reasons) > _MOST else []
    return f" ({listed([*reasons[:_MOST], *more])})"
