"""Labels: the plain names of forms, channels, transports and cookies, and the verbs of events.

Owns these names.  Those of data classes come from the knowledge; what has no
name there is called by its own.  Must not know layouts or files.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from pixelwitness.meaning.names.glossary import Saying
from pixelwitness.report.wording.safe_text import safe_text

if TYPE_CHECKING:
    from pixelwitness.rulebook.knowledge.explanations import Explanations

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "plain": "readable",
        "number": "readable",
        "boolean": "readable",
        "plain+appendix": "readable",
        "sha256": "SHA-256",
        "md5": "MD5",
        "sha1": "SHA-1",
        "sha256+appendix": "SHA-256",
        "md5+appendix": "MD5",
        "sha1+appendix": "SHA-1",
        "masked": "masked",
        "empty": "empty",
        "empty-hash": "hash of nothing",
        "junk-hash": "hash of a non-value",
        "removed": "removed by the library",
        "truncated": "readable, cut off",
    }
)
"""Forms of a datum, as a bracket behind its name tells them."""

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "pixel": "pixel",
        "capi": "Conversions API",
        "capi-gateway": "Conversions API gateway",
        "signals-gateway": "Signals Gateway",
        "server-gtm": "server-side tag manager",
        "relay": "relay",
        "app-sdk": "app SDK",
        "library": "Meta's library",
        "config": "pixel configuration",
        "social-plugin": "social plug-in",
        "login": "login check",
        "chat": "chat plug-in",
        "audience-network": "Audience Network",
        "meta-ai": "Meta AI",
        "unknown": "purpose unknown",
    }
)
"""Channels."""

_CONTACTS: Mapping[str, str] = MappingProxyType(
    {"pixel": "pixel without an event", "unknown": "a request of unknown purpose"}
)

TRANSPORTS: Mapping[str, str] = MappingProxyType(
    {
        "image": "image request",
        "fetch": "fetch",
        "form": "hidden form",
        "beacon": "beacon",
        "xhr": "script request",
        "server": "a server's request",
        "unknown": "request",
    }
)
"""Transports."""


@cache
def event_sayings() -> Mapping[str, Saying]:
    """Return Meta's standard and automatic events as what a person did, by their names."""
    return _loaded().events


@cache
def identifiers() -> Mapping[str, str]:
    """Return what a browser, account or customer is known by, by the last name of a field in lower case."""
    return _loaded().identifiers


@cache
def _loaded() -> "Explanations":
    # Imported here: a start that reports nothing does not pay for it.
    from pixelwitness.rulebook.knowledge.explanations import load_explanations

    return load_explanations()


def label_form(form: str) -> str:
    """Return the plain name of a form.

    >>> label_form("sha256"), label_form("plain"), label_form("some_new_form")
    ('SHA-256', 'readable', 'some new form')
    """
    return FORMS.get(form) or spell_out(form)


def label_channel(channel: str) -> str:
    """Return the plain name of a channel."""
    return CHANNELS.get(channel) or spell_out(channel)


def label_contact(channel: str) -> str:
    """Return what a contact by a channel is called; of the pixel's own kinds the vocabulary knows more."""
    return _CONTACTS.get(channel) or label_channel(channel)


def label_transport(transport: str) -> str:
    """Return the plain name of a transport."""
    return TRANSPORTS.get(transport) or spell_out(transport)


def spell_out(name: str) -> str:
    """Return a name that has no plain one as words; a database may come from a stranger, so it is made safe."""
    return safe_text(name.replace("_", " ").replace("-", " "), 60)
