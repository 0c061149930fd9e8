"""Captured names as they may be stored: without what a detector objects to, printable, bounded.

Owns the placeholders that stand in names and addresses where personal data stood, how a
name, a host or a segment of a path is judged, and the one form in which captured text may
be stored: no control characters, no surrogates (no database takes them), no signs that turn
or hide text.  Must not know fields.
"""

import re

from pixelwitness.core.wire.sites import is_address
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.spot import personal_data

MAX_NAME = 200
MAX_FIELD_NAME = 100
MAX_HOST = 253
"""Characters of a host, as the name system bounds them."""

PLACEHOLDERS = {
    DataClass.EMAIL: "{email}",
    DataClass.PHONE: "{phone}",
    DataClass.PAYMENT_CARD: "{card}",
    DataClass.IP_ADDRESS: "{ip}",
    DataClass.LOCATION: "{place}",
    DataClass.LONG_NUMBER: "{digits}",
    DataClass.OPAQUE_TOKEN: "{token}",
    DataClass.SECRET: "{secret}",
}
SECRET = PLACEHOLDERS[DataClass.SECRET]
_ALL_PLACEHOLDERS = frozenset(PLACEHOLDERS.values())

_INNER_PARAMETERS = re.compile(r"[;&=?]|%(?:25)*(?:3[bdf]|2[36])", re.IGNORECASE)
_ODD_HOST = re.compile(r"[^\w.:{}-]")
_KEYWORD = re.compile(
    r"(?<![^.])@(?=(?:context|graph|id|type|value|language|list|set|reverse|index|base|vocab|container)(?:\.|$))"
)
"""The sign before a key of JSON-LD's own: what stands before and after it are steps of a name, no e-mail address."""
_METAS_NUMBER = re.compile(r"60\d{11}", re.ASCII)
"""The id of a conversion pixel, as Meta gave them out until 2016; some sites still send it in a name's place."""
_ODD = re.compile(r"[^\w.:$ \[\]{}#-]")


def without_objection(text: str) -> str:
    """Return the text, or the placeholder of the most telling thing in it."""
    data_class = personal_data.objection(text)
    return text[: personal_data.MAX_LOOKED_AT] if data_class is None else PLACEHOLDERS[data_class]


def is_number_of_metas(name: str) -> bool:
    """Say whether an event is called by a number of Meta's own, and by nobody's card or telephone.

    >>> is_number_of_metas("6020974733117"), is_number_of_metas("4917612345678"), is_number_of_metas("4222222222222")
    (True, False, False)
    """
    return _METAS_NUMBER.fullmatch(name) is not None


def field_name(name: str) -> str:
    """Return a captured name as part of a field's name: no personal data, no odd characters, bounded.

    >>> field_name("JSON-LD.@graph.@type"), field_name("jane@graph.example")
    ('JSON-LD.@graph.@type', '{email}')
    """
    steps = [_ODD.sub("?", step) for step in _KEYWORD.split(name[: personal_data.MAX_LOOKED_AT])]
    judged = without_objection("".join(_KEYWORD.split(name)))
    return printable(judged if judged in _ALL_PLACEHOLDERS else "@".join(steps), MAX_FIELD_NAME)


def stored_segment(segment: str) -> str:
    """Return a segment of a path as it may be stored; parameters inside it are left out like a query."""
    inner = _INNER_PARAMETERS.search(segment)
    if inner is None or personal_data.objection(segment) not in (None, DataClass.SECRET):
        return without_objection(segment)
    return f"{without_objection(segment[: inner.start()])}…"


def stored_host(host: str) -> str:
    """Return a host, the labels that a detector objects to as ``{digits}`` and the like."""
    host = host[:1_000]
    if _ODD_HOST.search(host):
        return printable(without_objection(host), MAX_NAME)
    # An address is the receiver's own; a label of a name is judged by itself.
    return printable(host if is_address(host) else ".".join(map(without_objection, host.split("."))), MAX_NAME)


def receiver_host(host: str) -> str:
    """Return the host of a receiver, long random labels included: who received is the evidence.

    What cannot be a host is judged like any text.
    """
    return stored_host(host) if _ODD_HOST.search(host[:1_000]) else printable(host, MAX_HOST)


def printable(text: str, longest: int) -> str:
    r"""Return text in at most ``longest`` characters, everything that does not print as an escape.

    >>> print(printable("boots\x1b[2J\ud800", 50), printable("abcdef", 4))
    boots\x1b[2J\ud800 abc…
    """
    cut = len(text) > longest
    if cut:
        text = text[:longest]
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escape(char) for char in text)
        cut = cut or len(text) > longest
    return text[: longest - 1] + "…" if cut else text


def _escape(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
