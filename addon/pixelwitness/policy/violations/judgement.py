"""A judgement: violations, what suppresses them, and why silence would prove nothing.

Owns these models, which judging makes and the outputs of ``check`` show.  They hold
classes of data and words of ours, never values.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.wire import json_text
from pixelwitness.policy.config.checks import Check, Level


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Where the evidence stands."""

    recording_id: str
    position: int
    line: int | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a violation does not count: a baseline knows it, or an ignore accepts it."""

    by: Literal["baseline", "ignore"]
    reason: str
    expires: str | None = None
    """The last day on which it holds, as ``2027-01-31``; None when it does not end."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Events, or contacts, of one kind that one check of a policy does not allow."""

    site: str | None
    page_url: str | None
    """The page of the first of them."""
    name: str | None
    """Name of the events; None for contacts and for events whose name was not recorded."""
    pixel_id: str | None
    channels: tuple[str, ...]
    rule_id: str
    """The rule that recognised the first of them."""
    confidence: str
    times: int
    blocked: int
    """How many of them were blocked on their way."""
    data: tuple[tuple[str, str], ...]
    """(class, form) of what they carried, sorted; where a check objects to data, of that alone."""
    places: tuple[EvidencePlace, ...]
    remedies: tuple[str, ...]
    check: str = Check.EVENT
    """Id of the check that speaks, a key of ``CHECKS``."""
    level: Level = Level.ERROR
    fingerprint: str = ""
    """Hash by which a baseline knows it: where it was and what, no value and no key."""
    why: str = ""
    """One sentence of ours: what the policy holds against it."""
    subject: str | None = None
    """What in it the check objects to: a class of data, a channel or a topic; None for the whole."""
    is_contact: bool = False
    """Contacts, not events."""
    fields: tuple[str, ...] = ()
    """Names of the fields in which what the check objects to stood (``ud.em``, ``dl.query.email``), sorted."""
    suppressed: Acceptance | None = None


DEFAULT_POLICY = "the default: any event is a violation, other contacts warn"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy makes of a store."""

    violations: tuple[Violation, ...]
    """What checks of the level ``error`` object to, and nothing suppresses."""
    warnings: tuple[Violation, ...]
    gaps: tuple[str, ...]
    """Why silence would prove nothing: each makes the evidence incomplete."""
    coverage: Coverage
    own_events: int = 0
    """Events on Meta's own sites, which no policy of this kind judges."""
    suppressed: tuple[Violation, ...] = ()
    """Violations and warnings that a baseline knows or an ignore accepts."""
    stale: tuple[str, ...] = ()
    """Entries of the baseline and ignores that matched nothing or have expired, each as a sentence."""
    policy: str = DEFAULT_POLICY
    """What was applied, in words."""
    presets: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether there was not one request to judge."""
        return self.coverage.seen == 0

    @property
    def incomplete(self) -> bool:
        """Say whether silence would prove nothing."""
        return bool(self.gaps)


def fingerprint(check: str, site: str | None, pixel_id: str | None, name: str | None, *parts: str) -> str:
    """Return the hash by which a baseline knows a violation; ``parts`` are its channel and what else distinguishes it.

    >>> fingerprint("event", "shop.example", "1234567890123456", "Lead", "pixel")
    'c22dc88237c92e1b4db4e2cb31ea842b'
    """
    text = json_text.dumps([check, site, pixel_id, name, *parts])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
