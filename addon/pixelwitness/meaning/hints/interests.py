"""Interests: what could be inferred about a browser from all its events together.

Owns how strong an inference is: what was bought says more than what was put into a cart,
that more than what was looked at.  It is a hint in any case.  Pure; must not know a store.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from pixelwitness.meaning.names.word_lists import words_of


class Deed(IntEnum):
    """What kind of thing an event tells of, by how much it says."""

    SEEN = 1
    """Looked at, opened, clicked."""
    WANTED = 2
    """Searched for, put into the cart, asked about."""
    DONE = 3
    """Bought, subscribed to, booked, applied for, paid with credits."""


_DEEDS: Mapping[str, Deed] = {
    **dict.fromkeys(
        ("Purchase", "Subscribe", "StartTrial", "Donate", "Schedule", "SubmitApplication", "CompleteRegistration"),
        Deed.DONE,
    ),
    **dict.fromkeys(
        (
            *("AddToCart", "AddToWishlist", "InitiateCheckout", "AddPaymentInfo", "CustomizeProduct", "Search"),
            *("Lead", "Contact", "FindLocation"),
        ),
        Deed.WANTED,
    ),
    "fb_mobile_spent_credits": Deed.DONE,
    "fb_mobile_purchase": Deed.DONE,
    "fb_mobile_level_achieved": Deed.WANTED,
    "fb_mobile_achievement_unlocked": Deed.WANTED,
    "fb_mobile_add_to_cart": Deed.WANTED,
    "fb_mobile_add_to_wishlist": Deed.WANTED,
    "fb_mobile_search": Deed.WANTED,
}


_PAID = frozenset({"purchase", "purchased", "bought", "paid", "spent", "ordered", "booked", "subscribed", "gekauft"})
"""Words in names that sites give themselves, by which something was bought or done."""


def deed_of(event_name: str | None, kind: str | None) -> Deed:
    """Return what kind of thing an event tells of; what a site named itself counts for more than a view.

    >>> deed_of("Purchase", "standard"), deed_of("CreditsSpent", "custom"), deed_of("LevelCompleted", "custom")
    (<Deed.DONE: 3>, <Deed.DONE: 3>, <Deed.WANTED: 2>)
    """
    known = _DEEDS.get(event_name or "")
    if known is not None:
        return known
    if kind != "custom" or not event_name:
        return Deed.SEEN
    return Deed.WANTED if _PAID.isdisjoint(words_of(event_name, humps=True)) else Deed.DONE


class Hinted[Evidence](NamedTuple):
    """One event or contact that points at something."""

    kind: str
    """Of the finding: ``topic`` or ``interest``."""
    label: str
    deed: Deed
    site: str
    words: tuple[str, ...]
    """Words of our lists."""
    evidence: Evidence
    """What a report tells of it; equal ones are told once."""


class Line[Evidence](NamedTuple):
    """What is told of one inference, once, and how often it was seen."""

    deed: Deed
    site: str
    evidence: Evidence
    times: int


class Inferred[Evidence](NamedTuple):
    """Something that could be inferred, with all that leads to it, the most telling first."""

    kind: str
    label: str
    strength: str
    """``strong``, ``moderate`` or ``weak``."""
    numbers: tuple[tuple[Deed, int], ...]
    sites: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[Line[Evidence], ...]


def infer[Evidence](hinted: Iterable[Hinted[Evidence]]) -> tuple[Inferred[Evidence], ...]:
    """Return what could be inferred: the strongest first, then by label; lines in the order of their deeds."""
    grouped: dict[tuple[str, str], list[Hinted[Evidence]]] = {}
    for one in hinted:
        grouped.setdefault((one.kind, one.label), []).append(one)
    inferred = [_inferred(kind, label, several) for (kind, label), several in grouped.items()]
    inferred.sort(key=lambda one: (one.kind, -_rank(one), one.label))
    return tuple(inferred)


def _inferred[Evidence](kind: str, label: str, several: list[Hinted[Evidence]]) -> Inferred[Evidence]:
    times: dict[tuple[Deed, str, Evidence], int] = {}
    for one in several:
        key = (one.deed, one.site, one.evidence)
        times[key] = times.get(key, 0) + 1
    lines = [Line(deed, site, evidence, number) for (deed, site, evidence), number in times.items()]
    lines.sort(key=lambda line: -line.deed)  # stable: within a deed, in the order of time
    numbers = {deed: sum(line.times for line in lines if line.deed is deed) for deed in sorted(Deed, reverse=True)}
    sites = tuple(sorted({one.site for one in several}))
    return Inferred(
        kind=kind,
        label=label,
        strength=strength(numbers, len(sites)),
        numbers=tuple((deed, number) for deed, number in numbers.items() if number),
        sites=sites,
        words=tuple(sorted({word for one in several for word in one.words})),
        lines=tuple(lines),
    )


def strength(numbers: Mapping[Deed, int], sites: int) -> str:
    """Say how strong an inference is, by the kinds and numbers of events and the number of sites.

    >>> strength({Deed.DONE: 1}, 1), strength({Deed.WANTED: 1}, 1), strength({Deed.SEEN: 2}, 1)
    ('strong', 'moderate', 'weak')
    """
    done, wanted, seen = (numbers.get(deed, 0) for deed in (Deed.DONE, Deed.WANTED, Deed.SEEN))
    if done or (wanted >= 2 and sites >= 2):
        return "strong"
    if wanted or seen >= 5 or sites >= 2:
        return "moderate"
    return "weak"


def _rank[Evidence](one: Inferred[Evidence]) -> int:
    return {"strong": 2, "moderate": 1}.get(one.strength, 0) * 1_000_000 + sum(
        int(deed) * number for deed, number in one.numbers
    )
