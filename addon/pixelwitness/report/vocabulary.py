"""The vocabulary of a report: what each class of data is called, and what it is about.

Owns the grouping of data classes, and their names where one stands for several.
Labels are the knowledge's; what it does not name is called by its class.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pixelwitness.core.exposure import DataSent
from pixelwitness.meaning.forms import Form
from pixelwitness.meaning.knowledge import DataClass
from pixelwitness.report.words import COOKIES, form_word, own_word


class About(StrEnum):
    """What a class of data is about."""

    PERSON = "person"
    """The person: e-mail, phone, name, address …"""
    BROWSER = "browser"
    """By which a browser, an account or a customer is known again."""
    EVENT = "event"
    """What happened: products, sums, searches."""
    PAGE = "page"
    """Where it happened: address, title, text."""
    TECHNICAL = "technical"
    """Screen, library, times, consent options."""


_ABOUT: Mapping[str, About] = {
    **dict.fromkeys(
        (
            DataClass.EMAIL,
            DataClass.PHONE,
            DataClass.FIRST_NAME,
            DataClass.LAST_NAME,
            DataClass.FULL_NAME,
            DataClass.GENDER,
            DataClass.BIRTH_DATE,
            DataClass.STREET,
            DataClass.CITY,
            DataClass.STATE,
            DataClass.POSTAL_CODE,
            DataClass.COUNTRY,
            DataClass.IP_ADDRESS,
            DataClass.PAYMENT_CARD,
            DataClass.LOCATION,
            DataClass.SECRET,
        ),
        About.PERSON,
    ),
    **dict.fromkeys(
        (
            DataClass.EXTERNAL_ID,
            DataClass.ACCOUNT_ID,
            DataClass.LOGIN_ID,
            DataClass.LEAD_ID,
            DataClass.SUBSCRIPTION_ID,
            DataClass.DEVICE_ID,
            DataClass.BROWSER_ID,
            DataClass.CLICK_ID,
        ),
        About.BROWSER,
    ),
    **dict.fromkeys((DataClass.PAGE_URL, DataClass.PAGE_TITLE, DataClass.PAGE_TEXT), About.PAGE),
    **dict.fromkeys(
        (
            DataClass.USER_AGENT,
            DataClass.COOKIE,
            DataClass.LANGUAGE,
            DataClass.CONSENT,
            DataClass.PARTNER_AGENT,
            DataClass.PIXEL_ID,
            DataClass.APP_ID,
            DataClass.EVENT_NAME,
            DataClass.EVENT_ID,
            DataClass.EVENT_TIME,
            DataClass.SCREEN,
            DataClass.TECHNICAL,
        ),
        About.TECHNICAL,
    ),
}

IDENTIFYING = frozenset(
    {
        DataClass.EMAIL,
        DataClass.PHONE,
        DataClass.EXTERNAL_ID,
        DataClass.ACCOUNT_ID,
        DataClass.LOGIN_ID,
        DataClass.DEVICE_ID,
        DataClass.BROWSER_ID,
        DataClass.CLICK_ID,
    }
)
"""Classes of which one value alone tells that two sites speak of one person, browser or account."""

SAYS_NOTHING = frozenset({Form.EMPTY, Form.EMPTY_HASH, Form.JUNK_HASH, Form.REMOVED})
"""Forms of a field that was sent and held nothing."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels by data class."""

    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, data_class: str) -> str:
        """Return the plain name of a class; its own, in words, where there is none."""
        return self.labels.get(data_class) or own_word(data_class)

    def about_person(self, data: Iterable[DataSent]) -> tuple[str, ...]:
        """Name what was sent of the person and the browser: ``e-mail (SHA-256)``, ``browser known by _fbp``."""
        person: dict[str, set[str]] = {}
        known_by: set[str] = set()
        for one in data:
            if one.form in SAYS_NOTHING:
                continue
            for origin in one.origins:
                about = about_of(one.data_class, origin)
                if about is About.PERSON:
                    person.setdefault(self.label(one.data_class), set()).add(form_word(one.form))
                elif about is About.BROWSER:
                    known_by.add(self.known_by(one.data_class, origin))
        named = [with_forms(label, forms) for label, forms in sorted(person.items())]
        if known_by:
            named.append("browser known by " + ", ".join(sorted(known_by)))
        return tuple(named)

    def known_by(self, data_class: str, origin: str) -> str:
        """Return by what a field lets Meta know a browser again: the name of the cookie where it has one."""
        name = origin.partition("#")[0].rpartition(".")[2].lower()
        return COOKIES.get(name) or self.label(data_class)


def vocabulary() -> Vocabulary:
    """Return the vocabulary of the built-in knowledge."""
    from pixelwitness.rulebook.knowledge import load_knowledge

    return Vocabulary({str(name): label for name, label in load_knowledge().labels.items()})


def about_of(data_class: str, origin: str) -> About:
    """Return what a field is about; what nobody knows is told as part of the event, never hidden.

    >>> about_of("email", "ud.em"), about_of("secret", "cookie.xs"), about_of("unknown", "cd.colour")
    (<About.PERSON: 'person'>, <About.BROWSER: 'browser'>, <About.EVENT: 'event'>)
    """
    if data_class == DataClass.SECRET and origin.startswith(("cookie.", "cookies.")):
        return About.BROWSER
    return _ABOUT.get(data_class, About.EVENT)


def with_forms(label: str, forms: Iterable[str]) -> str:
    """Put the forms behind a name.

    >>> with_forms("e-mail", {"SHA-256", "masked"}), with_forms("browser id", ())
    ('e-mail (SHA-256, masked)', 'browser id')
    """
    told = ", ".join(sorted(forms, key=lambda form: (form.islower(), form)))
    return f"{label} ({told})" if told else label
