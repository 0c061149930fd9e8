"""The facts of a site in few words: what the summary's cells say, whatever draws them."""

from collections.abc import Iterable, Iterator

from pixelwitness.core.exposure.exposure import ContactGroup, EventGroup, Exposure, SiteExposure, Standing
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.labels import label_channel, label_transport
from pixelwitness.report.wording.safe_text import counted, numbered, safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_NAMES = 20
"""Sites that one line names."""


def reporting_sites(exposure: Exposure) -> tuple[SiteExposure, ...]:
    """Return the sites, and the unknown one, of which anything was seen to go to Meta, as people read of them.

    Those that sent data about the person come first, by the number of its classes and of events; then all
    others, by their names, the unknown one last.
    """
    told = (one for one in exposure.sites if one.standing is not Standing.META and not one.is_silent)
    return tuple(sorted(told, key=_order))


def _order(site: SiteExposure) -> tuple[int, int, bool, str]:
    person = {
        one.data_class
        for one in site.data
        if one.form not in SAYS_NOTHING
        and any(about_of(one.data_class, origin) is About.PERSON for origin in one.origins)
    }
    return -len(person), -site.n_events if person else 0, site.site is None, site.name


def describe_others(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what stands beside the sites that told something, each as its head and its words."""
    silent = tuple(one.name for one in exposure.of(Standing.SITE) if one.is_silent)
    if silent:
        yield "Visited, nothing seen to go to Meta", _named(silent)
    own = tuple(one for one in exposure.of(Standing.META) if not one.is_silent)
    if own:
        yield (
            "Apart, Meta's own (a person using Meta is no site leaking)",
            tuple(
                f"{safe_text(one.name)} ({counted(one.n_events, 'event')}, {counted(one.n_contacts, 'contact')})"
                for one in own
            ),
        )
    for what, sites in describe_shared_values(exposure, vocabulary):
        yield f"The same {what} went from", _named(sites)


def describe_shared_values(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what went from several sites alike: class and numbers of values, and the sites."""
    joined: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for one in exposure.shared:
        joined.setdefault((vocabulary.label(one.data_class), one.sites), []).append(one.number)
    for (label, sites), numbers in joined.items():
        told = ", ".join(map(str, numbers))
        yield f"{label} ({'values' if len(numbers) > 1 else 'value'} {told})", sites


def _named(sites: tuple[str, ...]) -> tuple[str, ...]:
    more = (f"{len(sites) - MAX_NAMES} more",) if len(sites) > MAX_NAMES else ()
    return (*map(safe_text, sites[:MAX_NAMES]), *more)


def list_events(groups: Iterable[EventGroup]) -> tuple[str, ...]:
    """Name events with their numbers: ``PageView`` and how often."""
    numbers: dict[str, int] = {}
    for group in groups:
        name = safe_text(group.name, 60) if group.name else "(name not recorded)"
        numbers[name] = numbers.get(name, 0) + group.events
    return tuple(numbered(name, number) for name, number in sorted(numbers.items()))


def list_contacts(groups: Iterable[ContactGroup], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name contacts with their numbers: ``Meta's library`` and how often."""
    return tuple(numbered(name, number) for name, number in count_contacts(groups, vocabulary))


def count_contacts(groups: Iterable[ContactGroup], vocabulary: Vocabulary) -> tuple[tuple[str, int], ...]:
    """Return (what they are called, how many) of contacts."""
    kinds: dict[str, int] = {}
    for group in groups:
        for rule_id, number in group.rules:
            name = vocabulary.contact(group.channel, rule_id)
            kinds[name] = kinds.get(name, 0) + number
    return tuple(kinds.items())


def list_channels(groups: Iterable[EventGroup]) -> tuple[str, ...]:
    """Name the ways of events, each with what carried it: ``pixel (image request)``."""
    carriers: dict[str, set[str]] = {}
    for group in groups:
        for channel in group.channels:
            told = {label_transport(one) for one in group.transports if one != "unknown"}
            # A group of several channels does not say which of them was carried how.
            carriers.setdefault(label_channel(channel), set()).update(told if len(group.channels) == 1 else ())
    return tuple(f"{way} ({', '.join(sorted(told))})" if told else way for way, told in sorted(carriers.items()))


def describe_absence(site: SiteExposure) -> tuple[str, ...]:
    """Say what an empty list of personal data means: none seen, or not recorded."""
    return ("not recorded",) if site.unread else ("no personal data seen",)


def describe_span(site: SiteExposure) -> tuple[str, ...]:
    """Tell visits and times."""
    words = [counted(site.visits, "visit") if site.visits else "no visit recorded"]
    if site.first_seen is not None and site.last_seen is not None:
        first, last = safe_text(site.first_seen, 30), safe_text(site.last_seen, 30)
        day, start, end = first[:10], first[11:16], last[11:16]
        if last[:10] != day:
            words.append(f"{day} to {last[:10]}")
        else:
            words.append(f"{day} {start} UTC" if start == end else f"{day} {start} to {end} UTC")
    return tuple(words)
