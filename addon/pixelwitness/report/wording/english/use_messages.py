"""Announced uses in English: what has been said of such data, always with where it holds.

Owns the joining of a statement to what ``uses.yaml`` says of it.
"""

from pixelwitness.meaning.names.announced_uses import ApplicableUse, introduction
from pixelwitness.report.statements.report_kinds import Announcement
from pixelwitness.report.wording.announcements import qualify
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary


def tell_announcement(statement: Announcement, vocabulary: Vocabulary) -> Sentence:
    """Return who said what, when, from when on and where; nothing for a use that the knowledge does not hold."""
    use = next((use for use in vocabulary.announced.uses if use.id == statement.use), None)
    if use is None:
        return ()
    applicable = ApplicableUse(use, statement.standing, statement.in_force)
    beside = qualify(applicable, statement.region, was_seen_before=statement.was_seen_before)
    return (" ".join([f"{introduction(use)}: {use.claim}.", *beside]),)
