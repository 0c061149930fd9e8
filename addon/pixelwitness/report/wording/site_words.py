"""The facts of a site in few words: events, contacts, channels, times.

Owns what the cells of a summary hold and the order of sites.  Must not know outputs.
"""

from collections.abc import Callable, Iterable, Iterator

from pixelwitness.core.exposure.exposure import ContactGroup, DataSent, EventGroup, Exposure, SiteExposure, Standing
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
    sites = (site for site in exposure.sites if site.standing is not Standing.META and not site.is_silent)
    return tuple(sorted(sites, key=_order))


def _order(site: SiteExposure) -> tuple[int, int, bool, str]:
    person = {datum.data_class for datum in select_data(site, About.PERSON)}
    return -len(person), -site.n_events if person else 0, site.site is None, site.name


def select_data(site: SiteExposure, about: About) -> list[DataSent]:
    """Return what a site sent about the person, the browser or another subject, as far as it says anything."""
    return [
        datum
        for datum in site.data
        if datum.form not in SAYS_NOTHING
        and any(about_of(datum.data_class, origin) is about for origin in datum.origins)
    ]


def describe_others(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what stands beside the sites that told something, each as its head and its words."""
    silent = tuple(site.name for site in exposure.of(Standing.SITE) if site.is_silent)
    if silent:
        yield "Visited, nothing seen to go to Meta", _named(silent)
    own = tuple(site for site in exposure.of(Standing.META) if not site.is_silent)
    if own:
        yield (
            "Apart, Meta's own (a person using Meta is no site leaking)",
            tuple(
                f"{safe_text(site.name)} ({counted(site.n_events, 'event')}, {counted(site.n_contacts, 'contact')})"
                for site in own
            ),
        )
    for words, sites in describe_shared_values(exposure, vocabulary):
        yield f"The same {words} went from", _named(sites)


def describe_shared_values(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what went from several sites alike: class and numbers of values, and the sites."""
    by_label: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for shared in exposure.shared:
        by_label.setdefault((vocabulary.label(shared.data_class), shared.sites), []).append(shared.number)
    for (label, sites), numbers in by_label.items():
        listed = ", ".join(map(str, numbers))
        yield f"{label} ({'values' if len(numbers) > 1 else 'value'} {listed})", sites


def _named(sites: tuple[str, ...]) -> tuple[str, ...]:
    more = (f"{len(sites) - MAX_NAMES} more",) if len(sites) > MAX_NAMES else ()
    return (*map(safe_text, sites[:MAX_NAMES]), *more)


def list_events(groups: Iterable[EventGroup]) -> tuple[str, ...]:
    """Name events with their numbers: ``PageView`` and how often."""
    numbers = count_events(groups, lambda name: safe_text(name, 60))
    return tuple(numbered(name, number) for name, number in sorted(numbers.items()))


def count_events(groups: Iterable[EventGroup], write: Callable[[str], str] = str) -> dict[str, int]:
    """Return how many events have each name, as ``write`` writes it."""
    numbers: dict[str, int] = {}
    for group in groups:
        name = write(group.name) if group.name else "(name not recorded)"
        numbers[name] = numbers.get(name, 0) + group.events
    return numbers


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
            labels = {label_transport(transport) for transport in group.transports if transport != "unknown"}
            # A group of several channels does not say which of them was carried how.
            carriers.setdefault(label_channel(channel), set()).update(labels if len(group.channels) == 1 else ())
    return tuple(f"{way} ({', '.join(sorted(labels))})" if labels else way for way, labels in sorted(carriers.items()))


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
