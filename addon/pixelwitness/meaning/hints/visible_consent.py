"""Consent as it was visible when an event left: what a site's signals had shown by then.

Owns what is remembered of signals, by client and site, and the findings that follow from it.
Signals and events come in the order of time, so a live session and its recording are told
alike.  It says what was seen, never whether a law was kept.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.meaning.names.knowledge import ConsentNames
from pixelwitness.meaning.spot.finding import CONSENT, Certainty, Finding

MOST_SITES = 10_000
"""Sites of clients that are remembered; beyond it the one not heard of for longest is let go."""

NOTHING_SEEN = "nothing_seen"
NOT_RECORDED = "not_recorded"
AFTER_WITHDRAWAL = "after_withdrawal"
GPC = "gpc"

_DECISIVE = (ConsentState.GRANTED, ConsentState.DENIED, ConsentState.PARTIAL)
_WORDS = {
    ConsentState.GRANTED: "granted",
    ConsentState.DENIED: "denied",
    ConsentState.PARTIAL: "granted in part",
    ConsentState.NOT_OPTED_OUT: "no objection",
    ConsentState.NOT_REQUIRED: "said not to be required",
    ConsentState.PRESENT: "present, could not be read",
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a kind of signal showed last."""

    kind: str
    state: ConsentState
    at: float
    own: bool
    """It stood in a cookie of the site's own page."""


@dataclass(slots=True)
class _Known:
    """What is known of one site as one client sees it."""

    has_page: bool = False
    """A page of the site was seen, so that its cookies would have been."""
    objects: bool = False
    """The browser sent Global Privacy Control with it."""
    latest: dict[str, _Shown] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    """Kinds that were granted and are denied since."""
    told: dict[bool, tuple[Finding, ...]] = field(default_factory=dict)
    """What was told of it last, with cookies recorded and without; emptied by whatever is new."""


class ConsentMemory:
    """Remembers what signals have shown so far."""

    def __init__(self, names: ConsentNames) -> None:
        self._names = names
        self._known: OrderedDict[tuple[str, Site], _Known] = OrderedDict()

    def page(self, client: str, site: Site) -> None:
        """Note that a page of a site was opened."""
        known = self._of(client, site)
        known.has_page = True
        known.told.clear()

    def signal(self, client: str, site: Site, kind: str, state: ConsentState, at: float | None, *, own: bool) -> None:
        """Note a signal; one that is older than what is known of its kind changes nothing."""
        known = self._of(client, site)
        known.told.clear()
        if kind == GPC:
            known.objects = known.objects or state is ConsentState.DENIED
            return
        before = known.latest.get(kind)
        when = at if at is not None else before.at if before else 0.0
        if before is not None and when < before.at:
            return
        if state is ConsentState.GRANTED:
            known.withdrawn.discard(kind)
        elif state is ConsentState.DENIED and before is not None and before.state is ConsentState.GRANTED:
            known.withdrawn.add(kind)
        known.latest[kind] = _Shown(kind, state, when, own)

    def at_event(self, client: str, site: Site, *, cookies_recorded: bool) -> tuple[Finding, ...]:
        """Return what was visible for an event that leaves now."""
        known = self._known.get((client, site))
        if known is None:
            return self._told(_Known(), cookies_recorded=cookies_recorded)
        told = known.told.get(cookies_recorded)
        if told is None:
            told = known.told[cookies_recorded] = self._told(known, cookies_recorded=cookies_recorded)
        return told

    def _told(self, known: _Known, *, cookies_recorded: bool) -> tuple[Finding, ...]:
        told = [self._visible(known, cookies_recorded=cookies_recorded)]
        if known.withdrawn and told[0].label == ConsentState.DENIED:
            kinds = sorted(known.withdrawn)
            own = any(known.latest[kind].own for kind in kinds)
            words = f"granted before, denied since: {', '.join(map(self._label, kinds))}"
            told.append(_finding(AFTER_WITHDRAWAL, "likely" if own else "hint", words))
        if known.objects:
            told.append(_finding(GPC, "certain", "the browser objected to sale and sharing of data (Sec-GPC)"))
        return tuple(told)

    def _visible(self, known: _Known, *, cookies_recorded: bool) -> Finding:
        shown = sorted(known.latest.values(), key=lambda one: (-one.at, one.kind))
        if not shown:
            if not cookies_recorded:
                return _finding(NOT_RECORDED, "certain", "the recording holds no cookies, and no other signal was seen")
            if not known.has_page:
                words = "no page of the site is in the recording, and no other signal was seen"
                return _finding(NOT_RECORDED, "certain", words)
            return _finding(NOTHING_SEEN, "likely", "before any consent signal on this site in this session")
        evidence = "; ".join(self._words(one) for one in shown)
        decisive = [one for one in shown if one.state in _DECISIVE] or shown[:1]
        newest = [one for one in decisive if one.at == decisive[0].at]
        state = newest[0].state if len({one.state for one in newest}) == 1 else ConsentState.PARTIAL
        agreed = all(one.state is state for one in decisive)
        certain = agreed and any(one.own for one in decisive)
        return _finding(state, "likely" if certain else "hint", evidence)

    def _words(self, shown: _Shown) -> str:
        where = "a cookie of the site" if shown.own else "a neighbouring request"
        return f"{self._label(shown.kind)}, in {where}: {_WORDS[shown.state]}"

    def _label(self, kind: str) -> str:
        # A user's own rule may name a kind that nothing else knows: its name is a word of the rule's, not captured.
        return self._names.signals.get(kind, kind)

    def _of(self, client: str, site: Site) -> _Known:
        key = (client, site)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_SITES:
                self._known.popitem(last=False)
            known = self._known[key] = _Known()
        self._known.move_to_end(key)
        return known


def _finding(label: str, certainty: Certainty, evidence: str) -> Finding:
    return Finding(CONSENT, str(label), None, certainty, evidence)
