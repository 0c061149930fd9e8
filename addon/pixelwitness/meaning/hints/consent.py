"""Consent: what the signals of banners, frameworks and browsers say about advertising.

Owns the forms of their values and what each is read as.  A value is read for the purposes
that concern advertising alone and goes no further; what cannot be read is `ConsentState.PRESENT`,
never a guess.  A signal seen is not a legal judgement.  Pure; captured text never raises.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from pixelwitness.core.wire import json_text

MAX_LOOKED_AT = 20_000
"""Characters of a value that are read; cookies are shorter."""


class ConsentState(StrEnum):
    """What a signal says."""

    GRANTED = "granted"
    DENIED = "denied"
    PARTIAL = "partial"
    """Some of what concerns advertising is agreed to, some is not."""
    NOT_OPTED_OUT = "not_opted_out"
    """Under a rule of objection: nobody has objected, which is no agreement."""
    NOT_REQUIRED = "not_required"
    """The site's banner holds that this visitor need not be asked."""
    PRESENT = "present"
    """There is a signal; what it says cannot be read."""


def decode_consent(kind: str, value: str | None, fields: Mapping[str, str]) -> ConsentState:
    """Return what a signal of a kind says; ``fields`` are what stood beside the value.

    >>> signals = (("us_privacy", "1YYN"), ("cookiebot", "-1"), ("gpp", "DBABLA~x"))
    >>> [str(decode_consent(kind, value, {})) for kind, value in signals]
    ['denied', 'not_required', 'present']
    """
    text = (value or "")[:MAX_LOOKED_AT]
    if kind == "google_consent":
        return _google(text, fields.get("gcd", "")[:100])
    read = _READERS.get(kind)
    return read(text) if read is not None else ConsentState.PRESENT


def _of_answers(answers: Iterable[bool]) -> ConsentState:
    """Return what several answers come to; none of them is nothing that can be read."""
    given = set(answers)
    if not given:
        return ConsentState.PRESENT
    if len(given) == 2:
        return ConsentState.PARTIAL
    return ConsentState.GRANTED if given.pop() else ConsentState.DENIED


# OneTrust --------------------------------------------------------------------------

_ADVERTISING_GROUPS = frozenset({"C0004", "4"})
"""Targeting, by the names that OneTrust gives until a site changes them."""


def _onetrust(text: str) -> ConsentState:
    text = text.strip('"')
    if "groups=" not in text:
        text = unquote_plus(text)
    try:
        pairs = dict(parse_qsl(text, max_num_fields=200))
    except ValueError:
        return ConsentState.PRESENT
    groups = (group.rpartition(":") for group in pairs.get("groups", "").split(","))
    answers = {name.strip(): answer.strip() for name, _, answer in groups}
    asked = _ADVERTISING_GROUPS & answers.keys()
    return _of_answers(answers[name] == "1" for name in asked if answers[name] in ("0", "1"))


# Cookiebot -------------------------------------------------------------------------

_MARKETING = re.compile(r"[{,]\s*[\"']?marketing[\"']?\s*:\s*(true|false)\b")


def _cookiebot(text: str) -> ConsentState:
    if text == "-1":
        return ConsentState.NOT_REQUIRED
    if text == "0":
        return ConsentState.DENIED
    return _of_answers(answer == "true" for answer in _MARKETING.findall(unquote_plus(text)))


# Cookie Consent --------------------------------------------------------------------


def _cookieconsent(text: str) -> ConsentState:
    return {"allow": ConsentState.GRANTED, "deny": ConsentState.DENIED}.get(text, ConsentState.PRESENT)


# Didomi ----------------------------------------------------------------------------

_DIDOMI_PURPOSES = frozenset(
    {"advertising_personalization", "create_ads_profile", "select_basic_ads", "select_personalized_ads"}
)


def _didomi(text: str) -> ConsentState:
    decoded = _base64(unquote_plus(text).replace(" ", "+"))
    choices = json_text.loads_or_none(decoded.decode("utf-8", "replace")) if decoded else None
    purposes = choices.get("purposes") if isinstance(choices, dict) else None
    if not isinstance(purposes, dict):
        return ConsentState.PRESENT

    def named(side: str) -> bool:
        names = purposes.get(side)
        return isinstance(names, list) and any(name in _DIDOMI_PURPOSES for name in names if isinstance(name, str))

    return _of_answers(answer for side, answer in (("enabled", True), ("disabled", False)) if named(side))


# Shopify ---------------------------------------------------------------------------

_SHOPIFY_ANSWERS = {"1": True, "0": False, "yes": True, "no": False}


def _shopify(text: str) -> ConsentState:
    """Read marketing and sale of data: version 2.1 is JSON, version 3 has letters, upper case for yes."""
    text = unquote_plus(text)
    if text.startswith("3"):
        chosen = text[1:].partition("_")[0].partition(".")[0]
        return _of_answers(letter in "MS" for letter in chosen if letter in "MmSs")
    choices: Any = json_text.loads_or_none(text)
    for name in ("con", "CMP"):
        choices = choices.get(name) if isinstance(choices, dict) else None
    if not isinstance(choices, dict):
        return ConsentState.PRESENT
    answers = [choices[name] for name in ("m", "s") if isinstance(choices.get(name), str)]
    return _of_answers(_SHOPIFY_ANSWERS[answer] for answer in answers if answer in _SHOPIFY_ANSWERS)


# Frameworks ------------------------------------------------------------------------

_TCF_HEAD_BITS = 6 + 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12
"""Bits of a TC string's core before the purposes agreed to: version, times, banner, lists, special features."""
_TCF_PURPOSES = 24
_TCF_ADVERTISING = (1, 3, 4)
"""Storing on the device, a profile for advertising, advertising by that profile."""


def _tcf(text: str) -> ConsentState:
    """Read the purposes of the core segment; which companies may follow them is not read."""
    if text == "0":
        return ConsentState.NOT_REQUIRED
    core = _base64(text.partition(".")[0])
    if core is None or len(core) * 8 < _TCF_HEAD_BITS + _TCF_PURPOSES or core[0] >> 2 != 2:
        return ConsentState.PRESENT
    bits = f"{int.from_bytes(core[:32]):0{len(core[:32]) * 8}b}"
    purposes = bits[_TCF_HEAD_BITS : _TCF_HEAD_BITS + _TCF_PURPOSES]
    return _of_answers(purposes[number - 1] == "1" for number in _TCF_ADVERTISING)


def _us_privacy(text: str) -> ConsentState:
    """Read the third character: whether somebody objected to a sale; ``1---`` says that the law does not apply."""
    if not re.fullmatch(r"1[YN-]{3}", text.upper()):
        return ConsentState.PRESENT
    return {"Y": ConsentState.DENIED, "N": ConsentState.NOT_OPTED_OUT, "-": ConsentState.NOT_REQUIRED}[text[2].upper()]


def _gpc(text: str) -> ConsentState:
    return ConsentState.DENIED if text == "1" else ConsentState.PRESENT


# Google's consent mode -------------------------------------------------------------

_GRANTED_LETTERS = frozenset("trnv")
_DENIED_LETTERS = frozenset("pqmu")


def _google(gcs: str, gcd: str) -> ConsentState:
    """Read the digit of storage for advertising, then the letters of the use of personal data and personalisation."""
    storage = re.fullmatch(r"G1([01-])[01-]", gcs)
    answers = [storage[1] == "1"] if storage is not None and storage[1] != "-" else []
    letters = re.fullmatch(r"1\d[a-z]\d[a-z]\d([a-z])\d([a-z])\d", gcd)
    for letter in letters.groups() if letters else ():
        if letter in _GRANTED_LETTERS or letter in _DENIED_LETTERS:
            answers.append(letter in _GRANTED_LETTERS)
    return _of_answers(answers)


def _base64(text: str) -> bytes | None:
    """Decode Base64 of either alphabet, padded or not; None when it is none."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


_READERS: Mapping[str, Callable[[str], ConsentState]] = {
    "onetrust": _onetrust,
    "cookiebot": _cookiebot,
    "cookieconsent": _cookieconsent,
    "didomi": _didomi,
    "shopify": _shopify,
    "tcf": _tcf,
    "us_privacy": _us_privacy,
    "gpc": _gpc,
}
