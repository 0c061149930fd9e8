"""How the pixels of a site are set up: what they are set to take, to send elsewhere and not to take.

Owns the reading of kept settings.  A setting is no transmission.  Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.core.exposure.pixel_setup import PixelSetting, PixelSettings
from pixelwitness.core.wire.json_text import Json
from pixelwitness.report.statements.person_data import find_identifiers, find_personal_data
from pixelwitness.report.statements.site_kinds import PixelLimit, PixelSends, PixelTakes
from pixelwitness.report.statements.statement import Carried

_RECEIVERS = ("host", "fallback_host", "pixels", "port")
"""Parts that name a receiver, best first."""
_LIMITED = ("custom_data", "address", "restricted")
"""Parts that name what is limited."""


def find_settings(
    site: SiteExposure, about: Mapping[str, str], families: Collection[str]
) -> Iterator[PixelTakes | PixelSends | PixelLimit]:
    """Yield what the configurations of a site's pixels say; ``about`` tells of each key what it is about."""
    for settings in site.settings:
        yield _takes(settings, site, about, families)
        yield from _sends(settings, about)
        yield from _limits(settings, about)


def _takes(
    settings: PixelSettings, site: SiteExposure, about: Mapping[str, str], families: Collection[str]
) -> PixelTakes:
    taking = tuple(_of(settings.settings, "takes", about))
    of_pixel = tuple(group for group in site.sent if group.pixel_id == settings.pixel_id)
    seen = replace(site, events=of_pixel, data=tuple(datum for group in of_pixel for datum in group.data))
    carried = (Carried(one.data_class, one.form) for one in find_personal_data(seen, families) if one.events)
    return PixelTakes(
        pixel_id=settings.pixel_id,
        settings=tuple(dict.fromkeys(one.key for one in taking)),
        fields=tuple(dict.fromkeys(name for one in taking for name in _texts(one.parts, "fields"))),
        seen=tuple(dict.fromkeys(carried)),
        seen_identifiers=find_identifiers(replace(seen, findings=())),
        is_unread=any(group.unread for group in of_pixel),
    )


def _sends(settings: PixelSettings, about: Mapping[str, str]) -> Iterator[PixelSends]:
    receivers: dict[str, dict[str, None]] = {}
    for setting in _of(settings.settings, "sends", about):
        found = receivers.setdefault(setting.key, {})
        for part in _RECEIVERS:
            found |= dict.fromkeys(_texts(setting.parts, part))
    for key, names in receivers.items():
        yield PixelSends(pixel_id=settings.pixel_id, setting=key, receivers=tuple(names))


def _limits(settings: PixelSettings, about: Mapping[str, str]) -> Iterator[PixelLimit]:
    limits: dict[str, dict[str, None]] = {}
    certainties: dict[str, bool] = {}
    for setting in _of(settings.settings, "limits", about):
        names = {name: None for part in _LIMITED for name in _texts(setting.parts, part)}
        # Without a single site or event in it, a list that is switched on limits nothing.
        if not names and (setting.parts.get("sites") == 0 or set(setting.parts) == {"on"}):
            continue
        limits.setdefault(setting.key, {}).update(names)
        certainties[setting.key] = certainties.get(setting.key, False) or setting.parts.get("certainty") == "hint"
    for key, names in limits.items():
        yield PixelLimit(
            certainty="hint" if certainties[key] else "certain",
            pixel_id=settings.pixel_id,
            setting=key,
            names=tuple(names),
        )


def _of(settings: Sequence[PixelSetting], tells: str, about: Mapping[str, str]) -> Iterator[PixelSetting]:
    return (setting for setting in settings if setting.is_on and about.get(setting.key) == tells)


def _texts(parts: Mapping[str, Json], name: str) -> list[str]:
    value = parts.get(name)
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return []
    return [str(value)]
