"""Identity: by which identifiers Meta could tell who an event is about.

Owns the order of the levels and which names count for which.  A level says what was
received, not what Meta does with it.  What a recorder left out is unknown, never absent.
Pure; sees redacted fields alone.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

import msgspec

from pixelwitness.core.exposure.exposure import KnownBy
from pixelwitness.core.exposure.records import Field
from pixelwitness.core.wire.request import BodyState
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING
from pixelwitness.meaning.spot.finding import IDENTITY, Finding
from pixelwitness.meaning.text.forms import Form


class Level(StrEnum):
    """How closely identifiers point at somebody, the closest first."""

    ACCOUNT = "account"
    """A Facebook or Instagram account: its cookie or login id."""
    PERSON = "person"
    """Matching keys: e-mail, phone, or first and last name, hashed or not."""
    BROWSER = "browser"
    """An id of the browser, or the site's own id of the person."""
    CLICK = "click"
    """The click on an ad by which the visit began."""
    NONE = "none"
    NOT_RECORDED = "not recorded"
    """Nothing was seen, and the recording lacks where it would stand."""


CLOSENESS: Mapping[str, int] = {
    level: rank
    for rank, level in enumerate(
        (Level.ACCOUNT, Level.PERSON, Level.BROWSER, Level.CLICK, Level.NOT_RECORDED, Level.NONE)
    )
}
"""Rank by level, 0 for the closest; not recorded stands before none, since it may hide any."""

_COOKIES: Mapping[str, tuple[Level, str]] = {
    "c_user": (Level.ACCOUNT, "c_user"),
    "ds_user_id": (Level.ACCOUNT, "ds_user_id"),
    "_fbp": (Level.BROWSER, "_fbp"),
    "datr": (Level.BROWSER, "datr"),
    "sb": (Level.BROWSER, "sb"),
    "fr": (Level.BROWSER, "fr"),
    "_fbc": (Level.CLICK, "_fbc"),
}
_BY_CLASS: Mapping[str, tuple[Level, str]] = {
    DataClass.LOGIN_ID: (Level.ACCOUNT, "fb_login_id"),
    DataClass.EMAIL: (Level.PERSON, "em"),
    DataClass.PHONE: (Level.PERSON, "ph"),
    DataClass.BROWSER_ID: (Level.BROWSER, "_fbp"),
    DataClass.EXTERNAL_ID: (Level.BROWSER, "external_id"),
    DataClass.DEVICE_ID: (Level.BROWSER, "device id"),
    DataClass.CLICK_ID: (Level.CLICK, "_fbc"),
}
_PERSON_FAMILIES = ("ud.", "udff.", "aud.", "audff.", "am.", "fb.advanced_matching.", "user_data.")
_CLICK_FIELDS = frozenset({"fbc", "fbcs", "fb.clickID"})
_NOTHING = "no identifier"
_LACKING = "not recorded: "
_EMPTY = SAYS_NOTHING | {Form.MASKED}


class Identifiers(msgspec.Struct, frozen=True, gc=False):
    """By which identifiers Meta could tell whom one transmission is about."""

    names: tuple[tuple[Level, str], ...]
    body_unread: bool = False
    takes_cookies: bool = False
    """It went to a host of Meta's own, to which a browser sends Meta's cookies."""


NO_IDENTIFIERS = Identifiers(())


def identifiers_of(fields: Iterable[Field], body_state: BodyState, *, takes_cookies: bool) -> Identifiers:
    """Return which identifiers the fields of one transmission hold."""
    names: set[tuple[Level, str]] = set()
    classes: set[str] = set()
    for field in fields:
        if field.form in _EMPTY or not field.length:
            continue
        identifier = _identifier(field.field, field.data_class)
        if isinstance(identifier, tuple):
            names.add(identifier)
        elif identifier is not None:
            classes.add(identifier)
    if {DataClass.FIRST_NAME, DataClass.LAST_NAME} <= classes:
        names.add((Level.PERSON, "fn + ln"))
    unread = body_state in (BodyState.NOT_RECORDED, BodyState.TOO_BIG, BodyState.UNDECODABLE)
    return Identifiers(tuple(sorted(names)), unread, takes_cookies)


@lru_cache(maxsize=2_048)
def _identifier(field: str, data_class: str) -> tuple[Level, str] | str | None:
    """Return the identifier that a field holds, or its class where it is one only beside others, a first name say."""
    family, dot, rest = field.partition(".")
    if family in ("cookie", "cookies") and dot:
        return _COOKIES.get(rest)
    if data_class not in _BY_CLASS:
        return data_class if field.startswith(_PERSON_FAMILIES) else None
    level, name = _BY_CLASS[data_class]
    if level is Level.CLICK:
        # Ids of other companies' clicks tell Meta nothing.
        if field in _CLICK_FIELDS or rest == "fbc":
            return level, name
        return (level, "fbclid") if field.endswith(".fbclid") else None
    return (level, name) if level is not Level.PERSON or field.startswith(_PERSON_FAMILIES) else None


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


def closest(findings: Iterable[tuple[str, str]]) -> KnownBy:
    """Join the findings of one site, each (label, evidence), to what they say at the closest.

    >>> closest([("browser", "_fbp; not recorded: cookies"), ("person", "em, _fbp")])
    KnownBy(level='person', names=('em', '_fbp'), may_be_more=True)
    """
    ranked = sorted(findings, key=lambda finding: (CLOSENESS.get(finding[0], len(CLOSENESS)), finding[1]))
    names: dict[str, None] = {}
    for _, evidence in ranked:
        for part in evidence.split("; "):
            if part != _NOTHING and not part.startswith(_LACKING):
                names |= dict.fromkeys(part.split(", "))
    level = ranked[0][0] if ranked else Level.NONE.value
    more = level != Level.ACCOUNT and any(_LACKING in evidence for _, evidence in ranked)
    return KnownBy(level, tuple(names), more)
