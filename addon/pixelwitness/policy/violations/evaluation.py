"""Evaluation: what the checks of one site hold against one event or contact.

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
from pixelwitness.policy.violations.gaps import GapKind
from pixelwitness.policy.violations.reasons import Reason, ReasonKind
from pixelwitness.policy.violations.site_rules import SiteRules, lists

HEALTH = frozenset({"health", "mental_health", "reproduction", "addiction"})
"""Sensitive topics that are matters of health."""

_NEEDED = ("pixel", "library", "config")
"""Contacts without which no event leaves."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What one check holds against an event or contact."""

    check: Check
    level: Level
    why: Reason
    subject: str | None = None
    """What in it: a class of data, a channel, a topic; None for the whole."""
    key: tuple[str, ...] = ()
    """What distinguishes it from others of its check: part of its fingerprint."""
    carried: tuple[Carried, ...] | None = None
    """The data it is about; None for all of them."""
    fields: tuple[str, ...] = ()
    """Names of fields in which it stood, beside those of the data."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes two objections to one event the same."""
        return (self.check, *self.key)


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """Something that a check would have to know and that was not recorded."""

    about: GapKind
    check: str
    label: str = ""
    """What was visible of consent."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that is held against one event or contact, and all that could not be known."""

    objections: tuple[Objection, ...]
    doubts: frozenset[Doubt]


type _Results = Iterable[Objection | Doubt]


def evaluate(facts: Facts, rules: SiteRules) -> Evaluation:
    """Return what the checks of a site hold against an event or contact."""
    after = [result for result in _by_lists(rules.allowed, facts, rules) if rules.asks(Check(result.check))]
    asks_consent = rules.asks(Check.CONSENT)
    phase = facts.phase(rules.counts_as_consent) if asks_consent else Phase.AFTER
    if phase is Phase.AFTER:
        return _parted((*after, *_by_contents((rules.allowed,), facts, rules)))
    before = list(_by_lists(rules.allowed_before, facts, rules))
    keys_before, keys_after = _keys(before), _keys(after)
    results = [result for result in after if isinstance(result, Objection) and result.identity in keys_before]
    doubts = [result for result in before if isinstance(result, Doubt)]
    # As by default, a contact warns: a library may have been told to wait.
    level = Level.WARN if facts.is_contact else rules.level(Check.CONSENT)
    # What is never allowed is no matter of consent, unless that only warns where consent is graver.
    never = _keys(
        result
        for result in after
        if isinstance(result, Objection) and (result.level is Level.ERROR or level is Level.WARN)
    )
    only_with_consent = keys_before - never
    if phase is Phase.BEFORE:
        if only_with_consent:
            results.append(Objection(Check.CONSENT, level, Reason(ReasonKind.CONSENT_ONLY, label=facts.shown)))
        return _parted((*results, *doubts, *_by_contents((rules.allowed_before,), facts, rules)))
    doubts += (result for result in after if isinstance(result, Doubt))
    if (only_with_consent or keys_after - keys_before) and not facts.is_contact:
        doubts.append(Doubt(GapKind.CONSENT, Check.CONSENT, facts.shown))
    return _parted((*results, *doubts, *_by_contents((rules.allowed_before, rules.allowed), facts, rules)))


def _parted(results: tuple[Objection | Doubt, ...]) -> Evaluation:
    return Evaluation(
        tuple(result for result in results if isinstance(result, Objection)),
        frozenset(result for result in results if isinstance(result, Doubt)),
    )


def _keys(results: _Results) -> set[tuple[str, ...]]:
    return {result.identity for result in results if isinstance(result, Objection)}


def _by_lists(allowed: Allowed, facts: Facts, rules: SiteRules) -> Iterator[Objection | Doubt]:
    """Yield what is not in the lists of a table; of an event that may not be sent at all, that alone."""
    if facts.is_contact:
        (channel,) = facts.channels
        needed = allowed.contacts is None and channel in _NEEDED and allowed.events
        if not needed and not lists(allowed.contacts, channel):
            yield Objection(Check.CONTACT, rules.level(Check.CONTACT), _not_listed("contact", allowed.contacts))
        return
    if not lists(allowed.events, facts.name):
        if facts.name is None and facts.unread and allowed.events:
            yield Doubt(GapKind.NAME, Check.EVENT)
        else:
            yield Objection(Check.EVENT, rules.level(Check.EVENT), _not_listed("event", allowed.events))
            if rules.level(Check.EVENT) is Level.ERROR:
                return
    if allowed.pixels is not None and not lists(allowed.pixels, facts.pixel_id):
        if facts.pixel_id is None and facts.unread:
            yield Doubt(GapKind.PIXEL, Check.PIXEL)
        else:
            yield Objection(Check.PIXEL, rules.level(Check.PIXEL), _not_listed("pixel", allowed.pixels))
    if allowed.channels is not None:
        for channel in facts.channels:
            if not lists(allowed.channels, channel):
                why = _not_listed("channel", allowed.channels)
                yield Objection(Check.CHANNEL, rules.level(Check.CHANNEL), why, channel, (channel,))
    yield from _by_data(allowed, facts, rules)


def _by_data(allowed: Allowed, facts: Facts, rules: SiteRules) -> Iterator[Objection | Doubt]:
    for key, of_class in _grouped(facts.carried, lambda datum: (datum.data_class,)):
        listed = allowed.data is None or lists(allowed.data, key[0])
        if not listed:
            why = _not_listed("data", allowed.data)
            yield Objection(Check.DATA, rules.level(Check.DATA), why, key[0], key, of_class)
        if allowed.forms is not None and (listed or rules.level(Check.DATA) is not Level.ERROR):
            personal = (datum for datum in of_class if datum.personal is not None)
            for (data_class, form), of_form in _grouped(personal, lambda datum: (datum.data_class, datum.form)):
                if not lists(allowed.forms, form):
                    why = _not_listed("form", allowed.forms)
                    key_of_form = (data_class, form)
                    yield Objection(Check.FORM, rules.level(Check.FORM), why, data_class, key_of_form, of_form)
    if facts.unread:
        if allowed.data is not None and ANY not in allowed.data:
            yield Doubt(GapKind.CONTENTS, Check.DATA)
        if allowed.forms is not None and ANY not in allowed.forms:
            yield Doubt(GapKind.CONTENTS, Check.FORM)
    if facts.cookies_unknown and allowed.data is not None and not lists(allowed.data, DataClass.ACCOUNT_ID):
        yield Doubt(GapKind.COOKIES, Check.DATA)


def _by_contents(tables: tuple[Allowed, ...], facts: Facts, rules: SiteRules) -> Iterator[Objection | Doubt]:
    """Yield what presets hold against the contents; data that each of the tables names by its class is allowed."""
    level = rules.level(Check.PERSONAL_DATA)
    if level is not Level.OFF:
        personal = [
            datum
            for datum in facts.carried
            if datum.personal is not None and not all(datum.data_class in (table.data or ()) for table in tables)
        ]
        # A mask beside what it masks is no datum of its own.
        unmasked = {datum.data_class for datum in personal if datum.form != Form.MASKED}
        personal = [datum for datum in personal if datum.form != Form.MASKED or datum.data_class not in unmasked]
        for key, carried in _grouped(personal, lambda datum: (datum.data_class, datum.form)):
            # What only looks like data about a person accuses nobody.
            is_sure = any(datum.personal != "hint" for datum in carried)
            why = Reason(ReasonKind.PERSONAL_DATA if is_sure else ReasonKind.LIKE_PERSONAL_DATA)
            yield Objection(Check.PERSONAL_DATA, level if is_sure else Level.WARN, why, key[0], key, carried)
    if rules.asks(Check.HEALTH):
        for topic in sorted({topic for topic, _ in facts.topics} & HEALTH):
            fields = tuple(sorted(field for label, field in facts.topics if label == topic and field is not None))
            carried = tuple(datum for datum in facts.carried if datum.field in fields)
            why = Reason(ReasonKind.TOPIC, label=topic)
            yield Objection(Check.HEALTH, rules.level(Check.HEALTH), why, topic, (topic,), carried, fields)
    if rules.asks(Check.UNDECLARED):
        yield from _by_declaration(facts, rules)
    if facts.unread:
        for check in (Check.PERSONAL_DATA, Check.HEALTH, Check.UNDECLARED):
            if rules.asks(check):
                yield Doubt(GapKind.CONTENTS, check)
    if facts.cookies_unknown:
        named = all(DataClass.ACCOUNT_ID in (table.data or ()) for table in tables)
        if rules.asks(Check.PERSONAL_DATA) and not named:
            yield Doubt(GapKind.COOKIES, Check.PERSONAL_DATA)
        declared = rules.declared.data if rules.declared else ()
        if rules.asks(Check.UNDECLARED) and not lists(declared, DataClass.ACCOUNT_ID):
            yield Doubt(GapKind.COOKIES, Check.UNDECLARED)


def _by_declaration(facts: Facts, rules: SiteRules) -> Iterator[Objection | Doubt]:
    declared, level = rules.declared, rules.level(Check.UNDECLARED)

    def missing(
        what: str, subject: str | None, key: tuple[str, ...], carried: tuple[Carried, ...] | None = None
    ) -> Objection:
        why = Reason(ReasonKind.NOT_DECLARED, what) if declared else Reason(ReasonKind.NO_DECLARATION)
        return Objection(Check.UNDECLARED, level, why, subject, key, carried)

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
        yield Doubt(GapKind.NAME, Check.UNDECLARED) if unknown else missing("event", None, ("event",))
    if not lists(declared.pixels, facts.pixel_id):
        unknown = facts.pixel_id is None and facts.unread
        yield Doubt(GapKind.PIXEL, Check.UNDECLARED) if unknown else missing("pixel", None, ("pixel",))
    for channel in facts.channels:
        if not lists(declared.channels, channel):
            yield missing("channel", channel, ("channel", channel))
    for (data_class,), carried in _grouped(facts.carried, lambda datum: (datum.data_class,)):
        if not lists(declared.data, data_class):
            yield missing("data", data_class, ("data", data_class), carried)


def _not_listed(what: str, listed: tuple[str, ...] | None) -> Reason:
    return Reason(ReasonKind.NOT_LISTED if listed else ReasonKind.NONE_ALLOWED, what)


def _grouped(
    carried: Iterable[Carried], key: Callable[[Carried], tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], tuple[Carried, ...]]]:
    groups: dict[tuple[str, ...], list[Carried]] = {}
    for datum in carried:
        groups.setdefault(key(datum), []).append(datum)
    for group_key in sorted(groups):
        yield group_key, tuple(groups[group_key])
