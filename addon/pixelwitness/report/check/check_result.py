"""The result of ``check``: a judgement with all that its outputs need beside it.

Owns where in a repository the evidence stands, and the sentences that all outputs share.  It
must not know file systems or layouts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.policy.violations.judgement import EvidencePlace, Judgement
from pixelwitness.report.wording.english.check_messages import (
    NOTHING_JUDGED,
    tell_applied,
    tell_unjudged,
    tell_verdict,
)
from pixelwitness.report.wording.english.gap_messages import tell_gap, tell_stale
from pixelwitness.report.wording.plain_text import plain_sentence
from pixelwitness.report.wording.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Located:
    """A file as a repository names it."""

    path: str
    """Relative to the root, its parts joined by ``/``; never absolute."""
    stands_in: bool = False
    """It is named in place of evidence that is no file below the root; lines are not its own."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An input that could not be read."""

    file: Located
    why: str
    """Words of ours."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A judgement with all that its outputs need beside it."""

    judgement: Judgement
    vocabulary: Vocabulary
    exit_code: ExitCode
    files: Mapping[str, Located]
    """Where each recording lies, by its id."""
    elsewhere: Located
    """What is named where no recording is."""
    unread: tuple[Unread, ...] = ()
    sources: Mapping[str, str] | None = None
    """What a person calls each recording, by its id; None where there was none to judge."""

    @property
    def failures(self) -> tuple[str, ...]:
        """Why the answer cannot be relied on, each as a sentence; empty when it can."""
        sentences = self.gaps
        return (*sentences, NOTHING_JUDGED) if self.judgement.is_empty else sentences

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why silence would prove nothing, each as a sentence."""
        return tuple(plain_sentence(tell_gap(gap)) for gap in self.judgement.gaps)

    @property
    def stale(self) -> tuple[str, ...]:
        """What in the baseline and the ignores is of no use any more, each as a sentence."""
        return tuple(plain_sentence(tell_stale(entry)) for entry in self.judgement.stale)

    @property
    def verdict(self) -> str:
        """The one line that sums up."""
        return plain_sentence(tell_verdict(self.judgement))

    @property
    def policy(self) -> str:
        """By what was judged, in words."""
        return plain_sentence(tell_applied(self.judgement.policy))

    @property
    def unjudged(self) -> tuple[str, ...]:
        """What was seen and is not judged, each as a sentence."""
        return tuple(map(plain_sentence, tell_unjudged(self.judgement)))

    def file(self, place: EvidencePlace) -> Located:
        """Return the file in which a piece of evidence stands."""
        return self.files.get(place.recording_id, self.elsewhere)

    def line(self, place: EvidencePlace) -> int:
        """Return the line of a piece of evidence in its file, 1 where that is not known."""
        return max(place.line or 1, 1) if not self.file(place).stands_in else 1
