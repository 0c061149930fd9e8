"""The story: what a site told Meta, in sentences for someone who never heard of a pixel.

Owns the order of the sentences, who sent and what went with each.  It says no
more than was seen: what was not recorded it calls so.  Must not know outputs.
"""

from collections.abc import Iterator, Mapping, Sequence

from pixelwitness.core.exposure.exposure import (
    ContactGroup,
    EventGroup,
    Exposure,
    Identification,
    SiteExposure,
    Standing,
)
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.actions import Action, describe_actions, group_actions, rank_actions, read_action
from pixelwitness.report.wording.consent_words import consent_sentences
from pixelwitness.report.wording.labels import label_channel, label_form, label_transport
from pixelwitness.report.wording.safe_text import counted, listed, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence, list_captured
from pixelwitness.report.wording.setup_words import setup_sentences
from pixelwitness.report.wording.site_words import count_contacts, reporting_sites
from pixelwitness.report.wording.vocabulary import Vocabulary, append_forms, order_identifiers

_LEVELS: Mapping[str, str] = {
    "account": "your Facebook or Instagram account",
    "person": "you as a person",
    "browser": "your browser",
    "click": "the click on an ad that led here",
}


def tell_story(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[SiteExposure, tuple[Sentence, ...]]]:
    """Yield each site of which anything was seen with its sentences; Meta's own sites are no part of it."""
    for site in reporting_sites(exposure):
        about = (*identification_sentences(site), *consent_sentences(site), *setup_sentences(site, vocabulary))
        yield site, (*sent_sentences(site, vocabulary), *certainty_sentences(site), *about)


def sent_sentences(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Yield what a site told, and what was to be told and was blocked."""
    yield from _events(site, site.sent, vocabulary, blocked=False)
    if site.contacts:
        yield _contacts(site, site.contacts, vocabulary, blocked=False)
    yield from _events(site, site.blocked, vocabulary, blocked=True)
    if site.blocked_contacts:
        yield _contacts(site, site.blocked_contacts, vocabulary, blocked=True)


def certainty_sentences(site: SiteExposure) -> Iterator[Sentence]:
    """Yield of how much it is not certain that the site sent it."""
    doubtful = sum(number for certainty, number in site.certainties if certainty != "certain")
    if doubtful and site.standing is Standing.SITE:
        total = sum(number for _, number in site.certainties)
        yield (f"That {doubtful} of these {total} requests came from this site is likely, not certain.",)


def identification_sentences(site: SiteExposure) -> Iterator[Sentence]:
    """Yield by what Meta could tell whom the events are about, where any were sent."""
    if site.known_by is not None and site.sent:
        yield (identification_sentence(site.known_by),)


def identification_sentence(known: Identification) -> str:
    """Return the sentence; what was not recorded it calls so.

    >>> identification_sentence(Identification("person", ("em", "_fbp"), may_be_more=True))
    'With this Meta could know you as a person, by em and _fbp; what was not recorded may tell more.'
    """
    if known.level in _LEVELS:
        more = "; what was not recorded may tell more" if known.may_be_more else ""
        names = listed([safe_text(name) for name in known.names])
        return f"With this Meta could know {_LEVELS[known.level]}, by {names}{more}."
    if known.level == "not recorded":
        return "By what Meta could know whom this is about was not recorded."
    return "Nothing was seen by which Meta could know whom this is about."


def _events(
    site: SiteExposure, groups: Sequence[EventGroup], vocabulary: Vocabulary, *, blocked: bool
) -> Iterator[Sentence]:
    acts = [read_action(group, telling) for group in groups for telling in group.contents]
    acts.sort(key=lambda act: act.telling.first)
    many_channels = len({group.channels for group in groups}) > 1
    who = _who(site, blocked=blocked)
    for group in sorted(group_actions(acts), key=rank_actions):
        way = _channels(group) if many_channels else ""
        yield (*who, *describe_actions(group), *_with(group, vocabulary), way, ".")
        who = ("It also told: ",) if not blocked else ("It also tried to tell: ",)
    further = sum(group.further for group in groups)
    if further:
        yield (f"… and {counted(further, 'further event')} of the same kinds with other contents.",)
    if acts:
        yield tuple(_way(acts, blocked=blocked))


def _who(site: SiteExposure, *, blocked: bool) -> Sentence:
    who: Sentence = (Captured(site.site),) if site.site is not None else ("A page that nothing names",)
    return (*who, " tried to tell Meta, but was blocked: ") if blocked else (*who, " told Meta: ")


def _with(acts: Sequence[Action], vocabulary: Vocabulary) -> Iterator[str]:
    person: dict[str, set[str]] = {}
    browser: set[str] = set()
    for field in (field for act in acts for field in act.telling.fields if field.form not in SAYS_NOTHING):
        about = about_of(field.data_class, field.field)
        if about is About.PERSON:
            person.setdefault(vocabulary.label(field.data_class), set()).add(label_form(field.form))
        elif about is About.BROWSER:
            browser.add(vocabulary.known_by(field.data_class, field.field))
    if person:
        yield "; with it your " + listed([append_forms(label, forms) for label, forms in sorted(person.items())])
    if browser:
        yield ("," if person else ";") + f" from a browser that Meta can know by {listed(order_identifiers(browser))}"
    unread = any(act.telling.unread for act in acts)
    if unread:
        yield "; what else its body held was not recorded"
    elif not person and not browser:
        yield "; nothing about the person was seen with it"


def _channels(acts: Sequence[Action]) -> str:
    return f" (by {listed(sorted({label_channel(channel) for act in acts for channel in act.group.channels}))})"


def _way(acts: Sequence[Action], *, blocked: bool) -> Iterator[str]:
    """Tell the ways, receivers and pixels of all that a site told."""
    groups = list({id(act.group): act.group for act in acts}.values())
    ways = sorted({label_channel(channel) for group in groups for channel in group.channels})
    carriers = sorted({label_transport(transport) for group in groups for transport in group.transports})
    hosts = sorted({host for group in groups for host in group.receivers if host})
    pixels = sorted({group.pixel_id for group in groups if group.pixel_id})
    yield f"All of this {'was to go' if blocked else 'went'} by {listed(ways)}: {listed(carriers)}"
    if hosts:
        yield from (" to ", *list_captured(hosts))
    yield "."
    if pixels and not blocked:
        yield from (" Pixel " if len(pixels) == 1 else " Pixels ", *list_captured(pixels), " received it.")


def _contacts(site: SiteExposure, groups: Sequence[ContactGroup], vocabulary: Vocabulary, *, blocked: bool) -> Sentence:
    who: Sentence = (Captured(site.site),) if site.site is not None else ("A page that nothing names",)
    ways = [
        name + (f" ({counted(number, 'time')})" if number > 1 else "")
        for name, number in count_contacts(groups, vocabulary)
    ]
    if blocked:
        return (*who, f" tried to let Meta know of the visit, but was blocked, through {listed(ways)}.")
    more = " also" if site.sent else ""
    return (*who, f"{more} let Meta know of the visit, through {listed(ways)}.")
