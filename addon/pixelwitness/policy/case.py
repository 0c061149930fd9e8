"""A case: everything that a judgement is made from.

Owns what has to be known of a database or of a browser session before it is judged.  It
must not know where it was read from.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.exposure import SeenContact, SeenEvent
from pixelwitness.core.exposure.records import Observation, PixelConfig, Recording, Visit


@dataclass(frozen=True, slots=True)
class Case:
    """What was recorded; ``events`` and ``contacts`` may be iterators, which can be read once."""

    recordings: tuple[Recording, ...]
    events: Iterable[SeenEvent]
    contacts: Iterable[SeenContact]
    """Both without what a cache answered, and without what whoever runs the proxy replayed or changed."""
    own_sites: frozenset[str]
    """Meta's own sites, whose events are not judged."""
    coverage: Coverage
    configs: Iterable[PixelConfig] = ()
    """They show whether a pixel's configuration is the reason for its silence."""
    observations: Iterable[Observation] = ()
    """They show whether the pixel's scripts arrived, without which it cannot send."""
    visits: tuple[Visit, ...] = ()
    """They show whether a page was opened at all."""
    consent: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Labels of what was visible of consent, by the ids of contacts; events carry theirs as findings."""
