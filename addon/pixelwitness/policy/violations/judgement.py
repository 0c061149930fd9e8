"""A judgement: violations, what suppresses them, and why silence would prove nothing.

Owns these models, which judging makes and the outputs of ``check`` show.  They hold
classes of data and words of ours, never values.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from pixelwitness.core.exposure.coverage import Coverage
from pixelwitness.core.exposure.outcome import Outcome
from pixelwitness.core.wire import json_text
from pixelwitness.policy.config.checks import Check, Level
from pixelwitness.policy.violations.gaps import Gap
from pixelwitness.policy.violations.reasons import Reason, ReasonKind
from pixelwitness.policy.violations.stale import Stale


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


NO_EVENT = Reason(ReasonKind.NONE_ALLOWED, "event")


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
    outcomes: tuple[tuple[Outcome, int], ...]
    """(what became of them, how many), each outcome that there was, in the order of `Outcome`; the sum is ``times``."""
    data: tuple[tuple[str, str], ...]
    """(class, form) of what they carried, sorted; where a check objects to data, of that alone."""
    places: tuple[EvidencePlace, ...]
    remedies: tuple[str, ...]
    check: str = Check.EVENT
    """Id of the check that speaks, a key of ``CHECKS``."""
    level: Level = Level.ERROR
    fingerprint: str = ""
    """Hash by which a baseline knows it: where it was and what, no value and no key."""
    why: Reason = NO_EVENT
    """What the policy holds against it."""
    subject: str | None = None
    """What in it the check objects to: a class of data, a channel or a topic; None for the whole."""
    is_contact: bool = False
    """Contacts, not events."""
    fields: tuple[str, ...] = ()
    """Names of the fields in which what the check objects to stood (``ud.em``, ``dl.query.email``), sorted."""
    suppressed: Acceptance | None = None
    own_word: int = 0
    """How many of them are the site's by the sender's own word alone."""
    conflicts: tuple[tuple[str, int], ...] = ()
    """(what speaks against what about whose page it was, in words of ours, how many), sorted."""

    def number(self, *outcomes: Outcome) -> int:
        """Return how many of them came to one of these outcomes."""
        return sum(times for outcome, times in self.outcomes if outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Applied:
    """By what was judged."""

    file: str = ""
    """The policy, as messages call it; empty for none."""
    presets: tuple[str, ...] = ()
    is_default: bool = True
    """Neither a preset nor a table says what is forbidden: any event is, other contacts warn."""
    has_levels: bool = False
    """That with levels of its own."""
    sent_only: bool = False
    """What is proved not to have left is not judged."""
    unused: tuple[str, ...] = ()
    """The first pattern of each table that fits no page which was seen."""


DEFAULT_POLICY = Applied()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy makes of a store."""

    violations: tuple[Violation, ...]
    """What checks of the level ``error`` object to, and nothing suppresses."""
    warnings: tuple[Violation, ...]
    gaps: tuple[Gap, ...]
    """Why silence would prove nothing: each makes the evidence incomplete."""
    coverage: Coverage
    own_events: int = 0
    """Events on Meta's own sites, which no policy of this kind judges."""
    not_sent: int = 0
    """Events and contacts that are proved not to have left, where the policy judges only what was sent."""
    suppressed: tuple[Violation, ...] = ()
    """Violations and warnings that a baseline knows or an ignore accepts."""
    stale: tuple[Stale, ...] = ()
    """What of the baseline and the ignores is out of date."""
    policy: Applied = DEFAULT_POLICY

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
