"""The policy as a file states it: strict models, nothing in them that is not in the file.

Owns the keys, their types and what must hold between the keys of one table.  It must
not know files or lines, nor what a policy is applied to.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.exposure import APP
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.text.forms import Form
from pixelwitness.policy.config.checks import PRESETS, Check, Judged, Level
from pixelwitness.rulebook.yaml.problems import meant

ANY = "*"
UNKNOWN_SITE = "unknown"
"""What a pattern calls the site of events of which no page is known."""

OLDER_KEY = "judge-blocked"
"""``true`` is read as ``judge = "attempts"``, ``false`` as ``judge = "sent"``."""

MOST_LISTED = 20

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_PATTERN = re.compile(rf"\*|(\*\.)?({_LABEL}\.)*{_LABEL}|app:(\*|[A-Za-z0-9._-]{{1,200}})")
_PIXEL = re.compile(r"[0-9]{1,30}", re.ASCII)
_PIXEL_OR_ANY = re.compile(r"[0-9]{1,30}|\*", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


def problem(text: str) -> PydanticCustomError:
    """Make a validation error whose message is the text as it stands."""
    return PydanticCustomError("policy", "{text}", {"text": text})


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _word_of(known: Iterable[str]) -> AfterValidator:
    words = tuple(map(str, known))

    def check(text: str) -> str:
        if text not in words:
            near = meant(text, words)
            # A long list hides what was meant.
            right = "" if near and len(words) > MOST_LISTED else f"; one of {', '.join(words)} is needed"
            raise problem(f"found {_shown(text)}{right}{near}")
        return text

    return AfterValidator(check)


def _like(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise problem(f"found {_shown(text)}; {what}")
        return text

    return AfterValidator(check)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


def _name(text: str) -> str:
    if not text or len(text) > 200 or "*" in text[:-1]:
        raise problem(f"found {_shown(text)}; write the name of an event, or its start with a * behind it")
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise problem("is empty; say in words why")
    return text.strip()


def _site(text: str) -> str:
    return text if text.startswith(APP) else text.lower()


Pattern = Annotated[
    str,
    AfterValidator(_site),
    _like(
        _PATTERN,
        "write a site or host as shop.example, *.shop.example for the hosts below it, an app as app:com.example.shop, "
        "app:* for all apps, * for all or unknown for events without a page (letters beyond ASCII as xn--…)",
    ),
]
EventName = Annotated[str, AfterValidator(_name)]
PixelId = Annotated[str, _like(_PIXEL_OR_ANY, "write the number of a pixel in quotes, or *")]
ChannelName = Annotated[str, _word_of((*Channel, ANY))]
ClassName = Annotated[str, _word_of((*DataClass, ANY))]
FormName = Annotated[str, _word_of((*Form, ANY))]
StateName = Annotated[str, _word_of(state for state in ConsentState if state is not ConsentState.DENIED)]
PresetName = Annotated[str, _word_of(PRESETS)]
CheckName = Annotated[str, _word_of(Check)]
LevelName = Annotated[str, _word_of(Level)]
JudgedName = Annotated[str, _word_of(Judged)]

type _List[T] = Annotated[tuple[T, ...], Field(strict=False), BeforeValidator(_listed)]
"""A TOML array; one text stands for a list of it."""


class Strict(BaseModel):
    """A table whose keys are all known; keys are written with hyphens."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=lambda name: name.replace("_", "-")
    )


class Allowed(Strict):
    """What may be sent; what is not listed here is not allowed."""

    events: _List[EventName] = ()
    """Names of events; `*` at the end stands for the rest of a name."""
    contacts: _List[ChannelName] | None = None
    """Ways of other requests; not given: those that any event needs (pixel, library, config), if one is allowed."""
    pixels: _List[PixelId] | None = None
    """Pixels to which events may go; not given: any."""
    channels: _List[ChannelName] | None = None
    """Ways that events may take; not given: any."""
    data: _List[ClassName] | None = None
    """Classes of data that events may carry; not given: any that no check forbids."""
    forms: _List[FormName] | None = None
    """Forms in which data about a person may go; not given: any."""


class SitePolicy(Strict):
    """What holds for the sites that a pattern names."""

    match: Annotated[_List[Pattern], Field(min_length=1)]
    checks: dict[CheckName, LevelName] = {}
    allow: Allowed | None = None
    """At any time; under a check of consent, after consent only."""
    before_consent: Allowed | None = None
    after_consent: Allowed | None = None
    counts_as_consent: _List[StateName] = (ConsentState.GRANTED,)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.allow is not None and self.after_consent is not None:
            raise problem("has both allow and after-consent; name in allow what may be sent at any time, or split it")
        return self


class Ignore(Strict):
    """A violation that is known and accepted, for a time or for good."""

    site: Pattern | None = None
    pixel: Annotated[str, _like(_PIXEL, "write the number of a pixel in quotes")] | None = None
    event: EventName | None = None
    channel: Annotated[str, _word_of(Channel)] | None = None
    data: Annotated[str, _word_of(DataClass)] | None = None
    check: CheckName | None = None
    fingerprint: Annotated[str, _like(_FINGERPRINT, "write the 32 hex digits that check shows")] | None = None
    reason: Annotated[str, AfterValidator(_reason)]
    expires: date | None = None
    """The last day on which it holds."""
    permanent: bool = False

    @model_validator(mode="after")
    def _ends(self) -> Self:
        chosen = (self.site, self.pixel, self.event, self.channel, self.data, self.check, self.fingerprint)
        if all(choice is None for choice in chosen):
            raise problem("chooses nothing; name at least one of site, pixel, event, channel, data, check, fingerprint")
        if self.permanent == (self.expires is not None):
            raise problem(
                "says both expires and permanent; keep one"
                if self.permanent
                else "does not say when it ends; give expires = 2027-01-31, or permanent = true"
            )
        return self


class Policy(Strict):
    """A whole policy."""

    presets: _List[PresetName] = ()
    checks: dict[CheckName, LevelName] = {}
    judge: JudgedName = Judged.ATTEMPTS
    """Whether what is proved not to have left counts: the site tried to send it."""
    declaration: Annotated[str, Field(min_length=1)] | None = None
    """The file of the declaration, from the policy's own folder."""
    site: Annotated[tuple[SitePolicy, ...], Field(strict=False)] = ()
    ignore: Annotated[tuple[Ignore, ...], Field(strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_older_key(cls, table: object) -> object:
        """Read ``judge-blocked``, which policies had before a request could fail in more ways than one."""
        if not isinstance(table, dict) or OLDER_KEY not in table:
            return table
        meanings = {True: Judged.ATTEMPTS, False: Judged.SENT}
        older = table[OLDER_KEY]
        if not isinstance(older, bool):
            raise problem(f'{OLDER_KEY} is an older key; write judge = "attempts" or judge = "sent" in its place')
        if "judge" in table:
            raise problem(f"has both judge and {OLDER_KEY}, its older name; keep judge")
        return {key: value for key, value in table.items() if key != OLDER_KEY} | {"judge": str(meanings[older])}

    @model_validator(mode="after")
    def _once(self) -> Self:
        known: set[str] = set()
        for pattern in (pattern for table in self.site for pattern in table.match):
            if pattern in known:
                raise problem(f"names {pattern!r} in two [[site]] tables; a site has one")
            known.add(pattern)
        return self


class Declared(Strict):
    """What a site says that it sends to Meta; what is not listed is not declared."""

    match: Annotated[_List[Pattern], Field(min_length=1)]
    events: _List[EventName] = ()
    pixels: _List[PixelId] = ()
    channels: _List[ChannelName] = ()
    contacts: _List[ChannelName] = ()
    data: _List[ClassName] = ()


class Declaration(Strict):
    """A whole declaration."""

    site: Annotated[tuple[Declared, ...], Field(strict=False)]
