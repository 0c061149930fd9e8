"""Judging: which events and contacts a policy forbids, and whether the evidence allows to say so.

Owns the way from what was seen to a judgement.  Pure: what was seen in, a judgement
out.  It must not know databases, outputs or vocabularies; it hands on classes of data,
never values.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pixelwitness.core.coverage import Coverage, is_headless
from pixelwitness.core.exposure import SeenContact, SeenEvent, Standing
from pixelwitness.core.records import Contact, Event, Observation, PixelConfig, Recording, Visit
from pixelwitness.core.rule import Channel
from pixelwitness.core.sites import site_of
from pixelwitness.core.sumup import SumUp
from pixelwitness.policy import facts, gaps
from pixelwitness.policy.baseline import Baseline
from pixelwitness.policy.checks import Level
from pixelwitness.policy.gathering import Gathered
from pixelwitness.policy.judgement import DEFAULT_POLICY, Judgement, Place
from pixelwitness.policy.objections import opinion
from pixelwitness.policy.pages import unopened
from pixelwitness.policy.rules import Rules
from pixelwitness.policy.scripts import Scripts
from pixelwitness.policy.suppression import Suppression

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
    standing = SumUp(own_sites, ()).standing
    without_cookies = {one.id for one in recordings if not one.cookies_recorded}

    def lacks_cookies(recording_id: str, hosts: Iterable[str]) -> bool:
        return recording_id in without_cookies and any(site_of(host) in own_sites for host in hosts)

    judging = _Judging(terms)
    with_events: set[str] = set()
    with_contacts: set[str] = set()
    loaded: set[str] = set()
    scripts = Scripts()
    own = 0
    for seen in events:
        event = seen.event
        with_events.add(event.recording_id)
        scripts.speak(event.recording_id, event.page_site)
        if standing(event.page_site, event.channel) is Standing.META:
            own += 1
            continue
        main = seen.transmissions[0] if seen.transmissions else None
        place = Place(event.recording_id, main.position, main.line) if main else None
        lacks = lacks_cookies(event.recording_id, (one.receiver_host for one in seen.transmissions))
        judging.look(event, facts.of_event(seen, terms.user_data, cookies_unknown=lacks), place)
    for each in contacts:
        contact = each.contact
        with_contacts.add(contact.recording_id)
        if standing(contact.page_site, contact.channel) is Standing.META:
            continue
        if contact.channel in (Channel.LIBRARY, Channel.CONFIG):
            loaded.add(contact.recording_id)
            if contact.blocked and terms.rules.policy.judge_blocked:
                scripts.stopped(contact.recording_id, contact.page_site)
        place = Place(contact.recording_id, contact.position, contact.line)
        visible, lacks = (
            (consent or {}).get(contact.id, ()),
            lacks_cookies(contact.recording_id, (contact.receiver_host,)),
        )
        judging.look(contact, facts.of_contact(each, terms.user_data, visible, cookies_unknown=lacks), place)
    observations = tuple(observations)
    for one in observations:
        scripts.note(one.recording_id, one.site, one.kind)
    headless = {one.id for one in recordings if is_headless(one.user_agent)}
    suppression = Suppression(terms.rules.policy.ignore, terms.baseline, terms.today)
    found = [suppression.of(one) for one in judging.gathered.done()]
    counted = [one for one in found if one.suppressed is None]
    return Judgement(
        violations=tuple(one for one in counted if one.level is Level.ERROR),
        warnings=tuple(one for one in counted if one.level is not Level.ERROR),
        gaps=(
            *gaps.of_recordings(coverage, strict=strict),
            *gaps.of_doubts(judging.doubts, strict=strict),
            *gaps.of_silence(headless, with_events, loaded, gaps.blocking(configs)),
            *unopened(visits, observations, with_events | with_contacts),
            *scripts.gaps(lambda site: standing(site) is Standing.META),
        ),
        coverage=coverage,
        own=own,
        suppressed=tuple(one for one in found if one.suppressed is not None),
        stale=suppression.stale(),
        policy=_in_words(terms),
        presets=terms.rules.presets,
    )


class _Judging:
    """Collects what is held against events and contacts, and what could not be known of them."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.gathered = Gathered()
        self.doubts: Counter[tuple[str, str]] = Counter()

    def look(self, row: Event | Contact, seen: facts.Facts, place: Place | None) -> None:
        """Take one event or contact."""
        rules = self._terms.rules
        if row.blocked and not rules.policy.judge_blocked:
            return
        made = opinion(seen, rules.of(row.page_site, row.page_url))
        for objection in made.objections:
            self.gathered.add(row, seen, objection, place)
        self.doubts.update(gaps.counted(made.doubts))


def _in_words(terms: Terms) -> str:
    """Return what is applied: the file, the presets, else the default."""
    rules = terms.rules
    parts = [terms.name] if terms.name else []
    if rules.presets:
        parts.append(f"preset{'s' if len(rules.presets) > 1 else ''} {', '.join(rules.presets)}")
    elif rules.is_default:
        own = rules.policy.checks or any(one.checks for one in rules.policy.site)
        parts.append("the default with levels of its own" if own else DEFAULT_POLICY)
    return "; ".join(parts)
