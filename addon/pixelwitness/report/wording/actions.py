"""Actions: what a person did, as events report it, and which of them one sentence can name.

Owns how the fields of an event become "you viewed and bought hiking boots for 89
EUR", and what is written instead where values were sent and not kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pixelwitness.core.exposure.exposure import EventContents, EventGroup
from pixelwitness.core.exposure.records import Field
from pixelwitness.meaning.names.subjects import SAYS_NOTHING
from pixelwitness.report.wording.labels import event_sayings
from pixelwitness.report.wording.safe_text import counted, listed
from pixelwitness.report.wording.sentence import Captured, Sentence, shorten_url

MAX_PAGES = 3
"""Pages that a sentence names."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing told of a person, and what went with it."""

    group: EventGroup
    telling: EventContents
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


def read_action(group: EventGroup, telling: EventContents) -> Action:
    """Return the act that a telling is of: what it was about, and for how much, by the names of its fields."""
    sums: dict[str, Field] = {}
    for field in telling.fields:
        family, _, name = field.field.partition("#")[0].rpartition(".")
        if family in _FACTS_OF and field.form not in SAYS_NOTHING:
            sums.setdefault(name, field)
    return Action(group, telling, find_subject(telling.fields), sums.get("value"), sums.get("currency"))


def find_subject(fields: Iterable[Field]) -> Field | None:
    """Return the field that says best what an event was about."""
    named: dict[str, Field] = {}
    for field in fields:
        named.setdefault(field.field.partition("#")[0].rpartition(".")[2], field)
    return next((named[name] for name in _ABOUT if name in named and named[name].form not in SAYS_NOTHING), None)


def group_actions(acts: Sequence[Action]) -> list[list[Action]]:
    """Join what one sentence can tell: pages opened; one product, viewed and bought; events of a name."""
    sentences: dict[object, list[list[Action]]] = {}
    for act in acts:
        if act.name in ("PageView", _CLICK):
            key: object = act.name
        elif act.name not in event_sayings():
            key = act.group.kind == "automatic"
        else:
            key = (act.name, None) if act.about is None else (None, act.about.value_token)
        # A view without a price and a purchase with one may be of the same thing; two prices never are.
        open_ = sentences.setdefault(key, [])
        alike = next((one for one in open_ if not isinstance(key, tuple) or _one_sum([*one, act], key[0])), None)
        if alike is None:
            open_.append([act])
        else:
            alike.append(act)
    return [one for several in sentences.values() for one in several]


def _one_sum(acts: Sequence[Action], name: str | None) -> bool:
    """Say whether acts speak of one sum; of the same event alone, with nothing it was about, none is a sum, too."""
    sums = {_sum(act) for act in acts}
    return len(sums if name is not None else sums - {None}) <= 1


def _sum(act: Action) -> tuple[str, str] | None:
    if act.value is None:
        return None
    return act.value.value_token, act.currency.value_token if act.currency is not None else ""


def rank_actions(acts: Sequence[Action]) -> int:
    """Order sentences: what was done with what first, then what was done, own names, clicks, pages opened."""
    first = acts[0]
    if first.name in ("PageView", _CLICK):
        return 4 if first.name == "PageView" else 3
    if first.name not in event_sayings():
        return 2
    return 0 if first.about is not None else 1


def describe_actions(acts: Sequence[Action]) -> Iterator[str]:
    """Yield the pieces that say what was done, for acts that were joined."""
    first = acts[0]
    if first.name == "PageView":
        yield from _pages(acts)
    elif first.name not in event_sayings():
        yield from _own(acts)
    elif first.name == _CLICK:
        yield from _clicks(acts)
    elif first.about is None:
        # Only what was bought or given has a price; of everything else it is a sum beside.
        before, after = (" for ", "") if first.name in ("Purchase", "Donate") else (" (", ")")
        yield from ("you ", event_sayings()[first.name].alone, *_amount(acts, before, after), _times(acts))
    elif first.about.value is None:
        names = _names(acts)
        nouns = [f"{_article(name)} {name}" + _times(same) for name, same in names]
        of = tuple(_amount(acts, before=" of "))
        yield from (listed(nouns), *of, f" ({name_subject(first.about)} sent, not kept)")
    else:
        verbs = [event_sayings()[name].about + _times(same) for name, same in _names(acts)]
        yield from ("you ", listed(verbs), " ", *_quoted(first.about), *_amount(acts))


def _names(acts: Sequence[Action]) -> list[tuple[str, list[Action]]]:
    named: dict[str, list[Action]] = {}
    for act in acts:
        named.setdefault(act.name, []).append(act)
    return list(named.items())


def _pages(acts: Sequence[Action]) -> Iterator[str]:
    pages = list(dict.fromkeys(shorten_url(act.telling.page_url) for act in acts if act.telling.page_url))
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


def _own(acts: Sequence[Action]) -> Iterator[str]:
    """Tell events whose names are the site's own, and those without a name."""
    named = _names(acts)
    many = len(named) > 1 or any(act.telling.times > 1 for act in acts)
    kind = "of the library's own" if acts[0].group.kind == "automatic" else "of its own naming"
    yield f"events {kind}, " if many else f"an event {kind}, "
    for index, (name, same) in enumerate(named):
        if index:
            yield ", " if index + 1 < len(named) else " and "
        yield from (Captured(name) if name else "one whose name was not recorded", _times(same))


def _clicks(acts: Sequence[Action]) -> Iterator[str]:
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


def _amount(acts: Sequence[Action], before: str = " for ", after: str = "") -> Iterator[str]:
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


def _times(acts: Iterable[Action]) -> str:
    times = sum(act.telling.times for act in acts)
    return f" ({counted(times, 'time')})" if times > 1 else ""


def _article(name: str) -> str:
    return "an" if name[:1] in "AEIO" else "a"


def _quoted(about: Field) -> Sentence:
    text = Captured(about.value or "")
    return (text,) if name_subject(about) == "product name" else ("\u201c", text, "\u201d")


def name_subject(about: Field) -> str:
    """Return what a field by which an event is told is called: product name, search text, button."""
    return _ABOUT[about.field.partition("#")[0].rpartition(".")[2]]
