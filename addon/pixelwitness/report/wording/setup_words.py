"""How pixels are set up, in sentences: what they are set to take beside what they were seen to take.

Owns the words for settings and for the hints at a server.  It says no more than the
configuration does: a setting is no transmission, and a hint no proof.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pixelwitness.core.exposure.exposure import SiteExposure
from pixelwitness.core.exposure.pixel_setup import PixelSetting, PixelSettings
from pixelwitness.core.wire.json_text import Json
from pixelwitness.report.wording.safe_text import counted, safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence, list_captured
from pixelwitness.report.wording.site_words import describe_absence
from pixelwitness.report.wording.vocabulary import Vocabulary

_MOST = 6
_RECEIVERS = ("host", "fallback_host", "pixels", "port")
"""Parts that name a receiver, best first."""


def setup_sentences(site: SiteExposure, vocabulary: Vocabulary) -> Iterator[Sentence]:
    """Yield what the configurations of a site's pixels say, then what hints at its server."""
    for settings in site.settings:
        yield tuple(_takes(settings, site, vocabulary))
        yield from _sends(settings, vocabulary)
        limits = tuple(_limits(settings, vocabulary))
        if limits:
            yield limits
    if site.server_hints:
        reasons = dict.fromkeys(hint.evidence for hint in site.server_hints)
        because = "; ".join(safe_text(reason) for reason in reasons)
        yield (f"Browser: {counted(site.browser_events, 'event')}; server side likely, because {because}.",)


def taken_words(settings: PixelSettings, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what a pixel is set to take, the contact details one by one."""
    names: dict[str, None] = {}
    for setting in _of(settings.settings, "takes", vocabulary):
        fields = [vocabulary.match_key(key) for key in _texts(setting.parts, "fields")]
        label = vocabulary.setting(setting.key)
        names[f"{', '.join(dict.fromkeys(fields))} {label}" if fields else label] = None
    return tuple(names)


def _takes(settings: PixelSettings, site: SiteExposure, vocabulary: Vocabulary) -> Iterator[str]:
    yield "Pixel "
    yield Captured(settings.pixel_id or "without a number")
    taken = taken_words(settings, vocabulary)
    yield " is set to take: " if taken else " is set to take nothing by itself"
    yield "; ".join(taken)
    sent = vocabulary.about_person(site.data_of(settings.pixel_id)) or describe_absence(site)
    yield f". Seen to take: {'; '.join(sent)}."


def _sends(settings: PixelSettings, vocabulary: Vocabulary) -> Iterator[Sentence]:
    receivers: dict[str, dict[str, None]] = {}
    for setting in _of(settings.settings, "sends", vocabulary):
        found = receivers.setdefault(vocabulary.setting(setting.key), {})
        for part in _RECEIVERS:
            found |= dict.fromkeys(_texts(setting.parts, part))
    for label, names in receivers.items():
        at: Iterable[str] = (": ", *list_captured(tuple(names), _MOST)) if names else ()
        yield ("It is set to send ", label, *at, ".")


def _limits(settings: PixelSettings, vocabulary: Vocabulary) -> Iterator[str]:
    limits: dict[str, list[str]] = {}
    for setting in _of(settings.settings, "limits", vocabulary):
        names = limits.setdefault(vocabulary.setting(setting.key), [])
        for part in ("custom_data", "address", "restricted"):
            names += _texts(setting.parts, part)
        # Without a single site or event in it, a list that is switched on limits nothing.
        if not names and (setting.parts.get("sites") == 0 or set(setting.parts) == {"on"}):
            limits.pop(vocabulary.setting(setting.key))
    for index, (label, names) in enumerate(limits.items()):
        yield "; " if index else "It is limited: "
        yield label
        if names:
            yield " ("
            yield from list_captured(tuple(dict.fromkeys(names)), _MOST)
            yield ")"
    if any(setting.parts.get("certainty") == "hint" for setting in settings.settings):
        yield "; such names are what Meta's filter took for personal data, and it may be wrong"
    if limits:
        yield "."


def _of(settings: Sequence[PixelSetting], tells: str, vocabulary: Vocabulary) -> Iterator[PixelSetting]:
    return (setting for setting in settings if setting.is_on and vocabulary.tells(setting.key) == tells)


def _texts(parts: Mapping[str, Json], name: str) -> list[str]:
    value = parts.get(name)
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return []
    return [str(value)]
