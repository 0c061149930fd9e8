"""Words for people: what events, data, forms and ways are called in a sentence.

Owns the plain names.  Those of data classes come from the knowledge; what has no
name there is called by its own.  Must not know layouts or files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pixelwitness.report.wording.safe_text import safe_text

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

WAYS: Mapping[str, str] = MappingProxyType(
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
    }
)
"""Channels."""

CARRIERS: Mapping[str, str] = MappingProxyType(
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

COOKIES: Mapping[str, str] = MappingProxyType(
    {
        "fbp": "_fbp",
        "_fbp": "_fbp",
        "fbc": "_fbc (an ad click)",
        "fbcs": "_fbc (an ad click)",
        "_fbc": "_fbc (an ad click)",
        "clickid": "_fbc (an ad click)",
        "fbclid": "fbclid (an ad click)",
        "c_user": "c_user (a Facebook account)",
        "xs": "xs (a Facebook session)",
        "ds_user_id": "ds_user_id (an Instagram account)",
        "fb_login_id": "a Facebook account",
        "datr": "datr (Meta's own cookie)",
        "sb": "sb (Meta's own cookie)",
        "fr": "fr (Meta's own cookie)",
        "external_id": "the site's own number for you",
    }
)
"""Last names of fields, in lower case, by which a browser, account or customer is known again."""


@dataclass(frozen=True, slots=True)
class Saying:
    """How an event is told: in front of what it was about, and alone."""

    about: str
    alone: str


SAYINGS: Mapping[str, Saying] = MappingProxyType(
    {
        "AddPaymentInfo": Saying("gave payment details for", "gave payment details"),
        "AddToCart": Saying("put into the cart", "put something into the cart"),
        "AddToWishlist": Saying("put on the wish list", "put something on the wish list"),
        "CompleteRegistration": Saying("registered for", "registered"),
        "Contact": Saying("got in touch about", "got in touch"),
        "CustomizeProduct": Saying("customised", "customised something"),
        "Donate": Saying("donated for", "donated"),
        "FindLocation": Saying("looked for a place of", "looked for a place"),
        "InitiateCheckout": Saying("went to the checkout with", "went to the checkout"),
        "Lead": Saying("left your details for", "left your details"),
        "PageView": Saying("opened", "opened a page"),
        "Purchase": Saying("bought", "bought something"),
        "Schedule": Saying("made an appointment for", "made an appointment"),
        "Search": Saying("searched for", "searched for something"),
        "StartTrial": Saying("began a trial of", "began a trial"),
        "SubmitApplication": Saying("applied for", "sent an application"),
        "Subscribe": Saying("subscribed to", "subscribed"),
        "SubscribedButtonClick": Saying("clicked", "clicked a button"),
        "InputData": Saying("filled in", "filled in a form"),
        "ViewContent": Saying("viewed", "viewed something"),
    }
)
"""Meta's standard and automatic events as what a person did."""


def form_word(form: str) -> str:
    """Return the plain name of a form.

    >>> form_word("sha256"), form_word("plain"), form_word("some_new_form")
    ('SHA-256', 'readable', 'some new form')
    """
    return FORMS.get(form) or own_word(form)


def way_word(channel: str) -> str:
    """Return the plain name of a channel."""
    return WAYS.get(channel) or own_word(channel)


def contact_word(channel: str) -> str:
    """Return what a contact by a channel is called; of the pixel's own kinds the vocabulary knows more."""
    return "pixel without an event" if channel == "pixel" else way_word(channel)


def carrier_word(transport: str) -> str:
    """Return the plain name of a transport."""
    return CARRIERS.get(transport) or own_word(transport)


def own_word(name: str) -> str:
    """Return a name that has no plain one as words; a database may come from a stranger, so it is made safe."""
    return safe_text(name.replace("_", " ").replace("-", " "), 60)
