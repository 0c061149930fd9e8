"""Consent as it was visible when an event left: what a site's signals had shown by then.

Owns what is remembered of signals, by client and site, and the findings that follow from it.
Signals and events come in the order of time, so a live session and its recording give the
same findings.  It says what was seen, never whether a law was kept.
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
class _LatestSignal:
    """What a kind of signal showed last."""

    kind: str
    state: ConsentState
    at: float
    own: bool
    """It stood in a cookie of the site's own page."""


@dataclass(slots=True)
class _SiteConsent:
    """What is known of one site as one client sees it."""

    has_page: bool = False
    """A page of the site was seen, so that its cookies would have been."""
    objects: bool = False
    """The browser sent Global Privacy Control with it."""
    latest: dict[str, _LatestSignal] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    """Kinds that were granted and are denied since."""
    findings: dict[bool, tuple[Finding, ...]] = field(default_factory=dict)
    """What was found of it last, with cookies recorded and without; emptied by whatever is new."""


class ConsentMemory:
    """Remembers what signals have shown so far."""

    def __init__(self, names: ConsentNames) -> None:
        self._names = names
        self._known: OrderedDict[tuple[str, Site], _SiteConsent] = OrderedDict()

    def page(self, client: str, site: Site) -> None:
        """Note that a page of a site was opened."""
        known = self._of(client, site)
        known.has_page = True
        known.findings.clear()

    def signal(self, client: str, site: Site, kind: str, state: ConsentState, at: float | None, *, own: bool) -> None:
        """Note a signal; one that is older than what is known of its kind changes nothing."""
        known = self._of(client, site)
        known.findings.clear()
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
        known.latest[kind] = _LatestSignal(kind, state, when, own)

    def at_event(self, client: str, site: Site, *, cookies_recorded: bool) -> tuple[Finding, ...]:
        """Return what was visible for an event that leaves now."""
        known = self._known.get((client, site))
        if known is None:
            return self._findings(_SiteConsent(), cookies_recorded=cookies_recorded)
        findings = known.findings.get(cookies_recorded)
        if findings is None:
            findings = known.findings[cookies_recorded] = self._findings(known, cookies_recorded=cookies_recorded)
        return findings

    def _findings(self, known: _SiteConsent, *, cookies_recorded: bool) -> tuple[Finding, ...]:
        findings = [self._visible(known, cookies_recorded=cookies_recorded)]
        if known.withdrawn and findings[0].label == ConsentState.DENIED:
            kinds = sorted(known.withdrawn)
            is_own = any(known.latest[kind].own for kind in kinds)
            words = f"granted before, denied since: {', '.join(map(self._label, kinds))}"
            findings.append(_finding(AFTER_WITHDRAWAL, "likely" if is_own else "hint", words))
        if known.objects:
            findings.append(_finding(GPC, "certain", "the browser objected to sale and sharing of data (Sec-GPC)"))
        return tuple(findings)

    def _visible(self, known: _SiteConsent, *, cookies_recorded: bool) -> Finding:
        signals = sorted(known.latest.values(), key=lambda signal: (-signal.at, signal.kind))
        if not signals:
            if not cookies_recorded:
                return _finding(NOT_RECORDED, "certain", "the recording holds no cookies, and no other signal was seen")
            if not known.has_page:
                words = "no page of the site is in the recording, and no other signal was seen"
                return _finding(NOT_RECORDED, "certain", words)
            return _finding(NOTHING_SEEN, "likely", "no consent signal of this site had been seen when it left")
        evidence = "; ".join(map(self._words, signals))
        decisive = [signal for signal in signals if signal.state in _DECISIVE] or signals[:1]
        newest = [signal for signal in decisive if signal.at == decisive[0].at]
        state = newest[0].state if len({signal.state for signal in newest}) == 1 else ConsentState.PARTIAL
        agreed = all(signal.state is state for signal in decisive)
        certain = agreed and any(signal.own for signal in decisive)
        return _finding(state, "likely" if certain else "hint", evidence)

    def _words(self, signal: _LatestSignal) -> str:
        where = "a cookie of the site" if signal.own else "a neighbouring request"
        return f"{self._label(signal.kind)}, in {where}: {_WORDS[signal.state]}"

    def _label(self, kind: str) -> str:
        # A user's own rule may name a kind that nothing else knows: its name is a word of the rule's, not captured.
        return self._names.signals.get(kind, kind)

    def _of(self, client: str, site: Site) -> _SiteConsent:
        key = (client, site)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_SITES:
                self._known.popitem(last=False)
            known = self._known[key] = _SiteConsent()
        self._known.move_to_end(key)
        return known


def _finding(label: str, certainty: Certainty, evidence: str) -> Finding:
    return Finding(CONSENT, str(label), None, certainty, evidence)
