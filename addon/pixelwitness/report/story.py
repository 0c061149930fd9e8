"""The story: what a site told Meta, in sentences for someone who never heard of a pixel.

Owns how events of a site are joined into sentences.  A sentence is a tuple of
pieces, so that every output can treat captured text in its own safe way.  Must
not know outputs.  It says no more than was seen: what was sent but not kept, and
what was not recorded, it calls so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pixelwitness.core.exposure import EventGroup, Exposure, SiteExposure, Standing, Telling
from pixelwitness.core.records import Field
from pixelwitness.meaning.about import SAYS_NOTHING, About, about_of
from pixelwitness.report.text import counted, listed
from pixelwitness.report.vocabulary import Vocabulary, by_cookies, with_forms
from pixelwitness.report.words import SAYINGS, carrier_word, contact_word, form_word, way_word

MAX_PAGES = 3
"""Pages that a sentence names."""


class Captured(str):
    """A piece of text that came from the traffic."""

    __slots__ = ()


type Sentence = tuple[str, ...]
"""Pieces in order; those that are `Captured` are not ours."""


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing told of a person, and what went with it."""

    group: EventGroup
    telling: Telling
    about: Field | None
    value: Field | None
    currency: Field | None

    @property
    def name(self) -> str:
        return self.group.name or ""


# What an event was about, best first: the last name of a field, and what it is called when its text was not kept.
_ABOUT = {
    "content_name": "product name",
    "search_string": "search text",
    "buttonText": "text of the button",
    "content_ids": "product id",
    "content_category": "category",
}
_CLICK = "SubscribedButtonClick"
_FACTS_OF = frozenset({"cd", "custom_data", "conversion_value"})
"""Families in which the site itself states value and currency."""


def story(exposure: Exposure, vocabulary: Vocabulary) -> Iterator[tuple[SiteExposure, tuple[Sentence, ...]]]:
    """Yield each site of which anything was seen with its sentences; Meta's own sites are no part of it."""
    for site in exposure.sites:
        if site.standing is not Standing.META and not site.told_nothing:
            yield site, tuple(_site(site, vocabulary))


def _site(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[Sentence]:
    yield from _events(site, site.sent, vocabulary, blocked=False)
    if site.contacts:
        yield _contacts(site)
    yield from _events(site, site.blocked, vocabulary, blocked=True)
    doubtful = sum(number for certainty, number in site.certainties if certainty != "certain")
    if doubtful and site.standing is Standing.SITE:
        total = sum(number for _, number in site.certainties)
        yield (f"That {doubtful} of these {total} requests came from this site is likely, not certain.",)


def _events(
    site: SiteExposure, groups: Sequence[EventGroup], vocabulary: Vocabulary, *, blocked: bool
) -> Iterator[Sentence]:
    acts = [_act(group, telling) for group in groups for telling in group.tellings]
    acts.sort(key=lambda act: act.telling.first)
    several = len({group.channels for group in groups}) > 1
    who = _who(site, blocked=blocked)
    for joined in sorted(_joined(acts), key=_weight):
        way = _channels(joined) if several else ""
        yield (*who, *_what(joined), *_with(joined, vocabulary), way, ".")
        who = ("It also told: ",) if not blocked else ("It also tried to tell: ",)
    untold = sum(group.untold for group in groups)
    if untold:
        yield (f"… and {counted(untold, 'further event')} of the same kinds with other contents.",)
    if acts:
        yield tuple(_way(acts, blocked=blocked))


def _weight(acts: Sequence[_Act]) -> int:
    """Order sentences: what was done with what first, then what was done, own names, clicks, pages opened."""
    first = acts[0]
    if first.name in ("PageView", _CLICK):
        return 4 if first.name == "PageView" else 3
    if first.name not in SAYINGS:
        return 2
    return 0 if first.about is not None else 1


def _who(site: SiteExposure, *, blocked: bool) -> Sentence:
    who: Sentence = (Captured(site.site),) if site.site is not None else ("A page that nothing names",)
    return (*who, " tried to tell Meta, but was blocked: ") if blocked else (*who, " told Meta: ")


def _act(group: EventGroup, telling: Telling) -> _Act:
    named: dict[str, Field] = {}
    sums: dict[str, Field] = {}
    for one in telling.fields:
        family, _, name = one.field.partition("#")[0].rpartition(".")
        named.setdefault(name, one)
        if family in _FACTS_OF and one.form not in SAYS_NOTHING:
            sums.setdefault(name, one)
    about = next((named[name] for name in _ABOUT if name in named and named[name].form not in SAYS_NOTHING), None)
    return _Act(group, telling, about, sums.get("value"), sums.get("currency"))


def _joined(acts: Sequence[_Act]) -> list[list[_Act]]:
    """Join what one sentence can tell: pages opened; one product, viewed and bought; events of a name."""
    sentences: dict[object, list[_Act]] = {}
    for act in acts:
        if act.name in ("PageView", _CLICK):
            key: object = (act.name,)
        elif act.name not in SAYINGS:
            key = ("own",)
        elif act.about is not None:
            key = ("about", act.about.value_token, _sum(act))
            if _sum(act) is None or key not in sentences:
                # A view without a price and a purchase with one are of the same thing.
                same = [one for one in sentences if _same_thing(one, act)]
                key = same[0] if same else key
        else:
            key = ("plain", act.name, _sum(act))
        sentences.setdefault(key, []).append(act)
    return list(sentences.values())


def _same_thing(key: object, act: _Act) -> bool:
    if not isinstance(key, tuple) or key[0] != "about" or act.about is None or key[1] != act.about.value_token:
        return False
    return key[2] == _sum(act) or key[2] is None or _sum(act) is None


def _sum(act: _Act) -> tuple[str, str] | None:
    if act.value is None:
        return None
    return act.value.value_token, act.currency.value_token if act.currency is not None else ""


def _what(acts: Sequence[_Act]) -> Iterator[str]:
    first = acts[0]
    if first.name == "PageView":
        yield from _pages(acts)
    elif first.name not in SAYINGS:
        yield from _own(acts)
    elif first.name == _CLICK:
        yield from _clicks(acts)
    elif first.about is None:
        # Only what was bought or given has a price; of everything else it is a sum beside.
        before, after = (" for ", "") if first.name in ("Purchase", "Donate") else (" (", ")")
        yield from ("you ", SAYINGS[first.name].alone, *_amount(acts, before, after), _times(acts))
    elif first.about.value is None:
        names = _names(acts)
        nouns = [f"{_article(name)} {name}" + _times(same) for name, same in names]
        of = tuple(_amount(acts, before=" of "))
        yield from (listed(nouns), *of, f" ({_called(first.about)} sent, not kept)")
    else:
        verbs = [SAYINGS[name].about + _times(same) for name, same in _names(acts)]
        yield from ("you ", listed(verbs), " ", *_quoted(first.about), *_amount(acts))


def _names(acts: Sequence[_Act]) -> list[tuple[str, list[_Act]]]:
    named: dict[str, list[_Act]] = {}
    for act in acts:
        named.setdefault(act.name, []).append(act)
    return list(named.items())


def _pages(acts: Sequence[_Act]) -> Iterator[str]:
    pages = list(dict.fromkeys(shown_page(act.telling.page_url) for act in acts if act.telling.page_url))
    times = sum(act.telling.times for act in acts)
    if not pages:
        yield "you opened a page" if times == 1 else f"you opened pages, {counted(times, 'time')}"
        return
    yield "you opened "
    for index, page in enumerate(pages[:MAX_PAGES]):
        if index:
            yield ", " if index + 1 < len(pages[: MAX_PAGES + 1]) else " and "
        yield Captured(page)
    if len(pages) > MAX_PAGES:
        yield f" and {counted(len(pages) - MAX_PAGES, 'further page')}"
    if times > len(pages):
        yield f" ({counted(times, 'time')} in all)"


def _own(acts: Sequence[_Act]) -> Iterator[str]:
    """Tell events whose names are the site's own, and those without a name."""
    named = _names(acts)
    many = len(named) > 1 or any(act.telling.times > 1 for act in acts)
    yield "events of its own naming, " if many else "an event of its own naming, "
    for index, (name, same) in enumerate(named):
        if index:
            yield ", " if index + 1 < len(named) else " and "
        yield from (Captured(name) if name else "one whose name was not recorded", _times(same))


def _clicks(acts: Sequence[_Act]) -> Iterator[str]:
    """Tell the buttons clicked, by their texts where these were kept."""
    texts = dict.fromkeys(act.about.value for act in acts if act.about is not None and act.about.value)
    times = sum(act.telling.times for act in acts)
    if not texts:
        sent = any(act.about is not None for act in acts)
        yield "you clicked a button" + (f" {counted(times, 'time')}" if times > 1 else "")
        yield " (its text was sent, not kept)" if sent else ""
        return
    yield "you clicked "
    for index, text in enumerate(texts):
        yield from (
            "" if not index else " and " if index + 1 == len(texts) else ", ",
            "\u201c",
            Captured(text),
            "\u201d",
        )


def _amount(acts: Sequence[_Act], before: str = " for ", after: str = "") -> Iterator[str]:
    act = next((act for act in reversed(acts) if _sum(act) is not None), None)
    if act is None or act.value is None:
        return
    if act.value.value is None:
        yield " (the sum was sent, not kept)"
        return
    yield from (before, Captured(act.value.value))
    if act.currency is not None and act.currency.value:
        yield from (" ", Captured(act.currency.value))
    yield after


def _times(acts: Iterable[_Act]) -> str:
    times = sum(act.telling.times for act in acts)
    return f" ({counted(times, 'time')})" if times > 1 else ""


def _article(name: str) -> str:
    return "an" if name[:1] in "AEIO" else "a"


def _quoted(about: Field) -> Sentence:
    said = Captured(about.value or "")
    return (said,) if _called(about) == "product name" else ("\u201c", said, "\u201d")


def _called(about: Field) -> str:
    return _ABOUT[about.field.partition("#")[0].rpartition(".")[2]]


def _with(acts: Sequence[_Act], vocabulary: Vocabulary) -> Iterator[str]:
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
        yield ("," if person else ";") + f" from a browser known to Meta by {listed(by_cookies(browser))}"
    unread = any(act.telling.unread for act in acts)
    if unread:
        yield "; what else its body held was not recorded"
    elif not person and not browser:
        yield "; nothing about the person was seen with it"


def _channels(acts: Sequence[_Act]) -> str:
    return f" (by {listed(sorted({way_word(channel) for act in acts for channel in act.group.channels}))})"


def _way(acts: Sequence[_Act], *, blocked: bool) -> Iterator[str]:
    """Tell the ways, receivers and pixels of all that a site told."""
    groups = list({id(act.group): act.group for act in acts}.values())
    ways = sorted({way_word(channel) for group in groups for channel in group.channels})
    carriers = sorted({carrier_word(one) for group in groups for one in group.transports})
    hosts = sorted({host for group in groups for host in group.receivers if host})
    pixels = sorted({group.pixel_id for group in groups if group.pixel_id})
    yield f"All of this {'was to go' if blocked else 'went'} by {listed(ways)}: {listed(carriers)}"
    if hosts:
        yield from (" to ", *captured_list(hosts))
    yield "."
    if pixels and not blocked:
        yield from (" Pixel " if len(pixels) == 1 else " Pixels ", *captured_list(pixels), " received it.")


def captured_list(words: Sequence[str], most: int = 3) -> Iterator[str]:
    """Yield captured words as a sentence lists them, at most so many."""
    shown = words[:most]
    for index, word in enumerate(shown):
        if index:
            yield " and " if index + 1 == len(words) else ", "
        yield Captured(word)
    if len(words) > most:
        yield f" and {len(words) - most} more"


def _contacts(site: SiteExposure) -> Sentence:
    who: Sentence = (Captured(site.site),) if site.site is not None else ("A page that nothing names",)
    ways = [
        contact_word(group.channel) + (f" ({counted(group.contacts, 'time')})" if group.contacts > 1 else "")
        for group in site.contacts
    ]
    more = " also" if site.sent else ""
    return (*who, f"{more} let Meta know of the visit, through {listed(ways)}.")


def shown_page(url: str) -> str:
    """Return a page's address without scheme and query, so that nothing takes it for a link.

    >>> shown_page("https://shop.example/boots?q=1#top"), shown_page("https://shop.example/")
    ('shop.example/boots', 'shop.example')
    """
    return url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/") or url.partition("?")[0]
