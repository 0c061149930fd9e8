"""The rules for one site: which table of a policy holds, how presets and levels compose.

Owns the choice among patterns (the most specific one alone holds) and the levels that
follow from presets, tables and ``checks``.  Pure; must not know what is judged.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pixelwitness.core.exposure.exposure import APP
from pixelwitness.core.wire.sites import host_of
from pixelwitness.policy.config.checks import PRESETS, Check, Level
from pixelwitness.policy.config.policy_model import (
    ANY,
    UNKNOWN_SITE,
    Allowed,
    Declaration,
    Declared,
    Policy,
    SitePolicy,
)

_DEFAULT: Mapping[Check, Level] = {Check.EVENT: Level.ERROR, Check.CONTACT: Level.WARN}
_LISTS: Mapping[Check, Level] = {
    **_DEFAULT,
    **dict.fromkeys((Check.PIXEL, Check.CHANNEL, Check.DATA, Check.FORM), Level.ERROR),
}
_GRAVITY = {Level.OFF: 0, Level.WARN: 1, Level.ERROR: 2}

NOTHING = Allowed()


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What holds for one site."""

    levels: Mapping[Check, Level]
    allowed: Allowed
    """With consent, or at any time where no check asks for it."""
    allowed_before: Allowed
    """Before consent; the same as ``allowed`` where no check asks for it."""
    counts_as_consent: frozenset[str]
    declared: Declared | None

    def level(self, check: Check) -> Level:
        """Return how grave a check is here."""
        return self.levels.get(check, Level.OFF)

    def asks(self, *checks: Check) -> bool:
        """Say whether any of these checks is asked."""
        return any(self.level(check) is not Level.OFF for check in checks)


@dataclass(frozen=True)
class PolicyRules:
    """A policy, further presets and a declaration as one."""

    policy: Policy = field(default_factory=Policy)
    further: tuple[str, ...] = ()
    """Presets beside those of the policy."""
    declaration: Declaration | None = None

    @cached_property
    def presets(self) -> tuple[str, ...]:
        """Every preset once, in the order of their names."""
        return tuple(sorted({*self.policy.presets, *self.further}))

    @cached_property
    def is_default(self) -> bool:
        """Say whether neither a preset nor a table says what is forbidden."""
        return not self.presets and not self._has_lists

    @cached_property
    def may_ask_consent(self) -> bool:
        """Say whether consent is asked of any site."""
        return Check.CONSENT in self._levels or any(
            table.before_consent or table.after_consent or Check.CONSENT in table.checks for table in self.policy.site
        )

    def for_page(self, site: str | None, page_url: str | None) -> SiteRules:
        """Return the rules for a page."""
        host = page_host(page_url, site)
        key = (site, host)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compose(
                most_specific(self.policy.site, site, host),
                most_specific(self.declaration.site if self.declaration else (), site, host),
            )
        return known

    def unused_patterns(self, pages: Collection[tuple[str | None, str | None]]) -> tuple[str, ...]:
        """Return the first pattern of each table of the policy that fits none of the pages, each (site, host)."""
        return tuple(
            table.match[0]
            for table in self.policy.site
            if not any(fits(pattern, *page) for pattern in table.match for page in pages)
        )

    @cached_property
    def _known(self) -> dict[tuple[str | None, str | None], SiteRules]:
        return {}

    @cached_property
    def _has_lists(self) -> bool:
        return any(table.allow or table.before_consent or table.after_consent for table in self.policy.site)

    @cached_property
    def _levels(self) -> dict[Check, Level]:
        levels = dict(_DEFAULT if self.is_default else _LISTS if self._has_lists else {})
        for name in self.presets:
            for check, level in PRESETS[name].checks.items():
                levels[check] = max(level, levels.get(check, Level.OFF), key=_GRAVITY.__getitem__)
        return levels | _parse_levels(self.policy.checks)

    def _compose(self, table: SitePolicy | None, declared: Declared | None) -> SiteRules:
        levels = dict(self._levels)
        if table is None:
            return SiteRules(levels, NOTHING, NOTHING, frozenset({"granted"}), declared)
        if table.before_consent is not None or table.after_consent is not None:
            levels.setdefault(Check.CONSENT, Level.ERROR)
        levels |= _parse_levels(table.checks)
        allowed = table.after_consent or table.allow or NOTHING
        asks = levels.get(Check.CONSENT, Level.OFF) is not Level.OFF
        before = (table.before_consent or NOTHING) if asks else allowed
        return SiteRules(levels, allowed, before, frozenset(table.counts_as_consent), declared)


def _parse_levels(levels: Mapping[str, str]) -> dict[Check, Level]:
    return {Check(check): Level(level) for check, level in levels.items()}


def page_host(page_url: str | None, site: str | None) -> str | None:
    """Return the host of a page, its site where no address is known; an app stands for both."""
    if site is not None and site.startswith(APP):
        return site
    return host_of(page_url or "") or site


def fits(pattern: str, site: str | None, host: str | None) -> int:
    """Say how well a pattern fits a page, 0 for not at all: ``*``, the site, hosts below a name, the host itself.

    An app stands for both.

    >>> [fits(pattern, "shop.example", "www.shop.example") for pattern in ("*", "shop.example", "*.shop.example")]
    [1, 2, 16]
    >>> fits("www.shop.example", "shop.example", "www.shop.example"), fits("*.shop.example", "shop.example", None)
    (1000, 0)
    >>> [fits(pattern, "app:com.shop", "app:com.shop") for pattern in ("*", "app:*", "app:com.shop", "*.shop")]
    [1, 2, 1000, 0]
    >>> fits("unknown", None, None), fits("hop.example", "shop.example", "www.shop.example")
    (1000, 0)
    """
    if pattern == ANY:
        return 1
    if site is None and host is None:
        return 1000 if pattern == UNKNOWN_SITE else 0
    if pattern == host:
        return 1000
    if host is not None and host.startswith(APP):
        return 2 if pattern == f"{APP}{ANY}" else 0
    if pattern.startswith("*."):
        return 2 + len(pattern) if host is not None and host.endswith(pattern[1:]) else 0
    return 2 if pattern == site else 0


def most_specific[T: (SitePolicy, Declared)](tables: Iterable[T], site: str | None, host: str | None) -> T | None:
    """Return the table whose pattern fits a page best, the first of equals."""
    best_fit, best = 0, None
    for table in tables:
        fit = max(fits(pattern, site, host) for pattern in table.match)
        if fit > best_fit:
            best_fit, best = fit, table
    return best


def lists(words: Collection[str] | None, word: str | None) -> bool:
    """Say whether a list names a word: itself, its start with a ``*`` behind it, or everything.

    >>> lists(("Lead*",), "LeadForm"), lists(("PageView",), "PageViews"), lists(("*",), None), lists(None, "a")
    (True, False, True, False)
    """
    if not words:
        return False
    if ANY in words:
        return True
    return word is not None and any(
        word.startswith(listed[:-1]) if listed.endswith(ANY) else word == listed for listed in words
    )
