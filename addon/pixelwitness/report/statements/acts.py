"""Acts: what a person did, as events report it, and which events one sentence can tell.

Owns what an event was about, for how much, on which page, and which events tell of the same.
Pure; the verbs are the renderer's.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.core.exposure.exposure_parts import EventContents, EventGroup
from pixelwitness.core.exposure.records import Field
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING
from pixelwitness.report.statements.person_data import carried_in
from pixelwitness.report.statements.site_kinds import Act, FurtherEvents
from pixelwitness.report.statements.statement import Deed, Evidence, Outcome, Person

MAX_PAGES = 3
"""Pages that a statement names."""
MAX_TEXTS = 6
"""Texts of buttons that a statement holds."""
SUBJECTS = ("content_name", "search_string", "buttonText", "content_ids", "content_category")
"""Last names of the fields that say what an event was about, best first."""
_CLICK = "SubscribedButtonClick"
_FACTS_OF = frozenset({"cd", "custom_data", "conversion_value"})
"""Families in which the site itself states value and currency."""
TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class _Telling:
    """Events with equal contents: what they were about, and for how much."""

    group: EventGroup
    contents: EventContents
    about: Field | None
    value: Field | None
    currency: Field | None

    @property
    def name(self) -> str:
        return self.group.name or ""


def find_acts(
    site: SiteExposure,
    groups: Sequence[EventGroup],
    outcome: Outcome,
    families: Collection[str],
    sayable: Collection[str],
    person: Person,
) -> Iterator[Act | FurtherEvents]:
    """Yield the acts of one outcome, what was done with what first, then events that are not told one by one.

    ``sayable`` are the names of events that a renderer puts as what a person did.
    """
    tellings = [_read(group, contents) for group in groups for contents in group.contents]
    tellings.sort(key=lambda one: one.contents.first)
    many_ways = len({group.channels for group in groups}) > 1
    joined = sorted(_join(tellings, sayable), key=lambda several: _rank(several, sayable))
    for index, several in enumerate(joined):
        yield _act(several, site, outcome, families, person, further=index > 0, with_ways=many_ways)
    further = sum(group.further for group in groups)
    if further:
        ids = tuple(one for group in groups if group.further for one in group.ids)
        yield FurtherEvents(evidence=Evidence.of(ids, further), outcome=outcome, events=further)


def _read(group: EventGroup, contents: EventContents) -> _Telling:
    sums: dict[str, Field] = {}
    for field in contents.fields:
        family, _, name = field.field.partition("#")[0].rpartition(".")
        if family in _FACTS_OF and field.form not in SAYS_NOTHING:
            sums.setdefault(name, field)
    return _Telling(group, contents, find_subject(contents.fields), sums.get("value"), sums.get("currency"))


def find_subject(fields: Iterable[Field]) -> Field | None:
    """Return the field that says best what an event was about."""
    named: dict[str, Field] = {}
    for field in fields:
        named.setdefault(subject_name(field), field)
    return next((named[name] for name in SUBJECTS if name in named and named[name].form not in SAYS_NOTHING), None)


def subject_name(field: Field) -> str:
    """Return the last name of a field."""
    return field.field.partition("#")[0].rpartition(".")[2]


def _join(tellings: Sequence[_Telling], sayable: Collection[str]) -> list[list[_Telling]]:
    """Join what one statement can tell: pages opened; one product, viewed and bought; events of a name."""
    statements: dict[object, list[list[_Telling]]] = {}
    for one in tellings:
        if one.name in ("PageView", _CLICK):
            key: object = one.name
        elif one.name not in sayable:
            # On another page it is another thing that is told.
            key = (one.group.kind == "automatic", _page_of(one), _topics_of([one]))
        else:
            key = (one.name, None) if one.about is None else (None, one.about.value_token)
        # A view without a price and a purchase with one may be of the same thing; two prices never are.
        known = statements.setdefault(key, [])
        by_sum = isinstance(key, tuple) and len(key) == 2
        alike = next(
            (several for several in known if not by_sum or _one_sum([*several, one], alone=one.about is None)), None
        )
        if alike is None:
            known.append([one])
        else:
            alike.append(one)
    return [several for known in statements.values() for several in known]


def _one_sum(tellings: Sequence[_Telling], *, alone: bool) -> bool:
    """Say whether events speak of one sum; of the same event alone, with nothing it was about, none is a sum, too."""
    sums = {_sum(one) for one in tellings}
    return len(sums if alone else sums - {None}) <= 1


def _sum(one: _Telling) -> tuple[str, str] | None:
    if one.value is None:
        return None
    return one.value.value_token, one.currency.value_token if one.currency is not None else ""


def _rank(tellings: Sequence[_Telling], sayable: Collection[str]) -> int:
    """Order: what was done with what, then what was done, own names, clicks, pages opened."""
    first = tellings[0]
    if first.name in ("PageView", _CLICK):
        return 4 if first.name == "PageView" else 3
    if first.name not in sayable:
        return 2
    return 0 if first.about is not None else 1


def _act(
    tellings: Sequence[_Telling],
    site: SiteExposure,
    outcome: Outcome,
    families: Collection[str],
    person: Person,
    *,
    further: bool,
    with_ways: bool,
) -> Act:
    deeds: dict[tuple[str | None, str], int] = {}
    for one in tellings:
        key = (one.group.name, one.group.kind)
        deeds[key] = deeds.get(key, 0) + one.contents.times
    about = tellings[0].about
    texts = dict.fromkeys(one.about.value for one in tellings if one.about is not None and one.about.value)
    priced = next((one for one in reversed(tellings) if one.value is not None), None)
    pages = list(dict.fromkeys(page for one in tellings if (page := _page_of(one)) is not None))
    fields = [field for one in tellings for field in one.contents.fields]
    findings = [finding for one in tellings for finding in one.contents.findings]
    data, identifiers = carried_in(fields, findings, families)
    times = sum(one.contents.times for one in tellings)
    ids = tuple(dict.fromkeys(row for one in tellings for row in one.contents.ids))
    channels = sorted({channel for one in tellings for channel in one.group.channels}) if with_ways else ()
    return Act(
        evidence=Evidence.of(ids, times),
        site=site.site,
        outcome=outcome,
        person=person,
        further=further,
        deeds=tuple(Deed(name, kind, number) for (name, kind), number in deeds.items()),
        subject=subject_name(about) if about is not None else None,
        texts=tuple(texts)[:MAX_TEXTS],
        has_sum=priced is not None,
        value=priced.value.value if priced is not None and priced.value is not None else None,
        currency=priced.currency.value if priced is not None and priced.currency is not None else None,
        pages=tuple(pages[:MAX_PAGES]),
        more_pages=len(pages[MAX_PAGES:]),
        topics=_topics_of(tellings),
        data=data,
        identifiers=identifiers,
        is_unread=any(one.contents.unread for one in tellings),
        channels=tuple(channels),
    )


def _page_of(one: _Telling) -> str | None:
    """Return the page that an event names; what only the browser or the recorder knew of it was not in the event."""
    named = any(field.data_class == DataClass.PAGE_URL and field.length for field in one.contents.fields)
    return shorten_url(one.contents.page_url) if named and one.contents.page_url else None


def _topics_of(tellings: Iterable[_Telling]) -> tuple[str, ...]:
    found = (finding for one in tellings for finding in one.contents.findings if finding.kind == TOPIC)
    return tuple(sorted({finding.label for finding in found}))


def shorten_url(url: str) -> str:
    """Return a page's address without scheme and query, so that nothing takes it for a link.

    >>> shorten_url("https://shop.example/boots?q=1#top"), shorten_url("https://shop.example/")
    ('shop.example/boots', 'shop.example')
    """
    return url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/") or url.partition("?")[0]
