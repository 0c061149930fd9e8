"""What classes of data are about: the person, the browser, the event, the page or nothing of interest.

Owns the grouping of data classes.  Pure; labels belong to the knowledge, sentences
to the reports.
"""

from collections.abc import Mapping
from enum import StrEnum

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.text.forms import Form


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
"""Classes of which one value alone shows that two sites speak of one person, browser or account."""

SAYS_NOTHING = frozenset({Form.EMPTY, Form.EMPTY_HASH, Form.JUNK_HASH, Form.REMOVED})
"""Forms of a field that was sent and held nothing."""


def about_of(data_class: str, origin: str) -> About:
    """Return what a field is about; what nobody knows counts as part of the event, never hidden.

    >>> about_of("email", "ud.em"), about_of("secret", "cookie.xs"), about_of("unknown", "cd.colour")
    (<About.PERSON: 'person'>, <About.BROWSER: 'browser'>, <About.EVENT: 'event'>)
    """
    if data_class == DataClass.SECRET and origin.startswith(("cookie.", "cookies.")):
        return About.BROWSER
    return _ABOUT.get(data_class, About.EVENT)
