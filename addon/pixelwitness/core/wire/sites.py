"""Hosts and sites.

Owns the two ways to say where a request goes: its *host* (sliced out of the raw
URL, cheap enough for every request) and its *site* (eTLD+1, private suffixes
included, looked up only for requests that matched).  Must not know rules,
requests or the network: the suffix list is the one bundled with ``tldextract``.
"""

import functools
import importlib.metadata
import re
from typing import NewType

Site = NewType("Site", str)
"""An eTLD+1 such as ``shop.example`` or ``shop-a.myshopify.com``; an IP address stands for itself."""

# What a browser writes: lower case, no userinfo, no port.  Everything else goes the slow way.
_PLAIN = re.compile(r"https?://([a-z0-9_.-]*[a-z0-9_-])(?=[/?#]|$)")
_AUTHORITY = re.compile(r"\s*[a-z][a-z0-9+.-]*:[/\\]{2,}([^/?#\\]*)", re.IGNORECASE)
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_SHORT = 2_000
"""Characters of a URL whose site is remembered."""


def host_of(url: str) -> str:
    """Return the host of an absolute URL: lower case, without userinfo, port and trailing dot; ``""`` if none.

    >>> host_of("https://www.facebook.com/tr/?id=1")
    'www.facebook.com'
    >>> host_of("https://www.facebook.com@evil.example:8443/tr/")
    'evil.example'
    >>> host_of("HTTPS://WWW.Facebook.COM.:443")
    'www.facebook.com'
    >>> host_of("data:text/html,https://www.facebook.com/tr/")
    ''
    """
    plain = _PLAIN.match(url)
    return plain[1] if plain else _unusual_host(url)


def _unusual_host(url: str) -> str:
    found = _AUTHORITY.match(url)
    return normal_host(found[1]) if found else ""


def normal_host(authority: str) -> str:
    """Bring a host as it stands in an authority, a ``Host`` header or an SNI into the one form used here.

    >>> normal_host("user:pw@WWW.Example.COM.:8080"), normal_host("[2001:DB8::7]:443")
    ('www.example.com', '2001:db8::7')
    """
    host = authority.rpartition("@")[2].strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    return host.rstrip(".")


def is_address(host: str) -> bool:
    """Tell an IP address from a name.

    >>> is_address("203.0.113.7"), is_address("2001:db8::7"), is_address("shop.example")
    (True, True, False)
    """
    return ":" in host or _IPV4.fullmatch(host) is not None


@functools.lru_cache(maxsize=4096)
def site_of(host: str) -> Site | None:
    """Return the site a host belongs to, or None for the empty host.

    Unknown suffixes follow the default rule of the public suffix list; a bare
    suffix or a name without dots is its own site.

    >>> site_of("www.shop.example"), site_of("cdn.shop-a.myshopify.com"), site_of("127.0.0.1")
    ('shop.example', 'shop-a.myshopify.com', '127.0.0.1')
    >>> site_of("") is None
    True
    """
    if not host:
        return None
    if is_address(host):
        return Site(host)
    found = _extract()(host)
    if found.suffix:
        return Site(found.top_domain_under_public_suffix or host)
    # The list's default rule: an unknown last label is a suffix.
    return Site(".".join(host.split(".")[-2:]))


def site_of_url(url: str | None) -> Site | None:
    """Return the site of an ``http(s)`` URL, or None when it has none.

    >>> site_of_url("https://www.shop.example/boots"), site_of_url("about:blank"), site_of_url(None)
    ('shop.example', None, None)
    """
    if not url:
        return None
    return _remembered(url) if len(url) <= _SHORT else _site_of_url(url)


def _site_of_url(url: str) -> Site | None:
    return site_of(host_of(url)) if url.lstrip()[:5].lower().startswith("http") else None


_remembered = functools.lru_cache(maxsize=256)(_site_of_url)
"""A page's address is asked for several times with each of its requests."""


@functools.cache
def _extract():  # type: ignore[no-untyped-def]  # tldextract is imported on the first hit only
    # Imported here: a start that meets no site of Meta does not pay for it.
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
    return extract.extract_str


def suffix_list() -> str:
    """Name the suffix list in use, for the record of a recording."""
    return f"tldextract {importlib.metadata.version('tldextract')}, private suffixes on"
