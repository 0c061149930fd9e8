"""Identity: by which identifiers Meta could tell who an event is about.

Owns the order of the levels; which names count for which is knowledge.  A level says what was
received, not what Meta does with it.  What a recorder left out is unknown, never absent.
Pure; sees redacted fields alone.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from pixelwitness.core.exposure.exposure import Identification
from pixelwitness.core.exposure.records import Field
from pixelwitness.core.wire.request import BodyState
from pixelwitness.meaning.names.identifier_names import Identifier, IdentifierNames, Level
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING
from pixelwitness.meaning.spot.finding import IDENTITY, Finding
from pixelwitness.meaning.text.forms import Form

CLOSENESS: Mapping[str, int] = {
    level: rank
    for rank, level in enumerate(
        (Level.ACCOUNT, Level.PERSON, Level.BROWSER, Level.CLICK, Level.NOT_RECORDED, Level.NONE)
    )
}
"""Rank by level, 0 for the closest; not recorded stands before none, since it may hide any."""

_NOTHING = "no identifier"
_LACKING = "not recorded: "
_EMPTY = SAYS_NOTHING | {Form.MASKED}


class Identifiers(msgspec.Struct, frozen=True, gc=False):
    """By which identifiers Meta could tell whom one transmission is about."""

    names: tuple[Identifier, ...]
    body_unread: bool = False
    takes_cookies: bool = False
    """It went to a host of Meta's own, to which a browser sends Meta's cookies."""


NO_IDENTIFIERS = Identifiers(())


def identifiers_of(
    fields: Iterable[Field], known: IdentifierNames, body_state: BodyState, *, takes_cookies: bool
) -> Identifiers:
    """Return which identifiers the fields of one transmission hold."""
    names: set[Identifier] = set()
    classes: set[str] = set()
    for field in fields:
        if field.form in _EMPTY or not field.length:
            continue
        identifier = known.of_field(field.field, field.data_class)
        if isinstance(identifier, tuple):
            names.add(identifier)
        elif identifier is not None:
            classes.add(identifier)
    if {DataClass.FIRST_NAME, DataClass.LAST_NAME} <= classes:
        names.add((Level.PERSON, "fn + ln"))
    unread = body_state in (BodyState.NOT_RECORDED, BodyState.TOO_BIG, BodyState.UNDECODABLE)
    return Identifiers(tuple(sorted(names)), unread, takes_cookies)


@lru_cache(maxsize=256)
def identity_finding(identifiers: Identifiers, *, cookies_recorded: bool) -> Finding:
    """Return the finding: the closest level as label, the identifiers as evidence.

    >>> identifiers = Identifiers(((Level.BROWSER, "_fbp"), (Level.PERSON, "em")))
    >>> finding = identity_finding(identifiers, cookies_recorded=True)
    >>> finding.label, finding.evidence
    ('person', 'em, _fbp')
    >>> identity_finding(Identifiers((), takes_cookies=True), cookies_recorded=False).label
    'not recorded'
    """
    cookies_unknown = identifiers.takes_cookies and not cookies_recorded
    names = sorted(identifiers.names, key=lambda name: (CLOSENESS[name[0]], name[1]))
    missing = [
        words
        for is_missing, words in ((identifiers.body_unread, "the body"), (cookies_unknown, "cookies"))
        if is_missing and (not names or names[0][0] is not Level.ACCOUNT)
    ]
    level = names[0][0] if names else Level.NOT_RECORDED if missing else Level.NONE
    listed = ", ".join(name for _, name in names)
    lacking = f"{_LACKING}{' and '.join(missing)}" if missing else ""
    evidence = "; ".join(part for part in (listed, lacking) if part) or _NOTHING
    return Finding(IDENTITY, level.value, None, "certain", evidence)


def summarise_identity(findings: Iterable[tuple[str, str]]) -> Identification:
    """Join the findings of one site, each (label, evidence), to what they say at the closest.

    >>> summarise_identity([("browser", "_fbp; not recorded: cookies"), ("person", "em, _fbp")])
    Identification(level='person', names=('em', '_fbp'), may_be_more=True, unknown=False)
    """
    ranked = sorted(findings, key=lambda finding: (CLOSENESS.get(finding[0], len(CLOSENESS)), finding[1]))
    names: dict[str, None] = {}
    for _, evidence in ranked:
        for part in evidence.split("; "):
            if part != _NOTHING and not part.startswith(_LACKING):
                names |= dict.fromkeys(part.split(", "))
    level = ranked[0][0] if ranked else Level.NONE.value
    more = level != Level.ACCOUNT and any(_LACKING in evidence for _, evidence in ranked)
    return Identification(level, tuple(names), more)
