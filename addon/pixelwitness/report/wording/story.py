"""The story: what a site told Meta, in sentences for someone who never heard of a pixel.

Owns the order of the sentences, who told them and what went with each.  It says no
more than was seen: what was not recorded it calls so.  Must not know outputs.
"""

from collections.abc import Iterator, Sequence

from pixelwitness.core.exposure.exposure import ContactGroup, EventGroup, Exposure, SiteExposure, Standing
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.wording.acts import Act, act_of, joined_acts, weight, what
from pixelwitness.report.wording.consent_words import consent_sentences
from pixelwitness.report.wording.known_by import known_by_sentence
from pixelwitness.report.wording.phrases import carrier_word, form_word, way_word
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.sentence import Captured, Sentence, list_captured
from pixelwitness.report.wording.setup_words import setup_sentences
from pixelwitness.report.wording.site_facts import contact_kinds, telling_sites
from pixelwitness.report.wording.vocabulary import Vocabulary, by_cookies, with_forms


def story(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[SiteExposure, tuple[Sentence, ...]]]:
    """Yield each site of which anything was seen with its sentences; Meta's own sites are no part of it."""
    for site in telling_sites(exposure):
        about = (*who_sentences(site), *consent_sentences(site), *setup_sentences(site, vocabulary))
        yield site, (*deeds(site, vocabulary), *doubts(site), *about)


def deeds(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Yield what a site told, and what was to be told and was blocked."""
    yield from _events(site, site.sent, vocabulary, blocked=False)
    if site.contacts:
        yield _contacts(site, site.contacts, vocabulary, blocked=False)
    yield from _events(site, site.blocked, vocabulary, blocked=True)
    if site.blocked_contacts:
        yield _contacts(site, site.blocked_contacts, vocabulary, blocked=True)


def doubts(site: SiteExposure) -> Iterator[Sentence]:
    """Yield of how much it is not certain that the site sent it."""
    doubtful = sum(number for certainty, number in site.certainties if certainty != "certain")
    if doubtful and site.standing is Standing.SITE:
        total = sum(number for _, number in site.certainties)
        yield (f"That {doubtful} of these {total} requests came from this site is likely, not certain.",)


def who_sentences(site: SiteExposure) -> Iterator[Sentence]:
    """Yield by what Meta could tell whom the events are about, where any were sent."""
    if site.known_by is not None and site.sent:
        yield (known_by_sentence(site.known_by),)


def _events(
    site: SiteExposure, groups: Sequence[EventGroup], vocabulary: Vocabulary, *, blocked: bool
) -> Iterator[Sentence]:
    acts = [act_of(group, telling) for group in groups for telling in group.contents]
    acts.sort(key=lambda act: act.telling.first)
    several = len({group.channels for group in groups}) > 1
    who = _who(site, blocked=blocked)
    for joined in sorted(joined_acts(acts), key=weight):
        way = _channels(joined) if several else ""
        yield (*who, *what(joined), *_with(joined, vocabulary), way, ".")
        who = ("It also told: ",) if not blocked else ("It also tried to tell: ",)
    further = sum(group.further for group in groups)
    if further:
        yield (f"… and {counted(further, 'further event')} of the same kinds with other contents.",)
    if acts:
        yield tuple(_way(acts, blocked=blocked))


def _who(site: SiteExposure, *, blocked: bool) -> Sentence:
    who: Sentence = (Captured(site.site),) if site.site is not None else ("A page that nothing names",)
    return (*who, " tried to tell Meta, but was blocked: ") if blocked else (*who, " told Meta: ")


def _with(acts: Sequence[Act], vocabulary: Vocabulary) -> Iterator[str]:
    person: dict[str, set[str]] = {}
    browser: set[str] = set()
    for one in (one for act in acts for one in act.telling.fields if one.form not in SAYS_NOTHING):
        about = about_of(one.data_class, one.field)
        if about is About.PERSON:
            person.setdefault(vocabulary.label(one.data_class), set()).add(form_word(one.form))
        elif about is About.BROWSER:
            browser.add(vocabulary.known_by(one.data_class, one.field))
    if person:
        yield "; with it your " + listed([with_forms(label, forms) for label, forms in sorted(person.items())])
    if browser:
        yield ("," if person else ";") + f" from a browser that Meta can know by {listed(by_cookies(browser))}"
    unread = any(act.telling.unread for act in acts)
    if unread:
        yield "; what else its body held was not recorded"
    elif not person and not browser:
        yield "; nothing about the person was seen with it"


def _channels(acts: Sequence[Act]) -> str:
    return f" (by {listed(sorted({way_word(channel) for act in acts for channel in act.group.channels}))})"


def _way(acts: Sequence[Act], *, blocked: bool) -> Iterator[str]:
    """Tell the ways, receivers and pixels of all that a site told."""
    groups = list({id(act.group): act.group for act in acts}.values())
    ways = sorted({way_word(channel) for group in groups for channel in group.channels})
    carriers = sorted({carrier_word(one) for group in groups for one in group.transports})
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
        for name, number in contact_kinds(groups, vocabulary)
    ]
    if blocked:
        return (*who, f" tried to let Meta know of the visit, but was blocked, through {listed(ways)}.")
    more = " also" if site.sent else ""
    return (*who, f"{more} let Meta know of the visit, through {listed(ways)}.")
