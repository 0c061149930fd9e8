"""Data about the person: which of what was sent is that, told in one place for every output.

Owns the joining of fields and findings.  A field in user data is what its name says; elsewhere
a finding accuses, a hash supports what a name says, and a name alone is a hint.  Pure; it
sees classes, forms and names, never values.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.core.exposure.exposure_parts import DataSent, EventGroup, SiteFinding
from pixelwitness.core.exposure.records import Field, Finding
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.meaning.spot.finding import PERSONA, PERSONAL_DATA
from pixelwitness.meaning.text.forms import Form
from pixelwitness.policy.violations.facts import CLASS_OF_PERSONA, HASHES
from pixelwitness.report.statements.site_kinds import PersonalData
from pixelwitness.report.statements.statement import Carried, Certainty, Evidence, Identifier

_SURENESS: Mapping[str, int] = MappingProxyType({"hint": 0, "likely": 1, "certain": 2})
_NOT_KNOWN = ""
"""The form of what stood in no field."""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """What one field says of the person."""

    data_class: str
    certainty: Certainty
    is_persona: bool


@dataclass(frozen=True, slots=True)
class _Accusation:
    """One finding that says of some fields that they hold data about the person."""

    data_class: str
    certainty: Certainty
    fields: tuple[str, ...]
    reason: str
    is_persona: bool


def find_personal_data(site: SiteExposure, families: Collection[str]) -> tuple[PersonalData, ...]:
    """Return the data about the person that a site sent, as far as it may have left.

    ``families`` are those of fields that hold user data (``ud`` …).
    """
    found: list[PersonalData] = []
    accused: set[str] = set()
    findings = [finding for finding in site.findings if finding.kind in (PERSONA, PERSONAL_DATA)]
    # What is known of the invented person says more than what a text looks like.
    findings.sort(key=lambda finding: (finding.kind != PERSONA, -_SURENESS.get(finding.certainty, 0)))
    for finding in findings:
        accusation = _accusation(finding)
        if (
            about_of(accusation.data_class, next(iter(finding.fields), "")) is About.BROWSER
            and not accusation.is_persona
        ):
            continue
        fields = tuple(name for name in finding.fields if name not in accused)
        if not fields and finding.fields:
            continue
        accused.update(fields)
        found += _by_finding(finding, accusation, fields, site)
    for datum in site.data:
        fields = tuple(name for name in datum.origins if name not in accused)
        certainty = _certainty_of(datum.data_class, datum.form, fields, families)
        if certainty is not None:
            found.append(
                PersonalData(
                    certainty=certainty,
                    evidence=Evidence.of(datum.ids, datum.times),
                    data_class=datum.data_class,
                    form=datum.form,
                    fields=fields,
                    events=_events_with(site, datum.data_class, datum.form, fields),
                    times=datum.times,
                    unknown=datum.unknown,
                    different_values=datum.different,
                    is_persona=False,
                    reason=None,
                )
            )
    return tuple(sorted(found, key=_rank))


def _rank(one: PersonalData) -> tuple[object, ...]:
    return not one.is_persona, -_SURENESS[one.certainty], one.data_class, one.form, one.fields


def _accusation(finding: SiteFinding) -> _Accusation:
    is_persona = finding.kind == PERSONA
    label = CLASS_OF_PERSONA.get(finding.label, finding.label) if is_persona else finding.label
    return _Accusation(label, as_certainty(finding.certainty), finding.fields, finding.evidence, is_persona)


def as_certainty(word: str | None) -> Certainty:
    """Return a certainty as the store writes it; what it does not know is a hint."""
    return "certain" if word == "certain" else "likely" if word == "likely" else "hint"


def _by_finding(
    finding: SiteFinding, accusation: _Accusation, fields: tuple[str, ...], site: SiteExposure
) -> Iterator[PersonalData]:
    """Yield a statement for each form in which the fields of a finding were sent."""
    carriers = [datum for datum in site.data if not set(fields).isdisjoint(datum.origins)]
    by_form: dict[str, list[DataSent]] = {}
    for datum in carriers:
        if datum.form not in SAYS_NOTHING:
            by_form.setdefault(datum.form, []).append(datum)
    for form, data in by_form.items() or ((_NOT_KNOWN, []),):
        of_form = tuple(name for name in fields if any(name in datum.origins for datum in data)) or fields
        whole = len(data) == 1 and set(data[0].origins) <= set(of_form)
        yield PersonalData(
            certainty=accusation.certainty,
            evidence=Evidence.of(finding.ids, finding.events + finding.contacts),
            data_class=accusation.data_class,
            form=form,
            fields=of_form,
            events=_events_with(site, None, form, of_form),
            times=finding.events + finding.contacts,
            unknown=finding.unknown,
            different_values=data[0].different if whole else 0,
            is_persona=accusation.is_persona,
            reason=accusation.reason or None,
        )


def _certainty_of(data_class: str, form: str, fields: Iterable[str], families: Collection[str]) -> Certainty | None:
    """Return how sure it is that fields hold data about the person; None where they hold none."""
    names = [name for name in fields if about_of(data_class, name) is About.PERSON]
    if not names or form in SAYS_NOTHING:
        return None
    if any(in_user_data(name, families) for name in names):
        return "certain"
    if data_class == DataClass.SECRET:
        return None
    return "likely" if form in HASHES or form == Form.MASKED else "hint"


def in_user_data(field: str, families: Collection[str]) -> bool:
    """Say whether a field stands in a family of user data.

    >>> in_user_data("ud.em", {"ud"}), in_user_data("cd.em", {"ud"})
    (True, False)
    """
    return any(field.startswith(f"{family}.") for family in families)


def _events_with(site: SiteExposure, data_class: str | None, form: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the events that carried fields in a form, sorted."""
    groups: tuple[EventGroup, ...] = site.sent
    names = {
        group.name or ""
        for group in groups
        for datum in group.data
        if datum.form == form and data_class in (None, datum.data_class) and not set(fields).isdisjoint(datum.origins)
    }
    return tuple(sorted(names))


def find_identifiers(site: SiteExposure) -> tuple[Identifier, ...]:
    """Return by what a site lets Meta know the browser, an account or a customer again."""
    found: dict[Identifier, None] = {}
    for datum in site.data:
        if datum.form not in SAYS_NOTHING:
            for origin in datum.origins:
                if about_of(datum.data_class, origin) is About.BROWSER:
                    found[Identifier(datum.data_class, last_name(origin))] = None
    for finding in site.findings:
        if finding.kind == PERSONAL_DATA:
            for field in finding.fields:
                if about_of(finding.label, field) is About.BROWSER:
                    found[Identifier(finding.label, last_name(field))] = None
    return tuple(sorted(found, key=lambda one: (one.data_class, one.name)))


def last_name(field: str) -> str:
    """Return the last part of a field's name in lower case, without a number.

    >>> last_name("cookie.c_user"), last_name("dl.query.Email#1")
    ('c_user', 'email')
    """
    return field.partition("#")[0].rpartition(".")[2].lower()


def personal_field(row: Field, findings: Iterable[Finding], families: Collection[str]) -> PersonalField | None:
    """Return what a field of one event or contact says of the person; None where it says nothing of one."""
    if row.form in SAYS_NOTHING:
        return None
    accusing = [
        finding for finding in findings if finding.field == row.field and finding.kind in (PERSONA, PERSONAL_DATA)
    ]
    if accusing:
        finding = min(accusing, key=lambda one: (one.kind != PERSONA, -_SURENESS.get(one.certainty, 0)))
        is_persona = finding.kind == PERSONA
        label = CLASS_OF_PERSONA.get(finding.label, finding.label) if is_persona else finding.label
        return PersonalField(label, as_certainty(finding.certainty), is_persona)
    certainty = _certainty_of(row.data_class, row.form, (row.field,), families)
    return None if certainty is None else PersonalField(row.data_class, certainty, is_persona=False)


def carried_in(
    fields: Iterable[Field], findings: Iterable[Finding], families: Collection[str]
) -> tuple[tuple[Carried, ...], tuple[Identifier, ...]]:
    """Return the data about the person and the identifiers that single events carried."""
    rows = [row for row in fields if row.form not in SAYS_NOTHING]
    forms = {row.field: row.form for row in rows}
    accused: set[str] = set()
    person: set[Carried] = set()
    browser: set[Identifier] = set()
    for finding in sorted(findings, key=lambda finding: finding.kind != PERSONA):
        if finding.kind not in (PERSONA, PERSONAL_DATA) or finding.field is None or finding.field in accused:
            continue
        label = CLASS_OF_PERSONA.get(finding.label, finding.label) if finding.kind == PERSONA else finding.label
        accused.add(finding.field)
        if about_of(label, finding.field) is About.BROWSER and finding.kind != PERSONA:
            browser.add(Identifier(label, last_name(finding.field)))
        else:
            person.add(Carried(label, forms.get(finding.field, _NOT_KNOWN)))
    for row in rows:
        if row.field in accused:
            continue
        if about_of(row.data_class, row.field) is About.BROWSER:
            browser.add(Identifier(row.data_class, last_name(row.field)))
        elif _certainty_of(row.data_class, row.form, (row.field,), families) in ("certain", "likely"):
            person.add(Carried(row.data_class, row.form))
    return (
        tuple(sorted(person, key=lambda one: (one.data_class, one.form))),
        tuple(sorted(browser, key=lambda one: (one.data_class, one.name))),
    )
