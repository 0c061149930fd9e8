"""Suppression: violations that a baseline knows or an ignore accepts, and entries that match nothing.

Owns which of them covers a violation (an ignore, which has a reason, before the baseline)
and which entries are stale.  Pure; the day is handed in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from pixelwitness.policy.baseline import Baseline, BaselineEntry
from pixelwitness.policy.config.checks import Check
from pixelwitness.policy.config.policy_model import Ignore
from pixelwitness.policy.violations.judgement import Acceptance, Judgement, Violation
from pixelwitness.policy.violations.site_rules import fits, lists, page_host
from pixelwitness.policy.violations.stale import Stale, StaleKind

_OF_DATA = frozenset({Check.DATA, Check.FORM, Check.PERSONAL_DATA, Check.UNDECLARED})


@dataclass
class Suppression:
    """Ignores and a baseline, applied to each violation once."""

    ignores: tuple[Ignore, ...]
    baseline: Baseline | None
    today: date
    _matched: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _unfamiliar: list[Violation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = {entry.fingerprint for entry in self.baseline.entries} if self.baseline else frozenset()

    def apply(self, violation: Violation) -> Violation:
        """Return a violation, marked where something covers it."""
        self._seen.add(violation.fingerprint)
        matching = [number for number, ignore in enumerate(self.ignores) if covers(ignore, violation)]
        self._matched.update(matching)
        for number in matching:
            ignore = self.ignores[number]
            if not self._expired(ignore):
                ends = ignore.expires.isoformat() if ignore.expires else None
                return replace(violation, suppressed=Acceptance("ignore", ignore.reason, ends))
        if self.baseline is None:
            return violation
        if violation.fingerprint in self._known:
            return replace(violation, suppressed=_by_baseline(self.baseline.name))
        if violation.is_contact and not self.baseline.kinds.issuperset(violation.channels):
            self._unfamiliar.append(violation)
            reason = f"{self.baseline.name} was written before this kind of contact was told apart"
            return replace(violation, suppressed=Acceptance("baseline", reason))
        return violation

    def stale(self) -> tuple[Stale, ...]:
        """Return what is out of date, once all violations were seen."""
        return (*self._older_baseline(), *self._stale_ignores(), *self._unmatched_entries())

    def _older_baseline(self) -> Iterator[Stale]:
        """Yield one for all contacts of kinds that are newer than the baseline."""
        if self.baseline is None or not self._unfamiliar:
            return
        kinds = sorted({channel for violation in self._unfamiliar for channel in violation.channels})
        contacts = sum(violation.times for violation in self._unfamiliar)
        sites = len({violation.site for violation in self._unfamiliar})
        yield Stale(StaleKind.BASELINE_OLDER, self.baseline.name, kinds=tuple(kinds), contacts=contacts, sites=sites)

    def _stale_ignores(self) -> Iterator[Stale]:
        for number, ignore in enumerate(self.ignores):
            name, about = str(number + 1), _describe_ignore(ignore)
            if number not in self._matched:
                yield Stale(StaleKind.IGNORE_UNMATCHED, name, about)
            elif self._expired(ignore):
                yield Stale(StaleKind.IGNORE_EXPIRED, name, about, expired=str(ignore.expires))

    def _unmatched_entries(self) -> Iterator[Stale]:
        for entry in self.baseline.entries if self.baseline else ():
            if entry.fingerprint not in self._seen:
                yield Stale(StaleKind.ENTRY_UNMATCHED, entry.fingerprint, _describe_entry(entry))

    def _expired(self, ignore: Ignore) -> bool:
        return ignore.expires is not None and ignore.expires < self.today


def accept_all(judgement: Judgement, name: str) -> Judgement:
    """Return a judgement under a baseline that was just made of it: everything in it is known."""
    mark = _by_baseline(name)
    known = (replace(violation, suppressed=mark) for violation in (*judgement.violations, *judgement.warnings))
    return replace(judgement, violations=(), warnings=(), suppressed=(*judgement.suppressed, *known))


def _by_baseline(name: str) -> Acceptance:
    return Acceptance("baseline", f"known to {name}")


def covers(ignore: Ignore, violation: Violation) -> bool:
    """Say whether an ignore chooses a violation: everything that it names must hold."""
    host = page_host(violation.page_url, violation.site)
    return (
        (ignore.fingerprint is None or ignore.fingerprint == violation.fingerprint)
        and (ignore.check is None or ignore.check == violation.check)
        and (ignore.site is None or fits(ignore.site, violation.site, host) > 0)
        and (ignore.pixel is None or ignore.pixel == violation.pixel_id)
        and (ignore.event is None or (not violation.is_contact and lists((ignore.event,), violation.name)))
        and (ignore.channel is None or violation.channels == (ignore.channel,))
        and (ignore.data is None or (violation.check in _OF_DATA and violation.subject == ignore.data))
    )


def _describe_ignore(ignore: Ignore) -> tuple[str, ...]:
    """Return what an ignore names, as its file has it."""
    keys = ("site", "pixel", "event", "channel", "data", "check", "fingerprint")
    return tuple(f"{key} {value}" for key in keys if (value := getattr(ignore, key)) is not None)


def _describe_entry(entry: BaselineEntry) -> tuple[str, ...]:
    parts = (entry.check, entry.site or "unknown site", entry.event, entry.subject)
    return tuple(part for part in parts if part)
