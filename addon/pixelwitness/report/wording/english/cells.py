"""Cells in English: what statements say, in the few words that stand in a table, a list or on a card.

Owns these words.  They draw the same statements as the messages do.
"""

from collections.abc import Callable, Iterable, Iterator

from pixelwitness.report.statements.narrative import SiteNarrative
from pixelwitness.report.statements.site_kinds import (
    BrowserIdentifiers,
    Conflict,
    Contacts,
    Events,
    NoIdentifier,
    OtherFinding,
    PersonalData,
    TextHint,
)
from pixelwitness.report.statements.statement import Carried, Certainty, EventName
from pixelwitness.report.wording.english.data_words import name_data, name_identifiers, name_thing
from pixelwitness.report.wording.labels import label_channel, label_transport, spell_out
from pixelwitness.report.wording.safe_text import numbered, safe_text
from pixelwitness.report.wording.vocabulary import Vocabulary

NO_IDENTIFIER = "no identifier in the fields that were read"
NOT_RECORDED = "not recorded"
NAME_NOT_RECORDED = "(name not recorded)"


def list_events(
    events: Events | None, write: Callable[[str], str] = lambda name: safe_text(name, 60)
) -> tuple[str, ...]:
    """Name events with their numbers: ``PageView`` and how often."""
    return tuple(numbered(write_name(one, write), one.events) for one in (events.names if events else ()))


def write_name(name: EventName, write: Callable[[str], str] = str) -> str:
    """Return the name of an event as ``write`` writes it."""
    return write(name.name) if name.name else NAME_NOT_RECORDED


def list_contacts(contacts: Contacts | None, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name contacts with their numbers: ``Meta's library`` and how often."""
    numbers: dict[str, int] = {}
    for way in contacts.ways if contacts else ():
        name = vocabulary.contact(way.channel, way.rule)
        numbers[name] = numbers.get(name, 0) + way.contacts
    return tuple(numbered(name, number) for name, number in numbers.items())


def list_ways(events: Events | None) -> tuple[str, ...]:
    """Name the ways of events, each with what carried it: ``pixel (image request)``."""
    return tuple(
        f"{label_channel(way.channel)} ({', '.join(map(label_transport, way.transports))})"
        if way.transports
        else label_channel(way.channel)
        for way in (events.ways if events else ())
    )


def about_person(data: Iterable[PersonalData], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name data about the person with their forms: ``e-mail (SHA-256)``; how sure it is stands before the name."""
    by_prefix: dict[str, list[Carried]] = {}
    for one in data:
        by_prefix.setdefault(_prefix(one), []).append(Carried(one.data_class, one.form))
    return tuple(prefix + name for prefix, carried in by_prefix.items() for name in name_data(carried, vocabulary))


def _prefix(one: PersonalData) -> str:
    return prefix_of(one.certainty, is_persona=one.is_persona)


def prefix_of(certainty: Certainty, *, is_persona: bool) -> str:
    """Return what stands before the name of a datum: whose it is, or how sure that is."""
    if is_persona:
        return "your "
    return {"certain": "", "likely": "likely ", "hint": "perhaps "}[certainty]


def about_browser(known: Iterable[BrowserIdentifiers], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name by what a browser, an account or a customer is known again."""
    return tuple(
        f"{name_thing(one.identifiers)} known by {', '.join(name_identifiers(one.identifiers, vocabulary))}"
        for one in known
    )


def about_whom(narrative: SiteNarrative, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what went along about the person and the browser; else say that there was no identifier, or what is open."""
    named = (
        *about_person(narrative.of(PersonalData), vocabulary),
        *about_browser(narrative.of(BrowserIdentifiers), vocabulary),
    )
    return named or tuple(describe_absence(one) for one in narrative.of(NoIdentifier))


def describe_absence(statement: NoIdentifier) -> str:
    """Say what an empty list of data about the person means."""
    return f"{NO_IDENTIFIER}; part of it not recorded" if statement.bodies_not_recorded else NO_IDENTIFIER


def list_hints(narrative: SiteNarrative, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what texts point at, and what else was found."""
    return tuple(dict.fromkeys(_hints(narrative, vocabulary)))


def _hints(narrative: SiteNarrative, vocabulary: Vocabulary) -> Iterator[str]:
    for hint in narrative.of(TextHint):
        yield f"{vocabulary.text_hint(hint.about, hint.label)} ({HINTS[hint.about]})"
    for finding in narrative.of(OtherFinding):
        yield f"{spell_out(finding.label)} ({spell_out(finding.finding)})"
    if narrative.of(Conflict):
        yield "another page claimed (conflict)"


HINTS = {"topic": "sensitive topic", "interest": "interest", "instruction_text": "text that could reach an AI"}
"""What a text points at, in few words."""
