"""Acts in English: what a person did, told whole.

Owns the sentences for what events tell of a person, and what is written instead where values
were sent and not kept.
"""

from collections.abc import Mapping, Sequence

from pixelwitness.report.statements.site_kinds import Act
from pixelwitness.report.statements.statement import Deed, Outcome, Person
from pixelwitness.report.wording.english.data_words import (
    list_names,
    name_data,
    name_identifiers,
    name_sender,
    name_thing,
)
from pixelwitness.report.wording.english.messages import follow, list_all, message, plural
from pixelwitness.report.wording.labels import event_sayings, label_channel
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

PERSON: Mapping[Person, str] = {"you": "you", "visitor": "the visitor"}
SUBJECT: Mapping[str, str] = {
    "content_name": "product name",
    "search_string": "search text",
    "buttonText": "text of the button",
    "content_ids": "product id",
    "content_category": "category",
}
"""What a field by which an event is told is called."""

_FIRST: Mapping[Outcome, str] = {
    "told": "{site} told Meta: {deed}.",
    "unknown": "{site} made requests that tell Meta, and whether they left was not recorded: {deed}.",
    "tried": "{site} tried to tell Meta, and nothing left: {deed}.",
    "blocked": "{site} tried to tell Meta, and was blocked: {deed}.",
}
_FURTHER: Mapping[Outcome, str] = {
    "told": "It also told: {deed}.",
    "unknown": "Whether it left was not recorded, either: {deed}.",
    "tried": "It also tried to tell: {deed}.",
    "blocked": "It also tried to tell, and was blocked: {deed}.",
}
_CAN: Mapping[Outcome, str] = {
    "told": "can know",
    "unknown": "could know",
    "tried": "could have known",
    "blocked": "could have known",
}
"""How Meta knows by what went along, or was to."""
_CLICK = "SubscribedButtonClick"
_PRICED = ("Purchase", "Donate")
"""Only what was bought or given has a price; of everything else it is a sum beside."""


def tell_act(act: Act, vocabulary: Vocabulary) -> Sentence:
    """Return an act as a message: what was done, where, and what went with it."""
    head = (_FURTHER if act.further else _FIRST)[act.outcome]
    return follow(
        message(head, site=name_sender(act.site), deed=_placed(act, vocabulary)),
        _with_it(act, vocabulary),
        message("It went by {ways}.", ways=list_all([label_channel(one) for one in act.channels]))
        if act.channels
        else (),
    )


def _placed(act: Act, vocabulary: Vocabulary) -> Sentence:
    """Return what was done, with the page and the topics that the events name."""
    deed = _deed(act)
    pages = list_names(act.pages, len(act.pages), len(act.pages) + act.more_pages)
    topics = list_all([vocabulary.text_hint("topic", label) for label in act.topics], last=" and at ")
    if act.pages and act.deeds[0].name != "PageView":
        if act.topics:
            return message(
                "{deed}, on {pages}, which points at {topics} (a hint)", deed=deed, pages=pages, topics=topics
            )
        return message("{deed}, on {pages}", deed=deed, pages=pages)
    if act.topics:
        return message("{deed}, which points at {topics} (a hint)", deed=deed, topics=topics)
    return deed


def _with_it(act: Act, vocabulary: Vocabulary) -> Sentence:
    data = list_all(name_data(act.data, vocabulary))
    known = list_all(name_identifiers(act.identifiers, vocabulary))
    thing = name_thing(act.identifiers)
    if data and known:
        told = message(
            "With it: {data}, from a {thing} that Meta {can} by {known}.",
            data=data,
            thing=thing,
            can=_CAN[act.outcome],
            known=known,
        )
    elif data:
        told = message("With it: {data}.", data=data)
    else:
        told = (
            message("Meta {can} the {thing} by {known}.", thing=thing, can=_CAN[act.outcome], known=known)
            if known
            else ()
        )
    return follow(told, ("What else its body held was not recorded.",) if act.is_unread else ())


def _deed(act: Act) -> Sentence:
    first = act.deeds[0]
    sayings = event_sayings()
    person = PERSON[act.person]
    if first.name == "PageView":
        return _pages(act, person)
    if first.name is None or first.name not in sayings:
        return _own(act.deeds)
    if first.name == _CLICK:
        return _clicks(act, person)
    if act.subject is None:
        priced = first.name in _PRICED
        did = message("{person} {did}", person=person, did=_often(sayings[first.name].alone, first.times))
        return _with_sum(act, did, priced=priced)
    subject = SUBJECT.get(act.subject, act.subject)
    if not act.texts:
        events = list_all([_often(_article(deed), deed.times) for deed in act.deeds])
        return message("{events} ({subject} sent, not kept)", events=_of_sum(act, events), subject=subject)
    verbs = list_all([_often(sayings[deed.name or ""].about, deed.times) for deed in act.deeds])
    text: Sentence = (Captured(act.texts[0]),)
    about = text if act.subject == "content_name" else message("\u201c{text}\u201d", text=text)
    return _with_sum(act, message("{person} {verbs} {about}", person=person, verbs=verbs, about=about), priced=True)


def _pages(act: Act, person: str) -> Sentence:
    times = sum(deed.times for deed in act.deeds)
    if not act.pages:
        return plural(times, "{person} opened a page", "{person} opened pages, {number} times", person=person)
    listed = len(act.pages) + act.more_pages
    pages = list_names(act.pages, len(act.pages), listed)
    if times > listed:
        return message("{person} opened {pages} ({number} times in all)", person=person, pages=pages, number=times)
    return message("{person} opened {pages}", person=person, pages=pages)


def _own(deeds: Sequence[Deed]) -> Sentence:
    """Tell events whose names are the site's own, and those without a name."""
    names = list_all(
        [
            _often((Captured(deed.name),) if deed.name else "one whose name was not recorded", deed.times)
            for deed in deeds
        ]
    )
    many = len(deeds) > 1 or deeds[0].times > 1
    if deeds[0].kind == "automatic":
        return message(
            "events of the library's own, {names}" if many else "an event of the library's own, {names}", names=names
        )
    return message("events of its own naming, {names}" if many else "an event of its own naming, {names}", names=names)


def _clicks(act: Act, person: str) -> Sentence:
    times = sum(deed.times for deed in act.deeds)
    if act.texts:
        texts = list_all([("\u201c", Captured(text), "\u201d") for text in act.texts])
        return message("{person} clicked {texts}", person=person, texts=texts)
    if act.subject is not None:
        return plural(
            times,
            "{person} clicked a button (its text was sent, not kept)",
            "{person} clicked buttons, {number} times (their texts were sent, not kept)",
            person=person,
        )
    return plural(times, "{person} clicked a button", "{person} clicked buttons, {number} times", person=person)


def _with_sum(act: Act, deed: Sentence, *, priced: bool) -> Sentence:
    if not act.has_sum:
        return deed
    if act.value is None:
        return message("{deed} (the sum was sent, not kept)", deed=deed)
    return message("{deed} for {sum}" if priced else "{deed} ({sum})", deed=deed, sum=_sum(act))


def _of_sum(act: Act, events: Sentence) -> Sentence:
    if not act.has_sum:
        return events
    if act.value is None:
        return message("{events}, with a sum that was not kept", events=events)
    return message("{events} of {sum}", events=events, sum=_sum(act))


def _sum(act: Act) -> Sentence:
    value: Sentence = (Captured(act.value or ""),)
    return message("{value} {currency}", value=value, currency=(Captured(act.currency),)) if act.currency else value


def _often(what: Sentence | str, times: int) -> Sentence:
    return message("{what} ({number} times)", what=what, number=times) if times > 1 else message("{what}", what=what)


def _article(deed: Deed) -> str:
    name = deed.name or ""
    return f"an {name}" if name[:1] in "AEIO" else f"a {name}"
