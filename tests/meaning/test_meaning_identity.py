"""Identity: how closely what Meta received points at somebody; what was not recorded is never absent."""

import pytest

from pixelwitness.core.detect.sighting import Field
from pixelwitness.core.wire.request import BodyState
from pixelwitness.meaning.hints.identity import identifiers_of, identity_finding
from pixelwitness.meaning.keep.redaction import Redactor

HASH = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"
EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
FBP = "fb.1.1795304543470.798313286598662472"
FBC = "fb.1.1795304543391.IwAR0abcDEF123"

CASES: list[tuple[dict[str, str], tuple[str, str]]] = [
    ({"cookie.c_user": "100000987654321", "ud.em": HASH}, ("account", "c_user, em")),
    ({"user_data.fb_login_id": "1234567890"}, ("account", "fb_login_id")),
    ({"ud.em": HASH, "fbp": FBP, "fbc": FBC}, ("person", "em, _fbp, _fbc")),
    ({"user_data.ph": "+491701234567"}, ("person", "ph")),
    ({"udff.fn": HASH, "udff.ln": HASH}, ("person", "fn + ln")),
    ({"am.external_id": "user-42"}, ("browser", "external_id")),
    ({"fbp": FBP, "cookie.datr": "x", "cookie.fr": "y"}, ("browser", "_fbp, datr, fr")),
    ({"fbc": FBC}, ("click", "_fbc")),
    ({"dl": "https://shop.example/?fbclid=IwAR0abcDEF123"}, ("click", "fbclid")),
    # What says nothing of who it was.
    ({}, ("none", "no identifier")),
    ({"ud.em": EMPTY_HASH, "ud.ph": ""}, ("none", "no identifier")),
    ({"cud.em": "^***.^**@^******.***"}, ("none", "no identifier")),
    ({"ud.fn": HASH}, ("none", "no identifier")),
    ({"ud.ct": HASH, "ud.ge": HASH, "ud.zp": HASH}, ("none", "no identifier")),
    ({"dl": "https://shop.example/?gclid=Cj0KCQjw0123456789"}, ("none", "no identifier")),
    ({"cd.email": "jane.doe@example.com"}, ("none", "no identifier")),
    ({"cookie.wd": "1920x1080"}, ("none", "no identifier")),
]


def told(redactor: Redactor, fields: dict[str, str], body: BodyState, *, meta: bool, cookies: bool) -> tuple[str, str]:
    facts = redactor.fields([Field(name, text) for name, text in fields.items()])
    identifiers = identifiers_of(facts, redactor.knowledge.identifiers, body, takes_cookies=meta)
    finding = identity_finding(identifiers, cookies_recorded=cookies)
    return str(finding.label), finding.evidence


@pytest.mark.parametrize(("fields", "expected"), CASES)
def test_the_closest_level_is_told_with_all_names(
    redactor: Redactor, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    assert told(redactor, fields, BodyState.RECORDED, meta=True, cookies=True) == expected


@pytest.mark.parametrize(
    ("fields", "body", "meta", "cookies", "expected"),
    [
        ({}, BodyState.EMPTY, True, False, ("not recorded", "not recorded: cookies")),
        ({}, BodyState.NOT_RECORDED, True, True, ("not recorded", "not recorded: the body")),
        ({}, BodyState.TOO_BIG, True, False, ("not recorded", "not recorded: the body and cookies")),
        ({"fbp": FBP}, BodyState.EMPTY, True, False, ("browser", "_fbp; not recorded: cookies")),
        ({"cookie.c_user": "1"}, BodyState.NOT_RECORDED, True, True, ("account", "c_user")),
        # To a relay of the site's own no cookie of Meta's goes, recorded or not.
        ({}, BodyState.EMPTY, False, False, ("none", "no identifier")),
    ],
)
def test_what_was_not_recorded_is_unknown(
    redactor: Redactor, fields: dict[str, str], body: BodyState, meta: bool, cookies: bool, expected: tuple[str, str]
) -> None:
    assert told(redactor, fields, body, meta=meta, cookies=cookies) == expected
