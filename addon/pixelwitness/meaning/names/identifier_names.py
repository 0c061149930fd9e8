"""Identifiers: by which cookies and fields Meta could tell who an event is about.

Owns the levels and the question which identifier a field holds.  The names come from
``fields.yaml``.  Must not know values.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cached_property, lru_cache

import msgspec


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


type Identifier = tuple[Level, str]
"""(level, name, as evidence tells it)"""


class IdentifierNames(msgspec.Struct, frozen=True, dict=True):
    """Names of cookies and classes of fields by which somebody is known."""

    cookies: dict[str, Identifier] = {}
    classes: dict[str, Identifier] = {}
    """By class of datum."""
    person_families: tuple[str, ...] = ()
    """Families in which matching keys stand."""
    click_fields: frozenset[str] = frozenset()
    """Full names of fields that hold the id of a click on Meta's ads."""

    @cached_property
    def of_field(self) -> Callable[[str, str], Identifier | str | None]:
        """Return the identifier that a field (full name, class) holds.

        The class itself where it tells only beside others, as a first name does beside a last name; else None.
        """
        return lru_cache(maxsize=2_048)(self._of_field)

    def _of_field(self, field: str, data_class: str) -> Identifier | str | None:
        family, dot, rest = field.partition(".")
        if family in ("cookie", "cookies") and dot:
            return self.cookies.get(rest)
        of_person = field.startswith(self._person_prefixes)
        if data_class not in self.classes:
            return data_class if of_person else None
        level, name = self.classes[data_class]
        if level is Level.CLICK:
            # Ids of other companies' clicks tell Meta nothing.
            if field in self.click_fields or rest == "fbc":
                return level, name
            return (level, "fbclid") if field.endswith(".fbclid") else None
        return (level, name) if level is not Level.PERSON or of_person else None

    @cached_property
    def _person_prefixes(self) -> tuple[str, ...]:
        return tuple(f"{family}." for family in self.person_families)
