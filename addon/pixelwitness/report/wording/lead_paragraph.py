"""The lead paragraph: what happened, over all sites, which a person reads first.

Owns its sentences and their order.  It sums up what the story tells site by site, and
says no more than that.  Must not know outputs.
"""

from collections.abc import Iterator, Sequence

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import Exposure, SiteExposure
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.consent_words import count_against_consent
from pixelwitness.report.wording.coverage_words import describe_silence
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Sentence, list_captured
from pixelwitness.report.wording.site_words import reporting_sites
from pixelwitness.report.wording.vocabulary import Vocabulary

_MOST = 3
"""Sites that a sentence names."""
_MOST_GROUPS = 2
"""Groups of sites that sent the same data, each told in a sentence of its own; more are told in one."""


def lead_sentences(exposure: Exposure, vocabulary: Vocabulary) -> tuple[Sentence, ...]:
    """Return the sentences of the paragraph; without a site that told anything, the one that says so."""
    sites = reporting_sites(exposure)
    if not sites:
        return ((describe_silence(exposure),),)
    return tuple(_sentences(sites, exposure.coverage, vocabulary))


def format_days(sites: Sequence[SiteExposure]) -> str:
    """Return the days on which something was seen to go to Meta, empty where no time is known.

    >>> format_days(())
    ''
    """
    first = min((site.first_seen for site in sites if site.first_seen), default="")[:10]
    last = max((site.last_seen for site in sites if site.last_seen), default="")[:10]
    return safe_text(first if first == last else f"{first} to {last}", 30)


def _sentences(sites: Sequence[SiteExposure], coverage: Coverage, vocabulary: Vocabulary) -> Iterator[Sentence]:
    sending = [site for site in sites if site.sent]
    contacts = [site for site in sites if site.contacts and not site.sent]
    if sending:
        events = sum(site.n_events for site in sending)
        yield (f"{counted(len(sending), 'site')} told Meta of {counted(events, 'event')}.",)
        yield from _person(sending, vocabulary)
    else:
        yield ("No site was seen to tell Meta of an event.",)
    if contacts:
        who = f"{len(contacts):,} more" if sending else counted(len(contacts), "site")
        yield (f"{who} let Meta know of the visit: ", *list_captured([site.name for site in contacts], _MOST), ".")
    yield from _consent_and_gaps(sites)
    days = format_days(sites)
    days = f" {'from' if ' to ' in days else 'on'} {days}," if days else ""
    looked = f"{counted(coverage.recordings, 'recording')} of {counted(coverage.seen, 'request')}"
    yield (f"This was seen{days} in {looked}.",)


def _person(sending: Sequence[SiteExposure], vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Tell which data of the person went, and from where; else that none was seen, or not recorded."""
    holders: dict[str, dict[str, None]] = {}
    known: dict[str, None] = {}
    for site in sending:
        for datum in site.data:
            if datum.form in SAYS_NOTHING:
                continue
            abouts = {about_of(datum.data_class, origin) for origin in datum.origins}
            if About.PERSON in abouts:
                holders.setdefault(vocabulary.label(datum.data_class), {})[site.name] = None
            if About.BROWSER in abouts:
                known[site.name] = None
    by_sites: dict[tuple[str, ...], list[str]] = {}
    for label, of in sorted(holders.items()):
        by_sites.setdefault(tuple(of), []).append(label)
    if len(by_sites) > _MOST_GROUPS:
        senders = [site.name for site in sending if any(site.name in those for those in holders.values())]
        kinds = f" sent with it data about you, not each of them all of it: your {listed(sorted(holders))}."
        yield (*list_captured(senders, _MOST), kinds)
    else:
        for names, labels in sorted(by_sites.items(), key=lambda one: -len(one[1])):
            yield (*list_captured(names, _MOST), f" sent with it your {listed(labels)}.")
    unread = [site.name for site in sending if site.unread]
    if not holders:
        yield (
            ("With it, nothing about the person was seen; part of it was not recorded.",)
            if unread
            else ("With it, nothing about the person was seen.",)
        )
    if known:
        who = "all of them" if len(known) == len(sending) > 1 else f"{len(known):,} of them"
        who = "It" if len(sending) == 1 else who[0].upper() + who[1:]
        yield (f"{who} sent something by which Meta can know the browser again.",)


def _consent_and_gaps(sites: Sequence[SiteExposure]) -> Iterator[Sentence]:
    against = count_against_consent(sites)
    if against:
        yield (f"{listed(against)}.",)
    blocked = sum(group.events for site in sites for group in site.blocked)
    if blocked:
        yield (f"{counted(blocked, 'event was', 'events were')} blocked and did not arrive.",)
    unread = sum(site.unread for site in sites)
    if unread:
        bodies = counted(unread, "body was", "bodies were")
        yield (f"{bodies} not recorded.",)
