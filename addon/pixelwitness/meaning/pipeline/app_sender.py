"""Apps as senders: which app sent something, where Meta's SDK in it says so.

Owns where the package of an app and its number at Meta stand in a sighting, and the name
under which an app is stored: ``app:<package>``, ``app:<app id>`` where only that is
known.  Must not know pages.
"""

import re

import msgspec

from pixelwitness.core.detect.locator import first_text
from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.exposure import records
from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.meaning.spot.personal_data import objection

MOST_APPS = 10_000
"""Apps of a recording whose packages are remembered."""
MOST_ROWS = 1_000
"""Rows of an app that wait for its package; later ones keep its number."""

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+")
_APP_ID = re.compile(r"\d{5,25}", re.ASCII)
_TOKEN_OF_APP = re.compile(r"(\d{5,25})\|", re.ASCII)
"""The head of an app's own access token; what follows is the secret part."""
_LONGEST = 100
_HARMLESS = (None, DataClass.OPAQUE_TOKEN, DataClass.LONG_NUMBER)
"""A package may look like a random text: it is an app's own public name."""
_OF_SDK = ("extinfo.package", "application_package_name", "param.application_package_name")
_OF_SERVER = ("app_data.extinfo.package",)
"""Where a server that reports for an app names it."""


class App(msgspec.Struct, frozen=True, gc=False):
    """An app, as far as one request names it; at least one of the two is there."""

    package: str | None
    app_id: str | None
    """Its number at Meta."""


def app_of(sighting: Sighting) -> App | None:
    """Return the app that sent something, None where none is named."""
    if sighting.rule.channel is Channel.APP_SDK:
        app = App(_package(sighting, _OF_SDK), _app_id(sighting))
    elif sighting.rule.channel is Channel.CAPI and not sighting.claims.stated:
        # Where a server names a page, it speaks for that page.
        app = App(_package(sighting, _OF_SERVER), None)
    else:
        return None
    return app if app.package or app.app_id else None


def _package(sighting: Sighting, places: tuple[str, ...]) -> str | None:
    texts = (field.text for field in sighting.fields if field.name in places)
    return next((text for text in texts if _may_be_stored(text)), None)


def _may_be_stored(package: str) -> bool:
    is_one = len(package) <= _LONGEST and _PACKAGE.fullmatch(package) is not None
    return is_one and objection(package) in _HARMLESS


def _app_id(sighting: Sighting) -> str | None:
    if sighting.pixel_id is not None and _APP_ID.fullmatch(sighting.pixel_id):
        return sighting.pixel_id
    head = _TOKEN_OF_APP.match(first_text(sighting.request.params.get("access_token")) or "")
    return head[1] if head else None


class Apps:
    """The apps of a recording so far, by their numbers at Meta."""

    def __init__(self) -> None:
        self._packages: dict[str, str] = {}
        self._unnamed: dict[str, list[tuple[str, str]]] = {}
        """App's number to the rows (table, id) that are stored under it."""

    def learn(self, app: App) -> list[records.AnyRecord]:
        """Remember which package belongs to an app's number; return what that changes in rows made before."""
        number, package = app.app_id, app.package
        if package is None or number is None or number in self._packages or len(self._packages) >= MOST_APPS:
            return []
        self._packages[number] = package
        stated: dict[str, records.Amended] = {"sender": self.sender(app)}
        unnamed = self._unnamed.pop(number, ())
        return [records.Amendment(table=table, id=row_id, values=stated) for table, row_id in unnamed]

    def await_package(self, sender: str, table: str, row_id: str) -> None:
        """Remember a row of traffic as it happens, if its sender is an app of which only the number is known."""
        number = sender.removeprefix("app:")
        if number == sender or not _APP_ID.fullmatch(number) or len(self._unnamed) >= MOST_APPS:
            return
        rows = self._unnamed.setdefault(number, [])
        if len(rows) < MOST_ROWS:
            rows.append((table, row_id))

    def sender(self, app: App) -> str:
        """Return the name of an app as a sender."""
        return f"app:{app.package or self._packages.get(app.app_id or '') or app.app_id}"
