"""Remedies: what would stop a transmission, in a sentence for who runs the site.

Owns the advice by check, by channel and by the way in which data got in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from pixelwitness.policy.config.checks import Check
from pixelwitness.policy.violations.facts import Carried

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
        "unknown": "find out what on the page asks that host of Meta's, and drop it or wait for consent",
    }
)

_BY_MATCHING: Mapping[str, str] = MappingProxyType(
    {
        "automatic": "switch automatic advanced matching off in the pixel's settings",
        "manual": "take the user data out of fbq('init', …)",
        "server": "take the user data out of the server's events",
    }
)
_BY_COOKIE = "load Meta's code only after the visitor agreed: who is logged in there is known by Meta's own cookies"
_BY_PLACE: Mapping[str, str] = MappingProxyType(
    {
        "address": "keep it out of the page's address: send the form by POST, or put a random number in its place",
        "event": "take it out of the event's own data, and out of the texts that the library reads from the page",
    }
)
_BY_CHECK: Mapping[str, str] = MappingProxyType(
    {
        Check.PIXEL: "take this pixel out of the page, or list it under pixels in the policy",
        Check.FORM: "hash it as Meta asks for before it is sent, or do not send it",
        Check.HEALTH: "keep the pixel off such pages, or send events without address, title and name of the product",
        Check.UNDECLARED: "stop it, or add it to the site's declaration",
    }
)
_OF_DATA = frozenset({Check.DATA, Check.FORM, Check.PERSONAL_DATA})


def find_remedies(check: str, channels: Collection[str], carried: Collection[Carried]) -> tuple[str, ...]:
    """Return what would stop what a check objects to, each sentence once."""
    if check in _OF_DATA:
        advice = [*([_BY_CHECK[check]] if check in _BY_CHECK else ()), *_by_origin(carried)]
    elif check in _BY_CHECK:
        advice = [_BY_CHECK[check]]
    else:
        advice = [_BY_CHANNEL[channel] for channel in sorted(channels) if channel in _BY_CHANNEL]
        if check == Check.EVENT:
            advice += _by_matching(datum for datum in carried if datum.where == "user data")
    return tuple(dict.fromkeys(advice))


def _by_origin(carried: Collection[Carried]) -> Iterator[str]:
    yield from _by_matching(datum for datum in carried if datum.where == "user data")
    for where, advice in _BY_PLACE.items():
        if any(datum.where == where for datum in carried):
            yield advice


def _by_matching(user_data: Iterable[Carried]) -> Iterator[str]:
    matchings, in_cookie = set(), False
    for datum in user_data:
        if datum.field.startswith(("cookie.", "cookies.")):
            in_cookie |= datum.personal is not None
        else:
            matchings.add(datum.matching)
    yield from (_BY_MATCHING[matching] for matching in sorted(matchings) if matching in _BY_MATCHING)
    if in_cookie:
        yield _BY_COOKIE
