"""Objections: what the checks of one site hold against one event or contact.

Owns each check's question.  Pure: facts and rules in, objections and doubts out.  What
cannot be known because it was not recorded is a doubt, never an objection and never
silently fine.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.text.forms import Form
from pixelwitness.policy.config.checks import Check, Level
from pixelwitness.policy.config.policy_model import ANY, Allowed
from pixelwitness.policy.violations.facts import Carried, Facts, Phase
from pixelwitness.policy.violations.verdict_rules import SiteRules, lists

HEALTH = frozenset({"health", "mental_health", "reproduction", "addiction"})
"""Sensitive topics that are matters of health."""

_NEEDED = ("pixel", "library", "config")
"""Contacts without which no event leaves."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What one check holds against an event or contact."""

    check: Check
    level: Level
    why: str
    subject: str | None = None
    """What in it: a class of data, a channel, a topic; None for the whole."""
    what: tuple[str, ...] = ()
    """What tells it from others of its check, with the subject: part of its fingerprint."""
    carried: tuple[Carried, ...] | None = None
    """The data it is about; None for all of them."""
    places: tuple[str, ...] = ()
    """Names of fields in which it stood, beside those of the data."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two objections the same."""
        return (self.check, *self.what)


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """Something that a check would have to know: ``contents``, ``cookies``, ``name``, ``pixel`` or ``consent``."""

    about: str
    check: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that is held against one event or contact, and all that could not be known."""

    objections: tuple[Objection, ...]
    doubts: frozenset[Doubt]


type _Told = Objection | Doubt


def opinion(facts: Facts, rules: SiteRules) -> Opinion:
    """Return what the checks of a site make of an event or contact."""
    after = [one for one in _by_lists(rules.allowed, facts, rules) if rules.asks(Check(one.check))]
    if not rules.asks(Check.CONSENT):
        return _opinion((*after, *_by_contents((rules.allowed,), facts, rules)))
    phase = facts.phase(rules.counts_as_consent)
    if phase is Phase.AFTER:
        return _opinion((*after, *_by_contents((rules.allowed,), facts, rules)))
    before = list(_by_lists(rules.allowed_before, facts, rules))
    told: list[_Told] = [one for one in after if isinstance(one, Objection) and one.key in _keys(before)]
    told += (one for one in before if isinstance(one, Doubt))
    # As by default, a contact warns: a library may have been told to wait.
    level = Level.WARN if facts.is_contact else rules.level(Check.CONSENT)
    # What is never allowed is no matter of consent, unless that only warns where consent is graver.
    never = _keys(
        one for one in after if isinstance(one, Objection) and (one.level is Level.ERROR or level is Level.WARN)
    )
    only_with_consent = _keys(before) - never
    if phase is Phase.BEFORE:
        if only_with_consent:
            told.append(Objection(Check.CONSENT, level, f"it is allowed with consent only, and {facts.visible}"))
        return _opinion((*told, *_by_contents((rules.allowed_before,), facts, rules)))
    told += (one for one in after if isinstance(one, Doubt))
    if (only_with_consent or _keys(after) - _keys(before)) and not facts.is_contact:
        told.append(Doubt("consent", Check.CONSENT, facts.visible))
    return _opinion((*told, *_by_contents((rules.allowed_before, rules.allowed), facts, rules)))


def _opinion(told: Iterable[_Told]) -> Opinion:
    several = tuple(told)
    return Opinion(
        tuple(one for one in several if isinstance(one, Objection)),
        frozenset(one for one in several if isinstance(one, Doubt)),
    )


def _keys(told: Iterable[_Told]) -> set[tuple[str, ...]]:
    return {one.key for one in told if isinstance(one, Objection)}


def _by_lists(allowed: Allowed, facts: Facts, rules: SiteRules) -> Iterator[_Told]:
    """Yield what is not in the lists of a table; of an event that may not be sent at all, that alone."""
    if facts.is_contact:
        (channel,) = facts.channels
        needed = allowed.contacts is None and channel in _NEEDED and allowed.events
        if not needed and not lists(allowed.contacts, channel):
            yield Objection(Check.CONTACT, rules.level(Check.CONTACT), _not_listed("contact", allowed.contacts))
        return
    if not lists(allowed.events, facts.name):
        if facts.name is None and facts.unread and allowed.events:
            yield Doubt("name", Check.EVENT)
        else:
            yield Objection(Check.EVENT, rules.level(Check.EVENT), _not_listed("event", allowed.events))
            if rules.level(Check.EVENT) is Level.ERROR:
                return
    if allowed.pixels is not None and not lists(allowed.pixels, facts.pixel_id):
        if facts.pixel_id is None and facts.unread:
            yield Doubt("pixel", Check.PIXEL)
        else:
            yield Objection(Check.PIXEL, rules.level(Check.PIXEL), _not_listed("pixel", allowed.pixels))
    if allowed.channels is not None:
        for channel in facts.channels:
            if not lists(allowed.channels, channel):
                why = _not_listed("channel", allowed.channels)
                yield Objection(Check.CHANNEL, rules.level(Check.CHANNEL), why, channel, (channel,))
    yield from _data(allowed, facts, rules)


def _data(allowed: Allowed, facts: Facts, rules: SiteRules) -> Iterator[_Told]:
    for data_class, of_class in _grouped(facts.carried, lambda one: (one.data_class,)):
        listed = allowed.data is None or lists(allowed.data, data_class[0])
        if not listed:
            why = _not_listed("class of data", allowed.data)
            yield Objection(Check.DATA, rules.level(Check.DATA), why, data_class[0], data_class, of_class)
        if allowed.forms is not None and (listed or rules.level(Check.DATA) is not Level.ERROR):
            of_person = (one for one in of_class if one.personal is not None)
            for what, of_form in _grouped(of_person, lambda one: (one.data_class, one.form)):
                if not lists(allowed.forms, what[1]):
                    why = _not_listed("form of personal data", allowed.forms)
                    yield Objection(Check.FORM, rules.level(Check.FORM), why, what[0], what, of_form)
    if facts.unread:
        if allowed.data is not None and ANY not in allowed.data:
            yield Doubt("contents", Check.DATA)
        if allowed.forms is not None and ANY not in allowed.forms:
            yield Doubt("contents", Check.FORM)
    if facts.cookies_unknown and allowed.data is not None and not lists(allowed.data, DataClass.ACCOUNT_ID):
        yield Doubt("cookies", Check.DATA)


def _by_contents(tables: tuple[Allowed, ...], facts: Facts, rules: SiteRules) -> Iterator[_Told]:
    """Yield what presets hold against the contents; data that each of the tables names by its class is allowed."""
    level = rules.level(Check.PERSONAL_DATA)
    if level is not Level.OFF:
        of_person = [
            one
            for one in facts.carried
            if one.personal is not None and not all(one.data_class in (table.data or ()) for table in tables)
        ]
        # A mask beside what it masks is no datum of its own.
        unmasked = {one.data_class for one in of_person if one.form != Form.MASKED}
        of_person = [one for one in of_person if one.form != Form.MASKED or one.data_class not in unmasked]
        for what, carried in _grouped(of_person, lambda one: (one.data_class, one.form)):
            # What only looks like data about a person accuses nobody.
            sure = any(one.personal != "hint" for one in carried)
            why = "data about a person may not go to Meta, in no form" if sure else "it looks like data about a person"
            yield Objection(Check.PERSONAL_DATA, level if sure else Level.WARN, why, what[0], what, carried)
    if rules.asks(Check.HEALTH):
        for topic in sorted({topic for topic, _ in facts.topics} & HEALTH):
            where = tuple(sorted(field for label, field in facts.topics if label == topic and field is not None))
            carried = tuple(one for one in facts.carried if one.field in where)
            why = f"its texts point at {topic.replace('_', ' ')}: a hint at what the page was about"
            yield Objection(Check.HEALTH, rules.level(Check.HEALTH), why, topic, (topic,), carried, where)
    if rules.asks(Check.UNDECLARED):
        yield from _undeclared(facts, rules)
    if facts.unread:
        for check in (Check.PERSONAL_DATA, Check.HEALTH, Check.UNDECLARED):
            if rules.asks(check):
                yield Doubt("contents", check)
    if facts.cookies_unknown:
        if rules.asks(Check.PERSONAL_DATA) and not all(DataClass.ACCOUNT_ID in (one.data or ()) for one in tables):
            yield Doubt("cookies", Check.PERSONAL_DATA)
        declared = rules.declared.data if rules.declared else ()
        if rules.asks(Check.UNDECLARED) and not lists(declared, DataClass.ACCOUNT_ID):
            yield Doubt("cookies", Check.UNDECLARED)


def _undeclared(facts: Facts, rules: SiteRules) -> Iterator[_Told]:
    declared, level = rules.declared, rules.level(Check.UNDECLARED)

    def missing(
        what: str, subject: str | None, key: tuple[str, ...], of: tuple[Carried, ...] | None = None
    ) -> Objection:
        why = (
            f"the site's declaration does not list this {what}" if declared else "there is no declaration of this site"
        )
        return Objection(Check.UNDECLARED, level, why, subject, key, of)

    if facts.is_contact:
        (channel,) = facts.channels
        if declared is None or not lists(declared.contacts, channel):
            yield missing("contact", None, ())
        return
    if declared is None:
        yield missing("event", None, ("event",))
        return
    if not lists(declared.events, facts.name):
        unknown = facts.name is None and facts.unread
        yield Doubt("name", Check.UNDECLARED) if unknown else missing("event", None, ("event",))
    if not lists(declared.pixels, facts.pixel_id):
        unknown = facts.pixel_id is None and facts.unread
        yield Doubt("pixel", Check.UNDECLARED) if unknown else missing("pixel", None, ("pixel",))
    for channel in facts.channels:
        if not lists(declared.channels, channel):
            yield missing("channel", channel, ("channel", channel))
    for (data_class,), carried in _grouped(facts.carried, lambda one: (one.data_class,)):
        if not lists(declared.data, data_class):
            yield missing("class of data", data_class, ("data", data_class), carried)


def _not_listed(what: str, listed: tuple[str, ...] | None) -> str:
    return f"the policy does not list this {what} here" if listed else f"the policy allows no {what} here"


def _grouped(
    carried: Iterable[Carried], key: Callable[[Carried], tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], tuple[Carried, ...]]]:
    groups: dict[tuple[str, ...], list[Carried]] = {}
    for one in carried:
        groups.setdefault(key(one), []).append(one)
    for what in sorted(groups):
        yield what, tuple(groups[what])
