"""Knowledge: what the names of fields, events and sites mean.

Owns the closed vocabulary of data classes and the questions that can be asked of a
name.  The answers come from the files under ``rules/knowledge``; reading them
belongs to ``rulebook``.  Must not know files, requests or values.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Literal

import msgspec

from pixelwitness.meaning.names.identifier_names import IdentifierNames
from pixelwitness.meaning.names.setup_names import Agent, IdMaker, SettingMeaning
from pixelwitness.meaning.names.word_lists import ValueWords, WordList


class DataClass(StrEnum):
    """What kind of datum something is; the label in plain words stands in ``fields.yaml``."""

    EMAIL = "email"
    PHONE = "phone"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    GENDER = "gender"
    BIRTH_DATE = "birth_date"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    EXTERNAL_ID = "external_id"
    ACCOUNT_ID = "account_id"
    LOGIN_ID = "login_id"
    LEAD_ID = "lead_id"
    SUBSCRIPTION_ID = "subscription_id"
    DEVICE_ID = "device_id"
    IP_ADDRESS = "ip_address"
    USER_AGENT = "user_agent"
    BROWSER_ID = "browser_id"
    CLICK_ID = "click_id"
    COOKIE = "cookie"
    SECRET = "secret"
    PAYMENT_CARD = "payment_card"
    LONG_NUMBER = "long_number"
    OPAQUE_TOKEN = "opaque_token"
    LOCATION = "location"
    LANGUAGE = "language"
    PAGE_URL = "page_url"
    PAGE_TITLE = "page_title"
    PAGE_TEXT = "page_text"
    PRODUCT = "product"
    ORDER_ID = "order_id"
    MONEY = "money"
    QUANTITY = "quantity"
    SEARCH_TEXT = "search_text"
    BUTTON_TEXT = "button_text"
    FORM_STRUCTURE = "form_structure"
    CONSENT = "consent"
    PARTNER_AGENT = "partner_agent"
    PIXEL_ID = "pixel_id"
    APP_ID = "app_id"
    EVENT_NAME = "event_name"
    EVENT_ID = "event_id"
    EVENT_TIME = "event_time"
    SCREEN = "screen"
    TECHNICAL = "technical"
    UNKNOWN = "unknown"


class Shape(StrEnum):
    """What a value must look like so that it may be stored; a value that does not fit stays out."""

    NUMBER = "number"
    """At most eight digits before the decimal sign, as prices and quantities have them."""
    CURRENCY = "currency"
    """A code of ISO 4217."""
    TIME = "time"
    """POSIX seconds or milliseconds of the years 2004 to 2099."""
    FLAG = "flag"
    """true, false, 0 or 1."""
    WORD = "word"
    """At most 40 of ``A-Z a-z 0-9 _ . + -`` to which no detector objects."""
    LOCALE = "locale"
    """A language tag such as ``en_US``."""
    CHOICE = "choice"
    """One of the words that the entry lists."""


type Matching = Literal["manual", "automatic", "server", "unknown"]
"""Passed by the site's own code, gathered by Meta's library, sent by a server, or not known."""

type Realm = Literal["person", "custom", "context", "cookie", "url"]
"""Where a key stands: data of the person, of the event, of the request, a cookie, the query of a page's URL."""

type EventKind = Literal["standard", "custom", "automatic"]


class KeyEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one key means."""

    data_class: DataClass
    keep: Shape | None = None
    """The shape in which its value may be stored; None: never."""
    choices: frozenset[str] = frozenset()
    is_secret: bool = False
    """Never stored in any mode."""
    is_url: bool = False
    matching: Matching | None = None


UNKNOWN = KeyEntry(DataClass.UNKNOWN)


_SHORT = 100
"""Characters of a key of which it is remembered what it means: the same come in every request."""


class Pattern(msgspec.Struct, frozen=True):
    """Keys that share a meaning, with ``*`` for any characters."""

    glob: str
    entry: KeyEntry


class Family(msgspec.Struct, frozen=True):
    """A prefix of field names, such as ``udff``: what stands under it, and how it came there."""

    realm: Realm
    matching: Matching


class FieldMeaning(msgspec.Struct, frozen=True, gc=False):
    """What a field's full name means."""

    family: str
    """The known prefix, empty when there is none."""
    rest: str
    """The name after the prefix."""
    entry: KeyEntry
    matching: Matching


class ConsentNames(msgspec.Struct, frozen=True):
    """What signals of consent are called, and the codes of Limited Data Use."""

    signals: dict[str, str] = {}
    """Name by kind."""
    countries: dict[str, str] = {}
    """Name by code, as text."""
    states: dict[str, str] = {}
    use_fields: dict[str, Literal["options", "country", "state"]] = {}
    """Which part of Limited Data Use a field states, by its full name."""


class Knowledge(msgspec.Struct, frozen=True, dict=True):
    """Everything the knowledge files say, ready to be asked.  Keys are as `plain_key` writes them."""

    version: str
    sha256: str
    labels: dict[DataClass, str]
    families: dict[str, Family]
    entries: dict[Realm, dict[str, KeyEntry]]
    patterns: dict[Realm, tuple[Pattern, ...]]
    currencies: frozenset[str]
    standard_events: frozenset[str]
    automatic_events: frozenset[str]
    owners: dict[str, str]
    """Name of the service by site, for Meta's own sites."""
    settings: tuple[SettingMeaning, ...] = ()
    agents: tuple[Agent, ...] = ()
    conversions: frozenset[str] = frozenset()
    """Standard events that a site's server would report, too."""
    id_makers: dict[str, IdMaker] = {}
    """By the prefix of an event id before ``_plugin-set_``."""
    word_lists: tuple[WordList, ...] = ()
    """Words that point at topics, interests and instructions."""
    consent: ConsentNames = ConsentNames()
    values: ValueWords = ValueWords()
    identifiers: IdentifierNames = IdentifierNames()

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def _agents(self) -> tuple[tuple[re.Pattern[str], Agent], ...]:
        return tuple((_glob_pattern(glob), agent) for agent in self.agents for glob in agent.agents)

    def agent(self, text: str) -> Agent | None:
        """Return the program that calls itself so; None when it is not known."""
        return self._agent_called(text[:200].lower())

    @cached_property
    def _agent_called(self) -> Callable[[str], Agent | None]:
        def called(name: str) -> Agent | None:
            return next((agent for pattern, agent in self._agents if pattern.fullmatch(name)), None)

        return lru_cache(maxsize=256)(called)

    @cached_property
    def _compiled(self) -> dict[Realm, tuple[tuple[re.Pattern[str], KeyEntry], ...]]:
        return {
            realm: tuple((_glob_pattern(pattern.glob), pattern.entry) for pattern in patterns)
            for realm, patterns in self.patterns.items()
        }

    def field(self, name: str) -> FieldMeaning:
        """Say what a field means by its full name (``ud.em``, ``cd.contents.0.id``, ``dl``)."""
        prefix, family = self._family(name)
        rest = name[len(prefix) + 1 :] if family else name
        entry = self.key(rest, family.realm if family else "context") or UNKNOWN
        matching: Matching = entry.matching or (family.matching if family else "unknown")
        return FieldMeaning(prefix, rest, entry, matching)

    def _family(self, name: str) -> tuple[str, Family | None]:
        first, dot, rest = name.partition(".")
        if not dot:
            return "", None
        two = f"{first}.{rest.partition('.')[0]}"
        if two in self.families and name.startswith(two + "."):
            return two, self.families[two]
        family = self.families.get(first)
        return (first, family) if family else ("", None)

    def key(self, key: str, realm: Realm) -> KeyEntry | None:
        """Say what a key means in its realm; None when it is not known.

        A known key inside something unknown (``cd.customer.email``) tells the class,
        never that the value may be stored.
        """
        return self._short_key(key, realm) if len(key) <= _SHORT else self._meaning_of(key, realm)

    @cached_property
    def _short_key(self) -> Callable[[str, Realm], KeyEntry | None]:
        return lru_cache(maxsize=4096)(self._meaning_of)

    def _meaning_of(self, key: str, realm: Realm) -> KeyEntry | None:
        steps = [plain_key(step) for step in key.split(".") if not step.isdigit()]
        known = self.entries.get(realm, {})
        whole = ".".join(steps)
        entry = known.get(whole) or self._by_pattern(whole, realm)
        if entry is None and len(steps) > 1:
            entry = known.get(steps[-1]) or self._by_pattern(steps[-1], realm)
            if entry is not None and entry.keep is not None:
                entry = KeyEntry(entry.data_class, is_secret=entry.is_secret, is_url=entry.is_url)
        return entry

    def _by_pattern(self, key: str, realm: Realm) -> KeyEntry | None:
        return next((entry for pattern, entry in self._compiled.get(realm, ()) if pattern.fullmatch(key)), None)

    def event_kind(self, name: str | None, *, is_automatic: bool) -> EventKind:
        """Say what kind of event a name is; upper and lower case differ, as they do for Meta."""
        if is_automatic or name in self.automatic_events:
            return "automatic"
        return "standard" if name in self.standard_events else "custom"

    def is_metas_own(self, site: str | None) -> bool:
        """Say whether a site is one of Meta's own services."""
        return site in self.owners

    def label(self, data_class: DataClass) -> str:
        """Return a class in plain words."""
        return self.labels[data_class]


def plain_key(key: str) -> str:
    """Bring the spellings of a key to one: lower case, letters and digits only.

    >>> plain_key("First_Name"), plain_key("e-mail"), plain_key("innerText")
    ('firstname', 'email', 'innertext')
    """
    key = key.lower()
    return key if key.isalnum() else "".join(filter(str.isalnum, key))


def _glob_pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))), re.DOTALL)
