"""Judging: which events and contacts a policy forbids, and whether the evidence allows to say so.

Owns the way from what was seen to a judgement.  Pure: what was seen in, a judgement
out.  It must not know databases, outputs or vocabularies; it hands on classes of data,
never values.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent, Standing
from pixelwitness.core.exposure.exposure_builder import ExposureBuilder
from pixelwitness.core.exposure.records import Contact, Event, Observation, PixelConfig, Recording, Visit
from pixelwitness.core.wire.sites import site_of
from pixelwitness.policy.config.checks import Level
from pixelwitness.policy.known.baseline import Baseline
from pixelwitness.policy.known.suppression import Suppression
from pixelwitness.policy.silence import gaps
from pixelwitness.policy.silence.reasons import Silence
from pixelwitness.policy.violations import facts
from pixelwitness.policy.violations.gathering import Gathered
from pixelwitness.policy.violations.judgement import DEFAULT_POLICY, Judgement, Place
from pixelwitness.policy.violations.objections import opinion
from pixelwitness.policy.violations.verdict_rules import Rules, page_host

MOST_UNUSED = 5
"""Tables without a page that are named; the others are counted."""

NEVER = date.min
"""The day on which nothing has expired."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what is judged."""

    rules: Rules = field(default_factory=Rules)
    baseline: Baseline | None = None
    today: date = NEVER
    """Ignores that end before this day count no more."""
    name: str = ""
    """The file of the policy, as messages call it."""
    user_data: Collection[str] = ()
    """Families of fields that hold data about a person."""


DEFAULT = Terms()


def judge(
    recordings: Iterable[Recording],
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    own_sites: Iterable[str],
    coverage: Coverage,
    *,
    configs: Iterable[PixelConfig] = (),
    observations: Iterable[Observation] = (),
    visits: Iterable[Visit] = (),
    terms: Terms = DEFAULT,
    consent: Mapping[str, Collection[str]] | None = None,
    strict: bool = False,
) -> Judgement:
    """Judge by a policy; ``configs`` tell whether silence has its reason in a pixel's configuration.

    ``observations`` tell whether the pixel's scripts arrived, without which it cannot send, and with ``visits``
    whether a page was opened at all.
    ``consent`` tells for contacts, by their ids, what was visible of it; events carry theirs as findings.
    ``strict`` makes a gap of any body, and of cookies to Meta, that were not recorded.
    """
    own_sites, recordings = frozenset(own_sites), tuple(recordings)
    standing = ExposureBuilder(own_sites, ()).standing
    without_cookies = {one.id for one in recordings if not one.cookies_recorded}

    def lacks_cookies(recording_id: str, hosts: Iterable[str]) -> bool:
        return recording_id in without_cookies and any(site_of(host) in own_sites for host in hosts)

    judging = _Judging(terms)
    visits = tuple(visits)
    silence = Silence(recordings, visits, observations)
    own = 0
    for seen in events:
        event = seen.event
        silence.event(event)
        if standing(event.page_site, event.channel) is Standing.META:
            own += 1
            continue
        main = seen.transmissions[0] if seen.transmissions else None
        place = Place(event.recording_id, main.position, main.line) if main else None
        lacks = lacks_cookies(event.recording_id, (one.receiver_host for one in seen.transmissions))
        judging.look(event, facts.of_event(seen, terms.user_data, cookies_unknown=lacks), place)
    for each in contacts:
        contact = each.contact
        if standing(contact.page_site, contact.channel) is Standing.META:
            continue
        silence.contact(contact, blocked_counts=terms.rules.policy.judge_blocked)
        place = Place(contact.recording_id, contact.position, contact.line)
        visible = (consent or {}).get(contact.id, ())
        lacks = lacks_cookies(contact.recording_id, (contact.receiver_host,))
        judging.look(contact, facts.of_contact(each, terms.user_data, visible, cookies_unknown=lacks), place)
    pages = judging.pages | {(one.site, page_host(one.page_url, one.site)) for one in visits}
    suppression = Suppression(terms.rules.policy.ignore, terms.baseline, terms.today)
    found = [suppression.of(one) for one in judging.gathered.done()]
    counted = [one for one in found if one.suppressed is None]
    return Judgement(
        violations=tuple(one for one in counted if one.level is Level.ERROR),
        warnings=tuple(one for one in counted if one.level is not Level.ERROR),
        gaps=(
            *gaps.of_recordings(coverage, strict=strict),
            *gaps.of_doubts(judging.doubts, strict=strict),
            *silence.gaps(configs, lambda site: standing(site) is Standing.META),
        ),
        coverage=coverage,
        own=own,
        suppressed=tuple(one for one in found if one.suppressed is not None),
        stale=suppression.stale(),
        policy=_in_words(terms, pages),
        presets=terms.rules.presets,
    )


class _Judging:
    """Collects what is held against events and contacts, and what could not be known of them."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.gathered = Gathered()
        self.doubts: Counter[tuple[str, str]] = Counter()
        self.pages: set[tuple[str | None, str | None]] = set()
        """(site, host) of what was looked at."""

    def look(self, row: Event | Contact, seen: facts.Facts, place: Place | None) -> None:
        """Take one event or contact."""
        rules = self._terms.rules
        self.pages.add((row.page_site, page_host(row.page_url, row.page_site)))
        if row.blocked and not rules.policy.judge_blocked:
            return
        made = opinion(seen, rules.of(row.page_site, row.page_url))
        for objection in made.objections:
            self.gathered.add(row, seen, objection, place)
        self.doubts.update(gaps.counted(made.doubts))


def _in_words(terms: Terms, pages: Collection[tuple[str | None, str | None]]) -> str:
    """Return what is applied: the file, the presets, else the default; and which of its tables fit no page."""
    rules = terms.rules
    parts = [terms.name] if terms.name else []
    if rules.presets:
        parts.append(f"preset{'s' if len(rules.presets) > 1 else ''} {', '.join(rules.presets)}")
    elif rules.is_default:
        own = rules.policy.checks or any(one.checks for one in rules.policy.site)
        parts.append("the default with levels of its own" if own else DEFAULT_POLICY)
    unused = rules.unused(pages)
    if unused and pages:
        more = f" and {len(unused) - MOST_UNUSED:,} more" if len(unused) > MOST_UNUSED else ""
        parts.append(f"no page was seen for {', '.join(unused[:MOST_UNUSED])}{more}")
    return "; ".join(parts)
