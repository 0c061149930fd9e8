"""Suppression: violations that a baseline knows or an ignore accepts, and entries that match nothing.

Owns which of them covers a violation (an ignore, which has a reason, before the baseline)
and what is told of those that are stale.  Pure; the day is handed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from pixelwitness.policy.config.checks import Check
from pixelwitness.policy.config.policy_model import Ignore
from pixelwitness.policy.known.baseline import Baseline, Entry
from pixelwitness.policy.violations.judgement import Forbidden, Judgement, Suppressed
from pixelwitness.policy.violations.verdict_rules import fits, lists, page_host

_OF_DATA = frozenset({Check.DATA, Check.FORM, Check.PERSONAL_DATA, Check.UNDECLARED})


@dataclass
class Suppression:
    """Ignores and a baseline; told of each violation once."""

    ignores: tuple[Ignore, ...]
    baseline: Baseline | None
    today: date
    _matched: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._known = {one.fingerprint for one in self.baseline.entries} if self.baseline else frozenset()

    def of(self, one: Forbidden) -> Forbidden:
        """Return a violation, marked where something covers it."""
        self._seen.add(one.fingerprint)
        matching = [number for number, ignore in enumerate(self.ignores) if covers(ignore, one)]
        self._matched.update(matching)
        for number in matching:
            ignore = self.ignores[number]
            if not self._expired(ignore):
                ends = ignore.expires.isoformat() if ignore.expires else None
                return replace(one, suppressed=Suppressed("ignore", ignore.reason, ends))
        if self.baseline is not None and one.fingerprint in self._known:
            return replace(one, suppressed=_by_baseline(self.baseline.name))
        return one

    def stale(self) -> tuple[str, ...]:
        """Return what is told of entries without effect, once all violations were seen."""
        told = []
        for number, ignore in enumerate(self.ignores):
            name = f"ignore[{number + 1}] ({_chosen(ignore)})"
            if number not in self._matched:
                told.append(f"{name} matches nothing any more; remove it")
            elif self._expired(ignore):
                told.append(f"{name} expired after {ignore.expires}: what it covered counts again")
        if self.baseline is not None:
            gone = [one for one in self.baseline.entries if one.fingerprint not in self._seen]
            told += (f"baseline entry {one.fingerprint} ({_named(one)}) matches nothing any more" for one in gone)
        return tuple(told)

    def _expired(self, ignore: Ignore) -> bool:
        return ignore.expires is not None and ignore.expires < self.today


def known(judgement: Judgement, name: str) -> Judgement:
    """Return a judgement as a baseline that was just made of it lets it be."""
    mark = _by_baseline(name)
    found = (replace(one, suppressed=mark) for one in (*judgement.violations, *judgement.warnings))
    return replace(judgement, violations=(), warnings=(), suppressed=(*judgement.suppressed, *found))


def _by_baseline(name: str) -> Suppressed:
    return Suppressed("baseline", f"known to {name}")


def covers(ignore: Ignore, one: Forbidden) -> bool:
    """Say whether an ignore chooses a violation: everything that it names must hold."""
    return (
        (ignore.fingerprint is None or ignore.fingerprint == one.fingerprint)
        and (ignore.check is None or ignore.check == one.check)
        and (ignore.site is None or fits(ignore.site, one.site, page_host(one.page_url, one.site)) > 0)
        and (ignore.pixel is None or ignore.pixel == one.pixel_id)
        and (ignore.event is None or (not one.is_contact and lists((ignore.event,), one.name)))
        and (ignore.channel is None or one.channels == (ignore.channel,))
        and (ignore.data is None or (one.check in _OF_DATA and one.subject == ignore.data))
    )


def _chosen(ignore: Ignore) -> str:
    """Return what an ignore chooses by, as its file says it."""
    chosen = ("site", "pixel", "event", "channel", "data", "check", "fingerprint")
    return ", ".join(f"{name} {value}" for name in chosen if (value := getattr(ignore, name)) is not None)


def _named(entry: Entry) -> str:
    parts: Iterable[str | None] = (entry.check, entry.site or "unknown site", entry.event, entry.subject)
    return ", ".join(part for part in parts if part)
