"""Remedies: what would stop a transmission, in a sentence for who runs the site.

Owns the advice by channel and by the way in which data got in.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

_BY_CHANNEL: Mapping[str, str] = MappingProxyType(
    {
        "pixel": "remove the pixel, or call fbq('consent', 'revoke') before fbq('init', …) until the visitor agrees",
        "capi": "stop the server's Conversions API calls, or send them only for visitors who agreed",
        "capi-gateway": "switch the Conversions API gateway off in the pixel's settings, or wait for consent",
        "signals-gateway": "remove the Signals Gateway pixel, or wait for consent before it is loaded",
        "server-gtm": "take the Meta tag out of the server-side container, or bind it to consent",
        "relay": "take Meta out of the forwarder's destinations, or bind it to consent",
        "app-sdk": "switch automatic event logging off in the app, or wait for consent",
        "library": "load Meta's library only after the visitor agreed",
        "config": "load Meta's library only after the visitor agreed",
        "social-plugin": "replace the plug-in by a plain link, or load it only after a click",
        "login": "load the login SDK only when someone wants to log in with Meta",
        "chat": "load the chat only after a click",
        "audience-network": "take Audience Network out of the advertising partners, or wait for consent",
        "meta-ai": "link to Meta AI instead of calling it from the page",
    }
)

_BY_MATCHING: Mapping[str, str] = MappingProxyType(
    {
        "automatic": "switch automatic advanced matching off in the pixel's settings",
        "manual": "take the user data out of fbq('init', …)",
        "server": "take the user data out of the server's events",
    }
)


def remedies(channels: Collection[str], matchings: Collection[str]) -> tuple[str, ...]:
    """Return what would help against these ways and this kind of user data, each once."""
    found = [_BY_CHANNEL[one] for one in sorted(channels) if one in _BY_CHANNEL]
    found += [_BY_MATCHING[one] for one in sorted(matchings) if one in _BY_MATCHING]
    return tuple(dict.fromkeys(found))
