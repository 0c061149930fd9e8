"""Messages about one site in English: a function for each kind of statement, which returns it whole.

Owns these sentences; acts, consent and the set-up of pixels have their own files.
"""

from collections.abc import Mapping

from pixelwitness.core.detect.rule import Channel
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.report.statements.site_kinds import (
    Attribution,
    BodiesNotRecorded,
    BrowserIdentifiers,
    Contacts,
    Events,
    FurtherEvents,
    Identification,
    NoIdentifier,
    NothingSeen,
    PersonalData,
    ServerSide,
)
from pixelwitness.report.statements.statement import Certainty, Outcome, Person
from pixelwitness.report.wording.english.data_words import (
    list_names,
    list_words,
    name_data,
    name_identifiers,
    name_sender,
    name_thing,
)
from pixelwitness.report.wording.english.messages import follow, list_all, list_some, message, plural
from pixelwitness.report.wording.labels import label_channel, label_form, label_transport
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary, append_forms

MAX_NAMES = 12
MAX_FIELDS = 4
ALSO_SHOWN = "Each request also shows Meta the network address, the browser and the page."
"""What no field holds, and every request shows."""

NOT_KNOWN: Sentence = ("Whether it left was not recorded.",)

_EVENTS: Mapping[Outcome, tuple[str, str]] = {
    "told": ("In all {number} event went to Meta {path}", "In all {number} events went to Meta {path}"),
    "unknown": (
        "Whether {number} event left {path} was not recorded",
        "Whether {number} events left {path} was not recorded",
    ),
    "tried": (
        "{number} event was to go {path}, and nothing left",
        "{number} events were to go {path}, and nothing left",
    ),
    "blocked": (
        "{number} event was to go {path}, and was blocked",
        "{number} events were to go {path}, and were blocked",
    ),
}
_RECEIVED = ("; pixel {pixels} received this.", "; pixels {pixels} received this.")
_RECEIVED_OF_APPS = ("; it is Meta's app id {pixels}.", "; these are Meta's app ids {pixels}.")
"""What an app's SDK names is no pixel, but the number that Meta gave the app."""
_CONTACTS: Mapping[tuple[Outcome, bool], str] = {
    ("told", False): "{site} let Meta know of the visit, through {ways}.",
    ("told", True): "{site} also let Meta know of the visit, through {ways}.",
    ("unknown", False): "Whether {site} let Meta know of the visit was not recorded: through {ways}.",
    ("unknown", True): "Whether {site} also let Meta know of the visit was not recorded: through {ways}.",
    ("tried", False): "{site} tried to let Meta know of the visit, and nothing left, through {ways}.",
    ("tried", True): "{site} also tried to let Meta know of the visit, and nothing left, through {ways}.",
    ("blocked", False): "{site} tried to let Meta know of the visit, and was blocked, through {ways}.",
    ("blocked", True): "{site} also tried to let Meta know of the visit, and was blocked, through {ways}.",
}
_KNOWN: Mapping[tuple[str, Person], str] = {
    ("account", "you"): "With this Meta could know your Facebook or Instagram account, by {names}",
    ("account", "visitor"): "With this Meta could know the visitor's Facebook or Instagram account, by {names}",
    ("person", "you"): "With this Meta could know you as a person, by {names}",
    ("person", "visitor"): "With this Meta could know the visitor as a person, by {names}",
    ("browser", "you"): "With this Meta could know your browser, by {names}",
    ("browser", "visitor"): "With this Meta could know the visitor's browser, by {names}",
    ("device", "you"): "With this Meta could know your device, by {names}",
    ("device", "visitor"): "With this Meta could know the visitor's device, by {names}",
    ("click", "you"): "With this Meta could know the click on an ad that led you here, by {names}",
    ("click", "visitor"): "With this Meta could know the click on an ad that led here, by {names}",
}


def tell_events(statement: Events, vocabulary: Vocabulary) -> Sentence:
    """Return how many events there were, which way they took, to whom."""
    one, many = _EVENTS[statement.outcome]
    ways = list_all(
        [
            message(
                "{way} ({transports})",
                way=label_channel(way.channel),
                transports=list_all([label_transport(one) for one in way.transports]),
            )
            if way.transports
            else (label_channel(way.channel),)
            for way in statement.ways
        ]
    )
    hosts = list_names(statement.receivers)
    path = message("by {ways} to {hosts}", ways=ways, hosts=hosts) if hosts else message("by {ways}", ways=ways)
    of_apps = {way.channel for way in statement.ways} == {Channel.APP_SDK}
    receivers = _RECEIVED_OF_APPS if of_apps else _RECEIVED
    received = receivers[len(statement.pixels) > 1] if statement.pixels and statement.outcome == "told" else "."
    pixels = list_names(statement.pixels)
    return plural(statement.events, one + received, many + received, path=path, pixels=pixels)


def tell_further_events(statement: FurtherEvents, vocabulary: Vocabulary) -> Sentence:
    """Return how many events are not told one by one."""
    return plural(
        statement.events,
        "\u2026 and {number} further event of the same kinds with other contents.",
        "\u2026 and {number} further events of the same kinds with other contents.",
    )


def tell_contacts(statement: Contacts, vocabulary: Vocabulary) -> Sentence:
    """Return by what contacts Meta learns of the visit."""
    numbers: dict[str, int] = {}
    for way in statement.ways:
        name = vocabulary.contact(way.channel, way.rule)
        numbers[name] = numbers.get(name, 0) + way.contacts
    ways = list_all(
        [plural(number, "{name}", "{name} ({number} times)", name=name) for name, number in numbers.items()]
    )
    return message(_CONTACTS[statement.outcome, statement.further], site=name_sender(statement.site), ways=ways)


def tell_personal_data(statement: PersonalData, vocabulary: Vocabulary) -> Sentence:
    """Return which datum stood in which form where, with which events, and why it is taken for that."""
    forms = (label_form(statement.form),) if statement.form else ()
    label = "a phrase" if statement.data_class == DataClass.UNKNOWN else vocabulary.label(statement.data_class)
    datum = append_forms(label, forms)
    fields = list_names(statement.fields, MAX_FIELDS)
    names = [(Captured(name),) if name else ("an event without a name",) for name in statement.events]
    events = list_some(names, MAX_NAMES)
    head = _YOURS if statement.is_persona else _ABOUT[statement.certainty]
    text = f"{head}: {_WHERE[bool(fields), bool(events)]}."
    told = message(text, datum=datum, fields=fields, events=events)
    return follow(
        told,
        message("Why: {reason}.", reason=safe_text(statement.reason)) if statement.reason else (),
        NOT_KNOWN if statement.unknown >= statement.times else (),
    )


_YOURS = "Yours"
_ABOUT: Mapping[Certainty, str] = {
    "certain": "About the person",
    "likely": "Likely about the person",
    "hint": "Perhaps about the person",
}
_WHERE: Mapping[tuple[bool, bool], str] = {
    (True, True): "{datum} in {fields}, with {events}",
    (True, False): "{datum} in {fields}",
    (False, True): "{datum}, with {events}",
    (False, False): "{datum}",
}


def tell_browser_identifiers(statement: BrowserIdentifiers, vocabulary: Vocabulary) -> Sentence:
    """Return by what somebody can be known again."""
    names = list_all(name_identifiers(statement.identifiers, vocabulary))
    thing = name_thing(statement.identifiers)
    if statement.unknown:
        return message(_AGAIN_UNKNOWN[thing], names=names)
    return message(_AGAIN[thing], names=names)


_AGAIN: Mapping[str, str] = {
    "browser": "Meta can know the browser or the account again by {names}.",
    "device": "Meta can know the device again by {names}.",
}
_AGAIN_UNKNOWN: Mapping[str, str] = {
    "browser": "Meta could know the browser or the account again by {names}, if it left.",
    "device": "Meta could know the device again by {names}, if it left.",
}


def tell_no_identifier(statement: NoIdentifier, vocabulary: Vocabulary) -> Sentence:
    """Return what is known where no field held an identifier."""
    if not statement.bodies_not_recorded:
        return follow(("No identifier stood in the fields that were read.",), (ALSO_SHOWN,))
    bodies = plural(
        statement.bodies_not_recorded,
        "No identifier stood in the fields that were read; {number} body was not recorded.",
        "No identifier stood in the fields that were read; {number} bodies were not recorded.",
    )
    return follow(bodies, (ALSO_SHOWN,))


def tell_identification(statement: Identification, vocabulary: Vocabulary) -> Sentence:
    """Return by which identifiers Meta could know whom the events are about."""
    data = list_all(name_data(statement.by_content, vocabulary))
    beside = message("What else went along may tell it, too: {data}.", data=data) if data else ()
    known = _KNOWN.get((statement.level, statement.person))
    if known is not None:
        ending = "; what was not recorded may tell more." if statement.may_be_more else "."
        open_ = NOT_KNOWN if statement.unknown else ()
        return follow(message(known + ending, names=list_words(statement.names)), beside, open_)
    if data:
        return message(
            "None of the identifiers by which Meta matches people was seen; what else went along may tell whom this is "
            "about: {data}.",
            data=data,
        )
    if statement.level == "not recorded":
        return ("By what Meta could know whom this is about was not recorded.",)
    return ("None of the identifiers by which Meta matches people was seen.",)


def tell_attribution(statement: Attribution, vocabulary: Vocabulary) -> Sentence:
    """Return how sure it is that the site sent what is told of it."""
    own = statement.by_own_word
    if statement.requests == 1:
        return (_ONE_BY_OWN_WORD if own else _ONE_LIKELY,)
    return follow(
        plural(
            statement.doubtful,
            "That {number} of {total} requests came from this site is likely, not certain.",
            "That {number} of {total} requests came from this site is likely, not certain.",
            total=statement.requests,
        ),
        plural(
            own,
            "{number} of these is given to it by the sender's own word alone.",
            "{number} of these are given to it by the sender's own word alone.",
        )
        if own
        else (),
    )


_ONE_LIKELY = "That the request came from this site is likely, not certain."
_ONE_BY_OWN_WORD = "That the request came from this site is likely, not certain: only the sender's own word says so."


def tell_server_side(statement: ServerSide, vocabulary: Vocabulary) -> Sentence:
    """Return why the site's server may report, too."""
    reasons = "; ".join(map(safe_text, statement.reasons))
    if not statement.browser_events:
        return message("The server may report to Meta, too: {reasons}.", reasons=reasons)
    return plural(
        statement.browser_events,
        "Browser: {number} event; the server may report to Meta, too: {reasons}.",
        "Browser: {number} events; the server may report to Meta, too: {reasons}.",
        reasons=reasons,
    )


def tell_bodies(statement: BodiesNotRecorded, vocabulary: Vocabulary) -> Sentence:
    """Return how many bodies nobody could look at."""
    return plural(
        statement.bodies,
        "{number} request body was not recorded: what it held is unknown, not absent.",
        "{number} request bodies were not recorded: what they held is unknown, not absent.",
    )


def tell_nothing_seen(statement: NothingSeen, vocabulary: Vocabulary) -> Sentence:
    """Return that a visited site was not seen to send anything."""
    return plural(
        statement.visits,
        "{site} was visited {number} time, and nothing was seen to go to Meta.",
        "{site} was visited {number} times, and nothing was seen to go to Meta.",
        site=name_sender(statement.site),
    )
