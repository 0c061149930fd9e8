"""Judging: which events and contacts a policy forbids, and whether the evidence allows to say so.

Owns the default policy: any event that reaches for Meta is a violation, a contact
warns.  Pure: what was seen in, a judgement out.  It must not know databases,
outputs or vocabularies; it hands on classes of data, never values.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pixelwitness.core import jsontext
from pixelwitness.core.coverage import Coverage, is_headless
from pixelwitness.core.exposure import SeenContact, SeenEvent, Standing
from pixelwitness.core.records import Field, PixelConfig, Recording
from pixelwitness.core.rule import Channel
from pixelwitness.core.sumup import SumUp
from pixelwitness.meaning.about import SAYS_NOTHING, About, about_of
from pixelwitness.policy.checks import Check, Level
from pixelwitness.policy.judgement import Forbidden, Judgement, Place, fingerprint
from pixelwitness.policy.remedies import remedies

MAX_PLACES = 5
"""Places that one violation names; the others are counted."""


@dataclass(slots=True)
class _Kind:
    """Gathers events or contacts of one kind."""

    site: str | None
    page_url: str | None
    name: str | None
    pixel_id: str | None
    channels: tuple[str, ...]
    rule_id: str
    confidence: str
    check: Check
    times: int = 0
    blocked: int = 0
    data: set[tuple[str, str]] = field(default_factory=set)
    matchings: set[str] = field(default_factory=set)
    """How data of the person got in."""
    places: list[Place] = field(default_factory=list)

    def carry(self, fields: Iterable[Field]) -> None:
        """Take the fields of one more event or contact; what is only technical is nobody's violation."""
        for one in fields:
            about = about_of(one.data_class, one.field)
            if about is About.TECHNICAL or one.form in SAYS_NOTHING:
                continue
            self.data.add((one.data_class, one.form))
            if about is About.PERSON:
                self.matchings.add(one.matching)

    def done(self) -> Forbidden:
        return Forbidden(
            site=self.site,
            page_url=self.page_url,
            name=self.name,
            pixel_id=self.pixel_id,
            channels=self.channels,
            rule_id=self.rule_id,
            confidence=self.confidence,
            times=self.times,
            blocked=self.blocked,
            data=tuple(sorted(self.data)),
            places=tuple(self.places[:MAX_PLACES]),
            remedies=remedies(self.channels, self.matchings),
            check=self.check,
            level=Level.WARN if self.check is Check.CONTACT else Level.ERROR,
            fingerprint=fingerprint(self.check, self.site, self.pixel_id, self.name, self.rule_id, *self.channels),
            why=_WHY[self.check],
            is_contact=self.check is Check.CONTACT,
        )


_WHY = {
    Check.EVENT: "no event may go to Meta from this site",
    Check.CONTACT: "no request may reach for Meta from this site",
}


def judge(
    recordings: Iterable[Recording],
    events: Iterable[SeenEvent],
    contacts: Iterable[SeenContact],
    own_sites: Iterable[str],
    coverage: Coverage,
    *,
    configs: Iterable[PixelConfig] = (),
    strict: bool = False,
) -> Judgement:
    """Judge by the default policy; ``configs`` tell whether silence has its reason in a pixel's configuration.

    It does not look into what an event holds, so an unread body is a gap only under ``strict``.
    """
    standing = SumUp(frozenset(own_sites), ()).standing
    violations: dict[tuple[str, ...], _Kind] = {}
    warnings: dict[tuple[str, ...], _Kind] = {}
    with_events: set[str] = set()
    loaded: dict[str, set[str]] = {}
    own = 0
    for seen in events:
        event = seen.event
        with_events.add(event.recording_id)
        if standing(event.page_site, event.channel) is Standing.META:
            own += 1
            continue
        _add_event(violations, seen)
    for each in contacts:
        contact = each.contact
        if standing(contact.page_site, contact.channel) is Standing.META:
            continue
        if contact.channel in (Channel.LIBRARY, Channel.CONFIG):
            loaded.setdefault(contact.recording_id, set()).add(contact.page_site or "an unknown page")
        _add_contact(warnings, each)
    headless = {one.id for one in recordings if is_headless(one.user_agent)}
    gaps = (*_gaps(coverage, strict=strict), *_silent(headless, with_events, loaded, _blocking(configs)))
    return Judgement(
        violations=_done(violations), warnings=_done(warnings), gaps=tuple(gaps), coverage=coverage, own=own
    )


def _done(kinds: Mapping[tuple[str, ...], _Kind]) -> tuple[Forbidden, ...]:
    return tuple(kinds[key].done() for key in sorted(kinds))


def _add_event(kinds: dict[tuple[str, ...], _Kind], seen: SeenEvent) -> None:
    event = seen.event
    # The unknown site comes last, an event without a name first.
    key = (
        "" if event.page_site else "~",
        event.page_site or "",
        event.event_name or "",
        event.pixel_id or "",
        event.rule_id,
        *seen.channels,
    )
    kind = kinds.get(key)
    if kind is None:
        kind = kinds[key] = _Kind(
            event.page_site,
            event.page_url,
            event.event_name,
            event.pixel_id,
            seen.channels,
            event.rule_id,
            event.confidence,
            Check.EVENT,
        )
    kind.times += 1
    kind.blocked += event.blocked
    kind.carry(seen.fields)
    if seen.transmissions:
        main = seen.transmissions[0]
        kind.places.append(Place(event.recording_id, main.position, main.line))


def _add_contact(kinds: dict[tuple[str, ...], _Kind], seen: SeenContact) -> None:
    contact = seen.contact
    key = ("" if contact.page_site else "~", contact.page_site or "", contact.channel, contact.rule_id)
    kind = kinds.get(key)
    if kind is None:
        kind = kinds[key] = _Kind(
            contact.page_site,
            contact.page_url,
            None,
            contact.pixel_id,
            (contact.channel,),
            contact.rule_id,
            contact.confidence,
            Check.CONTACT,
        )
    kind.times += 1
    kind.blocked += contact.blocked
    kind.carry(seen.fields)
    kind.places.append(Place(contact.recording_id, contact.position, contact.line))


def _gaps(coverage: Coverage, *, strict: bool) -> Iterator[str]:
    if coverage.incomplete:
        yield f"recordings that end before their end: {coverage.incomplete:,}"
    if coverage.rejected:
        yield f"entries that could not be used: {coverage.rejected:,}"
    if coverage.undecodable:
        yield f"requests to Meta that could not be decoded: {coverage.undecodable:,}"
    if coverage.dropped:
        yield f"records that could not be stored: {coverage.dropped:,}"
    if coverage.rule_faults:
        yield f"requests on which a rule failed: {coverage.rule_faults:,}"
    if coverage.accounted != coverage.seen:
        yield f"requests seen {coverage.seen:,}, accounted for {coverage.accounted:,}"
    if strict and coverage.bodies_not_recorded:
        yield f"request bodies that were not recorded: {coverage.bodies_not_recorded:,} (--strict)"


def _blocking(configs: Iterable[PixelConfig]) -> set[str]:
    """Return the recordings in which a configuration was read that has events of programs dropped."""
    blocking = set()
    for row in configs:
        parts = jsontext.loads_or_none(row.value) if row.key == "bot_blocking" else None
        if isinstance(parts, dict) and parts.get("on") is not False and parts.get("headless") is not False:
            blocking.add(row.recording_id)
    return blocking


def _silent(
    headless: set[str], with_events: set[str], loaded: Mapping[str, set[str]], blocking: set[str]
) -> Iterator[str]:
    """Tell recordings of headless browsers in which the pixel was loaded and kept silent."""
    suspicious = headless.intersection(loaded) - with_events
    told = suspicious & blocking
    if told:
        yield (
            f"a headless browser loaded Meta's pixel and no event followed (recordings: {len(told):,}); "
            "the recorded configuration has events of such browsers dropped, so silence proves nothing: "
            "record again with a window, or with an ordinary user agent"
        )
    if suspicious - told:
        yield (
            f"a headless browser loaded Meta's pixel and no event followed (recordings: {len(suspicious - told):,}); "
            "Meta's configurations block such browsers, so silence proves nothing: record again with a window, "
            "or with an ordinary user agent"
        )
