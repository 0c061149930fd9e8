"""Facts: an event or contact in the form in which checks are evaluated on it.

Owns which of the data that went along is about a person, and what was visible of consent.
Pure; it holds classes of data and names of fields, never values.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pixelwitness.core.exposure.coverage import is_unread
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Contact, Event, Field, Finding
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.meaning.hints.visible_consent import AFTER_WITHDRAWAL, GPC, NOT_RECORDED, NOTHING_SEEN
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.meaning.spot import finding as kinds
from pixelwitness.meaning.spot.persona import LABELS
from pixelwitness.meaning.text.forms import Form

TOPIC = "topic"
_CLAIMS = frozenset({"dl", "website_context", "event_source_url"})
"""By what a sender says on which page it is."""
_IDS = frozenset(
    {
        DataClass.EXTERNAL_ID,
        DataClass.ACCOUNT_ID,
        DataClass.LOGIN_ID,
        DataClass.LEAD_ID,
        DataClass.SUBSCRIPTION_ID,
        DataClass.DEVICE_ID,
    }
)
"""By which a person or account is known again; a cookie that stands for a browser or a click alone is none."""
HASHES = frozenset({Form.SHA256, Form.SHA1, Form.MD5, Form.SHA256_APPENDIX, Form.SHA1_APPENDIX, Form.MD5_APPENDIX})
CLASS_OF_PERSONA: Mapping[str, str] = MappingProxyType(
    {label: {"id": DataClass.EXTERNAL_ID.value, "phrase": DataClass.UNKNOWN.value}.get(kind, kind)
     for kind, label in LABELS.items()}
)  # fmt: skip
"""Class of data by the label of a finding about the invented person."""
_CERTAINTY: Mapping[str, int] = MappingProxyType({"hint": 0, "likely": 1, "certain": 2})
_IN_ADDRESS = re.compile(r"\.(?:query|fragment|userinfo|path#[0-9]+)(?:\.|$)")


class Phase(StrEnum):
    """When an event left, seen from the visitor's consent."""

    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"


type Where = Literal["user data", "address", "event"]
"""In data about the person, in the address of a page, in anything else of the event."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A class of datum that went along in one form and field."""

    data_class: str
    form: str
    field: str
    matching: str
    where: Where
    personal: str | None
    """How certain it is that this is data about a person: certain, likely or hint; None where it is not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one event or contact showed."""

    is_contact: bool
    name: str | None
    pixel_id: str | None
    channels: tuple[str, ...]
    carried: tuple[Carried, ...]
    topics: tuple[tuple[str, str | None], ...]
    """(sensitive topic, field whose text points at it)."""
    consent: frozenset[str]
    """Labels of what was visible of consent."""
    unread: bool
    """A body that may hold more of it could not be looked at."""
    cookies_unknown: bool = False
    """It went to Meta's own host, and the recorder left cookies out: Meta's account may have gone along."""
    is_own_word: bool = False
    """That it is the site's is what the sender alone says, and nothing confirms it."""
    conflicts: tuple[str, ...] = ()
    """What speaks against what, in words of ours, about whose page it was."""

    def phase(self, counts_as_consent: Collection[str]) -> Phase:
        """Return when it left; what neither shows consent nor its lack leaves it unknown."""
        if AFTER_WITHDRAWAL in self.consent:
            return Phase.BEFORE
        if ConsentState.GRANTED in self.consent and ConsentState.GRANTED in counts_as_consent:
            return Phase.AFTER
        if GPC in self.consent:
            return Phase.BEFORE
        if self.consent.intersection(counts_as_consent):
            return Phase.AFTER
        return Phase.BEFORE if self.consent & _WITHOUT else Phase.UNKNOWN

    @property
    def shown(self) -> str:
        """The label that says the most of what was visible of consent; empty where none could be."""
        return next((label for label in _TELLING_FIRST if label in self.consent), "")


_WITHOUT = frozenset(
    {ConsentState.DENIED, NOTHING_SEEN, ConsentState.NOT_OPTED_OUT, ConsentState.NOT_REQUIRED, ConsentState.GRANTED}
)
_TELLING_FIRST = (
    AFTER_WITHDRAWAL,
    ConsentState.DENIED,
    GPC,
    NOTHING_SEEN,
    ConsentState.NOT_OPTED_OUT,
    ConsentState.NOT_REQUIRED,
    ConsentState.PARTIAL,
    ConsentState.PRESENT,
    NOT_RECORDED,
    ConsentState.GRANTED,
)


def event_facts(seen: SeenEvent, user_data: Collection[str], *, cookies_unknown: bool = False) -> Facts:
    """Return the facts of an event; ``user_data`` are the families of fields that are about a person (``ud`` …)."""
    event = seen.event
    # What a copy carried that is looked at apart accuses this one of nothing.
    elsewhere = {field.field for field in seen.fields} - {field.field for field in seen.carried}
    findings = tuple(finding for finding in seen.findings if finding.field not in elsewhere)
    return Facts(
        is_contact=False,
        name=event.event_name,
        pixel_id=event.pixel_id,
        channels=seen.channels,
        carried=_carried(seen.carried, findings, user_data),
        topics=_topics(findings),
        consent=frozenset(finding.label for finding in seen.findings if finding.kind == kinds.CONSENT),
        unread=seen.unread > 0,
        cookies_unknown=cookies_unknown,
        is_own_word=_is_own_word(event),
        conflicts=_conflicts(findings),
    )


def contact_facts(
    seen: SeenContact, user_data: Collection[str], consent: Collection[str] = (), *, cookies_unknown: bool = False
) -> Facts:
    """Return the facts of a contact; what was visible of ``consent`` is no finding of it."""
    contact = seen.contact
    return Facts(
        is_contact=True,
        name=None,
        pixel_id=contact.pixel_id,
        channels=(contact.channel,),
        carried=_carried(seen.fields, seen.findings, user_data),
        topics=_topics(seen.findings),
        consent=frozenset(consent),
        unread=is_unread(contact.body_state),
        cookies_unknown=cookies_unknown,
        is_own_word=_is_own_word(contact),
        conflicts=_conflicts(seen.findings),
    )


def _is_own_word(row: Event | Contact) -> bool:
    return row.attributed_by in _CLAIMS and row.attribution_certainty != "certain"


def _conflicts(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(finding.evidence for finding in findings if finding.kind == kinds.CONFLICT and finding.evidence)


def _topics(findings: Iterable[Finding]) -> tuple[tuple[str, str | None], ...]:
    return tuple(dict.fromkeys((finding.label, finding.field) for finding in findings if finding.kind == TOPIC))


def _carried(fields: Iterable[Field], findings: Iterable[Finding], user_data: Collection[str]) -> tuple[Carried, ...]:
    accused = _accused_fields(findings)
    carried: dict[Carried, None] = {}
    names = set()
    for field in fields:
        names.add(field.field)
        if field.form in SAYS_NOTHING:
            continue
        about = about_of(field.data_class, field.field)
        label, certainty = accused.get(field.field, (field.data_class, _certainty_by_form(field, about)))
        where = _where(field.field, user_data)
        if where == "user data" and (about is About.PERSON or field.data_class in _IDS):
            label, certainty = field.data_class, "certain"
        if certainty is not None or about is not About.TECHNICAL:
            carried[Carried(label, field.form, field.field, field.matching, where, certainty)] = None
    for name, (label, certainty) in accused.items():
        if name not in names:  # that of the event, which is no field
            carried[Carried(label, Form.PLAIN, name, "unknown", "event", certainty)] = None
    return tuple(carried)


def _where(name: str, user_data: Collection[str]) -> Where:
    if _IN_ADDRESS.search(name):
        return "address"
    if name.startswith(("cookie.", "cookies.")) or any(name.startswith(f"{family}.") for family in user_data):
        return "user data"
    return "event"


def _accused_fields(findings: Iterable[Finding]) -> dict[str, tuple[str, str | None]]:
    """Return for each field that findings accuse (class, certainty), by the most certain of them."""
    accused: dict[str, tuple[str, str | None]] = {}
    for finding in sorted(findings, key=lambda finding: _CERTAINTY.get(finding.certainty, 0)):
        if finding.kind in (kinds.PERSONAL_DATA, kinds.PERSONA) and finding.field is not None:
            accused[finding.field] = (CLASS_OF_PERSONA.get(finding.label, finding.label), finding.certainty)
    return accused


def _certainty_by_form(field: Field, about: About) -> str | None:
    """Return ``likely`` for a hash: outside of user data the class is a guess by the key, which a hash supports."""
    return "likely" if about is About.PERSON and field.form in HASHES else None
