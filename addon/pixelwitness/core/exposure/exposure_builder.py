"""From the events, contacts and visits of a store to the exposure of each site.

Owns which site everything belongs to, and what joins sites; what is counted for one is
`grouping`'s.  Pure: records in, models out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import (
    APP,
    OPERATOR,
    CountedFinding,
    Exposure,
    Identification,
    SeenContact,
    SeenEvent,
    SiteExposure,
    Standing,
    told_by,
)
from pixelwitness.core.exposure.exposure_parts import SharedValue
from pixelwitness.core.exposure.grouping import (
    MAX_OPENED,
    ContactCounter,
    DataCounter,
    EventCounter,
    FindingCounter,
    span,
)
from pixelwitness.core.exposure.outcome import SENT, Outcome
from pixelwitness.core.exposure.pixel_setup import SettingsGatherer
from pixelwitness.core.exposure.records import Contact, Event, Field, PixelConfig, Recording, Visit
from pixelwitness.core.exposure.site_sequence import SiteGatherer
from pixelwitness.core.join.attribution import OWN_WORDS

type _EventKey = tuple[str, str, tuple[str, ...], int]

_OUTCOMES = tuple(Outcome)
_HASHES = frozenset({"sha256", "sha1", "md5"})
_APPENDIX = "+appendix"
"""Behind the name of a form where something is attached to the hash, which is no part of the value."""
_ANY = ""
"""In place of a class: whatever it was called."""
_COMPARED = frozenset({Standing.SITE, Standing.APP})


@dataclass(slots=True)
class _SiteBuilder:
    """Gathers what belongs to one site."""

    visits: int = 0
    places: int = 0
    events: dict[_EventKey, EventCounter] = field(default_factory=dict)
    contacts: dict[tuple[str, int], ContactCounter] = field(default_factory=dict)
    data: DataCounter = field(default_factory=DataCounter)
    certainties: dict[str, int] = field(default_factory=dict)
    by_own_word: int = 0
    times: list[str] = field(default_factory=list)
    settings: SettingsGatherer = field(default_factory=SettingsGatherer)
    server_hints: list[CountedFinding] = field(default_factory=list)
    known_by: Identification | None = None
    consent: list[CountedFinding] = field(default_factory=list)
    findings: FindingCounter = field(default_factory=FindingCounter)
    opened: dict[str, None] = field(default_factory=dict)

    def add_event(self, item: SeenEvent, outcome: Outcome) -> None:
        event = item.event
        # The order of groups is the order of names; an event without a name comes first.
        key = (event.event_name or "", event.pixel_id or "", item.channels, _OUTCOMES.index(outcome))
        group = self.events.get(key)
        if group is None:
            group = self.events[key] = EventCounter(item)
        group.add(item, self.places)
        self.places += 1
        if outcome in SENT:
            self.data.add_event(item)
            self.findings.add(item.findings, outcome, to=self.findings.events)
        self._count(event)

    def add_contact(self, item: SeenContact, outcome: Outcome) -> None:
        contact = item.contact
        self.contacts.setdefault((contact.channel, _OUTCOMES.index(outcome)), ContactCounter()).add(item)
        if outcome in SENT:
            self.data.add_contact(item)
            self.findings.add(item.findings, outcome, to=self.findings.contacts)
        self._count(contact)

    def _count(self, sent: Event | Contact) -> None:
        how = sent.attribution_certainty or "none"
        self.certainties[how] = self.certainties.get(how, 0) + 1
        self.by_own_word += how == "likely" and sent.attributed_by in OWN_WORDS
        self.times = span(self.times, sent.seen_at)

    def build(self, site: str | None, standing: Standing) -> SiteExposure:
        return SiteExposure(
            site=site,
            standing=standing,
            visits=self.visits,
            events=tuple(self.events[key].build(_OUTCOMES[key[3]]) for key in sorted(self.events)),
            contacts=tuple(self.contacts[key].build(key[0], _OUTCOMES[key[1]]) for key in sorted(self.contacts)),
            data=self.data.build(),
            certainties=tuple(sorted(self.certainties.items())),
            by_own_word=self.by_own_word,
            first_seen=self.times[0] if self.times else None,
            last_seen=self.times[1] if self.times else None,
            settings=self.settings.build(),
            server_hints=tuple(self.server_hints),
            known_by=self.known_by,
            consent=tuple(self.consent),
            findings=self.findings.build(),
            opened=tuple(self.opened),
        )


class ExposureBuilder:
    """Builds the exposure of visits, events and contacts, added in the order of time, and of their findings.

    All of one site may come before the next one: see `finish_sites`.

    ``own_sites`` are Meta's; ``identifying`` the classes of data by which a
    person, browser or account is known again: their values are compared across sites.
    """

    def __init__(self, own_sites: Collection[str], identifying: Collection[str]) -> None:
        self._own_sites = frozenset(own_sites)
        self._identifying = frozenset(identifying)
        self._sites: dict[tuple[Standing, str | None], _SiteBuilder] = {}
        self._finished = SiteGatherer()
        self._holders: dict[tuple[str, str, str], dict[str, bool]] = {}
        """(class, form, token) to the sites that sent it, and whether it was recorded of any time that it left.

        A hash has no class here: it is one value, whatever the fields call it that hold it.
        """
        self._called: dict[str, str] = {}
        """Token of a hash to the first of the identifying classes as which it was sent."""

    def standing(self, site: str | None, channel: str | None = None) -> Standing:
        """Judge what a site or app is to Meta; Meta AI stands apart wherever it was reached from."""
        if channel == Channel.META_AI or (site is not None and site in self._own_sites):
            return Standing.META
        if site is not None and site.startswith(APP):
            return Standing.APP
        return Standing.UNKNOWN if site is None else Standing.SITE

    def add_visit(self, visit: Visit) -> None:
        """Add one visit; one of which no site is known counts for none."""
        if visit.site is not None:
            site = self._of(self.standing(visit.site), visit.site)
            site.visits += 1
            if visit.page_url is not None and len(site.opened) < MAX_OPENED:
                site.opened[visit.page_url] = None

    def add_event(self, item: SeenEvent) -> None:
        """Add one event; one that a cache answered, or of whoever runs the proxy, counts for nobody."""
        site, outcome = told_by(item.event), item.outcome
        if outcome is None or item.event.sender == OPERATOR:
            return
        standing = self.standing(site, item.event.channel)
        self._of(standing, site).add_event(item, outcome)
        if standing in _COMPARED and site is not None and outcome in SENT:
            self._compare(site, item.carried, item.unsure)

    def add_contact(self, item: SeenContact) -> None:
        """Add one contact; of which ones none is made is said at `add_event`."""
        site, outcome = told_by(item.contact), item.outcome
        if outcome is None or item.contact.sender == OPERATOR:
            return
        standing = self.standing(site, item.contact.channel)
        self._of(standing, site).add_contact(item, outcome)
        if standing in _COMPARED and site is not None and outcome in SENT:
            self._compare(site, item.fields, frozenset({None} if outcome is Outcome.UNKNOWN else ()))

    def add_config(self, row: PixelConfig) -> None:
        """Add one setting of a pixel."""
        self._of(self.standing(row.site), row.site).settings.add(row)

    def add_consent(self, site: str | None, finding: CountedFinding) -> None:
        """Add what was visible of consent when events of a site left."""
        self._of(self.standing(site), site).consent.append(finding)

    def add_known_by(self, site: str | None, known_by: Identification) -> None:
        """Add by what the events of a site were the closest to somebody."""
        self._of(self.standing(site), site).known_by = known_by

    def add_server_hint(self, site: str | None, hint: CountedFinding) -> None:
        """Add one reason to think that a site's server reports, too."""
        self._of(self.standing(site), site).server_hints.append(hint)

    def finish_sites(self) -> None:
        """Say that nothing more comes of the sites of before, so that their rows need not be remembered."""
        for (standing, site), found in self._sites.items():
            self._finished.add(found.build(site, standing))
        self._sites.clear()

    def build(self, coverage: Coverage, recordings: tuple[Recording, ...] = ()) -> Exposure:
        """Return the exposure: sites in the order of their names, the unknown one last."""
        self.finish_sites()
        sites = self._finished.sites(lambda site: (site.site is None, site.name, site.standing))
        joined = [
            ((self._called[key[2]] if key[0] == _ANY else key[0], *key[1:]), sorted(holders.items()))
            for key, holders in self._holders.items()
            if len(holders) > 1 and (key[0] != _ANY or key[2] in self._called)
        ]
        joined.sort(key=lambda item: (item[0][0], item[0][1], item[1]))
        shared = tuple(
            SharedValue(
                number,
                data_class,
                form,
                tuple(site for site, _ in holders),
                tuple(site for site, left in holders if not left),
            )
            for number, ((data_class, form, _), holders) in enumerate(joined, start=1)
        )
        return Exposure(sites, shared, coverage, recordings)

    def _of(self, standing: Standing, site: str | None) -> _SiteBuilder:
        return self._sites.setdefault((standing, site), _SiteBuilder())

    def _compare(self, site: str, fields: Iterable[Field], unsure: Collection[str | None]) -> None:
        for row in fields:
            if not row.length:
                continue
            form = row.form.removesuffix(_APPENDIX)
            is_identifying = row.data_class in self._identifying
            if form in _HASHES:
                if is_identifying:
                    called = self._called.get(row.value_token, row.data_class)
                    self._called[row.value_token] = min(called, row.data_class)
                key = (_ANY, form, row.value_token)
            elif is_identifying:
                key = (row.data_class, row.form, row.value_token)
            else:
                continue
            holders = self._holders.setdefault(key, {})
            holders[site] = holders.get(site, False) or row.transmission_id not in unsure
