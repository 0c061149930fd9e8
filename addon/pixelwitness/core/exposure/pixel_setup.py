"""How the pixels of a site are set up.

Owns the gathering of settings for the exposure.  Pure: rows in, models out.  Must not
know what a setting means.
"""

from dataclasses import dataclass, field
from typing import Any

from pixelwitness.core.exposure.records import PixelConfig
from pixelwitness.core.wire import json_text

MAX_SETTINGS = 500
"""Settings of one pixel on one site that are kept."""


@dataclass(frozen=True, slots=True)
class PixelSetting:
    """One setting: its key, and the parts that were kept of it."""

    key: str
    parts: dict[str, Any] = field(hash=False)
    """JSON."""

    @property
    def is_on(self) -> bool:
        """Say whether it has effect; what cannot be switched has."""
        return self.parts.get("on") is not False


@dataclass(frozen=True, slots=True)
class PixelSettings:
    """What the recorded configuration of one pixel says on one site."""

    pixel_id: str | None
    settings: tuple[PixelSetting, ...]


@dataclass(slots=True)
class SettingsGatherer:
    """Gathers the settings of one site's pixels."""

    _settings: dict[str | None, dict[tuple[str, str], None]] = field(default_factory=dict)

    def add(self, row: PixelConfig) -> None:
        """Add one setting; loaded again it says the same."""
        known = self._settings.setdefault(row.pixel_id, {})
        if len(known) < MAX_SETTINGS:
            known[row.key, row.value] = None

    def build(self) -> tuple[PixelSettings, ...]:
        """Return the settings by pixel, in the order in which they were seen."""
        return tuple(
            PixelSettings(pixel, tuple(PixelSetting(key, _parts(value)) for key, value in known))
            for pixel, known in sorted(self._settings.items(), key=lambda item: item[0] or "")
        )


def _parts(value: str) -> dict[str, Any]:
    parts = json_text.loads_or_none(value)
    return parts if isinstance(parts, dict) else {}
