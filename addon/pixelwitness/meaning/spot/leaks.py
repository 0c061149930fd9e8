"""Leaks: personal data that went readable to where it should not be.

Owns which part of a field that a detector or its key calls personal is told as a finding,
how sure that is, and in which words.  Redaction is careful and takes whatever might be
personal; a finding accuses, so here a part needs the look of what it is called.
Pure; must not know tokens or rows.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from pixelwitness.meaning.names.knowledge import DataClass, plain_key
from pixelwitness.meaning.names.word_lists import ValueWords
from pixelwitness.meaning.spot.finding import PERSONAL_DATA, Certainty, Finding
from pixelwitness.meaning.spot.personal_data import is_opaque
from pixelwitness.meaning.text.forms import Form, without_appendix

type LeakPlace = Literal["person", "address", "page", "text"]
"""In data of the person, in an address, in text that the page shows to everyone, in anything else."""

READABLE = frozenset({Form.PLAIN, Form.PLAIN_APPENDIX, Form.NUMBER, Form.TRUNCATED})

_EMAIL = re.compile(r"[^\s@]{1,64}@(?:[\w-]{1,63}\.){1,126}[\w-]{2,59}")
_ROLE_END = re.compile(r"[.+_-].*\Z")
_NAME = re.compile(r"[^\W\d_][^\W\d_.'\u2019 -]{0,1}(?:[.'\u2019 -]{0,2}[^\W\d_]){1,60}\.?")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]?\d{1,2}[-/. ]?\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d")
_DEGREES = re.compile(r"-?(?:1[0-7]\d|\d{1,2})\.\d{2,}", re.ASCII)
_POSTAL = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9][A-Za-z0-9 -]{2,9}")
_STREET = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{5,120}", re.DOTALL)
_ACCOUNT = re.compile(r"(?=(?:\D*\d){3})[\w.:|-]{3,128}")
_ORDER = re.compile(r"(?=(?:\D*\d){3})[\w./#-]{4,64}")
_DEVICE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_STRONG_SECRET = re.compile(
    r"EAA[A-Za-z0-9]{20,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|[0-9]{9,}\|[\w-]{8,}|(?:Bearer|Basic)\s{1,3}\S{6,}"
    r"|(?:sk|pk|rk)_(?:live|test)_\w{8,}|gh[pousr]_\w{16,}|xox[abprs]-[\w-]{8,}|AIza[\w-]{20,}"
)
_PASSWORD_KEY = re.compile(r".*(?:password|passwd|passphrase|pwd)")
_TOKEN_KEY = re.compile(
    r".*(?:token|sessionid|sessid|jwt|otp)|(?:sid|auth|authcode|bearer|secret|clientsecret|session|magic|reset"
    r"|invite|ticket|saml.*)"
)
_ANYBODY_KEY = re.compile(r"uid|visitorid|clientuserid")
"""Keys under which advertising systems number browsers."""
_NO_TOKEN_KEY = re.compile(r".*(?:csrf|xsrf|nonce|page|push|tracking|affiliate|next).*")
_UNTELLING = re.compile(r"[_-]removed[_-]|\W*|undefined|null|none|nan|true|false|\[object object\]|[{<$%].*[}>%]", re.I)


class _Appearance(NamedTuple):
    """What a class of data has to look like, and the words that say it was found."""

    holds: Callable[[str], object]
    words: str
    sure: Certainty = "likely"
    needs_key: bool = True


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    return 7 <= sum(map(str.isdigit, text)) <= 15 and not any(map(str.isalpha, text))


_APPEARANCES: Mapping[DataClass, _Appearance] = {
    DataClass.EMAIL: _Appearance(_is_email, "an e-mail address", "certain", needs_key=False),
    DataClass.PHONE: _Appearance(_is_phone, "a phone number", "likely", needs_key=False),
    DataClass.PAYMENT_CARD: _Appearance(str.strip, "the number of a payment card", "likely", needs_key=False),
    DataClass.LOCATION: _Appearance(_DEGREES.search, "coordinates", "likely", needs_key=False),
    DataClass.FIRST_NAME: _Appearance(_NAME.fullmatch, "a first name"),
    DataClass.LAST_NAME: _Appearance(_NAME.fullmatch, "a last name"),
    DataClass.FULL_NAME: _Appearance(_NAME.fullmatch, "a name"),
    DataClass.BIRTH_DATE: _Appearance(_DATE.fullmatch, "a date of birth"),
    DataClass.GENDER: _Appearance(str.strip, "a gender"),
    DataClass.STREET: _Appearance(_STREET.fullmatch, "a street address"),
    DataClass.POSTAL_CODE: _Appearance(_POSTAL.fullmatch, "a postal code"),
    DataClass.IP_ADDRESS: _Appearance(str.strip, "an IP address"),
    DataClass.ACCOUNT_ID: _Appearance(_ACCOUNT.fullmatch, "the id of an account"),
    DataClass.EXTERNAL_ID: _Appearance(_ACCOUNT.fullmatch, "the site's own id of a person"),
    DataClass.LOGIN_ID: _Appearance(_ACCOUNT.fullmatch, "a Facebook login id"),
    DataClass.ORDER_ID: _Appearance(_ORDER.fullmatch, "an order number"),
    DataClass.DEVICE_ID: _Appearance(_DEVICE.fullmatch, "the id of a device"),
}
_NAMES = frozenset({DataClass.FIRST_NAME, DataClass.LAST_NAME, DataClass.FULL_NAME})
_HASHED_BY_RULE = frozenset(
    {
        DataClass.EMAIL,
        DataClass.PHONE,
        DataClass.FIRST_NAME,
        DataClass.LAST_NAME,
        DataClass.BIRTH_DATE,
        DataClass.GENDER,
        DataClass.POSTAL_CODE,
    }
)
"""Data of the person that Meta's rules ask to be hashed."""
PERSONAL = frozenset({*_APPEARANCES, DataClass.SECRET})
_SHOWN_TO_ALL = frozenset({DataClass.EMAIL, DataClass.PHONE})
_OF_PERSON = frozenset({DataClass.ORDER_ID, DataClass.IP_ADDRESS, DataClass.EXTERNAL_ID, DataClass.LOGIN_ID})
"""Documented where data of the person or of the event stands: no news there."""


def leak_finding(
    where: LeakPlace, data_class: DataClass, field: str, text: str, form: Form, values: ValueWords, *, by_key: bool
) -> Finding | None:
    """Return the finding of a field, or of a part of it, that holds personal data; None where it holds none.

    ``by_key`` says that its key names the class; else a detector found it in text.

    >>> words = ValueWords(role_mailboxes=frozenset({"info"}))
    >>> for text in ("jane.doe@example.com", "info@example.com"):
    ...     leak_finding("address", DataClass.EMAIL, "dl.query.q", text, Form.PLAIN, words, by_key=False).evidence
    'an e-mail address, readable in an address of a page'
    'an e-mail address, perhaps of a business, readable in an address of a page'
    >>> leak_finding("address", DataClass.ORDER_ID, "dl.query.order", "asc", Form.PLAIN, words, by_key=True)
    """
    if form not in READABLE or _UNTELLING.fullmatch(text):
        return None
    text = (without_appendix(text) if form is Form.PLAIN_APPENDIX else text).strip()
    if data_class is DataClass.SECRET:
        judged = _secret(field, text, by_key=by_key) if where != "person" else None
    else:
        judged = _judged(where, data_class, field, text, values, by_key=by_key)
    if judged is None:
        return None
    certainty, words = judged
    return Finding(PERSONAL_DATA, data_class.value, field, certainty, f"{words}, {_PLACE[where]}", form)


_PLACE: Mapping[LeakPlace, str] = {
    "person": "readable where Meta asks for a hash",
    "address": "readable in an address of a page",
    "page": "readable in text of the page",
    "text": "readable in data of the event",
}


def _judged(
    where: LeakPlace, data_class: DataClass, field: str, text: str, values: ValueWords, *, by_key: bool
) -> tuple[Certainty, str] | None:
    appearance = _APPEARANCES.get(data_class)
    if appearance is None or (appearance.needs_key and not by_key) or not appearance.holds(text):
        return None
    if not _words_fit(data_class, text.lower(), values):
        return None
    if where == "person":
        sure: Certainty = "certain" if data_class is DataClass.PHONE else appearance.sure
        return (sure, appearance.words) if data_class in _HASHED_BY_RULE else None
    if where != "address" and data_class in _OF_PERSON:
        return None
    if data_class is DataClass.ACCOUNT_ID and _ANYBODY_KEY.fullmatch(plain_key(field.rpartition(".")[2])):
        return None
    words = appearance.words if by_key or not appearance.needs_key else f"{appearance.words} by its look"
    if data_class is DataClass.EMAIL and _is_role(text, values.role_mailboxes):
        return "hint", f"{words}, perhaps of a business"
    if data_class is DataClass.EMAIL and field.endswith((".destination.path#1", ".href.path#1")):
        return "likely", f"{words} in a link to write to it"
    if where == "page" and data_class in _SHOWN_TO_ALL:
        # What a page shows to everyone may be the business's own.
        return ("likely" if data_class is DataClass.EMAIL else "hint"), words
    if data_class is DataClass.PHONE and by_key:
        return "certain", f"{words} under a key that says so"
    if data_class is DataClass.PHONE and not text.startswith(("+", "(")):
        return "hint", f"{words} by its look"
    if data_class is DataClass.PAYMENT_CARD and not by_key and text.isalnum():
        return None  # one in ten of all long numbers has a right check digit
    return appearance.sure, words


def _words_fit(data_class: DataClass, text: str, values: ValueWords) -> bool:
    """Say whether a text in lower case is no placeholder of a name, and of a gender one that is known."""
    if data_class in _NAMES:
        return values.no_names.isdisjoint(text.replace("-", " ").split())
    return data_class is not DataClass.GENDER or text in values.genders


def _is_role(address: str, role_mailboxes: frozenset[str]) -> bool:
    local = address.partition("@")[0].lower()
    return local in role_mailboxes or _ROLE_END.sub("", local) in role_mailboxes


def _secret(field: str, text: str, *, by_key: bool) -> tuple[Certainty, str] | None:
    if field.endswith(".userinfo"):
        return "certain", "a name or password for signing in"
    if _STRONG_SECRET.fullmatch(text):
        return "certain", "a token for signing in"
    key = plain_key(field.rpartition(".")[2])
    if by_key and _PASSWORD_KEY.fullmatch(key):
        return "likely", "a password under a key that says so"
    if _TOKEN_KEY.fullmatch(key) and not _NO_TOKEN_KEY.fullmatch(key) and _is_drawn(text):
        return "likely", "a token under a key that says so"
    return None


def _is_drawn(text: str) -> bool:
    """Say whether a text was drawn by a machine: long, or short with letters and digits taking turns."""
    if len(text) < 10 or not text.isascii() or " " in text:
        return False
    return text.isdigit() or (any(map(str.isdigit, text)) and (len(text) < 20 or is_opaque(text.replace("-", ""))))
