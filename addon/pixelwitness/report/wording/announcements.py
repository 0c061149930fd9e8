"""What has been announced about such data: the section that every report ends with.

Owns the sentences: who said it, when, from when on, where, and what others say.  They are
joined to a report by the time of the traffic and by the region that was asked for; nothing
of them is stored.  All words are ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.exposure import Exposure, Standing
from pixelwitness.meaning.names.announced_uses import ApplicableUse, Use, UseSubject, advice_for, introduction, uses_for
from pixelwitness.report.statements.report_kinds import Announcement
from pixelwitness.report.wording.vocabulary import Vocabulary

HEAD = "What has been announced about such data"


@dataclass(frozen=True, slots=True)
class Announcements:
    """What a recording is told of announced uses."""

    uses: tuple[ApplicableUse, ...]
    advice: tuple[str, ...]
    region: str | None
    first_seen: str | None


def select_announcements(exposure: Exposure, vocabulary: Vocabulary) -> Announcements:
    """Return the statements for what an exposure holds; none where nothing was seen to go to Meta."""
    announced, region = vocabulary.announced, vocabulary.region
    sent, uses_ai = False, False
    firsts, lasts = [], []
    for site in exposure.sites:
        has_sent = site.standing is not Standing.META and bool(site.sent or site.sent_contacts)
        is_ai = Channel.META_AI in site.channels
        sent, uses_ai = sent or has_sent, uses_ai or is_ai
        if has_sent or is_ai:
            firsts += [site.first_seen] if site.first_seen is not None else []
            lasts += [site.last_seen] if site.last_seen is not None else []
    about: tuple[UseSubject, ...] = (*(("events",) if sent else ()), *(("meta_ai",) if uses_ai else ()))
    if not about:
        return Announcements((), (), region, None)
    first, last = min(firsts, default=None), max(lasts, default=None)
    uses = tuple(uses_for(announced.uses, last, region, about))
    advice = tuple(advice.text for advice in advice_for(announced.can_do, last)) if sent else ()
    return Announcements(uses, advice, region, first)


def use_statements(announcements: Announcements) -> tuple[Announcement, ...]:
    """Return what has been announced as statements, each with its region."""
    return tuple(
        Announcement(
            certainty="certain" if applicable.use.certainty == "certain" else "likely",
            use=applicable.use.id,
            region=announcements.region,
            standing=applicable.standing,
            in_force=applicable.in_force,
            was_seen_before=was_seen_before(applicable.use, announcements.first_seen),
        )
        for applicable in announcements.uses
    )


def announcement_sentences(announcements: Announcements, *, in_short: bool = False) -> Iterator[str]:
    """Yield a sentence for each statement, then what a person can do.

    ``in_short``: only what Meta itself announced on a certain day, without what is not settled, and no advice.
    """
    for applicable in announcements.uses:
        if not in_short or is_main(applicable):
            yield announcement_sentence(applicable, announcements, in_short=in_short)
    if announcements.advice and not in_short:
        yield f"What you can do: {'; '.join(announcements.advice)}."


def is_main(applicable: ApplicableUse) -> bool:
    """Say whether a statement is one that a short report tells: Meta's own, dated and certain."""
    use = applicable.use
    return use.said_by == "meta" and use.announced is not None and use.certainty == "certain"


def announcement_sentence(applicable: ApplicableUse, announcements: Announcements, *, in_short: bool = False) -> str:
    """Return one statement whole: who, when, what, from when on, where, and what others say."""
    return " ".join(
        [
            f"{introduction(applicable.use)}: {applicable.use.claim}.",
            *qualify_use(applicable, announcements, in_short=in_short),
        ]
    )


def qualify_use(applicable: ApplicableUse, announcements: Announcements, *, in_short: bool = False) -> Iterator[str]:
    """Yield what is told beside a claim, in sentences: from when on, where, and what others say."""
    before = was_seen_before(applicable.use, announcements.first_seen)
    yield from qualify(applicable, announcements.region, was_seen_before=before, in_short=in_short)


def was_seen_before(use: Use, first_seen: str | None) -> bool:
    """Say whether part of the traffic is older than an announcement."""
    return use.announced is not None and first_seen is not None and first_seen[: len(use.announced)] < use.announced


def qualify(
    applicable: ApplicableUse, region: str | None, *, was_seen_before: bool, in_short: bool = False
) -> Iterator[str]:
    """Yield what is told beside a claim for a region; where it holds stands beside every claim."""
    use = applicable.use
    if use.effective is not None:
        when = "In force from" if applicable.in_force else "Not yet in force when this was seen, but from"
        yield f"{when} {use.effective} on."
    if was_seen_before:
        yield "Part of this was seen before."
    yield f"Where: {use.regions.told}{_region(applicable, region)}."
    if use.conflicts and in_short:
        yield "Reports differ: the format story tells how, and what you can do."
    elif use.conflicts:
        yield f"Not settled: {'; '.join(use.conflicts)}."
    if use.said_by == "meta" and use.certainty == "likely":
        yield "This is likely, not certain."


def _region(applicable: ApplicableUse, region: str | None) -> str:
    if region is None or applicable.use.regions.everywhere:
        return ""
    match applicable.standing:
        case "holds":
            return f" ({region} is among them)"
        case "reported":
            return f" ({region} is listed by a report)"
        case "not_named":
            return f" ({region} is not named)"
    return ""
