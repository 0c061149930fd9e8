"""How the pixels of a site are set up, and what hints at a server behind it.

Owns the gathering of settings and hints for the exposure.  Pure: rows in, models out.
Must not know what a setting means.
"""

from dataclasses import dataclass, field

from pixelwitness.core.exposure.records import PixelConfig
from pixelwitness.core.wire import json_text
from pixelwitness.core.wire.json_text import Json

MAX_SETTINGS = 500
"""Settings of one pixel on one site that are kept."""


@dataclass(frozen=True, slots=True)
class Set:
    """One setting: its key, and the parts that were kept of it."""

    key: str
    parts: dict[str, Json] = field(hash=False)

    @property
    def is_on(self) -> bool:
        """Say whether it has effect; what cannot be switched has."""
        return self.parts.get("on") is not False


@dataclass(frozen=True, slots=True)
class PixelSettings:
    """What the recorded configuration of one pixel says on one site."""

    pixel_id: str | None
    settings: tuple[Set, ...]


@dataclass(frozen=True, slots=True)
class ServerHint:
    """One reason to think that a site's server reports to Meta, too."""

    label: str
    evidence: str
    """Words of ours."""
    events: int
    """Events of the browser that showed it; 0 when an answer did."""
    certainty: str = "hint"


@dataclass(slots=True)
class SetUp:
    """Gathers what belongs to one site."""

    _settings: dict[str | None, dict[tuple[str, str], None]] = field(default_factory=dict)
    hints: list[ServerHint] = field(default_factory=list)

    def config(self, row: PixelConfig) -> None:
        """Take one setting; loaded again it says the same."""
        known = self._settings.setdefault(row.pixel_id, {})
        if len(known) < MAX_SETTINGS:
            known[row.key, row.value] = None

    def settings(self) -> tuple[PixelSettings, ...]:
        """Return the settings by pixel, in the order in which they were seen."""
        return tuple(
            PixelSettings(pixel, tuple(Set(key, _parts(value)) for key, value in known))
            for pixel, known in sorted(self._settings.items(), key=lambda one: one[0] or "")
        )


def _parts(value: str) -> dict[str, Json]:
    parts = json_text.loads_or_none(value)
    return parts if isinstance(parts, dict) else {}
