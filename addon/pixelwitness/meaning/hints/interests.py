"""Interests: what could be inferred about a browser from all its events together.

Owns how strong an inference is: what was bought says more than what was put into a cart,
that more than what was looked at.  It is a hint in any case.  Pure; must not know a store.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from pixelwitness.meaning.names.word_lists import words_of


class Engagement(IntEnum):
    """What kind of thing an event tells of, by how much it says."""

    SEEN = 1
    """Looked at, opened, clicked."""
    WANTED = 2
    """Searched for, put into the cart, asked about."""
    DONE = 3
    """Bought, subscribed to, booked, applied for, paid with credits."""


_ENGAGEMENTS: Mapping[str, Engagement] = {
    **dict.fromkeys(
        ("Purchase", "Subscribe", "StartTrial", "Donate", "Schedule", "SubmitApplication", "CompleteRegistration"),
        Engagement.DONE,
    ),
    **dict.fromkeys(
        (
            *("AddToCart", "AddToWishlist", "InitiateCheckout", "AddPaymentInfo", "CustomizeProduct", "Search"),
            *("Lead", "Contact", "FindLocation"),
        ),
        Engagement.WANTED,
    ),
    "fb_mobile_spent_credits": Engagement.DONE,
    "fb_mobile_purchase": Engagement.DONE,
    "fb_mobile_level_achieved": Engagement.WANTED,
    "fb_mobile_achievement_unlocked": Engagement.WANTED,
    "fb_mobile_add_to_cart": Engagement.WANTED,
    "fb_mobile_add_to_wishlist": Engagement.WANTED,
    "fb_mobile_search": Engagement.WANTED,
}


_PAID = frozenset({"purchase", "purchased", "bought", "paid", "spent", "ordered", "booked", "subscribed", "gekauft"})
"""Words in names that sites give themselves, by which something was bought or done."""


def engagement_of(event_name: str | None, kind: str | None) -> Engagement:
    """Return what kind of thing an event tells of; what a site named itself counts for more than a view.

    >>> engagement_of("Purchase", "standard"), engagement_of("CreditsSpent", "custom")
    (<Engagement.DONE: 3>, <Engagement.DONE: 3>)
    >>> engagement_of("LevelCompleted", "custom")
    <Engagement.WANTED: 2>
    """
    known = _ENGAGEMENTS.get(event_name or "")
    if known is not None:
        return known
    if kind != "custom" or not event_name:
        return Engagement.SEEN
    return Engagement.WANTED if _PAID.isdisjoint(words_of(event_name, humps=True)) else Engagement.DONE


class Clue[Evidence](NamedTuple):
    """One event or contact that points at something."""

    kind: str
    """Of the finding: ``topic`` or ``interest``."""
    label: str
    engagement: Engagement
    site: str
    words: tuple[str, ...]
    """Words of our lists."""
    evidence: Evidence
    """What a report says of it; equal ones are listed once."""


class InferenceLine[Evidence](NamedTuple):
    """One kind of evidence for an inference, and how often it was seen."""

    engagement: Engagement
    site: str
    evidence: Evidence
    times: int


class Inference[Evidence](NamedTuple):
    """Something that could be inferred, with all that leads to it, the most telling first."""

    kind: str
    label: str
    strength: str
    """``strong``, ``moderate`` or ``weak``."""
    numbers: tuple[tuple[Engagement, int], ...]
    sites: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[InferenceLine[Evidence], ...]


def infer[Evidence](clues: Iterable[Clue[Evidence]]) -> tuple[Inference[Evidence], ...]:
    """Return what could be inferred: the strongest first, then by label; lines in the order of their engagement."""
    grouped: dict[tuple[str, str], list[Clue[Evidence]]] = {}
    for clue in clues:
        grouped.setdefault((clue.kind, clue.label), []).append(clue)
    inferences = [_inference(kind, label, group) for (kind, label), group in grouped.items()]
    inferences.sort(key=lambda inference: (inference.kind, -_rank(inference), inference.label))
    return tuple(inferences)


def _inference[Evidence](kind: str, label: str, clues: list[Clue[Evidence]]) -> Inference[Evidence]:
    times = Counter((clue.engagement, clue.site, clue.evidence) for clue in clues)
    lines = [InferenceLine(*key, number) for key, number in times.items()]
    lines.sort(key=lambda line: -line.engagement)  # stable: within an engagement, in the order of time
    counted = Counter(clue.engagement for clue in clues)
    numbers = {engagement: counted[engagement] for engagement in sorted(Engagement, reverse=True)}
    sites = tuple(sorted({clue.site for clue in clues}))
    return Inference(
        kind=kind,
        label=label,
        strength=strength(numbers, len(sites)),
        numbers=tuple((engagement, number) for engagement, number in numbers.items() if number),
        sites=sites,
        words=tuple(sorted({word for clue in clues for word in clue.words})),
        lines=tuple(lines),
    )


def strength(numbers: Mapping[Engagement, int], sites: int) -> str:
    """Say how strong an inference is, by the kinds and numbers of events and the number of sites.

    >>> strength({Engagement.DONE: 1}, 1), strength({Engagement.WANTED: 1}, 1), strength({Engagement.SEEN: 2}, 1)
    ('strong', 'moderate', 'weak')
    """
    done, wanted, viewed = (numbers.get(kind, 0) for kind in (Engagement.DONE, Engagement.WANTED, Engagement.SEEN))
    if done or (wanted >= 2 and sites >= 2):
        return "strong"
    if wanted or viewed >= 5 or sites >= 2:
        return "moderate"
    return "weak"


def _rank[Evidence](inference: Inference[Evidence]) -> int:
    return {"strong": 2, "moderate": 1}.get(inference.strength, 0) * 1_000_000 + sum(
        int(engagement) * number for engagement, number in inference.numbers
    )
